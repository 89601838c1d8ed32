//! Which values of the state anything reads.

use cordiale_core::model::{ExprId, Model, Node, OutcomeKind, RuleInstance};

/// The slots that outcomes, guards, chances and weights read, that effects on slots read which are read themselves, and
/// that are `kept` anyway.
pub(super) fn live(model: &Model, looked_at: &[bool], kept: &[bool]) -> Vec<bool> {
    let mut walk = Walk {
        model,
        live: kept.to_vec(),
        fresh: (0..kept.len()).filter(|&slot| kept[slot]).collect(),
        seen: vec![false; model.exprs.nodes().len()],
    };
    let mut effects: Vec<Vec<ExprId>> = vec![Vec::new(); model.slots.len()];
    for (instance, _) in model.instances.iter().zip(looked_at).filter(|(_, looked_at)| **looked_at) {
        read_by_rule(instance).for_each(|expr| walk.read(expr));
        instance.all_effects().for_each(|effect| effects[effect.target.index()].push(effect.value));
    }
    for outcome in &model.outcomes {
        match &outcome.kind {
            OutcomeKind::Event { when: expr, .. } | OutcomeKind::Value { value: expr } => walk.read(*expr),
            OutcomeKind::Levels { levels } => levels.iter().filter_map(|l| l.when).for_each(|e| walk.read(e)),
        }
    }
    while let Some(slot) = walk.fresh.pop() {
        std::mem::take(&mut effects[slot]).into_iter().for_each(|value| walk.read(value));
    }
    walk.live
}

/// What decides whether an instance fires, and how.
fn read_by_rule(instance: &RuleInstance) -> impl Iterator<Item = ExprId> {
    instance
        .when
        .into_iter()
        .chain(instance.chance_or_hazard())
        .chain(instance.branches.iter().map(|branch| branch.weight))
}

struct Walk<'m> {
    model: &'m Model,
    live: Vec<bool>,
    /// Slots that have been found to be read, and whose effects have not been looked at.
    fresh: Vec<usize>,
    seen: Vec<bool>,
}

impl Walk<'_> {
    fn read(&mut self, expr: ExprId) {
        let mut stack = vec![expr];
        while let Some(expr) = stack.pop() {
            if std::mem::replace(&mut self.seen[expr.index()], true) {
                continue;
            }
            match self.model.exprs.node(expr) {
                Node::Slot(slot) => {
                    if !std::mem::replace(&mut self.live[slot.index()], true) {
                        self.fresh.push(slot.index());
                    }
                }
                // Its value at the start of the trial is no state.
                Node::Start(_) => {}
                Node::Index(index) => stack.push(self.model.indices[index.index()].value),
                node => self.model.exprs.for_each_operand(node, |operand| stack.push(operand)),
            }
        }
    }
}
