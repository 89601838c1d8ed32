//! What many trials came to: all that a result needs, in memory that does not grow with the trials.
//!
//! Everything merges exactly, so that a tally is the same to the last bit in whatever order and grouping its trials
//! were added; and it can be written down, so that shards of a run can be made anywhere and put together.

mod outcome;
mod ranges;
mod report;

use cordiale_core::Scenario;
use serde::{Deserialize, Serialize};

use crate::engine::BlockRecord;
use crate::error::RunError;
use crate::random::LANES;
use crate::record::{Clamps, Firings, TrialRecord};
use crate::result::{Excess, VALUE_STABILITY};
use crate::simd::{Inlined, Kernel};
use crate::stats::{Quantiles, StepCounts};
pub(crate) use outcome::Counted;
use outcome::{Given, OutcomeTally};
use ranges::Ranges;
pub(crate) use report::{out_of_bounds, times};

/// The statistics of some trials of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// What was run: the scenario's digest.
    digest: String,
    value_stability: u32,
    seed: u64,
    trials: Ranges,
    /// Whether the run was cut short.
    partial: bool,
    outcomes: Vec<OutcomeTally>,
    /// The names of the outcomes: the digest does not know their order.
    outcome_names: Vec<String>,
    /// Each rule, in the order of names, then its branches.
    entries: Vec<EntryTally>,
    /// The entry of each instance.
    instances: Vec<usize>,
}

/// A rule, all of its instances together, or a branch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct EntryTally {
    fires: u64,
    /// Trials in which it fired, by the step of the first firing.
    first: StepCounts,
    clamped: Excesses,
    fast_hazard: Excesses,
}

impl Tally {
    /// No trials yet.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        let model = scenario.model();
        let mut entries = 0;
        let of_rules: Vec<usize> = model
            .rules
            .iter()
            .map(|rule| {
                let entry = entries;
                entries += 1 + rule.branches.len();
                entry
            })
            .collect();
        Self {
            digest: scenario.digest().to_owned(),
            value_stability: VALUE_STABILITY,
            seed,
            trials: Ranges::default(),
            partial: false,
            outcomes: model.outcomes.iter().map(|outcome| OutcomeTally::new(model, outcome)).collect(),
            outcome_names: model.outcomes.iter().map(|outcome| outcome.name.clone()).collect(),
            entries: vec![EntryTally::default(); entries],
            instances: model.instances.iter().map(|i| of_rules[i.rule.index()]).collect(),
        }
    }

    /// Whether two tallies can be of one scenario.
    fn is_like(&self, other: &Self) -> bool {
        self.outcome_names == other.outcome_names
            && self.outcomes.len() == other.outcomes.len()
            && self.outcomes.iter().zip(&other.outcomes).all(|(a, b)| a.is_like(b))
            && self.entries.len() == other.entries.len()
            && self.instances == other.instances
    }

    /// How many trials it holds.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials.count()
    }

    /// The trials it holds, as ranges of their numbers (the last not included), ascending.
    #[must_use]
    pub fn ranges(&self) -> &[(u64, u64)] {
        self.trials.as_slice()
    }

    /// Whether the run was cut short.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// How an event or a value stands at an observation, in the trials that count for it; none for levels.
    pub(crate) fn counted(&self, outcome: usize, by: u32) -> Option<Counted> {
        self.outcomes.get(outcome).and_then(|tally| tally.counted(by))
    }

    /// How a value outcome is spread at an observation; none for others.
    pub(crate) fn distribution(&self, outcome: usize, step: u32) -> Option<&Quantiles> {
        self.outcomes.get(outcome).and_then(|tally| tally.distribution(step))
    }

    pub(crate) fn set_partial(&mut self, partial: bool) {
        self.partial = partial;
    }

    /// Whether it can be of this scenario, seed and version.
    pub(crate) fn fits(&self, scenario: &Scenario, seed: u64) -> bool {
        self.digest == scenario.digest()
            && self.seed == seed
            && self.value_stability == VALUE_STABILITY
            && self.is_like(&Self::new(scenario, seed))
    }

    /// Adds one trial.
    ///
    /// # Errors
    /// Where the trial is in it already.
    pub(crate) fn add(&mut self, trial: u64, record: &TrialRecord) -> Result<(), RunError> {
        self.trials.add(trial, trial.saturating_add(1))?;
        let counts = |given: Option<Given>| given.is_none_or(|given| given.met_by(record));
        for (tally, track) in self.outcomes.iter_mut().zip(&record.outcomes) {
            if counts(tally.given()) {
                tally.add(track);
            }
        }
        let mut first: Vec<Option<u32>> = vec![None; self.entries.len()];
        let mut fire = |entries: &mut Vec<EntryTally>, entry: usize, fires: &Firings, clamped: Clamps| {
            entries[entry].fires += fires.count;
            entries[entry].clamped.merge(clamped);
            first[entry] = first[entry].into_iter().chain(fires.first).min();
        };
        for (instance, &entry) in record.instances.iter().zip(&self.instances) {
            fire(&mut self.entries, entry, &instance.fires, instance.clamped);
            self.entries[entry].fast_hazard.merge(instance.fast_hazard);
            for (number, branch) in instance.branches.iter().enumerate() {
                fire(&mut self.entries, entry + 1 + number, &branch.fires, branch.clamped);
            }
        }
        for (entry, first) in self.entries.iter_mut().zip(first) {
            first.iter().for_each(|&step| entry.first.add(step));
        }
        Ok(())
    }

    /// Adds the live trials of a block.
    ///
    /// # Errors
    /// Where one of the trials is in it already.
    pub(crate) fn add_block<K: Kernel>(&mut self, kernel: K, block: &BlockRecord) -> Result<(), RunError> {
        let first = block.first_trial + u64::from(block.live.trailing_zeros());
        let end = block.first_trial + LANES as u64 - u64::from(block.live.leading_zeros());
        self.trials.add(first, end)?;
        kernel.vectorize(AddOutcomes { tallies: &mut self.outcomes, block });
        let columns = block.firings.fires().zip(&block.clamps);
        for (entry, (fires, clamps)) in self.entries.iter_mut().zip(columns) {
            entry.fires += fires;
            entry.clamped.merge(clamps.clamped);
            entry.fast_hazard.merge(clamps.fast_hazard);
        }
        for first in block.firings.firsts() {
            self.entries[first.entry as usize].first.add_n(first.step, first.lanes.count_ones().into());
        }
        Ok(())
    }

    /// Adds all that another holds.
    ///
    /// # Errors
    /// Where the two are of different scenarios, seeds or versions of the random layout, or share a trial.
    pub fn merge(mut self, other: &Self) -> Result<Self, RunError> {
        let differ = |what: &str| {
            Err(RunError::Merge(format!("the tallies are of different {what}, and cannot be one result")))
        };
        if self.digest != other.digest {
            return differ("scenarios (their digests differ)");
        }
        if self.seed != other.seed {
            return differ("seeds");
        }
        if self.value_stability != other.value_stability {
            return differ("versions of the random layout");
        }
        if !self.is_like(other) {
            return differ("shapes, though of one scenario: one of them was altered");
        }
        self.trials.merge(&other.trials)?;
        self.partial |= other.partial;
        for (tally, other) in self.outcomes.iter_mut().zip(&other.outcomes) {
            tally.merge(other);
        }
        for (entry, other) in self.entries.iter_mut().zip(&other.entries) {
            entry.fires = entry.fires.saturating_add(other.fires);
            entry.first.merge(&other.first);
            entry.clamped.merge(other.clamped.0);
            entry.fast_hazard.merge(other.fast_hazard.0);
        }
        Ok(self)
    }
}

/// The outcomes of a block's live trials, into their tallies.
struct AddOutcomes<'a> {
    tallies: &'a mut [OutcomeTally],
    block: &'a BlockRecord,
}

impl Inlined for AddOutcomes<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { tallies, block } = self;
        for (tally, columns) in tallies.iter_mut().zip(&block.outcomes) {
            let met = tally.given().map_or(block.live, |given| block.reached(given.outcome, given.by));
            tally.add_columns(columns, met);
        }
    }
}

/// Values out of bounds. Written down as the bits of the worst, which come back as they were in any format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(u64, Option<u64>)", into = "(u64, Option<u64>)")]
struct Excesses(Clamps);

impl Excesses {
    fn merge(&mut self, other: Clamps) {
        self.0.count = self.0.count.saturating_add(other.count);
        self.0.worst = Clamps::worse(self.0.worst, other.worst);
    }

    fn result(self) -> Excess {
        self.0.into()
    }
}

impl From<(u64, Option<u64>)> for Excesses {
    fn from((count, worst): (u64, Option<u64>)) -> Self {
        Self(Clamps { count, worst: worst.map(f64::from_bits) })
    }
}

impl From<Excesses> for (u64, Option<u64>) {
    fn from(Excesses(Clamps { count, worst }): Excesses) -> Self {
        (count, worst.map(f64::to_bits))
    }
}
