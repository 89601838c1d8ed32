//! What a sensitivity analysis found, `cordiale.sensitivity/1`: serialised it is the JSON that the manual documents.

use serde::Serialize;

use super::design::Design;
use crate::result::{LookupError, Named, RunInfo, ScenarioInfo};

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.sensitivity/1";

/// How inputs are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// First-order and total indices.
    #[default]
    Sobol,
    /// Elementary effects, for a first screening.
    Morris,
    /// Distances of distributions, from one sample.
    Pawn,
    /// From one end of each input to the other, all else as in any trial.
    Swings,
}

/// The result of a sensitivity analysis. It holds no time, host, path or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SensitivityResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// Results of equal numbers agree to the last bit; see the manual.
    pub value_stability: u32,
    /// What was run.
    pub scenario: ScenarioInfo,
    /// How; its trials are all evaluations.
    pub run: RunInfo,
    /// How inputs were judged.
    pub method: Way,
    /// The points.
    pub design: DesignInfo,
    /// What was varied: parameters, starts, rates, each in the order of the model.
    pub inputs: Named<InputInfo>,
    /// By outcome, in the order of the file.
    pub outcomes: Named<OutcomeSensitivity>,
    /// What is suspect, and what was left out.
    pub warnings: Vec<String>,
}

/// The points that were run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesignInfo {
    /// How they are spread; none of trajectories, which are random.
    pub design: Option<Design>,
    /// How many: base points of Sobol indices, trajectories of elementary effects, points of a sample, trials at each end of a
    /// swing.
    pub points: u64,
    /// Under how many trial numbers each was run.
    pub trials_a_point: u64,
    /// How many bootstrap samples or random orders were drawn.
    pub resamples: Option<u32>,
    /// Levels of elementary effects, or slices of PAWN.
    pub levels: Option<u32>,
    /// The range of the factor on rates, and on other fixed numbers, where these were varied.
    pub factors: Option<(f64, f64)>,
}

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A parameter.
    Parameter,
    /// The start of a tie, an attribute or a variable.
    Start,
    /// The rate of a rule.
    Rate,
    /// The sizes of a rule's effects, or the weight of a branch.
    Effect,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputInfo {
    /// What it is.
    pub kind: InputKind,
    /// Its distribution as the file writes it, or the range of its factor.
    pub distribution: String,
    /// How many draws are behind it; they are moved together.
    pub draws: usize,
}

/// What drives one outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OutcomeSensitivity {
    /// An event, by its probability.
    Event(Drivers),
    /// A value, by its mean.
    Value(Drivers),
    /// Levels, each by its probability.
    Levels {
        /// By level.
        levels: Named<Drivers>,
    },
}

/// What drives one number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drivers {
    /// The mean over all points and trials: a probability, or a value.
    pub mean: f64,
    /// Of Sobol indices: the variance that is divided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variance: Option<Variance>,
    /// By input, in the order of [`SensitivityResult::inputs`]; empty where no input is seen to have any effect.
    pub inputs: Named<Measure>,
}

/// How far an outcome varies, and how far its probability or mean does with the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Variance {
    /// Of the outcome from trial to trial, chance included.
    pub outcome: f64,
    /// Of its probability or mean with the inputs: what the indices divide.
    pub explained: Index,
}

/// How one input bears on one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measure {
    /// By [`Way::Sobol`].
    Sobol {
        /// The share of the explained variance that would go if this input alone were known.
        first: Index,
        /// The share that would stay if all but this input were known.
        total: Index,
    },
    /// By [`Way::Morris`].
    Morris {
        /// The root of the mean square effect, chance taken out.
        rms: f64,
        /// The mean effect: how far the outcome moves, and which way.
        mu: Index,
        /// The mean size of effects; chance adds to it.
        mu_star: f64,
        /// What `mu_star` would be of chance alone; 0 where there is none.
        mu_star_by_chance: f64,
        /// The standard deviation of effects, chance taken out: interactions and bends.
        sigma: f64,
        /// Whether there is an effect, at 95%.
        distinguishable: bool,
    },
    /// By [`Way::Pawn`].
    Pawn {
        /// The median distance over the slices, in \[0, 1\].
        median: f64,
        /// The greatest distance.
        max: f64,
        /// The median that an input without effect stays below in 95% of samples.
        dummy: f64,
        /// Whether the median is above that.
        distinguishable: bool,
    },
    /// By [`Way::Swings`].
    Swing {
        /// The probability or mean with the input at its low end.
        at_low: f64,
        /// The same at its high end.
        at_high: f64,
        /// From the low end to the high one, of pairs of trials.
        difference: Index,
    },
}

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Index {
    /// The estimate; by chance it may lie outside what is possible.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The confidence level, 0.95.
    pub level: f64,
    /// Whether the interval leaves 0 out.
    pub distinguishable: bool,
}

impl Index {
    /// Of what is never below 0.
    pub(super) fn of_share(estimate: (f64, f64, f64)) -> Self {
        let index = Self::of(estimate);
        Self { distinguishable: index.low > 0.0, ..index }
    }

    pub(super) fn of((estimate, low, high): (f64, f64, f64)) -> Self {
        // Where nothing ever moved, rounding may leave a hair.
        let distinguishable = low > 0.0 || high < 0.0;
        Self { estimate, low, high, level: 0.95, distinguishable }
    }
}

impl Measure {
    /// What inputs are ranked by: the total index, the root mean square effect, the median distance, or the size of the
    /// difference.
    #[must_use]
    pub fn rank(&self) -> f64 {
        match self {
            Self::Sobol { total, .. } => total.estimate,
            Self::Morris { rms, .. } => *rms,
            Self::Pawn { median, .. } => *median,
            Self::Swing { difference, .. } => difference.estimate.abs(),
        }
    }

    /// Whether any effect is seen, at 95%.
    #[must_use]
    pub fn distinguishable(&self) -> bool {
        match self {
            Self::Sobol { first, total } => first.distinguishable || total.distinguishable,
            Self::Morris { distinguishable, .. } | Self::Pawn { distinguishable, .. } => *distinguishable,
            Self::Swing { difference, .. } => difference.distinguishable,
        }
    }
}

impl Drivers {
    /// The inputs, the most decisive first; those of equal rank in their order.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&str, &Measure)> {
        let mut ranked: Vec<(&str, &Measure)> = self.inputs.iter().collect();
        ranked.sort_by(|a, b| b.1.rank().total_cmp(&a.1.rank()));
        ranked
    }

    /// How this input bears on it.
    ///
    /// # Errors
    /// Where there is no such input, or no input has a visible effect.
    pub fn input(&self, name: &str) -> Result<&Measure, LookupError> {
        self.inputs.get(name).ok_or_else(|| LookupError::unknown(name, "input", self.inputs.names()))
    }

    /// The first-order and the total index of this input.
    ///
    /// # Errors
    /// Where there is no such input, no input has a visible effect, or the method was another.
    pub fn sobol(&self, name: &str) -> Result<(Index, Index), LookupError> {
        match self.input(name)? {
            Measure::Sobol { first, total } => Ok((*first, *total)),
            _ => Err(LookupError::unknown(name, "Sobol index", std::iter::empty())),
        }
    }
}

impl SensitivityResult {
    /// What drives this event or value, or with `outcome.level` a level.
    ///
    /// # Errors
    /// Where it was not looked at.
    pub fn drivers(&self, name: &str) -> Result<&Drivers, LookupError> {
        let all = self.all();
        let found = all.iter().find(|(known, _)| known == name).map(|(_, drivers)| *drivers);
        found.ok_or_else(|| LookupError::unknown(name, "outcome", all.iter().map(|(n, _)| n.as_str())))
    }

    /// Every event and value, and every level as `outcome.level`, with what drives it.
    #[must_use]
    pub fn all(&self) -> Vec<(String, &Drivers)> {
        let mut all = Vec::new();
        for (name, outcome) in self.outcomes.iter() {
            match outcome {
                OutcomeSensitivity::Event(drivers) | OutcomeSensitivity::Value(drivers) => {
                    all.push((name.to_owned(), drivers));
                }
                OutcomeSensitivity::Levels { levels } => {
                    all.extend(levels.iter().map(|(level, drivers)| (format!("{name}.{level}"), drivers)));
                }
            }
        }
        all
    }

    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings, and what is no number is null: there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl OutcomeSensitivity {
    /// As files spell it: `event`, `value` or `levels`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Value(_) => "value",
            Self::Levels { .. } => "levels",
        }
    }
}
