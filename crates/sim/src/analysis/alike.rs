//! Which outcomes are the same in every trial because they have to be, and not because so few trials were run.

use cordiale_core::model::{Model, OutcomeKind};

use crate::exact::fixed_outcomes;
use crate::lower::lower;
use crate::program::Program;
use crate::result::{OutcomeResult, RunResult};

/// Of each outcome of a model and its program whether all trials have to be alike, for nothing that it depends on is drawn. Only values are
/// looked at: no other interval asks for it.
pub(super) fn fixed_values(model: &Model, program: &Program) -> Vec<bool> {
    if model.outcomes.iter().any(|outcome| matches!(outcome.kind, OutcomeKind::Value { .. })) {
        fixed_outcomes(model, program)
    } else {
        vec![false; model.outcomes.len()]
    }
}

/// The same, asked only where a value was the same in all trials of a run.
pub(super) fn fixed_values_of(model: &Model, result: &RunResult) -> Vec<bool> {
    let is_alike = |outcome: &OutcomeResult| match outcome {
        OutcomeResult::Value(value) => value.at_end.as_ref().is_some_and(|end| end.sd == 0.0),
        _ => false,
    };
    if result.outcomes.iter().any(|(_, outcome)| is_alike(outcome)) {
        fixed_values(model, &lower(model))
    } else {
        vec![false; model.outcomes.len()]
    }
}
