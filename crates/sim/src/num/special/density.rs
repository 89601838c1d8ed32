//! The densities that tails begin with, in the saddle-point form of C. Loader 2000 ("Fast and accurate computation of
//! binomial probabilities"), which does not cancel at large shapes.

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

    pub(super) fn at(&self, x: f64) -> f64 {
        self.near(x, self.shape - x)
    }

    /// With shape - x known better than from x.
    pub(super) fn near(&self, x: f64, difference: f64) -> f64 {
        exp(-self.stirling - deviance(self.shape, x, difference)) / self.root
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

    pub(super) fn at(&self, x: f64, y: f64) -> f64 {
        let n = self.a + self.b;
        let (at_a, at_b) = (n * x, n * y);
        exp(self.stirling - deviance(self.a, at_a, self.a - at_a) - deviance(self.b, at_b, self.b - at_b))
            / self.root
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
fn deviance(x: f64, mean: f64, difference: f64) -> f64 {
    if difference.abs() >= 0.1 * (x + mean) {
        return x * ln(x / mean) - difference;
    }
    let v = difference / (x + mean);
    let v2 = v * v;
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    let mut odd = 1.0;
    for _ in 0..30 {
        term *= v2;
        odd += 2.0;
        let next = sum + term / odd;
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}
