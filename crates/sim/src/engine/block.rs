//! What a block of 64 trials showed, by columns.

use super::lanes::bits;
use super::list::List;
use crate::random::LANES;
use crate::record::Clamps;
use crate::simd::Lanes;

/// In place of a step where something never came.
pub(crate) const NO_STEP: u32 = u32::MAX;

/// A block of trials.
#[derive(Clone, Debug)]
pub(crate) struct BlockRecord {
    /// The number of the trial in lane 0, a multiple of 64.
    pub(crate) first_trial: u64,
    /// The lanes that were asked for; whatever stands in the others is of no meaning.
    pub(crate) live: u64,
    /// By outcome.
    pub(crate) outcomes: Vec<OutcomeColumns>,
    /// Of live lanes alone.
    pub(crate) firings: FiringColumns,
    /// By entry, of live lanes alone.
    pub(crate) clamps: Vec<EntryClamps>,
}

impl BlockRecord {
    /// The live lanes in which an event outcome was reached by an observation.
    pub(crate) fn reached(&self, outcome: usize, by: u32) -> u64 {
        let OutcomeColumns::Event { first, .. } = &self.outcomes[outcome] else {
            return 0;
        };
        let mut mask = 0;
        for (lane, &step) in first.iter().enumerate() {
            mask |= u64::from(step <= by) << lane;
        }
        self.live & mask
    }

    /// The values at the first observation, of outcomes that are values.
    pub(crate) fn starts(&self) -> impl Iterator<Item = &Lanes> {
        self.outcomes.iter().filter_map(|columns| match columns {
            OutcomeColumns::Value(values) => values.first(),
            OutcomeColumns::Event { .. } | OutcomeColumns::Levels(_) => None,
        })
    }
}

/// One outcome.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are a few of them a thread, made once")]
pub(crate) enum OutcomeColumns {
    Event {
        /// Where it holds, by observation.
        holding: Vec<u64>,
        /// The first observation at which it holds, or [`NO_STEP`] (beyond every deadline).
        first: [u32; LANES],
    },
    /// By observation.
    Value(Vec<Lanes>),
    /// Where each level holds, by level and observation.
    Levels(Vec<Vec<u64>>),
}

/// What fired. An entry is a rule, all of its instances together, or a branch, as [`crate::program::Program::entries`]
/// counts them.
#[derive(Clone, Debug)]
pub(crate) struct FiringColumns {
    entries: Vec<Entry>,
    /// In the order in which they came to be.
    firsts: List<First>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// Firings in all lanes.
    fires: u64,
    /// The lanes in which it fired.
    lanes: u64,
}

/// An entry's first firings of a step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct First {
    pub(crate) entry: u32,
    pub(crate) step: u32,
    /// Where it had not fired before.
    pub(crate) lanes: u64,
}

impl FiringColumns {
    /// Of so many entries none has fired.
    pub(super) fn new(entries: usize) -> Self {
        Self { entries: vec![Entry::default(); entries], firsts: List::default() }
    }

    pub(super) fn reset(&mut self) {
        self.entries.fill(Entry::default());
        self.firsts.clear();
    }

    /// Notes a firing in the lanes of `mask`.
    #[inline(always)]
    pub(super) fn note(&mut self, entry: u32, mask: u64, step: u32) {
        let Entry { fires, lanes } = &mut self.entries[entry as usize];
        *fires += u64::from(mask.count_ones());
        let first = mask & !*lanes;
        *lanes |= mask;
        self.firsts.room::<1>()[0] = First { entry, step, lanes: first };
        self.firsts.keep(usize::from(first != 0));
    }

    /// Firings in all lanes, by entry.
    pub(crate) fn fires(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().map(|entry| entry.fires)
    }

    /// First firings, by step, and the lanes of each.
    pub(crate) fn firsts(&self) -> &[First] {
        &self.firsts
    }

    /// The step of the first firing in each lane, or [`NO_STEP`], by entry.
    pub(crate) fn first_steps(&self) -> Vec<[u32; LANES]> {
        let mut steps = vec![[NO_STEP; LANES]; self.entries.len()];
        for &First { entry, step, lanes } in self.firsts() {
            bits(lanes).for_each(|lane| steps[entry as usize][lane] = step);
        }
        steps
    }
}

/// What was out of bounds of an entry.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EntryClamps {
    pub(crate) clamped: Clamps,
    pub(crate) fast_hazard: Clamps,
}
