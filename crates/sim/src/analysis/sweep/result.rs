//! What a sweep found, `cordiale.sweep/1`: serialised it is the JSON that the manual documents.

use cordiale_core::model::{Outcome, OutcomeKind};
use serde::Serialize;

use super::axis::{Axis, Values};
use crate::analysis::compare::Arm;
use crate::result::{
    LookupError, Named, OutcomeResult, QuantileIntervals, RunInfo, RunResult, ScenarioInfo, ValueSummary,
};
use crate::stats::interval::LEVEL;
use crate::stats::paired::of_mean;

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.sweep/1";

/// All rows of a sweep. It holds no time, host, path or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SweepResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// Results of equal numbers agree to the last bit; see the manual.
    pub value_stability: u32,
    /// The scenario before anything is varied.
    pub scenario: ScenarioInfo,
    /// How every point was run.
    pub run: RunInfo,
    /// What was varied, and how.
    pub design: DesignInfo,
    /// The rows, in the order of the points.
    pub points: Vec<Row>,
}

/// What was varied, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesignInfo {
    /// `grid`, `sobol` or `latin_hypercube`.
    pub kind: &'static str,
    /// How many points there are.
    pub points: u64,
    /// The inputs, in order.
    pub inputs: Named<InputInfo>,
    /// The variants beside the baseline; none where they are no axis.
    pub variants: Option<Vec<String>>,
}

/// The values of an input.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum InputInfo {
    /// These.
    List {
        /// As `--set` takes them.
        values: Vec<String>,
    },
    /// Between two ends.
    Range {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
        /// How many at equal distances; none in a sample.
        count: Option<u64>,
    },
}

impl InputInfo {
    pub(super) fn of(axis: &Axis) -> Self {
        match axis.values() {
            Values::List(values) => Self::List { values: values.clone() },
            Values::Range { low, high, count } => Self::Range { low: *low, high: *high, count: *count },
        }
    }
}

/// One point and its answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// Its number, from 0.
    pub point: u64,
    /// The variant; none for the baseline.
    pub variant: Option<String>,
    /// The inputs and their values, as `--set` takes them.
    pub set: Named<String>,
    /// 64 hexadecimal digits that stand for the scenario at this point.
    pub digest: String,
    /// By outcome, in the order of the file.
    pub outcomes: Named<Answer>,
    /// What is suspect at this point beyond what is so in the file.
    pub warnings: Vec<String>,
}

/// One answer, with its intervals at 95%.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// Of an event.
    Event {
        /// The probability that it is reached by its deadline, with Wilson's interval.
        probability: Arm,
    },
    /// Of a value, at its deadline.
    Value(ValueAnswer),
    /// Of levels: the probability of each at the deadline.
    Levels {
        /// In the order of the file.
        levels: Named<Arm>,
    },
}

/// A number's distribution at a point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueAnswer {
    /// The mean, with Student's interval; with none where all trials came to the same and may not have had to.
    pub mean: Arm,
    /// The standard deviation, divided by n; none where no trial counts.
    pub sd: Option<f64>,
    /// `q05`, `q25`, `q50`, `q75` and `q95`, with intervals by ranks.
    pub quantiles: Named<Arm>,
}

const QUANTILES: [&str; 5] = ["q05", "q25", "q50", "q75", "q95"];

impl Answer {
    /// `is_fixed`: all trials have to be alike, for nothing that it depends on is drawn.
    pub(crate) fn of(outcome: &OutcomeResult, is_fixed: bool) -> Self {
        let trials = outcome.trials();
        match outcome {
            OutcomeResult::Event(event) => {
                Self::Event { probability: Arm::of_share(event.probability.0, trials) }
            }
            OutcomeResult::Value(value) => {
                Self::Value(ValueAnswer::of(value.at_end.as_ref(), trials, is_fixed))
            }
            OutcomeResult::Levels(levels) => Self::Levels {
                levels: levels
                    .at_end
                    .iter()
                    .map(|(name, share)| (name.to_owned(), Arm::of_share(share.probability.0, trials)))
                    .collect(),
            },
        }
    }

    /// One figure: `probability` of an event, `mean` or a quantile (`q05` to `q95`, `median`) of a value, a level's
    /// name of levels.
    #[must_use]
    pub fn figure(&self, statistic: &str) -> Option<&Arm> {
        match (self, statistic) {
            (Self::Event { probability }, "probability") => Some(probability),
            (Self::Value(value), "mean") => Some(&value.mean),
            (Self::Value(value), "median") => value.quantiles.get("q50"),
            (Self::Value(value), quantile) => value.quantiles.get(quantile),
            (Self::Levels { levels }, level) => levels.get(level),
            (Self::Event { .. }, _) => None,
        }
    }

    /// The figures as columns, of an outcome of this name.
    fn cells(&self, outcome: &str, cells: &mut Vec<(String, Option<f64>)>) {
        let mut arm = |arm: &Arm, estimate: String, low: String, high: String| {
            cells.extend([(estimate, arm.estimate), (low, arm.low), (high, arm.high)]);
        };
        let of_share =
            |name: &str| [format!("{name}.probability"), format!("{name}.low"), format!("{name}.high")];
        match self {
            Self::Event { probability } => {
                let [estimate, low, high] = of_share(outcome);
                arm(probability, estimate, low, high);
            }
            Self::Levels { levels } => {
                for (level, share) in levels.iter() {
                    let [estimate, low, high] = of_share(&format!("{outcome}.{level}"));
                    arm(share, estimate, low, high);
                }
            }
            Self::Value(value) => {
                let named = std::iter::once(("mean", &value.mean)).chain(value.quantiles.iter());
                for (name, figure) in named {
                    let name = format!("{outcome}.{name}");
                    arm(figure, name.clone(), format!("{name}_low"), format!("{name}_high"));
                }
                cells.push((format!("{outcome}.sd"), value.sd));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        cells.push((format!("{outcome}.trials"), Some(self.trials() as f64)));
    }

    /// As files spell it: `event`, `value` or `levels`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Event { .. } => "event",
            Self::Value(_) => "value",
            Self::Levels { .. } => "levels",
        }
    }

    /// The trials that count.
    #[must_use]
    pub fn trials(&self) -> u64 {
        match self {
            Self::Event { probability } => probability.trials,
            Self::Value(value) => value.mean.trials,
            Self::Levels { levels } => levels.iter().next().map_or(0, |(_, share)| share.trials),
        }
    }
}

impl ValueAnswer {
    fn of(summary: Option<&ValueSummary>, trials: u64, is_fixed: bool) -> Self {
        let interval = summary.and_then(|s| of_mean(s.mean, s.mcse * s.mcse, trials));
        let estimates = summary.map(|s| [s.q05, s.q25, s.q50, s.q75, s.q95]);
        let intervals = summary.map(|s| {
            let QuantileIntervals { q05, q25, q50, q75, q95 } = s.intervals;
            [q05, q25, q50, q75, q95]
        });
        let quantile = |(place, name): (usize, &&str)| {
            let [low, high] = intervals.map_or([None; 2], |intervals| intervals[place]);
            let estimate = estimates.map(|estimates| estimates[place]);
            ((*name).to_owned(), Arm { estimate, low, high, level: LEVEL, trials })
        };
        Self {
            mean: Arm::of_mean(summary.map(|s| s.mean), interval, trials, is_fixed),
            sd: summary.map(|s| s.sd),
            quantiles: QUANTILES.iter().enumerate().map(quantile).collect(),
        }
    }
}

/// The columns of an outcome, as [`Row::cells`] fills them.
pub(super) fn columns(outcome: &Outcome) -> Vec<String> {
    let nothing = Arm { estimate: None, low: None, high: None, level: LEVEL, trials: 0 };
    let empty = match &outcome.kind {
        OutcomeKind::Event { .. } => Answer::Event { probability: nothing },
        OutcomeKind::Value { .. } => Answer::Value(ValueAnswer::of(None, 0, false)),
        OutcomeKind::Levels { levels } => {
            Answer::Levels { levels: levels.iter().map(|level| (level.name.clone(), nothing)).collect() }
        }
    };
    let mut cells = Vec::new();
    empty.cells(&outcome.name, &mut cells);
    if outcome.given.is_none() {
        // Every trial counts.
        cells.pop();
    }
    cells.into_iter().map(|(name, _)| name).collect()
}

impl Row {
    pub(super) fn answers(result: &RunResult, fixed: &[bool], wanted: &[String]) -> Named<Answer> {
        let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
        let outcomes = result.outcomes.iter().zip(fixed).filter(|((name, _), _)| is_wanted(name));
        outcomes.map(|((name, outcome), fixed)| (name.to_owned(), Answer::of(outcome, *fixed))).collect()
    }

    /// The probability of the event outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn event(&self, name: &str) -> Result<&Arm, LookupError> {
        match self.outcome(name, "event")? {
            Answer::Event { probability } => Ok(probability),
            other => Err(LookupError::kind(name, "event", other.kind())),
        }
    }

    /// The distribution of the value outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn value(&self, name: &str) -> Result<&ValueAnswer, LookupError> {
        match self.outcome(name, "value")? {
            Answer::Value(value) => Ok(value),
            other => Err(LookupError::kind(name, "value", other.kind())),
        }
    }

    /// The probabilities of the levels outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn levels(&self, name: &str) -> Result<&Named<Arm>, LookupError> {
        match self.outcome(name, "levels")? {
            Answer::Levels { levels } => Ok(levels),
            other => Err(LookupError::kind(name, "levels", other.kind())),
        }
    }

    fn outcome(&self, name: &str, wanted: &'static str) -> Result<&Answer, LookupError> {
        self.outcomes.get(name).ok_or_else(|| {
            let of_kind = self.outcomes.iter().filter(|(_, answer)| answer.kind() == wanted);
            LookupError::unknown(name, wanted, of_kind.map(|(name, _)| name))
        })
    }

    /// The figures of these columns; none where the point lacks the outcome or there is no estimate.
    #[must_use]
    pub fn cells(&self, columns: &[String]) -> Vec<Option<f64>> {
        let mut cells = Vec::new();
        for (name, answer) in self.outcomes.iter() {
            answer.cells(name, &mut cells);
        }
        let mut next = 0;
        let mut find = |column: &String| {
            // Columns come in the order of the cells, so the next is nearly always the one.
            let at = |place: usize| cells.get(place).filter(|(name, _)| name == column).map(|_| place);
            let place = at(next).or_else(|| cells.iter().position(|(name, _)| name == column));
            next = place.map_or(next, |place| place + 1);
            place.and_then(|place| cells[place].1)
        };
        columns.iter().map(&mut find).collect()
    }
}

impl SweepResult {
    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings and numbers finite or null, so there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}
