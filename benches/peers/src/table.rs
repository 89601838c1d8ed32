//! The tables, in Markdown.

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

/// The reference interpreter is no rival: no aim.
const RATIOS: [Ratio; 7] = [
    Ratio { head: "SSE2", aim: 0.9, of: |row| over_hand_written(row, VectorWidth::Baseline) },
    Ratio { head: "AVX2", aim: 2.5, of: |row| over_hand_written(row, VectorWidth::Avx2) },
    Ratio { head: "AVX-512", aim: 3.0, of: |row| over_hand_written(row, VectorWidth::Avx512) },
    Ratio { head: "over numpy", aim: 10.0, of: |row| Some(row.time(Peer::Numpy)? / row.widest()?) },
    Ratio { head: "over Mesa", aim: 1000.0, of: |row| Some(row.time(Peer::Mesa)? / row.widest()?) },
    Ratio { head: "over reference", aim: 0.0, of: |row| Some(row.time(Peer::Reference)? / row.widest()?) },
    Ratio { head: "2 threads over 1", aim: 1.9, of: Row::second_thread },
];

fn over_hand_written(row: &Row, width: VectorWidth) -> Option<f64> {
    Some(row.time(Peer::HandWritten)? / row.time(Peer::Cordiale(width))?)
}

/// Ratios, of which those below what is to be reached have a star; what was reached of each; times.
pub(crate) fn render(rows: &[Row]) -> String {
    let heads = RATIOS.iter().map(|ratio| ratio.head);
    let ratios = table(rows, heads, |row| RATIOS.iter().map(|ratio| starred(ratio, row)).collect());
    let peers = Peer::ALL.into_iter().filter(|peer| *peer != Peer::TwoThreads);
    let heads = ["guards held", "fired"].into_iter().chain(peers.clone().map(Peer::name));
    let times = table(rows, heads, |row| {
        let percent = |share: f64| format!("{:.1}%", 100.0 * share);
        let shares = [row.shares.map(|s| percent(s.0)), row.shares.map(|s| percent(s.1))];
        let times = peers.clone().map(|peer| row.time(peer).map(number));
        shares.into_iter().chain(times).map(or_dash).collect()
    });
    format!(
        "How many times as fast cordiale is: with each vector width, compared with the hand-written program; with the widest, \
         compared\nwith the others.\n\n{ratios}\n{}\nNanoseconds a (trial x step x rule), one thread:\n\n{times}",
        reached(rows)
    )
}

fn starred(ratio: &Ratio, row: &Row) -> String {
    let star = |value: f64| if value < ratio.aim { "*" } else { "" };
    or_dash((ratio.of)(row).map(|value| number(value) + star(value)))
}

/// Of each ratio with an aim, a line on how far it came.
fn reached(rows: &[Row]) -> String {
    let mut text = String::new();
    for ratio in RATIOS.iter().filter(|ratio| ratio.aim > 0.0) {
        let found: Vec<f64> = rows.iter().filter_map(ratio.of).collect();
        if found.is_empty() {
            continue;
        }
        let least = found.iter().copied().fold(f64::INFINITY, f64::min);
        let most = found.iter().copied().fold(0.0, f64::max);
        let reached = found.iter().filter(|value| **value >= ratio.aim).count();
        let _ = writeln!(
            text,
            "- {}: {} to {}; at least {} was aimed at, and reached in {reached} of {}.",
            ratio.head,
            number(least),
            number(most),
            ratio.aim,
            found.len()
        );
    }
    text
}

/// Two decimals, or none where it is large.
fn number(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn or_dash(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "-".to_owned())
}

/// A line a row, its name first.
fn table<'a>(
    rows: &[Row],
    heads: impl Iterator<Item = &'a str>,
    cells: impl Fn(&Row) -> Vec<String>,
) -> String {
    let mut lines: Vec<Vec<String>> = vec![["model"].into_iter().chain(heads).map(str::to_owned).collect()];
    for row in rows {
        let mut line = vec![row.name.clone()];
        line.extend(cells(row));
        lines.push(line);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let _ = write!(text, "| {:1$} |", line[0], widths[0]);
        for (cell, width) in line.iter().zip(&widths).skip(1) {
            let _ = write!(text, " {cell:>width$} |");
        }
        text.push('\n');
        if number == 0 {
            let _ = write!(text, "|{}|", "-".repeat(widths[0] + 2));
            for width in &widths[1..] {
                let _ = write!(text, "{}:|", "-".repeat(width + 1));
            }
            text.push('\n');
        }
    }
    text
}
