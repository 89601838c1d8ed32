//! What differs between two scenarios or results, for people.

use std::path::Path;

use cordiale::calendar::Calendar;
use cordiale::diff::{
    Figure, FigureMoved, Moved, RecordedResult, ResultDiff, Said, ScenarioDiff, SeriesMoved, Side, Unit,
};
use cordiale::result::Named;
use unicode_width::UnicodeWidthStr;

use super::compare::changes;
use super::layout::{columns, number, pad, percent, percent_interval, wrap};

/// Digits of a digest that are shown.
const DIGEST: usize = 16;

/// By how much of itself the mean of a rule's firings may move where its share of the trials does not, and be counted alone.
const SMALL: f64 = 0.05;

/// What to do next where two results differ.
pub(super) const ADVICE: &str = "Intervals are 95% and of the simulation alone. That two overlap does not show that nothing changed, and runs with one seed share their random numbers: `cordiale compare FILE --against OTHER.toml` gives the difference with its own interval.";

/// Two scenarios, side by side.
pub(crate) fn scenarios(diff: &ScenarioDiff, [a, b]: [&Path; 2], width: usize) -> String {
    let mut text = sides([a, b], [&diff.a.id, &diff.b.id]);
    if diff.same {
        text.push_str("They say the same.\n");
        return text;
    }
    text.push_str(&changes(&diff.changes, width));
    text.push('\n');
    text.push_str(&wrap(&pieces(scenario_verdict(diff)), " ", width, 0));
    text.push('\n');
    text
}

/// What the differences come to, and what to do next.
pub(super) fn scenario_verdict(diff: &ScenarioDiff) -> &'static str {
    if diff.same_digest {
        "What runs is the same (the digests are equal): only seed, number of trials, variants or the way it is written differ."
    } else {
        "What these do to the outcomes: `cordiale compare A --against B`."
    }
}

/// Two results, side by side.
pub(crate) fn results(diff: &ResultDiff, [a, b]: [(&Path, &RecordedResult); 2], width: usize) -> String {
    let told = Told::new(a.1, b.1);
    let mut text = sides([a.0, b.0], [&told.head[0], &told.head[1]]);
    if diff.same {
        text.push_str("They are the same.\n");
        return text;
    }
    if !diff.made.is_empty() {
        text.push_str("How they were made\n");
        text.push_str(&columns(&said_rows(&diff.made)));
        text.push('\n');
    }
    for (name, moved) in diff.outcomes.iter() {
        text.push_str(&format!("{name}\n"));
        text.push_str(&body(moved, &told, width));
    }
    text.push_str(&rules(diff, &told, width));
    for said in &diff.warnings {
        let (side, warning) = one_sided(said);
        text.push_str(&format!(
            "{}\n",
            wrap(&pieces(&format!("Warning in {side} alone: {warning}")), " ", width, 2)
        ));
    }
    if diff.answers_same {
        text.push_str("Every figure of every outcome and rule is the same.\n");
        return text;
    }
    let same = unchanged(diff);
    if !same.is_empty() {
        text.push_str(&format!("{}\n", wrap(&pieces(&same), " ", width, 2)));
    }
    text.push('\n');
    text.push_str(&wrap(&pieces(ADVICE), " ", width, 0));
    text.push('\n');
    text
}

fn pieces(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn sides(paths: [&Path; 2], about: [&str; 2]) -> String {
    let names = paths.map(|path| path.display().to_string());
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let line = |side: &str, name: &str, about: &str| format!("{side}  {}  {about}\n", pad(name, widest));
    format!("{}{}\n", line("A", &names[0], about[0]), line("B", &names[1], about[1]))
}

/// What figures are told with.
pub(super) struct Told {
    calendars: [Option<Calendar>; 2],
    /// Of each result its scenario, trials and seed.
    pub(super) head: [String; 2],
}

impl Told {
    pub(super) fn new(a: &RecordedResult, b: &RecordedResult) -> Self {
        Self { calendars: [a.calendar(), b.calendar()], head: [a.to_string(), b.to_string()] }
    }

    /// A figure of one side.
    fn figure(&self, side: usize, unit: Unit, figure: Figure) -> String {
        let Some(estimate) = figure.estimate else { return "none".to_owned() };
        let bounds = figure.low.zip(figure.high);
        match unit {
            Unit::Share => match bounds {
                Some((low, high)) if low < high => {
                    format!("{} {}", percent(estimate), percent_interval(low, high))
                }
                _ => percent(estimate),
            },
            Unit::Number => match bounds {
                Some((low, high)) if low < high => {
                    format!("{} [{}, {}]", number(estimate), number(low), number(high))
                }
                _ => number(estimate),
            },
            Unit::Step => self.date(side, estimate),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the steps there are"
    )]
    fn date(&self, side: usize, step: f64) -> String {
        match &self.calendars[side] {
            Some(calendar) => {
                let step = step.clamp(0.0, f64::from(calendar.steps())) as u32;
                calendar.short(calendar.date_of(step))
            }
            None => format!("step {step}"),
        }
    }

    /// A figure's row: its name, from, to, and whether its intervals overlap.
    pub(super) fn row(&self, moved: &FigureMoved) -> [String; 4] {
        let note = match (moved.difference, moved.intervals_overlap) {
            (Some(difference), overlap) if moved.unit != Unit::Step => {
                let overlap = match overlap {
                    Some(true) => ", intervals overlap",
                    Some(false) => ", intervals apart",
                    None => "",
                };
                format!("{}{overlap}", shift(moved.unit, difference))
            }
            _ => String::new(),
        };
        let [a, b] = [self.figure(0, moved.unit, moved.a), self.figure(1, moved.unit, moved.b)];
        [figure_name(&moved.figure), a, b, note]
    }

    /// The largest difference of a list by step.
    pub(super) fn series(&self, moved: &SeriesMoved) -> String {
        let name = moved.series.replace("_by_step", "").replace("by_step.", "");
        let [here, there] = moved.entries;
        let both = here.min(there);
        let mut text = format!("{name} by step: other at {} of {both} steps", moved.differ);
        if let (Some(step), Some(a), Some(b)) = (moved.step, moved.a, moved.b) {
            let shown = |value: f64| if moved.unit == Unit::Share { percent(value) } else { number(value) };
            let date = self.date(0, f64::from(step));
            text.push_str(&format!(", most in {date}: {} -> {}", shown(a), shown(b)));
        }
        if here != there {
            text.push_str(&format!("; {here} entries -> {there}"));
        }
        text
    }
}

/// How far a figure moved.
fn shift(unit: Unit, difference: f64) -> String {
    let sign = if difference > 0.0 { "+" } else { "" };
    match unit {
        Unit::Share if difference.abs() < 0.0005 => "less than 0.05 points".to_owned(),
        Unit::Share => format!("{sign}{:.1} points", 100.0 * difference),
        Unit::Number | Unit::Step => format!("{sign}{}", number(difference)),
    }
}

/// A figure in the words of the table of `run`.
fn figure_name(figure: &str) -> String {
    match figure {
        "at_horizon" => "by the horizon",
        "first_step.q05" => "1 in 20 by",
        "first_step.q25" => "a quarter by",
        "first_step.median" => "half by",
        "first_step.q75" => "three quarters by",
        "first_step.q95" => "19 in 20 by",
        "q05" => "5% quantile",
        "q25" => "25% quantile",
        "q50" => "median",
        "q75" => "75% quantile",
        "q95" => "95% quantile",
        "fired" => "fired in",
        "mean_fires" => "mean firings",
        "first_step_median" => "half of the trials by",
        other => other,
    }
    .to_owned()
}

/// What is said in words: what, from, to.
pub(super) fn said_row(said: &Said) -> [String; 3] {
    let shown = |side: &Option<String>| match side {
        Some(text) if said.what == "digest" => text.chars().take(DIGEST).collect::<String>() + "…",
        Some(text) => text.clone(),
        None => "none".to_owned(),
    };
    [said.what.clone(), shown(&said.a), shown(&said.b)]
}

fn said_rows(said: &[Said]) -> Vec<Vec<String>> {
    said.iter()
        .map(|said| {
            let [what, a, b] = said_row(said);
            vec![what, format!("{a} -> {b}")]
        })
        .collect()
}

/// Of what only one of the two has: which, and what.
pub(super) fn one_sided(said: &Said) -> (&'static str, &str) {
    match (&said.a, &said.b) {
        (Some(text), _) => ("A", text),
        (None, text) => ("B", text.as_deref().unwrap_or_default()),
    }
}

/// What stands below an outcome's name.
fn body(moved: &Moved, told: &Told, width: usize) -> String {
    if let Some(side) = moved.only_in {
        return format!("  only in {}\n", side_name(side));
    }
    let mut rows = Vec::new();
    let mut notes_fit = true;
    for figure in &moved.figures {
        let [name, a, b, note] = told.row(figure);
        rows.push(vec![name, format!("{a} -> {b}"), note]);
    }
    for row in said_rows(&moved.said) {
        rows.push(row);
    }
    if columns(&rows).lines().any(|line| line.width() > width) {
        notes_fit = false;
    }
    let mut text = if notes_fit { columns(&rows) } else { below(&rows) };
    for note in notes(moved, told) {
        text.push_str(&format!("{}\n", wrap(&pieces(&format!("  {note}")), " ", width, 6)));
    }
    text
}

/// What is told below the figures: the list by step that says most, and where nothing else is told what else differs.
pub(super) fn notes(moved: &Moved, told: &Told) -> Vec<String> {
    let size = |series: &&SeriesMoved| series.a.zip(series.b).map_or(0.0, |(a, b)| (b - a).abs());
    let first = moved.series.iter().find(|s| matches!(s.series.as_str(), "reached_by_step" | "by_step.q50"));
    let series = first.or_else(|| moved.series.iter().max_by(|a, b| size(a).total_cmp(&size(b))));
    let mut notes: Vec<String> = series.map(|series| told.series(series)).into_iter().collect();
    if moved.figures.is_empty() && moved.series.is_empty() && !moved.other.is_empty() {
        notes.push(format!("other: {}", moved.other.join(", ")));
    }
    notes
}

/// Rows whose last cell stands on a line of its own.
fn below(rows: &[Vec<String>]) -> String {
    let names = rows.iter().filter_map(|row| row.first()).map(|name| name.width()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        if let [name, moved, rest @ ..] = row.as_slice() {
            text.push_str(&format!("  {}  {moved}\n", pad(name, names)));
            for note in rest.iter().filter(|note| !note.is_empty()) {
                text.push_str(&format!("  {}    {note}\n", " ".repeat(names)));
            }
        }
    }
    text
}

pub(super) fn side_name(side: Side) -> &'static str {
    match side {
        Side::A => "A",
        Side::B => "B",
    }
}

/// The rules that moved beyond their intervals, and how many moved within.
pub(super) fn notable(rules: &Named<Moved>) -> (Vec<(&str, &Moved)>, usize) {
    let within = |moved: &Moved| {
        let of = |name: &str| moved.figures.iter().find(|figure| figure.figure == name);
        let is_small = |moved: &FigureMoved| {
            let sides = moved.a.estimate.zip(moved.b.estimate);
            sides.is_some_and(|(a, b)| (b - a).abs() < SMALL * a.abs().max(b.abs()))
        };
        moved.only_in.is_none()
            && moved.said.is_empty()
            && match of("fired") {
                Some(fired) => fired.intervals_overlap == Some(true),
                None => of("mean_fires").is_none_or(is_small),
            }
    };
    let notable: Vec<(&str, &Moved)> = rules.iter().filter(|(_, moved)| !within(moved)).collect();
    let rest = rules.len() - notable.len();
    (notable, rest)
}

fn rules(diff: &ResultDiff, told: &Told, width: usize) -> String {
    if diff.rules.is_empty() {
        return String::new();
    }
    let (notable, rest) = notable(&diff.rules);
    let mut text = String::new();
    for (name, moved) in &notable {
        text.push_str(&format!("rule {name}\n{}", body(moved, told, width)));
    }
    text.push('\n');
    if rest > 0 {
        let note = format!(
            "{rest} {}rules and branches moved within their intervals, or by less than 5% in their mean firings (--format json names them).",
            if notable.is_empty() { "" } else { "other " }
        );
        text.push_str(&format!("{}\n", wrap(&pieces(&note), " ", width, 2)));
    }
    text
}

/// What did not move.
pub(super) fn unchanged(diff: &ResultDiff) -> String {
    let mut parts = Vec::new();
    if !diff.unchanged_outcomes.is_empty() {
        parts.push(format!("outcomes {}", diff.unchanged_outcomes.join(", ")));
    }
    match diff.unchanged_rules.len() {
        0 => {}
        1 => parts.push("1 rule or branch".to_owned()),
        count => parts.push(format!("{count} rules and branches")),
    }
    if parts.is_empty() { String::new() } else { format!("The same in both: {}.", parts.join("; ")) }
}
