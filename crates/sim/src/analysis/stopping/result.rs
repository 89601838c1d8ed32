//! What became of a question.

use serde::Serialize;

use crate::result::Named;

/// What a question came to: the key `stopping` of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stopping {
    /// What was asked: `precision`, `above` or `below`.
    pub goal: &'static str,
    /// The half-width, or the probability to be compared with.
    pub target: f64,
    /// Whether it is so.
    pub answer: Answer,
    /// The level of the intervals, 0.95: for all looks together, each outcome for itself.
    pub level: f64,
    /// How often the trials were looked at.
    pub looks: u64,
    /// How many trials might be run.
    pub max_trials: u64,
    /// Where it is not resolved, about how many trials in all would resolve it, if what was seen so far stays so; none
    /// where that cannot be told.
    pub trials_needed: Option<u64>,
    /// The outcomes that were asked for.
    pub outcomes: Named<Followed>,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is above or below, or precise enough.
    Yes,
    /// It is not: it lies on the other side. Of a precision this is never said.
    No,
    /// The trials that were run do not settle it.
    NotResolved,
}

/// How well an outcome is known: a probability, or the mean of a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Followed {
    /// The trials that count: all, or those in which the given event was reached.
    pub trials: u64,
    /// The share, or the mean; none where there are no such trials.
    pub estimate: Option<f64>,
    /// The lower end of its interval, which holds however often one has looked; none where there is none yet.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The greater of the distances from the estimate to the ends.
    pub half_width: Option<f64>,
    /// Whether it settles the question.
    pub resolved: bool,
    /// Where it does not, about how many trials in all would; none where that cannot be told.
    pub trials_needed: Option<u64>,
}
