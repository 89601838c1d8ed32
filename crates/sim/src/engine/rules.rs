//! A step's rules, every instance against the snapshot: guard, chance, branch, and the changes that follow.

use cordiale_core::model::EffectKind;

use super::candidates::{self, Candidates};
use super::effects::Changes;
use super::lanes::{Lanes, bits};
use super::standings::Standings;
use super::tape::Bank;
use super::words::{DrawPlace, SOME, Words};
use super::{Engine, note};
use crate::program::{Amount, EffectPlan, Form, InstancePlan, Link, Program, Reg, Term, TriggerPlan};
use crate::random::{LANES, uniform_of};
use crate::record::Clamps;
use crate::simd::{Draws, Kernel};

/// What an instance remembers within a trial.
#[derive(Clone, Debug)]
pub(super) struct InstanceState {
    /// Lanes in which it rests after a firing.
    resting: u64,
    /// Lanes in which it has rested, by the step from which on, counted round: one place more than the steps of a rest.
    /// Empty without a cooldown.
    rested: Vec<u64>,
    /// The first step whose lanes still rest.
    next: u32,
    /// Lanes in which it has fired as often as it may.
    spent: u64,
    count: [u64; LANES],
}

impl InstanceState {
    /// Of a plan, in a program of so many steps.
    pub(super) fn new(plan: &InstancePlan, steps: u32) -> Self {
        let places = match plan.cooldown {
            0 | 1 => 0,
            cooldown if cooldown < u64::from(steps) => cooldown as usize + 1,
            // It is not over before the end.
            _ => 1,
        };
        Self { resting: 0, rested: vec![0; places], next: 0, spent: 0, count: [0; LANES] }
    }

    pub(super) fn reset(&mut self, plan: &InstancePlan) {
        self.resting = 0;
        self.rested.fill(0);
        self.next = 0;
        self.spent = if plan.limit == Some(0) { u64::MAX } else { 0 };
        self.count = [0; LANES];
    }

    /// The lanes in which cooldown and limit allow a firing.
    fn ready(&mut self, step: u32) -> u64 {
        if !self.rested.is_empty() {
            for step in self.next..=step {
                let place = step as usize % self.rested.len();
                self.resting &= !std::mem::take(&mut self.rested[place]);
            }
            self.next = step + 1;
        }
        !(self.resting | self.spent)
    }

    /// Notes a firing.
    fn fire(&mut self, plan: &InstancePlan, mask: u64, step: u32) {
        if !self.rested.is_empty() {
            // Where it is forced nobody has asked.
            self.ready(step);
            let again = mask & self.resting;
            if again != 0 {
                self.rested.iter_mut().for_each(|rested| *rested &= !again);
            }
            self.resting |= mask;
            let places = self.rested.len() as u64;
            if plan.cooldown < places {
                // The place of the step before, which is free by now.
                self.rested[((u64::from(step) + plan.cooldown) % places) as usize] |= mask;
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

/// What the sweeps over all instances need of each, close together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brief {
    /// The stream of its draws.
    stream: u32,
    /// The mask that must hold.
    when: Reg,
    /// The greatest draw with which it can fire in this block; the greatest there is where that is not known.
    bound: u32,
    /// Its effects, where a firing is these and nothing else: places among [`Changes`].
    changes: Option<(u32, u32)>,
    /// Its rule's place among the entries.
    entry: u32,
    /// Where its chance is, if it comes of a form: where it is bounded.
    chance: Option<candidates::ChancePlace>,
    /// Whether nothing but `when` stands before its draw: no window, date, cooldown, limit, force or error.
    alone: bool,
    /// Whether its chance has been found to need no checks in this block.
    bounded: bool,
    /// How it comes to fire in this block, unless it is forced.
    how: Decision,
}

impl Brief {
    /// Of a plan, whose chance and effects go to the rest of their kind.
    pub(super) fn new(
        plan: &InstancePlan,
        program: &Program,
        chances: &mut Candidates,
        changes: &mut Changes,
    ) -> Self {
        let unlimited = plan.cooldown <= 1 && plan.limit.is_none();
        let effects_alone = unlimited && plan.branches.is_empty() && plan.histories.is_empty();
        Self {
            stream: plan.fire_stream,
            when: plan.when.map_or(Bank::always(program), |when| when.mask),
            bound: u32::MAX,
            entry: plan.entry,
            changes: if effects_alone { changes.put(plan, program) } else { None },
            chance: match &plan.trigger {
                TriggerPlan::Form { form, link } => Some(chances.place(form, *link, program)),
                TriggerPlan::Number { chance: Some(chance), .. } => {
                    let form = Form::Scaled(Term { by: 1.0, of: *chance });
                    Some(chances.place(&form, Link::Identity, program))
                }
                TriggerPlan::Number { .. } | TriggerPlan::Always => None,
            },
            alone: unlimited
                && plan.forced.is_empty()
                && plan.at.is_none()
                && plan.window.start == 0
                && plan.window.end >= program.steps
                && plan.tapes.guard.is_empty()
                && plan.when.is_none_or(|when| when.bad.is_none())
                && !matches!(plan.trigger, TriggerPlan::Always),
            bounded: false,
            how: if matches!(plan.trigger, TriggerPlan::Always) { Decision::Always } else { Decision::Tape },
        }
    }

    /// Takes over what is known of its chance in a block.
    pub(super) fn bind(&mut self, bound: Option<u32>) {
        self.bounded = bound.is_some();
        self.bound = bound.unwrap_or(u32::MAX);
        if self.chance.is_some() {
            self.how = if self.bounded { Decision::Form } else { Decision::Tape };
        }
    }
}

/// An instance that may fire in a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) instance: u32,
    /// Of a chance that comes of a form, its place among those of its kind; of one that comes of a tape, the place of its
    /// draws, once they are made.
    pub(super) place: u32,
    /// The lanes that are left: those that passed its guards, then those whose draw may be low enough, then, of a chance
    /// that comes of a form, those that fire.
    pub(super) mask: u64,
    how: Decision,
}

/// How it comes to fire.
#[derive(Clone, Copy, Debug)]
enum Decision {
    Forced,
    Always,
    /// By a draw that is compared with the chance of a form.
    Form,
    /// By a draw that is compared with what a tape comes to.
    Tape,
}

impl Look {
    /// In place of a look.
    pub(super) const NONE: Self = Self { instance: 0, place: 0, mask: 0, how: Decision::Always };

    /// Whether it takes a draw.
    fn is_drawn(&self) -> bool {
        matches!(self.how, Decision::Form | Decision::Tape)
    }
}

/// The lanes in which an instance fires.
struct Fires {
    mask: u64,
    /// Where its chance or hazard was clamped.
    clamped: u64,
    forced: Option<Option<usize>>,
}

impl<K: Kernel> Engine<'_, K> {
    /// In four sweeps, each of which leaves little for the next: guards, draws, chances, and what comes of them.
    #[inline(always)]
    pub(super) fn look_at_rules(&mut self, step: u32) {
        let mut room = std::mem::take(&mut self.looks);
        let count = self.look_at_guards(step, &mut room);
        let looks = &mut room[..count];
        self.draw(step, looks);
        self.decide(step, looks);
        self.act(step, looks);
        self.looks = room;
    }

    /// Windows, cooldowns, limits and conditions. How many looks are left; there is room for all.
    #[inline(always)]
    fn look_at_guards(&mut self, step: u32, looks: &mut [Look]) -> usize {
        let live = self.block.live;
        let mut count = 0;
        for instance in 0..self.briefs.len() {
            let brief = &self.briefs[instance];
            let (mask, how) = if brief.alone {
                (live & self.bank.mask(brief.when), brief.how)
            } else {
                self.look_closely(instance, step)
            };
            // Whether a lane is left is what a processor cannot foresee: each is put down, and counted if it is to stay.
            looks[count] = Look { instance: instance as u32, place: 0, mask, how };
            count += usize::from(mask != 0);
        }
        count
    }

    /// Everything that may stand before an instance's draw: the lanes that pass, and how it comes to fire in them.
    fn look_closely(&mut self, instance: usize, step: u32) -> (u64, Decision) {
        let plan = &self.program.instances[instance];
        let live = self.block.live;
        if forced(plan, step).is_some() {
            return (live, Decision::Forced);
        }
        let how = self.briefs[instance].how;
        let mut mask = if may_fire(plan, step) { live } else { 0 };
        if plan.cooldown > 1 || plan.limit.is_some() {
            mask &= self.instances[instance].ready(step);
        }
        if mask == 0 {
            return (mask, how);
        }
        self.run(&plan.tapes.guard, step, mask);
        if let Some(when) = plan.when {
            self.fail(mask, when.bad);
            mask &= self.bank.mask(when.mask);
        }
        (mask, how)
    }

    /// Draws for all instances that need it, some at a time, and leaves out the lanes whose draw lies above any chance
    /// that they can have.
    #[inline(always)]
    fn draw(&mut self, step: u32, looks: &mut [Look]) {
        self.candidates.clear();
        self.kept.clear();
        let place = self.place(step);
        let mut words = std::mem::take(&mut self.words);
        for (first, some) in (0..).step_by(SOME).zip(looks.chunks_mut(SOME)) {
            self.sources.clear();
            for (slot, look) in some.iter().enumerate() {
                let stream = self.briefs[look.instance as usize].stream;
                self.sources.put::<K>(place, stream, slot, if look.is_drawn() { look.mask } else { 0 });
            }
            self.kernel.blocks(&self.keys, self.sources.as_slice(), &mut words);
            for (at, (look, words)) in (first..).zip(some.iter_mut().zip(&words)) {
                if look.is_drawn() {
                    self.sift(at, look, words);
                }
            }
        }
        self.words = words;
    }

    /// Of the lanes that are left, those whose draw lies below the chance; where that is not told of all draws together, the
    /// others become candidates, or wait for a tape with their draws.
    #[inline(always)]
    fn sift(&mut self, at: usize, look: &mut Look, words: &Draws) {
        let Brief { bound, chance, .. } = self.briefs[look.instance as usize];
        let guarded = look.mask;
        if let (Decision::Form, Some(chance)) = (look.how, chance) {
            look.place = chance.chance;
            let stand = self.candidates.stand(self.kernel, chance, bound, words, &self.bank.numbers);
            if let Some(Standings { below, open }) = stand {
                look.mask = guarded & below;
                if guarded & open != 0 {
                    self.candidates.put_open(chance, at, guarded & open, words);
                }
            } else {
                look.mask = 0;
                self.candidates.put(chance, at, guarded & self.kernel.at_most(words, bound), words);
            }
        } else {
            look.mask &= self.kernel.at_most(words, bound);
            look.place = self.kept.len() as u32;
            self.kept.push(*words);
        }
    }

    /// What comes of those that fire, in order.
    #[inline(always)]
    fn act(&mut self, step: u32, looks: &mut [Look]) {
        let mut count = 0;
        for at in 0..looks.len() {
            let look = looks[at];
            looks[count] = look;
            count += usize::from(look.mask != 0);
        }
        for &Look { instance, mask, place, how } in &looks[..count] {
            let instance = instance as usize;
            if let (Decision::Form, &Brief { changes: Some(changes), entry, .. }) =
                (how, &self.briefs[instance])
            {
                self.change(changes, mask);
                self.block.firings.note(entry, mask, step);
                continue;
            }
            let plan = &self.program.instances[instance];
            let fires = match how {
                Decision::Form | Decision::Always => Fires { mask, clamped: 0, forced: None },
                Decision::Tape => self.trigger(instance, plan, mask, place, step),
                Decision::Forced => self.force(plan, forced(plan, step).flatten(), step),
            };
            self.come_of(instance, plan, &fires, step);
        }
    }

    /// What comes of an instance's firings.
    fn come_of(&mut self, instance: usize, plan: &InstancePlan, fires: &Fires, step: u32) {
        self.branches.clear(plan.branches.len(), fires.clamped);
        if fires.mask != 0 {
            self.fire(instance, plan, fires, step);
        }
        self.note_clamps(plan, fires, self.branches.clamped);
    }

    /// Every live lane fires, and what its effects need is evaluated without a look at guard or chance.
    fn force(&mut self, plan: &InstancePlan, branch: Option<usize>, step: u32) -> Fires {
        let live = self.block.live;
        for tape in [&plan.tapes.guard, &plan.tapes.chance, &plan.tapes.weights] {
            self.run(tape, step, live);
        }
        Fires { mask: live, clamped: 0, forced: Some(branch) }
    }

    /// Evaluates what the chance comes of in the lanes that are left, and compares it with the draws.
    fn trigger(&mut self, instance: usize, plan: &InstancePlan, mask: u64, words: u32, step: u32) -> Fires {
        let mut fires = Fires { mask, clamped: 0, forced: None };
        // Never so: all others are settled before.
        let TriggerPlan::Number { x, link, outside, fast, .. } = plan.trigger else { return fires };
        self.run(&plan.tapes.chance, step, mask);
        // A bounded chance has been found to need no checks.
        if !self.briefs[instance].bounded {
            self.fail(mask, x.bad);
            fires.clamped = mask & self.bank.lanes(outside);
            let fast = mask & self.bank.lanes(fast);
            let hazard = self.bank.number(x.value);
            note(&mut self.block.clamps[plan.entry as usize].fast_hazard, fast, |lane| hazard[lane]);
        }
        let (x, words) = (self.bank.number(x.value), &self.kept[words as usize]);
        fires.mask = 0;
        for lane in bits(mask) {
            let (x, word) = (x[lane], words.of(lane));
            let standing = self.thresholds.look(link, x, word);
            let mut below = standing.below();
            if standing.is_open() {
                below = self.below(instance as u32, link, x, word, step, lane);
            }
            fires.mask |= below << lane;
        }
        fires
    }

    fn fire(&mut self, instance: usize, plan: &InstancePlan, fires: &Fires, step: u32) {
        let mask = fires.mask;
        if fires.forced.is_none() {
            self.run(&plan.tapes.weights, step, mask);
        }
        self.run(&plan.tapes.effects, step, mask);
        match fires.forced.flatten() {
            Some(branch) => self.branches.taken[branch] = mask,
            None if !plan.branches.is_empty() => self.pick(plan, mask, step),
            None => {}
        }
        self.instances[instance].fire(plan, mask, step);
        self.change_by(plan, &plan.effects, mask);
        self.block.firings.note(plan.entry, mask, step);
        self.remember(instance, plan, mask, None);
        for (branch, of_branch) in (0..).zip(&plan.branches) {
            let mask = self.branches.taken[branch as usize];
            if mask == 0 {
                continue;
            }
            self.run(&of_branch.tape, step, mask);
            self.change_by(plan, &of_branch.effects, mask);
            self.block.firings.note(plan.entry + 1 + branch, mask, step);
            self.remember(instance, plan, mask, Some(branch as usize));
        }
    }

    fn remember(&mut self, instance: usize, plan: &InstancePlan, mask: u64, branch: Option<usize>) {
        if !plan.histories.is_empty() {
            self.pending.firings.push(Firing { instance, mask, branch });
        }
    }

    /// One branch a lane, in proportion to the weights, cumulated in the order of names; none where all are 0.
    fn pick(&mut self, plan: &InstancePlan, mask: u64, step: u32) {
        let words = Words::new(
            self.kernel,
            &self.keys[plan.branch_stream as usize],
            DrawPlace { active: mask, ..self.place(step) },
        );
        for branch in &plan.branches {
            self.fail(mask, branch.weight.bad);
            self.branches.clamped |= mask & self.bank.lanes(branch.negative);
        }
        let Branches { taken, cumulated, .. } = &mut self.branches;
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
    }

    /// Puts changes down.
    fn change_by(&mut self, plan: &InstancePlan, effects: &[EffectPlan], mask: u64) {
        for effect in effects {
            match &effect.value {
                Amount::Form(form) => {
                    self.change_one(plan, effect, mask, |numbers, lane| form.at(numbers, lane));
                }
                Amount::Quantity(quantity) => {
                    self.fail(mask, quantity.bad);
                    self.change_one(plan, effect, mask, |numbers, lane| {
                        numbers[quantity.value as usize][lane]
                    });
                }
            }
        }
    }

    #[inline(always)]
    fn change_one(
        &mut self,
        plan: &InstancePlan,
        effect: &EffectPlan,
        mask: u64,
        by: impl Fn(&[Lanes], usize) -> f64,
    ) {
        match effect.kind {
            EffectKind::Add => self.add(effect.slot, mask, by),
            EffectKind::Assign => {
                self.memos.wake(effect.slot, mask);
                for lane in bits(mask) {
                    let value = by(&self.bank.numbers, lane);
                    self.pending.assign(effect.slot, lane, plan.priority, value);
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
            // What is clamped comes of no other function: it is the chance or the hazard.
            TriggerPlan::Number { x, .. } => Some(self.bank.number(x.value)),
        };
        let entry = plan.entry as usize;
        for lane in bits(clamped) {
            let mut worst = chance.filter(|_| fires.clamped >> lane & 1 == 1).map(|chance| chance[lane]);
            // Weights are read where it fires and no branch is forced.
            let reads = fires.mask >> lane & 1 == 1 && fires.forced.flatten().is_none();
            for (number, branch) in plan.branches.iter().enumerate().filter(|_| reads) {
                let weight = self.bank.number(branch.weight.value)[lane];
                if weight < 0.0 {
                    self.block.clamps[entry + 1 + number].clamped.add(weight);
                    worst = Clamps::worse(worst, Some(weight));
                }
            }
            if let Some(worst) = worst {
                self.block.clamps[entry].clamped.add(worst);
            }
        }
    }
}

/// What came of an instance's branches.
#[derive(Clone, Debug, Default)]
pub(super) struct Branches {
    /// Where a chance, a hazard or a weight was clamped.
    clamped: u64,
    /// The lanes in which each was taken.
    taken: Vec<u64>,
    /// Room for their weights in a lane, summed up.
    cumulated: Vec<f64>,
}

impl Branches {
    /// Of so many branches none is taken yet.
    fn clear(&mut self, count: usize, clamped: u64) {
        self.clamped = clamped;
        self.taken.clear();
        self.taken.resize(count, 0);
        self.cumulated.resize(count, 0.0);
    }
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
