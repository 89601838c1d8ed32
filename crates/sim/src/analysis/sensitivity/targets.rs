//! What is looked at: each event, each value and each level, at its deadline.

use cordiale_core::model::{Model, OutcomeKind};

use crate::engine::{BlockRecord, OutcomeColumns};
use crate::error::RunError;
use crate::random::LANES;
use crate::result::LookupError;

/// One number of a trial: 1 or 0 of an event and of a level, the value of a value.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The outcome, and where it is one of levels, which.
    pub(super) outcome: String,
    pub(super) level: Option<String>,
    /// Whether it is 1 or 0.
    pub(super) is_event: bool,
    place: usize,
    level_place: usize,
    /// The deadline \[observation\].
    by: u32,
}

/// The targets of the outcomes asked for, or of all; and what had to be left out.
pub(super) fn targets(model: &Model, wanted: &[String]) -> Result<(Vec<Target>, Vec<String>), RunError> {
    let known = || model.outcomes.iter().map(|outcome| outcome.name.as_str());
    if let Some(name) = wanted.iter().find(|name| model.outcome(name).is_none()) {
        return Err(RunError::Sensitivity(LookupError::unknown(name, "outcome", known()).to_string()));
    }
    let (mut targets, mut warnings) = (Vec::new(), Vec::new());
    for (place, outcome) in model.outcomes.iter().enumerate() {
        if !wanted.is_empty() && !wanted.contains(&outcome.name) {
            continue;
        }
        if let Some(given) = outcome.given {
            let given = &model.outcomes[given.index()].name;
            let text = format!(
                "outcome `{}` is conditional on `{given}` and is left out: a share of a part of the trials has no variance that could be divided; ask for an event that holds both",
                outcome.name
            );
            if !wanted.is_empty() {
                return Err(RunError::Sensitivity(text.replace("and is left out", "and has no indices")));
            }
            warnings.push(text);
            continue;
        }
        let by = outcome.deadline_step(&model.calendar);
        let mut push = |level: Option<(usize, &str)>, is_event| {
            targets.push(Target {
                outcome: outcome.name.clone(),
                level: level.map(|(_, name)| name.to_owned()),
                is_event,
                place,
                level_place: level.map_or(0, |(place, _)| place),
                by,
            });
        };
        match &outcome.kind {
            OutcomeKind::Event { .. } => push(None, true),
            OutcomeKind::Value { .. } => push(None, false),
            OutcomeKind::Levels { levels } => {
                levels.iter().enumerate().for_each(|(place, level)| push(Some((place, &level.name)), true));
            }
        }
    }
    if targets.is_empty() {
        let text = "there is no outcome to look at; write one, as in\n  [outcomes.trusting]\n  when = \"trust >= 0.7\"";
        return Err(RunError::Sensitivity(text.to_owned()));
    }
    Ok((targets, warnings))
}

impl Target {
    /// Its name in one word.
    pub(super) fn name(&self) -> String {
        match &self.level {
            Some(level) => format!("{}.{level}", self.outcome),
            None => self.outcome.clone(),
        }
    }

    /// What it is worth in each lane of a block.
    pub(super) fn read(&self, block: &BlockRecord) -> [f64; LANES] {
        let of_mask = |mask: u64| std::array::from_fn(|lane| if mask >> lane & 1 == 1 { 1.0 } else { 0.0 });
        match &block.outcomes[self.place] {
            OutcomeColumns::Event { .. } => of_mask(block.reached(self.place, self.by)),
            OutcomeColumns::Value(values) => *values[self.by as usize],
            OutcomeColumns::Levels(levels) => of_mask(levels[self.level_place][self.by as usize]),
        }
    }
}
