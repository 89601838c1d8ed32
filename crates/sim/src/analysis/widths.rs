//! Three widths of an answer: what more trials would narrow, what more knowledge would, and what is chance itself.
//!
//! A run draws parameters and starts anew in every trial, and so cannot tell their part from the rest. Here several
//! trials share them: groups of eight, each with the parameters and starts of its first trial and, for everything else,
//! eight trials' chances. How far the groups lie apart, beyond what eight trials by chance would, is what is not known;
//! how far the trials of a group lie apart is chance (the law of total variance).

mod estimate;
mod groups;
mod result;

use std::fmt;
use std::sync::Arc;

use cordiale_core::Scenario;

use super::alike::fixed_values_of;
use crate::engine::{Engine, Once};
use crate::error::RunError;
use crate::lower::lower;
use crate::program::Program;
use crate::random::LANES;
use crate::reference::{self, TrialNumber};
use crate::result::RunResult;
use crate::simd::{Job, Kernel, VectorWidth, dispatch};
use crate::simulation::driver::{self, Desk, Failed, Order};
use crate::simulation::{OnProgress, Progress, check_trials};
pub use estimate::{Split, split};
pub use groups::Group;
use groups::{Answers, Part};
pub use result::{Interval, Range, Width, WidthsResult};

/// How many trials share their parameters and starts. About the best where a ninth of the variance is not known, and
/// not far from it between a fiftieth and a half.
pub const GROUP: u64 = 8;
/// Fewer groups say nothing.
const LEAST_GROUPS: u64 = 200;

/// A run's outcomes, to be told apart into the three widths by as many trials again.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Simulation;
/// use cordiale_sim::analysis::widths::Widths;
///
/// // Somebody's chance is anything from 0 to 1: a third of the variance of a yes or no is that, the rest chance.
/// let scenario = ScenarioBuilder::new("coin", "2024-01-01", "month", 1)
///     .parameter("p", "uniform(0, 1)")
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance("p").effect("heads += 1"))
///     .event("head", Event::when("heads == 1"))
///     .build()?;
/// let result = Simulation::new(&scenario)?.trials(20_000).run()?;
/// let widths = Widths::new(&scenario, &result).run()?;
/// let head = widths.outcomes.get("head").ok_or("is an outcome")?;
/// let share = head.unknown_share.ok_or("has an estimate")?;
/// assert!(share.low < 1.0 / 3.0 && 1.0 / 3.0 < share.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Widths<'r> {
    scenario: Scenario,
    program: Arc<Program>,
    result: &'r RunResult,
    threads: usize,
    on_progress: Option<Arc<OnProgress>>,
}

impl<'r> Widths<'r> {
    /// Of a result of this scenario: with its seed and, rounded up to whole groups and to at least 200 of them, its
    /// trials.
    #[must_use]
    pub fn new(scenario: &impl AsRef<Scenario>, result: &'r RunResult) -> Self {
        let scenario = scenario.as_ref().clone();
        Self { program: Arc::new(lower(scenario.model())), scenario, result, threads: 0, on_progress: None }
    }

    setters! {
        threads;
        /// Calls back after every 64 trials or so, one call at a time. [`ControlFlow::Break`] stops it.
        on_progress(Progress);
    }

    /// Runs the groups.
    ///
    /// # Errors
    /// Where the result is of another scenario, a trial fails, or it was stopped.
    pub fn run(&self) -> Result<WidthsResult, RunError> {
        if self.result.scenario.digest != self.scenario.digest() {
            let message =
                "the result is of another scenario (its digest differs); name the one that it was made of";
            return Err(RunError::Merge(message.to_owned()));
        }
        let first = self.result.run.first_trial / GROUP * GROUP;
        let groups = self.result.run.trials.div_ceil(GROUP).max(LEAST_GROUPS);
        check_trials(first, groups.saturating_mul(GROUP))?;
        let parts = Part::all(self.scenario.model());
        let desk = Desk::new(Order {
            scenario: &self.scenario,
            first_trial: first,
            trials: groups * GROUP,
            on_progress: self.on_progress.as_deref(),
        });
        let work = || dispatch(VectorWidth::widest(), Work { widths: self, parts: &parts, desk: &desk });
        let answers = driver::on_threads(&desk, self.threads, work)?;
        if let Some(failed) = desk.failed() {
            return Err(self.error_of(failed.trial));
        }
        let answers = Answers::join(&answers);
        if answers.groups() < groups {
            return Err(RunError::Cancelled);
        }
        let fixed = fixed_values_of(self.scenario.model(), self.result);
        Ok(WidthsResult::of(self.result, &parts, &answers, groups, self.is_uncertain(), &fixed))
    }

    /// Whether any parameter or start is drawn.
    fn is_uncertain(&self) -> bool {
        let mut streams = self.program.streams.iter();
        streams.any(|name| name.starts_with("parameter/") || name.starts_with("start/"))
    }

    fn error_of(&self, trial: u64) -> RunError {
        let number = TrialNumber { outer: trial / GROUP * GROUP, inner: trial };
        let seed = self.result.run.seed;
        match reference::run_trial(&self.scenario, seed, number) {
            Err(error) => RunError::InVariant {
                variant: format!("a trial with the parameters and starts of trial {}", number.outer),
                error: Box::new(error),
            },
            Ok(_) => RunError::Disagreement { trial, seed },
        }
    }
}

impl fmt::Debug for Widths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Widths")
            .field("scenario", &self.scenario.model().id)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// One thread's share: block after block, eight groups each.
struct Work<'a> {
    widths: &'a Widths<'a>,
    parts: &'a [Part],
    desk: &'a Desk<'a>,
}

impl Job for Work<'_> {
    type Output = Answers;

    fn run<K: Kernel>(self, kernel: K) -> Answers {
        let Self { widths, parts, desk } = self;
        let mut answers = Answers::new(parts.len());
        let mut engine = Engine::new(kernel, &widths.program, widths.result.run.seed);
        while let Some((block, live)) = desk.next() {
            let first = block * LANES as u64;
            let outer = std::array::from_fn(|lane| (first + lane as u64) / GROUP * GROUP);
            match engine.run_block(block, live, Once { outer: Some(&outer), ..Once::default() }) {
                Ok(record) => {
                    answers.add(parts, record);
                    desk.done(record);
                }
                Err(trial) => desk.fail(Failed { trial, scenario: 0 }),
            }
        }
        answers
    }
}
