//! A scenario with some of its inputs set, run as any other: what every point of a sweep is.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cordiale_core::{Report, Scenario};

use super::alike::fixed_values_of;
use crate::error::RunError;
use crate::result::RunResult;
use crate::simulation::{Progress, Simulation};

/// Why a sweep or a search for a threshold came to no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// What is wrong with the scenario at a point, as the loader found it.
    #[error("{0}")]
    Scenario(Box<Report>),
    /// A run failed.
    #[error("{0}")]
    Run(#[from] RunError),
    /// What was asked cannot be done; said in a sentence with what to do.
    #[error("{0}")]
    Design(String),
}

impl From<Report> for SweepError {
    fn from(report: Report) -> Self {
        Self::Scenario(Box::new(report))
    }
}

/// How far a sweep or a search is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PointProgress {
    /// The point that is run, from 0.
    pub point: u64,
    /// How many points there are; of a search, the most that there can be.
    pub points: u64,
    /// How far its run is.
    pub run: Progress,
}

pub(super) type OnPoint = dyn Fn(&PointProgress) -> ControlFlow<()> + Send + Sync;

/// How every point is run: on the same random numbers.
#[derive(Clone)]
pub(super) struct Manner {
    pub(super) trials: u64,
    pub(super) seed: u64,
    pub(super) threads: usize,
    pub(super) on_progress: Option<Arc<OnPoint>>,
}

impl Manner {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let model = scenario.model();
        Self { trials: model.trials, seed: model.seed, threads: 0, on_progress: None }
    }

    /// Runs one point of so many; and of each outcome whether all trials there have to be alike. An error tells what was
    /// set, and how to see it again.
    pub(super) fn run(
        &self,
        scenario: &Scenario,
        set: &[(String, String)],
        (point, points): (u64, u64),
    ) -> Result<(RunResult, Vec<bool>), SweepError> {
        let mut simulation =
            Simulation::new(scenario)?.trials(self.trials).seed(self.seed).threads(self.threads);
        let stopped = Arc::new(AtomicBool::new(false));
        if let Some(callback) = self.on_progress.clone() {
            let stopped = stopped.clone();
            simulation = simulation.on_progress(move |run| {
                let flow = callback(&PointProgress { point, points, run: run.clone() });
                stopped.fetch_or(flow.is_break(), Ordering::Relaxed);
                flow
            });
        }
        let result = simulation.run().map_err(|error| at_point(error, scenario, set))?;
        // A point that was cut short is none: its neighbours have all trials. And one that was stopped in its last block
        // is the last.
        if result.run.partial || stopped.load(Ordering::Relaxed) {
            return Err(RunError::Cancelled.into());
        }
        let fixed = fixed_values_of(scenario.model(), &result);
        Ok((result, fixed))
    }
}

fn at_point(error: RunError, scenario: &Scenario, set: &[(String, String)]) -> RunError {
    if matches!(error, RunError::Cancelled) {
        return error;
    }
    let told: Vec<String> = set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let variant = scenario.variant_name();
    let place = match (told.is_empty(), variant) {
        (true, Some(variant)) => format!("variant `{variant}`"),
        (false, Some(variant)) => format!("variant `{variant}` with {}", told.join(", ")),
        (true, None) => return error,
        (false, None) => format!("the point {}", told.join(", ")),
    };
    RunError::InVariant { variant: place, error: Box::new(error) }
}

/// The scenario with these things set.
pub(super) fn with_set(scenario: &Scenario, set: &[(String, String)]) -> Result<Scenario, Report> {
    let settings: Vec<(&str, &str)> =
        set.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if settings.is_empty() { Ok(scenario.clone()) } else { scenario.with_settings(&settings) }
}

/// What a run found to be suspect beyond what is so in the file.
pub(super) fn new_warnings(scenario: &Scenario, result: &RunResult) -> Vec<String> {
    let known = scenario.warnings().diagnostics().len();
    result.warnings.iter().skip(known).cloned().collect()
}
