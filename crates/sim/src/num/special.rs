//! The incomplete gamma and beta functions and their inverses, for shapes from 1e-3 to 1e12.
//!
//! Small shapes use the classical series and continued fractions; large ones integrate the density's tail
//! by Gauss-Legendre panels, whose number does not grow with the shape. Densities come in the
//! saddle-point form of C. Loader 2000 ("Fast and accurate computation of binomial probabilities"), which
//! does not cancel at large shapes. Both tails are computed as a pair, the smaller one to full relative
//! precision, and quantiles are solved in the tail that u lies in.

mod beta;
mod density;
mod fractions;
mod gamma;
mod lanes;
mod quadrature;
mod search;

pub(crate) use beta::Beta;
pub(crate) use gamma::Gamma;
pub(crate) use search::{Solvable, TOGETHER};

/// The smallest change that counts in a sum or product.
const PRECISION: f64 = 1e-17;

/// ln of the gamma function's magnitude at `x` (the `libm` crate's, FreeBSD's algorithm).
#[must_use]
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// P(X <= x) for a beta variable of shapes `a` and `b` (> 0): the regularised incomplete beta function
/// I_x(a, b). In [0, 1]; NaN where a shape is not positive and finite or x is NaN.
#[must_use]
pub(crate) fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    let x = x.clamp(0.0, 1.0);
    Beta::new(a, b).tails(x, 1.0 - x).0
}

/// The x with P(X <= x) = u for a gamma variable of this shape (> 0) and scale 1: see [`Gamma::quantile`].
#[must_use]
pub(crate) fn gamma_quantile(shape: f64, u: f64) -> f64 {
    Gamma::new(shape).quantile(u)
}

/// The x with P(X <= x) = u for a beta variable of shapes `a` and `b` (> 0): see [`Beta::quantile`].
#[must_use]
pub(crate) fn beta_quantile(a: f64, b: f64, u: f64) -> f64 {
    Beta::new(a, b).quantile(u)
}

/// Positive and finite.
#[inline(always)]
fn is_shape(shape: f64) -> bool {
    shape > 0.0 && shape < f64::INFINITY
}

/// The two tails from one of them.
#[inline(always)]
fn pair(tail: f64, is_upper: bool) -> (f64, f64) {
    let tail = tail.clamp(0.0, 1.0);
    if is_upper { (1.0 - tail, tail) } else { (tail, 1.0 - tail) }
}

#[cfg(test)]
#[path = "special_tests.rs"]
mod tests;
