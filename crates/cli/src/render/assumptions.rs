//! The register of assumptions: for people, and as a tidy table.

use cordiale::assumptions::{AssumptionsResult, Entry, Lean, Without};
use cordiale::compare::{Contrast, OutcomeContrast};
use cordiale::core::assumptions::Piece;
use cordiale::model::Model;

use super::layout::{counted, number, paragraph, percent};
use super::quote::{cell, figure};
use super::sensitivity::{ends, figures, moved};
use super::table::heading;

/// How many outcomes are named behind a number.
const OUTCOMES: usize = 3;

/// The table: `top` numbers.
pub(crate) fn render(result: &AssumptionsResult, model: &Model, top: usize, width: usize) -> String {
    let mut text = heading(&result.scenario, &result.run, model, width);
    for (place, entry) in result.assumptions.iter().take(top).enumerate() {
        let lead = format!("{:>3}  ", place + 1);
        let assumption = &entry.assumption;
        let unit = assumption.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
        let first = format!("{} = {}{unit}", assumption.name, assumption.value);
        text.push_str(&format!("{lead}{}\n", paragraph(&first, width, 9)));
        let indent = "     ";
        text.push_str(&format!("{indent}{}\n", paragraph(&grounds(entry), width, 7)));
        if let Some(told) = leaning(entry) {
            text.push_str(&format!("{indent}{}\n", paragraph(&told, width, 7)));
        }
    }
    if result.assumptions.is_empty() {
        text.push_str("There is no number in it that was chosen.\n");
    }
    if result.assumptions.len() > top {
        text.push_str(&format!("     and {} more (--top 0)\n", result.assumptions.len() - top));
    }
    if let Some(without) = &result.without_source {
        text.push_str(&format!("\n{}", doubted(without, width)));
    }
    text.push_str(&format!("\n{}\n", paragraph(&legend(result), width, 0)));
    text
}

/// What a number rests on, in a line.
pub(super) fn grounds(entry: &Entry) -> String {
    let pieces: Vec<String> = entry.assumption.evidence.iter().map(piece).collect();
    if pieces.is_empty() { "no evidence is given".to_owned() } else { pieces.join("; ") }
}

fn piece(piece: &Piece) -> String {
    let place = match (piece.paragraph, piece.page) {
        (Some(paragraph), _) => format!(" par. {paragraph}"),
        (None, Some(page)) => format!(" p. {page}"),
        (None, None) => String::new(),
    };
    let mut facts: Vec<String> = piece.source.iter().map(|source| format!("{source}{place}")).collect();
    facts.extend(piece.basis.iter().filter(|basis| *basis == "judgement" || piece.source.is_none()).cloned());
    facts.extend(piece.confidence.iter().map(|confidence| format!("confidence {confidence}")));
    facts.extend(piece.disputed.then(|| "disputed".to_owned()));
    let note = piece.note.as_ref().map_or(String::new(), |note| format!(": {note}"));
    format!("{}{note}", facts.join(", "))
}

/// Which outcomes lean on it most, in a line; none where it was not varied.
pub(super) fn leaning(entry: &Entry) -> Option<String> {
    entry.lean?;
    let is_seen = |lean: &Lean| lean.difference.distinguishable;
    let mut seen: Vec<(&str, &Lean)> = entry.leans.iter().filter(|(_, lean)| is_seen(lean)).collect();
    if seen.is_empty() {
        return Some("moves no outcome distinguishably".to_owned());
    }
    // Probabilities first, the most moved first; values have units of their own.
    let size = |lean: &Lean| lean.difference.estimate.abs();
    seen.sort_by(|a, b| b.1.is_probability.cmp(&a.1.is_probability).then(size(b.1).total_cmp(&size(a.1))));
    let more = seen.len().saturating_sub(OUTCOMES);
    let told: Vec<String> = seen.iter().take(OUTCOMES).map(|(name, l)| effect(name, l)).collect();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Some(format!("moves {}{more}", told.join(", ")))
}

/// How far it moves an outcome, and from where to where.
fn effect(outcome: &str, lean: &Lean) -> String {
    let Lean { at_low, at_high, difference, is_probability } = lean;
    let [low, high] = [*at_low, *at_high].map(|x| if *is_probability { percent(x) } else { number(x) });
    format!("{outcome} from {low} to {high}, {}", moved(difference, *is_probability))
}

pub(super) fn legend(result: &AssumptionsResult) -> String {
    let order = "The weakest and most decisive first.";
    match &result.leaning {
        None => format!("{order} How far the outcomes lean on each was not judged."),
        Some(leaning) => format!(
            "{order} An outcome's probability or mean as a number goes {}, all else as in any trial, from {} at either end on the same random numbers; intervals are 95%, and of numbers without effect one in twenty is taken to have one.",
            ends(leaning.factors),
            counted(leaning.trials, "trial")
        ),
    }
}

/// The answers without a source.
fn doubted(without: &Without, width: usize) -> String {
    let (low, high) = without.factors;
    let how = match without.how {
        "removed" => format!(
            "removed, or, where they cannot be, widened by factors from {} to {}",
            number(low),
            number(high)
        ),
        _ => format!("widened by factors from {} to {}", number(low), number(high)),
    };
    let lead = format!(
        "With {} {how} ({}, the same random numbers):",
        resting(without, &without.source),
        counted(without.trials, "trial")
    );
    let mut text = format!("{}\n", paragraph(&lead, width, 0));
    for (name, told) in differences(without) {
        text.push_str(&format!("  {}\n", paragraph(&format!("{name}  {told}"), width.saturating_sub(2), 6)));
    }
    text
}

/// `the 3 numbers that rest on a source`.
pub(super) fn resting(without: &Without, source: &str) -> String {
    match without.changed.len() {
        1 => format!("the one number that rests on {source}"),
        numbers => format!("the {numbers} numbers that rest on {source}"),
    }
}

/// Each outcome's answer with and without, and the difference.
pub(super) fn differences(without: &Without) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, outcome) in without.outcomes.iter() {
        match outcome {
            OutcomeContrast::Event(event) => all.push((name.to_owned(), points(event))),
            OutcomeContrast::Value(value) => all.push((name.to_owned(), mean(value))),
            OutcomeContrast::Levels(levels) => {
                all.extend(levels.levels.iter().map(|(level, c)| (format!("{name}.{level}"), points(c))));
            }
        }
    }
    all
}

fn points<C>(contrast: &Contrast<C>) -> String {
    let shown = |estimate: Option<f64>| estimate.map_or("none".to_owned(), percent);
    let difference = contrast.difference.map_or(String::new(), |d| {
        let [estimate, low, high] = [d.estimate, d.low, d.high].map(|x| 100.0 * x);
        format!(", {estimate:+.1} points [{low:.1}, {high:.1}]")
    });
    format!("{} -> {}{difference}", shown(contrast.baseline.estimate), shown(contrast.variant.estimate))
}

fn mean<C>(contrast: &Contrast<C>) -> String {
    let shown = |estimate: Option<f64>| estimate.map_or("none".to_owned(), number);
    let difference = contrast.difference.map_or(String::new(), |d| {
        let sign = if d.estimate > 0.0 { "+" } else { "" };
        match d.ends() {
            Some((low, high)) => {
                format!(", {sign}{} [{}, {}]", number(d.estimate), number(low), number(high))
            }
            None => format!(", {sign}{}, the same in all trials", number(d.estimate)),
        }
    });
    format!("mean {} -> {}{difference}", shown(contrast.baseline.estimate), shown(contrast.variant.estimate))
}

/// A row a number and outcome, and one for each number without any.
pub(crate) fn csv(result: &AssumptionsResult) -> String {
    let mut text = String::from(
        "rank,name,role,value,unit,evidence,doubt,lean,outcome,at_low,at_high,difference,low,high,distinguishable\n",
    );
    for (place, entry) in result.assumptions.iter().enumerate() {
        let assumption = &entry.assumption;
        let role = assumption.role.name();
        let start = format!(
            "{},{},{role},{},{},{},{},{}",
            place + 1,
            cell(&assumption.name),
            cell(&assumption.value),
            cell(assumption.unit.as_deref().unwrap_or_default()),
            if assumption.evidence.is_empty() { String::new() } else { cell(&grounds(entry)) },
            entry.doubt,
            figure(entry.lean)
        );
        for (outcome, lean) in entry.leans.iter() {
            let Lean { at_low, at_high, difference, .. } = lean;
            let [at_low, at_high] = [*at_low, *at_high].map(|x| figure(Some(x)));
            text.push_str(&format!("{start},{outcome},{at_low},{at_high},{}\n", figures(difference)));
        }
        if entry.leans.is_empty() {
            text.push_str(&format!("{start},,,,,,,\n"));
        }
    }
    if result.run.partial {
        text.push_str(&format!(",,partial,{}{}\n", result.run.trials, ",".repeat(11)));
    }
    text
}
