//! What the page says before its scripts run, and all it says where none do: question, answer, outcomes, command.

use cordiale::ReportResult;
use cordiale::report::OutcomeFigure;
use cordiale::result::OutcomeResult;
use cordiale::stats::Probability;

use super::as_text as text;
use crate::render::layout::{number, percent, thousands};

/// An answer in a few words, and what stands beside it.
struct Answer {
    big: String,
    beside: String,
}

/// The part of the page that the scripts put theirs in place of.
pub(super) fn render(report: &ReportResult) -> String {
    let scenario = &report.scenario;
    let asked = scenario.question.as_ref().unwrap_or(&scenario.title);
    let mut html = format!("<h1>{}</h1>\n", text(asked));
    if scenario.question.is_some() {
        html.push_str(&format!("<p class=\"dek\">{}</p>\n", text(&scenario.title)));
    }
    if let Some(outcome) = report.outcomes.get(&report.lead) {
        let Answer { big, beside } = answer(outcome);
        html.push_str(&format!(
            "<div class=\"card answer\"><p class=\"big\">{} <span>{}</span></p><p>{}</p></div>\n",
            text(&big),
            text(&beside),
            among(&report.lead, outcome),
        ));
    }
    let rows: String = report.outcomes.iter().map(|(name, outcome)| row(name, outcome)).collect();
    html.push_str(&format!(
        "<div class=\"card\"><table><caption>Every outcome</caption><thead><tr><th scope=\"col\">Outcome</th><th \
         scope=\"col\">Answer</th><th scope=\"col\">Interval, spread</th><th scope=\"col\" class=\"n\">By</th></tr></thead>\n<tbody>{rows}</tbody></table></div>\n"
    ));
    let run = &report.run;
    html.push_str(&format!(
        "<p>{} trials, seed {}, cordiale {}.</p>\n",
        thousands(run.trials),
        run.seed,
        report.version
    ));
    if let Some(command) = &report.command {
        html.push_str(&format!("<pre>{}</pre>\n", text(command)));
    }
    html
}

fn row(name: &str, outcome: &OutcomeFigure) -> String {
    let Answer { big, beside } = answer(outcome);
    let given =
        outcome.answer.given().map_or(String::new(), |given| format!(", given <code>{}</code>", text(given)));
    format!(
        "<tr><th scope=\"row\"><code>{}</code>{given}</th><td>{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n",
        text(name),
        text(&big),
        text(&beside),
        outcome.deadline
    )
}

/// What the figure is of.
fn among(name: &str, outcome: &OutcomeFigure) -> String {
    let name = text(name);
    let trials = thousands(outcome.answer.trials());
    let of = match outcome.answer.given() {
        Some(given) => format!("the {trials} trials in which {} was reached", text(given)),
        None => format!("{trials} trials"),
    };
    match &outcome.answer {
        OutcomeResult::Event(event) => {
            let reached = thousands(event.reached);
            format!("In {reached} of {of}, <code>{name}</code> was reached by {}.", outcome.deadline)
        }
        _ => format!("Of <code>{name}</code>, on {}, over {of}.", outcome.deadline),
    }
}

/// As the scripts have it, but for their signs and powers of ten; a test of the page compares them.
fn answer(outcome: &OutcomeFigure) -> Answer {
    let none = || Answer {
        big: "No estimate".to_owned(),
        beside: format!("{} was not reached in time", outcome.answer.given().unwrap_or_default()),
    };
    match &outcome.answer {
        OutcomeResult::Event(event) => event.probability.0.as_ref().map_or_else(none, |share| Answer {
            big: format!(
                "{}: {}",
                capital(event.words.as_deref().unwrap_or_default()),
                percent(share.estimate)
            ),
            beside: interval(share),
        }),
        OutcomeResult::Value(value) => value.at_end.as_ref().map_or_else(none, |end| {
            let bound = |end: Option<f64>| end.map_or("unbounded".to_owned(), number);
            let [low, high] = end.intervals.q50;
            Answer {
                big: format!("Median {}", number(end.q50)),
                beside: format!(
                    "95% interval {} to {}; 90% of trials between {} and {}",
                    bound(low),
                    bound(high),
                    number(end.q05),
                    number(end.q95)
                ),
            }
        }),
        OutcomeResult::Levels(levels) => {
            let most =
                levels.at_end.iter().reduce(|best, one| if one.1.count > best.1.count { one } else { best });
            let found = most.and_then(|(name, share)| Some((name, share.probability.0.as_ref()?)));
            found.map_or_else(none, |(name, share)| Answer {
                big: format!("Most often {}: {}", name.replace('_', " "), percent(share.estimate)),
                beside: interval(share),
            })
        }
    }
}

fn interval(share: &Probability) -> String {
    format!("95% interval {} to {}", percent(share.low), percent(share.high))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
