//! The gamma distribution.

use super::density::Poisson;
use super::fractions::{gamma_fractions, gamma_series};
use super::lanes::{map, select, zip};
use super::quadrature::{POINTS, Tail, integrate, panel};
use super::search::{Solvable, Tails};
use super::{PRECISION, is_shape, ln_gamma, pair};
use crate::num::math::{exp, ln};
use crate::num::normal::normal_quantiles;

/// The shape from which a series would take too many terms.
const LARGE: f64 = 200.0;

/// A gamma distribution of scale 1, and what is the same for all of its quantiles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gamma {
    shape: f64,
    density: Poisson,
    /// ln Gamma(shape + 1).
    ln_leading: f64,
}

impl Gamma {
    /// Whether its tails are integrated, which is slow.
    pub(crate) fn is_large(&self) -> bool {
        self.shape >= LARGE
    }

    /// Of this shape; where it is not positive and finite all that is asked of it is NaN.
    #[must_use]
    pub(crate) fn new(shape: f64) -> Self {
        Self { shape, density: Poisson::new(shape), ln_leading: ln_gamma(shape + 1.0) }
    }

    /// The x with P(X <= x) = u.
    ///
    /// Relative error about 1e-14 where u determines x so well, which small shapes do not: there u's own
    /// rounding is divided by the shape. 0 for u <= 0, `inf` for u >= 1; NaN for a bad shape or u.
    /// Method: Newton steps in ln x on the logarithm of the smaller tail, which is concave, so that they
    /// converge from anywhere; kept in a bracket, and 100 of them at most.
    #[must_use]
    pub(crate) fn quantile(&self, u: f64) -> f64 {
        let [quantile] = self.solve(&[u]);
        quantile
    }

    /// (P, Q) of the incomplete gamma function.
    #[inline(always)]
    pub(in crate::num) fn tails(&self, x: f64) -> (f64, f64) {
        if !is_shape(self.shape) || x.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        if x == f64::INFINITY {
            return (1.0, 0.0);
        }
        let Tails { lower: [lower], upper: [upper], .. } = self.tails_at(&[x], &[true]);
        (lower, upper)
    }

    /// Both tails of a large shape, and the derivative of the lower one by ln x.
    #[inline(always)]
    fn look(&self, x: f64) -> ((f64, f64), f64) {
        (self.integral(x), self.shape * self.density.at(x))
    }

    /// The same, in code of its own.
    #[inline(never)]
    fn look_apart(&self, x: f64) -> ((f64, f64), f64) {
        self.look(x)
    }

    /// The tails of a large shape, at an x above 0 and finite.
    #[inline(always)]
    fn integral(&self, x: f64) -> (f64, f64) {
        let upwards = x >= self.shape;
        let (direction, end) = if upwards { (1.0, f64::INFINITY) } else { (-1.0, x) };
        let tail = GammaTail { of: self, x, difference: self.shape - x, direction };
        pair(integrate(&tail, end), upwards)
    }
}

/// The density from some x on, away from the middle.
struct GammaTail<'a> {
    of: &'a Gamma,
    x: f64,
    /// The shape less x: exact near the middle, where places themselves are rounded.
    difference: f64,
    /// 1 or -1.
    direction: f64,
}

impl Tail for GammaTail<'_> {
    #[inline(always)]
    fn densities(&self, offsets: &[f64; POINTS]) -> [f64; POINTS] {
        let &Self { of: Gamma { shape, density, .. }, x, difference, direction } = self;
        let places = map(offsets, |offset| x + direction * offset);
        let differences = map(offsets, |offset| difference - direction * offset);
        zip(&density.near_all(&places, &differences), &places, |near, place| near * (shape / place))
    }

    #[inline(always)]
    fn width(&self, offset: f64) -> f64 {
        let &Self { of: Gamma { shape, .. }, x, direction, .. } = self;
        let place = x + direction * offset;
        panel(shape.sqrt() / place, (shape - 1.0) / place - 1.0)
    }
}

impl Solvable for Gamma {
    #[inline(always)]
    fn starts<const N: usize>(&self, u: &[f64; N]) -> [Result<f64, f64>; N] {
        let shape = self.shape;
        // P(x) = x^a / Gamma(a + 1) but for a factor 1 + O(x).
        let lowest = map(&map(&map(u, ln), |ln_u| (ln_u + self.ln_leading) / shape), exp);
        let normals = normal_quantiles(u);
        std::array::from_fn(|i| {
            let (u, lowest) = (u[i], lowest[i]);
            if !is_shape(shape) || u.is_nan() {
                return Err(f64::NAN);
            }
            if u <= 0.0 {
                return Err(0.0);
            }
            if u >= 1.0 {
                return Err(f64::INFINITY);
            }
            if lowest < PRECISION {
                return Err(lowest);
            }
            let cube = 1.0 - 1.0 / (9.0 * shape) + normals[i] / (3.0 * shape.sqrt());
            // E. B. Wilson and M. M. Hilferty 1931, where it is sensible.
            Ok(if shape > 0.5 && cube > 0.2 { shape * (cube * cube * cube) } else { lowest })
        })
    }

    #[inline(always)]
    fn tails_at<const N: usize>(&self, x: &[f64; N], needed: &[bool; N]) -> Tails<N> {
        let shape = self.shape;
        if self.is_large() {
            let mut tails = Tails::NONE;
            for i in 0..N {
                if needed[i] {
                    // Alone it is code for vectors, too; beside others it would only take room from them.
                    let (at, slope) = if N == 1 { self.look(x[i]) } else { self.look_apart(x[i]) };
                    tails.set(i, at, slope);
                }
            }
            return tails;
        }
        let (mut by_fraction, mut by_series, mut is_upper) = ([false; N], [false; N], [false; N]);
        for i in 0..N {
            is_upper[i] = x[i] >= shape + 1.0;
            by_fraction[i] = needed[i] & is_upper[i];
            by_series[i] = needed[i] & !is_upper[i];
        }
        let leading = self.density.at_all(x);
        let mut tail = [0.0; N];
        if by_series != [false; N] {
            tail = zip(&leading, &gamma_series(shape, x, &by_series), |leading, sum| leading * sum);
        }
        if by_fraction != [false; N] {
            let fractions = gamma_fractions(shape, x, by_fraction);
            let tails = zip(&leading, &fractions, |leading, fraction| leading * shape * fraction);
            tail = select(&is_upper, &tails, &tail);
        }
        let mut tails = Tails { slope: map(&leading, |leading| shape * leading), ..Tails::NONE };
        for i in 0..N {
            (tails.lower[i], tails.upper[i]) = pair(tail[i], is_upper[i]);
        }
        tails
    }

    #[inline(always)]
    fn quantile_of(&self, x: f64) -> f64 {
        x
    }
}
