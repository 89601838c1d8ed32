//! What a block of 64 trials showed, by columns.

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
    pub(crate) fired: u64,
    /// The step of the first firing, in these lanes.
    pub(crate) first: [u32; LANES],
    pub(crate) clamped: Clamps,
    pub(crate) fast_hazard: Clamps,
}

impl EntryColumns {
    pub(crate) fn new() -> Self {
        let none = Clamps::default();
        Self { fires: 0, fired: 0, first: [0; LANES], clamped: none, fast_hazard: none }
    }

    pub(crate) fn reset(&mut self) {
        self.fires = 0;
        self.fired = 0;
        self.clamped = Clamps::default();
        self.fast_hazard = Clamps::default();
    }

    /// Notes a firing in the lanes of `mask`.
    #[inline]
    pub(crate) fn fire(&mut self, mask: u64, step: u32) {
        self.fires += u64::from(mask.count_ones());
        let mut first = mask & !self.fired;
        self.fired |= mask;
        while first != 0 {
            self.first[first.trailing_zeros() as usize % LANES] = step;
            first &= first - 1;
        }
    }
}
