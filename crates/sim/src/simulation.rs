//! Running a scenario.

pub(crate) mod driver;
pub mod each;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use cordiale_core::Scenario;
use cordiale_core::model::OutcomeKind;

use crate::analysis::stopping::{Answer, Question, Stopping, assess_with};
use crate::error::RunError;
use crate::lower::lower;
use crate::program::Program;
use crate::random::LANES;
use crate::reference;
use crate::result::RunResult;
use crate::ruled_out::RuledOut;
use crate::simd::VectorWidth;
use crate::stats::Quantiles;
use crate::tally::Tally;

/// Trial numbers stay below this.
const MOST_TRIALS: u64 = 1 << 62;

/// A scenario ready to be run, and how.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Simulation;
///
/// let scenario = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance(0.5).effect("heads += 1"))
///     .event("three", Event::when("heads == 3"))
///     .build()?;
/// let result = Simulation::new(&scenario)?.trials(10_000).seed(7).run()?;
/// assert_eq!(result.event("three")?.trials, 10_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Simulation {
    scenario: Scenario,
    program: Arc<Program>,
    trials: u64,
    seed: u64,
    first_trial: u64,
    threads: usize,
    vector_width: VectorWidth,
    on_progress: Option<Arc<OnProgress>>,
    question: Option<Question>,
}

pub(crate) type OnProgress = dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync;

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Trials that are done.
    pub trials: u64,
    /// Trials in all.
    pub total: u64,
    /// How the first event outcome stands, if there is one.
    pub event: Option<EventSoFar>,
}

/// An event outcome during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventSoFar {
    /// The outcome.
    pub name: String,
    /// In how many trials it was reached by its deadline.
    pub reached: u64,
    /// Of how many: those in which the given event was reached, or all.
    pub trials: u64,
}

impl Simulation {
    /// Prepares a scenario, to be run as its file says: its number of trials, its seed, from trial 0 on, on all
    /// threads that the machine has.
    ///
    /// # Errors
    /// None today.
    pub fn new(scenario: &impl AsRef<Scenario>) -> Result<Self, RunError> {
        let scenario = scenario.as_ref();
        let model = scenario.model();
        Ok(Self {
            program: Arc::new(lower(model)),
            trials: model.trials,
            seed: model.seed,
            first_trial: 0,
            threads: 0,
            vector_width: VectorWidth::widest(),
            on_progress: None,
            question: None,
            scenario: scenario.clone(),
        })
    }

    setters! {
        /// How many trials to run, 1 or more.
        trials;
        /// The seed of all random draws.
        seed;
        threads;
        /// Calls back after every 64 trials or so, one call at a time. [`ControlFlow::Break`] stops the run once the
        /// blocks in flight are done; what was finished is then a [partial](crate::result::RunInfo::partial) result. A
        /// panic of the callback goes through the run.
        on_progress(Progress);
    }

    /// The number of the first trial. Trial `n` is the same whatever range it is run in.
    #[must_use]
    pub fn first_trial(mut self, first: u64) -> Self {
        self.first_trial = first;
        self
    }

    /// With which vector instructions to run; the widest that the machine has unless told. The result does not depend on
    /// it. One that the machine lacks is the next narrower one.
    #[must_use]
    pub fn vector_width(mut self, width: VectorWidth) -> Self {
        self.vector_width = width;
        self
    }

    /// Runs as many trials as a question takes, in place of a number of [`trials`](Self::trials). The result then says
    /// under [`stopping`](RunResult::stopping) what came of it.
    #[must_use]
    pub fn until(mut self, question: Question) -> Self {
        self.question = Some(question);
        self
    }

    /// The scenario.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The program that the scenario was lowered to, for people: what is evaluated once a trial, what at each step,
    /// what a rule's guard, chance and effects need, and how the state drifts. Its form may change with any version.
    #[must_use]
    pub fn program(&self) -> String {
        self.program.to_string()
    }

    /// About how many bytes the run takes at most, for what each thread keeps of every value outcome at every step. All
    /// else is little beside it, wherever it is much.
    #[must_use]
    pub fn estimated_memory(&self) -> u64 {
        let model = self.scenario.model();
        let values =
            model.outcomes.iter().filter(|outcome| matches!(outcome.kind, OutcomeKind::Value { .. }));
        let times = values.count() as u64 * (u64::from(self.program.steps) + 1);
        let blocks = self.trials.div_ceil(LANES as u64);
        let threads = (driver::threads_of(self.threads) as u64).min(blocks);
        let of_each = Quantiles::most_bytes(self.trials / threads.max(1));
        times.saturating_mul(threads).saturating_mul(of_each)
    }

    /// The rules and outcomes that the declared ranges rule out.
    #[must_use]
    pub fn ruled_out(&self) -> RuledOut {
        RuledOut::of(self.scenario.model(), &self.program)
    }

    /// Runs the trials.
    ///
    /// # Errors
    /// Where there are no trials, a trial fails (of several the one with the lowest number is told), the run was
    /// stopped before any trial was done, or its question cannot be asked of the scenario.
    pub fn run(&self) -> Result<RunResult, RunError> {
        let tally = self.tally()?;
        let result = tally.result(&self.scenario)?;
        let asked = self.question.as_ref().map(|question| self.assess(question, &tally));
        Ok(RunResult { stopping: asked.transpose()?, ..result })
    }

    /// Runs the trials and gives their statistics, which merge with those of other trials.
    ///
    /// # Errors
    /// As [`Simulation::run`].
    pub fn tally(&self) -> Result<Tally, RunError> {
        match &self.question {
            Some(question) => self.tally_until(question),
            None => {
                self.check_trials()?;
                driver::run(self)
            }
        }
    }

    /// What the trials so far say to a question.
    fn assess(&self, question: &Question, tally: &Tally) -> Result<Stopping, RunError> {
        assess_with(question, self.scenario.model(), &|| self.program.is_fixed(), tally)
    }

    /// Runs from look to look until the question is settled or no more trials may be run.
    fn tally_until(&self, question: &Question) -> Result<Tally, RunError> {
        question.check(&self.scenario)?;
        check_trials(self.first_trial, question.most_trials())?;
        let mut tally = Tally::new(&self.scenario, self.seed);
        let mut expected = question.most_trials();
        while let Some(look) = question.next_look(tally.trials()) {
            match driver::run(&self.batch(question, &tally, look, expected)) {
                Ok(batch) => tally = tally.merge(&batch)?,
                Err(RunError::Cancelled) if tally.trials() > 0 => tally.set_partial(true),
                Err(error) => return Err(error),
            }
            if tally.is_partial() {
                break;
            }
            let stopping = self.assess(question, &tally)?;
            if stopping.answer != Answer::NotResolved {
                break;
            }
            expected = stopping.trials_needed.unwrap_or(u64::MAX).min(question.most_trials());
        }
        Ok(tally)
    }

    /// The trials up to a look, followed as a part of the whole.
    fn batch(&self, question: &Question, tally: &Tally, look: u64, expected: u64) -> Self {
        let done = tally.trials();
        let batch = Self {
            question: None,
            first_trial: self.first_trial + done,
            trials: look - done,
            ..self.clone()
        };
        let Some(told) = self.on_progress.clone() else { return batch };
        let first_event = question.first_event(self.scenario.model(), tally);
        batch.on_progress(move |progress| {
            let mut progress = progress.clone();
            progress.trials += done;
            progress.total = expected.max(look);
            if let (Some(event), Some((reached, trials))) = (&mut progress.event, first_event) {
                event.reached += reached;
                event.trials += trials;
            }
            told(&progress)
        })
    }

    /// The same by the reference interpreter, one trial after the other on one thread: many times slower, and the
    /// yardstick that [`Simulation::tally`] must equal.
    ///
    /// # Errors
    /// As [`Simulation::run`], and where it is to run [until](Self::until) a question is settled.
    pub fn tally_with_reference(&self) -> Result<Tally, RunError> {
        self.check_trials()?;
        self.asks_nothing()?;
        let mut tally = Tally::new(&self.scenario, self.seed);
        let streams = reference::Streams::new(self.scenario.model(), self.seed);
        for trial in self.first_trial..self.first_trial + self.trials {
            tally.add(trial, &reference::run_with(&self.scenario, &streams, trial.into())?)?;
        }
        Ok(tally)
    }

    /// The names of what a trial begins with, in the order of [`each::Kept::inputs`]: all parameters, then the ties,
    /// attributes and variables whose start is drawn or follows from a parameter.
    #[must_use]
    pub fn inputs(&self) -> Vec<&str> {
        each::Inputs::of(&self.scenario).names()
    }

    /// Runs the trials and hands over each of them, in the order of their numbers, one at a time. Memory does not grow with
    /// the trials: of a block that is ahead of its turn the thread waits. [`ControlFlow::Break`] stops the run once the
    /// blocks in flight are done, as a [callback](Self::on_progress) does; trials that were done by then are still handed
    /// over, so that they are those of the partial result.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
    /// use cordiale_sim::Simulation;
    /// use cordiale_sim::simulation::each::KeptAnswer;
    ///
    /// let scenario = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
    ///     .parameter("luck", "uniform(0, 1)")
    ///     .variable("heads", 0.0)
    ///     .rule("toss", Rule::new().chance("luck").effect("heads += 1"))
    ///     .event("three", Event::when("heads == 3"))
    ///     .build()?;
    /// let mut luck_of_winners = Vec::new();
    /// let result = Simulation::new(&scenario)?.trials(1_000).seed(7).run_each(|trial| {
    ///     if matches!(trial.answers[0], KeptAnswer::Event { reached: Some(true), .. }) {
    ///         luck_of_winners.push(trial.inputs[0]);
    ///     }
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(luck_of_winners.len() as u64, result.event("three")?.reached);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Simulation::run`], and where it is to run [until](Self::until) a question is settled.
    pub fn run_each(
        &self,
        keep: impl FnMut(&each::Kept) -> ControlFlow<()> + Send,
    ) -> Result<RunResult, RunError> {
        self.check_trials()?;
        self.asks_nothing()?;
        each::run(self, keep)?.result(&self.scenario)
    }

    fn check_trials(&self) -> Result<(), RunError> {
        check_trials(self.first_trial, self.trials)
    }

    /// Fails where a question decides how many trials there are.
    fn asks_nothing(&self) -> Result<(), RunError> {
        match self.question {
            Some(_) => Err(RunError::Question(
                "trials that are kept, or run by the reference, are a number that is said before; run until the question is settled, then as many trials as it took".to_owned(),
            )),
            None => Ok(()),
        }
    }
}

/// Whether there are trials of these numbers.
pub(crate) fn check_trials(first: u64, trials: u64) -> Result<(), RunError> {
    if trials == 0 {
        return Err(RunError::NoTrials);
    }
    match first.checked_add(trials) {
        Some(end) if end <= MOST_TRIALS => Ok(()),
        _ => Err(RunError::TooManyTrials { first, trials }),
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("scenario", &self.scenario.model().id)
            .field("trials", &self.trials)
            .field("seed", &self.seed)
            .field("first_trial", &self.first_trial)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
