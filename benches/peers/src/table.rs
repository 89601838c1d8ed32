//! The table.

use std::fmt::Write as _;

use cordiale_sim::VectorWidth;

use crate::peer::{Peer, Row};

/// A ratio that cordiale is to reach.
struct Ratio {
    head: &'static str,
    /// How many times as fast cordiale is to be.
    aim: f64,
    of: fn(&Row) -> Option<f64>,
}

const RATIOS: [Ratio; 7] = [
    Ratio { head: "SSE2 x", aim: 0.9, of: |row| over_hand_written(row, VectorWidth::Baseline) },
    Ratio { head: "AVX2 x", aim: 2.5, of: |row| over_hand_written(row, VectorWidth::Avx2) },
    Ratio { head: "AVX-512 x", aim: 3.0, of: |row| over_hand_written(row, VectorWidth::Avx512) },
    Ratio { head: "numpy x", aim: 10.0, of: |row| Some(row.time(Peer::Numpy)? / row.widest()?) },
    Ratio { head: "Mesa x", aim: 1000.0, of: |row| Some(row.time(Peer::Mesa)? / row.widest()?) },
    Ratio { head: "reference x", aim: 0.0, of: |row| Some(row.time(Peer::Reference)? / row.widest()?) },
    Ratio { head: "2 threads x", aim: 1.9, of: |row| Some(row.widest()? / row.time(Peer::TwoThreads)?) },
];

fn over_hand_written(row: &Row, width: VectorWidth) -> Option<f64> {
    Some(row.time(Peer::HandWritten)? / row.time(Peer::Cordiale(width))?)
}

/// All rows: times, then ratios, in columns or in Markdown; a ratio below what it is to reach has a star.
pub(crate) fn render(rows: &[Row], markdown: bool) -> String {
    let peers = Peer::ALL.into_iter().filter(|peer| *peer != Peer::TwoThreads);
    let mut head = vec!["model".to_owned(), "guards".into(), "fire".into()];
    head.extend(peers.clone().map(|peer| peer.name().to_owned()));
    head.extend(RATIOS.iter().map(|ratio| ratio.head.to_owned()));
    let mut cells = vec![head];
    for row in rows {
        let mut line = vec![row.name.clone()];
        let percent =
            |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.1}%", 100.0 * share));
        line.extend([percent(row.shares.map(|s| s.0)), percent(row.shares.map(|s| s.1))]);
        line.extend(peers.clone().map(|peer| row.time(peer).map_or("-".to_owned(), number)));
        for ratio in &RATIOS {
            let star = |value: f64| if value < ratio.aim { "*" } else { "" };
            line.push((ratio.of)(row).map_or("-".to_owned(), |v| format!("{}{}", number(v), star(v))));
        }
        cells.push(line);
    }
    let mut text = if markdown { marked_down(&cells) } else { in_columns(&cells) };
    text.push('\n');
    for ratio in RATIOS.iter().filter(|ratio| ratio.aim > 0.0) {
        let found: Vec<f64> = rows.iter().filter_map(ratio.of).collect();
        let least = found.iter().copied().fold(f64::INFINITY, f64::min);
        let short = found.iter().filter(|value| **value < ratio.aim).count();
        let _ = writeln!(
            text,
            "{}{}: aimed at {}, least {}, short in {short} of {}",
            if markdown { "- " } else { "" },
            ratio.head.trim_end_matches(" x"),
            ratio.aim,
            number(least),
            found.len()
        );
    }
    text
}

/// Two decimals, or none where it is large.
fn number(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn in_columns(cells: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..cells[0].len())
        .map(|column| cells.iter().map(|line| line[column].len()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for line in cells {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let _ =
                if column == 0 { write!(text, "{cell:width$}") } else { write!(text, "  {cell:>width$}") };
        }
        text.push('\n');
    }
    text
}

fn marked_down(cells: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (number, line) in cells.iter().enumerate() {
        let _ = writeln!(text, "| {} |", line.join(" | "));
        if number == 0 {
            let _ = writeln!(text, "|---|{}", "--:|".repeat(line.len() - 1));
        }
    }
    text
}
