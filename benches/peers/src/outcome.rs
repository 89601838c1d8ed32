//! What a program found, and whether two found the same.

use serde::Deserialize;

/// What a run of some trials took and found; what programs print as JSON.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Outcome {
    /// Processor time of the simulation alone, without start-up and compilation.
    pub(crate) seconds: f64,
    /// The same on the clock, where it was looked at.
    #[serde(default)]
    pub(crate) elapsed: f64,
    pub(crate) trials: f64,
    /// Trials that reached the event.
    pub(crate) reached: f64,
    /// Of the value at the end: its sum and sum of squares over trials.
    pub(crate) level: f64,
    pub(crate) level_squares: f64,
    /// Firings of all rules in all trials.
    pub(crate) fires: f64,
    /// The sum of the squares of a trial's firings, where they were counted trial by trial; else 0.
    #[serde(default)]
    pub(crate) fires_squares: f64,
}

/// Differences of more standard errors than this are no chance.
const MOST_STANDARD_ERRORS: f64 = 5.0;

impl Outcome {
    /// Both runs' trials together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            seconds: self.seconds + other.seconds,
            elapsed: self.elapsed + other.elapsed,
            trials: self.trials + other.trials,
            reached: self.reached + other.reached,
            level: self.level + other.level,
            level_squares: self.level_squares + other.level_squares,
            fires: self.fires + other.fires,
            fires_squares: self.fires_squares + other.fires_squares,
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
        let fires = [self.fires / self.trials, other.fires / other.trials];
        let error = self.fires_variance(other) * (1.0 / self.trials + 1.0 / other.trials);
        event.or(level).or_else(|| difference("the firings a trial", fires, error))
    }

    /// Of a trial's firings, by the program that counted them trial by trial: they hang together, for guards hold for spells.
    fn fires_variance(&self, other: &Self) -> f64 {
        let counted = if self.fires_squares > 0.0 { self } else { other };
        let mean = counted.fires / counted.trials;
        (counted.fires_squares / counted.trials - mean * mean).max(mean)
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

#[cfg(test)]
mod tests {
    use super::Outcome;

    const FOUND: Outcome = Outcome {
        seconds: 1.0,
        elapsed: 1.0,
        trials: 10_000.0,
        reached: 2_500.0,
        level: 5_000.0,
        level_squares: 2_600.0,
        fires: 300_000.0,
        // A variance of 60 a trial.
        fires_squares: 9_600_000.0,
    };

    #[test]
    fn chance_is_no_difference() {
        // Standard errors: 61 reached, 14 of the value's sum, 1,095 firings.
        let other = Outcome { reached: 2_600.0, level: 5_040.0, fires: 303_000.0, ..FOUND };
        assert_eq!(FOUND.differs(&other), None);
    }

    #[test]
    fn more_than_chance_is_one() {
        let others = [
            Outcome { reached: 2_900.0, ..FOUND },
            Outcome { level: 5_150.0, ..FOUND },
            Outcome { fires: 307_000.0, ..FOUND },
            Outcome { level: f64::NAN, ..FOUND },
        ];
        for other in others {
            assert!(FOUND.differs(&other).is_some(), "{other:?}");
        }
    }
}
