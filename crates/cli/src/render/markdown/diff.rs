//! What differs between two scenarios or results, as a document.

use std::path::Path;

use cordiale::diff::{Moved, RecordedResult, ResultDiff, Said, ScenarioDiff};

use super::super::diff::{
    ADVICE, Told, notable, notes, one_sided, said_row, scenario_verdict, side_name, unchanged,
};
use super::{Align, changes, code, plain, table};

use Align::Left;

fn head(paths: [&Path; 2], about: [&str; 2]) -> String {
    let names = paths.map(|path| code(&path.display().to_string()));
    format!(
        "# What differs\n\n- A: {}, {}\n- B: {}, {}\n\n",
        names[0],
        plain(about[0]),
        names[1],
        plain(about[1])
    )
}

/// Two scenarios, side by side.
pub(crate) fn scenarios(diff: &ScenarioDiff, paths: [&Path; 2]) -> String {
    let mut text = head(paths, [&diff.a.id, &diff.b.id]);
    if diff.same {
        text.push_str("They say the same.\n");
        return text;
    }
    text.push_str(&changes(&diff.changes, "A", "B"));
    text.push_str(&format!("{}\n", scenario_verdict(diff)));
    text
}

/// Two results, side by side.
pub(crate) fn results(diff: &ResultDiff, [a, b]: [(&Path, &RecordedResult); 2]) -> String {
    let told = Told::new(a.1, b.1);
    let mut text = head([a.0, b.0], [&told.head[0], &told.head[1]]);
    if diff.same {
        text.push_str("They are the same.\n");
        return text;
    }
    if !diff.made.is_empty() {
        text.push_str(&format!("## How they were made\n\n{}", said_table(&diff.made)));
    }
    if !diff.outcomes.is_empty() {
        text.push_str("## Outcomes\n\n");
    }
    for (name, moved) in diff.outcomes.iter() {
        text.push_str(&format!("### {}\n\n{}", plain(name), body(moved, &told)));
    }
    let (rules, rest) = notable(&diff.rules);
    if !diff.rules.is_empty() {
        text.push_str("## Rules\n\n");
    }
    for (name, moved) in rules {
        text.push_str(&format!("### {}\n\n{}", plain(name), body(moved, &told)));
    }
    if rest > 0 {
        text.push_str(&format!("Moved within their intervals, or by less than 5% in their mean firings: {rest} rules and branches.\n\n"));
    }
    for said in &diff.warnings {
        let (side, warning) = one_sided(said);
        text.push_str(&format!("Warning in {side} alone: {}\n\n", plain(warning)));
    }
    if diff.answers_same {
        text.push_str("Every figure of every outcome and rule is the same.\n");
        return text;
    }
    let same = unchanged(diff);
    if !same.is_empty() {
        text.push_str(&format!("{}\n\n", plain(&same)));
    }
    text.push_str(&format!("{ADVICE}\n"));
    text
}

fn said_table(said: &[Said]) -> String {
    let rows: Vec<Vec<String>> =
        said.iter().map(|said| said_row(said).map(|cell| plain(&cell)).to_vec()).collect();
    table(&[("What", Left), ("A", Left), ("B", Left)], &rows)
}

fn body(moved: &Moved, told: &Told) -> String {
    if let Some(side) = moved.only_in {
        return format!("Only in {}.\n\n", side_name(side));
    }
    let mut rows: Vec<Vec<String>> =
        moved.figures.iter().map(|figure| told.row(figure).map(|cell| plain(&cell)).to_vec()).collect();
    for said in &moved.said {
        let mut row = said_row(said).map(|cell| plain(&cell)).to_vec();
        row.push(String::new());
        rows.push(row);
    }
    let mut text = table(&[("Figure", Left), ("A", Left), ("B", Left), ("Moved by", Left)], &rows);
    let notes = notes(moved, told);
    for note in &notes {
        text.push_str(&format!("- {}\n", plain(note)));
    }
    if !notes.is_empty() {
        text.push('\n');
    }
    text
}
