//! Which outcome of a variant belongs to which of the baseline, and up to which step both can be laid side by side.

use cordiale_core::model::{Model, Outcome, OutcomeKind};

use crate::engine::BlockRecord;

/// The outcomes that a variant shares with the baseline.
pub(super) struct Plan {
    /// In the baseline's order.
    pub(super) outcomes: Vec<Matched>,
    /// The last observation that both have, where their steps are of one length and start on one day.
    pub(super) last: Option<u32>,
    /// What cannot be compared, and why.
    pub(super) warnings: Vec<String>,
}

/// An outcome that both have.
pub(super) struct Matched {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) baseline: Side,
    pub(super) variant: Side,
    /// The event that the baseline's is conditional on.
    pub(super) given: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    Value,
    /// The names of the levels.
    Levels(Vec<String>),
}

/// An outcome in one of the two runs.
pub(super) struct Side {
    /// Its place.
    pub(super) outcome: usize,
    /// Its deadline \[observation\].
    pub(super) by: u32,
    /// The event that it is conditional on, and that one's deadline.
    given: Option<(usize, u32)>,
}

impl Side {
    fn new(model: &Model, place: usize) -> Self {
        let outcome = &model.outcomes[place];
        let by = |outcome: &Outcome| outcome.deadline_step(&model.calendar);
        let given = outcome.given.map(|given| (given.index(), by(&model.outcomes[given.index()])));
        Self { outcome: place, by: by(outcome), given }
    }

    /// The lanes that count.
    pub(super) fn counts(&self, block: &BlockRecord) -> u64 {
        self.given.map_or(block.live, |(outcome, by)| block.reached(outcome, by))
    }
}

impl Kind {
    fn of(outcome: &Outcome) -> Self {
        match &outcome.kind {
            OutcomeKind::Event { .. } => Self::Event,
            OutcomeKind::Value { .. } => Self::Value,
            OutcomeKind::Levels { levels } => {
                Self::Levels(levels.iter().map(|level| level.name.clone()).collect())
            }
        }
    }
}

impl Plan {
    /// The outcomes of these names, or all where there are none.
    pub(super) fn new(baseline: &Model, variant: &Model, name: &str, wanted: &[String]) -> Self {
        let mut plan = Self { outcomes: Vec::new(), last: None, warnings: Vec::new() };
        let is_wanted = |outcome: &str| wanted.is_empty() || wanted.iter().any(|name| name == outcome);
        let (ours, theirs) = (&baseline.calendar, &variant.calendar);
        if (ours.start(), ours.unit()) == (theirs.start(), theirs.unit()) {
            plan.last = Some(ours.steps().min(theirs.steps()));
        } else {
            plan.warn(name, "its steps start on another day or are of another length, so there are no differences by step");
        }
        for (place, outcome) in baseline.outcomes.iter().enumerate().filter(|(_, o)| is_wanted(&o.name)) {
            let shown = &outcome.name;
            let Some(other) = variant.outcome(shown).map(|id| id.index()) else {
                plan.warn(name, &format!("it has no outcome `{shown}`, which is left out"));
                continue;
            };
            let kind = Kind::of(outcome);
            if kind != Kind::of(&variant.outcomes[other]) {
                plan.warn(
                    name,
                    &format!("its outcome `{shown}` is of another kind or has other levels, and is left out"),
                );
                continue;
            }
            let (ours, theirs) = (Side::new(baseline, place), Side::new(variant, other));
            if baseline.calendar.date_of(ours.by) != variant.calendar.date_of(theirs.by) {
                plan.warn(
                    name,
                    &format!(
                        "its outcome `{shown}` is looked at on {}, the baseline's on {}",
                        variant.calendar.date_of(theirs.by),
                        baseline.calendar.date_of(ours.by)
                    ),
                );
            }
            plan.outcomes.push(Matched {
                name: shown.clone(),
                kind,
                baseline: ours,
                variant: theirs,
                given: outcome.given.map(|given| baseline.outcomes[given.index()].name.clone()),
            });
        }
        for outcome in
            variant.outcomes.iter().filter(|o| wanted.is_empty() && baseline.outcome(&o.name).is_none())
        {
            plan.warn(
                name,
                &format!("its outcome `{}` is not in the baseline, and is left out", outcome.name),
            );
        }
        plan
    }

    fn warn(&mut self, variant: &str, text: &str) {
        self.warnings.push(format!("variant `{variant}`: {text}"));
    }
}
