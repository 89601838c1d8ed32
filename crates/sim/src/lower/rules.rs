//! Rules: guards, chances, branches and effects of every instance.

use cordiale_core::model::{Branch, Effect, ExprId, Function, Relation, RuleInstance, Trigger};

use super::Found;
use super::expr::{Lowering, When};
use super::forms;
use super::graph::{ALWAYS, Level, NEVER, Value};
use super::schedule::{Need, Roots, Stage};
use crate::program::Reg;
use crate::program::{
    Amount, Binary, Bound, BranchPlan, EffectPlan, InstancePlan, InstanceTapes, Link, Quantity, Test,
    TriggerPlan, Unary,
};

/// The plans of the instances that are looked at; those that can never fire are struck off.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    roots: &mut Roots,
    live: &[bool],
    found: &mut Found,
) -> Vec<InstancePlan> {
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
    let Found { looked_at, kept } = found;
    for ((instance, histories), looked_at) in model.instances.iter().zip(histories).zip(looked_at) {
        if !*looked_at {
            continue;
        }
        let number = u32::try_from(plans.len()).unwrap_or(u32::MAX);
        let entry = entries[instance.rule.index()];
        let lazy = matches!(instance.trigger, Trigger::Chance(_) | Trigger::Hazard(_));
        let instance_of = Instance { lowering, roots, live, kept, number, lazy };
        match instance_of.plan(instance, entry, histories) {
            Some(plan) => plans.push(plan),
            None => *looked_at = false,
        }
    }
    plans
}

/// One instance on its way.
struct Instance<'a, 'm> {
    lowering: &'a mut Lowering<'m>,
    roots: &'a mut Roots,
    /// The slots that are there, and those that must be though nothing reads them.
    live: &'a [bool],
    kept: &'a mut [bool],
    number: u32,
    /// Whether it fires in a share of the lanes that pass its guards.
    lazy: bool,
}

impl Instance<'_, '_> {
    /// The plan, unless it is sure that the instance never fires and that looking at it is no error.
    fn plan(
        mut self,
        instance: &RuleInstance,
        entry: u32,
        histories: Vec<(u32, Option<usize>)>,
    ) -> Option<InstancePlan> {
        let when = instance.when.map(|when| self.lowering.value(when, When::Now));
        let guards_are_clean = when.is_none_or(|when| when.bad == NEVER);
        let known = self.roots.mark();
        let (trigger, bound) = self.trigger(instance.trigger);
        let holds_never = when.is_some_and(|when| when.id == NEVER);
        let strikes_never = matches!(bound, Bound::Number(most) if most <= 0.0);
        if instance.forced.is_empty() && guards_are_clean && (holds_never || strikes_never) {
            self.roots.back_to(known);
            return None;
        }
        let fire_stream = self.lowering.stream(format!("rule/{}/fire", instance.name));
        let branch_stream = self.lowering.stream(format!("rule/{}/branch", instance.name));
        Some(InstancePlan {
            entry,
            // Of a rule that is disabled only what is forced remains.
            window: if instance.enabled { instance.window.clone() } else { 0..0 },
            at: instance.at.clone(),
            forced: instance.forced.clone(),
            cooldown: instance.cooldown,
            limit: instance.limit,
            when: when.and_then(|when| {
                let always = when.id == ALWAYS && when.bad == NEVER;
                (!always).then(|| self.test(when, instance))
            }),
            trigger,
            bound,
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
        })
    }

    fn need(&self, stage: Stage) -> Need {
        Need::one(self.number, stage, self.lazy && stage > Stage::Chance)
    }

    /// A guard: evaluated with all others where it is looked at in every step.
    fn test(&mut self, condition: Value, instance: &RuleInstance) -> Test {
        let always = instance.at.is_none() && instance.window == (0..self.lowering.model.calendar.steps());
        let need = if always { Need::Common } else { self.need(Stage::Guard) };
        self.roots.test(condition, need)
    }

    /// A number that must be finite where it is used.
    fn finite(&mut self, value: Value, stage: Stage) -> Quantity {
        let bad = self.lowering.graph.not_finite(value);
        self.roots.quantity(Value { bad, ..value }, self.need(stage))
    }

    /// Where a number lies on the wrong side of a bound, if it can.
    fn beyond(&mut self, value: Value, op: Relation, bound: f64, stage: Stage) -> Option<u32> {
        let bound = self.lowering.number(bound);
        let beyond = self.lowering.graph.compare(op, value, bound);
        self.roots.lanes(beyond.id, self.need(stage))
    }

    fn trigger(&mut self, trigger: Trigger) -> (TriggerPlan, Bound) {
        match trigger {
            Trigger::Always => (TriggerPlan::Always, Bound::None),
            Trigger::Chance(expr) => self.chance(expr),
            Trigger::Hazard(expr) => self.hazard(expr),
        }
    }

    fn chance(&mut self, expr: ExprId) -> (TriggerPlan, Bound) {
        let chance = self.lowering.value(expr, When::Now);
        let (zero, one) = (self.lowering.number(0.0), self.lowering.number(1.0));
        let graph = &mut self.lowering.graph;
        let below = graph.compare(Relation::Less, chance, zero);
        let above = graph.compare(Relation::Greater, chance, one);
        let outside = graph.or(below.id, above.id);
        let bad = graph.not_finite(chance);
        let (x, link) = forms::argument(graph, chance.id);
        self.drawn(Value { id: x, bad }, link, outside, NEVER)
    }

    fn hazard(&mut self, expr: ExprId) -> (TriggerPlan, Bound) {
        let hazard = self.lowering.value(expr, When::Now);
        let calendar = &self.lowering.model.calendar;
        let (dt, fast) = (calendar.dt(), 0.5 * f64::from(calendar.per_year()));
        let [zero, fast] = [0.0, fast].map(|x| self.lowering.number(x));
        let graph = &mut self.lowering.graph;
        let negative = graph.compare(Relation::Less, hazard, zero).id;
        let fast = graph.compare(Relation::Greater, hazard, fast).id;
        let bad = graph.not_finite(hazard);
        self.drawn(Value { bad, ..hazard }, Link::Hazard(dt), negative, fast)
    }

    /// By a draw that is compared with the chance that comes of `x`; the lanes that are an error, and those that are
    /// counted.
    fn drawn(&mut self, x: Value, link: Link, outside: Reg, fast: Reg) -> (TriggerPlan, Bound) {
        let bound = self.bound(x.id, link, &[x.bad, outside, fast]);
        if let Bound::Number(_) = bound
            && let Some((form, link)) = forms::chance(&self.lowering.graph, x.id, link)
        {
            return (TriggerPlan::Form { form: self.roots.form(form), link }, bound);
        }
        let need = Need::one(self.number, Stage::Chance, matches!(bound, Bound::Number(_)));
        let chance = (bound == Bound::OfTrial).then(|| self.chance_of(x, link));
        chance.into_iter().for_each(|chance| self.roots.need(chance, need));
        let x = self.roots.quantity(x, need);
        let [outside, fast] = [outside, fast].map(|lanes| self.roots.lanes(lanes, need));
        (TriggerPlan::Number { x, link, outside, fast, chance }, bound)
    }

    /// The chance that comes of `x`, by the operations of [`Link::chance`].
    fn chance_of(&mut self, x: Value, link: Link) -> Reg {
        let graph = &mut self.lowering.graph;
        match link {
            Link::Identity => x.id,
            Link::Logistic => graph.unary(Unary::Call(Function::Logistic), x).id,
            Link::Hazard(dt) => {
                let [zero, one, dt] = [0.0, 1.0, dt].map(|x| Value { id: graph.number(x), bad: NEVER });
                let is_positive = graph.range(x.id).lo >= 0.0;
                let hazard = if is_positive { x } else { graph.binary(Binary::Max, x, zero) };
                let exponent = graph.binary(Binary::Mul, hazard, dt);
                let exponent = graph.unary(Unary::Negate, exponent);
                let survival = graph.unary(Unary::Call(Function::Exp), exponent);
                graph.binary(Binary::Sub, one, survival).id
            }
        }
    }

    /// Whether the chance that comes of `x` may be bounded before it is evaluated.
    fn bound(&self, x: Reg, link: Link, noteworthy: &[Reg]) -> Bound {
        let graph = &self.lowering.graph;
        let most = graph.constant(x).map_or_else(|| graph.range(x).chance(link).hi, |x| link.chance(x));
        let clean = noteworthy.iter().all(|&lanes| lanes == NEVER);
        if graph.level(x) == Level::Trial && (!clean || most > 0.0) {
            Bound::OfTrial
        } else if clean {
            Bound::Number(most)
        } else {
            Bound::None
        }
    }

    fn branch(&mut self, number: usize, branch: &Branch) -> BranchPlan {
        let value = self.lowering.value(branch.weight, When::Now);
        BranchPlan {
            weight: self.finite(value, Stage::Weights),
            negative: self.beyond(value, Relation::Less, 0.0, Stage::Weights),
            tape: 0..0,
            effects: self.effects(&branch.effects, Stage::branch(number)),
        }
    }

    fn effects(&mut self, effects: &[Effect], stage: Stage) -> Vec<EffectPlan> {
        effects.iter().filter_map(|effect| self.effect(effect, stage)).collect()
    }

    /// None of a slot that is left out.
    fn effect(&mut self, effect: &Effect, stage: Stage) -> Option<EffectPlan> {
        let value = self.lowering.value(effect.value, When::Now);
        let target = effect.target.index();
        if !self.live[target] {
            let clean = value.bad == NEVER && self.lowering.graph.range(value.id).is_finite();
            self.kept[target] |= !clean;
            return None;
        }
        let slot = self.lowering.slots[effect.target.index()].now.id;
        let form = (value.bad == NEVER).then(|| forms::form(&self.lowering.graph, value.id)).flatten();
        Some(EffectPlan {
            slot: self.lowering.graph.state_place(slot),
            kind: effect.kind,
            value: match form {
                Some(form) => Amount::Form(self.roots.form(form)),
                None => Amount::Quantity(self.roots.quantity(value, self.need(stage))),
            },
        })
    }
}
