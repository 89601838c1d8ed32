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
        let mut missing = Vec::new();
        for (place, outcome) in baseline.outcomes.iter().enumerate().filter(|(_, o)| is_wanted(&o.name)) {
            match variant.outcome(&outcome.name) {
                Some(other) => plan.add(name, (baseline, place), (variant, other.index())),
                None => missing.push(outcome.name.as_str()),
            }
        }
        if !missing.is_empty() {
            plan.warn(
                name,
                &format!("it lacks outcomes of the baseline, which are left out: {}", missing.join(", ")),
            );
        }
        let is_new = |outcome: &&Outcome| baseline.outcome(&outcome.name).is_none() && wanted.is_empty();
        let new: Vec<&str> = variant.outcomes.iter().filter(is_new).map(|o| o.name.as_str()).collect();
        if !new.is_empty() {
            plan.warn(
                name,
                &format!("the baseline lacks outcomes of it, which are left out: {}", new.join(", ")),
            );
        }
        plan
    }

    /// Adds an outcome that both have, unless it asks for different things in the two.
    fn add(&mut self, name: &str, baseline: (&Model, usize), variant: (&Model, usize)) {
        let [ours, theirs] = [baseline, variant].map(|(model, place)| &model.outcomes[place]);
        let shown = &ours.name;
        let kind = Kind::of(ours);
        if kind != Kind::of(theirs) {
            self.warn(
                name,
                &format!("its outcome `{shown}` is of another kind or has other levels, and is left out"),
            );
            return;
        }
        let (side_b, side_v) = (Side::new(baseline.0, baseline.1), Side::new(variant.0, variant.1));
        let (date_b, date_v) =
            (baseline.0.calendar.date_of(side_b.by), variant.0.calendar.date_of(side_v.by));
        if date_b != date_v {
            self.warn(
                name,
                &format!("its outcome `{shown}` is looked at on {date_v}, the baseline's on {date_b}"),
            );
        }
        let given = |model: &Model, outcome: &Outcome| {
            outcome.given.map(|given| model.outcomes[given.index()].name.clone())
        };
        let (given_b, given_v) = (given(baseline.0, ours), given(variant.0, theirs));
        if given_b != given_v {
            let told =
                |given: &Option<String>| given.as_ref().map_or("nothing".to_owned(), |g| format!("`{g}`"));
            let (b, v) = (told(&given_b), told(&given_v));
            self.warn(name, &format!("its outcome `{shown}` is given {v}, the baseline's given {b}"));
        }
        self.outcomes.push(Matched {
            name: shown.clone(),
            kind,
            baseline: side_b,
            variant: side_v,
            given: given_b,
        });
    }

    fn warn(&mut self, variant: &str, text: &str) {
        self.warnings.push(format!("variant `{variant}`: {text}"));
    }
}
