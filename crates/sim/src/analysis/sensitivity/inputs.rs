//! What can be varied: whatever has a distribution as its start, and numbers that are given a factor.

use std::collections::{BTreeMap, BTreeSet};

use cordiale_core::assumptions::Role;
use cordiale_core::factors::Factor;
use cordiale_core::model::{Distribution, Draw, ExprId, Family, Model, Node};

use super::result::InputKind;

/// One input: all draws behind one number, moved together.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// As `--set` names it: `exercise_rate`, `arms[RUS,CHN]`, `rules.talks.hazard`.
    pub(super) name: String,
    pub(super) kind: InputKind,
    /// Its distribution as the file writes it.
    pub(super) text: String,
    /// The names of its random streams, one a draw.
    pub(super) streams: Vec<String>,
    /// Whether it is a factor on a number.
    pub(super) is_factor: bool,
    /// Whether all its draws are of yes or no.
    pub(super) is_yes_or_no: bool,
}

impl Input {
    fn new(name: &str, kind: InputKind, text: String, draws: &[&Draw]) -> Self {
        let is_yes_or_no =
            |draw: &&Draw| matches!(draw.distribution, Distribution::Family(Family::Bernoulli, _));
        Self {
            name: name.to_owned(),
            kind,
            text,
            streams: draws.iter().map(|draw| draw.stream.clone()).collect(),
            is_factor: false,
            is_yes_or_no: draws.iter().all(is_yes_or_no),
        }
    }
}

/// Every input of a scenario: parameters, then starts, then what has a factor, each in the model's order.
pub(super) fn inputs(model: &Model, factors: &[Factor], range: Option<(f64, f64)>) -> Vec<Input> {
    let mut inputs = Vec::new();
    let multiplied: BTreeSet<&str> = factors.iter().map(|factor| factor.path.as_str()).collect();
    let own: BTreeSet<&str> = factors.iter().map(|factor| factor.parameter.as_str()).collect();
    let mut factor_of = BTreeMap::new();
    for parameter in &model.parameters {
        let name = parameter.name.as_str();
        let draws = draws(model, parameter.value);
        if own.contains(name) {
            factor_of.insert(name, draws);
        } else if !multiplied.contains(name) {
            inputs.push(Input::new(name, InputKind::Parameter, parameter.text.clone(), &draws));
        }
    }
    for slot in model.slots.iter().filter(|slot| !multiplied.contains(slot.name.as_str())) {
        let draws = draws(model, slot.start);
        inputs.push(Input::new(&slot.name, InputKind::Start, slot.text.clone(), &draws));
    }
    let (low, high) = range.unwrap_or((1.0, 1.0));
    for factor in factors {
        let Some(draws) = factor_of.remove(factor.parameter.as_str()) else { continue };
        let input = Input::new(&factor.path, kind(factor.role), format!("times {low} to {high}"), &draws);
        inputs.push(Input { is_factor: true, ..input });
    }
    inputs.retain(|input| !input.streams.is_empty());
    inputs
}

fn kind(role: Role) -> InputKind {
    match role {
        Role::Parameter => InputKind::Parameter,
        Role::Start => InputKind::Start,
        Role::Effect => InputKind::Effect,
        Role::Rate | Role::Guard | Role::Drift | Role::Index | Role::Default => InputKind::Rate,
    }
}

/// All draws within an expression, in the order in which they stand.
fn draws(model: &Model, expr: ExprId) -> Vec<&Draw> {
    let (mut found, mut seen, mut todo) = (Vec::new(), BTreeSet::new(), vec![expr]);
    while let Some(expr) = todo.pop() {
        let node = model.exprs.node(expr);
        if let Node::Draw(draw) = node {
            let draw = model.exprs.draw(draw);
            if seen.insert(&draw.stream) {
                found.push(draw);
            }
        }
        let before = todo.len();
        model.exprs.for_each_operand(node, |operand| todo.push(operand));
        todo[before..].reverse();
    }
    found
}
