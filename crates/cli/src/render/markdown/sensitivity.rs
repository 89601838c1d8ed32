//! What drives the outcomes, as a document: a table an outcome.

use cordiale::model::Model;
use cordiale::sensitivity::SensitivityResult;

use super::super::sensitivity::{asked, header, legend};
use super::{Align, CommandLine, capitalised, code, made, named_row, opening, plain, table, warnings};

/// The whole document; `top` inputs of each outcome.
pub(crate) fn render(result: &SensitivityResult, model: &Model, top: usize, command: &CommandLine) -> String {
    let mut text = opening(&result.scenario, &result.run, model);
    let names = header(result.method);
    let columns =
        |place: usize| if place == 0 { ("Input", Align::Left) } else { (&*names[place], Align::Right) };
    let columns: Vec<(&str, Align)> = (0..names.len()).map(columns).collect();
    for asked in asked(result, model) {
        text.push_str(&format!("## {}\n\n", plain(&asked.label)));
        let explained = asked.explained(result).map_or(String::new(), |told| format!("; {told}"));
        text.push_str(&format!("{}{explained}.\n\n", plain(&asked.mean())));
        let (rows, unseen) = asked.rows();
        let count = rows.len();
        let shown: Vec<Vec<String>> = rows.iter().take(top).map(|row| named_row(row)).collect();
        text.push_str(&table(&columns, &shown));
        if count > top {
            text.push_str(&format!("And {} more (`--top`).\n\n", count - top));
        }
        if !unseen.is_empty() {
            let names: Vec<String> = unseen.iter().map(|name| code(name)).collect();
            text.push_str(&format!("Not distinguishable from zero: {}.\n\n", names.join(", ")));
        }
        text.extend(asked.nothing().map(|why| format!("{}.\n\n", capitalised(why))));
    }
    text.push_str(&format!("{}\n\n", plain(&legend(result))));
    text.push_str(&warnings(&result.warnings));
    let (version, stability) = (result.version, result.value_stability);
    text.push_str(&made(version, stability, &result.scenario, &result.run, command.text()));
    text
}
