//! A step's rules, every instance against the snapshot: guard, chance, branch, and the changes that follow.

use super::effects::Change;
use super::lanes::{Lanes, bits};
use super::tape::Words;
use super::{Engine, note};
use crate::program::{EffectPlan, InstancePlan, TriggerPlan};
use crate::random::{LANES, decide, uniform_of};
use crate::record::Clamps;

/// 2^32.
const TWO_32: f64 = 4_294_967_296.0;

/// What an instance remembers within a trial.
#[derive(Clone, Debug)]
pub(super) struct InstanceState {
    /// Lanes in which it rests after a firing, and the first step in which it no longer does.
    resting: u64,
    rested: [u64; LANES],
    /// The first of these steps.
    next_rested: u64,
    /// Lanes in which it has fired as often as it may.
    spent: u64,
    count: [u64; LANES],
}

impl Default for InstanceState {
    fn default() -> Self {
        Self { resting: 0, rested: [0; LANES], next_rested: u64::MAX, spent: 0, count: [0; LANES] }
    }
}

impl InstanceState {
    pub(super) fn reset(&mut self) {
        self.resting = 0;
        self.next_rested = u64::MAX;
        self.spent = 0;
        self.count = [0; LANES];
    }

    /// The lanes in which cooldown and limit allow a firing.
    fn ready(&mut self, step: u32) -> u64 {
        if self.next_rested <= u64::from(step) {
            self.next_rested = u64::MAX;
            for lane in bits(self.resting) {
                if self.rested[lane] <= u64::from(step) {
                    self.resting &= !(1 << lane);
                } else {
                    self.next_rested = self.next_rested.min(self.rested[lane]);
                }
            }
        }
        !(self.resting | self.spent)
    }

    /// Notes a firing.
    fn fire(&mut self, plan: &InstancePlan, mask: u64, step: u32) {
        if plan.cooldown > 1 {
            let rested = u64::from(step).saturating_add(plan.cooldown);
            self.resting |= mask;
            self.next_rested = self.next_rested.min(rested);
            for lane in bits(mask) {
                self.rested[lane] = rested;
            }
        }
        if let Some(limit) = plan.limit {
            for lane in bits(mask) {
                self.count[lane] += 1;
                self.spent |= u64::from(self.count[lane] >= limit) << lane;
            }
        }
    }
}

/// An instance that fired: where, and with which branch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Firing {
    pub(super) instance: usize,
    pub(super) mask: u64,
    pub(super) branch: Option<usize>,
}

/// The lanes in which an instance fires.
struct Fires {
    mask: u64,
    /// Where its chance or hazard was clamped.
    clamped: u64,
    forced: Option<Option<usize>>,
}

impl Engine<'_> {
    pub(super) fn look_at_rules(&mut self, step: u32) {
        let program = self.program;
        self.pending.clear();
        for (place, plan) in program.instances.iter().enumerate() {
            let forced = forced(plan, step);
            if forced.is_none() && !may_fire(plan, step) {
                continue;
            }
            let fires = match forced {
                Some(branch) => self.force(plan, branch, step),
                None => self.trigger(place, plan, step),
            };
            let mut branches = Branches { clamped: fires.clamped, taken: Vec::new() };
            if fires.mask != 0 {
                self.fire(place, plan, &fires, &mut branches, step);
            }
            self.note_clamps(plan, &fires, branches.clamped);
        }
    }

    /// Every live lane fires, and what its effects need is evaluated without a look at guard or chance.
    fn force(&mut self, plan: &InstancePlan, branch: Option<usize>, step: u32) -> Fires {
        let live = self.block.live;
        for tape in [&plan.tapes.guard, &plan.tapes.chance, &plan.tapes.weights] {
            self.run(tape, step, live);
        }
        Fires { mask: live, clamped: 0, forced: Some(branch) }
    }

    fn trigger(&mut self, place: usize, plan: &InstancePlan, step: u32) -> Fires {
        let mut mask = self.block.live;
        if plan.cooldown > 1 || plan.limit.is_some() {
            mask &= self.instances[place].ready(step);
        }
        let mut fires = Fires { mask: 0, clamped: 0, forced: None };
        if mask == 0 {
            return fires;
        }
        self.run(&plan.tapes.guard, step, mask);
        if let Some(when) = plan.when {
            self.fail(mask, when.bad);
            mask &= self.bank.mask(when.mask);
            if mask == 0 {
                return fires;
            }
        }
        self.run(&plan.tapes.chance, step, mask);
        let chance = match plan.trigger {
            TriggerPlan::Always => {
                fires.mask = mask;
                return fires;
            }
            TriggerPlan::Chance { chance, outside } => {
                self.fail(mask, chance.bad);
                fires.clamped = mask & self.bank.lanes(outside);
                chance.value
            }
            TriggerPlan::Hazard { hazard, chance, negative, fast } => {
                self.fail(mask, hazard.bad);
                fires.clamped = mask & self.bank.lanes(negative);
                let fast = mask & self.bank.lanes(fast);
                let hazard = self.bank.number(hazard.value);
                note(&mut self.block.entries[plan.entry as usize].fast_hazard, fast, |lane| hazard[lane]);
                chance
            }
        };
        fires.mask = self.decide(plan, chance, mask, step);
        fires
    }

    /// The lanes of `mask` in which the draw lies below the chance.
    fn decide(&self, plan: &InstancePlan, chance: u32, mask: u64, step: u32) -> u64 {
        let stream = &self.streams[plan.fire_stream as usize];
        let chance = self.bank.number(chance);
        let mut words = [0; LANES];
        stream.fill_words(step, self.block.first_trial, &mut words);
        let (below, open) = compare(chance, &words);
        let mut fires = below & mask;
        for lane in bits(open & mask) {
            let tie = || stream.tie_word(step, self.block.first_trial + lane as u64);
            fires |= u64::from(decide(chance[lane], words[lane], tie)) << lane;
        }
        fires
    }

    fn fire(&mut self, place: usize, plan: &InstancePlan, fires: &Fires, branches: &mut Branches, step: u32) {
        let mask = fires.mask;
        if fires.forced.is_none() {
            self.run(&plan.tapes.weights, step, mask);
        }
        self.run(&plan.tapes.effects, step, mask);
        match fires.forced.flatten() {
            Some(branch) => branches.taken.push((branch, mask)),
            None if !plan.branches.is_empty() => self.pick(plan, branches, mask, step),
            None => {}
        }
        self.instances[place].fire(plan, mask, step);
        self.change(plan, &plan.effects, mask);
        self.block.entries[plan.entry as usize].fire(mask, step);
        self.pending.firings.push(Firing { instance: place, mask, branch: None });
        for &(branch, mask) in &branches.taken {
            let of_branch = &plan.branches[branch];
            self.run(&of_branch.tape, step, mask);
            self.change(plan, &of_branch.effects, mask);
            self.block.entries[plan.entry as usize + 1 + branch].fire(mask, step);
            self.pending.firings.push(Firing { instance: place, mask, branch: Some(branch) });
        }
    }

    /// One branch a lane, in proportion to the weights, cumulated in the order of names; none where all are 0.
    fn pick(&mut self, plan: &InstancePlan, branches: &mut Branches, mask: u64, step: u32) {
        let mut total: Lanes = [0.0; LANES];
        let mut cumulated = Vec::with_capacity(plan.branches.len());
        for branch in &plan.branches {
            self.fail(mask, branch.weight.bad);
            branches.clamped |= mask & self.bank.lanes(branch.negative);
            for (total, &weight) in total.iter_mut().zip(self.bank.number(branch.weight.value)) {
                *total += if weight < 0.0 { 0.0 } else { weight };
            }
            cumulated.push(total);
        }
        let stream = &self.streams[plan.branch_stream as usize];
        let words = Words::new(stream, step, self.block.first_trial, None, mask);
        let mut taken = vec![0; plan.branches.len()];
        for lane in bits(mask) {
            let total = total[lane];
            if !total.is_finite() {
                self.failed |= 1 << lane;
            }
            let mark = uniform_of(words.get(lane)) * total;
            let place = |test: &dyn Fn(f64) -> bool| cumulated.iter().position(|up_to| test(up_to[lane]));
            // A product rounded up to the total falls to the last branch with a weight: the first to reach the total.
            let branch = place(&|up_to| mark < up_to).or_else(|| place(&|up_to| up_to == total));
            if let Some(branch) = branch.filter(|_| total > 0.0) {
                taken[branch] |= 1 << lane;
            }
        }
        branches.taken = taken.into_iter().enumerate().filter(|(_, mask)| *mask != 0).collect();
    }

    /// Puts changes down, to be made once every instance has been looked at.
    fn change(&mut self, plan: &InstancePlan, effects: &[EffectPlan], mask: u64) {
        for effect in effects {
            self.fail(mask, effect.value.bad);
            self.pending.add(Change {
                slot: effect.slot,
                kind: effect.kind,
                value: effect.value.value,
                mask,
                priority: plan.priority,
            });
        }
    }

    /// Notes what was clamped of an instance: once a lane for the rule, whatever it was, and each weight's branch.
    fn note_clamps(&mut self, plan: &InstancePlan, fires: &Fires, clamped: u64) {
        if clamped == 0 {
            return;
        }
        let chance = match plan.trigger {
            TriggerPlan::Always => None,
            TriggerPlan::Chance { chance: value, .. } | TriggerPlan::Hazard { hazard: value, .. } => {
                Some(self.bank.number(value.value))
            }
        };
        let entry = plan.entry as usize;
        for lane in bits(clamped) {
            let mut worst = chance.filter(|_| fires.clamped >> lane & 1 == 1).map(|chance| chance[lane]);
            // Weights are read where it fires and no branch is forced.
            let reads = fires.mask >> lane & 1 == 1 && fires.forced.flatten().is_none();
            for (number, branch) in plan.branches.iter().enumerate().filter(|_| reads) {
                let weight = self.bank.number(branch.weight.value)[lane];
                if weight < 0.0 {
                    self.block.entries[entry + 1 + number].clamped.add(weight);
                    worst = Clamps::worse(worst, Some(weight));
                }
            }
            if let Some(worst) = worst {
                self.block.entries[entry].clamped.add(worst);
            }
        }
    }
}

/// What came of an instance's branches.
struct Branches {
    /// Where a chance, a hazard or a weight was clamped.
    clamped: u64,
    /// Branches that were taken, and where.
    taken: Vec<(usize, u64)>,
}

/// The branch (or none) that is forced in a step, if the instance is.
fn forced(plan: &InstancePlan, step: u32) -> Option<Option<usize>> {
    let found = plan.forced.binary_search_by_key(&step, |(step, _)| *step).ok()?;
    Some(plan.forced[found].1)
}

/// Window and dates.
fn may_fire(plan: &InstancePlan, step: u32) -> bool {
    plan.window.contains(&step) && plan.at.as_ref().is_none_or(|at| at.binary_search(&step).is_ok())
}

/// Where a 32-bit draw is surely below a chance, and where that is open: see [`decide`]. With n the draw and c the
/// chance times 2^32, n is below the whole part of c where n + 1 <= c, and equal to it where else n <= c.
fn compare(chance: &Lanes, words: &[u32; LANES]) -> (u64, u64) {
    let (mut below, mut reaches) = (0, 0);
    for (lane, (chance, word)) in chance.iter().zip(words).enumerate() {
        let (drawn, scaled) = (f64::from(*word), chance * TWO_32);
        below |= u64::from(drawn + 1.0 <= scaled) << lane;
        reaches |= u64::from(drawn <= scaled) << lane;
    }
    (below, reaches & !below)
}

#[cfg(test)]
mod tests {
    use super::{TWO_32, bits, compare};
    use crate::random::{LANES, decide};

    #[test]
    fn a_whole_register_is_decided_as_each_lane_is() {
        let words: [u32; LANES] = std::array::from_fn(|lane| match lane {
            0 => 0,
            1 => u32::MAX,
            lane => (lane as u32).wrapping_mul(0x9e37_79b9),
        });
        // Chances on each draw, a hair beside it, and between it and the next.
        for (shift, scale) in [(0.0, 1.0), (1.0, 1.0), (0.5, 1.0), (0.25, 1.0 - f64::EPSILON), (-1.0, 1.0)] {
            let chance = words.map(|word| (f64::from(word) + shift) / TWO_32 * scale);
            let (below, open) = compare(&chance, &words);
            for tie in [0, 0x4000_0000, u32::MAX] {
                let mut fires = below;
                for lane in bits(open) {
                    fires |= u64::from(decide(chance[lane], words[lane], || tie)) << lane;
                }
                for lane in 0..LANES {
                    let expected = decide(chance[lane], words[lane], || tie);
                    assert_eq!(fires >> lane & 1 == 1, expected, "{} and {}", chance[lane], words[lane]);
                }
            }
        }
        for (chance, all) in [(1.0, u64::MAX), (2.0, u64::MAX), (0.0, 0), (-1.0, 0), (f64::NAN, 0)] {
            let (below, open) = compare(&[chance; LANES], &words);
            let fires = bits(open).filter(|&lane| decide(chance, words[lane], || 0)).count();
            assert_eq!((below, fires), (all, 0), "{chance}");
        }
    }
}
