//! The end of a step: every value drifts, the changes of the rules that fired are made, and the firings remembered.

use cordiale_core::model::EffectKind;

use super::Engine;
use super::drift::{self, Drift, Noise, clamp};
use super::forms::{LaneValue, Product};
use super::lanes::{Lanes, bits};
use super::list::List;
use super::rules::Firing;
use super::words::SOME;
use crate::program::{Amount, InstancePlan, Program};
use crate::random::LANES;
use crate::simd::{Aligned, Kernel};

/// How many additions are put down at a time, be they there or not.
const AT_ONCE: usize = 2;

/// A change that adds what a form comes to.
#[derive(Clone, Copy, Debug)]
struct Change {
    slot: u32,
    by: Product,
}

/// The changes of the instances that make no others.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Vec<Change>);

impl Changes {
    /// Takes in the effects of an instance and says where they are; none where they are not all of this kind.
    pub(super) fn put(&mut self, plan: &InstancePlan, program: &Program) -> Option<(u32, u32)> {
        let start = self.0.len();
        for effect in &plan.effects {
            let by = match &effect.value {
                Amount::Form(form) if effect.kind == EffectKind::Add => Product::new(form, program),
                _ => None,
            };
            let Some(by) = by else {
                self.0.truncate(start);
                return None;
            };
            self.0.push(Change { slot: effect.slot, by });
        }
        Some((start as u32, self.0.len() as u32))
    }
}

/// What is added to a value in one lane.
#[derive(Clone, Copy, Debug, Default)]
struct Addition {
    slot: u32,
    lane: u32,
    by: f64,
    /// What the value decays to without it.
    decayed: f64,
}

/// What takes a value's place in one lane.
#[derive(Clone, Copy, Debug)]
struct Assignment {
    slot: u32,
    lane: u32,
    priority: i64,
    value: f64,
}

/// What the rules of a step have come to so far.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// In the order of instances, within one as written.
    additions: List<Addition>,
    /// In the same order.
    assignments: Vec<Assignment>,
    /// The lanes in which a slot has been changed.
    changed: Vec<u64>,
    /// A step's noise: 1 in the first row, for values without, then by noisy drift.
    noises: Vec<Noise>,
    /// What some drifts came to before they were clamped.
    raws: Vec<Lanes>,
    pub(super) firings: Vec<Firing>,
}

impl Pending {
    pub(super) fn new(program: &Program, drifts: &[Drift]) -> Self {
        let noisy = program.slots.iter().filter(|slot| slot.noise.is_some()).count();
        let kept = drifts.iter().filter(|drift| drift.raw.is_some()).count();
        Self {
            additions: List::default(),
            assignments: Vec::new(),
            changed: vec![0; program.slots.len()],
            noises: vec![Aligned([1.0; LANES]); 1 + noisy],
            raws: vec![Aligned([0.0; LANES]); kept],
            firings: Vec::new(),
        }
    }

    /// Puts an assignment down, to be made once every instance has been looked at.
    pub(super) fn assign(&mut self, slot: u32, lane: usize, priority: i64, value: f64) {
        self.assignments.push(Assignment { slot, lane: lane as u32, priority, value });
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// Puts down what is added to a value in the lanes of a mask.
    #[inline(always)]
    pub(super) fn add(&mut self, slot: u32, mask: u64, by: impl Fn(&[Lanes], usize) -> f64) {
        self.memos.wake(slot, mask);
        let numbers = self.bank.numbers.as_slice();
        let course = &self.courses[slot as usize];
        let x = &numbers[course.state as usize];
        let (mut left, count) = (mask, mask.count_ones() as usize);
        let room = self.pending.additions.room::<LANES>();
        for some in &mut room.as_chunks_mut::<AT_ONCE>().0[..count.div_ceil(AT_ONCE)] {
            for addition in some {
                // Behind the last a lane that is not there, which is not counted.
                let lane = left.trailing_zeros() as usize % LANES;
                let (by, decayed) = (by(numbers, lane), course.decayed(x[lane]));
                *addition = Addition { slot, lane: lane as u32, by, decayed };
                left &= left.wrapping_sub(1);
            }
        }
        self.pending.additions.keep(count);
    }

    /// Puts down some changes in the lanes of a mask.
    #[inline(always)]
    pub(super) fn change(&mut self, (start, end): (u32, u32), mask: u64) {
        for place in start..end {
            let Change { slot, by } = self.changes.0[place as usize];
            self.add(slot, mask, |numbers, lane| by.at(numbers, lane));
        }
    }

    /// From the snapshot to the start of the next step.
    #[inline(always)]
    pub(super) fn settle(&mut self, step: u32) {
        self.draw_noise(step);
        let Pending { noises, raws, .. } = &mut self.pending;
        for drift in &self.drifts {
            let noise = &noises[drift.noise as usize];
            drift::step(&mut self.bank, self.program, drift, noise, raws);
            if drift.may_overflow {
                let x = self.bank.number(drift.state);
                self.failed |= self.block.live & super::lanes::test(x, |x| !x.is_finite());
            }
        }
        self.assign();
        self.make_additions();
        self.remember_firings(step);
    }

    /// The normals of all noisy slots, some at a time.
    #[inline(always)]
    fn draw_noise(&mut self, step: u32) {
        let place = self.place(step);
        for (streams, rows) in self.noisy.chunks(SOME).zip(self.pending.noises[1..].chunks_mut(SOME)) {
            self.sources.clear();
            for (slot, &stream) in streams.iter().enumerate() {
                self.sources.put::<K>(place, stream, slot, u64::MAX);
            }
            self.kernel.blocks(&self.keys, self.sources.as_slice(), &mut self.words);
            for (words, row) in self.words.iter().zip(rows) {
                self.kernel.normals(words, row);
            }
        }
    }

    /// In each lane the assignment of the highest priority, of equals the first, takes the drifted value's place.
    fn assign(&mut self) {
        let assignments = &mut self.pending.assignments;
        if assignments.is_empty() {
            return;
        }
        let key = |a: &Assignment| (a.slot, a.lane, std::cmp::Reverse(a.priority));
        // Equals stay in their order.
        assignments.sort_by_key(key);
        assignments.dedup_by_key(|a| (a.slot, a.lane));
        for &Assignment { slot, lane, value, .. } in assignments.iter() {
            let state = self.courses[slot as usize].state;
            self.bank.numbers[state as usize][lane as usize % LANES] = value;
            self.pending.changed[slot as usize] |= 1 << lane;
        }
    }

    /// Adds what rules add, one after the other, to what was assigned or to what a value drifted to, then keeps all that
    /// was changed in its range.
    #[inline(always)]
    fn make_additions(&mut self) {
        let Pending { additions, assignments, changed, noises, raws, .. } = &mut self.pending;
        for &Addition { slot, lane, by, decayed } in additions.iter() {
            let (course, changed) = (&self.courses[slot as usize], &mut changed[slot as usize]);
            let drifted = course.drifted(decayed, noises, raws, lane as usize);
            let x = &mut self.bank.numbers[course.state as usize][lane as usize % LANES];
            let is_changed = *changed >> lane & 1 == 1;
            *x = if is_changed { *x } else { drifted } + by;
            *changed |= 1 << lane;
        }
        let places = additions.iter().map(|addition| (addition.slot, addition.lane));
        for (slot, lane) in
            places.chain(assignments.iter().map(|assignment| (assignment.slot, assignment.lane)))
        {
            let course = &self.courses[slot as usize];
            let x = &mut self.bank.numbers[course.state as usize][lane as usize % LANES];
            *x = clamp(*x, course.range);
            // What is infinite or NaN once stays so.
            self.failed |= u64::from(!x.is_finite()) << lane;
            changed[slot as usize] = 0;
        }
        additions.clear();
        assignments.clear();
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
