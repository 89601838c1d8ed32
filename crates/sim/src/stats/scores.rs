//! Scores of forecasts by what happened. All are proper, so that no forecast is better by saying other than what it holds
//! (Gneiting and Raftery 2007); of all less is better, and 0 is the best.

use crate::num::math::ln;

/// Brier's (1950) score of the probability of an event, in \[0, 1\]: its squared distance from 1 or 0. Half of what Brier
/// wrote, who summed over yes and no.
#[must_use]
pub fn brier(probability: f64, happened: bool) -> f64 {
    square(probability - f64::from(u8::from(happened)))
}

/// Brier's score of a choice among several, in \[0, 1\]: half of the squared distances, so that of two it is that of an
/// [event](brier). `shares` are probabilities that sum to 1, `at` is the place of what happened.
#[must_use]
pub fn brier_of_levels(shares: &[f64], at: usize) -> f64 {
    0.5 * shares.iter().enumerate().map(|(place, share)| brier(*share, place == at)).sum::<f64>()
}

/// The logarithmic score (Good 1952) \[nats\], in \[0, infinity\]: minus the logarithm of the probability of what happened.
#[must_use]
pub fn log_score(probability: f64) -> f64 {
    0.0 - ln(probability)
}

/// The probability of one of so many classes in which `count` of `trials` fell, for a [logarithmic score](log_score), which
/// a share of 0 would make infinite although more trials might have met it: half a trial more in each class (Jeffreys 1946).
#[must_use]
pub fn with_half_a_trial(count: u64, trials: u64, classes: usize) -> f64 {
    (count as f64 + 0.5) / (trials as f64 + 0.5 * classes as f64)
}

/// The continuous ranked probability score (Matheson and Winkler 1976) of equally likely values as a forecast of a number,
/// in its unit: the area between their distribution and the step at what was observed, squared. Of a single value it is the
/// distance. `values` are in ascending order with how many there are of each, `count` in all; `None` where there are none.
#[must_use]
pub fn crps(values: impl Iterator<Item = (f64, u64)>, count: u64, observed: f64) -> Option<f64> {
    let (mut area, mut below, mut last) = (0.0, 0_u64, None);
    for (value, n) in values {
        let share = below as f64 / count as f64;
        // Before the first value nothing lies below, and only what was observed there counts.
        let from = last.unwrap_or(value.min(observed));
        let until_observed = observed.clamp(from, value);
        area += square(share) * (until_observed - from) + square(1.0 - share) * (value - until_observed);
        below = below.saturating_add(n);
        last = Some(value);
    }
    // Beyond the last all lie below.
    last.map(|last| area + (observed - last).max(0.0))
}

/// The ranked probability score (Epstein 1969) of ordered levels, in \[0, levels - 1\]: the [`crps`] of the level's place.
/// `shares` are probabilities that sum to 1, `at` is the place of what happened.
#[must_use]
pub fn ranked(shares: &[f64], at: usize) -> f64 {
    let mut sum = 0.0;
    let borders = shares.iter().take(shares.len().saturating_sub(1)).enumerate();
    borders
        .map(|(place, share)| {
            sum += share;
            brier(sum, at <= place)
        })
        .sum()
}

/// The [`crps`] of the time to an event up to a last observation, in units of `dt`: the [Brier](brier) scores of "by now"
/// over time (Graf et al. 1999, without censoring, for it is known when it came). `reached` holds the probability to have
/// got there at each observation, `at` is the one at which it was, or none.
#[must_use]
pub fn crps_of_time(reached: &[f64], at: Option<u32>, dt: f64) -> f64 {
    let is_there = |step: usize| at.is_some_and(|at| at as usize <= step);
    let steps = reached.iter().take(reached.len().saturating_sub(1)).enumerate();
    steps.map(|(step, share)| brier(*share, is_there(step))).sum::<f64>() * dt
}

/// Spiegelhalter's (1986) z of probabilities `p` of independent events and whether these `came`: how far their
/// [Brier](brier) score lies from what the probabilities themselves lead one to expect, in standard deviations; above 0 where
/// it is worse. `None` where all are 0, 1/2 or 1.
#[must_use]
pub fn spiegelhalter(p: &[f64], came: &[bool]) -> Option<f64> {
    standardised(p, came, |p| 1.0 - 2.0 * p)
}

/// How many of independent events of probabilities `p` `came`, less how many should have, in standard deviations: calibration
/// in the large (Cox 1958). `None` where all probabilities are 0 or 1.
#[must_use]
pub fn in_the_large(p: &[f64], came: &[bool]) -> Option<f64> {
    standardised(p, came, |_| 1.0)
}

/// A weighted sum of what came less what was said, in standard deviations.
fn standardised(p: &[f64], came: &[bool], weight: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut sum, mut variance) = (0.0, 0.0);
    for (&p, &came) in p.iter().zip(came) {
        sum += (f64::from(u8::from(came)) - p) * weight(p);
        variance += square(weight(p)) * p * (1.0 - p);
    }
    (variance > 0.0).then(|| sum / variance.sqrt())
}

fn square(x: f64) -> f64 {
    x * x
}

#[cfg(test)]
#[path = "scores_tests.rs"]
mod tests;
