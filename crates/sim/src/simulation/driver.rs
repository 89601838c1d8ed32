//! Blocks of trials on threads.
//!
//! Blocks are handed out in order, and a block that was handed out is finished whatever happens. So the blocks that are
//! done never have a gap, and of the trials that fail the lowest is always among them: neither a stop nor an error
//! depends on how the threads took turns.

use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::{EventSoFar, OnProgress, Progress, Simulation};
use crate::engine::{BlockRecord, Engine, Once};
use crate::error::RunError;
use crate::random::LANES;
use crate::reference;
use crate::simd::{Job, Kernel, dispatch};
use crate::tally::Tally;
use cordiale_core::Scenario;
use cordiale_core::model::OutcomeKind;

pub(super) fn run(simulation: &Simulation) -> Result<Tally, RunError> {
    let desk = Desk::new(Order {
        scenario: &simulation.scenario,
        first_trial: simulation.first_trial,
        trials: simulation.trials,
        on_progress: simulation.on_progress.as_deref(),
    });
    let work = || dispatch(simulation.vector_width, Work { simulation, desk: &desk });
    let tallies = on_threads(&desk, simulation.threads, work)?;
    gathered(simulation, &desk, tallies)
}

/// The tallies of all threads in one, or why there is none.
pub(super) fn gathered(
    simulation: &Simulation,
    desk: &Desk<'_>,
    tallies: Vec<Result<Tally, RunError>>,
) -> Result<Tally, RunError> {
    if let Some(failed) = desk.failed() {
        return Err(error_of(&simulation.scenario, simulation.seed, failed.trial));
    }
    let all = tallies.into_iter().reduce(|all, tally| all?.merge(&tally?));
    let mut all = all.unwrap_or(Err(RunError::Cancelled))?;
    if all.trials() == 0 {
        return Err(RunError::Cancelled);
    }
    if all.trials() < simulation.trials {
        all.set_partial(true);
    }
    Ok(all)
}

/// On how many threads the work is done at most, where the machine has no more than half as many.
const MOST_THREADS: usize = 64;

/// How many threads there are where so many are asked for.
pub(crate) fn threads_of(asked: usize) -> usize {
    // Asked only where it counts, and once: that reads files.
    static THERE: OnceLock<usize> = OnceLock::new();
    let there = || *THERE.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from));
    match asked {
        0 => there(),
        1..=MOST_THREADS => asked,
        // Each has an engine and a tally of its own; more than can run at once only cost.
        asked => asked.min(MOST_THREADS.max(2 * there())),
    }
}

/// Does the work on threads, each of which takes blocks from the desk; 0 threads are all that the machine has.
pub(crate) fn on_threads<T: Send>(
    desk: &Desk<'_>,
    threads: usize,
    work: impl Fn() -> T + Sync,
) -> Result<Vec<T>, RunError> {
    let threads = threads_of(threads);
    // A thread without a block would only cost its start.
    let threads = threads.min(usize::try_from(desk.blocks()).unwrap_or(usize::MAX));
    if threads <= 1 {
        return Ok(vec![work()]);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| RunError::Threads(error.to_string()))?;
    Ok(pool.broadcast(|_| work()))
}

/// One thread's share: block after block while there are any.
struct Work<'a> {
    simulation: &'a Simulation,
    desk: &'a Desk<'a>,
}

impl Job for Work<'_> {
    type Output = Result<Tally, RunError>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { simulation, desk } = self;
        let mut tally = Tally::new(&simulation.scenario, simulation.seed);
        let mut engine = None;
        while let Some((block, live)) = desk.next() {
            let engine =
                engine.get_or_insert_with(|| Engine::new(kernel, &simulation.program, simulation.seed));
            match engine.run_block(block, live, Once::default()) {
                Ok(record) => {
                    tally.add_block(kernel, record)?;
                    desk.done(record);
                }
                Err(trial) => desk.fail(Failed { trial, scenario: 0 }),
            }
        }
        Ok(tally)
    }
}

/// The error of a trial that the engine saw fail.
pub(crate) fn error_of(scenario: &Scenario, seed: u64, trial: u64) -> RunError {
    match reference::run_trial(scenario, seed, trial.into()) {
        Err(error) => error,
        Ok(_) => RunError::Disagreement { trial, seed },
    }
}

/// Which trials are run, and who is told how far they are.
pub(crate) struct Order<'s> {
    /// The scenario whose first event is told.
    pub(crate) scenario: &'s Scenario,
    pub(crate) first_trial: u64,
    pub(crate) trials: u64,
    pub(crate) on_progress: Option<&'s OnProgress>,
}

/// A trial that failed; where several scenarios are run, in which of them. The least is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failed {
    pub(crate) trial: u64,
    pub(crate) scenario: usize,
}

/// Where blocks are handed out and reported back.
pub(crate) struct Desk<'s> {
    order: Order<'s>,
    /// The outcome whose progress is told: its place, and its deadline.
    event: Option<Watched>,
    state: Mutex<State>,
}

struct State {
    next_block: u64,
    stopped: bool,
    /// The lowest trial that failed.
    failed: Option<Failed>,
    progress: Progress,
}

/// The event outcome whose progress is told.
struct Watched {
    outcome: usize,
    by: u32,
    given: Option<(usize, u32)>,
}

impl<'s> Desk<'s> {
    pub(crate) fn new(order: Order<'s>) -> Self {
        let model = order.scenario.model();
        let is_event = |kind: &OutcomeKind| matches!(kind, OutcomeKind::Event { .. });
        let event = model.outcomes.iter().position(|outcome| is_event(&outcome.kind));
        let by = |outcome: usize| model.outcomes[outcome].deadline_step(&model.calendar);
        let so_far =
            |outcome: usize| EventSoFar { name: model.outcomes[outcome].name.clone(), reached: 0, trials: 0 };
        let progress = Progress { trials: 0, total: order.trials, event: event.map(so_far) };
        Self {
            event: event.map(|outcome| Watched {
                outcome,
                by: by(outcome),
                given: model.outcomes[outcome].given.map(|given| (given.index(), by(given.index()))),
            }),
            state: Mutex::new(State {
                next_block: order.first_trial / LANES as u64,
                stopped: false,
                failed: None,
                progress,
            }),
            order,
        }
    }

    /// The block after the last.
    fn end(&self) -> u64 {
        (self.order.first_trial + self.order.trials).div_ceil(LANES as u64)
    }

    fn blocks(&self) -> u64 {
        self.end() - self.order.first_trial / LANES as u64
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A callback that panics leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next block to run, and its lanes; none once a callback has panicked, which ends the run.
    pub(crate) fn next(&self) -> Option<(u64, u64)> {
        let mut state = self.state.lock().ok()?;
        if state.stopped || state.next_block >= self.end() {
            return None;
        }
        let block = state.next_block;
        state.next_block += 1;
        let (first, end) = (self.order.first_trial, self.order.first_trial + self.order.trials);
        let start = block * LANES as u64;
        let mut live = u64::MAX;
        if start < first {
            live &= u64::MAX << (first - start);
        }
        if end - start < LANES as u64 {
            live &= u64::MAX >> (LANES as u64 - (end - start));
        }
        Some((block, live))
    }

    pub(crate) fn fail(&self, failed: Failed) {
        let mut state = self.lock();
        state.stopped = true;
        state.failed = Some(state.failed.map_or(failed, |lowest| lowest.min(failed)));
    }

    /// Hands out no more blocks.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
    }

    /// The lowest trial that failed, once all threads are done.
    pub(crate) fn failed(&self) -> Option<Failed> {
        self.lock().failed
    }

    pub(crate) fn done(&self, block: &BlockRecord) {
        let event = self.event.as_ref().filter(|_| self.order.on_progress.is_some()).map(|watched| {
            let met = watched.given.map_or(block.live, |(given, by)| block.reached(given, by));
            let reached = met & block.reached(watched.outcome, watched.by);
            (u64::from(met.count_ones()), u64::from(reached.count_ones()))
        });
        self.note(block.live, event);
    }

    /// Trials that are done: their lanes, and of the event whose progress is told in how many it counts and was reached.
    pub(crate) fn note(&self, live: u64, event: Option<(u64, u64)>) {
        let Some(callback) = self.order.on_progress else {
            return;
        };
        let Ok(mut state) = self.state.lock() else { return };
        state.progress.trials += u64::from(live.count_ones());
        if let (Some((trials, reached)), Some(so_far)) = (event, &mut state.progress.event) {
            so_far.trials += trials;
            so_far.reached += reached;
        }
        if callback(&state.progress) == ControlFlow::Break(()) {
            state.stopped = true;
        }
    }
}
