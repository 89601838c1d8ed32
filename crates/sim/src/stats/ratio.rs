//! How many times likelier: ratios of rates and of odds with intervals at 95%, and tests of many at once.

use libm::erfc;
use serde::Serialize;

use super::interval::Z_975;
use super::paired::LEVEL;

/// Halvings of a range of counts: what is left is below the last bit of what is shown.
const HALVINGS: u32 = 80;

/// A ratio with its interval; 1 is no difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// The ratio, 0 or more; infinite (`null` in JSON) where what it is divided by is 0.
    pub estimate: f64,
    /// The lower end of the interval, 0 or more.
    pub low: f64,
    /// The upper end of the interval; infinite (`null` in JSON) where the data do not bound it.
    pub high: f64,
    /// The confidence level of the interval, 0.95.
    pub level: f64,
}

impl Ratio {
    /// Whether 1 lies in the interval: the trials show no difference.
    #[must_use]
    pub fn holds_one(&self) -> bool {
        self.low <= 1.0 && 1.0 <= self.high
    }

    /// By what factor it differs from 1 at the least: the end of the interval that lies nearest to 1, as a factor of 1
    /// or more; 1 where the interval holds 1.
    #[must_use]
    pub fn at_least(&self) -> f64 {
        if self.low > 1.0 {
            self.low
        } else if self.high < 1.0 {
            1.0 / self.high
        } else {
            1.0
        }
    }
}

/// Two rates side by side in strata, of which each adds its share to one ratio that they have in common.
///
/// A stratum is a date, with the trials that could still get there on it: those with a mark and those without. A trial
/// stands in one stratum after the other until it gets there or the time is up, and its mark may come at any date, so
/// that no trial is credited with time before its mark (N. Mantel and D. P. Byar 1974). What comes of a stratum
/// follows from the trials in it alone, so that their variances add although they are of the same trials.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strata {
    /// The two sums of N. Mantel and W. Haenszel (1959), whose ratio is the estimate.
    with: f64,
    without: f64,
    /// The sum in the variance of S. Greenland and J. M. Robins (1985).
    spread: f64,
    /// Mantel's (1966) test: observed minus expected, and its variance.
    excess: f64,
    variance: f64,
}

impl Strata {
    /// Adds a stratum: of those with the mark how many got there, of how many; and of those without.
    pub fn add(&mut self, (a, n1): (u64, u64), (b, n0): (u64, u64)) {
        let [a, n1, b, n0] = [a, n1, b, n0].map(|count| count as f64);
        let (all, got) = (n1 + n0, a + b);
        if n1 == 0.0 || n0 == 0.0 || got == 0.0 {
            return;
        }
        self.with += a * n0 / all;
        self.without += b * n1 / all;
        self.spread += (got * n1 * n0 - a * b * all) / (all * all);
        self.excess += a - n1 * got / all;
        self.variance += n1 * n0 * got * (all - got) / (all * all * (all - 1.0));
    }

    /// The ratio of the rate with the mark to that without, pooled over the strata (Mantel and Haenszel). `None` where
    /// no stratum in which somebody got there has trials of both kinds.
    ///
    /// The interval holds the ratios r for which `with - r without` is within 1.96 of its standard errors, r being
    /// true: the variance of Greenland and Robins at r, in the manner of E. C. Fieller. So it needs no logarithm, and
    /// has ends where nobody got there on one side.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        let Self { with, without, spread, .. } = *self;
        if with + without <= 0.0 {
            return None;
        }
        let (middle, slack) = (2.0 * with * without, Z_975 * Z_975 * spread);
        let root = (slack * (2.0 * middle + slack)).max(0.0).sqrt();
        // The greater root of without^2 r^2 - (middle + slack) r + with^2; the smaller in the form without cancellation.
        let greater = middle + slack + root;
        Some(Ratio {
            estimate: with / without,
            low: 2.0 * with * with / greater,
            high: greater / (2.0 * without * without),
            level: LEVEL,
        })
    }

    /// How many more with the mark got there than if it made no difference: observed minus expected, date by date.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.excess
    }

    /// How far it is from none, in standard errors: above 0 where those with the mark get there oftener. 0 where there
    /// is nothing to compare.
    #[must_use]
    pub fn z(&self) -> f64 {
        if self.variance > 0.0 { self.excess / self.variance.sqrt() } else { 0.0 }
    }
}

/// The odds with a mark over the odds without, of yes and all on either side. `None` where one side is empty, or all or
/// none of both say yes.
///
/// The interval is that of J. Cornfield (1956) without a correction for continuity: the odds ratios that the score test
/// does not reject, given how many say yes in all.
#[must_use]
pub fn odds_ratio(with: (u64, u64), without: (u64, u64)) -> Option<Ratio> {
    let [a, n1, b, n0] = [with.0, with.1, without.0, without.1].map(|count| count as f64);
    let yes = a + b;
    if n1 == 0.0 || n0 == 0.0 || yes == 0.0 || yes == n1 + n0 {
        return None;
    }
    // The expected table that has x in place of a, with the same margins.
    let cells = |x: f64| [x, n1 - x, yes - x, n0 - yes + x];
    let odds = |x: f64| {
        let [p, q, r, s] = cells(x);
        p * s / (q * r)
    };
    let within = |x: f64| {
        let weight: f64 = cells(x).iter().map(|cell| 1.0 / cell).sum();
        (a - x).abs() * weight.sqrt() <= Z_975
    };
    let end = |outer: f64| {
        let (mut inside, mut outside) = (a, outer);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (inside + outside);
            if within(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        0.5 * (inside + outside)
    };
    let (least, most) = ((yes - n0).max(0.0), n1.min(yes));
    Some(Ratio {
        estimate: odds(a),
        low: if a == least { 0.0 } else { odds(end(least)) },
        high: if a == most { f64::INFINITY } else { odds(end(most)) },
        level: LEVEL,
    })
}

/// The score test of equal shares, which [`odds_ratio`] inverts at 1: K. Pearson's (1900), in standard errors, above 0
/// where the first share is the higher. 0 where there is nothing to compare.
#[must_use]
pub fn two_shares_z(with: (u64, u64), without: (u64, u64)) -> f64 {
    let [a, n1, b, n0] = [with.0, with.1, without.0, without.1].map(|count| count as f64);
    let (all, yes) = (n1 + n0, a + b);
    let variance = n1 * n0 * yes * (all - yes);
    if variance > 0.0 { (a * n0 - b * n1) * (all / variance).sqrt() } else { 0.0 }
}

/// How often chance alone lies as far from none, on either side: the p-value of a test, from its standard errors.
#[must_use]
pub fn two_sided(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2).min(1.0)
}

/// p-values for many tests at once: S. Holm's (1979). With those below 0.05 called real, the chance that any of them is
/// not is at most 5%, however the tests hang together.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&x, &y| p[x].total_cmp(&p[y]));
    let mut adjusted = vec![1.0; p.len()];
    let mut most = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        most = most.max(p[place] * (p.len() - rank) as f64).min(1.0);
        adjusted[place] = most;
    }
    adjusted
}

#[cfg(test)]
#[path = "ratio_tests.rs"]
mod tests;
