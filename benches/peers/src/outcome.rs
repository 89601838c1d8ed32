//! What a program found, and whether two found the same.

use serde::Deserialize;

/// What a run of some trials took and found; what programs print as JSON.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Outcome {
    /// Of the simulation alone, without start-up and compilation.
    pub(crate) seconds: f64,
    pub(crate) trials: f64,
    /// Trials that reached the event.
    pub(crate) reached: f64,
    /// Of the value at the end: its sum and sum of squares over trials.
    pub(crate) level: f64,
    pub(crate) level_squares: f64,
    /// Firings of all rules in all trials.
    pub(crate) fires: f64,
}

/// Differences of more standard errors than this are no chance.
const MOST_STANDARD_ERRORS: f64 = 5.0;

impl Outcome {
    /// Both runs' trials together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            seconds: self.seconds + other.seconds,
            trials: self.trials + other.trials,
            reached: self.reached + other.reached,
            level: self.level + other.level,
            level_squares: self.level_squares + other.level_squares,
            fires: self.fires + other.fires,
        }
    }

    /// What differs by more than chance, if anything does.
    pub(crate) fn differs(&self, other: &Self) -> Option<String> {
        let shares = [self.reached / self.trials, other.reached / other.trials];
        let together = (self.reached + other.reached) / (self.trials + other.trials);
        let variance = together * (1.0 - together);
        let event = difference("the event", shares, variance / self.trials + variance / other.trials);
        let means = [self.level / self.trials, other.level / other.trials];
        let level = difference("the value", means, self.level_error() + other.level_error());
        // Firings of a trial hang together, but hardly: twice the variance of independent ones.
        let fires = [self.fires / self.trials, other.fires / other.trials];
        let error = 2.0 * (fires[0] / self.trials + fires[1] / other.trials);
        event.or(level).or_else(|| difference("the firings a trial", fires, error))
    }

    /// The square of the standard error of the value's mean.
    fn level_error(&self) -> f64 {
        let mean = self.level / self.trials;
        (self.level_squares / self.trials - mean * mean).max(0.0) / self.trials
    }
}

fn difference(what: &str, [a, b]: [f64; 2], squared_error: f64) -> Option<String> {
    let far = (a - b).abs() > MOST_STANDARD_ERRORS * squared_error.sqrt() + 1e-9;
    (far || !(a - b).is_finite())
        .then(|| format!("{what}: {a:.5} and {b:.5}, standard error {:.5}", squared_error.sqrt()))
}
