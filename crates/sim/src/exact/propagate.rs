//! Probability carried forward through the states, step by step; and backward, for what is conditional on what comes later.

use std::ops::ControlFlow;

use cordiale_core::model::{Model, OutcomeKind};

use super::chain::Chain;
use super::classes::Classes;
use super::error::ExactError;
use super::findings::Findings;
use super::markov::Recorder;
use super::plan::Plan;
use super::rows::Store;
use super::{Exact, ExactProgress};

/// After so many successors, some hundredths of a second, it is told how far a step is, which is when it can be stopped.
const TOLD_EVERY: usize = 1 << 18;

/// A state that is reached at a step, and its probability.
#[derive(Clone, Copy)]
struct Reached {
    core: u32,
    class: u32,
    mass: f64,
}

/// One model with its parameters settled, on its way through the steps.
pub(super) struct Propagation<'a> {
    exact: &'a Exact,
    model: &'a Model,
    plan: &'a Plan,
    chain: Chain<'a>,
    classes: Classes<'a>,
    store: Store,
    next: Accumulator,
    /// Of each value or levels outcome, the place of what each core shows.
    views: Vec<Vec<u32>>,
    /// The layers so far, where a conditional outcome needs them again, and their memory.
    layers: Vec<Vec<Reached>>,
    kept: usize,
    /// Events that others are conditional on: places in the plan's events.
    givens: Vec<usize>,
    /// Each outcome's place among the plan's events.
    event_of: Vec<Option<usize>>,
    recorder: Option<&'a mut Recorder>,
}

const UNKNOWN: u32 = u32::MAX;

impl<'a> Propagation<'a> {
    pub(super) fn new(
        exact: &'a Exact,
        model: &'a Model,
        plan: &'a Plan,
        chain: Chain<'a>,
        recorder: Option<&'a mut Recorder>,
    ) -> Self {
        let mut event_of = vec![None; model.outcomes.len()];
        for event in &plan.events {
            event_of[event.outcome] = Some(event.place);
        }
        let is_given = |place: &usize| plan.events[*place].deadline.is_some();
        Self {
            exact,
            model,
            plan,
            chain,
            classes: Classes::new(&plan.events, plan.events_read_step),
            store: Store::default(),
            next: Accumulator::default(),
            views: vec![Vec::new(); model.outcomes.len()],
            layers: Vec::new(),
            kept: 0,
            givens: (0..plan.events.len()).filter(is_given).collect(),
            event_of,
            recorder,
        }
    }

    /// From the states at step 0 to the horizon; `weight` is the probability of the parameters.
    pub(super) fn run(
        &mut self,
        starts: &[(f64, Vec<f64>)],
        weight: f64,
        findings: &mut Findings,
    ) -> Result<(), ExactError> {
        let nothing = self.classes.nothing();
        for (probability, start) in starts {
            let core = self.chain.first(start);
            let conditions = self.classes.look(&mut self.chain, core, 0)?;
            let class = self.classes.following(nothing, 0)[conditions as usize];
            self.next.make_room(self.classes.len(), self.chain.cores());
            self.next.add(core, class, weight * probability);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.other_parameters();
        }
        let mut layer = self.next.layer();
        if let Some(recorder) = &mut self.recorder {
            for first in &layer {
                let state = recorder.state(first.core, first.class);
                recorder.chain.initial.push((state, first.mass));
            }
        }
        let steps = self.model.calendar.steps();
        for step in 0..=steps {
            self.observe(&layer, step, None, findings)?;
            if step == steps {
                break;
            }
            self.tell(step)?;
            self.advance(&layer, step, findings)?;
            let before = std::mem::replace(&mut layer, self.next.layer());
            if !self.givens.is_empty() {
                self.kept += size_of::<Reached>() * before.len();
                self.layers.push(before);
            }
        }
        self.record_views()?;
        if !self.givens.is_empty() {
            self.layers.push(layer);
            for given in self.givens.clone() {
                self.look_back(given, findings)?;
            }
        }
        Ok(())
    }

    /// A step: every state of the layer to those that may follow it.
    fn advance(&mut self, layer: &[Reached], step: u32, findings: &mut Findings) -> Result<(), ExactError> {
        // A step that reads its number goes as no other; its rows are needed again by what looks back alone.
        if self.plan.rules_read_step && self.givens.is_empty() {
            self.store.clear();
        }
        let signature = self.chain.signature(step);
        let phase = match &mut self.recorder {
            Some(recorder) => {
                recorder.phase(step, [&signature[..], &self.classes.signature(step + 1)].concat())
            }
            None => 0,
        };
        let mut since_told = 0;
        for same_core in layer.chunk_by(|a, b| a.core == b.core) {
            if since_told >= TOLD_EVERY {
                self.tell(step)?;
                since_told = 0;
            }
            self.make_room(layer.len(), step)?;
            let keep = !self.store.is_full();
            let known = self.chain.cores();
            let row = self.store.matrix(&signature).row(&mut self.chain, same_core[0].core, step, keep)?;
            if self.chain.cores() > known || self.plan.events_read_step {
                for core in row.cores {
                    self.classes.look(&mut self.chain, *core, step + 1)?;
                }
            }
            since_told += same_core.len() * row.cores.len();
            for from in same_core {
                row.notes.iter().for_each(|note| findings.note(note, from.mass));
                let following = self.classes.following(from.class, step + 1).to_vec();
                self.next.make_room(self.classes.len(), self.chain.cores());
                let conditions = self.classes.of_cores();
                for (&to, &probability) in row.cores.iter().zip(row.probabilities) {
                    let class = following[conditions[to as usize].0 as usize];
                    self.next.add(to, class, from.mass * probability);
                }
                if let Some(recorder) = &mut self.recorder {
                    let state = recorder.state(from.core, from.class);
                    if !recorder.knows(phase, state) {
                        let successor = |(&to, &p): (&u32, &f64)| {
                            (recorder.state(to, following[conditions[to as usize].0 as usize]), p)
                        };
                        let successors = row.cores.iter().zip(row.probabilities).map(successor).collect();
                        recorder.row(phase, state, successors)?;
                    }
                }
            }
            if self.next.states > self.exact.most_states {
                return Err(self.chain.too_many_states(step + 1));
            }
        }
        Ok(())
    }

    /// What each state of the chain shows.
    fn record_views(&mut self) -> Result<(), ExactError> {
        let Some(recorder) = self.recorder.take() else {
            return Ok(());
        };
        for (_, (core, class)) in recorder.states() {
            let (mut events, mut values) = (0, 0);
            for (place, outcome) in self.model.outcomes.iter().enumerate().filter(|(_, o)| o.given.is_none())
            {
                if let Some(event) = self.event_of[place] {
                    recorder.chain.events[events].2.push(self.classes.event(class, event).1);
                    events += 1;
                } else if !self.plan.outcome_reads_step[place] {
                    let value = self.chain.view(core, place, 0)?;
                    let shown = match &outcome.kind {
                        OutcomeKind::Levels { levels } => {
                            let is = |level: usize| f64::from(u8::from(level as f64 == value));
                            (0..levels.len()).map(is).collect()
                        }
                        _ => vec![value],
                    };
                    for value in shown {
                        recorder.chain.values[values].2.push(value);
                        values += 1;
                    }
                }
            }
        }
        self.recorder = Some(recorder);
        Ok(())
    }

    fn tell(&self, step: u32) -> Result<(), ExactError> {
        let Some(callback) = &self.exact.on_progress else {
            return Ok(());
        };
        let progress = ExactProgress { step, steps: self.model.calendar.steps(), states: self.next.states };
        match callback(&progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ExactError::Cancelled),
        }
    }

    /// Keeps within the memory that is allowed: first without the rows, which can be made again.
    fn make_room(&mut self, layer: usize, step: u32) -> Result<(), ExactError> {
        let layers = self.kept + 2 * size_of::<Reached>() * layer;
        let needed = self.chain.bytes() + self.classes.bytes() + self.next.bytes() + layers;
        let allowed = self.exact.most_bytes;
        if needed > allowed {
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let gib = allowed as f64 / f64::from(1 << 30);
            let steps = self.model.calendar.steps();
            return Err(ExactError::TooMuchMemory { gib, states: self.next.states, step, steps });
        }
        if !self.store.is_full() && needed + self.store.bytes() > allowed {
            self.store.give_up();
        }
        Ok(())
    }

    /// Sums up what the states show: the outcomes without a condition, or those on one event, weighted by how likely it
    /// comes to be from each state.
    fn observe(
        &mut self,
        layer: &[Reached],
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
            for (number, state) in layer.iter().enumerate() {
                let mass = given.map_or(state.mass, |(_, comes)| state.mass * comes[number]);
                if mass == 0.0 {
                    continue;
                }
                if step == 0 {
                    found.mass += mass;
                }
                if let (OutcomeKind::Event { .. }, Some(event)) = (&outcome.kind, self.event_of[place]) {
                    found.event(step as usize, self.classes.event(state.class, event), mass);
                    continue;
                }
                let (views, core) = (&mut self.views[place], state.core as usize);
                if views.len() <= core {
                    views.resize((core + 1).next_power_of_two(), UNKNOWN);
                }
                if views[core] == UNKNOWN || self.plan.outcome_reads_step[place] {
                    let value = self.chain.view(state.core, place, step)?;
                    views[core] = found.place_of(value) as u32;
                }
                found.view(step as usize, views[core] as usize, mass);
            }
        }
        Ok(())
    }

    /// From the horizon back: how likely an event comes to be from each state, and with it what is conditional on it.
    fn look_back(&mut self, given: usize, findings: &mut Findings) -> Result<(), ExactError> {
        let layers = std::mem::take(&mut self.layers);
        let mut comes: Vec<f64> = Vec::new();
        // How likely it comes to be, by class and core, at the step after.
        let mut after = vec![vec![0.0; self.chain.cores()]; self.classes.len()];
        for (step, layer) in layers.iter().enumerate().rev() {
            let step = step as u32;
            comes.clear();
            if step == self.model.calendar.steps() {
                comes.extend(layer.iter().map(|s| f64::from(u8::from(self.classes.met(s.class, given)))));
            } else {
                let signature = self.chain.signature(step);
                for same_core in layer.chunk_by(|a, b| a.core == b.core) {
                    let keep = !self.store.is_full();
                    let row =
                        self.store.matrix(&signature).row(&mut self.chain, same_core[0].core, step, keep)?;
                    for core in row.cores {
                        self.classes.look(&mut self.chain, *core, step + 1)?;
                    }
                    for from in same_core {
                        let following = self.classes.following(from.class, step + 1).to_vec();
                        let conditions = self.classes.of_cores();
                        let next = row.cores.iter().zip(row.probabilities);
                        let likely = |(to, p): (&u32, &f64)| {
                            let class = following[conditions[*to as usize].0 as usize] as usize;
                            p * after[class][*to as usize]
                        };
                        comes.push(next.map(likely).sum());
                    }
                }
            }
            for (state, &comes) in layer.iter().zip(&comes) {
                after[state.class as usize][state.core as usize] = comes;
            }
            self.observe(layer, step, Some((given, &comes)), findings)?;
        }
        self.layers = layers;
        Ok(())
    }
}

/// The next layer, summed up: by class, dense over the cores.
#[derive(Default)]
struct Accumulator {
    classes: Vec<Slab>,
    /// Different states so far, of all layers.
    states: u64,
}

#[derive(Default)]
struct Slab {
    mass: Vec<f64>,
    cores: Vec<u32>,
    /// Whether a core was ever reached in this class.
    ever: Vec<bool>,
}

impl Accumulator {
    fn make_room(&mut self, classes: usize, cores: usize) {
        if self.classes.len() < classes {
            self.classes.resize_with(classes, Slab::default);
        }
        for slab in &mut self.classes {
            if slab.mass.len() < cores {
                slab.mass.resize(cores.next_power_of_two(), 0.0);
                slab.ever.resize(cores.next_power_of_two(), false);
            }
        }
    }

    fn add(&mut self, core: u32, class: u32, mass: f64) {
        let slab = &mut self.classes[class as usize];
        let sum = &mut slab.mass[core as usize];
        // A product that is too small for a double is nothing.
        if *sum == 0.0 && mass > 0.0 {
            slab.cores.push(core);
            if !std::mem::replace(&mut slab.ever[core as usize], true) {
                self.states += 1;
            }
        }
        *sum += mass;
    }

    /// What was summed up, ascending by core, then class.
    fn layer(&mut self) -> Vec<Reached> {
        let mut layer = Vec::with_capacity(self.classes.iter().map(|slab| slab.cores.len()).sum());
        for (class, slab) in (0..).zip(&mut self.classes) {
            for core in slab.cores.drain(..) {
                layer.push(Reached { core, class, mass: std::mem::take(&mut slab.mass[core as usize]) });
            }
        }
        layer.sort_unstable_by_key(|state| (state.core, state.class));
        layer
    }

    fn bytes(&self) -> usize {
        self.classes.iter().map(|slab| 9 * slab.mass.capacity() + 4 * slab.cores.capacity()).sum()
    }
}
