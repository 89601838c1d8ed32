//! What the outcomes depend on, and whether it is finite.

use std::collections::BTreeSet;

use cordiale_core::Scenario;
use cordiale_core::model::{
    DecayRate, Distribution, DrawId, ExprId, Family, Model, Node, Outcome, OutcomeKind, RuleInstance, Slot,
    Toward, Trigger,
};

use super::error::ExactError;
use crate::lower::lower;
use crate::program::Program;

/// The parts of a model that its outcomes depend on.
pub(super) struct Cone {
    /// Rule instances, by place: those that can fire and matter.
    pub(super) instances: Vec<bool>,
    /// Values of the state that are read.
    pub(super) slots: Vec<bool>,
    /// Values of the state whose start is read.
    pub(super) starts: Vec<bool>,
    pub(super) parameters: Vec<bool>,
    /// Of each history: whether it fired, how often, since when.
    pub(super) histories: Vec<[bool; 3]>,
}

struct Walk<'m> {
    model: &'m Model,
    cone: Cone,
    /// Instances that can fire.
    alive: Vec<bool>,
    /// Of each slot, the effects on it: the instance and the value.
    effects: Vec<Vec<(usize, ExprId)>>,
    /// Expressions seen, as of now and as of step 0.
    seen: [Vec<bool>; 2],
    stack: Vec<(ExprId, bool)>,
}

impl Cone {
    /// From the outcomes back to everything that they depend on.
    pub(super) fn of(model: &Model) -> Self {
        let roots = model.outcomes.iter().flat_map(|outcome| roots(&outcome.kind));
        Walk::from(model, &instances_that_may_fire(model, &lower(model)), roots).cone
    }
}

impl<'m> Walk<'m> {
    /// All that some expressions depend on.
    fn from(model: &'m Model, alive: &[bool], roots: impl Iterator<Item = ExprId>) -> Self {
        let mut effects = vec![Vec::new(); model.slots.len()];
        for (place, instance) in model.instances.iter().enumerate().filter(|(place, _)| alive[*place]) {
            for effect in instance.all_effects() {
                effects[effect.target.index()].push((place, effect.value));
            }
        }
        let expressions = model.exprs.nodes().len();
        let mut walk = Walk {
            model,
            cone: Cone {
                instances: vec![false; model.instances.len()],
                slots: vec![false; model.slots.len()],
                starts: vec![false; model.slots.len()],
                parameters: vec![false; model.parameters.len()],
                histories: vec![[false; 3]; model.histories.len()],
            },
            alive: alive.to_vec(),
            effects,
            seen: [vec![false; expressions], vec![false; expressions]],
            stack: roots.map(|expr| (expr, false)).collect(),
        };
        while let Some((expr, at_start)) = walk.stack.pop() {
            walk.look(expr, at_start);
        }
        walk
    }

    /// Whether nothing that was met is drawn, fires by chance, takes one of several branches or drifts with noise.
    fn is_fixed(&self) -> bool {
        let Self { model, cone, seen, .. } = self;
        let is_drawn = |expr: usize| {
            matches!(model.exprs.nodes()[expr], Node::Draw(_)) && seen.iter().any(|seen| seen[expr])
        };
        let is_chancy = |(place, instance): (usize, &RuleInstance)| {
            cone.instances[place]
                && (!matches!(instance.trigger, Trigger::Always) || instance.branches.len() > 1)
        };
        let is_noisy = |(place, slot): (usize, &Slot)| cone.slots[place] && slot.volatility.is_some();
        !((0..model.exprs.nodes().len()).any(is_drawn)
            || model.instances.iter().enumerate().any(is_chancy)
            || model.slots.iter().enumerate().any(is_noisy))
    }
}

/// Of each outcome of a model and its program whether all trials have to be alike in it, for nothing that it depends on is
/// left to chance.
pub(crate) fn fixed_outcomes(model: &Model, program: &Program) -> Vec<bool> {
    if program.is_fixed() {
        return vec![true; model.outcomes.len()];
    }
    let alive = instances_that_may_fire(model, program);
    let is_fixed = |outcome: &Outcome| Walk::from(model, &alive, roots(&outcome.kind).into_iter()).is_fixed();
    model.outcomes.iter().map(is_fixed).collect()
}

/// The expressions of an outcome.
pub(super) fn roots(kind: &OutcomeKind) -> Vec<ExprId> {
    match kind {
        OutcomeKind::Event { when, .. } => vec![*when],
        OutcomeKind::Value { value } => vec![*value],
        OutcomeKind::Levels { levels } => levels.iter().filter_map(|level| level.when).collect(),
    }
}

impl Walk<'_> {
    fn look(&mut self, expr: ExprId, at_start: bool) {
        if std::mem::replace(&mut self.seen[usize::from(at_start)][expr.index()], true) {
            return;
        }
        let node = self.model.exprs.node(expr);
        match node {
            Node::Slot(slot) if at_start => self.start(slot.index()),
            Node::Slot(slot) => self.slot(slot.index()),
            Node::Parameter(parameter) => {
                self.cone.parameters[parameter.index()] = true;
                self.stack.push((self.model.parameters[parameter.index()].value, true));
            }
            Node::Index(index) => self.stack.push((self.model.indices[index.index()].value, at_start)),
            Node::Start(inner) => self.stack.push((inner, true)),
            Node::Fired(history) | Node::Count(history) | Node::Since(history) if !at_start => {
                let used = match node {
                    Node::Fired(_) => 0,
                    Node::Count(_) => 1,
                    _ => 2,
                };
                self.cone.histories[history.index()][used] = true;
                for (instance, _) in &self.model.histories[history.index()].members {
                    self.instance(instance.index());
                }
            }
            _ => {
                let Self { model, stack, .. } = self;
                model.exprs.for_each_operand(node, |operand| stack.push((operand, at_start)));
            }
        }
    }

    fn start(&mut self, slot: usize) {
        if !std::mem::replace(&mut self.cone.starts[slot], true) {
            self.stack.push((self.model.slots[slot].start, true));
        }
    }

    fn slot(&mut self, place: usize) {
        if std::mem::replace(&mut self.cone.slots[place], true) {
            return;
        }
        let slot = &self.model.slots[place];
        self.stack.push((slot.start, true));
        self.stack.extend(slot.volatility.map(|expr| (expr, true)));
        if let Some(decay) = slot.decay {
            if let DecayRate::Rate(expr) = decay.rate {
                self.stack.push((expr, true));
            }
            if let Toward::Value(expr) = decay.toward {
                self.stack.push((expr, true));
            }
        }
        for (instance, value) in self.effects[place].clone() {
            self.instance(instance);
            self.stack.push((value, false));
        }
    }

    fn instance(&mut self, place: usize) {
        if !self.alive[place] || std::mem::replace(&mut self.cone.instances[place], true) {
            return;
        }
        let instance = &self.model.instances[place];
        self.stack.extend(instance.when.map(|when| (when, false)));
        if let Trigger::Chance(expr) | Trigger::Hazard(expr) = instance.trigger {
            self.stack.push((expr, false));
        }
        self.stack.extend(instance.branches.iter().map(|branch| (branch.weight, false)));
    }
}

/// Every draw that matters takes finitely many values.
pub(super) fn check_draws(scenario: &Scenario, cone: &Cone) -> Result<(), ExactError> {
    let model = scenario.model();
    let used = |used: &[bool], place: usize| used.get(place).copied().unwrap_or(false);
    for (_, parameter) in model.parameters.iter().enumerate().filter(|(p, _)| used(&cone.parameters, *p)) {
        let what = format!("parameter `{}`", parameter.name);
        let help = format!("give it one value (--set {}=...) or discrete(...)", parameter.name);
        check(scenario, parameter.value, &what, &help)?;
    }
    let read = |p: usize| used(&cone.slots, p) || used(&cone.starts, p);
    for (_, slot) in model.slots.iter().enumerate().filter(|(p, _)| read(*p)) {
        let what = format!("the start of `{}`", slot.name);
        let help = format!("give it one value (--set '{}=...') or discrete(...)", slot.name);
        check(scenario, slot.start, &what, &help)?;
    }
    for (_, instance) in model.instances.iter().enumerate().filter(|(p, _)| used(&cone.instances, *p)) {
        for effect in instance.all_effects() {
            if used(&cone.slots, effect.target.index()) {
                let what = format!("an effect of rule `{}`", instance.name);
                check(scenario, effect.value, &what, "write a number or discrete(...) in its place")?;
            }
        }
    }
    Ok(())
}

fn check(scenario: &Scenario, expr: ExprId, what: &str, help: &str) -> Result<(), ExactError> {
    let model = scenario.model();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        let node = model.exprs.node(expr);
        if let Node::Draw(draw) = node
            && let Some(family) = infinite(model, draw)
        {
            return Err(ExactError::Infinite {
                what: format!("{what} is drawn from {family}"),
                help: help.to_owned(),
                place: scenario.sources().place(model.exprs.span(expr)),
            });
        }
        model.exprs.for_each_operand(node, |operand| stack.push(operand));
    }
    Ok(())
}

/// The family of a draw that takes more values than can be gone through.
fn infinite(model: &Model, draw: DrawId) -> Option<&'static str> {
    match &model.exprs.draw(draw).distribution {
        Distribution::Discrete(_) | Distribution::Family(Family::Bernoulli, _) => None,
        Distribution::Family(family, _) => Some(family.name()),
        Distribution::Interval { .. } => Some("an interval (lo to hi)"),
    }
}

/// Whether any of these expressions reads the step, be it through an index.
pub(super) fn reads_step(model: &Model, exprs: impl IntoIterator<Item = ExprId>) -> bool {
    let mut seen = vec![false; model.exprs.nodes().len()];
    let mut stack: Vec<ExprId> = exprs.into_iter().collect();
    while let Some(expr) = stack.pop() {
        if std::mem::replace(&mut seen[expr.index()], true) {
            continue;
        }
        match model.exprs.node(expr) {
            Node::Step | Node::Years => return true,
            Node::Start(_) => {}
            Node::Index(index) => stack.push(model.indices[index.index()].value),
            node => model.exprs.for_each_operand(node, |operand| stack.push(operand)),
        }
    }
    false
}

/// Of each rule instance whether it can fire: it is enabled or forced, and not found never to fire.
fn instances_that_may_fire(model: &Model, program: &Program) -> Vec<bool> {
    let never: BTreeSet<&String> = program.never.iter().collect();
    model.instances.iter().map(|i| (i.enabled || !i.forced.is_empty()) && !never.contains(&i.name)).collect()
}
