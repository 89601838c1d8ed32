//! A step's rules, every instance against the snapshot: guard, chance, branch, and the changes that follow.

use super::lanes::bits;
use super::words::{Place, Words};
use super::{Engine, note};
use crate::program::{Amount, EffectPlan, Form, InstancePlan, Link, Reg, TriggerPlan};
use crate::random::{LANES, decide, uniform_of};
use crate::record::Clamps;
use crate::simd::{Aligned, Draws, Kernel};

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

/// What the first look at an instance needs of its plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    /// The mask that must hold.
    when: Option<Reg>,
    /// Whether nothing else stands before its draw: no window, date, cooldown, limit, force or error.
    alone: bool,
    /// Whether a firing is its effects and nothing else.
    effects_alone: bool,
}

impl Guard {
    pub(super) fn new(plan: &InstancePlan, steps: u32) -> Self {
        let unlimited = plan.cooldown <= 1 && plan.limit.is_none();
        Self {
            when: plan.when.map(|when| when.mask),
            alone: unlimited
                && plan.forced.is_empty()
                && plan.at.is_none()
                && plan.window == (0..steps)
                && plan.tapes.guard.is_empty()
                && plan.when.is_none_or(|when| when.bad.is_none())
                && !matches!(plan.trigger, TriggerPlan::Always),
            effects_alone: unlimited && plan.branches.is_empty() && plan.histories.is_empty(),
        }
    }
}

/// An instance that may fire in a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    instance: usize,
    /// The lanes in which it passed its guards.
    mask: u64,
    how: How,
}

/// How it comes to fire.
#[derive(Clone, Copy, Debug)]
enum How {
    Forced(Option<usize>),
    Always,
    /// By a draw, still to be made.
    Draw,
    /// By the draws at this place.
    Drawn(usize),
    Not,
}

/// The draws of an instance that lie below its bound.
#[derive(Clone, Copy)]
struct Sifted<'a> {
    plan: &'a InstancePlan,
    link: Link,
    mask: u64,
    words: &'a Draws,
    step: u32,
}

/// The lanes in which an instance fires.
struct Fires {
    mask: u64,
    /// Where its chance or hazard was clamped.
    clamped: u64,
    forced: Option<Option<usize>>,
}

impl<K: Kernel> Engine<'_, K> {
    /// In three sweeps, since the first two leave little for the last: guards, draws, and what comes of them.
    #[inline(always)]
    pub(super) fn look_at_rules(&mut self, step: u32) {
        let mut looks = std::mem::take(&mut self.looks);
        looks.clear();
        self.look_at_guards(step, &mut looks);
        self.draw(step, &mut looks);
        for &Look { instance, mask, how } in &looks {
            let plan = &self.program.instances[instance];
            match (how, &plan.trigger) {
                (How::Not | How::Draw, _) => {}
                (How::Drawn(place), TriggerPlan::Form { form, link }) => {
                    let mask = self.decide(plan, form, *link, mask, place, step);
                    if mask == 0 {
                    } else if self.guards[instance].effects_alone {
                        self.run(&plan.tapes.effects, step, mask);
                        self.change_by(plan, &plan.effects, mask);
                        self.block.entries[plan.entry as usize].fire(mask, step);
                    } else {
                        self.come_of(instance, plan, &Fires { mask, clamped: 0, forced: None }, step);
                    }
                }
                (How::Drawn(place), _) => {
                    let fires = self.trigger(instance, plan, mask, place, step);
                    self.come_of(instance, plan, &fires, step);
                }
                (How::Always, _) => {
                    self.come_of(instance, plan, &Fires { mask, clamped: 0, forced: None }, step);
                }
                (How::Forced(branch), _) => {
                    let fires = self.force(plan, branch, step);
                    self.come_of(instance, plan, &fires, step);
                }
            }
        }
        self.looks = looks;
    }

    /// Windows, cooldowns, limits and conditions.
    #[inline(always)]
    fn look_at_guards(&mut self, step: u32, looks: &mut Vec<Look>) {
        let live = self.block.live;
        for instance in 0..self.guards.len() {
            let guard = self.guards[instance];
            if !guard.alone {
                looks.extend(self.look_closely(instance, step));
                continue;
            }
            let mask = live & guard.when.map_or(u64::MAX, |when| self.bank.mask(when));
            if mask != 0 {
                looks.push(Look { instance, mask, how: How::Draw });
            }
        }
    }

    /// Everything that may stand before an instance's draw.
    fn look_closely(&mut self, instance: usize, step: u32) -> Option<Look> {
        let plan = &self.program.instances[instance];
        let mut mask = self.block.live;
        if let Some(branch) = forced(plan, step) {
            return Some(Look { instance, mask, how: How::Forced(branch) });
        }
        if !may_fire(plan, step) {
            return None;
        }
        if plan.cooldown > 1 || plan.limit.is_some() {
            mask &= self.instances[instance].ready(step);
            if mask == 0 {
                return None;
            }
        }
        self.run(&plan.tapes.guard, step, mask);
        if let Some(when) = plan.when {
            self.fail(mask, when.bad);
            mask &= self.bank.mask(when.mask);
        }
        let how = if matches!(plan.trigger, TriggerPlan::Always) { How::Always } else { How::Draw };
        (mask != 0).then_some(Look { instance, mask, how })
    }

    /// Draws for all instances that need it, two at a time, and leaves out the lanes (and instances) whose draw lies
    /// above any chance that they can have.
    #[inline(always)]
    fn draw(&mut self, step: u32, looks: &mut [Look]) {
        let place = self.place(step);
        let mut drawn = 0;
        let mut waiting = None;
        for at in 0..looks.len() {
            if !matches!(looks[at].how, How::Draw) {
                continue;
            }
            match waiting.take() {
                None => waiting = Some(at),
                Some(first) => {
                    self.draw_two([&looks[first], &looks[at]], place, drawn);
                    let left = self.sift(&mut looks[first], drawn) | self.sift(&mut looks[at], drawn + 1);
                    // Draws that nothing is left of are written over.
                    drawn += if left == 0 { 0 } else { 2 };
                }
            }
        }
        if let Some(first) = waiting {
            self.draw_two([&looks[first], &looks[first]], place, drawn);
            self.sift(&mut looks[first], drawn);
        }
    }

    #[inline(always)]
    fn draw_two(&mut self, looks: [&Look; 2], place: Place<'_>, at: usize) {
        if self.words.len() < at + 2 {
            self.words.resize(at + 2, Aligned([0; LANES]));
        }
        let [first, second] = &mut self.words[at..at + 2] else {
            return;
        };
        let (keys, instances) = (&self.keys, &self.program.instances);
        let sources = looks.map(|look| place.source(&keys[instances[look.instance].fire_stream as usize]));
        self.kernel.words(sources, [first, second]);
    }

    /// The lanes that are left.
    #[inline(always)]
    fn sift(&mut self, look: &mut Look, at: usize) -> u64 {
        if let Some(bound) = self.bounds[look.instance] {
            look.mask &= self.kernel.at_most(&self.words[at], bound);
        }
        look.how = if look.mask == 0 { How::Not } else { How::Drawn(at) };
        look.mask
    }

    /// The lanes of `mask` in which the draws at `words` lie below the chance that comes of a form.
    #[inline(always)]
    fn decide(
        &self,
        plan: &InstancePlan,
        form: &Form,
        link: Link,
        mask: u64,
        words: usize,
        step: u32,
    ) -> u64 {
        let numbers = &self.bank.numbers;
        let draws = Sifted { plan, link, mask, words: &self.words[words], step };
        match form {
            Form::Number(x) => self.compare(draws, |_| *x),
            Form::Scaled(term) => self.compare(draws, |lane| term.at(numbers, lane)),
            Form::Product { by, of: [a, b] } => {
                let (a, b) = (self.bank.number(*a), self.bank.number(*b));
                self.compare(draws, |lane| (by * a[lane]) * b[lane])
            }
            Form::Room { by, from, of } => {
                let x = self.bank.number(*of);
                self.compare(draws, |lane| by * (from - x[lane]))
            }
            Form::Sum { from, terms } => {
                self.compare(draws, |lane| terms.all().iter().fold(*from, |sum, t| sum + t.at(numbers, lane)))
            }
        }
    }

    /// The lanes in which draws lie below the chance that comes of a value. One loop, entered once: how often it turns
    /// is what a processor cannot foresee.
    #[inline(always)]
    fn compare(&self, draws: Sifted<'_>, value: impl Fn(usize) -> f64) -> u64 {
        let mut fires = 0;
        for lane in bits(draws.mask) {
            let (x, word) = (value(lane), draws.words[lane]);
            let below = self.thresholds.look(draws.link, x, word);
            let below = below.unwrap_or_else(|| self.is_below(&draws, x, lane));
            fires |= u64::from(below) << lane;
        }
        fires
    }

    /// Whether a lane's draw lies below the chance that comes of `x`, by working it out.
    #[inline(never)]
    fn is_below(&self, draws: &Sifted<'_>, x: f64, lane: usize) -> bool {
        let stream = &self.streams[draws.plan.fire_stream as usize];
        let tie = || stream.tie_word(draws.step, self.block.first_trial + lane as u64);
        decide(draws.link.chance(x), draws.words[lane], tie)
    }

    /// What comes of an instance's firings.
    fn come_of(&mut self, instance: usize, plan: &InstancePlan, fires: &Fires, step: u32) {
        let mut branches = Branches { clamped: fires.clamped, taken: Vec::new() };
        if fires.mask != 0 {
            self.fire(instance, plan, fires, &mut branches, step);
        }
        self.note_clamps(plan, fires, branches.clamped);
    }

    /// Every live lane fires, and what its effects need is evaluated without a look at guard or chance.
    fn force(&mut self, plan: &InstancePlan, branch: Option<usize>, step: u32) -> Fires {
        let live = self.block.live;
        for tape in [&plan.tapes.guard, &plan.tapes.chance, &plan.tapes.weights] {
            self.run(tape, step, live);
        }
        Fires { mask: live, clamped: 0, forced: Some(branch) }
    }

    /// Evaluates the chance in the lanes that are left, and compares it with the draws.
    fn trigger(&mut self, instance: usize, plan: &InstancePlan, mask: u64, words: usize, step: u32) -> Fires {
        self.run(&plan.tapes.chance, step, mask);
        // A bounded chance has been found to need no checks.
        let checked = self.bounds[instance].is_none();
        let mut clamped = 0;
        let chance = match plan.trigger {
            // Never so: these are settled before.
            TriggerPlan::Always | TriggerPlan::Form { .. } => return Fires { mask, clamped, forced: None },
            TriggerPlan::Chance { chance, outside } => {
                if checked {
                    self.fail(mask, chance.bad);
                    clamped = mask & self.bank.lanes(outside);
                }
                chance.value
            }
            TriggerPlan::Hazard { hazard, chance, negative, fast } => {
                if checked {
                    self.fail(mask, hazard.bad);
                    clamped = mask & self.bank.lanes(negative);
                    let fast = mask & self.bank.lanes(fast);
                    let hazard = self.bank.number(hazard.value);
                    note(&mut self.block.entries[plan.entry as usize].fast_hazard, fast, |lane| hazard[lane]);
                }
                chance
            }
        };
        let chance = self.bank.number(chance);
        let words = &self.words[words];
        let stream = &self.streams[plan.fire_stream as usize];
        let mut fires = 0;
        for lane in bits(mask) {
            let tie = || stream.tie_word(step, self.block.first_trial + lane as u64);
            fires |= u64::from(decide(chance[lane], words[lane], tie)) << lane;
        }
        Fires { mask: fires, clamped, forced: None }
    }

    fn fire(
        &mut self,
        instance: usize,
        plan: &InstancePlan,
        fires: &Fires,
        branches: &mut Branches,
        step: u32,
    ) {
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
        self.instances[instance].fire(plan, mask, step);
        self.change_by(plan, &plan.effects, mask);
        self.block.entries[plan.entry as usize].fire(mask, step);
        self.remember(instance, plan, mask, None);
        for &(branch, mask) in &branches.taken {
            let of_branch = &plan.branches[branch];
            self.run(&of_branch.tape, step, mask);
            self.change_by(plan, &of_branch.effects, mask);
            self.block.entries[plan.entry as usize + 1 + branch].fire(mask, step);
            self.remember(instance, plan, mask, Some(branch));
        }
    }

    fn remember(&mut self, instance: usize, plan: &InstancePlan, mask: u64, branch: Option<usize>) {
        if !plan.histories.is_empty() {
            self.pending.firings.push(Firing { instance, mask, branch });
        }
    }

    /// One branch a lane, in proportion to the weights, cumulated in the order of names; none where all are 0.
    fn pick(&mut self, plan: &InstancePlan, branches: &mut Branches, mask: u64, step: u32) {
        let words = Words::new(
            self.kernel,
            &self.keys[plan.branch_stream as usize],
            Place { active: mask, ..self.place(step) },
        );
        for branch in &plan.branches {
            self.fail(mask, branch.weight.bad);
            branches.clamped |= mask & self.bank.lanes(branch.negative);
        }
        let mut taken = vec![0; plan.branches.len()];
        let mut cumulated = vec![0.0; plan.branches.len()];
        for lane in bits(mask) {
            let mut total = 0.0;
            for (up_to, branch) in cumulated.iter_mut().zip(&plan.branches) {
                let weight = self.bank.number(branch.weight.value)[lane];
                total += if weight < 0.0 { 0.0 } else { weight };
                *up_to = total;
            }
            if !total.is_finite() {
                self.failed |= 1 << lane;
            }
            let mark = uniform_of(words.get(lane)) * total;
            let below = cumulated.iter().position(|&up_to| mark < up_to);
            // A product rounded up to the total falls to the last branch with a weight: the first to reach the total.
            let branch = below.or_else(|| cumulated.iter().position(|&up_to| up_to == total));
            if let Some(branch) = branch.filter(|_| total > 0.0) {
                taken[branch] |= 1 << lane;
            }
        }
        branches.taken = taken.into_iter().enumerate().filter(|(_, mask)| *mask != 0).collect();
    }

    /// Puts changes down.
    #[inline(always)]
    fn change_by(&mut self, plan: &InstancePlan, effects: &[EffectPlan], mask: u64) {
        for effect in effects {
            let (slot, kind, priority) = (effect.slot, effect.kind, plan.priority);
            let numbers = &self.bank.numbers;
            match &effect.value {
                Amount::Form(form) => {
                    self.pending.add(slot, kind, priority, mask, |lane| form.at(numbers, lane));
                }
                Amount::Quantity(quantity) => {
                    let values = &numbers[quantity.value as usize];
                    self.pending.add(slot, kind, priority, mask, |lane| values[lane]);
                    self.fail(mask, quantity.bad);
                }
            }
        }
    }

    /// Notes what was clamped of an instance: once a lane for the rule, whatever it was, and each weight's branch.
    fn note_clamps(&mut self, plan: &InstancePlan, fires: &Fires, clamped: u64) {
        if clamped == 0 {
            return;
        }
        let chance = match plan.trigger {
            TriggerPlan::Always | TriggerPlan::Form { .. } => None,
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
