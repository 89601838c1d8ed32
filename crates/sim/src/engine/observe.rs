//! Observations: what the outcomes are at the start of each step and at the end.

use super::block::{EntryClamps, FiringColumns};
use super::lanes::bits;
use super::{BlockRecord, Engine, NO_STEP, OutcomeColumns, tape};
use crate::program::{OutcomePlan, Program, Test};
use crate::random::LANES;
use crate::simd::{Aligned, Kernel};

/// An event so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventState {
    /// Where its condition held at the last observation.
    was: u64,
    /// Where it held, for long enough.
    holding: u64,
    /// Where it has been reached.
    reached: u64,
    /// Since when the condition has held without a break.
    since: [u32; LANES],
    /// When it was reached.
    first: [u32; LANES],
}

impl Default for EventState {
    fn default() -> Self {
        Self { was: 0, holding: 0, reached: 0, since: [0; LANES], first: [NO_STEP; LANES] }
    }
}

impl EventState {
    /// Where the event holds, given where its condition does.
    fn look(&mut self, condition: u64, sustained: u64, step: u32) -> u64 {
        if sustained == 0 {
            self.holding = condition;
        } else {
            for lane in bits(condition & !self.was) {
                self.since[lane] = step;
            }
            self.was = condition;
            self.holding &= condition;
            for lane in bits(condition & !self.holding) {
                self.holding |= u64::from(u64::from(step - self.since[lane]) >= sustained) << lane;
            }
        }
        for lane in bits(self.holding & !self.reached) {
            self.first[lane] = step;
        }
        self.reached |= self.holding;
        self.holding
    }
}

/// A block with room for all observations.
pub(super) fn empty_block(program: &Program) -> BlockRecord {
    let observations = program.steps as usize + 1;
    let outcomes = program.outcomes.iter().map(|outcome| match outcome {
        OutcomePlan::Event { .. } => {
            OutcomeColumns::Event { holding: vec![0; observations], first: [NO_STEP; LANES] }
        }
        OutcomePlan::Value(_) => OutcomeColumns::Value(vec![Aligned([0.0; LANES]); observations]),
        OutcomePlan::Levels(levels) => OutcomeColumns::Levels(vec![vec![0; observations]; levels.len()]),
    });
    BlockRecord {
        first_trial: 0,
        live: 0,
        outcomes: outcomes.collect(),
        firings: FiringColumns::new(program.entries),
        clamps: vec![EntryClamps::default(); program.entries],
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// Evaluates what is common to a step, and looks at every outcome.
    #[inline(always)]
    pub(super) fn observe(&mut self, step: u32) {
        let program = self.program;
        if let Some(register) = program.step {
            self.bank.numbers[register as usize] = Aligned([f64::from(step); LANES]);
        }
        if let Some(register) = program.years {
            let years = f64::from(step) / f64::from(program.per_year);
            self.bank.numbers[register as usize] = Aligned([years; LANES]);
        }
        self.run_stale_memos(step);
        self.comparisons.run(self.kernel, &mut self.bank);
        let place = self.place(step);
        tape::run(self.kernel, program, &self.keys, &mut self.bank, &self.common, place);
        for (place, outcome) in program.outcomes.iter().enumerate().take(self.asked()) {
            self.look_at_outcome(place, outcome, step);
        }
        self.watch(step);
    }

    fn look_at_outcome(&mut self, place: usize, outcome: &OutcomePlan, step: u32) {
        let live = self.block.live;
        let at = step as usize;
        match (outcome, &mut self.block.outcomes[place]) {
            (OutcomePlan::Event { test, sustained }, OutcomeColumns::Event { holding, .. }) => {
                let condition = self.bank.mask(test.mask);
                holding[at] = self.events[place].look(condition, *sustained, step);
                self.fail(live, test.bad);
            }
            (OutcomePlan::Value(quantity), OutcomeColumns::Value(values)) => {
                values[at] = *self.bank.number(quantity.value);
                self.fail(live, quantity.bad);
            }
            (OutcomePlan::Levels(tests), OutcomeColumns::Levels(levels)) => {
                let mut open = live;
                let mut bad = 0;
                for (test, level) in tests.iter().zip(levels) {
                    let (holds, fails) = match test {
                        Some(Test { mask, bad }) => (self.bank.mask(*mask), self.bank.lanes(*bad)),
                        None => (u64::MAX, 0),
                    };
                    bad |= open & fails;
                    level[at] = open & holds;
                    open &= !holds;
                }
                self.failed |= bad;
            }
            // Never so: the columns are made from the plans.
            _ => {}
        }
    }

    /// Puts the first times where the block's reader finds them.
    pub(super) fn finish_events(&mut self) {
        for (columns, state) in self.block.outcomes.iter_mut().zip(&self.events) {
            if let OutcomeColumns::Event { first, .. } = columns {
                *first = state.first;
            }
        }
    }
}
