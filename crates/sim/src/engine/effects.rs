//! The end of a step: every value drifts, then the changes come together, then the firings are remembered.

use cordiale_core::model::EffectKind;

use super::Engine;
use super::lanes::{Lanes, bits};
use super::rules::Firing;
use crate::num::normal::drift_normal;
use crate::program::{Program, Reg, SlotPlan};
use crate::random::LANES;

/// A change of one state value in some lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    /// A place in [`Program::slots`].
    pub(super) slot: u32,
    pub(super) kind: EffectKind,
    pub(super) value: Reg,
    pub(super) mask: u64,
    pub(super) priority: i64,
}

/// What the rules of a step have come to so far.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// In the order of instances, within one as written.
    changes: Vec<Change>,
    /// Assignments, kept apart.
    assignments: Vec<Change>,
    /// Slots with a change.
    touched: Vec<bool>,
    pub(super) firings: Vec<Firing>,
}

impl Pending {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            changes: Vec::new(),
            assignments: Vec::new(),
            touched: vec![false; program.slots.len()],
            firings: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.changes.clear();
        self.assignments.clear();
        self.touched.fill(false);
        self.firings.clear();
    }

    pub(super) fn add(&mut self, change: Change) {
        self.touched[change.slot as usize] = true;
        match change.kind {
            EffectKind::Add => self.changes.push(change),
            EffectKind::Assign => self.assignments.push(change),
        }
    }
}

impl Engine<'_> {
    /// From the snapshot to the start of the next step.
    pub(super) fn settle(&mut self, step: u32) {
        let program = self.program;
        let mut failed = 0;
        for (place, slot) in program.slots.iter().enumerate() {
            self.drift(slot, step);
            if !self.pending.touched[place] && (slot.decay.is_some() || slot.noise.is_some()) {
                failed |= clamp(&mut self.bank.numbers[slot.state as usize], slot.range);
            }
        }
        self.assign();
        for place in 0..self.pending.changes.len() {
            self.add(self.pending.changes[place]);
        }
        for (place, slot) in program.slots.iter().enumerate() {
            if self.pending.touched[place] {
                failed |= clamp(&mut self.bank.numbers[slot.state as usize], slot.range);
            }
        }
        self.failed |= failed & self.block.live;
        self.remember(step);
    }

    /// `toward + (x - toward) * factor + sd * N`, in place.
    fn drift(&mut self, slot: &SlotPlan, step: u32) {
        let numbers = &mut self.bank.numbers;
        if let Some(decay) = slot.decay {
            let (x, rest) = super::lanes::split(numbers, slot.state);
            let (toward, factor) = (rest.get(decay.toward), rest.get(decay.factor));
            match decay.still.map(|still| self.bank.masks[still as usize]) {
                None => {
                    for ((x, toward), factor) in x.iter_mut().zip(toward).zip(factor) {
                        *x = toward + (*x - toward) * factor;
                    }
                }
                Some(still) => {
                    for lane in bits(!still) {
                        x[lane] = toward[lane] + (x[lane] - toward[lane]) * factor[lane];
                    }
                }
            }
        }
        if let Some(noise) = slot.noise {
            let mut words = [0; LANES];
            let stream = &self.streams[noise.stream as usize];
            stream.fill_words(step, self.block.first_trial, &mut words);
            let (x, rest) = super::lanes::split(numbers, slot.state);
            for ((x, sd), word) in x.iter_mut().zip(rest.get(noise.sd)).zip(&words) {
                *x += sd * f64::from(drift_normal(*word));
            }
        }
    }

    /// In each lane the assignment of the highest priority, of equals the first.
    fn assign(&mut self) {
        let assignments = &mut self.pending.assignments;
        if assignments.is_empty() {
            return;
        }
        assignments.sort_by_key(|change| (change.slot, std::cmp::Reverse(change.priority)));
        let mut slot = None;
        let mut open = 0;
        for change in assignments {
            if slot != Some(change.slot) {
                (slot, open) = (Some(change.slot), u64::MAX);
            }
            let state = self.program.slots[change.slot as usize].state;
            let (x, rest) = super::lanes::split(&mut self.bank.numbers, state);
            let value = rest.get(change.value);
            for lane in bits(change.mask & open) {
                x[lane] = value[lane];
            }
            open &= !change.mask;
        }
    }

    fn add(&mut self, change: Change) {
        let state = self.program.slots[change.slot as usize].state;
        let (x, rest) = super::lanes::split(&mut self.bank.numbers, state);
        let value = rest.get(change.value);
        if change.mask == u64::MAX {
            for (x, value) in x.iter_mut().zip(value) {
                *x += value;
            }
        } else {
            for lane in bits(change.mask) {
                x[lane] += value[lane];
            }
        }
    }

    /// Tells the histories what fired.
    fn remember(&mut self, step: u32) {
        for firing in &self.pending.firings {
            for &(history, branch) in &self.program.instances[firing.instance].histories {
                if branch != firing.branch {
                    continue;
                }
                let history = &self.program.histories[history as usize];
                if let Some(fired) = history.fired {
                    self.bank.masks[fired as usize] |= firing.mask;
                }
                for lane in bits(firing.mask) {
                    if let Some(count) = history.count {
                        self.bank.numbers[count as usize][lane] += 1.0;
                    }
                    if let Some(last) = history.last {
                        self.bank.numbers[last as usize][lane] = f64::from(step);
                    }
                }
            }
        }
    }
}

/// Keeps a value in its range; the lanes in which it is no finite number.
fn clamp(x: &mut Lanes, (lo, hi): (f64, f64)) -> u64 {
    let mut infinite = false;
    for x in x.iter_mut() {
        let raised = if *x < lo { lo } else { *x };
        *x = if raised > hi { hi } else { raised };
        infinite |= !x.is_finite();
    }
    if infinite { super::lanes::test(x, |x| !x.is_finite()) } else { 0 }
}
