//! A scenario against changed forms of it, on the same random numbers.
//!
//! Every block of trials is run for all of them at once, and what is kept are pairs: the answers of one trial in the
//! baseline and in the variant. A draw depends on the seed, the trial and its own name alone, so both see the same
//! chance wherever they ask the same thing, and their difference is that of the change.

mod plan;
mod report;
mod result;
mod tally;

use std::fmt;
use std::sync::Arc;

use cordiale_core::Scenario;

use crate::engine::{Engine, Once, Remembered};
use crate::error::RunError;
use crate::lower::lower;
use crate::program::Program;
use crate::result::LookupError;
use crate::simd::{Job, Kernel, VectorWidth, dispatch};
use crate::simulation::driver::{self, Desk, Failed, Order};
use crate::simulation::{OnProgress, Progress, check_trials};
use plan::Plan;
pub use result::{
    Answer, Arm, Baseline, CompareResult, Contrast, FORMAT, Flips, LevelsContrast, Moves, OutcomeContrast,
    Series, VariantResult,
};
use tally::Tally;

/// A baseline and its variants, ready to be run on the same random numbers.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Comparison;
///
/// let coin = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///     .parameter("luck", 0.5)
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance("luck").effect("heads += 1"))
///     .event("three", Event::when("heads == 3"))
///     .build()?;
/// let bent = coin.with_settings(&[("luck", "0.6")])?;
/// let result = Comparison::new(&coin)?.variant("bent", &bent).trials(10_000).seed(7).run()?;
/// let three = result.variant("bent")?.event("three")?;
/// // A higher chance loses no toss that the lower one won.
/// assert_eq!(three.changed.flipped_to_no, 0);
/// assert!(three.difference.is_some_and(|difference| difference.low > 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Comparison {
    baseline: Ready,
    variants: Vec<(String, Ready)>,
    outcomes: Vec<String>,
    trials: u64,
    seed: u64,
    threads: usize,
    on_progress: Option<Arc<OnProgress>>,
}

/// A scenario that can be run.
#[derive(Clone)]
struct Ready {
    scenario: Scenario,
    program: Arc<Program>,
}

impl Ready {
    fn new(scenario: &Scenario) -> Self {
        Self { scenario: scenario.clone(), program: Arc::new(lower(scenario.model())) }
    }
}

impl Comparison {
    /// Prepares a baseline, to be run with its own number of trials and seed, on all threads that the machine has.
    ///
    /// # Errors
    /// None today.
    pub fn new(baseline: &impl AsRef<Scenario>) -> Result<Self, RunError> {
        let baseline = Ready::new(baseline.as_ref());
        let model = baseline.scenario.model();
        Ok(Self {
            variants: Vec::new(),
            outcomes: Vec::new(),
            trials: model.trials,
            seed: model.seed,
            threads: 0,
            on_progress: None,
            baseline,
        })
    }

    /// Adds what the baseline is compared with, under a name of its own: a variant of it, the same with something set
    /// to another value, or any other scenario. It is run with the baseline's seed and trials.
    #[must_use]
    pub fn variant(mut self, name: &str, scenario: &impl AsRef<Scenario>) -> Self {
        self.variants.push((name.to_owned(), Ready::new(scenario.as_ref())));
        self
    }

    /// Compares this outcome; may be repeated. Without it all are compared.
    #[must_use]
    pub fn outcome(mut self, name: &str) -> Self {
        self.outcomes.push(name.to_owned());
        self
    }

    setters! {
        /// How many trials to run of each, 1 or more.
        trials;
        /// The seed of all random draws, of baseline and variants alike.
        seed;
        threads;
        /// Calls back after every 64 trials or so, each run in the baseline and in all variants, one call at a time;
        /// the event that is told of is the baseline's. [`ControlFlow::Break`] stops the run once the blocks in flight
        /// are done; what was finished is then a partial result.
        on_progress(Progress);
    }

    /// Runs the trials.
    ///
    /// # Errors
    /// Where there is no variant, two have one name, an outcome that was asked for does not exist or there are no
    /// trials; where a trial fails (of several the lowest is told, with the variant that it fails in); and where the
    /// run was stopped before any trial was done.
    pub fn run(&self) -> Result<CompareResult, RunError> {
        check_trials(0, self.trials)?;
        self.check_names()?;
        let plans: Vec<Plan> = self.variants.iter().map(|(name, ready)| self.plan(name, ready)).collect();
        let desk = Desk::new(Order {
            scenario: &self.baseline.scenario,
            first_trial: 0,
            trials: self.trials,
            on_progress: self.on_progress.as_deref(),
        });
        let work = || dispatch(VectorWidth::widest(), Work { comparison: self, plans: &plans, desk: &desk });
        let tallies = driver::on_threads(&desk, self.threads, work)?;
        if let Some(failed) = desk.failed() {
            return Err(self.error_of(failed));
        }
        let mut all = Tally::new(&plans);
        tallies.iter().for_each(|tally| all.merge(tally));
        if all.trials == 0 {
            return Err(RunError::Cancelled);
        }
        Ok(self.result(&plans, &all))
    }

    fn plan(&self, name: &str, ready: &Ready) -> Plan {
        Plan::new(self.baseline.scenario.model(), ready.scenario.model(), name, &self.outcomes)
    }

    fn check_names(&self) -> Result<(), RunError> {
        if self.variants.is_empty() {
            let message = "there is nothing to compare the baseline with; add a variant";
            return Err(RunError::Comparison(message.to_owned()));
        }
        for (place, (name, _)) in self.variants.iter().enumerate() {
            if self.variants[..place].iter().any(|(other, _)| other == name) {
                return Err(RunError::Comparison(format!(
                    "variant `{name}` is given twice; give each once, under a name of its own"
                )));
            }
        }
        let model = self.baseline.scenario.model();
        match self.outcomes.iter().find(|name| model.outcome(name).is_none()) {
            None => Ok(()),
            Some(name) => {
                let known = model.outcomes.iter().map(|outcome| outcome.name.as_str());
                Err(RunError::Comparison(LookupError::unknown(name, "outcome", known).to_string()))
            }
        }
    }

    fn error_of(&self, failed: Failed) -> RunError {
        let variant = failed.scenario.checked_sub(1).and_then(|place| self.variants.get(place));
        let scenario = variant.map_or(&self.baseline.scenario, |(_, ready)| &ready.scenario);
        let error = driver::error_of(scenario, self.seed, failed.trial);
        let Some((name, _)) = variant else { return error };
        RunError::InVariant { variant: format!("variant `{name}`"), error: Box::new(error) }
    }
}

impl fmt::Debug for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comparison")
            .field("scenario", &self.baseline.scenario.model().id)
            .field("variants", &self.variants.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("trials", &self.trials)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// One thread's share: block after block, each in the baseline and in every variant.
struct Work<'a> {
    comparison: &'a Comparison,
    plans: &'a [Plan],
    desk: &'a Desk<'a>,
}

impl Job for Work<'_> {
    type Output = Tally;

    fn run<K: Kernel>(self, kernel: K) -> Tally {
        let Self { comparison, plans, desk } = self;
        let mut tally = Tally::new(plans);
        let mut baseline = Engine::new(kernel, &comparison.baseline.program, comparison.seed);
        let mut variants: Vec<Engine<'_, K>> = comparison
            .variants
            .iter()
            .map(|(_, ready)| Engine::new(kernel, &ready.program, comparison.seed))
            .collect();
        let remembered = Remembered::default();
        let once = Once::remembering(&remembered);
        while let Some((block, live)) = desk.next() {
            let mut failed: Option<Failed> = None;
            let mut fail = |trial, scenario| {
                let this = Failed { trial, scenario };
                failed = Some(failed.map_or(this, |lowest| lowest.min(this)));
            };
            let base = baseline.run_block(block, live, once).map_err(|trial| fail(trial, 0)).ok();
            for (place, engine) in variants.iter_mut().enumerate() {
                match (base, engine.run_block(block, live, once)) {
                    (Some(base), Ok(record)) => {
                        tally.add(place, &plans[place], base, record);
                        tally.out_of_bounds[place + 1].note(record);
                    }
                    (None, Ok(_)) => {}
                    (_, Err(trial)) => fail(trial, place + 1),
                }
            }
            match (failed, base) {
                (Some(failed), _) => desk.fail(failed),
                (None, Some(base)) => {
                    tally.trials += u64::from(live.count_ones());
                    tally.out_of_bounds[0].note(base);
                    desk.done(base);
                }
                // Never so: without a record there is a failure.
                (None, None) => {}
            }
        }
        tally
    }
}
