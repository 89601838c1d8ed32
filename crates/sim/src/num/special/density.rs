//! The densities that tails begin with, in the saddle-point form of C. Loader 2000 ("Fast and accurate computation of
//! binomial probabilities"), which does not cancel at large shapes.

use super::lanes::{map, select, zip};
use super::ln_gamma;
use crate::num::math::{exp, ln};

/// ln(2 pi) / 2.
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_7;
/// 2 pi.
const TWO_PI: f64 = 2.0 * std::f64::consts::PI;

/// x^shape e^-x / Gamma(shape + 1), the Poisson probability read with a real count (Loader 2000).
#[derive(Clone, Copy, Debug)]
pub(super) struct Poisson {
    shape: f64,
    stirling: f64,
    root: f64,
}

impl Poisson {
    pub(super) fn new(shape: f64) -> Self {
        Self { shape, stirling: stirling_error(shape), root: (TWO_PI * shape).sqrt() }
    }

    #[inline(always)]
    pub(super) fn at(&self, x: f64) -> f64 {
        let [density] = self.at_all(&[x]);
        density
    }

    /// [`at`](Self::at) each of some x.
    #[inline(always)]
    pub(super) fn at_all<const N: usize>(&self, x: &[f64; N]) -> [f64; N] {
        self.near_all(x, &map(x, |x| self.shape - x))
    }

    /// The same, with shape - x known better than from x.
    #[inline(always)]
    pub(super) fn near_all<const N: usize>(&self, x: &[f64; N], difference: &[f64; N]) -> [f64; N] {
        let deviance = deviance(&[self.shape; N], x, difference);
        map(&deviance, |deviance| exp(-self.stirling - deviance) / self.root)
    }
}

/// x^a y^b Gamma(a + b + 1) / (Gamma(a + 1) Gamma(b + 1)), the binomial probability with real counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binomial {
    pub(super) a: f64,
    pub(super) b: f64,
    stirling: f64,
    root: f64,
}

impl Binomial {
    pub(super) fn new(a: f64, b: f64) -> Self {
        let n = a + b;
        let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
        Self { a, b, stirling, root: (TWO_PI * a * (b / n)).sqrt() }
    }

    #[inline(always)]
    pub(super) fn at(&self, x: f64, y: f64) -> f64 {
        let [of_a, of_b] = self.deviances(&[x], &[y]);
        let [density] = self.of_deviances(&of_a, &of_b);
        density
    }

    /// The deviances of both counts at each of some x and y: in the other order those of the pair turned round.
    #[inline(always)]
    pub(super) fn deviances<const N: usize>(&self, x: &[f64; N], y: &[f64; N]) -> [[f64; N]; 2] {
        let n = self.a + self.b;
        let (at_a, at_b) = (map(x, |x| n * x), map(y, |y| n * y));
        let of_a = deviance(&[self.a; N], &at_a, &map(&at_a, |at_a| self.a - at_a));
        let of_b = deviance(&[self.b; N], &at_b, &map(&at_b, |at_b| self.b - at_b));
        [of_a, of_b]
    }

    /// What [`at`](Self::at) is where the deviances are these.
    #[inline(always)]
    pub(super) fn of_deviances<const N: usize>(&self, of_a: &[f64; N], of_b: &[f64; N]) -> [f64; N] {
        zip(of_a, of_b, |of_a, of_b| exp(self.stirling - of_a - of_b) / self.root)
    }

    /// ln of 1 / (a B(a, b)), for this pair or the same pair turned round.
    pub(super) fn ln_leading(&self, a: f64, b: f64) -> f64 {
        let n = a + b;
        let entropy = a * libm::log1p(b / a) + b * libm::log1p(a / b);
        ln(b / n) + self.stirling + entropy - ln(self.root)
    }
}

/// ln Gamma(n + 1) less Stirling's (n + 1/2) ln n - n + ln(2 pi)/2.
fn stirling_error(n: f64) -> f64 {
    if n < 10.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * ln(n) + n - HALF_LN_TWO_PI;
    }
    // DLMF 5.11.1.
    let r = 1.0 / n;
    let r2 = r * r;
    let far = 1.0 / 1188.0 - r2 * (691.0 / 360_360.0 - r2 * (1.0 / 156.0));
    r * (1.0 / 12.0 - r2 * (1.0 / 360.0 - r2 * (1.0 / 1260.0 - r2 * (1.0 / 1680.0 - r2 * far))))
}

/// x ln(x / mean) + mean - x without cancellation near x = mean (Loader's `bd0`), given x - mean.
#[inline(always)]
fn deviance<const N: usize>(x: &[f64; N], mean: &[f64; N], difference: &[f64; N]) -> [f64; N] {
    let total = zip(x, mean, |x, mean| x + mean);
    let mut far = [false; N];
    for i in 0..N {
        far[i] = difference[i].abs() >= 0.1 * total[i];
    }
    if far == [true; N] {
        return far_deviance(x, mean, difference);
    }
    let v = zip(difference, &total, |difference, total| difference / total);
    let mut sum = zip(difference, &v, |difference, v| difference * v);
    let mut term = zip(x, &v, |x, v| 2.0 * x * v);
    let mut odd = 1.0;
    for _ in 0..30 {
        odd += 2.0;
        let mut open = false;
        for i in 0..N {
            term[i] *= v[i] * v[i];
            // Terms fall, so that a sum which one of them leaves as it is stays so.
            let next = sum[i] + term[i] / odd;
            open |= (next != sum[i]) & !far[i];
            sum[i] = next;
        }
        if !open {
            break;
        }
    }
    if far == [false; N] { sum } else { select(&far, &far_deviance(x, mean, difference), &sum) }
}

/// The same where x is far from the mean.
#[inline(always)]
fn far_deviance<const N: usize>(x: &[f64; N], mean: &[f64; N], difference: &[f64; N]) -> [f64; N] {
    let logarithm = map(&zip(x, mean, |x, mean| x / mean), ln);
    zip(&zip(x, &logarithm, |x, logarithm| x * logarithm), difference, |product, difference| {
        product - difference
    })
}
