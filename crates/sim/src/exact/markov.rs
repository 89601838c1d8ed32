//! A finite model as an explicit Markov chain, for other tools.

use std::collections::HashMap;

use cordiale_core::model::{Model, OutcomeKind};

use super::ExactError;

/// A state, and the states that may follow it with their probabilities.
pub type ChainRow = (u32, Vec<(u32, f64)>);

/// A discrete-time Markov chain: a step of the model is a step of it.
///
/// States are numbered from 0. What was seen of the events is part of a state, so that an event that was reached stays so.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MarkovChain {
    /// How many steps there are to the horizon.
    pub steps: u32,
    /// The states at step 0, with their probabilities.
    pub initial: Vec<(u32, f64)>,
    /// How many states there are.
    pub states: u32,
    /// Of each step, its phase: steps of one phase have the same transitions.
    pub phase_of: Vec<u32>,
    /// Of each phase, what follows each state that is reached in it: ascending states, each with its successors.
    pub phases: Vec<Vec<ChainRow>>,
    /// States that are reached at the horizon alone, so that nothing follows them.
    pub last: Vec<u32>,
    /// Of each event outcome without a condition: its name, its deadline in steps, and of each state whether it was reached.
    pub events: Vec<(String, u32, Vec<bool>)>,
    /// Of each value outcome without a condition, and of each level as `outcome.level`: its name, the step it is asked at, and
    /// its value in each state (of a level 1 or 0). None for an outcome that reads the step.
    pub values: Vec<(String, u32, Vec<f64>)>,
    /// Outcomes that are not in the chain: conditional ones, and values that read the step.
    pub left_out: Vec<String>,
}

/// A chain while it is found.
pub(super) struct Recorder {
    pub(super) chain: MarkovChain,
    /// The states of the parameters in hand, by core and class.
    numbers: HashMap<(u32, u32), u32>,
    /// Phases by what decides how a step goes.
    phases: HashMap<Vec<u64>, usize>,
    known: Vec<HashMap<u32, usize>>,
    transitions: u64,
    most: u64,
}

impl Recorder {
    pub(super) fn new(model: &Model, most: u64, reads_step: &[bool]) -> Self {
        let mut chain = MarkovChain { steps: model.calendar.steps(), ..MarkovChain::default() };
        for (place, outcome) in model.outcomes.iter().enumerate() {
            let deadline = outcome.deadline_step(&model.calendar);
            match &outcome.kind {
                _ if outcome.given.is_some() => chain.left_out.push(outcome.name.clone()),
                OutcomeKind::Event { .. } => chain.events.push((outcome.name.clone(), deadline, Vec::new())),
                _ if reads_step[place] => chain.left_out.push(outcome.name.clone()),
                OutcomeKind::Value { .. } => chain.values.push((outcome.name.clone(), deadline, Vec::new())),
                OutcomeKind::Levels { levels } => {
                    for level in levels {
                        chain.values.push((format!("{}.{}", outcome.name, level.name), deadline, Vec::new()));
                    }
                }
            }
        }
        Self {
            chain,
            numbers: HashMap::new(),
            phases: HashMap::new(),
            known: Vec::new(),
            transitions: 0,
            most,
        }
    }

    /// Other parameters: none of the states so far comes again.
    pub(super) fn other_parameters(&mut self) {
        self.numbers.clear();
    }

    pub(super) fn state(&mut self, core: u32, class: u32) -> u32 {
        let chain = &mut self.chain;
        *self.numbers.entry((core, class)).or_insert_with(|| {
            chain.states += 1;
            chain.states - 1
        })
    }

    /// The states of the parameters in hand, ascending.
    pub(super) fn states(&self) -> Vec<(u32, (u32, u32))> {
        let mut states: Vec<(u32, (u32, u32))> = Vec::with_capacity(self.numbers.len());
        states.extend(self.numbers.iter().map(|(key, number)| (*number, *key)));
        states.sort_unstable();
        states
    }

    /// The phase of a step.
    pub(super) fn phase(&mut self, step: u32, signature: Vec<u64>) -> usize {
        let phases = self.phases.len();
        let phase = *self.phases.entry(signature).or_insert(phases);
        if phase == self.chain.phases.len() {
            self.chain.phases.push(Vec::new());
            self.known.push(HashMap::new());
        }
        if self.chain.phase_of.len() == step as usize {
            self.chain.phase_of.push(phase as u32);
        }
        phase
    }

    pub(super) fn knows(&self, phase: usize, state: u32) -> bool {
        self.known[phase].contains_key(&state)
    }

    pub(super) fn row(&mut self, phase: usize, state: u32, row: Vec<(u32, f64)>) -> Result<(), ExactError> {
        self.transitions += row.len() as u64;
        if self.transitions > self.most {
            return Err(ExactError::TooManyTransitions { limit: self.most });
        }
        let rows = &mut self.chain.phases[phase];
        self.known[phase].insert(state, rows.len());
        rows.push((state, row));
        Ok(())
    }

    pub(super) fn finish(mut self) -> MarkovChain {
        self.chain.phases.iter_mut().for_each(|rows| rows.sort_by_key(|(state, _)| *state));
        let left = |state: u32| self.known.iter().any(|known| known.contains_key(&state));
        self.chain.last = (0..self.chain.states).filter(|state| !left(*state)).collect();
        self.chain
    }
}
