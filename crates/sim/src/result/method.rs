//! How the numbers of a result came to be, and of what type they are by that.

use std::fmt::Debug;

use serde::Serialize;

use crate::stats::interval::LEVEL;
use crate::stats::{Probability, wilson};

/// A way to a result: [`MonteCarlo`] counts trials, [`Exact`] holds probabilities in their place.
pub trait Method: Copy + Debug + PartialEq + Serialize + 'static {
    /// As results spell it.
    const NAME: &'static str;
    /// A number of trials: a count, or the probability in its place.
    type Count: Copy + Debug + PartialEq + PartialOrd + Serialize;
    /// Of how many trials; nothing where there are none.
    type Trials: Copy + Debug + PartialEq + Serialize;
    /// How often something happened: a count, or the expected number a trial of what was followed.
    type Times: Copy + Debug + PartialEq + Serialize;

    /// A share of the trials, with its interval; none where there were no trials.
    fn share(count: Self::Count, trials: Self::Trials) -> Option<Probability>;
    /// The count, or the probability, for what is drawn.
    fn size(count: Self::Count) -> f64;
    /// The number of trials, if there is one.
    fn trials(trials: Self::Trials) -> Option<u64>;
}

/// By trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum MonteCarlo {}

impl Method for MonteCarlo {
    const NAME: &'static str = "monte_carlo";
    type Count = u64;
    type Trials = u64;
    type Times = u64;

    fn share(count: u64, trials: u64) -> Option<Probability> {
        wilson(count, trials)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn size(count: u64) -> f64 {
        count as f64
    }

    fn trials(trials: u64) -> Option<u64> {
        Some(trials)
    }
}

/// By going through every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Exact {}

impl Method for Exact {
    const NAME: &'static str = "exact";
    type Count = f64;
    type Trials = ();
    type Times = Option<f64>;

    fn share(probability: f64, (): ()) -> Option<Probability> {
        let p = probability;
        p.is_finite().then_some(Probability { estimate: p, low: p, high: p, level: LEVEL, mcse: 0.0 })
    }

    fn size(probability: f64) -> f64 {
        probability
    }

    fn trials((): ()) -> Option<u64> {
        None
    }
}
