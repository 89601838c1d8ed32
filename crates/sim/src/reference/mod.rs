//! The reference interpreter: one trial at a time, written to be read beside the page on what a run means.
//!
//! It is the yardstick for the engine that runs blocks of trials, and it serves whoever watches a single one. It looks
//! up nothing by name and keeps to the order of the page: the start, then for each step the rules, the drift, the effects
//! together, the observation.

mod evaluate;
mod observe;
mod rules;
mod streams;

use cordiale_core::Scenario;
use cordiale_core::model::{DecayRate, ExprId, Model, ParameterId, Toward};

use crate::error::{EvaluationError, Problem, RunError, file, flags};
use crate::num::math::exp;
use crate::record::{InstanceRecord, TrialRecord};

pub(crate) use evaluate::{Evaluation, Fault, InTrial, Situation};
pub(crate) use observe::{Observer, level_of};
pub(crate) use rules::{Chance, Firing, Notes, StepLog, may_fire};
pub(crate) use streams::Streams;

/// The number of a trial: one for parameters and starts, one for everything else. They are equal but in nested designs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialNumber {
    /// For parameters and starts.
    pub outer: u64,
    /// For firings, branches, effects and drift.
    pub inner: u64,
}

impl From<u64> for TrialNumber {
    fn from(number: u64) -> Self {
        Self { outer: number, inner: number }
    }
}

/// How a value drifts in this trial: `drifted = toward + (x - toward) * a + sd * N`.
#[derive(Clone, Copy, Debug, Default)]
struct Drift {
    /// `toward` and `a`, where the value decays.
    decay: Option<(f64, f64)>,
    /// `sd`, where the value is noisy.
    sd: Option<f64>,
}

/// What an instance, or a branch of one, remembers of its firings.
#[derive(Clone, Copy, Debug, Default)]
struct Past {
    count: u64,
    last: Option<u32>,
}

/// A trial at the start of a step.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'m> {
    pub(crate) model: &'m Model,
    scenario: &'m Scenario,
    seed: u64,
    number: TrialNumber,
    pub(crate) step: u32,
    pub(crate) parameters: Vec<f64>,
    /// The state at step 0, for `start(x)` and what decays toward its start.
    pub(crate) started: Vec<f64>,
    pub(crate) state: Vec<f64>,
    drifts: Vec<Drift>,
    past: Vec<(Past, Vec<Past>)>,
    pub(crate) records: Vec<InstanceRecord>,
}

impl<'m> Walk<'m> {
    /// Draws parameters and starts: the trial at step 0.
    pub(crate) fn new(
        scenario: &'m Scenario,
        streams: &Streams,
        number: TrialNumber,
    ) -> Result<Self, RunError> {
        let model = scenario.model();
        let branches = |instance: &cordiale_core::model::RuleInstance| instance.branches.len();
        let mut walk = Self {
            model,
            scenario,
            seed: streams.seed,
            number,
            step: 0,
            parameters: Vec::with_capacity(model.parameters.len()),
            started: Vec::new(),
            state: Vec::new(),
            drifts: Vec::with_capacity(model.slots.len()),
            past: model
                .instances
                .iter()
                .map(|i| (Past::default(), vec![Past::default(); branches(i)]))
                .collect(),
            records: model
                .instances
                .iter()
                .map(|i| InstanceRecord {
                    branches: vec![Default::default(); branches(i)],
                    ..Default::default()
                })
                .collect(),
        };
        walk.draw_parameters(streams)?;
        walk.draw_starts(streams)?;
        walk.settle_drifts(streams)?;
        Ok(walk)
    }

    /// Point 1: parameters, each after those that it uses.
    fn draw_parameters(&mut self, streams: &Streams) -> Result<(), RunError> {
        for parameter in &self.model.parameters {
            let value = self.before_step_0(streams, parameter.value);
            let value =
                value.map_err(|fault| self.error(fault, &format!("parameter `{}`", parameter.name)))?;
            self.parameters.push(value);
        }
        Ok(())
    }

    /// Point 1: starts, which know parameters and no other start; clamped to their range.
    fn draw_starts(&mut self, streams: &Streams) -> Result<(), RunError> {
        for slot in &self.model.slots {
            let value = self.before_step_0(streams, slot.start);
            let value = value.and_then(|value| finite(clamp(value, slot.range), slot.start, "the start"));
            self.state
                .push(value.map_err(|fault| self.error(fault, &format!("the start of `{}`", slot.name)))?);
        }
        self.started = self.state.clone();
        Ok(())
    }

    /// What decay and volatility come to in this trial.
    fn settle_drifts(&mut self, streams: &Streams) -> Result<(), RunError> {
        let dt = self.model.calendar.dt();
        for (place, slot) in self.model.slots.iter().enumerate() {
            let owner = || format!("the drift of `{}`", slot.name);
            let settled =
                |expr: ExprId| self.before_step_0(streams, expr).map_err(|fault| self.error(fault, &owner()));
            let not_negative = |expr: ExprId, what: &'static str| {
                let value = settled(expr)?;
                if value < 0.0 {
                    let fault = Fault { expr, problem: Problem::Negative { what, value } };
                    return Err(self.error(fault, &owner()));
                }
                Ok(value)
            };
            let rate = match slot.decay.map(|decay| decay.rate) {
                Some(DecayRate::HalfLife(years)) => {
                    Some((std::f64::consts::LN_2 / years, std::f64::consts::LN_2 * dt / years))
                }
                Some(DecayRate::Rate(expr)) => {
                    let rate = not_negative(expr, "the rate of decay")?;
                    Some((rate, rate * dt))
                }
                None => None,
            };
            let mut drift = Drift::default();
            let rate = rate.filter(|(rate, _)| *rate > 0.0);
            let a = rate.map_or(1.0, |(_, exponent)| exp(-exponent));
            if let (Some(decay), Some(_)) = (slot.decay, rate) {
                let toward = match decay.toward {
                    Toward::Start => self.started[place],
                    Toward::Value(expr) => settled(expr)?,
                };
                drift.decay = Some((toward, a));
            }
            if let Some(expr) = slot.volatility {
                let volatility = not_negative(expr, "the volatility")?;
                drift.sd = Some(match rate {
                    Some((rate, _)) => volatility * ((1.0 - a * a) / (2.0 * rate)).sqrt(),
                    None => volatility * dt.sqrt(),
                });
            }
            self.drifts.push(drift);
        }
        Ok(())
    }

    /// A number that is settled before step 0, from numbers, draws and the parameters so far.
    fn before_step_0(&self, streams: &Streams, expr: ExprId) -> Result<f64, Fault> {
        Evaluation::before_step_0(&InTrial { walk: self, streams }).number(expr)
    }

    /// Whose mistake it is, and where.
    pub(crate) fn error(&self, fault: Fault, owner: &str) -> RunError {
        let (span, sources) = (self.model.exprs.span(fault.expr), self.scenario.sources());
        RunError::Evaluation(Box::new(EvaluationError {
            problem: fault.problem,
            owner: owner.to_owned(),
            expression: sources.snippet(span).to_owned(),
            place: sources.place(span),
            trial: self.number.inner,
            step: self.step,
            date: self.model.calendar.date_of(self.step),
            seed: self.seed,
            file: file(self.scenario),
            flags: flags(self.scenario),
        }))
    }

    /// A parameter of this trial.
    pub(crate) fn parameter(&self, id: ParameterId) -> f64 {
        self.parameters.get(id.index()).copied().unwrap_or(f64::NAN)
    }
}

/// Runs one trial to its end.
///
/// # Errors
/// What stops it, with the place.
pub fn run_trial(scenario: &Scenario, seed: u64, number: TrialNumber) -> Result<TrialRecord, RunError> {
    run_with(scenario, &Streams::new(scenario.model(), seed), number)
}

/// Runs one trial to its end, with uniforms in place of what some streams draw for parameters and starts.
pub(crate) fn run_at(
    scenario: &Scenario,
    seed: u64,
    number: TrialNumber,
    uniforms: &[(&str, f64)],
) -> Result<TrialRecord, RunError> {
    run_with(scenario, &Streams::at(scenario.model(), seed, uniforms), number)
}

/// Runs one trial to its end, with streams made before.
pub(crate) fn run_with(
    scenario: &Scenario,
    streams: &Streams,
    number: TrialNumber,
) -> Result<TrialRecord, RunError> {
    let mut walk = Walk::new(scenario, streams, number)?;
    let mut observer = Observer::new(walk.model);
    observer.observe(&walk, streams)?;
    for _ in 0..walk.model.calendar.steps() {
        walk.advance(streams)?;
        observer.observe(&walk, streams)?;
    }
    Ok(TrialRecord { outcomes: observer.tracks, instances: walk.records })
}

/// A value, or that it is infinite.
pub(crate) fn finite(value: f64, expr: ExprId, what: &'static str) -> Result<f64, Fault> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Fault { expr, problem: Problem::Infinite { what, value } })
    }
}

/// A value kept within its range.
pub(crate) fn clamp(value: f64, (low, high): (f64, f64)) -> f64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}
