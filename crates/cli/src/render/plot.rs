//! Each outcome over time, drawn: an event's cumulative curve with its interval, a value's fan, the levels' shares stacked.
//!
//! Shades and braille alone, so a picture is the same text in a pipe, in a file and without colours.

mod frame;
mod scale;

use cordiale::model::Model;
use cordiale::result::{EventResult, LevelsResult, Method, OutcomeResult, RunResult, ValueResult};
use cordiale::sim::stats::Percent;
use unicode_width::UnicodeWidthStr;

use super::layout::{number, pad, percent, wrap};
use super::table::{label, no_estimate};
use frame::Frame;
use scale::Scale;

/// From this width on two pictures stand side by side.
const TWO: usize = 150;
/// The columns between them.
const GAP: usize = 4;
/// How many rows a picture has, its axis apart.
const ROWS: usize = 12;
/// How many rows stacked shares have: each stands for a twentieth of the trials.
const STACKED: usize = 20;

/// The shades of bands: of an interval, or of the outer range; and of the inner range.
const OUTER: char = '░';
const INNER: char = '▒';

/// The fillings of levels, from the first; beyond these they begin anew.
const FILLS: [char; 8] = ['█', '▒', '╱', '░', '•', '▓', '·', '╲'];

/// All outcomes, one below the other, or two side by side where there is room.
pub(crate) fn render<M: Method>(result: &RunResult<M>, model: &Model, width: usize) -> String {
    let abreast = if width >= TWO && result.outcomes.len() > 1 { 2 } else { 1 };
    let each = (width - GAP * (abreast - 1)) / abreast;
    let pictures: Vec<Vec<String>> = result
        .outcomes
        .iter()
        .map(|(name, outcome)| picture(&label(name, outcome, model), outcome, model, each))
        .collect();
    let rows = pictures.chunks(abreast).map(|row| beside(row, each));
    rows.collect::<Vec<_>>().join("\n")
}

/// Pictures side by side.
fn beside(pictures: &[Vec<String>], each: usize) -> String {
    let most = pictures.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for line in 0..most {
        let cells = pictures.iter().map(|picture| picture.get(line).map_or("", String::as_str));
        let row: Vec<String> = cells.map(|cell| pad(cell, each)).collect();
        text.push_str(row.join(&" ".repeat(GAP)).trim_end());
        text.push('\n');
    }
    text
}

/// A picture in lines: a title, the drawing with its axes, what its signs mean.
fn picture<M: Method>(title: &str, outcome: &OutcomeResult<M>, model: &Model, width: usize) -> Vec<String> {
    let drawn = match outcome {
        OutcomeResult::Event(event) => curve(event, model, width),
        OutcomeResult::Value(value) => fan(value, model, width),
        OutcomeResult::Levels(levels) => stack(levels, model, width),
    };
    let given = outcome.given().map_or(String::new(), |given| format!(", given {given}"));
    let Some((drawing, legend)) = drawn else {
        return vec![format!("{title}{given}"), format!("  {}", no_estimate(outcome.given()))];
    };
    let mut lines = vec![format!("{title}{given}")];
    lines.extend(drawing);
    let legend = format!("  {}", wrap(&legend, "   ", width, 2));
    lines.extend(legend.lines().map(str::to_owned));
    lines
}

type Drawn = Option<(Vec<String>, Vec<String>)>;

/// By when it was reached, in which share of the trials.
fn curve<M: Method>(event: &EventResult<M>, model: &Model, width: usize) -> Drawn {
    let last = event.by.map_or(model.calendar.steps(), |by| by.step) as usize;
    let reached = event.reached_by_step.get(..=last)?;
    event.probability.0?;
    let shares: Vec<_> = reached.iter().map(|count| M::share(*count, event.trials)).collect();
    let series = |of: fn(&cordiale::stats::Probability) -> f64| -> Vec<Option<f64>> {
        shares.iter().map(|share| share.as_ref().map(of)).collect()
    };
    let (low, middle, high) = (series(|p| p.low), series(|p| p.estimate), series(|p| p.high));
    let top = high.iter().flatten().copied().fold(0.0, f64::max);
    let scale = Scale::of_shares(top);
    let mut frame = Frame::new(width, ROWS, scale, &model.calendar, last, percent_label);
    frame.band(&low, &high, OUTER);
    frame.line(&middle);
    let mut legend = vec!["⠒⠒ reached by then".to_owned()];
    if M::trials(event.trials).is_some() {
        legend.push(format!("{OUTER}{OUTER} 95% interval"));
    }
    if let Some(end) = event.probability.0 {
        let words = event.words.as_deref().unwrap_or_default();
        legend.push(format!("{} at the end, {words}", percent(end.estimate)));
    }
    Some((frame.lines(), legend))
}

/// What range holds how many of the trials.
fn fan<M: Method>(value: &ValueResult<M>, model: &Model, width: usize) -> Drawn {
    let end = value.at_end.as_ref()?;
    let last = value.by.map_or(model.calendar.steps(), |by| by.step) as usize;
    let until = |series: &[Option<f64>]| series.get(..=last).map(<[_]>::to_vec);
    let series = &value.by_step;
    let (q05, q25) = (until(&series.q05)?, until(&series.q25)?);
    let (q50, q75, q95) = (until(&series.q50)?, until(&series.q75)?, until(&series.q95)?);
    let least = q05.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let most = q95.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let scale = Scale::of_values(least, most)?;
    let decimals = scale.decimals();
    let mut frame = Frame::new(width, ROWS, scale, &model.calendar, last, move |value| {
        if (1e-4..1e6).contains(&value.abs()) || value == 0.0 {
            format!("{value:.decimals$}")
        } else {
            format!("{value:.1e}")
        }
    });
    frame.band(&q05, &q95, OUTER);
    frame.band(&q25, &q75, INNER);
    frame.line(&q50);
    let legend = vec![
        "⠒⠒ median".to_owned(),
        format!("{INNER}{INNER} half of the trials"),
        format!("{OUTER}{OUTER} 90% of them"),
        format!("at the end {} [{}, {}]", number(end.q50), number(end.q05), number(end.q95)),
    ];
    Some((frame.lines(), legend))
}

/// Which share of the trials stands in which level; the first level at the bottom.
fn stack<M: Method>(levels: &LevelsResult<M>, model: &Model, width: usize) -> Drawn {
    let last = levels.by.map_or(model.calendar.steps(), |by| by.step) as usize;
    let first = levels.at_end.iter().next()?;
    first.1.probability.0?;
    let mut frame = Frame::new(width, STACKED, Scale::of_shares(1.0), &model.calendar, last, percent_label);
    let mut below: Vec<Option<f64>> = vec![Some(0.0); last + 1];
    let mut legend = Vec::new();
    for ((name, counts), fill) in levels.by_step.iter().zip(FILLS.iter().cycle()) {
        let share = |count: &M::Count| M::share(*count, levels.trials).map(|p| p.estimate);
        let shares = counts.get(..=last)?.iter().map(share);
        let above: Vec<Option<f64>> =
            below.iter().zip(shares).map(|(below, share)| Some((*below)? + share?)).collect();
        frame.fill(&below, &above, *fill);
        below = above;
        let end = levels.at_end.get(name).and_then(|share| share.probability.estimate());
        legend.push(format!("{fill}{fill} {name} {}", end.map_or(String::new(), percent)));
    }
    Some((frame.lines(), legend))
}

fn percent_label(share: f64) -> String {
    let text = Percent(share).to_string();
    format!("{}%", text.strip_suffix(".0").unwrap_or(&text))
}

/// The columns that the widest of some labels takes.
fn widest(labels: &[String]) -> usize {
    labels.iter().map(|label| label.width()).max().unwrap_or(0)
}
