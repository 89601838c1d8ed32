//! A result as a document: question, outcomes, what fired, how it was made.

use cordiale::model::Model;
use cordiale::result::{
    EventResult, LevelsResult, Method, OutcomeResult, RuleResult, RunResult, ValueResult,
};
use cordiale::stats::Probability;

use super::super::layout::{number, percent, thousands};
use super::super::table::{among, by_the_horizon, caveat, judgement, none_fired, when};
use super::super::{plot, stopping, widths};
use super::{Align, CommandLine, code, made, opening, plain, table, warnings};

use Align::{Left, Right};

/// The width of pictures and of what is told as on a screen: a page's, whatever the terminal's.
const PLOT_WIDTH: usize = 80;

/// The whole document.
pub(crate) fn render<M: Method>(
    result: &RunResult<M>,
    model: &Model,
    plot: bool,
    command: &CommandLine,
) -> String {
    let mut text = opening(&result.scenario, &result.run, model);
    let settled = stopping::render(result, PLOT_WIDTH);
    if !settled.is_empty() {
        text.push_str(&format!(
            "## The question that ended the run\n\n```text\n{}\n```\n\n",
            settled.trim_end()
        ));
    }
    text.push_str("## Outcomes\n\n");
    if result.outcomes.is_empty() {
        text.push_str("The scenario has no `[outcomes]`, so there is no answer.\n\n");
    }
    text.push_str(&outcomes(result, model));
    text.push_str(&format!("{}\n\n", caveat(&result.run)));
    if let Some(widths) = &result.widths {
        let told = widths::body(widths, PLOT_WIDTH);
        text.push_str(&format!("## Three widths\n\n```text\n{}\n```\n\n", told.trim_end()));
    }
    if plot {
        let drawn = plot::render(result, model, PLOT_WIDTH);
        text.push_str(&format!("## Over time\n\n```text\n{drawn}```\n\n"));
    }
    text.push_str("## What fired\n\n");
    text.push_str(&rules(result, model));
    let judged = judgement(model);
    if !judged.is_empty() {
        text.push_str(&format!("{}.\n\n", judged.trim_end()));
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

/// A table for each kind of outcome that there is.
fn outcomes<M: Method>(result: &RunResult<M>, model: &Model) -> String {
    let has_intervals = M::trials(result.run.trials).is_some();
    let (mut events, mut values, mut levels) = (Vec::new(), Vec::new(), Vec::new());
    for (name, outcome) in result.outcomes.iter() {
        let label = label(name, outcome, model);
        match outcome {
            OutcomeResult::Event(event) => events.push(event_row(label, event, model)),
            OutcomeResult::Value(value) => values.push(value_row(label, value)),
            OutcomeResult::Levels(shares) => levels.extend(level_rows(&label, shares)),
        }
    }
    let interval = ("95% interval", Left);
    let kinds = [
        (vec![("Event", Left), ("Probability", Right), interval, ("In words", Left), ("When", Left)], events),
        (
            vec![
                ("Value", Left),
                ("Median", Right),
                interval,
                ("90% of trials in", Left),
                ("Mean", Right),
                ("Standard deviation", Right),
            ],
            values,
        ),
        (vec![("Levels", Left), ("Share", Right), interval], levels),
    ];
    let mut text = String::new();
    for (mut header, mut rows) in kinds {
        if !has_intervals {
            header.remove(2);
            rows.iter_mut().filter(|row| row.len() > 2).for_each(|row| {
                row.remove(2);
            });
        }
        text.push_str(&table(&header, &rows));
    }
    text
}

/// The outcome's name, its deadline and what it is conditional on.
fn label<M: Method>(name: &str, outcome: &OutcomeResult<M>, model: &Model) -> String {
    let mut label = code(name);
    if let Some(by) = outcome.by() {
        label.push_str(&format!(" by {}", model.calendar.short(by.date)));
    }
    if let Some(given) = outcome.given() {
        label.push_str(&format!(", {}", plain(&among::<M>(outcome.trials(), given))));
    }
    label
}

fn interval(probability: &Probability) -> String {
    format!("{} to {}", percent(probability.low), percent(probability.high))
}

const NONE: &str = "no estimate";

fn event_row<M: Method>(label: String, event: &EventResult<M>, model: &Model) -> Vec<String> {
    let Some(probability) = &event.probability.0 else {
        return vec![label, NONE.to_owned(), String::new(), String::new(), String::new()];
    };
    let mut notes: Vec<String> = when(event, model).into_iter().collect();
    notes.extend(by_the_horizon(event, model));
    vec![
        label,
        percent(probability.estimate),
        interval(probability),
        event.words.clone().unwrap_or_default(),
        notes.join(", "),
    ]
}

fn value_row<M: Method>(label: String, value: &ValueResult<M>) -> Vec<String> {
    let Some(end) = &value.at_end else {
        let none = String::new;
        return vec![label, NONE.to_owned(), none(), none(), none(), none()];
    };
    let bound = |end: Option<f64>| end.map_or("unbounded".to_owned(), number);
    let [low, high] = end.intervals.q50;
    vec![
        label,
        number(end.q50),
        format!("{} to {}", bound(low), bound(high)),
        format!("{} to {}", number(end.q05), number(end.q95)),
        number(end.mean),
        number(end.sd),
    ]
}

fn level_rows<M: Method>(label: &str, levels: &LevelsResult<M>) -> Vec<Vec<String>> {
    let row = |(name, share): (&str, &cordiale::result::LevelShare<M>)| {
        let label = format!("{label}: {}", plain(name));
        match &share.probability.0 {
            Some(probability) => vec![label, percent(probability.estimate), interval(probability)],
            None => vec![label, NONE.to_owned(), String::new()],
        }
    };
    levels.at_end.iter().map(row).collect()
}

/// The rules by how many trials they fired in, then those that never did.
fn rules<M: Method>(result: &RunResult<M>, model: &Model) -> String {
    // Branches belong to their rules.
    let rules = result.rules.iter().filter(|(name, _)| !name.contains('.'));
    let mut fired: Vec<(&str, &RuleResult<M>)> = Vec::new();
    let mut never: Vec<String> = Vec::new();
    for (name, rule) in rules {
        match rule.mean_fires {
            Some(mean) if mean > 0.0 => fired.push((name, rule)),
            Some(_) => never.push(code(name)),
            // Nothing that was asked depends on it, so an exact run left it out.
            None => {}
        }
    }
    let often = |rule: &RuleResult<M>| {
        let trials = M::trials(rule.trials_fired);
        (trials, rule.mean_fires.unwrap_or(0.0))
    };
    fired.sort_by(|(_, a), (_, b)| {
        let (a, b) = (often(a), often(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let total = M::trials(result.run.trials);
    let rows: Vec<Vec<String>> =
        fired.iter().map(|(name, rule)| rule_row(name, rule, total, model)).collect();
    let mut header = vec![("Rule", Left), ("Mean firings a trial", Right)];
    if total.is_some() {
        header.insert(1, ("Fired in", Right));
        header.push(("In half of the trials by", Left));
    }
    let mut text = table(&header, &rows);
    if rows.is_empty() {
        text.push_str(&format!("{}\n\n", none_fired(result)));
    } else if !never.is_empty() {
        text.push_str(&format!("Never fired: {}.\n\n", never.join(", ")));
    }
    text
}

fn rule_row<M: Method>(name: &str, rule: &RuleResult<M>, total: Option<u64>, model: &Model) -> Vec<String> {
    let mut row = vec![code(name), rule.mean_fires.map_or(String::new(), number)];
    if let (Some(fired), Some(total)) = (M::trials(rule.trials_fired), total) {
        #[expect(clippy::cast_precision_loss, reason = "shown in tenths of a per cent")]
        let share = percent(fired as f64 / total as f64);
        row.insert(1, format!("{share} ({})", thousands(fired)));
        let half = rule.first_step_median.map(|step| model.calendar.short(model.calendar.date_of(step)));
        row.push(half.unwrap_or_default());
    }
    row
}
