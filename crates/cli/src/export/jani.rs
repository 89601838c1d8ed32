//! A Markov chain in JANI (Budde and others 2017), version 1.

use cordiale::exact::MarkovChain;
use serde_json::{Value, json};

use super::{Horizon, Names, phase_ranges};

/// The model and what is asked of it.
pub(super) fn model(chain: &MarkovChain, title: &str) -> String {
    let clock = Horizon::of(chain).has_clock;
    let mut variables = vec![variable("state", chain.states, chain.states)];
    if clock {
        variables.push(variable("clock", chain.steps + 1, 0));
    }
    let names = Names::of(chain);
    let mut properties = Vec::new();
    for (name, deadline, reached) in &chain.events {
        let is_reached = any(super::ranges(reached).iter().map(|range| within("state", *range)).collect());
        let until = json!({ "op": "F", "exp": is_reached, "step-bounds": { "upper": deadline + 1 } });
        properties.push(property(names.identifier(name), &json!({ "op": "Pmin", "exp": until })));
    }
    for (name, deadline, values) in &chain.values {
        let here = |(state, shown): (usize, &f64)| {
            let here = json!({ "op": "=", "left": "state", "right": state });
            json!({ "op": "ite", "if": here, "then": shown, "else": 0.0 })
        };
        let value = sum(values.iter().enumerate().filter(|(_, shown)| **shown != 0.0).map(here).collect());
        properties.push(property(
            names.identifier(name),
            &json!({ "op": "Emin", "exp": value, "step-instant": deadline + 1 }),
        ));
    }
    let mut edges = vec![edge(chain.states, None, &chain.initial, clock)];
    for (phase, rows) in chain.phases.iter().enumerate() {
        let ranges = phase_ranges(chain, phase);
        let when = clock.then(|| any(ranges.iter().map(|range| within("clock", *range)).collect()));
        edges.extend(rows.iter().map(|(state, successors)| edge(*state, when.as_ref(), successors, clock)));
    }
    // The horizon: nothing more is asked.
    if clock {
        let over = json!({ "op": "=", "left": "clock", "right": chain.steps + 1 });
        edges.push(
            json!({ "location": "here", "guard": { "exp": over }, "destinations": [{ "location": "here" }] }),
        );
    } else {
        edges.extend(chain.last.iter().map(|state| edge(*state, None, &[(*state, 1.0)], false)));
    }
    let automaton = json!({
        "name": "scenario", "locations": [{ "name": "here" }], "initial-locations": ["here"], "edges": edges,
    });
    let model = json!({
        "jani-version": 1, "name": title, "type": "dtmc", "features": ["derived-operators"], "variables": variables,
        "automata": [automaton], "system": { "elements": [{ "automaton": "scenario" }] }, "properties": properties,
    });
    format!("{model}\n")
}

fn variable(name: &str, most: u32, first: u32) -> Value {
    let bounded = json!({ "kind": "bounded", "base": "int", "lower-bound": 0, "upper-bound": most });
    json!({ "name": name, "type": bounded, "initial-value": first })
}

fn property(name: &str, values: &Value) -> Value {
    let states = json!({ "op": "initial" });
    json!({ "name": name, "expression": { "op": "filter", "fun": "values", "values": values, "states": states } })
}

fn edge(state: u32, when: Option<&Value>, successors: &[(u32, f64)], clock: bool) -> Value {
    let here = json!({ "op": "=", "left": "state", "right": state });
    let guard = match when {
        Some(when) => json!({ "op": "∧", "left": here, "right": when }),
        None => here,
    };
    let tick = json!({ "ref": "clock", "value": { "op": "+", "left": "clock", "right": 1 } });
    let destination = |(state, probability): &(u32, f64)| {
        let mut assignments = vec![json!({ "ref": "state", "value": state })];
        assignments.extend(clock.then(|| tick.clone()));
        json!({ "location": "here", "probability": { "exp": probability }, "assignments": assignments })
    };
    let destinations: Vec<Value> = successors.iter().map(destination).collect();
    json!({ "location": "here", "guard": { "exp": guard }, "destinations": destinations })
}

fn within(variable: &str, (from, to): (u32, u32)) -> Value {
    let above = json!({ "op": "≥", "left": variable, "right": from });
    let below = json!({ "op": "≤", "left": variable, "right": to });
    json!({ "op": "∧", "left": above, "right": below })
}

/// A sum that is no deeper than it must be.
fn sum(mut terms: Vec<Value>) -> Value {
    while terms.len() > 1 {
        let add = |pair: &[Value]| match pair {
            [a, b] => json!({ "op": "+", "left": a, "right": b }),
            _ => pair[0].clone(),
        };
        terms = terms.chunks(2).map(add).collect();
    }
    terms.pop().unwrap_or_else(|| json!(0.0))
}

fn any(conditions: Vec<Value>) -> Value {
    let either = |a, b| json!({ "op": "∨", "left": a, "right": b });
    conditions.into_iter().reduce(either).unwrap_or(Value::Bool(false))
}
