//! What a block of 64 trials showed, by columns.

use super::lanes::bits;
use crate::random::LANES;
use crate::record::Clamps;
use crate::simd::Lanes;

/// In place of a step where something never came.
pub(crate) const NEVER: u32 = u32::MAX;

/// A block of trials.
#[derive(Clone, Debug)]
pub(crate) struct BlockRecord {
    /// The number of the trial in lane 0, a multiple of 64.
    pub(crate) first_trial: u64,
    /// The lanes that were asked for; whatever stands in the others is of no meaning.
    pub(crate) live: u64,
    /// By outcome.
    pub(crate) outcomes: Vec<OutcomeColumns>,
    /// By rule and branch, as [`crate::program::Program::entries`] counts them; live lanes alone.
    pub(crate) entries: Vec<EntryColumns>,
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
}

/// One outcome.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are a few of them a thread, made once")]
pub(crate) enum OutcomeColumns {
    Event {
        /// Where it holds, by observation.
        holding: Vec<u64>,
        /// The first observation at which it holds, or [`NEVER`] (beyond every deadline).
        first: [u32; LANES],
    },
    /// By observation.
    Value(Vec<Lanes>),
    /// Where each level holds, by level and observation.
    Levels(Vec<Vec<u64>>),
}

/// One rule, all of its instances together, or one branch of it.
#[derive(Clone, Debug)]
pub(crate) struct EntryColumns {
    /// Firings in all lanes.
    pub(crate) fires: u64,
    /// The lanes in which it fired.
    fired: u64,
    /// Lanes in which it fired first, by time: as many as `count` says, and room for one more.
    first_lanes: [u64; LANES + 1],
    /// The steps in which it did.
    first_steps: [u32; LANES + 1],
    count: usize,
    pub(crate) clamped: Clamps,
    pub(crate) fast_hazard: Clamps,
}

impl EntryColumns {
    pub(crate) fn new() -> Self {
        let none = Clamps::default();
        Self {
            fires: 0,
            fired: 0,
            first_lanes: [0; LANES + 1],
            first_steps: [0; LANES + 1],
            count: 0,
            clamped: none,
            fast_hazard: none,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.fires = 0;
        self.fired = 0;
        self.count = 0;
        self.clamped = Clamps::default();
        self.fast_hazard = Clamps::default();
    }

    /// Notes a firing in the lanes of `mask`.
    #[inline]
    pub(crate) fn fire(&mut self, mask: u64, step: u32) {
        self.fires += u64::from(mask.count_ones());
        let first = mask & !self.fired;
        self.fired |= mask;
        // Whether it is the first is what a processor cannot foresee: each is put down, and counted if it is to stay. Of
        // those that stay each has a lane of its own, so that there is always room.
        let place = self.count.min(LANES);
        self.first_lanes[place] = first;
        self.first_steps[place] = step;
        self.count += usize::from(first != 0);
    }

    /// Steps in order, and the lanes in which it fired first in each.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = (u32, u64)> {
        self.first_steps.iter().copied().zip(self.first_lanes.iter().copied()).take(self.count)
    }

    /// The step of the first firing in each lane, or [`NEVER`].
    pub(crate) fn first(&self) -> [u32; LANES] {
        let mut first = [NEVER; LANES];
        for (step, lanes) in self.firsts() {
            bits(lanes).for_each(|lane| first[lane] = step);
        }
        first
    }
}
