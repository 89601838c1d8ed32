//! What a scenario's answers are worth beside what happened, and beside forecasts that need no scenario: that all stays as
//! it was at the start, and how often such things came at other times.

mod calibration;
mod result;
mod summary;

use cordiale_core::calendar::Calendar;
pub use cordiale_core::hindcast::{BaseRate, Happened, Observation, Observed};
use cordiale_core::model::Model;

use crate::error::RunError;
use crate::num::math::{exp, ln};
use crate::result::{EventResult, LevelsResult, OutcomeResult, RunResult, VALUE_STABILITY, ValueResult};
use crate::stats::scores::{
    brier, brier_of_levels, crps, crps_of_time, log_score, ranked, with_half_a_trial,
};
use crate::stats::{Quantiles, wilson, words};
use crate::tally::Tally;
pub use calibration::{Band, Calibration, Coverage, InTheLarge, Reliability};
pub use result::{Asked, Beside, FORMAT, Forecast, HindcastResult, Question, Record, Scored, Scores, Status};
pub use summary::{BesideBaseRate, MeanScore, Summary};

/// Scores the answers of a run by what happened.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_core::{NoFiles, Observed, Resolver};
/// use cordiale_sim::Simulation;
/// use cordiale_sim::analysis::hindcast::{self, HindcastResult};
///
/// struct Here;
/// impl Resolver for Here {
///     fn world(&self, name: &str, _from: &str) -> Result<(String, String), String> {
///         let text = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///             .variable("heads", 0.0)
///             .rule("toss", Rule::new().chance(0.5).effect("heads += 1"))
///             .event("three", Event::when("heads == 3"))
///             .to_toml();
///         Ok((text, name.to_owned()))
///     }
/// }
///
/// let observed = Observed::from_toml(
///     "[hindcast]\nscenario = \"coin.toml\"\nuntil = 2024-12-31\n[observed.three]\nreached = false\n",
///     "tossed.toml",
///     &Here,
/// )?;
/// let tally = Simulation::new(observed.scenario())?.trials(10_000).tally()?;
/// let result = HindcastResult::of(vec![hindcast::score(&observed, &tally)?]);
/// let brier = result.summary.brier.ok_or("is scored")?;
/// assert!((brier.forecast - 0.125_f64.powi(2)).abs() < 0.003);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where the tally is of another scenario.
pub fn score(observed: &Observed, tally: &Tally) -> Result<Scored, RunError> {
    let scenario = observed.scenario();
    let RunResult { scenario: asked, run, outcomes, warnings, .. } = tally.result(scenario)?;
    let model = scenario.model();
    let questions = observed.observations().iter().filter_map(|observation| {
        let (name, outcome) = outcomes.iter().nth(observation.outcome.index())?;
        Some((name.to_owned(), question(model, observation, outcome, tally)))
    });
    let questions = questions.collect();
    Ok(Scored {
        id: observed.id().to_owned(),
        title: observed.title().map(str::to_owned),
        until: observed.until(),
        scenario: asked,
        run,
        questions,
        warnings: observed.warnings().messages().into_iter().chain(warnings).collect(),
    })
}

impl HindcastResult {
    /// The scores of one run or more, and what they come to together.
    #[must_use]
    pub fn of(hindcasts: Vec<Scored>) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            summary: Summary::of(&hindcasts),
            hindcasts,
        }
    }
}

fn question(model: &Model, observation: &Observation, outcome: &OutcomeResult, tally: &Tally) -> Question {
    let asked = &model.outcomes[observation.outcome.index()];
    let distribution = |step: u32| tally.distribution(observation.outcome.index(), step);
    let found = match outcome {
        OutcomeResult::Event(event) => of_event(event, observation, &model.calendar),
        OutcomeResult::Value(value) => of_value(value, observation, distribution),
        OutcomeResult::Levels(levels) => of_levels(levels, observation),
    };
    let status = match &found {
        _ if observation.is_void => Status::Void,
        None => Status::NoTrials,
        Some(_) if observation.is_settled => Status::Settled,
        Some(_) => Status::Open,
    };
    let (forecast, scores) = found.filter(|_| !observation.is_void).unzip();
    Question {
        kind: outcome.kind(),
        about: observation.about.clone().or_else(|| asked.about.clone()),
        given: outcome.given().map(str::to_owned),
        observed: Record::of(observation, outcome),
        asked: Asked { date: observation.date, step: observation.step },
        status,
        trials: outcome.trials(),
        forecast,
        scores,
    }
}

/// An event: whether it came by the date asked about, and when.
fn of_event(
    event: &EventResult,
    observation: &Observation,
    calendar: &Calendar,
) -> Option<(Forecast, Beside<Scores>)> {
    let counts = event.reached_by_step.get(..=observation.step as usize)?;
    let reached = *counts.last()?;
    let probability = wilson(reached, event.trials)?;
    let at = match observation.happened {
        Happened::Reached { step, in_time: true, .. } => Some(step),
        _ => None,
    };
    let happened = at.is_some();
    let of_path = |path: &[f64], log: f64| Scores {
        brier: path.last().map(|p| brier(*p, happened)),
        log: Some(log),
        crps: crps_of_time(path, at, calendar.dt()),
    };
    let share = |count: u64| count as f64 / event.trials as f64;
    let path: Vec<f64> = counts.iter().map(|count| share(*count)).collect();
    let sure = |p: f64| log_score(if happened { p } else { 1.0 - p });
    let of_trials = if happened { reached } else { event.trials - reached };
    // As at the start for ever after.
    let start = path.first().copied()?;
    let base_rate = observation.base_rate.as_ref().and_then(|base| {
        let hazard = hazard_of(base)?;
        let path: Vec<f64> =
            (0..=observation.step).map(|step| 1.0 - exp(-hazard * calendar.years(step))).collect();
        let log = sure(*path.last()?);
        Some(of_path(&path, log))
    });
    let scores = Beside {
        forecast: of_path(&path, log_score(with_half_a_trial(of_trials, event.trials, 2))),
        no_change: of_path(&vec![start; path.len()], sure(start)),
        base_rate,
    };
    Some((Forecast::Event { probability, words: words(&probability) }, scores))
}

/// The rate a year that a base rate of an event comes to.
fn hazard_of(base: &BaseRate) -> Option<f64> {
    match base {
        BaseRate::Hazard(hazard) => Some(*hazard),
        BaseRate::Chance { chance, years } => Some(-ln(1.0 - chance) / years),
        BaseRate::Values(_) | BaseRate::Levels(_) => None,
    }
}

/// A value: how far from it the distribution lay.
fn of_value<'t>(
    value: &ValueResult,
    observation: &Observation,
    distribution: impl Fn(u32) -> Option<&'t Quantiles>,
) -> Option<(Forecast, Beside<Scores>)> {
    let Happened::Value(observed) = observation.happened else { return None };
    let step = observation.step as usize;
    let of = |series: &[Option<f64>]| series.get(step).copied().flatten();
    let series = &value.by_step;
    let quantiles = distribution(observation.step)?;
    let (below, at) = quantiles.below_and_at(observed);
    let only = |crps: f64| Scores { brier: None, log: None, crps };
    let of_past = |base: &BaseRate| {
        let BaseRate::Values(past) = base else { return None };
        let mut past = past.clone();
        past.sort_by(f64::total_cmp);
        let count = past.len() as u64;
        crps(past.into_iter().map(|value| (value, 1)), count, observed).map(only)
    };
    let scores = Beside {
        forecast: only(quantiles.crps(observed)?),
        no_change: only(distribution(0)?.crps(observed)?),
        base_rate: observation.base_rate.as_ref().and_then(of_past),
    };
    let forecast = Forecast::Value {
        mean: of(&series.mean)?,
        q05: of(&series.q05)?,
        q25: of(&series.q25)?,
        q50: of(&series.q50)?,
        q75: of(&series.q75)?,
        q95: of(&series.q95)?,
        rank: (below as f64 + 0.5 * at as f64) / quantiles.count() as f64,
        tied: at as f64 / quantiles.count() as f64,
    };
    Some((forecast, scores))
}

/// Levels: which of them held.
fn of_levels(levels: &LevelsResult, observation: &Observation) -> Option<(Forecast, Beside<Scores>)> {
    let Happened::Level(held) = observation.happened else { return None };
    let counts = |step: usize| -> Option<Vec<u64>> {
        levels.by_step.iter().map(|(_, counts)| counts.get(step).copied()).collect()
    };
    let at = counts(observation.step as usize)?;
    let shares = |counts: &[u64]| -> Vec<f64> {
        counts.iter().map(|count| *count as f64 / levels.trials as f64).collect()
    };
    let of = |shares: &[f64], log: f64| Scores {
        brier: Some(brier_of_levels(shares, held)),
        log: Some(log),
        crps: ranked(shares, held),
    };
    let probabilities: Option<Vec<_>> = at.iter().map(|count| wilson(*count, levels.trials)).collect();
    let start = shares(&counts(0)?);
    let log = log_score(with_half_a_trial(*at.get(held)?, levels.trials, at.len()));
    let of_base = |base: &BaseRate| {
        let BaseRate::Levels(shares) = base else { return None };
        Some(of(shares, log_score(*shares.get(held)?)))
    };
    let scores = Beside {
        forecast: of(&shares(&at), log),
        no_change: of(&start, log_score(*start.get(held)?)),
        base_rate: observation.base_rate.as_ref().and_then(of_base),
    };
    let names = levels.levels.iter().cloned();
    Some((Forecast::Levels { shares: names.zip(probabilities?).collect() }, scores))
}
