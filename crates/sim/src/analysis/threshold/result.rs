//! What a search found, `cordiale.threshold/1`: serialised it is the JSON that the manual documents.

use serde::Serialize;

use crate::result::{RunInfo, ScenarioInfo};

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.threshold/1";

/// The result of a search. It holds no time, host, path or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ThresholdResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// Results of equal numbers agree to the last bit; see the manual.
    pub value_stability: u32,
    /// The scenario before anything is moved.
    pub scenario: ScenarioInfo,
    /// How every value was run.
    pub run: RunInfo,
    /// The input that was moved.
    pub input: String,
    /// Where was searched, low and high.
    pub between: [f64; 2],
    /// What was looked at.
    pub outcome: String,
    /// Which figure of it.
    pub statistic: String,
    /// What it was to cross.
    pub level: f64,
    /// To how much of the input a crossing was to be found.
    pub tolerance: f64,
    /// What came of it.
    pub verdict: Verdict,
    /// The crossings, from low to high.
    pub crossings: Vec<Crossing>,
    /// Two values that show that the outcome both rises and falls; none where no such were met.
    pub reversal: Option<Reversal>,
    /// Every value that was run, from low to high.
    pub tried: Vec<Tried>,
}

/// What came of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The level is crossed once, and both sides of it are sure.
    Crossed,
    /// The estimate crosses, but the end of the range comes before one of the sides is sure.
    Open,
    /// The level is crossed more than once.
    Several,
    /// The outcome is surely on one side of the level at every value that was run.
    NotCrossed,
    /// The estimate is on one side throughout, but at some values not surely so.
    NotResolved,
    /// The search was stopped: there may be more crossings than were found.
    Stopped,
}

/// Where a figure crosses the level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Crossing {
    /// The middle of `bracket`.
    pub estimate: f64,
    /// The lower end of the interval: below it the outcome is surely on the one side. None where the range ends before.
    pub low: Option<f64>,
    /// The upper end of the interval: above it the outcome is surely on the other side. None where the range ends before.
    pub high: Option<f64>,
    /// The confidence level of the interval, 0.95.
    pub confidence: f64,
    /// Two values, no farther apart than the tolerance, between which the estimate crosses.
    pub bracket: [f64; 2],
    /// Whether it rises through the level.
    pub rising: bool,
}

/// A value that was run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tried {
    /// The value.
    pub value: f64,
    /// The figure; none where no trial counts.
    pub estimate: Option<f64>,
    /// The lower end of its 95% interval; none where too few trials count, and of a mean where all came to the same and may
    /// not have had to.
    pub low: Option<f64>,
    /// The upper end of its 95% interval; none as the lower.
    pub high: Option<f64>,
    /// The trials that count.
    pub trials: u64,
}

/// Where a figure lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Its interval is below the level.
    Below,
    /// Its interval is above the level.
    Above,
}

impl Tried {
    /// On which side of a level it surely lies; none where its interval holds the level or has no end.
    #[must_use]
    pub fn side(&self, level: f64) -> Option<Side> {
        if self.high.is_some_and(|high| high < level) {
            Some(Side::Below)
        } else if self.low.is_some_and(|low| low > level) {
            Some(Side::Above)
        } else {
            None
        }
    }
}

/// Two values whose intervals are in the order opposite to that of the ends of the range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reversal {
    /// The lower value.
    pub from: Tried,
    /// The higher value.
    pub to: Tried,
}

impl ThresholdResult {
    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings and numbers finite or null, so there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}
