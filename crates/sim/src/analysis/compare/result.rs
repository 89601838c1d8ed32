//! What a comparison found, `cordiale.compare/1`: serialised it is the JSON that the manual documents.

use cordiale_core::scenario::Change;
use serde::Serialize;

use crate::result::{LookupError, Named, RunInfo, ScenarioInfo};
use crate::stats::interval::LEVEL;
use crate::stats::{Difference, Probability};

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.compare/1";

/// The result of a comparison. It holds no time, host, path or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CompareResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// Results of equal numbers agree to the last bit; see the manual.
    pub value_stability: u32,
    /// The baseline.
    pub scenario: ScenarioInfo,
    /// How all were run.
    pub run: RunInfo,
    /// The baseline's answers.
    pub baseline: Baseline,
    /// What it was compared with, in the order asked for.
    pub variants: Named<VariantResult>,
    /// What is legal and suspect, and what could not be compared.
    pub warnings: Vec<String>,
}

/// The baseline's answers in short.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Baseline {
    /// By outcome, in the order of the file.
    pub outcomes: Named<Answer>,
}

/// One answer in short.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// Of an event: the probability.
    Event(Arm),
    /// Of a value: the mean.
    Value(Arm),
    /// Of levels: the probability of each.
    Levels {
        /// In the order of the file.
        levels: Named<Arm>,
    },
}

/// What one variant changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantResult {
    /// What it is about.
    pub about: Option<String>,
    /// 64 hexadecimal digits that stand for the resolved variant.
    pub digest: String,
    /// What it says otherwise than the baseline.
    pub changes: Vec<Change>,
    /// The outcomes that both have, in the baseline's order.
    pub outcomes: Named<OutcomeContrast>,
}

/// One outcome in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OutcomeContrast {
    /// An event, by its probability.
    Event(Contrast<Flips>),
    /// A value, by its mean.
    Value(Contrast<Moves>),
    /// Levels, each by its probability.
    Levels(LevelsContrast),
}

/// Two estimates and their difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrast<C> {
    /// In the baseline.
    pub baseline: Arm,
    /// In the variant.
    pub variant: Arm,
    /// Variant minus baseline, paired trial by trial; none where too few trials count. Of a mean it has no ends where it is
    /// the same in all trials and may not have had to be.
    pub difference: Option<Difference>,
    /// In how many trials the answer changed.
    #[serde(flatten)]
    pub changed: C,
    /// The trials that count in both runs, to which these numbers refer.
    pub trials_in_both: u64,
    /// How much wider the interval would be had the runs shared no random numbers; none where it has no width or no ends.
    pub unpaired_width_ratio: Option<f64>,
    /// The difference at each observation that both runs have (of an event: of having been reached by then); none where
    /// their steps differ.
    pub by_step: Option<Series>,
    /// The event that the baseline's outcome is conditional on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
}

/// Levels in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LevelsContrast {
    /// By level.
    pub levels: Named<Contrast<Flips>>,
    /// In how many trials the level is another.
    pub flipped: u64,
    /// The trials that count in both runs.
    pub trials_in_both: u64,
}

/// An estimate from one run, with its interval as that run alone gives it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Arm {
    /// A share of trials in [0, 1], or a mean; none where no trial counts.
    pub estimate: Option<f64>,
    /// The lower end of the interval; none where too few trials count, and of a mean where all came to the same and may not
    /// have had to.
    pub low: Option<f64>,
    /// The upper end of the interval; none as the lower.
    pub high: Option<f64>,
    /// The confidence level of the interval, 0.95.
    pub level: f64,
    /// The trials that count.
    pub trials: u64,
}

impl Arm {
    /// A share of trials with its interval.
    pub(crate) fn of_share(share: Option<Probability>, trials: u64) -> Self {
        Self {
            estimate: share.map(|p| p.estimate),
            low: share.map(|p| p.low),
            high: share.map(|p| p.high),
            level: LEVEL,
            trials,
        }
    }

    /// A mean with its interval; `is_fixed`: all trials have to be alike, for nothing that it depends on is drawn.
    pub(crate) fn of_mean(
        mean: Option<f64>,
        interval: Option<Difference>,
        trials: u64,
        is_fixed: bool,
    ) -> Self {
        let interval = interval.map(|interval| if is_fixed { interval.of_fixed() } else { interval });
        let ends = interval.and_then(|interval| interval.ends());
        Self {
            estimate: mean,
            low: ends.map(|(low, _)| low),
            high: ends.map(|(_, high)| high),
            level: LEVEL,
            trials,
        }
    }
}

/// Trials whose answer of yes or no is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Flips {
    /// No in the baseline, yes in the variant.
    pub flipped_to_yes: u64,
    /// Yes in the baseline, no in the variant.
    pub flipped_to_no: u64,
}

/// Trials whose value is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// Higher in the variant.
    pub higher: u64,
    /// Lower in the variant.
    pub lower: u64,
}

/// A difference at each observation from 0; entries are none where too few trials count, ends also where the difference
/// of a mean is the same in all trials and may not have had to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Series {
    /// The differences.
    pub estimate: Vec<Option<f64>>,
    /// The lower ends of their intervals.
    pub low: Vec<Option<f64>>,
    /// The upper ends of their intervals.
    pub high: Vec<Option<f64>>,
}

impl CompareResult {
    /// The variant of this name.
    ///
    /// # Errors
    /// Where there is no such variant in the comparison.
    pub fn variant(&self, name: &str) -> Result<&VariantResult, LookupError> {
        self.variants.get(name).ok_or_else(|| LookupError::unknown(name, "variant", self.variants.names()))
    }

    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings and numbers finite or null, so there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl VariantResult {
    /// The event outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn event(&self, name: &str) -> Result<&Contrast<Flips>, LookupError> {
        match self.outcome(name, "event")? {
            OutcomeContrast::Event(event) => Ok(event),
            other => Err(LookupError::kind(name, "event", other.kind())),
        }
    }

    /// The value outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn value(&self, name: &str) -> Result<&Contrast<Moves>, LookupError> {
        match self.outcome(name, "value")? {
            OutcomeContrast::Value(value) => Ok(value),
            other => Err(LookupError::kind(name, "value", other.kind())),
        }
    }

    /// The levels outcome of this name.
    ///
    /// # Errors
    /// Where there is no such outcome, or it is of another kind.
    pub fn levels(&self, name: &str) -> Result<&LevelsContrast, LookupError> {
        match self.outcome(name, "levels")? {
            OutcomeContrast::Levels(levels) => Ok(levels),
            other => Err(LookupError::kind(name, "levels", other.kind())),
        }
    }

    fn outcome(&self, name: &str, wanted: &'static str) -> Result<&OutcomeContrast, LookupError> {
        self.outcomes.get(name).ok_or_else(|| {
            let of_kind = self.outcomes.iter().filter(|(_, outcome)| outcome.kind() == wanted);
            LookupError::unknown(name, wanted, of_kind.map(|(name, _)| name))
        })
    }
}

impl OutcomeContrast {
    /// As files spell it: `event`, `value` or `levels`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Value(_) => "value",
            Self::Levels(_) => "levels",
        }
    }
}
