//! A result on about a screen: question first, answer first.

use cordiale::model::{Basis, Model};
use cordiale::result::{EventResult, LevelsResult, OutcomeResult, RunResult, ValueResult};
use unicode_width::UnicodeWidthStr;

use super::layout::{bars, number, pad, percent, thousands, wrap};

/// Bars of a curve.
const CURVE: usize = 10;
/// How many rules are named.
const RULES: usize = 5;
/// The width where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 120;

/// The width of the terminal, or what COLUMNS says.
pub(crate) fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    set.or_else(asked).unwrap_or(DEFAULT_WIDTH).clamp(60, 200)
}

/// The whole table.
pub(crate) fn render(result: &RunResult, model: &Model, width: usize) -> String {
    let mut text = heading(result, model, width);
    let names: Vec<String> = result.outcomes.iter().map(|(name, outcome)| label(name, outcome)).collect();
    let name_width = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let words_width =
        result.outcomes.iter().filter_map(|(_, o)| words(o)).map(UnicodeWidthStr::width).max().unwrap_or(0);
    for ((_, outcome), name) in result.outcomes.iter().zip(&names) {
        let body = match outcome {
            OutcomeResult::Event(event) => {
                event_line(event, model, words_width, width.saturating_sub(name_width + 2), name_width + 2)
            }
            OutcomeResult::Value(value) => value_line(value),
            OutcomeResult::Levels(levels) => levels_line(levels, width, name_width + 2),
        };
        text.push_str(format!("{}  {body}", pad(name, name_width)).trim_end());
        text.push('\n');
    }
    if result.outcomes.is_empty() {
        text.push_str("The scenario has no [outcomes], so there is no answer.\n");
    }
    text.push('\n');
    text.push_str(&fired(result, width));
    text.push_str(&judgement(model));
    text.push_str("Intervals are 95% and of the simulation alone: more trials narrow them; they are not the error of a forecast.\n");
    text
}

fn heading(result: &RunResult, model: &Model, width: usize) -> String {
    let run = &result.run;
    let calendar = &model.calendar;
    let unit = calendar.unit().name();
    let length = match (calendar.steps() % calendar.per_year(), calendar.steps() / calendar.per_year()) {
        (0, 1) => format!("1 year by {unit}"),
        (0, years) => format!("{years} years by {unit}"),
        _ => format!("{} {unit}s", calendar.steps()),
    };
    let trials = if run.partial {
        format!("PARTIAL: {} trials", thousands(run.trials))
    } else {
        format!("{} trials", thousands(run.trials))
    };
    let mut facts: Vec<String> = result.scenario.world.iter().cloned().collect();
    facts.extend([length, trials, format!("seed {}", run.seed)]);
    facts.extend(run.variant.iter().map(|variant| format!("variant {variant}")));
    facts.extend(run.set.iter().map(|(name, value)| format!("{name} = {value}")));
    let facts = facts.join(" · ");
    let title = &result.scenario.title;
    let mut text = if title.width() + 3 + facts.width() <= width {
        format!("{}{facts}\n", pad(title, width - facts.width()))
    } else {
        format!("{title}\n{facts}\n")
    };
    if let Some(question) = result.scenario.question.as_ref().filter(|q| *q != title) {
        text.push_str(question);
        text.push('\n');
    }
    text.push('\n');
    text
}

/// The outcome's name, with its deadline.
fn label(name: &str, outcome: &OutcomeResult) -> String {
    match outcome.by() {
        Some(by) => format!("{name} ({})", by.date.year_month()),
        None => name.to_owned(),
    }
}

fn words(outcome: &OutcomeResult) -> Option<&str> {
    match outcome {
        OutcomeResult::Event(event) => event.words.as_deref(),
        _ => None,
    }
}

fn event_line(event: &EventResult, model: &Model, words_width: usize, room: usize, indent: usize) -> String {
    let Some(probability) = event.probability.0 else {
        return format!(
            "no estimate: `{}` was reached in no trial",
            event.given.as_deref().unwrap_or_default()
        );
    };
    let interval = format!("[{:.1}, {:.1}]", 100.0 * probability.low, 100.0 * probability.high);
    let curve = curve(event, model);
    let mut notes = Vec::new();
    if let Some(given) = &event.given {
        notes.push(format!("in the {} trials with {given}", thousands(event.trials)));
    }
    if let Some(horizon) = event.at_horizon.and_then(|h| h.probability.estimate()) {
        notes.push(format!("{} by the horizon", percent(horizon)));
    } else if let Some(when) = when(event, model) {
        notes.push(when);
    }
    let words = pad(event.words.as_deref().unwrap_or_default(), words_width);
    let line = format!("{words}  {:>6}  {}  {curve}", percent(probability.estimate), pad(&interval, 12));
    let notes = notes.join(", ");
    if notes.is_empty() || line.width() + 3 + notes.width() <= room {
        format!("{line}   {notes}")
    } else {
        format!("{line}\n{}{notes}", " ".repeat(indent))
    }
}

/// How many trials had reached it, at ten dates up to the deadline.
fn curve(event: &EventResult, model: &Model) -> String {
    let last = event.by.map_or(model.calendar.steps(), |by| by.step) as usize;
    let at = |bar: usize| {
        let step = (bar + 1) * last / CURVE;
        #[expect(clippy::cast_precision_loss, reason = "a bar has eight heights")]
        let reached = event.reached_by_step.get(step).copied().unwrap_or(0) as f64;
        reached
    };
    bars(&(0..CURVE).map(at).collect::<Vec<f64>>())
}

/// By when half, a quarter or a twentieth of the trials had reached it.
fn when(event: &EventResult, model: &Model) -> Option<String> {
    let first = &event.first_step;
    let (share, step) = [("half", first.median), ("a quarter", first.q25), ("1 in 20", first.q05)]
        .into_iter()
        .find_map(|(share, step)| step.map(|step| (share, step)))?;
    if step == 0 {
        return Some(format!("{share} from the start"));
    }
    Some(format!("{share} by {}", model.calendar.date_of(step).year_month()))
}

fn value_line(value: &ValueResult) -> String {
    let Some(end) = &value.at_end else {
        return format!(
            "no estimate: `{}` was reached in no trial",
            value.given.as_deref().unwrap_or_default()
        );
    };
    #[expect(clippy::cast_precision_loss, reason = "a bar has eight heights")]
    let counts: Vec<f64> = end.histogram.counts.iter().map(|count| *count as f64).collect();
    let given = value
        .given
        .as_ref()
        .map_or(String::new(), |g| format!("   in the {} trials with {g}", thousands(value.trials)));
    format!(
        "median {}   90% of trials in [{}, {}]   {}{given}",
        number(end.q50),
        number(end.q05),
        number(end.q95),
        bars(&counts)
    )
}

fn levels_line(levels: &LevelsResult, width: usize, indent: usize) -> String {
    let share = |(name, share): (&str, &cordiale::result::LevelShare)| {
        share.probability.estimate().map(|p| format!("{name} {}", percent(p)))
    };
    let shares: Vec<String> = levels.at_end.iter().filter_map(share).collect();
    if shares.is_empty() {
        return format!(
            "no estimate: `{}` was reached in no trial",
            levels.given.as_deref().unwrap_or_default()
        );
    }
    wrap(&shares, "   ", width, indent)
}

fn fired(result: &RunResult, width: usize) -> String {
    let trials = result.run.trials;
    let fired = result.rules.iter().filter(|(name, rule)| !name.contains('.') && rule.trials_fired > 0);
    let mut rules: Vec<(&str, u64)> = fired.map(|(name, rule)| (name, rule.trials_fired)).collect();
    // What fires in every trial tells nothing, as long as there is anything else.
    if rules.iter().any(|(_, fired)| *fired < trials) {
        rules.retain(|(_, fired)| *fired < trials);
    }
    // The order of names decides between rules that fired in as many trials.
    rules.sort_by_key(|(_, fired)| std::cmp::Reverse(*fired));
    if rules.is_empty() {
        return "No rule fired.\n".to_owned();
    }
    let lead = "What fired most: ";
    #[expect(clippy::cast_precision_loss, reason = "shown in whole per cent")]
    let share = |(name, fired): &(&str, u64)| format!("{name} {:.0}%", 100.0 * *fired as f64 / trials as f64);
    let mut pieces: Vec<String> = rules.iter().take(RULES).map(share).collect();
    for piece in pieces.iter_mut().rev().skip(1) {
        piece.push(',');
    }
    format!("{lead}{}\n", wrap(&pieces, " ", width, lead.width()))
}

/// How many parameters rest on nothing but judgement.
fn judgement(model: &Model) -> String {
    let count = model.parameters.len();
    if count == 0 {
        return String::new();
    }
    let judged = model.parameters.iter().filter(|p| {
        p.evidence
            .iter()
            .all(|e| e.basis == Some(Basis::Judgement) || e.basis.is_none() && e.source.is_none())
    });
    format!("Rests on judgement alone: {} of {count} parameters\n", judged.count())
}
