//! Confidence sequences: intervals at 95% that all hold at once, so that one may look after any number of trials, as
//! often as one likes, and stop because of what is seen.
//!
//! A bet against a share `p` starts with 1 and is paid fairly as long as `p` is right, so that its wealth passes 20
//! with a probability of 1/20 at most, ever (J. Ville 1939). The shares against which the wealth is below 20 are the
//! interval.

use serde::{Deserialize, Serialize};

use crate::num::math::ln;
use crate::num::special::ln_gamma;

/// ln(1 / 0.05): what the logarithm of a wealth must stay below.
const LN_20: f64 = 2.995_732_273_553_991;
/// Halvings of an interval within [0, 1].
const HALVINGS: u32 = 60;

/// A 95% confidence sequence of a probability: the beta-binomial mixture of S. R. Howard, A. Ramdas, J. McAuliffe and
/// J. Sekhon (2021), in the tradition of H. Robbins (1970). Against the share `p` it bets on shares drawn from
/// Beta(c p, c (1 - p)); the error of 5% holds exactly, for any number of trials and any rule by which they end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareSequence {
    /// The concentration `c` of the shares that are bet on, above 0: the interval is at its narrowest, in relation to
    /// a plain one, about 9 `c` trials on.
    concentration: f64,
}

impl ShareSequence {
    /// With a concentration, which must be chosen before the first trial. One that is not above 0 is taken as 1.
    #[must_use]
    pub fn new(concentration: f64) -> Self {
        Self { concentration: if concentration > 0.0 { concentration } else { 1.0 } }
    }

    /// For an interval that is to come to a half-width: about the best where the share is from 5% to 95%.
    #[must_use]
    pub fn for_half_width(half_width: f64) -> Self {
        Self::new(0.1 / (half_width * half_width))
    }

    /// For the question whether the share is above a threshold: about the best for 500 to 10,000 trials, and not bad
    /// for far more.
    #[must_use]
    pub fn for_threshold(threshold: f64) -> Self {
        // Near 0 and 1 the shares that are bet on should still have the threshold within their spread.
        Self::new((1.0 / threshold.min(1.0 - threshold)).max(100.0))
    }

    /// The logarithm of the wealth of the bet against a share `p` in (0, 1), after some successes and failures
    /// \[counts; fractions are allowed, to look ahead\]. At ln 20, about 3, the share is given up.
    #[must_use]
    pub fn ln_wealth(&self, p: f64, successes: f64, failures: f64) -> f64 {
        let (a, b) = (self.concentration * p, self.concentration * (1.0 - p));
        let mixed = ln_beta(a + successes, b + failures) - ln_beta(a, b);
        let times_ln = |count: f64, x: f64| if count > 0.0 { count * ln(x) } else { 0.0 };
        mixed - times_ln(successes, p) - times_ln(failures, 1.0 - p)
    }

    /// Whether a share in (0, 1) is given up.
    #[must_use]
    pub fn excludes(&self, p: f64, successes: u64, trials: u64) -> bool {
        let failures = trials.saturating_sub(successes);
        self.ln_wealth(p, successes as f64, failures as f64) >= LN_20
    }

    /// The shares that are not given up, low and high; `(0, 1)` where there are no trials.
    #[must_use]
    pub fn interval(&self, successes: u64, trials: u64) -> (f64, f64) {
        self.interval_of(successes as f64, trials.saturating_sub(successes) as f64)
    }

    /// The same of counts that may be fractions.
    pub(crate) fn interval_of(&self, successes: f64, failures: f64) -> (f64, f64) {
        if successes + failures <= 0.0 {
            return (0.0, 1.0);
        }
        // ln(wealth) is a sum of terms ln(c p + i) - ln(p), and the same of 1 - p: convex in p, and at most 0 at the
        // share that was seen. So what is not given up is an interval around it.
        let seen = successes / (successes + failures);
        let given_up = |p: f64| self.ln_wealth(p, successes, failures) >= LN_20;
        let border = |outer: f64| {
            let (mut outside, mut inside) = (outer, seen);
            for _ in 0..HALVINGS {
                let middle = 0.5 * (outside + inside);
                if middle > 0.0 && middle < 1.0 && given_up(middle) {
                    outside = middle;
                } else if middle == outside || middle == inside {
                    break;
                } else {
                    inside = middle;
                }
            }
            outside
        };
        // Where nothing down to 0 is given up the halving runs to 0 itself.
        (border(0.0).min(seen), border(1.0).max(seen))
    }
}

/// A 95% confidence sequence of a mean, by the central limit theorem: the normal mixture of H. Robbins (1970) with the
/// standard deviation that was seen, an asymptotic confidence sequence of I. Waudby-Smith, D. Arbour, R. Sinha,
/// E. H. Kennedy and A. Ramdas (2024). It holds from some hundred trials on, however often one looks then.
///
/// Gives the half-width after `count` numbers of standard deviation `sd`. `scale` is the spread of the means that are
/// bet on, above 0, to be chosen before the first trial: about the half-width at which one means to stop. `None` where
/// there are fewer than two numbers, or all were alike: what is seldom far away has not been seen yet.
#[must_use]
pub fn mean_sequence(count: u64, sd: f64, scale: f64) -> Option<f64> {
    mean_sequence_of(count as f64, sd, scale)
}

/// The same of a count that need not be whole.
pub(crate) fn mean_sequence_of(count: f64, sd: f64, scale: f64) -> Option<f64> {
    if count < 2.0 || sd == 0.0 {
        return None;
    }
    // What is mixed over, in units of what the numbers know.
    let ratio = count * (scale / sd) * (scale / sd);
    let squared = sd * sd / count * (1.0 + 1.0 / ratio) * (ln(1.0 + ratio) + 2.0 * LN_20);
    Some(squared.sqrt())
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

#[cfg(test)]
mod tests {
    use super::{LN_20, ShareSequence, mean_sequence};

    /// The wealth by its definition, trial by trial: the next share that the bet expects, against p.
    #[test]
    fn the_wealth_is_a_product_of_fair_bets() {
        let sequence = ShareSequence::new(7.5);
        for p in [0.03_f64, 0.5, 0.8] {
            let (mut wealth, mut successes, mut failures) = (1.0_f64, 0_u32, 0_u32);
            for trial in 0..200_u32 {
                let next = (7.5 * p + f64::from(successes)) / (7.5 + f64::from(trial));
                // Whatever comes, fair where p is right: p next / p + (1 - p) (1 - next) / (1 - p) = 1.
                if trial * trial % 7 == 2 {
                    wealth *= next / p;
                    successes += 1;
                } else {
                    wealth *= (1.0 - next) / (1.0 - p);
                    failures += 1;
                }
                let told = sequence.ln_wealth(p, successes.into(), failures.into());
                assert!((told - wealth.ln()).abs() < 1e-9, "{p} {trial}: {told} {}", wealth.ln());
            }
        }
    }

    #[test]
    fn the_ends_of_the_interval_are_where_the_wealth_is_20() {
        let sequence = ShareSequence::for_half_width(0.01);
        for (successes, trials) in [(40, 90), (3, 1000), (99_000, 100_000), (50_000_000, 100_000_000)] {
            let (low, high) = sequence.interval(successes, trials);
            let seen = successes as f64 / trials as f64;
            assert!(low < seen && seen < high, "{successes} {trials}: {low} {high}");
            for end in [low, high] {
                let wealth = sequence.ln_wealth(end, successes as f64, (trials - successes) as f64);
                assert!((wealth - LN_20).abs() < 1e-4, "{successes} {trials}: {wealth}");
            }
        }
        let (low, high) = sequence.interval(0, 500);
        assert!(low == 0.0 && high > 0.0 && high < 0.1, "{low} {high}");
        let mirrored = sequence.interval(500, 500);
        assert!((mirrored.0 - (1.0 - high)).abs() < 1e-12 && mirrored.1 == 1.0, "{mirrored:?}");
        assert_eq!(sequence.interval(0, 0), (0.0, 1.0));
    }

    /// About 3.0 standard errors where it is meant to be narrowest (a plain interval has 1.96), by the formula of Robbins
    /// worked out by hand; the share's and the mean's agree there.
    #[test]
    fn the_price_of_looking() {
        let (low, high) = ShareSequence::new(4000.0).interval(17_560, 35_120);
        let errors = 0.5 * (high - low) / (0.25_f64 / 35_120.0).sqrt();
        assert!((errors - 3.036).abs() < 0.01, "{errors}");
        // scale^2 = sd^2 / 4000.
        let half = mean_sequence(35_120, 0.5, 0.5 / 4000.0_f64.sqrt()).unwrap_or(f64::NAN);
        assert!((half / (0.25_f64 / 35_120.0).sqrt() - 3.036).abs() < 0.01, "{half}");
        assert_eq!(mean_sequence(1, 1.0, 1.0), None);
        assert_eq!(mean_sequence(9, 0.0, 1.0), None);
    }
}
