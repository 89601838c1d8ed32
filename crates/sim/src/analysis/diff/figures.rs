//! Which figures an outcome and a rule have, and how two of each differ.

use serde_json::Value;

use super::recorded::at;
use super::{Figure, FigureMoved, Moved, RecordedResult, Said, SeriesMoved, Unit};
use crate::stats::interval::Z_975;
use crate::stats::wilson;

/// The quantiles that results hold.
const QUANTILES: [&str; 5] = ["q05", "q25", "q50", "q75", "q95"];

/// A thing of a result, and the result that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) value: &'a Value,
    pub(super) of: &'a RecordedResult,
}

impl Entry<'_> {
    fn number(&self, path: &str) -> Option<f64> {
        at(self.value, path)?.as_f64()
    }

    /// Of how many trials its counts are; none where it holds probabilities in their place.
    fn trials(&self) -> Option<u64> {
        at(self.value, "trials").or_else(|| self.of.at("run.trials"))?.as_u64()
    }

    fn plain(&self, path: &str) -> Figure {
        Figure { estimate: self.number(path), low: None, high: None }
    }

    fn probability(&self, path: &str) -> Figure {
        let number = |key: &str| self.number(&format!("{path}.{key}"));
        Figure { estimate: number("estimate"), low: number("low"), high: number("high") }
    }

    /// The mean, within 1.96 of its standard errors.
    fn mean(&self) -> Figure {
        let (mean, mcse) = (self.number("final.mean"), self.number("final.mcse"));
        let end = |sign: f64| Some(mean? + sign * Z_975 * mcse?);
        Figure { estimate: mean, low: end(-1.0), high: end(1.0) }
    }

    fn quantile(&self, name: &str) -> Figure {
        let end = |place: usize| at(self.value, &format!("final.intervals.{name}"))?.get(place)?.as_f64();
        Figure { estimate: self.number(&format!("final.{name}")), low: end(0), high: end(1) }
    }

    /// In which share of the trials a rule fired.
    fn fired(&self) -> Figure {
        let share = || wilson(at(self.value, "trials_fired")?.as_u64()?, self.trials()?);
        share().map_or(Figure { estimate: None, low: None, high: None }, |p| Figure {
            estimate: Some(p.estimate),
            low: Some(p.low),
            high: Some(p.high),
        })
    }

    fn kind(&self) -> &str {
        at(self.value, "kind").and_then(Value::as_str).unwrap_or_default()
    }
}

/// What moved in an outcome that both have.
pub(super) fn outcome(a: Entry, b: Entry) -> Moved {
    let mut moved = Moved::default();
    if a.value == b.value {
        return moved;
    }
    if a.kind() != b.kind() {
        moved.said.push(said("kind", at(a.value, "kind"), at(b.value, "kind")));
        return moved;
    }
    match a.kind() {
        "event" => event(&mut moved, a, b),
        "value" => value(&mut moved, a, b),
        _ => levels(&mut moved, a, b),
    }
    for path in ["words", "by.date", "given", "trials"] {
        say(&mut moved.said, path, at(a.value, path), at(b.value, path));
    }
    for path in series_paths(a, b) {
        moved.series.extend(series(&path, a, b));
    }
    moved.other = others(a.value, b.value);
    moved
}

fn event(moved: &mut Moved, a: Entry, b: Entry) {
    push(moved, "probability", Unit::Share, a.probability("probability"), b.probability("probability"));
    let horizon = "at_horizon.probability";
    push(moved, "at_horizon", Unit::Share, a.probability(horizon), b.probability(horizon));
    for name in ["q05", "q25", "median", "q75", "q95"] {
        let path = format!("first_step.{name}");
        push(moved, &path, Unit::Step, a.plain(&path), b.plain(&path));
    }
}

fn value(moved: &mut Moved, a: Entry, b: Entry) {
    push(moved, "mean", Unit::Number, a.mean(), b.mean());
    for name in QUANTILES {
        push(moved, name, Unit::Number, a.quantile(name), b.quantile(name));
    }
}

fn levels(moved: &mut Moved, a: Entry, b: Entry) {
    let names = |entry: Entry| -> Vec<String> {
        let shares = at(entry.value, "final").and_then(Value::as_object);
        shares.into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let mut all = names(a);
    for name in names(b) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    for name in all {
        let path = format!("final.{name}.probability");
        push(moved, &name, Unit::Share, a.probability(&path), b.probability(&path));
    }
}

/// What moved in a rule that both have.
pub(super) fn rule(a: Entry, b: Entry) -> Moved {
    let mut moved = Moved::default();
    // The same count of other trials is another share.
    if a.value == b.value && a.trials() == b.trials() {
        return moved;
    }
    push(&mut moved, "fired", Unit::Share, a.fired(), b.fired());
    for (path, unit) in [("mean_fires", Unit::Number), ("first_step_median", Unit::Step)] {
        push(&mut moved, path, unit, a.plain(path), b.plain(path));
    }
    for path in ["instances", "clamped.count", "clamped.worst", "fast_hazard.count", "fast_hazard.worst"] {
        say(&mut moved.said, path, at(a.value, path), at(b.value, path));
    }
    moved
}

fn push(moved: &mut Moved, figure: &str, unit: Unit, a: Figure, b: Figure) {
    if a == b {
        return;
    }
    let bounds = |figure: Figure| Some((figure.low?, figure.high?));
    moved.figures.push(FigureMoved {
        figure: figure.to_owned(),
        unit,
        a,
        b,
        difference: a.estimate.zip(b.estimate).map(|(a, b)| b - a),
        intervals_overlap: bounds(a).zip(bounds(b)).map(|(a, b)| a.0 <= b.1 && b.0 <= a.1),
    });
}

/// The lists by step that either has.
fn series_paths(a: Entry, b: Entry) -> Vec<String> {
    let mut paths = vec!["reached_by_step".to_owned(), "holding_by_step".to_owned()];
    for entry in [a, b] {
        let lists = at(entry.value, "by_step").and_then(Value::as_object);
        for (name, _) in lists.into_iter().flatten() {
            let path = format!("by_step.{name}");
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths
}

/// How two lists by step differ; none where they do not.
fn series(path: &str, a: Entry, b: Entry) -> Option<SeriesMoved> {
    let is_count = a.kind() != "value";
    let entries = |entry: Entry| -> Vec<Option<f64>> {
        let list = at(entry.value, path).and_then(Value::as_array);
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let trials = entry.trials().filter(|_| is_count).map_or(1.0, |trials| trials as f64);
        list.into_iter().flatten().map(|value| value.as_f64().map(|number| number / trials)).collect()
    };
    let (a, b) = (entries(a), entries(b));
    let mut differ = 0;
    let mut largest: Option<(f64, u32)> = None;
    for ((here, there), step) in a.iter().zip(&b).zip(0..) {
        if here == there {
            continue;
        }
        differ += 1;
        let size = here.zip(*there).map_or(f64::INFINITY, |(a, b)| (b - a).abs());
        if largest.is_none_or(|(most, _)| size > most) {
            largest = Some((size, step));
        }
    }
    let step = largest.map(|(_, step)| step);
    let entry = |list: &[Option<f64>]| list.get(step? as usize).copied().flatten();
    (differ > 0 || a.len() != b.len()).then(|| SeriesMoved {
        series: path.to_owned(),
        unit: if is_count { Unit::Share } else { Unit::Number },
        entries: [a.len(), b.len()],
        differ,
        step,
        a: entry(&a),
        b: entry(&b),
    })
}

/// What of an outcome is told above, by the beginning of its path.
const TOLD: [&str; 14] = [
    "kind",
    "reached",
    "reached_by_step",
    "holding_by_step",
    "by_step",
    "probability",
    "words",
    "first_step",
    "at_horizon",
    "by",
    "given",
    "trials",
    "final",
    "levels",
];

/// The rest: the histogram and the spread, and keys that this version does not know.
fn others(a: &Value, b: &Value) -> Vec<String> {
    let mut paths: Vec<String> = ["final.sd", "final.histogram"]
        .into_iter()
        .filter(|p| at(a, p) != at(b, p))
        .map(str::to_owned)
        .collect();
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
    };
    for key in keys(a).into_iter().chain(keys(b)) {
        let is_new = !TOLD.contains(&key.as_str()) && !paths.contains(&key);
        if is_new && a.get(&key) != b.get(&key) {
            paths.push(key);
        }
    }
    paths
}

/// How two results were made, where that differs.
pub(super) fn made(a: &RecordedResult, b: &RecordedResult) -> Vec<Said> {
    let mut found = Vec::new();
    for (what, path) in [
        ("version", "version"),
        ("value stability", "value_stability"),
        ("scenario", "scenario.id"),
        ("title", "scenario.title"),
        ("question", "scenario.question"),
        ("world", "scenario.world"),
        ("digest", "scenario.digest"),
        ("variant", "run.variant"),
        ("set", "run.set"),
        ("seed", "run.seed"),
        ("method", "run.method"),
        ("trials", "run.trials"),
        ("first trial", "run.first_trial"),
        ("start", "run.start"),
        ("step", "run.step"),
        ("steps", "run.steps"),
        ("partial", "run.partial"),
    ] {
        say(&mut found, what, a.at(path), b.at(path));
    }
    // What a run was asked beside its outcomes: that it differs, not figure by figure.
    for (what, key) in [("question of when to stop", "stopping"), ("three widths", "widths")] {
        let (a, b) = (a.at(key), b.at(key));
        if a != b {
            let told = |value: Option<&Value>| value.filter(|v| !v.is_null()).map(|_| "told".to_owned());
            let (a, b) = (told(a), told(b));
            let both = a.is_some() && b.is_some();
            let b = if both { Some("told otherwise".to_owned()) } else { b };
            found.push(Said { what: what.to_owned(), a, b });
        }
    }
    found
}

/// Warnings that only one of two results has.
pub(super) fn warnings(a: &RecordedResult, b: &RecordedResult) -> Vec<Said> {
    let texts = |result: &RecordedResult| -> Vec<String> {
        let list = result.at("warnings").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(shown).collect()
    };
    let (a, b) = (texts(a), texts(b));
    let only = |text: &String, is_in: &[String]| !is_in.contains(text);
    let what = || "warning".to_owned();
    let here = a.iter().filter(|text| only(text, &b)).map(|text| Said {
        what: what(),
        a: Some(text.clone()),
        b: None,
    });
    let there = b.iter().filter(|text| only(text, &a)).map(|text| Said {
        what: what(),
        a: None,
        b: Some(text.clone()),
    });
    here.chain(there).collect()
}

fn say(found: &mut Vec<Said>, what: &str, a: Option<&Value>, b: Option<&Value>) {
    if a != b {
        let said = said(what, a, b);
        // A key that is missing and one that is null say the same.
        if said.a != said.b {
            found.push(said);
        }
    }
}

fn said(what: &str, a: Option<&Value>, b: Option<&Value>) -> Said {
    Said { what: what.to_owned(), a: a.and_then(shown), b: b.and_then(shown) }
}

/// A value in a line: a text without quotes; nothing for null and for an empty table.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(entries) if entries.is_empty() => None,
        Value::Object(entries) => {
            let entry =
                |(key, value): (&String, &Value)| format!("{key} = {}", shown(value).unwrap_or_default());
            Some(entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => Some(other.to_string()),
    }
}
