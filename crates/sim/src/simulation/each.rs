//! Every trial by itself, in the order of their numbers: what it began with, and what came of it.

use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use cordiale_core::Scenario;
use cordiale_core::model::{Model, OutcomeKind};

use super::Simulation;
use super::driver::{self, Desk, Failed, Order};
use crate::engine::{BlockRecord, Engine, NO_STEP, Once, OutcomeColumns, Remembered};
use crate::error::RunError;
use crate::lower::lower_inputs;
use crate::program::Program;
use crate::random::LANES;
use crate::simd::{Job, Kernel, dispatch};
use crate::tally::Tally;

/// One trial.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Kept {
    /// Its number.
    pub trial: u64,
    /// What it began with, in the order of [`Simulation::inputs`]; starts after their clamp.
    pub inputs: Vec<f64>,
    /// What came of it, in the order of the outcomes.
    pub answers: Vec<KeptAnswer>,
}

/// The answer of one trial to one outcome; none where the outcome is conditional and its event was not reached.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum KeptAnswer {
    /// Of an event.
    Event {
        /// Whether it was reached by its deadline.
        reached: Option<bool>,
        /// The observation at which it was first reached, up to the horizon.
        first_step: Option<u32>,
    },
    /// Of a value: the value at its deadline.
    Value(Option<f64>),
    /// Of levels: the place of the level at its deadline.
    Level(Option<usize>),
}

/// What a trial begins with.
pub(super) struct Inputs<'s> {
    model: &'s Model,
    /// The slots whose start is not fixed.
    slots: Vec<usize>,
}

impl<'s> Inputs<'s> {
    pub(super) fn of(scenario: &'s Scenario) -> Self {
        let model = scenario.model();
        let open = model.slots.iter().enumerate().filter(|(_, slot)| !model.exprs.is_fixed(slot.start));
        Self { model, slots: open.map(|(place, _)| place).collect() }
    }

    pub(super) fn names(&self) -> Vec<&'s str> {
        let slots = self.slots.iter().map(|&place| self.model.slots[place].name.as_str());
        self.model.parameters.iter().map(|parameter| parameter.name.as_str()).chain(slots).collect()
    }

    /// What draws them: they are a function of the trial's number, so that drawn again they are what a run drew.
    fn program(&self) -> Program {
        let parameters: Vec<usize> = (0..self.model.parameters.len()).collect();
        lower_inputs(self.model, &parameters, &self.slots)
    }
}

/// How an outcome is read off a block.
struct Reader {
    by: u32,
    given: Option<(usize, u32)>,
}

impl Reader {
    fn all(model: &Model) -> Vec<Self> {
        let by = |place: usize| model.outcomes[place].deadline_step(&model.calendar);
        let given =
            |place: usize| model.outcomes[place].given.map(|given| (given.index(), by(given.index())));
        (0..model.outcomes.len()).map(|place| Self { by: by(place), given: given(place) }).collect()
    }

    fn read(&self, block: &BlockRecord, outcome: usize, lane: usize) -> KeptAnswer {
        let counts = self.given.is_none_or(|(given, by)| block.reached(given, by) >> lane & 1 == 1);
        match &block.outcomes[outcome] {
            OutcomeColumns::Event { first, .. } => KeptAnswer::Event {
                reached: counts.then_some(first[lane] <= self.by),
                first_step: Some(first[lane]).filter(|&step| counts && step != NO_STEP),
            },
            OutcomeColumns::Value(values) => {
                KeptAnswer::Value(counts.then(|| values[self.by as usize][lane]))
            }
            OutcomeColumns::Levels(levels) => {
                let stands = |masks: &Vec<u64>| masks[self.by as usize] >> lane & 1 == 1;
                KeptAnswer::Level(levels.iter().position(stands).filter(|_| counts))
            }
        }
    }
}

/// Hands blocks over in their order: each waits for its turn.
struct Turns<F> {
    /// The block whose turn it is, and who takes it.
    next: Mutex<(u64, F)>,
    passed: Condvar,
}

impl<F> Turns<F> {
    fn lock(&self) -> MutexGuard<'_, (u64, F)> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a block's turn. It passes when what this gives is dropped, after a panic too.
    fn wait(&self, block: u64) -> Turn<'_, F> {
        let mut next = self.lock();
        while next.0 < block {
            next = self.passed.wait(next).unwrap_or_else(PoisonError::into_inner);
        }
        Turn { next, passed: &self.passed }
    }
}

struct Turn<'t, F> {
    next: MutexGuard<'t, (u64, F)>,
    passed: &'t Condvar,
}

impl<F> Drop for Turn<'_, F> {
    fn drop(&mut self) {
        self.next.0 += 1;
        self.passed.notify_all();
    }
}

/// Runs all trials and hands them over.
pub(super) fn run<F>(simulation: &Simulation, keep: F) -> Result<Tally, RunError>
where
    F: FnMut(&Kept) -> ControlFlow<()> + Send,
{
    let desk = Desk::new(Order {
        scenario: &simulation.scenario,
        first_trial: simulation.first_trial,
        trials: simulation.trials,
        on_progress: simulation.on_progress.as_deref(),
    });
    let first_block = simulation.first_trial / LANES as u64;
    let turns = Turns { next: Mutex::new((first_block, keep)), passed: Condvar::new() };
    let inputs = Inputs::of(&simulation.scenario).program();
    let readers = Reader::all(simulation.scenario.model());
    let work = || {
        let shared = Shared { simulation, desk: &desk, turns: &turns, inputs: &inputs };
        dispatch(simulation.vector_width, Work { shared, readers: &readers })
    };
    let tallies = driver::on_threads(&desk, simulation.threads, work)?;
    driver::gathered(simulation, &desk, tallies)
}

struct Shared<'a, F> {
    simulation: &'a Simulation,
    desk: &'a Desk<'a>,
    turns: &'a Turns<F>,
    inputs: &'a Program,
}

/// One thread's share.
struct Work<'a, F> {
    shared: Shared<'a, F>,
    readers: &'a [Reader],
}

impl<F: FnMut(&Kept) -> ControlFlow<()> + Send> Job for Work<'_, F> {
    type Output = Result<Tally, RunError>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Shared { simulation, desk, turns, .. } = self.shared;
        let mut tally = Tally::new(&simulation.scenario, simulation.seed);
        let remembered = Remembered::default();
        let once = Once::remembering(&remembered);
        let mut engines = None;
        while let Some((block, live)) = desk.next() {
            let new = |program| Engine::new(kernel, program, simulation.seed);
            let (engine, inputs) =
                engines.get_or_insert_with(|| (new(&simulation.program), new(self.shared.inputs)));
            let record = engine.run_block(block, live, once);
            match record.and_then(|record| Ok((record, inputs.run_block(block, live, once)?))) {
                Ok((record, inputs)) => {
                    // Whatever goes wrong from here on, the turn must pass.
                    let kept = self.kept(record, inputs);
                    let added = tally.add_block(kernel, record);
                    let mut turn = turns.wait(block);
                    if turns.next.is_poisoned() {
                        // What is handed trials panicked: it gets no more, and its panic ends the run.
                        desk.stop();
                        break;
                    }
                    added?;
                    for trial in &kept {
                        if (turn.next.1)(trial) == ControlFlow::Break(()) {
                            desk.stop();
                        }
                    }
                    drop(turn);
                    desk.done(record);
                }
                Err(trial) => {
                    desk.fail(Failed { trial, scenario: 0 });
                    drop(turns.wait(block));
                }
            }
        }
        Ok(tally)
    }
}

impl<F> Work<'_, F> {
    fn kept(&self, block: &BlockRecord, inputs: &BlockRecord) -> Vec<Kept> {
        let kept = |lane: usize| Kept {
            trial: block.first_trial + lane as u64,
            inputs: inputs.starts().map(|column| column[lane]).collect(),
            answers: (self.readers.iter().enumerate())
                .map(|(place, reader)| reader.read(block, place, lane))
                .collect(),
        };
        (0..LANES).filter(|lane| block.live >> lane & 1 == 1).map(kept).collect()
    }
}

/// The names of a scenario's levels, by outcome; empty for what has none.
#[must_use]
pub fn level_names(model: &Model) -> Vec<Vec<&str>> {
    model.outcomes.iter().map(|outcome| names(&outcome.kind)).collect()
}

fn names(kind: &OutcomeKind) -> Vec<&str> {
    match kind {
        OutcomeKind::Levels { levels } => levels.iter().map(|level| level.name.as_str()).collect(),
        _ => Vec::new(),
    }
}
