//! A trial told for people.

use std::fmt::Write as _;

use cordiale::chronicle::{EndState, Entry, NamedValue, TurnedTo};
use cordiale::{Chronicle, Model};

use super::layout::{columns, number};

/// The whole chronicle.
pub(crate) fn render(told: &Chronicle, model: &Model) -> String {
    let mut text = format!("{}: trial {} of seed {}\n", model.title, told.trial, told.seed);
    named(&mut text, "Parameters of this trial", &told.parameters);
    named(&mut text, "Starts that were drawn", &told.starts);
    text.push('\n');
    for entry in &told.entries {
        let _ = writeln!(text, "{}  (step {})", entry.date, entry.step);
        text.push_str(&columns(&lines(entry)));
    }
    if told.outcomes.is_empty() {
        return text;
    }
    text.push_str("\nIn the end\n");
    let endings = told.outcomes.iter().map(|ending| {
        let result = match &ending.result {
            EndState::Reached { date, .. } => format!("reached, first on {date}"),
            EndState::NotReached => "not reached".to_owned(),
            EndState::Value(value) => number(*value),
            EndState::Level(level) => level.clone(),
        };
        let given = match ending.given_reached {
            Some(false) => "  (does not count: its condition was not met)",
            _ => "",
        };
        vec![ending.outcome.clone(), format!("{result}{given}")]
    });
    text.push_str(&columns(&endings.collect::<Vec<_>>()));
    text
}

fn named(text: &mut String, heading: &str, values: &[NamedValue]) {
    if !values.is_empty() {
        let _ = writeln!(text, "\n{heading}");
        text.push_str(&columns(
            &values.iter().map(|v| vec![v.name.clone(), number(v.value)]).collect::<Vec<_>>(),
        ));
    }
}

fn lines(entry: &Entry) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for turn in &entry.turns {
        let what = match &turn.to {
            TurnedTo::Reached => "is reached".to_owned(),
            TurnedTo::Late => "holds, too late to be reached".to_owned(),
            TurnedTo::Holds => "holds again".to_owned(),
            TurnedTo::Ends => "holds no more".to_owned(),
            TurnedTo::Level(level) => format!("stands at {level}"),
        };
        lines.push(vec!["=".to_owned(), turn.outcome.clone(), what]);
    }
    for fired in &entry.fired {
        let branch = fired.branch.as_ref().map_or(String::new(), |b| format!("took {b}"));
        let forced = if fired.forced { "forced" } else { "" };
        let notes: Vec<&str> = [branch.as_str(), forced].into_iter().filter(|n| !n.is_empty()).collect();
        lines.push(vec!["*".to_owned(), fired.rule.clone(), notes.join(", ")]);
    }
    for change in &entry.changes {
        let [before, drifted, after] = [change.before, change.drifted, change.after].map(number);
        let mut moved = format!("{before} -> {after}");
        if drifted != before {
            let _ = write!(moved, " (by itself {drifted})");
        }
        lines.push(vec![String::new(), change.name.clone(), moved]);
    }
    lines
}
