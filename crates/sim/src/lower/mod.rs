//! From a checked scenario to a [`Program`].
//!
//! First every expression becomes nodes of one [graph](graph), then what must be evaluated when is found
//! ([`schedule`]), and the nodes that are needed get registers. Until then the plans of a program hold nodes in place
//! of registers.

mod expr;
mod forms;
mod graph;
mod interval;
mod live;
mod memos;
mod rules;
mod schedule;
mod slots;

use cordiale_core::model::{Model, OutcomeKind, RuleInstance};

use crate::program::{Form, OutcomePlan, Program, Quantity, Reg, Test};
use expr::{Lowering, When};
use graph::{ALWAYS, NEVER, Value};
use schedule::{Need, Roots};

/// What is left out is looked for this often at most, so that a long chain of rules costs no time of its own.
const MOST_ROUNDS: usize = 8;

/// The program of a scenario. Without the rules that can never fire more of the state may be fixed, and others turn out
/// never to fire either: it is lowered until no more are found, or often enough.
pub(crate) fn lower(model: &Model) -> Program {
    lower_keeping(model, false)
}

/// The same, with all state that changes, be it read or not: for whoever looks at it.
pub(crate) fn lower_with_all_state(model: &Model) -> Program {
    lower_keeping(model, true)
}

fn lower_keeping(model: &Model, all_state: bool) -> Program {
    let mut found = Found {
        looked_at: model.instances.iter().map(is_looked_at).collect(),
        kept: vec![all_state; model.slots.len()],
    };
    let mut rounds = 0;
    let mut program = loop {
        rounds += 1;
        if rounds == MOST_ROUNDS {
            found.kept.fill(true);
        }
        let before = found.clone();
        let program = lower_those(model, &mut found);
        if rounds == MOST_ROUNDS || found == before {
            break program;
        }
    };
    let left_out =
        model.instances.iter().zip(found.looked_at).filter(|(i, looked_at)| is_looked_at(i) && !looked_at);
    program.never = left_out.map(|(instance, _)| instance.name.clone()).collect();
    program
}

/// What a round of lowering found.
#[derive(Clone, PartialEq)]
struct Found {
    /// The instances that may fire.
    looked_at: Vec<bool>,
    /// The slots that must be kept though nothing reads them, since they may come to an error.
    kept: Vec<bool>,
}

/// Whether an instance can be reached in any step.
fn is_looked_at(instance: &RuleInstance) -> bool {
    instance.enabled || !instance.forced.is_empty()
}

/// The program of some instances; those that are found never to fire are struck off, and what must be kept is noted.
fn lower_those(model: &Model, found: &mut Found) -> Program {
    let mut lowering = Lowering::new(model);
    let mut roots = Roots::default();
    lower_parameters(&mut lowering, &mut roots);
    let live = live::live(model, &found.looked_at, &found.kept);
    let slots = slots::lower(&mut lowering, &mut roots, &live, found);
    let outcomes: Vec<OutcomePlan> =
        model.outcomes.iter().map(|o| lower_outcome(&mut lowering, &mut roots, &o.kind)).collect();
    let still = model.outcomes.iter().zip(&outcomes).filter(|(_, plan)| is_still(plan));
    let still = still.map(|(outcome, _)| outcome.name.clone()).collect();
    let instances = rules::lower(&mut lowering, &mut roots, &live, found);
    let entries = model.rules.iter().map(|rule| 1 + rule.branches.len()).sum();
    let program = Program {
        draws: std::mem::take(&mut lowering.graph.draws),
        streams: std::mem::take(&mut lowering.streams),
        trial_checks: roots.trial_checks(),
        slots,
        histories: vec![Default::default(); model.histories.len()],
        instances,
        outcomes,
        entries,
        still,
        unread: model
            .slots
            .iter()
            .zip(&live)
            .filter(|(_, live)| !**live)
            .map(|(s, _)| s.name.clone())
            .collect(),
        steps: model.calendar.steps(),
        per_year: model.calendar.per_year(),
        ..Program::default()
    };
    schedule::schedule(&lowering.graph, &roots, program)
}

/// A program without steps, whose outcomes are what a trial begins with: some parameters, then the starts of some slots, both
/// by their places in the model.
pub(crate) fn lower_inputs(model: &Model, parameters: &[usize], starts: &[usize]) -> Program {
    let mut lowering = Lowering::new(model);
    let mut roots = Roots::default();
    lower_parameters(&mut lowering, &mut roots);
    let of_slots = slots::lower_starts(&mut lowering, &mut roots);
    let parameters = parameters.iter().map(|&place| lowering.parameters[place]);
    let outcomes = parameters.chain(starts.iter().map(|&place| of_slots[place]));
    let outcomes = outcomes.map(|value| OutcomePlan::Value(roots.quantity(value, Need::Common))).collect();
    let program = Program {
        draws: std::mem::take(&mut lowering.graph.draws),
        streams: std::mem::take(&mut lowering.streams),
        trial_checks: roots.trial_checks(),
        outcomes,
        per_year: model.calendar.per_year(),
        ..Program::default()
    };
    schedule::schedule(&lowering.graph, &roots, program)
}

/// Parameters are drawn whether anything reads them or not, so that their errors always count.
fn lower_parameters(lowering: &mut Lowering<'_>, roots: &mut Roots) {
    let model = lowering.model;
    for parameter in &model.parameters {
        let value = lowering.value(parameter.value, When::Start);
        roots.check(value.bad);
        lowering.parameters.push(Value { bad: NEVER, ..value });
    }
}

fn lower_outcome(lowering: &mut Lowering<'_>, roots: &mut Roots, kind: &OutcomeKind) -> OutcomePlan {
    match kind {
        OutcomeKind::Event { when, sustained } => {
            let condition = lowering.value(*when, When::Now);
            OutcomePlan::Event { test: roots.test(condition, Need::Common), sustained: *sustained }
        }
        OutcomeKind::Value { value } => {
            let value = lowering.value(*value, When::Now);
            let bad = lowering.graph.not_finite(value);
            OutcomePlan::Value(roots.quantity(Value { bad, ..value }, Need::Common))
        }
        OutcomeKind::Levels { levels } => {
            let mut test = |when| {
                let condition = lowering.value(when, When::Now);
                roots.test(condition, Need::Common)
            };
            OutcomePlan::Levels(levels.iter().map(|level| level.when.map(&mut test)).collect())
        }
    }
}

/// Whether an outcome's conditions always hold or never.
fn is_still(outcome: &OutcomePlan) -> bool {
    let decided = |test: &Test| matches!(test.mask, NEVER | ALWAYS) && test.bad.is_none();
    match outcome {
        OutcomePlan::Event { test, .. } => decided(test),
        OutcomePlan::Value(_) => false,
        OutcomePlan::Levels(tests) => tests.iter().flatten().all(decided),
    }
}

impl Roots {
    /// A condition that is looked at.
    fn test(&mut self, condition: Value, need: Need) -> Test {
        self.need(condition.id, need);
        Test { mask: condition.id, bad: self.lanes(condition.bad, need) }
    }

    /// A number that is used.
    fn quantity(&mut self, number: Value, need: Need) -> Quantity {
        self.need(number.id, need);
        Quantity { value: number.id, bad: self.lanes(number.bad, need) }
    }

    /// A form: its registers are needed by all.
    fn form(&mut self, mut form: Form) -> Form {
        form.for_each_register(|register| self.need(*register, Need::Common));
        form
    }

    /// A mask that matters unless it is empty.
    fn lanes(&mut self, mask: Reg, need: Need) -> Option<Reg> {
        (mask != NEVER).then(|| {
            self.need(mask, need);
            mask
        })
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests;
