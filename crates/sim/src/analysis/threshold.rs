//! At which value of an input an outcome crosses a level, and how sure that is.
//!
//! Every value that is tried is a run of the same trials with the same seed. So of an outcome that only rises with the
//! input not one trial is lost between two values, and the estimate crosses the level once. How sure the crossing is
//! follows from the intervals of the runs: a value is ruled out where the outcome's own 95% interval there leaves the
//! level out, and what is not ruled out is the interval of the crossing (a confidence set by inverting tests, J. Neyman
//! 1937). It holds the true crossing in at least 95 of 100 searches, whatever the shape of the curve.

mod range;
mod result;
mod search;

use std::fmt;
use std::str::FromStr;

use cordiale_core::{ParseError, Scenario};

use super::point::{Manner, with_set};
use super::sweep::{Answer, PointProgress, SweepError, number_text, plain_number};
use crate::result::{LookupError, RunInfo, ScenarioInfo, VALUE_STABILITY};
use crate::simulation::check_trials;
pub use result::{Crossing, FORMAT, Reversal, Side, ThresholdResult, Tried, Verdict};
use search::{MOST_TRIED, Search};

/// The search ends where the crossing is known to this share of the range.
const TOLERANCE: f64 = 1e-3;

/// What is to cross which level.
///
/// ```
/// use cordiale_sim::analysis::threshold::Goal;
///
/// let goal: Goal = "military_by_2023.median = 0.7".parse()?;
/// assert_eq!(goal, Goal::new("military_by_2023", Some("median"), 0.7));
/// # Ok::<(), cordiale_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    outcome: String,
    statistic: Option<String>,
    level: f64,
}

impl Goal {
    /// An outcome, one of its figures (`probability` of an event; `mean`, `median`, `q05`, `q25`, `q75` or `q95` of a
    /// value; the name of a level), and the level that it is to cross. Without a figure it is the probability of an
    /// event and the mean of a value.
    #[must_use]
    pub fn new(outcome: &str, statistic: Option<&str>, level: f64) -> Self {
        Self { outcome: outcome.to_owned(), statistic: statistic.map(str::to_owned), level }
    }
}

impl FromStr for Goal {
    type Err = ParseError;

    /// `OUTCOME = LEVEL` or `OUTCOME.FIGURE = LEVEL`; a level may be in per cent.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let usage = "write OUTCOME = LEVEL, as in 'quasi_alliance = 0.5', or OUTCOME.FIGURE = LEVEL, as in 'military.median = 0.7'";
        let (name, level) = text.split_once('=').ok_or(usage)?;
        let (name, level) = (name.trim(), level.trim_start_matches('=').trim());
        let number = match level.strip_suffix('%') {
            Some(percent) => plain_number(percent).map(|percent| percent / 100.0),
            None => plain_number(level),
        };
        let level = number.ok_or_else(|| format!("`{level}` is not a number; {usage}"))?;
        let (outcome, statistic) = match name.split_once('.') {
            Some((outcome, statistic)) => (outcome.trim(), Some(statistic.trim())),
            None => (name, None),
        };
        if outcome.is_empty() || outcome.ends_with(['<', '>', '!']) {
            return Err(usage.into());
        }
        Ok(Self::new(outcome, statistic, level))
    }
}

/// A scenario, the input that is moved, and what is to cross which level.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::analysis::threshold::{Goal, Threshold};
///
/// let coin = ScenarioBuilder::new("coin", "2024-01-01", "month", 1)
///     .parameter("luck", "uniform(0, 1)")
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance("luck").effect("heads += 1"))
///     .event("head", Event::when("heads == 1"))
///     .build()?;
/// let found = Threshold::new(&coin, "luck", Goal::new("head", None, 0.3)).trials(4_000).seed(7).run()?;
/// let crossing = &found.crossings[0];
/// assert!(crossing.low.is_some_and(|low| low < 0.3) && crossing.high.is_some_and(|high| high > 0.3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Threshold {
    scenario: Scenario,
    input: String,
    goal: Goal,
    between: Option<(f64, f64)>,
    tolerance: Option<f64>,
    manner: Manner,
}

impl Threshold {
    /// Prepares a search, each value to be run with the scenario's own number of trials and seed, on all threads that the
    /// machine has.
    #[must_use]
    pub fn new(scenario: &impl AsRef<Scenario>, input: &str, goal: Goal) -> Self {
        let scenario = scenario.as_ref();
        Self {
            scenario: scenario.clone(),
            input: input.to_owned(),
            goal,
            between: None,
            tolerance: None,
            manner: Manner::of(scenario),
        }
    }

    /// Where to search. Without it the input's range is taken: of a tie, attribute or variable the declared one, of a
    /// parameter that of its distribution, where that has two ends.
    #[must_use]
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.between = Some((low, high));
        self
    }

    /// To how much of the input the crossing is to be found, above 0; a thousandth of the range unless told.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    setters! {
        /// How many trials to run at each value, 1 or more.
        trials in manner;
        /// The seed of all random draws, of every value alike.
        seed in manner;
        threads in manner;
        /// Calls back after every 64 trials or so, one call at a time. [`ControlFlow::Break`] stops the search, which
        /// then ends in the error [`RunError::Cancelled`](crate::RunError::Cancelled).
        on_progress(PointProgress) in manner;
    }

    /// Searches.
    ///
    /// # Errors
    /// Where the outcome or its figure does not exist, the input cannot be set (then all that the loader found) or has
    /// no range of its own and none was given; where a run fails; where no value has an estimate; and where the search
    /// was stopped before the first value was run. One that is stopped later gives what it has found, marked as partial.
    pub fn run(&self) -> Result<ThresholdResult, SweepError> {
        check_trials(0, self.manner.trials)?;
        let statistic = self.statistic()?;
        let (low, high) = self.range()?;
        let tolerance = self.tolerance.unwrap_or(TOLERANCE * (high - low));
        if !(tolerance > 0.0 && tolerance.is_finite()) {
            return Err(SweepError::Design(format!("the tolerance is {tolerance}; give a number above 0")));
        }
        // Both ends first: what is wrong with the input is wrong there.
        for end in [low, high] {
            with_set(&self.scenario, &self.set(end))?;
        }
        let mut search = Search::new(self.goal.level, tolerance);
        let verdict = match search.run(low, high, |place, x| self.try_value(place, x, &statistic)) {
            Err(error) if error.is_cancelled() && !search.tried().is_empty() => Verdict::Stopped,
            other => other?,
        };
        let partial = verdict == Verdict::Stopped;
        if !partial && search.tried().iter().all(|tried| tried.estimate.is_none()) {
            return Err(SweepError::Design(format!(
                "`{}` has no estimate at any value of `{}`: what it is conditional on was reached in no trial; run more trials",
                self.goal.outcome, self.input
            )));
        }
        let reversal = search.reversal();
        let (crossings, tried) = search.into_found();
        Ok(ThresholdResult {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(&self.scenario),
            run: RunInfo { partial, ..RunInfo::of(&self.scenario, self.manner.seed, self.manner.trials, 0) },
            input: self.input.clone(),
            between: [low, high],
            outcome: self.goal.outcome.clone(),
            statistic,
            level: self.goal.level,
            tolerance,
            verdict,
            crossings,
            reversal,
            tried,
        })
    }

    fn set(&self, x: f64) -> Vec<(String, String)> {
        vec![(self.input.clone(), number_text(x))]
    }

    fn try_value(&self, place: u64, x: f64, statistic: &str) -> Result<Tried, SweepError> {
        let set = self.set(x);
        let scenario = with_set(&self.scenario, &set)?;
        let (result, fixed) = self.manner.run(&scenario, &set, (place, MOST_TRIED))?;
        let mut outcomes = result.outcomes.iter().zip(fixed);
        let asked = outcomes.find(|((name, _), _)| *name == self.goal.outcome);
        let answer = asked.map(|((_, outcome), is_fixed)| Answer::of(outcome, is_fixed));
        let figure = answer.as_ref().and_then(|answer| answer.figure(statistic));
        Ok(Tried {
            value: x,
            estimate: figure.and_then(|f| f.estimate),
            low: figure.and_then(|f| f.low),
            high: figure.and_then(|f| f.high),
            trials: figure.map_or(0, |f| f.trials),
        })
    }

    /// The figure that is looked at.
    fn statistic(&self) -> Result<String, SweepError> {
        use cordiale_core::model::OutcomeKind;
        let Goal { outcome, statistic, level } = &self.goal;
        let model = self.scenario.model();
        let known = model.outcomes.iter().map(|o| o.name.as_str());
        let found = model.outcomes.iter().find(|o| o.name == *outcome);
        let found = found
            .ok_or_else(|| SweepError::Design(LookupError::unknown(outcome, "outcome", known).to_string()))?;
        let (default, allowed): (Option<&str>, Vec<&str>) = match &found.kind {
            OutcomeKind::Event { .. } => (Some("probability"), vec!["probability"]),
            OutcomeKind::Value { .. } => {
                (Some("mean"), vec!["mean", "median", "q05", "q25", "q50", "q75", "q95"])
            }
            OutcomeKind::Levels { levels } => (None, levels.iter().map(|l| l.name.as_str()).collect()),
        };
        let is_share = !matches!(found.kind, OutcomeKind::Value { .. });
        if is_share && !(0.0..=1.0).contains(level) {
            return Err(SweepError::Design(format!(
                "a probability does not cross {level}; give a level from 0 to 1, as in 0.5 or 50%"
            )));
        }
        if !level.is_finite() {
            return Err(SweepError::Design(format!(
                "nothing crosses {level}; give a level that is a number"
            )));
        }
        match statistic.as_deref().or(default) {
            Some(statistic) if allowed.contains(&statistic) => Ok(statistic.to_owned()),
            Some(statistic) => Err(SweepError::Design(format!(
                "outcome `{outcome}` has no `{statistic}`; it has {}",
                allowed.join(", ")
            ))),
            None => Err(SweepError::Design(format!(
                "say which level of `{outcome}`: {}",
                allowed.iter().map(|level| format!("{outcome}.{level}")).collect::<Vec<_>>().join(", ")
            ))),
        }
    }

    fn range(&self) -> Result<(f64, f64), SweepError> {
        let own = || range::of(self.scenario.model(), &self.input).filter(|(low, high)| low < high);
        let given = self.between.or_else(own);
        match given {
            Some((low, high)) if low < high && (high - low).is_finite() => Ok((low, high)),
            Some((low, high)) if low < high => Err(SweepError::Design(format!(
                "`{}` may lie anywhere in {low}..{high}; say where to search, as in --between 0..1",
                self.input
            ))),
            Some((low, high)) => Err(SweepError::Design(format!(
                "the search goes from {low} to {high}; write the lower end first"
            ))),
            None => {
                // What is no input at all has a diagnostic of the loader's.
                with_set(&self.scenario, &self.set(0.5))?;
                let (low, high) =
                    range::of_interval(self.scenario.model(), self.input.trim()).unwrap_or((0.0, 1.0));
                Err(SweepError::Design(format!(
                    "`{}` has no ends of its own; say where to search, as in --between {low}..{high}",
                    self.input
                )))
            }
        }
    }
}

impl fmt::Debug for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threshold")
            .field("scenario", &self.scenario.model().id)
            .field("input", &self.input)
            .field("goal", &self.goal)
            .field("between", &self.between)
            .field("trials", &self.manner.trials)
            .field("seed", &self.manner.seed)
            .finish_non_exhaustive()
    }
}
