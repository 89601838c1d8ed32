//! The tally of one outcome.

use cordiale_core::model::{Model, Outcome, OutcomeKind};
use serde::{Deserialize, Serialize};

use crate::engine::{NO_STEP, OutcomeColumns, bits};
use crate::record::{Track, TrialRecord};
use crate::stats::{Moments, Quantiles, Room, StepCounts};

/// The event that an outcome is conditional on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Given {
    /// Its place.
    pub(super) outcome: usize,
    /// Its own deadline \[observation\].
    pub(super) by: u32,
}

impl Given {
    pub(super) fn met_by(self, record: &TrialRecord) -> bool {
        match record.outcomes.get(self.outcome) {
            Some(Track::Event { reached, .. }) => reached.is_some_and(|step| step <= self.by),
            _ => false,
        }
    }
}

/// An outcome in a few numbers, for the trials that count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Counted {
    /// An event, in how many it was reached.
    Share { reached: u64, trials: u64 },
    /// A value.
    Mean { mean: f64, sd: f64, trials: u64 },
}

/// One outcome in the trials that count for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct OutcomeTally {
    given: Option<Given>,
    pub(super) trials: u64,
    pub(super) kind: Kind,
}

/// By kind; lists are by observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Event {
        /// How many trials hold it.
        holding: Vec<u64>,
        /// When it was first reached, over the whole horizon.
        first: StepCounts,
    },
    Value(Vec<Spread>),
    /// By level, how many trials stand in it.
    Levels(Vec<Vec<u64>>),
}

/// A number over trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Spread {
    pub(super) moments: Moments,
    pub(super) quantiles: Quantiles,
}

impl Spread {
    fn add(&mut self, x: f64) {
        self.moments.add(x);
        self.quantiles.add(x);
    }

    #[inline(always)]
    fn add_all(&mut self, values: &[f64], room: &mut Room) {
        self.moments.add_all(values, room);
        self.quantiles.add_all(values);
    }
}

impl OutcomeTally {
    pub(super) fn new(model: &Model, outcome: &Outcome) -> Self {
        let observations = model.calendar.steps() as usize + 1;
        let given = outcome.given.map(|given| Given {
            outcome: given.index(),
            by: model.outcomes[given.index()].deadline_step(&model.calendar),
        });
        let kind = match &outcome.kind {
            OutcomeKind::Event { .. } => {
                Kind::Event { holding: vec![0; observations], first: StepCounts::new() }
            }
            OutcomeKind::Value { .. } => Kind::Value(vec![Spread::default(); observations]),
            OutcomeKind::Levels { levels } => Kind::Levels(vec![vec![0; observations]; levels.len()]),
        };
        Self { given, trials: 0, kind }
    }

    /// Whether two tallies can be of one outcome.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let lists = |levels: &[Vec<u64>]| levels.iter().map(Vec::len).collect::<Vec<_>>();
        let alike = match (&self.kind, &other.kind) {
            (Kind::Event { holding: a, .. }, Kind::Event { holding: b, .. }) => a.len() == b.len(),
            (Kind::Value(a), Kind::Value(b)) => a.len() == b.len(),
            (Kind::Levels(a), Kind::Levels(b)) => lists(a) == lists(b),
            _ => false,
        };
        alike && self.given == other.given
    }

    /// How it stands at an observation; none for levels.
    pub(super) fn counted(&self, by: u32) -> Option<Counted> {
        let trials = self.trials;
        match &self.kind {
            Kind::Event { first, .. } => {
                // Counts are by the step of the first.
                let counts = first.counts().iter().take(by as usize + 1);
                let reached = counts.fold(0, |sum: u64, count| sum.saturating_add(*count));
                Some(Counted::Share { reached, trials })
            }
            Kind::Value(spreads) => {
                let moments = &spreads.get(by as usize)?.moments;
                Some(Counted::Mean { mean: moments.mean(), sd: moments.sd(), trials })
            }
            Kind::Levels(_) => None,
        }
    }

    /// How a value is spread at an observation.
    pub(super) fn distribution(&self, step: u32) -> Option<&Quantiles> {
        match &self.kind {
            Kind::Value(spreads) => Some(&spreads.get(step as usize)?.quantiles),
            Kind::Event { .. } | Kind::Levels(_) => None,
        }
    }

    pub(super) fn given(&self) -> Option<Given> {
        self.given
    }

    /// Adds a trial that counts.
    pub(super) fn add(&mut self, track: &Track) {
        self.trials += 1;
        match (&mut self.kind, track) {
            (Kind::Event { holding, first }, Track::Event { reached, holding: holds }) => {
                for (count, &holds) in holding.iter_mut().zip(holds) {
                    *count += u64::from(holds);
                }
                reached.iter().for_each(|&step| first.add(step));
            }
            (Kind::Value(spreads), Track::Value(values)) => {
                for (spread, &value) in spreads.iter_mut().zip(values) {
                    spread.add(value);
                }
            }
            (Kind::Levels(levels), Track::Levels(stood)) => {
                for (step, &level) in stood.iter().enumerate() {
                    levels[usize::from(level)][step] += 1;
                }
            }
            // Never so: both come from one model.
            _ => {}
        }
    }

    /// Adds the lanes of a block that count.
    #[inline(always)]
    pub(super) fn add_columns(&mut self, columns: &OutcomeColumns, mask: u64) {
        self.trials += u64::from(mask.count_ones());
        match (&mut self.kind, columns) {
            (Kind::Event { holding, first }, OutcomeColumns::Event { holding: holds, first: reached }) => {
                add_masks(holding, holds, mask);
                for (lane, &step) in reached.iter().enumerate() {
                    if mask >> lane & 1 == 1 && step != NO_STEP {
                        first.add(step);
                    }
                }
            }
            (Kind::Value(spreads), OutcomeColumns::Value(values)) => {
                let mut room = Room::new();
                for (spread, values) in spreads.iter_mut().zip(values) {
                    if mask == u64::MAX {
                        spread.add_all(&**values, &mut room);
                    } else {
                        bits(mask).for_each(|lane| spread.add(values[lane]));
                    }
                }
            }
            (Kind::Levels(levels), OutcomeColumns::Levels(masks)) => {
                for (level, masks) in levels.iter_mut().zip(masks) {
                    add_masks(level, masks, mask);
                }
            }
            // Never so: both come from one model.
            _ => {}
        }
    }

    /// Adds all that another [like it](Self::is_like) holds.
    pub(super) fn merge(&mut self, other: &Self) {
        self.trials = self.trials.saturating_add(other.trials);
        match (&mut self.kind, &other.kind) {
            (Kind::Event { holding, first }, Kind::Event { holding: added, first: firsts }) => {
                add_counts(holding, added);
                first.merge(firsts);
            }
            (Kind::Value(spreads), Kind::Value(others)) => {
                for (spread, other) in spreads.iter_mut().zip(others) {
                    spread.moments.merge(&other.moments);
                    spread.quantiles.merge(&other.quantiles);
                }
            }
            (Kind::Levels(levels), Kind::Levels(others)) => {
                for (level, other) in levels.iter_mut().zip(others) {
                    add_counts(level, other);
                }
            }
            _ => {}
        }
    }
}

fn add_masks(counts: &mut [u64], masks: &[u64], among: u64) {
    for (count, mask) in counts.iter_mut().zip(masks) {
        *count += u64::from((mask & among).count_ones());
    }
}

fn add_counts(counts: &mut [u64], added: &[u64]) {
    for (count, added) in counts.iter_mut().zip(added) {
        *count = count.saturating_add(*added);
    }
}
