//! Who is tied to whom, and what depends on what, as graphs.

use std::collections::BTreeSet;

use cordiale::Model;
use cordiale::model::{ExprId, Node as Expression, OutcomeKind, SlotKind};

/// A graph, in an order that the file does not change.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

pub(super) struct Node {
    pub(super) id: String,
    pub(super) label: String,
    /// What it is: `state`, `rule`, `value`, ...
    pub(super) kind: &'static str,
}

pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    /// What it is: a channel, `changes`, `reads` or `follows`.
    pub(super) kind: String,
    /// The weight at the start, as the file writes it.
    pub(super) weight: Option<String>,
    pub(super) directed: bool,
}

/// The actors and the ties that are declared.
pub(super) fn ties(model: &Model) -> Graph {
    let nodes = model.actors.iter().map(|actor| Node {
        id: actor.id.clone(),
        label: actor.name.clone(),
        kind: actor.kind.name(),
    });
    let edge = |slot: &cordiale::model::Slot| match slot.kind {
        SlotKind::Tie { channel, from, to } if slot.declared => Some(Edge {
            from: model.actors[from.index()].id.clone(),
            to: model.actors[to.index()].id.clone(),
            kind: model.channels[channel].name.clone(),
            weight: Some(slot.text.clone()),
            directed: model.channels[channel].directed,
        }),
        _ => None,
    };
    Graph { nodes: nodes.collect(), edges: model.slots.iter().filter_map(edge).collect() }
}

/// Rules with the values that they read and change, and the outcomes with those that they read. All instances of a rule are
/// one.
pub(super) fn rules(model: &Model) -> Graph {
    let mut edges: BTreeSet<(String, String, &'static str)> = BTreeSet::new();
    let mut values: BTreeSet<&str> = BTreeSet::new();
    for instance in &model.instances {
        let rule = rule_node(&model.rules[instance.rule.index()].name);
        let mut read: Vec<ExprId> = instance.when.into_iter().chain(instance.chance_or_hazard()).collect();
        read.extend(instance.branches.iter().map(|branch| branch.weight));
        for effect in instance.all_effects() {
            read.push(effect.value);
            let name = model.slots[effect.target.index()].name.as_str();
            values.insert(name);
            edges.insert((rule.clone(), name.to_owned(), "changes"));
        }
        reads(model, &read, &rule, &mut values, &mut edges);
    }
    for outcome in &model.outcomes {
        let read = match &outcome.kind {
            OutcomeKind::Event { when, .. } => vec![*when],
            OutcomeKind::Value { value } => vec![*value],
            OutcomeKind::Levels { levels } => levels.iter().filter_map(|level| level.when).collect(),
        };
        let asked = outcome_node(&outcome.name);
        reads(model, &read, &asked, &mut values, &mut edges);
        if let Some(given) = outcome.given {
            edges.insert((outcome_node(&model.outcomes[given.index()].name), asked, "given"));
        }
    }
    let node = |id: String, label: &str, kind| Node { id, label: label.to_owned(), kind };
    let rules = model.rules.iter().map(|rule| node(rule_node(&rule.name), &rule.name, "rule"));
    let outcomes = model.outcomes.iter().map(|o| node(outcome_node(&o.name), &o.name, "outcome"));
    let values = values.iter().map(|name| node((*name).to_owned(), name, "value"));
    let edge = |(from, to, kind): (String, String, &str)| Edge {
        from,
        to,
        kind: kind.to_owned(),
        weight: None,
        directed: true,
    };
    Graph {
        nodes: rules.chain(outcomes).chain(values).collect(),
        edges: edges.into_iter().map(edge).collect(),
    }
}

fn rule_node(name: &str) -> String {
    format!("rule {name}")
}

fn outcome_node(name: &str) -> String {
    format!("outcome {name}")
}

/// What some expressions read, through indices too: values, and the firings of rules.
fn reads<'m>(
    model: &'m Model,
    exprs: &[ExprId],
    reader: &str,
    values: &mut BTreeSet<&'m str>,
    edges: &mut BTreeSet<(String, String, &'static str)>,
) {
    let mut seen = BTreeSet::new();
    let mut stack = exprs.to_vec();
    while let Some(expr) = stack.pop() {
        if !seen.insert(expr) {
            continue;
        }
        match model.exprs.node(expr) {
            Expression::Slot(slot) => {
                let name = model.slots[slot.index()].name.as_str();
                values.insert(name);
                edges.insert((name.to_owned(), reader.to_owned(), "reads"));
            }
            Expression::Index(index) => stack.push(model.indices[index.index()].value),
            Expression::Fired(history) | Expression::Count(history) | Expression::Since(history) => {
                for (instance, _) in &model.histories[history.index()].members {
                    let rule = model.instances[instance.index()].rule;
                    let fired = rule_node(&model.rules[rule.index()].name);
                    edges.insert((fired, reader.to_owned(), "follows"));
                }
            }
            node => model.exprs.for_each_operand(node, |operand| stack.push(operand)),
        }
    }
}

/// In the language of Graphviz.
pub(super) fn to_dot(graph: &Graph, title: &str) -> String {
    let quoted =
        |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "));
    let mut text = format!("digraph {} {{\n", quoted(title));
    for node in &graph.nodes {
        let shape = match node.kind {
            "rule" => "box",
            "outcome" => "doubleoctagon",
            _ => "ellipse",
        };
        text.push_str(&format!("  {} [label={}, shape={shape}];\n", quoted(&node.id), quoted(&node.label)));
    }
    for edge in &graph.edges {
        let weight = edge.weight.as_ref().map_or(String::new(), |weight| format!(" {weight}"));
        let label = quoted(&format!("{}{weight}", edge.kind));
        let arrow = if edge.directed { "" } else { ", dir=none" };
        text.push_str(&format!("  {} -> {} [label={label}{arrow}];\n", quoted(&edge.from), quoted(&edge.to)));
    }
    text.push_str("}\n");
    text
}

/// In GraphML (Brandes and others 2002).
pub(super) fn to_graphml(graph: &Graph, title: &str) -> String {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\n', " ")
            // XML has no place for them.
            .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
    };
    let data = |key: &str, value: &str| format!("<data key=\"{key}\">{}</data>", escaped(value));
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (key, of) in [("label", "node"), ("kind", "all"), ("weight", "edge")] {
        text.push_str(&format!(
            "  <key id=\"{key}\" for=\"{of}\" attr.name=\"{key}\" attr.type=\"string\"/>\n"
        ));
    }
    text.push_str(&format!("  <graph id=\"{}\" edgedefault=\"directed\">\n", escaped(title)));
    for node in &graph.nodes {
        let of_node = data("label", &node.label) + &data("kind", node.kind);
        text.push_str(&format!("    <node id=\"{}\">{of_node}</node>\n", escaped(&node.id)));
    }
    for edge in &graph.edges {
        let weight = edge.weight.as_ref().map_or(String::new(), |weight| data("weight", weight));
        text.push_str(&format!(
            "    <edge source=\"{}\" target=\"{}\" directed=\"{}\">{}{weight}</edge>\n",
            escaped(&edge.from),
            escaped(&edge.to),
            edge.directed,
            data("kind", &edge.kind)
        ));
    }
    text.push_str("  </graph>\n</graphml>\n");
    text
}
