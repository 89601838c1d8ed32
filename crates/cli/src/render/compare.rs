//! A comparison for people: of each outcome the baseline, and a line for each variant.

use cordiale::compare::{Answer, Arm, CompareResult, Contrast, Flips, Moves, OutcomeContrast, VariantResult};
use cordiale::core::scenario::Change;
use cordiale::model::Model;
use unicode_width::UnicodeWidthStr;

use super::layout::{counted, number, pad, paragraph, percent, thousands};
use super::table::{CAVEAT, heading};

/// A longer text in a list of changes is cut.
const MOST_SHOWN: usize = 48;

/// What a difference is.
pub(super) const SIGN: &str =
    "Differences are variant minus baseline, trial by trial on the same random numbers.";

/// The whole table. `is_file` where another file stands against the baseline.
pub(crate) fn render(result: &CompareResult, model: &Model, is_file: bool, width: usize) -> String {
    let mut text = heading(&result.scenario, &result.run, model, width);
    let head = text.len();
    for (name, variant) in result.variants.iter() {
        if is_file {
            text.push_str(&if variant.changes.is_empty() {
                format!("{name} says the same as the baseline.\n")
            } else {
                format!("What {name} says otherwise:\n{}", changes(&variant.changes, width))
            });
        } else if let Some(about) = &variant.about {
            text.push_str(&about_line(name, about, width));
        }
    }
    if text.len() > head {
        text.push('\n');
    }
    for (outcome, answer) in result.baseline.outcomes.iter() {
        match answer {
            Answer::Event(_) | Answer::Value(_) => {
                text.push_str(&format!("{}{}\n", label(model, outcome), given(result, outcome)));
                text.push_str(&lines(&rows(result, outcome, None), width));
            }
            Answer::Levels { levels } => {
                for level in levels.names() {
                    let label = label(model, outcome);
                    text.push_str(&format!("{label}: {level}{}\n", given(result, outcome)));
                    text.push_str(&lines(&rows(result, outcome, Some(level)), width));
                }
            }
        }
    }
    if result.baseline.outcomes.is_empty() {
        text.push_str("There is no outcome that both have, so there is nothing to compare.\n");
    }
    text.push_str(&paragraph(&format!("\n{SIGN} {CAVEAT}"), width, 0));
    text.push('\n');
    if let Some(note) = alike(result) {
        text.push_str(&format!("{}\n", paragraph(&note, width, 0)));
    }
    text
}

fn about_line(name: &str, about: &str, width: usize) -> String {
    format!("{}\n", paragraph(&format!("{name}: {about}"), width, 4))
}

/// What another file says otherwise.
pub(super) fn changes(changes: &[Change], width: usize) -> String {
    let mut text = String::new();
    let most = MOST_SHOWN.min(width / 2);
    for change in changes {
        let told = told(change, most);
        let line = format!("  {}  {told}", change.path);
        if line.width() <= width {
            text.push_str(&line);
        } else {
            text.push_str(&format!("  {}\n      {told}", change.path));
        }
        text.push('\n');
    }
    text
}

/// From what to what, each cut to so many characters.
fn told(change: &Change, most: usize) -> String {
    match (&change.baseline, &change.variant) {
        (Some(before), Some(after)) => format!("{} -> {}", cut(before, most), cut(after, most)),
        (Some(before), None) => format!("gone (was {})", cut(before, most)),
        (None, after) => format!("new: {}", cut(after.as_deref().unwrap_or_default(), most)),
    }
}

/// A text of at most so many characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(3)).collect();
    format!("{kept}...")
}

/// An outcome's name, with its deadline in the baseline.
pub(super) fn label(model: &Model, outcome: &str) -> String {
    let by = model.outcome(outcome).and_then(|id| model.outcomes[id.index()].by);
    by.map_or(outcome.to_owned(), |by| format!("{outcome} ({})", model.calendar.short(by.date)))
}

/// What an outcome is conditional on.
pub(super) fn given(result: &CompareResult, outcome: &str) -> String {
    let given = |contrast: &OutcomeContrast| match contrast {
        OutcomeContrast::Event(event) => event.given.clone(),
        OutcomeContrast::Value(value) => value.given.clone(),
        OutcomeContrast::Levels(levels) => levels.levels.iter().find_map(|(_, level)| level.given.clone()),
    };
    let found = result.variants.iter().find_map(|(_, v)| v.outcomes.get(outcome).and_then(given));
    found.map_or(String::new(), |given| format!(", given {given}"))
}

/// What is said of differences of means that are the same in all trials, and so have no interval.
pub(super) fn alike(result: &CompareResult) -> Option<String> {
    let open = |contrast: &OutcomeContrast| match contrast {
        OutcomeContrast::Value(value) => {
            let is_open = value.difference.is_some_and(|difference| difference.ends().is_none());
            is_open.then_some(value.baseline.trials.min(value.variant.trials))
        }
        _ => None,
    };
    let contrasts = result.variants.iter().flat_map(|(_, variant)| variant.outcomes.iter());
    let least = contrasts.filter_map(|(_, contrast)| open(contrast)).min()?;
    Some(format!("A difference of means without an interval was the same in all trials. {}", missed(least)))
}

/// What so many trials that are all alike may have missed, by the rule of three (J. A. Hanley and A. Lippman-Hand 1983).
pub(super) fn missed(trials: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let most = percent((3.0 / trials.max(1) as f64).min(1.0));
    format!(
        "That says nothing of what is rare: in {} something with a chance of up to {most} may have been missed (the rule of three; Hanley and Lippman-Hand 1983).",
        counted(trials, "trial")
    )
}

/// A variant's line in pieces.
pub(super) struct Row {
    pub(super) name: String,
    /// From what to what.
    pub(super) answers: String,
    pub(super) difference: String,
    pub(super) notes: String,
}

pub(super) fn rows(result: &CompareResult, outcome: &str, level: Option<&str>) -> Vec<Row> {
    let row = |(name, variant): (&str, &VariantResult)| {
        let contrast = variant.outcomes.get(outcome)?;
        Some(match (contrast, level) {
            (OutcomeContrast::Event(event), _) => share_row(name, event),
            (OutcomeContrast::Value(value), _) => mean_row(name, value),
            (OutcomeContrast::Levels(levels), Some(level)) => share_row(name, levels.levels.get(level)?),
            (OutcomeContrast::Levels(_), None) => return None,
        })
    };
    result.variants.iter().filter_map(row).collect()
}

fn share_row(name: &str, contrast: &Contrast<Flips>) -> Row {
    let Flips { flipped_to_yes, flipped_to_no } = contrast.changed;
    let shown = |arm: &Arm| arm.estimate.map_or("none".to_owned(), percent);
    let difference = contrast.difference.map_or(String::new(), |difference| {
        let decimals = decimals(100.0 * difference.width());
        let [estimate, low, high] = [difference.estimate, difference.low, difference.high].map(|x| 100.0 * x);
        format!("{} points [{}, {}]", signed(estimate, decimals), plain(low, decimals), plain(high, decimals))
    });
    let flips = match (flipped_to_yes, flipped_to_no) {
        (0, 0) => "no trial flipped".to_owned(),
        (yes, 0) => format!("{} flipped to yes, none to no", thousands(yes)),
        (0, no) => format!("{} flipped to no, none to yes", thousands(no)),
        (yes, no) if yes > no => format!("{} flipped to yes, {} to no", thousands(yes), thousands(no)),
        (yes, no) => format!("{} flipped to no, {} to yes", thousands(no), thousands(yes)),
    };
    Row {
        name: name.to_owned(),
        answers: format!("{:>5} -> {:>5}", shown(&contrast.baseline), shown(&contrast.variant)),
        difference,
        notes: notes(contrast, &flips),
    }
}

fn mean_row(name: &str, contrast: &Contrast<Moves>) -> Row {
    let Moves { higher, lower } = contrast.changed;
    let shown = |arm: &Arm| arm.estimate.map_or("none".to_owned(), number);
    let difference = contrast.difference.map_or(String::new(), |difference| {
        let sign = if difference.estimate > 0.0 { "+" } else { "" };
        let estimate = number(difference.estimate);
        match difference.ends() {
            Some((low, high)) => format!("{sign}{estimate} [{}, {}]", number(low), number(high)),
            None => format!("{sign}{estimate}"),
        }
    });
    let moves = match (higher, lower) {
        (0, 0) => "the same in every trial that counts".to_owned(),
        (higher, lower) if higher > lower => {
            format!("higher in {}, lower in {}", counted(higher, "trial"), thousands(lower))
        }
        (higher, lower) => format!("lower in {}, higher in {}", counted(lower, "trial"), thousands(higher)),
    };
    Row {
        name: name.to_owned(),
        answers: format!("mean {} -> {}", shown(&contrast.baseline), shown(&contrast.variant)),
        difference,
        notes: notes(contrast, &moves),
    }
}

/// What the trials did, whether they show a difference, and what pairing gained.
fn notes<C>(contrast: &Contrast<C>, moved: &str) -> String {
    let Some(difference) = &contrast.difference else {
        return format!("no estimate: {} in both", counted(contrast.trials_in_both, "trial"));
    };
    let mut notes = vec![moved.to_owned()];
    // Without ends the interval rules out no difference, but one was seen where it is not 0.
    let is_seen = difference.ends().is_none() && difference.estimate != 0.0;
    if !is_seen && difference.holds_zero() {
        notes.insert(0, "no difference seen".to_owned());
    } else {
        notes.extend(contrast.unpaired_width_ratio.map(narrower));
    }
    notes.join(" · ")
}

fn narrower(ratio: f64) -> String {
    match format!("{ratio:.1}").as_str() {
        "1.0" => "as wide as unpaired".to_owned(),
        _ if ratio < 1.0 => format!("{:.1}x wider than unpaired", 1.0 / ratio),
        shown => format!("{shown}x narrower than unpaired"),
    }
}

/// How many decimals show an interval of this width, in points, so that its ends do not look alike.
fn decimals(width: f64) -> usize {
    (1_u8..9).find(|&decimals| width >= 2.0 * 0.1_f64.powi(decimals.into())).unwrap_or(2).into()
}

/// A number with so many decimals, without a sign on what rounds to 0.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(size) if size.chars().all(|c| matches!(c, '0' | '.')) => size.to_owned(),
        _ => text,
    }
}

fn signed(value: f64, decimals: usize) -> String {
    let text = plain(value, decimals);
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    if is_zero || text.starts_with('-') { text } else { format!("+{text}") }
}

/// Rows in columns; notes behind them, or below where they do not fit.
fn lines(rows: &[Row], width: usize) -> String {
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).width()).max().unwrap_or(0);
    let names = widest(|row| &row.name);
    let answers = widest(|row| &row.answers);
    let differences = widest(|row| &row.difference);
    let mut text = String::new();
    let beside =
        rows.iter().all(|row| 2 + names + 2 + answers + 2 + differences + 3 + row.notes.width() <= width);
    for row in rows {
        let line = format!(
            "  {}  {}  {}",
            pad(&row.name, names),
            pad(&row.answers, answers),
            pad(&row.difference, differences)
        );
        if beside {
            text.push_str(format!("{line}   {}", row.notes).trim_end());
        } else {
            text.push_str(&format!("{}\n      {}", line.trim_end(), row.notes));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::decimals;

    #[test]
    fn a_narrow_interval_is_shown_in_as_many_decimals_as_part_its_ends() {
        let shown = [3.0, 0.3, 0.19, 0.03, 0.019, 0.003, 0.0].map(decimals);
        assert_eq!(shown, [1, 1, 2, 2, 3, 3, 2]);
    }
}
