//! A comparison as a document: of each outcome a table with a row a variant.

use cordiale::compare::{Answer, CompareResult};
use cordiale::model::Model;

use super::super::compare::{Row, SIGN, alike, given, label, rows};
use super::super::table::CAVEAT;
use super::{Align, CommandLine, changes, code, made, opening, plain, table, warnings};

/// The whole document. `is_file` where another file stands against the baseline.
pub(crate) fn render(result: &CompareResult, model: &Model, is_file: bool, command: &CommandLine) -> String {
    let mut text = opening(&result.scenario, &result.run, model);
    let mut about = String::new();
    for (name, variant) in result.variants.iter() {
        match &variant.about {
            Some(what) if !is_file => about.push_str(&format!("- {}: {}\n", code(name), plain(what))),
            _ => {}
        }
        if is_file {
            text.push_str(&format!("## What {} says otherwise\n\n", code(name)));
            text.push_str(&match changes(&variant.changes, "baseline", name) {
                nothing if nothing.is_empty() => "Nothing.\n\n".to_owned(),
                table => table,
            });
        }
    }
    if !about.is_empty() {
        text.push_str(&format!("{about}\n"));
    }
    text.push_str(&format!("## Differences\n\n{SIGN}\n\n"));
    for (outcome, answer) in result.baseline.outcomes.iter() {
        let name = format!("{}{}", label(model, outcome), given(result, outcome));
        match answer {
            Answer::Event(_) | Answer::Value(_) => {
                text.push_str(&format!("### {}\n\n{}", plain(&name), lines(rows(result, outcome, None))));
            }
            Answer::Levels { levels } => {
                for level in levels.names() {
                    let heading = plain(&format!("{name}: {level}"));
                    text.push_str(&format!("### {heading}\n\n{}", lines(rows(result, outcome, Some(level)))));
                }
            }
        }
    }
    if result.baseline.outcomes.is_empty() {
        text.push_str("There is no outcome that both have, so there is nothing to compare.\n\n");
    }
    text.push_str(&format!("{CAVEAT}\n\n"));
    if let Some(note) = alike(result) {
        text.push_str(&format!("{note}\n\n"));
    }
    text.push_str(&warnings(&result.warnings));
    text.push_str(&made(
        result.version,
        result.value_stability,
        &result.scenario,
        &result.run,
        command.text(),
    ));
    text
}

fn lines(rows: Vec<Row>) -> String {
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| vec![code(&row.name), row.answers.trim().to_owned(), row.difference, row.notes])
        .collect();
    let header = [
        ("Variant", Align::Left),
        ("From -> to", Align::Left),
        ("Difference, 95% interval", Align::Left),
        ("Trials", Align::Left),
    ];
    table(&header, &rows)
}
