//! A look at the state and at named expressions at one observation, for whoever asks what could be seen by then.
//!
//! The expressions are outcomes that stand behind those that are asked for. Nobody asked the run to have a value for
//! them: where one has none it is NaN, and no trial fails for it.

use super::{BlockRecord, Engine, OutcomeColumns};
use crate::program::{OutcomePlan, Quantity, Reg, Test};
use crate::random::LANES;
use crate::simd::Kernel;

/// What is looked at, when, and what was seen.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    /// The observation.
    at: u32,
    /// The first outcome that is but looked at.
    asked: usize,
    /// The registers of the state values that change, in the order of the program.
    state: Vec<Reg>,
    /// The state values, then the expressions; conditions are 1 or 0.
    seen: Vec<[f64; LANES]>,
}

impl<K: Kernel> Engine<'_, K> {
    /// Looks at the state values that change, and at the outcomes from the `asked`-th on, at one observation.
    pub(crate) fn watching(mut self, at: u32, asked: usize) -> Self {
        let state: Vec<Reg> = self.program.slots.iter().map(|slot| slot.state).collect();
        let count = state.len() + self.program.outcomes.len().saturating_sub(asked);
        // Their columns by observation are never filled.
        for columns in self.block.outcomes.iter_mut().skip(asked) {
            *columns = OutcomeColumns::Value(Vec::new());
        }
        self.watch = Some(Watch { at, asked, state, seen: vec![[0.0; LANES]; count] });
        self
    }

    /// What was seen in the block that was run last; nothing where nothing is looked at.
    pub(crate) fn seen(&self) -> (&BlockRecord, &[[f64; LANES]]) {
        (&self.block, self.watch.as_ref().map_or(&[], |watch| watch.seen.as_slice()))
    }

    /// How many of the outcomes are asked for.
    pub(super) fn asked(&self) -> usize {
        self.watch.as_ref().map_or(usize::MAX, |watch| watch.asked)
    }

    /// Looks, where this is the observation to look at.
    #[inline(never)]
    pub(super) fn watch(&mut self, step: u32) {
        let Some(mut watch) = self.watch.take() else { return };
        if watch.at == step {
            let (state, expressions) = watch.seen.split_at_mut(watch.state.len());
            for (seen, &register) in state.iter_mut().zip(&watch.state) {
                *seen = self.bank.number(register).0;
            }
            let looked_at = self.program.outcomes.iter().skip(watch.asked);
            for (seen, outcome) in expressions.iter_mut().zip(looked_at) {
                *seen = self.look_at(outcome);
            }
        }
        self.watch = Some(watch);
    }

    fn look_at(&self, outcome: &OutcomePlan) -> [f64; LANES] {
        let (values, bad) = match outcome {
            OutcomePlan::Value(Quantity { value, bad }) => (self.bank.number(*value).0, *bad),
            OutcomePlan::Event { test: Test { mask, bad }, .. } => {
                let holds = self.bank.mask(*mask);
                (std::array::from_fn(|lane| f64::from(u8::from(holds >> lane & 1 == 1))), *bad)
            }
            OutcomePlan::Levels(_) => ([f64::NAN; LANES], None),
        };
        let bad = self.bank.lanes(bad);
        std::array::from_fn(|lane| if bad >> lane & 1 == 1 { f64::NAN } else { values[lane] })
    }
}
