//! The end of a step: every value drifts, the changes of the rules that fired are made, and the firings remembered.

use cordiale_core::model::EffectKind;

use super::Engine;
use super::drift::{self, clamp};
use super::lanes::{Lanes, bits};
use super::rules::Firing;
use crate::program::Program;
use crate::random::LANES;
use crate::simd::{Aligned, Draws, Kernel};

/// What is added to a value in one lane.
#[derive(Clone, Copy, Debug)]
struct Addition {
    slot: u32,
    lane: u32,
    by: f64,
}

/// What takes a value's place in some lanes.
#[derive(Clone, Copy, Debug)]
struct Assignment {
    slot: u32,
    priority: i64,
    mask: u64,
    /// Where its values begin, one for each lane of the mask.
    values: usize,
}

/// What the rules of a step have come to so far.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// In the order of instances, within one as written.
    additions: Vec<Addition>,
    assignments: Vec<Assignment>,
    values: Vec<f64>,
    /// The lanes in which a slot is changed.
    touched: Vec<u64>,
    /// What touched slots come to before they are clamped.
    raw: Vec<Lanes>,
    pub(super) firings: Vec<Firing>,
}

impl Pending {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            additions: Vec::new(),
            assignments: Vec::new(),
            values: Vec::new(),
            touched: vec![0; program.slots.len()],
            raw: vec![Aligned([0.0; LANES]); program.slots.len()],
            firings: Vec::new(),
        }
    }

    /// Puts a change down, to be made once every instance has been looked at.
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        slot: u32,
        kind: EffectKind,
        priority: i64,
        mask: u64,
        value: impl Fn(usize) -> f64,
    ) {
        self.touched[slot as usize] |= mask;
        match kind {
            EffectKind::Add => {
                for lane in bits(mask) {
                    self.additions.push(Addition { slot, lane: lane as u32, by: value(lane) });
                }
            }
            EffectKind::Assign => {
                self.assignments.push(Assignment { slot, priority, mask, values: self.values.len() });
                self.values.extend(bits(mask).map(value));
            }
        }
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// From the snapshot to the start of the next step.
    #[inline(always)]
    pub(super) fn settle(&mut self, step: u32) {
        let mut noise = [[0.0; LANES]; 2];
        let mut noisy = 0;
        for place in 0..self.drifts.len() {
            let drift = self.drifts[place];
            let touched = self.pending.touched[drift.slot as usize] != 0;
            if drift.how.is_noisy() {
                if noisy % 2 == 0 {
                    self.normals(noisy, step, &mut noise);
                }
                noisy += 1;
            } else if drift.how == drift::How::Still && !touched {
                continue;
            }
            let noise = &noise[(noisy + 1) % 2];
            let raw = if touched { Some(&mut self.pending.raw[drift.slot as usize]) } else { None };
            drift::step(&mut self.bank, self.program, &drift, noise, raw);
            if drift.may_overflow {
                let x = self.bank.number(drift.state);
                self.failed |= self.block.live & super::lanes::test(x, |x| !x.is_finite());
            }
        }
        self.assign();
        self.make_additions();
        self.remember_firings(step);
    }

    /// In each lane the assignment of the highest priority, of equals the first, takes the drifted value's place.
    fn assign(&mut self) {
        if self.pending.assignments.is_empty() {
            return;
        }
        let mut assignments = std::mem::take(&mut self.pending.assignments);
        assignments.sort_by_key(|assignment| (assignment.slot, std::cmp::Reverse(assignment.priority)));
        for of_slot in assignments.chunk_by(|a, b| a.slot == b.slot) {
            let mut taken = 0;
            for assignment in of_slot {
                for (offset, lane) in bits(assignment.mask).enumerate() {
                    if taken >> lane & 1 == 0 {
                        let value = self.pending.values[assignment.values + offset];
                        self.change(assignment.slot, lane, |_| value);
                    }
                }
                taken |= assignment.mask;
            }
        }
        assignments.clear();
        self.pending.assignments = assignments;
        self.pending.values.clear();
    }

    #[inline(always)]
    fn make_additions(&mut self) {
        let additions = std::mem::take(&mut self.pending.additions);
        for &Addition { slot, lane, by } in &additions {
            self.change(slot, lane as usize, |raw| raw + by);
        }
        self.pending.additions = additions;
        self.pending.additions.clear();
    }

    /// A change of a value in one lane, clamped. (Where it is infinite or NaN once, it stays so.)
    #[inline(always)]
    fn change(&mut self, slot: u32, lane: usize, f: impl Fn(f64) -> f64) {
        let plan = &self.slots[slot as usize];
        let lane = lane % LANES;
        let raw = &mut self.pending.raw[slot as usize][lane];
        *raw = f(*raw);
        let x = clamp(*raw, plan.range);
        self.bank.numbers[plan.state as usize][lane] = x;
        self.failed |= u64::from(!x.is_finite()) << lane;
        self.pending.touched[slot as usize] = 0;
    }

    /// The normals of two noisy slots, from the `noisy`th on.
    #[inline(always)]
    fn normals(&mut self, noisy: usize, step: u32, out: &mut [[f32; LANES]; 2]) {
        let place = self.place(step);
        let key = |noisy: usize| {
            let stream = self.noisy.get(noisy).or(self.noisy.last()).copied().unwrap_or(0);
            &self.keys[stream as usize]
        };
        let mut words: [Draws; 2] = [Aligned([0; LANES]); 2];
        let [first, second] = &mut words;
        self.kernel.words([place.source(key(noisy)), place.source(key(noisy + 1))], [first, second]);
        for (words, out) in words.iter().zip(out) {
            self.kernel.normals(words, out);
        }
    }

    /// Tells the histories what fired.
    fn remember_firings(&mut self, step: u32) {
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
        self.pending.firings.clear();
    }
}
