//! Rules: guards, chances, branches and effects of every instance.

use cordiale_core::model::{Branch, Comparison, Effect, RuleInstance, Trigger};

use super::expr::{Lowering, When};
use super::graph::{ALWAYS, NEVER, Value};
use super::schedule::{Need, Roots, Stage};
use super::slots::is_looked_at;
use crate::program::{
    Binary, BranchPlan, EffectPlan, InstancePlan, InstanceTapes, Quantity, Test, TriggerPlan, Unary,
};

pub(super) fn lower(lowering: &mut Lowering<'_>, roots: &mut Roots) -> Vec<InstancePlan> {
    let model = lowering.model;
    let mut entries = Vec::with_capacity(model.rules.len());
    let mut entry = 0;
    for rule in &model.rules {
        entries.push(entry);
        entry += 1 + u32::try_from(rule.branches.len()).unwrap_or(u32::MAX);
    }
    let mut histories = vec![Vec::new(); model.instances.len()];
    for (history, of) in (0..).zip(&model.histories) {
        for (member, branch) in &of.members {
            histories[member.index()].push((history, *branch));
        }
    }
    let mut plans = Vec::new();
    for (instance, histories) in model.instances.iter().zip(histories) {
        if !is_looked_at(instance) {
            continue;
        }
        let number = u32::try_from(plans.len()).unwrap_or(u32::MAX);
        let entry = entries[instance.rule.index()];
        plans.push(Instance { lowering, roots, number }.plan(instance, entry, histories));
    }
    plans
}

/// One instance on its way.
struct Instance<'a, 'm> {
    lowering: &'a mut Lowering<'m>,
    roots: &'a mut Roots,
    number: u32,
}

impl Instance<'_, '_> {
    fn plan(
        &mut self,
        instance: &RuleInstance,
        entry: u32,
        histories: Vec<(u32, Option<usize>)>,
    ) -> InstancePlan {
        let fire_stream = self.lowering.stream(format!("rule/{}/fire", instance.name));
        let branch_stream = self.lowering.stream(format!("rule/{}/branch", instance.name));
        InstancePlan {
            entry,
            // Of a rule that is disabled only what is forced remains.
            window: if instance.enabled { instance.window.clone() } else { 0..0 },
            at: instance.at.clone(),
            forced: instance.forced.clone(),
            cooldown: instance.cooldown,
            limit: instance.limit,
            when: instance.when.and_then(|when| {
                let when = self.lowering.value(when, When::Now);
                let always = when.id == ALWAYS && when.bad == NEVER;
                (!always).then(|| self.test(when))
            }),
            trigger: self.trigger(instance.trigger),
            fire_stream,
            branch_stream,
            priority: instance.priority,
            tapes: InstanceTapes::default(),
            effects: self.effects(&instance.effects, Stage::Effects),
            branches: instance
                .branches
                .iter()
                .enumerate()
                .map(|(b, branch)| self.branch(b, branch))
                .collect(),
            histories,
        }
    }

    fn need(&self, stage: Stage) -> Need {
        Need::Instance(self.number, stage)
    }

    fn test(&mut self, condition: Value) -> Test {
        self.roots.test(condition, self.need(Stage::Guard))
    }

    /// A number that must be finite where it is used.
    fn finite(&mut self, value: Value, stage: Stage) -> Quantity {
        let bad = self.lowering.graph.not_finite(value);
        self.roots.quantity(Value { bad, ..value }, self.need(stage))
    }

    /// Where a number lies on the wrong side of a bound, if it can.
    fn beyond(&mut self, value: Value, op: Comparison, bound: f64, stage: Stage) -> Option<u32> {
        let bound = self.lowering.number(bound);
        let beyond = self.lowering.graph.compare(op, value, bound);
        self.roots.lanes(beyond.id, self.need(stage))
    }

    fn trigger(&mut self, trigger: Trigger) -> TriggerPlan {
        match trigger {
            Trigger::Always => TriggerPlan::Always,
            Trigger::Chance(expr) => {
                let value = self.lowering.value(expr, When::Now);
                let chance = self.finite(value, Stage::Chance);
                let (zero, one) = (self.lowering.number(0.0), self.lowering.number(1.0));
                let graph = &mut self.lowering.graph;
                let below = graph.compare(Comparison::Less, value, zero);
                let above = graph.compare(Comparison::Greater, value, one);
                let outside = graph.or(below.id, above.id);
                TriggerPlan::Chance { chance, outside: self.roots.lanes(outside, self.need(Stage::Chance)) }
            }
            Trigger::Hazard(expr) => {
                let value = self.lowering.value(expr, When::Now);
                let hazard = self.finite(value, Stage::Chance);
                let calendar = &self.lowering.model.calendar;
                let (dt, fast) = (calendar.dt(), 0.5 * f64::from(calendar.per_year()));
                let negative = self.beyond(value, Comparison::Less, 0.0, Stage::Chance);
                let fast = self.beyond(value, Comparison::Greater, fast, Stage::Chance);
                let dt = self.lowering.number(dt);
                let chance = self.lowering.graph.binary(Binary::HazardChance, value, dt);
                self.roots.need(chance.id, self.need(Stage::Chance));
                TriggerPlan::Hazard { hazard, chance: chance.id, negative, fast }
            }
        }
    }

    fn branch(&mut self, number: usize, branch: &Branch) -> BranchPlan {
        let value = self.lowering.value(branch.weight, When::Now);
        BranchPlan {
            weight: self.finite(value, Stage::Weights),
            negative: self.beyond(value, Comparison::Less, 0.0, Stage::Weights),
            tape: 0..0,
            effects: self.effects(&branch.effects, Stage::branch(number)),
        }
    }

    fn effects(&mut self, effects: &[Effect], stage: Stage) -> Vec<EffectPlan> {
        effects.iter().map(|effect| self.effect(effect, stage)).collect()
    }

    fn effect(&mut self, effect: &Effect, stage: Stage) -> EffectPlan {
        let mut value = self.lowering.value(effect.value, When::Now);
        // Effects are applied after the drift, when the register of a state value holds another.
        if self.lowering.graph.is_state(value.id) {
            value = self.lowering.graph.unary(Unary::Copy, value);
        }
        self.roots.keep(value.id);
        let slot = self.lowering.slots[effect.target.index()].now.id;
        EffectPlan {
            slot: self.lowering.graph.state_place(slot),
            kind: effect.kind,
            value: self.roots.quantity(value, self.need(stage)),
        }
    }
}
