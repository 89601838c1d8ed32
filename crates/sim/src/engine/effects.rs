//! The end of a step: every value drifts, the changes of the rules that fired are made, and the firings remembered.

use cordiale_core::model::EffectKind;

use super::Engine;
use super::lanes::{Lanes, bits, split};
use super::rules::Firing;
use super::tape::Bank;
use crate::program::{DecayPlan, EffectPlan, Operand, Program, SlotPlan};
use crate::random::LANES;
use crate::simd::Kernel;

/// In place of the number of a change.
const NONE: u32 = u32::MAX;

/// A change of one state value in some lanes.
#[derive(Clone, Copy, Debug)]
struct Change {
    kind: EffectKind,
    priority: i64,
    mask: u64,
    /// Where its values begin, one for each lane of the mask.
    values: usize,
    /// The next change of the same value.
    next: u32,
}

/// What the rules of a step have come to so far.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// In the order of instances, within one as written.
    changes: Vec<Change>,
    values: Vec<f64>,
    /// The first and the last change of each slot.
    of_slots: Vec<(u32, u32)>,
    pub(super) firings: Vec<Firing>,
}

impl Pending {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            changes: Vec::new(),
            values: Vec::new(),
            of_slots: vec![(NONE, NONE); program.slots.len()],
            firings: Vec::new(),
        }
    }

    /// Forgets the changes; those of the slots must have been taken.
    pub(super) fn clear(&mut self) {
        self.changes.clear();
        self.values.clear();
        self.firings.clear();
    }

    pub(super) fn add(&mut self, effect: &EffectPlan, priority: i64, mask: u64, values: &Lanes) {
        let place = self.changes.len() as u32;
        let of_slot = &mut self.of_slots[effect.slot as usize];
        match of_slot.1 {
            NONE => of_slot.0 = place,
            last => self.changes[last as usize].next = place,
        }
        of_slot.1 = place;
        let start = self.values.len();
        self.values.extend(bits(mask).map(|lane| values[lane]));
        self.changes.push(Change { kind: effect.kind, priority, mask, values: start, next: NONE });
    }

    /// Makes the changes of a slot on its drifted values, and tells in which lanes there are any.
    fn apply(&mut self, slot: usize, x: &mut Lanes) -> u64 {
        let (first, _) = std::mem::replace(&mut self.of_slots[slot], (NONE, NONE));
        let mut touched = 0;
        let mut at = first;
        let mut assignments = Vec::new();
        while at != NONE {
            let change = self.changes[at as usize];
            touched |= change.mask;
            if change.kind == EffectKind::Assign {
                assignments.push(change);
            }
            at = change.next;
        }
        // In each lane the assignment of the highest priority, of equals the first.
        assignments.sort_by_key(|change| std::cmp::Reverse(change.priority));
        let mut open = u64::MAX;
        for change in assignments {
            for (lane, value) in bits(change.mask).zip(&self.values[change.values..]) {
                if open >> lane & 1 == 1 {
                    x[lane] = *value;
                }
            }
            open &= !change.mask;
        }
        at = first;
        while at != NONE {
            let change = self.changes[at as usize];
            if change.kind == EffectKind::Add {
                for (lane, value) in bits(change.mask).zip(&self.values[change.values..]) {
                    x[lane] += value;
                }
            }
            at = change.next;
        }
        touched
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// From the snapshot to the start of the next step.
    pub(super) fn settle(&mut self, step: u32) {
        let program = self.program;
        let mut failed = 0;
        let mut noise = [[0.0; LANES]; 2];
        let mut noisy = 0;
        let mut drifted = [0.0; LANES];
        for (place, slot) in program.slots.iter().enumerate() {
            let sd = slot.noise.map(|plan| {
                if noisy % 2 == 0 {
                    self.normals(noisy, step, &mut noise);
                }
                noisy += 1;
                (plan.sd, &noise[(noisy - 1) % 2])
            });
            let changed = self.pending.of_slots[place].0 != NONE;
            if !changed && slot.decay.is_none() && sd.is_none() {
                continue;
            }
            let mut drifted = changed.then_some(&mut drifted);
            let kernel = self.kernel;
            drift(kernel, &mut self.bank, slot, sd, drifted.as_deref_mut());
            let x = &mut self.bank.numbers[slot.state as usize];
            if let Some(drifted) = drifted {
                let touched = self.pending.apply(place, drifted);
                for lane in bits(touched) {
                    x[lane] = clamp(drifted[lane], slot.range);
                    failed |= u64::from(!x[lane].is_finite()) << lane;
                }
            }
            if slot.may_overflow {
                failed |= super::lanes::test(x, |x| !x.is_finite());
            }
        }
        self.failed |= failed & self.block.live;
        self.remember_firings(step);
    }

    /// The normals of two noisy slots, from the `noisy`th on.
    fn normals(&mut self, noisy: usize, step: u32, out: &mut [[f32; LANES]; 2]) {
        let place = self.place(step);
        let key = |noisy: usize| {
            let stream = self.noisy.get(noisy).or(self.noisy.last()).copied().unwrap_or(0);
            &self.keys[stream as usize]
        };
        let mut words = [[0; LANES]; 2];
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
    }
}

/// `toward + (x - toward) * factor + sd * N`, clamped, in place; where `raw` is asked for, it gets the same unclamped.
fn drift<K: Kernel>(
    kernel: K,
    bank: &mut Bank,
    slot: &SlotPlan,
    noise: Option<(Operand, &[f32; LANES])>,
    raw: Option<&mut Lanes>,
) {
    let still = slot.decay.and_then(|decay| decay.still).map_or(0, |still| bank.mask(still));
    let (x, rest) = split(&mut bank.numbers, slot.state);
    let lanes = |operand: Operand| match operand {
        Operand::Number(x) => [x; LANES],
        Operand::Register(register) => *rest.get(register),
    };
    let range = slot.range;
    match (slot.decay, noise) {
        (Some(DecayPlan { toward: Operand::Number(t), factor: Operand::Number(f), .. }), None) => {
            kernel.vectorize(|| step_all(x, raw, range, |_, x| t + (x - t) * f));
        }
        (
            Some(DecayPlan { toward: Operand::Number(t), factor: Operand::Number(f), .. }),
            Some((Operand::Number(sd), n)),
        ) => kernel.vectorize(|| {
            step_all(x, raw, range, |lane, x| (t + (x - t) * f) + sd * f64::from(n[lane]));
        }),
        (None, Some((Operand::Number(sd), n))) => {
            kernel.vectorize(|| step_all(x, raw, range, |lane, x| x + sd * f64::from(n[lane])));
        }
        (None, None) => kernel.vectorize(|| step_all(x, raw, range, |_, x| x)),
        (decay, noise) => {
            if let Some(decay) = decay {
                let (toward, factor) = (lanes(decay.toward), lanes(decay.factor));
                for lane in bits(!still) {
                    x[lane] = toward[lane] + (x[lane] - toward[lane]) * factor[lane];
                }
            }
            match noise {
                None => step_all(x, raw, range, |_, x| x),
                Some((sd, n)) => {
                    let sd = lanes(sd);
                    kernel.vectorize(|| {
                        step_all(x, raw, range, |lane, x| x + sd[lane] * f64::from(n[lane]));
                    });
                }
            }
        }
    }
}

#[inline(always)]
fn step_all(x: &mut Lanes, raw: Option<&mut Lanes>, range: (f64, f64), f: impl Fn(usize, f64) -> f64) {
    match raw {
        None => {
            for (lane, x) in x.iter_mut().enumerate() {
                *x = clamp(f(lane, *x), range);
            }
        }
        Some(raw) => {
            for (lane, (x, raw)) in x.iter_mut().zip(raw).enumerate() {
                *raw = f(lane, *x);
                *x = clamp(*raw, range);
            }
        }
    }
}

/// Keeps a value in its range; NaN stays.
#[inline(always)]
fn clamp(x: f64, (lo, hi): (f64, f64)) -> f64 {
    let raised = if x < lo { lo } else { x };
    if raised > hi { hi } else { raised }
}
