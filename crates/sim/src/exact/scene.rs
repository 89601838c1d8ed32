//! One state of a finite model, as expressions see it, and the draws that lie in the way.

use std::cell::{Cell, RefCell};

use cordiale_core::Model;
use cordiale_core::model::{Distribution, DrawId, HistoryId, ParameterId};

use crate::error::Problem;
use crate::num::dist;
use crate::reference::{Fault, Situation};

/// The most combinations of draws that are gone through at one place.
pub(super) const MOST_COMBINATIONS: usize = 100_000;

/// A state, laid open.
pub(super) struct Scene<'m> {
    pub(super) model: &'m Model,
    pub(super) step: u32,
    /// Set one after the other, each read by the later ones.
    pub(super) parameters: Vec<Cell<f64>>,
    pub(super) state: Vec<f64>,
    pub(super) started: Vec<f64>,
    /// How often the members of each history have fired, and the steps since the last time.
    pub(super) histories: Vec<(u64, Option<u32>)>,
    choices: RefCell<Choices>,
}

/// Which value each draw takes on one way through an expression.
#[derive(Default)]
struct Choices {
    /// The option taken at each draw that was met, and how many it has.
    path: Vec<(usize, usize)>,
    /// How many draws were met so far.
    met: usize,
    probability: f64,
}

impl<'m> Scene<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        Self {
            model,
            step: 0,
            parameters: vec![Cell::new(f64::NAN); model.parameters.len()],
            state: vec![f64::NAN; model.slots.len()],
            started: vec![f64::NAN; model.slots.len()],
            histories: vec![(0, None); model.histories.len()],
            choices: RefCell::default(),
        }
    }

    /// Goes through every combination of values that the draws in `evaluate` can take, with its probability. Draws are
    /// met in the order of evaluation, and one that depends on another is met where the other makes it. Nothing where there
    /// are more than [`MOST_COMBINATIONS`].
    pub(super) fn for_each_draw<T>(
        &self,
        mut evaluate: impl FnMut() -> Result<T, Fault>,
    ) -> Result<Option<Vec<(f64, T)>>, Fault> {
        let mut found = Vec::new();
        self.choices.take();
        loop {
            self.choices.borrow_mut().begin();
            let value = evaluate()?;
            let mut choices = self.choices.borrow_mut();
            if choices.probability > 0.0 {
                found.push((choices.probability, value));
            }
            if !choices.next_path() {
                return Ok(Some(found));
            }
            if found.len() >= MOST_COMBINATIONS {
                return Ok(None);
            }
        }
    }
}

impl Choices {
    fn begin(&mut self) {
        (self.met, self.probability) = (0, 1.0);
    }

    /// Turns to the path that follows; false after the last.
    fn next_path(&mut self) -> bool {
        while self.path.pop_if(|(option, options)| *option + 1 >= *options).is_some() {}
        match self.path.last_mut() {
            Some((option, _)) => *option += 1,
            None => return false,
        }
        true
    }

    fn next(&mut self, support: &[(f64, f64)]) -> f64 {
        if self.met == self.path.len() {
            self.path.push((0, support.len()));
        }
        let option = self.path[self.met].0;
        self.met += 1;
        let (value, probability) = support.get(option).copied().unwrap_or((f64::NAN, 0.0));
        self.probability *= probability;
        value
    }
}

impl Situation for Scene<'_> {
    fn model(&self) -> &Model {
        self.model
    }

    fn step(&self) -> u32 {
        self.step
    }

    fn state(&self) -> &[f64] {
        &self.state
    }

    fn started(&self) -> &[f64] {
        &self.started
    }

    fn parameter(&self, parameter: ParameterId) -> f64 {
        self.parameters[parameter.index()].get()
    }

    fn count(&self, history: HistoryId) -> u64 {
        self.histories[history.index()].0
    }

    fn last(&self, history: HistoryId) -> Option<u32> {
        self.histories[history.index()].1.map(|since| self.step - since)
    }

    fn draw(&self, draw: DrawId, arguments: &[f64; 3], _settling: bool) -> Result<f64, Problem> {
        let support = match &self.model.exprs.draw(draw).distribution {
            Distribution::Discrete(pairs) => {
                let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
                pairs
                    .iter()
                    .filter(|(_, weight)| *weight > 0.0)
                    .map(|(value, weight)| (*value, weight / total))
                    .collect()
            }
            Distribution::Family(family, _) => {
                dist::quantile(*family, arguments, 0.5)
                    .map_err(|error| Problem::Argument(error.to_string()))?;
                let p = arguments[0];
                // What cannot come is no choice: of many switches that are off there is one combination.
                [(0.0, 1.0 - p), (1.0, p)].into_iter().filter(|(_, p)| *p > 0.0).collect()
            }
            // The plan lets none through.
            Distribution::Interval { .. } => Vec::new(),
        };
        Ok(self.choices.borrow_mut().next(&support))
    }
}
