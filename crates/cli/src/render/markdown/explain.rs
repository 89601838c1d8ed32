//! An explanation as a document.

use cordiale::explain::ExplainResult;
use cordiale::model::Model;

use super::super::explain::{Found, NOTE, answer, parts, to_read};
use super::{Align, CommandLine, capitalised, code, made, named_row, opening, plain, table, warnings};

/// The whole document.
pub(crate) fn render(result: &ExplainResult, model: &Model, command: &CommandLine) -> String {
    let mut text = opening(&result.scenario, &result.run, model);
    text.push_str(&format!("{}.\n\n", plain(&answer(&result.outcome))));
    text.extend(to_read(result, model).map(|told| format!("{}.\n\n", plain(&told))));
    for part in parts(result) {
        let (title, about) = part.about.split_once(": ").unwrap_or((&part.about, ""));
        text.push_str(&format!("## {}\n\n", plain(title)));
        if !about.is_empty() {
            text.push_str(&format!("{}.\n\n", plain(&capitalised(about))));
        }
        part.found.iter().for_each(|found| text.push_str(&shown(found)));
    }
    text.push_str(&format!("{NOTE}\n\n"));
    text.push_str(&warnings(&result.warnings));
    let (version, stability) = (result.version, result.value_stability);
    text.push_str(&made(version, stability, &result.scenario, &result.run, command.text()));
    text
}

fn shown(found: &Found) -> String {
    match found {
        Found::Rows(columns, rows) => {
            let header: Vec<(&str, Align)> = columns.iter().map(|name| (*name, Align::Left)).collect();
            let rows: Vec<Vec<String>> = rows.iter().map(|row| named_row(row)).collect();
            table(&header, &rows)
        }
        Found::Chains(chains) => {
            let rows: Vec<Vec<String>> =
                chains.iter().map(|chain| chain.iter().map(|cell| plain(cell)).collect()).collect();
            table(&[("Share", Align::Left), ("Rules", Align::Left)], &rows)
        }
        Found::Names(_, names) if names.is_empty() => String::new(),
        Found::Names(what, names) => {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            format!("{} {}.\n\n", capitalised(what), names.join(", "))
        }
        Found::Line(line) => format!("{}.\n\n", plain(&capitalised(line))),
    }
}
