//! The register of assumptions as a document: a table with a row a number.

use cordiale::assumptions::{AssumptionsResult, Entry};

use super::super::assumptions::{differences, grounds, leaning, legend, resting};
use super::{Align, CommandLine, code, head, made, plain, table, warnings};

/// The whole document.
pub(crate) fn render(result: &AssumptionsResult, command: &CommandLine) -> String {
    let columns = [
        ("", Align::Right),
        ("Number", Align::Left),
        ("Value", Align::Left),
        ("Rests on", Align::Left),
        ("Moves", Align::Left),
    ];
    let rows: Vec<Vec<String>> =
        result.assumptions.iter().enumerate().map(|(place, entry)| row(place + 1, entry)).collect();
    let mut text = format!("{}## Assumptions\n\n{}", head(&result.scenario), table(&columns, &rows));
    text.push_str(&format!("{}\n\n", plain(&legend(result))));
    if let Some(without) = &result.without_source {
        text.push_str(&format!("## Without {}\n\n", code(&without.source)));
        let (low, high) = without.factors;
        text.push_str(&format!(
            "With {} {}.\n\n",
            resting(without, "it"),
            if without.how == "removed" {
                format!("removed, or, where they cannot be, widened by factors from {low} to {high}")
            } else {
                format!("widened by factors from {low} to {high}")
            }
        ));
        let rows: Vec<Vec<String>> =
            differences(without).into_iter().map(|(name, told)| vec![code(&name), plain(&told)]).collect();
        text.push_str(&table(&[("Outcome", Align::Left), ("As it is -> without", Align::Left)], &rows));
    }
    let sources = result.sources.iter().filter(|(_, source)| source.numbers > 0);
    let sources: Vec<String> = sources
        .map(|(name, source)| {
            let facts = [Some(&source.title), source.publisher.as_ref(), source.date.as_ref()];
            let facts: Vec<String> = facts.into_iter().flatten().map(|fact| plain(fact)).collect();
            format!("- {}: {}\n", code(name), facts.join(", "))
        })
        .collect();
    if !sources.is_empty() {
        text.push_str(&format!("## Sources\n\n{}\n", sources.concat()));
    }
    text.push_str(&warnings(&result.warnings));
    let (version, stability) = (result.version, result.value_stability);
    text.push_str(&made(version, stability, &result.scenario, &result.run, command.text()));
    text
}

fn row(place: usize, entry: &Entry) -> Vec<String> {
    let assumption = &entry.assumption;
    let about = assumption.about.as_ref().map_or(String::new(), |about| format!("<br>{}", plain(about)));
    let unit = assumption.unit.as_ref().map_or(String::new(), |unit| format!(" {}", plain(unit)));
    let moves = leaning(entry).unwrap_or_else(|| "not varied".to_owned());
    vec![
        place.to_string(),
        format!("{}{about}", code(&assumption.name)),
        format!("{}{unit}", code(&assumption.value)),
        plain(&grounds(entry)),
        plain(moves.strip_prefix("moves ").unwrap_or(&moves)),
    ]
}
