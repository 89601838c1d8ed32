//! What a run found: the one result that every renderer reads, `cordiale.result/1`.
//!
//! Serialised it is the JSON that the manual documents, byte for byte the same for the same scenario, seed and
//! version on any number of threads. It holds no time, host, path or thread count.

mod lookup;
mod method;
mod named;

use std::fmt;

use cordiale_core::Scenario;
use cordiale_core::calendar::Date;
use serde::{Serialize, Serializer};

pub use lookup::LookupError;
pub use method::{Exact, Method, MonteCarlo};
pub use named::Named;

use crate::analysis::stopping::Stopping;
use crate::analysis::widths::WidthsResult;
use crate::record::Clamps;
use crate::stats::{Histogram, Probability, quantile_ranks};

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.result/1";
/// The version of the random layout and of every distribution's method; see the manual.
pub const VALUE_STABILITY: u32 = 1;

/// The result of an exact run: probabilities in place of counts, no trials, no intervals.
pub type ExactResult = RunResult<Exact>;

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RunResult<M: Method = MonteCarlo> {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// [`VALUE_STABILITY`]: results of equal numbers agree to the last bit.
    pub value_stability: u32,
    /// What was run.
    pub scenario: ScenarioInfo,
    /// How it was run.
    pub run: RunInfo<M>,
    /// The answers, in the order of the file.
    pub outcomes: Named<OutcomeResult<M>>,
    /// How often each rule fired, by name; its branches follow it as `rule.branch`.
    pub rules: Named<RuleResult<M>>,
    /// What is legal and suspect, found at loading and while running.
    pub warnings: Vec<String>,
    /// What the question came to that ended the run, if there was one. The intervals above would be 95% had the number of
    /// trials been fixed beforehand; those in here are, although it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopping: Option<Stopping>,
    /// What of each answer is sampling, what is not known, and what is chance, where somebody has
    /// [asked](crate::analysis::widths) and put it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widths: Option<WidthsResult>,
}

/// The scenario that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScenarioInfo {
    /// Its id, the stem of its file.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it asks.
    pub question: Option<String>,
    /// The id of its world, if it extends one.
    pub world: Option<String>,
    /// 64 hexadecimal digits that stand for the resolved scenario.
    pub digest: String,
}

/// How it was run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunInfo<M: Method = MonteCarlo> {
    /// The variant, if it is not the baseline.
    pub variant: Option<String>,
    /// What was set over the file: name and text, in order; of a name set twice, the later.
    pub set: Named<String>,
    /// The seed.
    pub seed: u64,
    /// How the numbers came to be: `monte_carlo` or `exact`.
    pub method: &'static str,
    /// How many trials there are.
    pub trials: M::Trials,
    /// The number of the first.
    pub first_trial: u64,
    /// The date of step 0.
    #[serde(serialize_with = "as_text")]
    pub start: Date,
    /// The unit of a step: `day`, `week`, `month`, `quarter` or `year`.
    pub step: &'static str,
    /// How many steps there are; observations run from 0 to this.
    pub steps: u32,
    /// Whether the run was cut short. Even then the trials have no gap.
    pub partial: bool,
}

impl ScenarioInfo {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let model = scenario.model();
        Self {
            id: model.id.clone(),
            title: model.title.clone(),
            question: model.question.clone(),
            world: model.world.clone(),
            digest: scenario.digest().to_owned(),
        }
    }
}

impl<M: Method> RunInfo<M> {
    pub(crate) fn of(scenario: &Scenario, seed: u64, trials: M::Trials, first_trial: u64) -> Self {
        let calendar = &scenario.model().calendar;
        Self {
            variant: scenario.variant_name().map(str::to_owned),
            set: scenario.settings().iter().cloned().collect(),
            seed,
            method: M::NAME,
            trials,
            first_trial,
            start: calendar.start(),
            step: calendar.unit().name(),
            steps: calendar.steps(),
            partial: false,
        }
    }
}

/// The answer to one outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a result has a few, and a box would be in every reader's way")]
pub enum OutcomeResult<M: Method = MonteCarlo> {
    /// Has it happened?
    Event(EventResult<M>),
    /// A number's distribution.
    Value(ValueResult<M>),
    /// Which level holds?
    Levels(LevelsResult<M>),
}

impl<M: Method> OutcomeResult<M> {
    /// As files spell it: `event`, `value` or `levels`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Value(_) => "value",
            Self::Levels(_) => "levels",
        }
    }

    /// The trials that count: all of them, or those in which the given event was reached.
    #[must_use]
    pub fn trials(&self) -> M::Trials {
        match self {
            Self::Event(event) => event.trials,
            Self::Value(value) => value.trials,
            Self::Levels(levels) => levels.trials,
        }
    }

    /// The deadline, where it has one of its own.
    #[must_use]
    pub fn by(&self) -> Option<By> {
        match self {
            Self::Event(event) => event.by,
            Self::Value(value) => value.by,
            Self::Levels(levels) => levels.by,
        }
    }

    /// The event that it is conditional on.
    #[must_use]
    pub fn given(&self) -> Option<&str> {
        match self {
            Self::Event(event) => event.given.as_deref(),
            Self::Value(value) => value.given.as_deref(),
            Self::Levels(levels) => levels.given.as_deref(),
        }
    }
}

/// Whether, how likely and when something happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventResult<M: Method = MonteCarlo> {
    /// In how many trials it was reached by its deadline.
    pub reached: M::Count,
    /// Of how many.
    pub trials: M::Trials,
    /// The share as an estimate of the probability.
    pub probability: Estimate,
    /// The probability in words of estimative probability; none without an estimate.
    pub words: Option<String>,
    /// How many trials had reached it at each observation, 0 to the horizon.
    pub reached_by_step: Vec<M::Count>,
    /// In how many trials it held at each observation.
    pub holding_by_step: Vec<M::Count>,
    /// When it was first reached, to its deadline.
    pub first_step: FirstStep<M>,
    /// The deadline, where it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// The same at the horizon, where it has a deadline of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_horizon: Option<AtHorizon<M>>,
    /// The event that it is conditional on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
}

/// A share of trials as an estimate of a probability; nothing where there were no trials, as when a `given` event
/// was never reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Estimate(pub Option<Probability>);

impl Estimate {
    /// The share, in [0, 1].
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.0.map(|p| p.estimate)
    }

    /// The ends of its interval, low and high, each in [0, 1].
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.0.map(|p| (p.low, p.high))
    }
}

/// As in `48.7% [47.7, 49.7]`, or `no estimate`.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(probability) => probability.fmt(f),
            None => f.pad("no estimate"),
        }
    }
}

impl<M: Method> EventResult<M> {
    /// Between which observations the q-quantile of the time to the event lies with at least 95% confidence, q in (0, 1):
    /// order statistics, those that never reached it counted as later than all (W. R. Thompson 1936, see
    /// [`quantile_ranks`]). `None` for an end that lies beyond the deadline, or that too few trials bound; for both of an
    /// exact answer.
    #[must_use]
    pub fn first_step_interval(&self, q: f64) -> [Option<u32>; 2] {
        let (low, high) = M::trials(self.trials).map_or((None, None), |trials| quantile_ranks(trials, q));
        let deadline = self.by.map_or(usize::MAX, |by| by.step as usize);
        let step_of = |rank: u64| {
            let mut reached = self.reached_by_step.iter().take(deadline.saturating_add(1));
            let step = reached.position(|count| M::size(*count) >= rank as f64)?;
            u32::try_from(step).ok()
        };
        [low.and_then(step_of), high.and_then(step_of)]
    }
}

/// Quantiles of the step at which something is first reached, over all trials: none where the quantile lies among
/// those that never reached it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FirstStep<M: Method = MonteCarlo> {
    /// 5% had reached it by this observation.
    pub q05: Option<u32>,
    /// 25%.
    pub q25: Option<u32>,
    /// Half.
    pub median: Option<u32>,
    /// 75%.
    pub q75: Option<u32>,
    /// 95%.
    pub q95: Option<u32>,
    /// How many trials never reached it.
    pub censored: M::Count,
}

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct By {
    /// The date.
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    /// The step that holds it.
    pub step: u32,
}

/// An event with a deadline, seen from the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AtHorizon<M: Method = MonteCarlo> {
    /// In how many trials it was reached by the horizon.
    pub reached: M::Count,
    /// The share as an estimate of the probability.
    pub probability: Estimate,
}

/// A number's distribution over trials.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueResult<M: Method = MonteCarlo> {
    /// At its deadline; none where there are no trials.
    #[serde(rename = "final")]
    pub at_end: Option<ValueSummary<M>>,
    /// At each observation.
    pub by_step: ValueSeries,
    /// The trials that count.
    pub trials: M::Trials,
    /// The deadline, where it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// The event that it is conditional on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
}

/// A distribution in figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueSummary<M: Method = MonteCarlo> {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, divided by n.
    pub sd: f64,
    /// The Monte Carlo standard error of the mean.
    pub mcse: f64,
    /// The 5% quantile.
    pub q05: f64,
    /// The 25% quantile.
    pub q25: f64,
    /// The median.
    pub q50: f64,
    /// The 75% quantile.
    pub q75: f64,
    /// The 95% quantile.
    pub q95: f64,
    /// A 95% interval of each quantile.
    pub intervals: QuantileIntervals,
    /// How the trials are spread.
    pub histogram: Histogram<M::Count>,
}

/// 95% intervals of quantiles, low and high; an end is none where the trials are too few to bound it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QuantileIntervals {
    /// Of the 5% quantile.
    pub q05: [Option<f64>; 2],
    /// Of the 25% quantile.
    pub q25: [Option<f64>; 2],
    /// Of the median.
    pub q50: [Option<f64>; 2],
    /// Of the 75% quantile.
    pub q75: [Option<f64>; 2],
    /// Of the 95% quantile.
    pub q95: [Option<f64>; 2],
}

/// A distribution at each observation, 0 to the horizon; entries are none where there are no trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ValueSeries {
    /// The means.
    pub mean: Vec<Option<f64>>,
    /// The standard deviations.
    pub sd: Vec<Option<f64>>,
    /// The Monte Carlo standard errors of the means.
    pub mcse: Vec<Option<f64>>,
    /// The 5% quantiles.
    pub q05: Vec<Option<f64>>,
    /// The 25% quantiles.
    pub q25: Vec<Option<f64>>,
    /// The medians.
    pub q50: Vec<Option<f64>>,
    /// The 75% quantiles.
    pub q75: Vec<Option<f64>>,
    /// The 95% quantiles.
    pub q95: Vec<Option<f64>>,
}

/// How many trials stand in each level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LevelsResult<M: Method = MonteCarlo> {
    /// The names of the levels, in order.
    pub levels: Vec<String>,
    /// The trials that count.
    pub trials: M::Trials,
    /// At its deadline.
    #[serde(rename = "final")]
    pub at_end: Named<LevelShare<M>>,
    /// How many trials stand in each at each observation, 0 to the horizon.
    pub by_step: Named<Vec<M::Count>>,
    /// The deadline, where it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// The event that it is conditional on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
}

/// The trials that stand in one level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LevelShare<M: Method = MonteCarlo> {
    /// How many.
    pub count: M::Count,
    /// The share as an estimate of the probability.
    pub probability: Estimate,
}

/// What became of a rule (all of its instances together), or of one of its branches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RuleResult<M: Method = MonteCarlo> {
    /// How many instances it has.
    pub instances: u64,
    /// In how many trials it fired at all.
    pub trials_fired: M::Trials,
    /// How often it fired in a trial, on average; none where there are no trials.
    pub mean_fires: Option<f64>,
    /// The step by which it had fired in half of the trials; none where it had not.
    pub first_step_median: Option<u32>,
    /// Chances outside [0, 1], hazards below 0 and branch weights below 0 that were clamped.
    pub clamped: Excess<M>,
    /// Hazards above 0.5 / dt, where a step loses events.
    pub fast_hazard: Excess<M>,
}

/// How often something was out of bounds (once an instance, step and trial), and how far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Excess<M: Method = MonteCarlo> {
    /// How often; none of a rule that an exact answer left out.
    pub count: M::Times,
    /// The value farthest outside; none where there was none.
    pub worst: Option<f64>,
}

impl From<Clamps> for Excess {
    fn from(Clamps { count, worst }: Clamps) -> Self {
        Self { count, worst }
    }
}

impl<M: Method> RunResult<M> {
    /// The event outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn event(&self, name: &str) -> Result<&EventResult<M>, LookupError> {
        match self.outcome(name, "event")? {
            OutcomeResult::Event(event) => Ok(event),
            other => Err(LookupError::kind(name, "event", other.kind())),
        }
    }

    /// The value outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn value(&self, name: &str) -> Result<&ValueResult<M>, LookupError> {
        match self.outcome(name, "value")? {
            OutcomeResult::Value(value) => Ok(value),
            other => Err(LookupError::kind(name, "value", other.kind())),
        }
    }

    /// The levels outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn levels(&self, name: &str) -> Result<&LevelsResult<M>, LookupError> {
        match self.outcome(name, "levels")? {
            OutcomeResult::Levels(levels) => Ok(levels),
            other => Err(LookupError::kind(name, "levels", other.kind())),
        }
    }

    /// The rule of this name, or the branch `rule.branch`.
    ///
    /// # Errors
    /// Where there is no such rule or branch.
    pub fn rule(&self, name: &str) -> Result<&RuleResult<M>, LookupError> {
        self.rules.get(name).ok_or_else(|| LookupError::unknown(name, "rule", self.rules.names()))
    }

    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings and numbers finite or null, so there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn outcome(&self, name: &str, wanted: &'static str) -> Result<&OutcomeResult<M>, LookupError> {
        self.outcomes.get(name).ok_or_else(|| {
            let of_kind = self.outcomes.iter().filter(|(_, outcome)| outcome.kind() == wanted);
            LookupError::unknown(name, wanted, of_kind.map(|(name, _)| name))
        })
    }
}

/// A date as a text.
pub(crate) fn as_text<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}
