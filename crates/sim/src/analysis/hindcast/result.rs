//! What a hindcast found, `cordiale.hindcast/1`.

use cordiale_core::calendar::Date;
use cordiale_core::hindcast::{Happened, Observation};
use serde::Serialize;

use super::Summary;
use crate::result::{Named, OutcomeResult, RunInfo, ScenarioInfo, as_text};
use crate::stats::Probability;

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.hindcast/1";

/// Scores of one run or more by what happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HindcastResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// [`VALUE_STABILITY`](crate::result::VALUE_STABILITY): results of equal numbers agree to the last bit.
    pub value_stability: u32,
    /// Each file that says what happened, in the order in which they were named.
    pub hindcasts: Vec<Scored>,
    /// What all questions come to.
    pub summary: Summary,
}

impl HindcastResult {
    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings, and numbers that are not finite null, so there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A run's answers beside what happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Scored {
    /// The stem of the file that says what happened.
    pub id: String,
    /// What it is called.
    pub title: Option<String>,
    /// The last day up to which what happened is known.
    #[serde(serialize_with = "as_text")]
    pub until: Date,
    /// The scenario that was run.
    pub scenario: ScenarioInfo,
    /// How it was run.
    pub run: RunInfo,
    /// The outcomes of which something is known, in the order of the file.
    pub questions: Named<Question>,
    /// What is legal and suspect, in what was observed and in the run.
    pub warnings: Vec<String>,
}

/// One outcome beside what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// `event`, `value` or `levels`.
    pub kind: &'static str,
    /// A line on it.
    pub about: Option<String>,
    /// The event that it is conditional on.
    pub given: Option<String>,
    /// What happened.
    pub observed: Record,
    /// For when the answer is looked at.
    pub asked: Asked,
    /// Whether there is a score, and of what.
    pub status: Status,
    /// The trials that count.
    pub trials: u64,
    /// What the run had said; none where there is no score.
    pub forecast: Option<Forecast>,
    /// The scores; none where there are none.
    pub scores: Option<Beside<Scores>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Record {
    /// An event.
    Event {
        /// Whether it was reached by the date asked about.
        reached: bool,
        /// The day on which it was, in time or not.
        on: Option<String>,
        /// The observation at which that is seen.
        step: Option<u32>,
    },
    /// A value.
    Value {
        /// What it was.
        value: f64,
    },
    /// Levels.
    Level {
        /// The one that held.
        level: String,
    },
}

impl Record {
    pub(super) fn of(observation: &Observation, outcome: &OutcomeResult) -> Self {
        match observation.happened {
            Happened::Reached { on, step, in_time } => {
                Self::Event { reached: in_time, on: Some(on.to_string()), step: Some(step) }
            }
            Happened::NotReached => Self::Event { reached: false, on: None, step: None },
            Happened::Value(value) => Self::Value { value },
            Happened::Level(place) => {
                let levels = match outcome {
                    OutcomeResult::Levels(levels) => levels.levels.as_slice(),
                    OutcomeResult::Event(_) | OutcomeResult::Value(_) => &[],
                };
                Self::Level { level: levels.get(place).cloned().unwrap_or_default() }
            }
        }
    }
}

/// For when an answer is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The date.
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    /// The observation.
    pub step: u32,
}

/// Whether a question has a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// What happened is known to the deadline.
    Settled,
    /// The deadline is later than what is known: scored is what was said for the last day that is, whatever came.
    Open,
    /// The event that it is conditional on did not come: no score.
    Void,
    /// No trial met its condition: no score.
    NoTrials,
}

impl Status {
    /// As it is written in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Open => "open",
            Self::Void => "void",
            Self::NoTrials => "no_trials",
        }
    }
}

/// What a run had said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Forecast {
    /// An event.
    Event {
        /// That it is reached by the date asked about.
        probability: Probability,
        /// The same in words of estimative probability.
        words: String,
    },
    /// A value, at the date asked about.
    Value {
        /// The mean.
        mean: f64,
        /// The 5% quantile.
        q05: f64,
        /// The 25% quantile.
        q25: f64,
        /// The median.
        q50: f64,
        /// The 75% quantile.
        q75: f64,
        /// The 95% quantile.
        q95: f64,
        /// The share of trials below what was observed, and half of those at it, in \[0, 1\]: over many questions even,
        /// where forecasts are right (the probability integral transform).
        rank: f64,
        /// The share of trials at what was observed, in \[0, 1\], as far as bins tell values apart.
        tied: f64,
    },
    /// Levels, at the date asked about.
    Levels {
        /// The share of each.
        shares: Named<Probability>,
    },
}

/// Something of the run's forecast, and of two that need no scenario.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Beside<T> {
    /// Of the run.
    pub forecast: T,
    /// That all stays as it is at step 0.
    pub no_change: T,
    /// How often such things came at other times, where the file says so.
    pub base_rate: Option<T>,
}

/// Scores of one forecast; of all less is better. Infinite ones, of what was said to be impossible, are null in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Brier's score, in \[0, 1\]; none for a value. See [`brier`](crate::stats::scores::brier).
    pub brier: Option<f64>,
    /// The logarithmic score \[nats\]; none for a value. See [`log_score`](crate::stats::scores::log_score).
    pub log: Option<f64>,
    /// The continuous ranked probability score: of an event's time up to the date asked about \[years\], of a value in its
    /// unit, of levels by their places. See [`crps`](crate::stats::scores::crps).
    pub crps: f64,
}
