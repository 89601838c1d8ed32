//! Models for other tools.

mod graph;
mod jani;
mod prism;

use std::collections::{BTreeMap, BTreeSet};

use cordiale::Model;
use cordiale::exact::MarkovChain;

use crate::args::GraphOf;

/// A chain as PRISM's model and its properties.
pub(crate) fn to_prism(chain: &MarkovChain, title: &str) -> (String, String) {
    (prism::model(chain, &title.replace('\n', " ")), prism::properties(chain))
}

/// A chain as JANI, which holds its properties.
pub(crate) fn to_jani(chain: &MarkovChain, title: &str) -> String {
    jani::model(chain, title)
}

/// A graph for Graphviz.
pub(crate) fn to_dot(model: &Model, of: GraphOf) -> String {
    graph::to_dot(&graph_of(model, of), &model.title)
}

/// A graph in GraphML.
pub(crate) fn to_graphml(model: &Model, of: GraphOf) -> String {
    graph::to_graphml(&graph_of(model, of), &model.title)
}

fn graph_of(model: &Model, of: GraphOf) -> graph::Graph {
    match of {
        GraphOf::Ties => graph::ties(model),
        GraphOf::Rules => graph::rules(model),
    }
}

/// How the chain keeps time. Before the start it is in a state of its own, so that its clock is one ahead of the steps.
struct Horizon {
    /// Steps do not all go alike, so that they must be counted.
    has_clock: bool,
}

impl Horizon {
    fn of(chain: &MarkovChain) -> Self {
        Self { has_clock: chain.phases.len() > 1 }
    }
}

/// The readings of the clock in a phase, from and to.
fn phase_ranges(chain: &MarkovChain, phase: usize) -> Vec<(u32, u32)> {
    let is_in: Vec<bool> = chain.phase_of.iter().map(|of| *of as usize == phase).collect();
    ranges(&is_in).into_iter().map(|(from, to)| (from + 1, to + 1)).collect()
}

/// Runs of places that hold, from and to.
fn ranges(holds: &[bool]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for (place, _) in (0..).zip(holds).filter(|(_, holds)| **holds) {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == place => *to = place,
            _ => ranges.push((place, place)),
        }
    }
    ranges
}

/// The names of a chain as other languages take them.
struct Names<'a>(BTreeMap<&'a str, String>);

impl<'a> Names<'a> {
    /// Two underscores for a dot, and as many behind it as it takes that no two things come to one name, nor to a label
    /// that PRISM has by itself.
    fn of(chain: &'a MarkovChain) -> Self {
        const OWN: [&str; 2] = ["init", "deadlock"];
        let events = chain.events.iter().map(|(name, ..)| name);
        let mut all: Vec<&str> =
            events.chain(chain.values.iter().map(|(name, ..)| name)).map(String::as_str).collect();
        // Most keep their name, and come first.
        all.sort_by_key(|name| name.contains('.') || OWN.contains(name));
        let mut names = BTreeMap::new();
        let mut taken = BTreeSet::from(OWN.map(str::to_owned));
        for name in all {
            let mut identifier = name.replace('.', "__");
            while !taken.insert(identifier.clone()) {
                identifier.push('_');
            }
            names.insert(name, identifier);
        }
        Self(names)
    }

    fn identifier(&self, name: &'a str) -> &str {
        self.0.get(name).map_or(name, String::as_str)
    }
}
