//! Models for other tools.

mod graph;
mod jani;
mod prism;

use std::collections::BTreeSet;

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

/// The names of a chain as other languages take them, without a dot.
struct Names {
    /// What stands in its place.
    dot: String,
}

impl Names {
    /// Two underscores for a dot, or as many more as it takes that no two things come to one name.
    fn of(chain: &MarkovChain) -> Self {
        let events = chain.events.iter().map(|(name, ..)| name);
        let all: BTreeSet<&String> = events.chain(chain.values.iter().map(|(name, ..)| name)).collect();
        let mut names = Self { dot: "__".to_owned() };
        while all.iter().map(|name| names.identifier(name)).collect::<BTreeSet<_>>().len() < all.len() {
            names.dot.push('_');
        }
        names
    }

    fn identifier(&self, name: &str) -> String {
        name.replace('.', &self.dot)
    }
}
