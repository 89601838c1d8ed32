//! Intervals at 95%: of a probability, and of a quantile by ranks.

use serde::{Deserialize, Serialize};

use super::quantile_rank;
use crate::num::normal::normal_quantile;
use crate::num::special::{beta_cdf, beta_quantile};

/// The confidence level of every interval.
pub const LEVEL: f64 = 0.95;

/// The 0.975 quantile of the standard normal.
pub(crate) const Z_975: f64 = 1.959_963_984_540_054;
/// What each tail of a 95% interval may miss.
const TAIL: f64 = 0.025;

/// Where numbers cease to be within, between one that is and one beyond it that is not, after so many halvings.
pub(super) fn border(mut inside: f64, mut outside: f64, halvings: u32, within: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..halvings {
        let middle = 0.5 * (inside + outside);
        if within(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    0.5 * (inside + outside)
}

/// The 0.975 quantile of Student's distribution with so many degrees of freedom; NaN below 1.
pub(crate) fn student_975(freedom: f64) -> f64 {
    if freedom < 1.0 {
        return f64::NAN;
    }
    // t^2 / (freedom + t^2) has a beta distribution.
    let share = beta_quantile(0.5, 0.5 * freedom, 0.95);
    (freedom * share / (1.0 - share)).sqrt()
}

/// A share of trials as an estimate of a probability, all in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probability {
    /// Successes over trials.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The confidence level of the interval, 0.95.
    pub level: f64,
    /// The Monte Carlo standard error of the estimate, sqrt(p (1 - p) / n).
    pub mcse: f64,
}

/// In percent, as in `48.7% [47.7, 49.7]`.
impl std::fmt::Display for Probability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [estimate, low, high] = [self.estimate, self.low, self.high].map(Percent);
        f.pad(&format!("{estimate}% [{low}, {high}]"))
    }
}

/// A share from 0 to 1 as a number of percent: with one decimal, or where that would tell some as none or as all, with two
/// significant digits of what it is away from there.
///
/// ```
/// use cordiale_sim::stats::Percent;
/// let texts = [0.487, 0.0007, 0.0003, 0.99996, 0.0, 1e-9].map(|share| Percent(share).to_string());
/// assert_eq!(texts, ["48.7", "0.1", "0.030", "99.9960", "0.0", "1.0e-7"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(pub f64);

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = 100.0 * self.0;
        let plain = format!("{percent:.1}");
        if !(plain == "0.0" && percent > 0.0 || plain == "100.0" && percent < 100.0) {
            return f.write_str(&plain);
        }
        // In powers of ten after rounding, as in `9.5e-3`.
        let away = format!("{:.1e}", percent.min(100.0 - percent));
        let power = away.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
        match usize::try_from(1 - power).unwrap_or(0) {
            7.. if percent < 50.0 => f.write_str(&away),
            // More digits nobody reads; rounded up they would tell it as all.
            7.. => f.write_str("99.99999"),
            decimals => write!(f, "{percent:.decimals$}"),
        }
    }
}

/// The interval of E. B. Wilson 1927 at 95%; `None` where there are no trials. Its lower end is exactly 0 at
/// no successes, its upper end exactly 1 at nothing but successes (more successes than trials count as all).
#[must_use]
pub fn wilson(successes: u64, n: u64) -> Option<Probability> {
    if n == 0 {
        return None;
    }
    let successes = successes.min(n);
    let trials = n as f64;
    let hits = successes as f64;
    let misses = (n - successes) as f64;
    let estimate = hits / trials;
    let z2 = Z_975 * Z_975;
    // All over n + z^2: (hits + z^2/2 -+ z sqrt(hits misses / n + z^2/4)).
    let centre = hits + 0.5 * z2;
    let half = Z_975 * (hits * (misses / trials) + 0.25 * z2).sqrt();
    let whole = trials + z2;
    let low = if successes == 0 { 0.0 } else { ((centre - half) / whole).clamp(0.0, estimate) };
    let high = if successes == n { 1.0 } else { ((centre + half) / whole).clamp(estimate, 1.0) };
    let mcse = (estimate * (misses / trials) / trials).sqrt();
    Some(Probability { estimate, low, high, level: LEVEL, mcse })
}

/// The ranks, from 1, of the two order statistics between which the q-quantile lies with at least 95%
/// confidence, whatever the distribution: each tail misses it with probability 2.5% at most, by the exact
/// binomial distribution of how many trials lie below it (W. R. Thompson 1936). `None` for a side that the
/// sample is too small to bound, and for both where q is not in (0, 1).
#[must_use]
pub fn quantile_ranks(n: u64, q: f64) -> (Option<u64>, Option<u64>) {
    if n == 0 || !(q > 0.0 && q < 1.0) {
        return (None, None);
    }
    let trials = n as f64;
    // P(at most k of n lie below the quantile) and P(more than k do).
    let at_most = |k: u64| beta_cdf(trials - k as f64, k as f64 + 1.0, 1.0 - q);
    let more = |k: u64| beta_cdf(k as f64 + 1.0, trials - k as f64, q);
    let spread = (trials * q * (1.0 - q)).sqrt() * normal_quantile(1.0 - TAIL);
    let middle = quantile_rank(n, q).unwrap_or(1) as f64;
    // The last l with P(at most l - 1) <= 2.5%: one before the first where it is more.
    let from = (middle - spread).max(1.0) as u64;
    let low = first_true(from.min(n), n, |l| at_most(l - 1) > TAIL) - 1;
    // The first u with P(at least u) <= 2.5%.
    let from = (middle + spread).max(1.0) as u64;
    let high = first_true(from.min(n), n, |u| more(u - 1) <= TAIL);
    ((low >= 1).then_some(low), (high <= n).then_some(high))
}

/// The first k in 1..=n that holds, for a test that stays true once it is; n + 1 where none does. Looked
/// for from `guess` in doubling strides, then by halving.
fn first_true(guess: u64, n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let mut stride = 1;
    // `fails` does not hold (0 stands before all), `found` does (n + 1 stands behind all).
    let (mut fails, mut found);
    if holds(guess) {
        found = guess;
        loop {
            fails = found.saturating_sub(stride);
            if fails == 0 || !holds(fails) {
                break;
            }
            found = fails;
            stride = stride.saturating_mul(2);
        }
    } else {
        fails = guess;
        loop {
            found = fails.saturating_add(stride).min(n.saturating_add(1));
            if found > n || holds(found) {
                break;
            }
            fails = found;
            stride = stride.saturating_mul(2);
        }
    }
    while found - fails > 1 {
        let middle = fails + (found - fails) / 2;
        if holds(middle) {
            found = middle;
        } else {
            fails = middle;
        }
    }
    found
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
