//! Probability carried forward through the states, step by step; and backward, for what is conditional on what comes later.

use std::ops::ControlFlow;

use cordiale_core::model::{Model, OutcomeKind};

use super::chain::Chain;
use super::error::ExactError;
use super::findings::Findings;
use super::plan::Plan;
use super::rows::Store;
use super::{Exact, ExactProgress};

/// The states that are reached at a step, ascending, and the probability of each.
#[derive(Default)]
struct Layer {
    states: Vec<u32>,
    mass: Vec<f64>,
}

impl Layer {
    fn iter(&self) -> impl Iterator<Item = (u32, f64)> {
        self.states.iter().copied().zip(self.mass.iter().copied())
    }

    fn bytes(&self) -> usize {
        12 * self.states.len()
    }
}

/// One model with its parameters settled, on its way through the steps.
pub(super) struct Propagation<'a> {
    exact: &'a Exact,
    model: &'a Model,
    plan: &'a Plan,
    chain: Chain<'a>,
    store: Store,
    /// Of each value or levels outcome, the place of what each core shows; none where it is not known.
    views: Vec<Vec<u32>>,
    /// The layers so far, where a conditional outcome needs them again, and their memory.
    layers: Vec<Layer>,
    kept: usize,
    /// Events that others are conditional on: places in the plan's events.
    givens: Vec<usize>,
    /// Each outcome's place among the plan's events.
    event_of: Vec<Option<usize>>,
}

const UNKNOWN: u32 = u32::MAX;

impl<'a> Propagation<'a> {
    pub(super) fn new(exact: &'a Exact, model: &'a Model, plan: &'a Plan, chain: Chain<'a>) -> Self {
        let mut event_of = vec![None; model.outcomes.len()];
        for (place, event) in plan.events.iter().enumerate() {
            event_of[event.outcome] = Some(place);
        }
        let with_deadline = |place: &usize| plan.events[*place].deadline.is_some();
        Self {
            exact,
            model,
            plan,
            chain,
            store: Store::default(),
            views: vec![Vec::new(); model.outcomes.len()],
            layers: Vec::new(),
            kept: 0,
            givens: (0..plan.events.len()).filter(with_deadline).collect(),
            event_of,
        }
    }

    /// From the states at step 0 to the horizon; `weight` is the probability of the parameters.
    pub(super) fn run(
        &mut self,
        starts: &[(f64, Vec<f64>)],
        weight: f64,
        findings: &mut Findings,
    ) -> Result<(), ExactError> {
        let mut next = Accumulator::default();
        for (probability, start) in starts {
            let state = self.chain.first(start)?;
            next.add(state, weight * probability, self.chain.states());
        }
        let mut layer = next.layer();
        let steps = self.model.calendar.steps();
        for step in 0..=steps {
            self.observe(&layer, step, None, findings)?;
            if step == steps {
                break;
            }
            self.tell(step)?;
            if self.forgets_rows() {
                self.store.clear();
            }
            let signature = self.chain.signature(step);
            for (state, mass) in layer.iter() {
                self.make_room(&layer, step)?;
                let keep = !self.store.is_full();
                let row = self.store.matrix(&signature).row(&mut self.chain, state, step, keep)?;
                row.notes.iter().for_each(|note| findings.note(note, mass));
                let states = self.chain.states();
                for (&to, &probability) in row.states.iter().zip(row.probabilities) {
                    next.add(to, mass * probability, states);
                }
            }
            let before = std::mem::replace(&mut layer, next.layer());
            if !self.givens.is_empty() {
                self.kept += before.bytes();
                self.layers.push(before);
            }
        }
        if !self.givens.is_empty() {
            self.layers.push(layer);
            for given in self.givens.clone() {
                self.look_back(given, findings)?;
            }
        }
        Ok(())
    }

    /// Whether no later step can go as an earlier one, and nothing looks back.
    fn forgets_rows(&self) -> bool {
        (self.plan.rules_read_step || self.plan.events_read_step) && self.givens.is_empty()
    }

    fn tell(&self, step: u32) -> Result<(), ExactError> {
        let Some(callback) = &self.exact.on_progress else {
            return Ok(());
        };
        let progress =
            ExactProgress { step, steps: self.model.calendar.steps(), states: self.chain.states() };
        match callback(&progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ExactError::Cancelled),
        }
    }

    /// Keeps within the memory that is allowed: first without the rows, which can be made again.
    fn make_room(&mut self, layer: &Layer, step: u32) -> Result<(), ExactError> {
        let needed = self.chain.bytes() + self.kept + 24 * self.chain.states() + layer.bytes();
        let allowed = self.exact.most_bytes;
        if needed > allowed {
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let gib = allowed as f64 / f64::from(1 << 30);
            let steps = self.model.calendar.steps();
            return Err(ExactError::TooMuchMemory { gib, states: self.chain.states(), step, steps });
        }
        if !self.store.is_full() && needed + self.store.bytes() > allowed {
            self.store.give_up();
        }
        Ok(())
    }

    /// Sums up what the states show: the outcomes without a condition, or those on one event, by how likely it comes to
    /// be from each state.
    fn observe(
        &mut self,
        layer: &Layer,
        step: u32,
        given: Option<(usize, &[f64])>,
        findings: &mut Findings,
    ) -> Result<(), ExactError> {
        for (place, outcome) in self.model.outcomes.iter().enumerate() {
            let condition = outcome.given.and_then(|given| self.event_of[given.index()]);
            if condition != given.map(|(event, _)| event) {
                continue;
            }
            let found = &mut findings.outcomes[place];
            for (number, (state, mass)) in layer.iter().enumerate() {
                let mass = given.map_or(mass, |(_, comes)| mass * comes[number]);
                if mass == 0.0 {
                    continue;
                }
                if let (OutcomeKind::Event { .. }, Some(event)) = (&outcome.kind, self.event_of[place]) {
                    found.event(step as usize, self.chain.event(state, event), mass);
                } else {
                    let core = self.chain.core(state);
                    let views = &mut self.views[place];
                    if views.len() <= core as usize {
                        views.resize((core as usize + 1).next_power_of_two(), UNKNOWN);
                    }
                    if views[core as usize] == UNKNOWN || self.plan.outcome_reads_step[place] {
                        let value = self.chain.view(core, place, step)?;
                        views[core as usize] = found.place_of(value) as u32;
                    }
                    found.view(step as usize, views[core as usize] as usize, mass);
                }
                if step == 0 {
                    found.mass += mass;
                }
            }
        }
        Ok(())
    }

    /// From the horizon back: how likely an event comes to be from each state, and with it what is conditional on it.
    fn look_back(&mut self, given: usize, findings: &mut Findings) -> Result<(), ExactError> {
        let layers = std::mem::take(&mut self.layers);
        let mut comes: Vec<f64> = Vec::new();
        // How likely it comes to be, by state, at the step after.
        let mut by_state = vec![0.0; self.chain.states()];
        for (step, layer) in layers.iter().enumerate().rev() {
            let step = step as u32;
            comes.clear();
            if step == self.model.calendar.steps() {
                comes.extend(layer.states.iter().map(|s| f64::from(u8::from(self.chain.met(*s, given)))));
            } else {
                let signature = self.chain.signature(step);
                for &state in &layer.states {
                    let keep = !self.store.is_full();
                    let row = self.store.matrix(&signature).row(&mut self.chain, state, step, keep)?;
                    let next = row.states.iter().zip(row.probabilities);
                    comes.push(next.map(|(&to, &p)| p * by_state[to as usize]).sum());
                }
            }
            for (&state, &comes) in layer.states.iter().zip(&comes) {
                by_state[state as usize] = comes;
            }
            self.observe(layer, step, Some((given, &comes)), findings)?;
        }
        self.layers = layers;
        Ok(())
    }
}

/// The next layer, summed up.
#[derive(Default)]
struct Accumulator {
    mass: Vec<f64>,
    is_in: Vec<bool>,
    states: Vec<u32>,
}

impl Accumulator {
    fn add(&mut self, state: u32, mass: f64, states: usize) {
        if self.mass.len() < states {
            let room = states.next_power_of_two();
            self.mass.resize(room, 0.0);
            self.is_in.resize(room, false);
        }
        let place = state as usize;
        self.mass[place] += mass;
        if !std::mem::replace(&mut self.is_in[place], true) {
            self.states.push(state);
        }
    }

    fn layer(&mut self) -> Layer {
        self.states.sort_unstable();
        let states = std::mem::take(&mut self.states);
        let mass = states.iter().map(|state| std::mem::take(&mut self.mass[*state as usize])).collect();
        states.iter().for_each(|state| self.is_in[*state as usize] = false);
        Layer { states, mass }
    }
}
