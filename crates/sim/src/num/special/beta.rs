//! The beta distribution.

use super::density::Binomial;
use super::fractions::{beta_fractions, beta_series};
use super::lanes::{map, select, zip};
use super::quadrature::{POINTS, Tail, integrate, panel};
use super::search::{Solvable, Tails};
use super::{PRECISION, is_shape, pair};
use crate::num::math::{exp, ln};
use crate::num::normal::normal_quantiles;

/// Shapes from which a series would take too many terms.
const LARGE: f64 = 1000.0;
/// Shapes from which a tail is smooth enough down to its end at 0 to be integrated.
const SMOOTH: f64 = 50.0;

/// A beta distribution, and what is the same for all of its quantiles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beta {
    a: f64,
    b: f64,
    /// Of the shapes in their order, and turned round: the same but for rounding.
    densities: [Binomial; 2],
    /// [`Binomial::ln_leading`] from the lower end, and from the upper.
    ln_leading: [f64; 2],
}

impl Beta {
    /// Whether its tails are integrated, or a series of many terms is, which is slow.
    pub(crate) fn is_large(&self) -> bool {
        self.a.max(self.b) >= LARGE
    }

    /// Of these shapes; where one is not positive and finite all that is asked of it is NaN.
    #[must_use]
    pub(crate) fn new(a: f64, b: f64) -> Self {
        let densities = [Binomial::new(a, b), Binomial::new(b, a)];
        let [density, _] = &densities;
        Self { a, b, ln_leading: [density.ln_leading(a, b), density.ln_leading(b, a)], densities }
    }

    /// The x with P(X <= x) = u.
    ///
    /// As [`Gamma::quantile`](super::Gamma::quantile), with steps in the logarithm of the odds x / (1 - x). In [0, 1]; NaN for a bad
    /// shape or u.
    #[must_use]
    pub(crate) fn quantile(&self, u: f64) -> f64 {
        let [quantile] = self.solve(&[u]);
        quantile
    }

    /// The derivative of the lower tail by the logarithm of the odds, from what the first density is there.
    #[inline(always)]
    fn slope(&self, at: f64) -> f64 {
        at * self.a * (self.b / (self.a + self.b))
    }

    /// Both tails, and the derivative of the lower one by the logarithm of the odds.
    #[inline(always)]
    fn look(&self, x: f64, y: f64) -> ((f64, f64), f64) {
        (self.tails(x, y), self.slope(self.densities[0].at(x, y)))
    }

    /// The same, in code of its own.
    #[inline(never)]
    fn look_apart(&self, x: f64, y: f64) -> ((f64, f64), f64) {
        self.look(x, y)
    }

    /// (I_x(a, b), 1 - I_x(a, b)), with y = 1 - x given apart, so that neither loses digits near its end.
    #[inline(always)]
    pub(super) fn tails(&self, x: f64, y: f64) -> (f64, f64) {
        let Self { a, b, .. } = *self;
        if !(is_shape(a) && is_shape(b)) || x.is_nan() || y.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        if y <= 0.0 {
            return (1.0, 0.0);
        }
        let [density, turned] = &self.densities;
        if x * b <= y * a { pair(density.lower(x, y), false) } else { pair(turned.lower(y, x), true) }
    }
}

impl Solvable for Beta {
    #[inline(always)]
    fn starts<const N: usize>(&self, u: &[f64; N]) -> [Result<f64, f64>; N] {
        let Self { a, b, .. } = *self;
        // I_x = x^a / (a B(a, b)) but for a factor 1 + O((b + 1) x), and the same from the other end.
        let end = |tail: &[f64; N], ln_leading: f64, shape: f64| {
            map(&map(&map(tail, ln), |ln_tail| (ln_tail - ln_leading) / shape), exp)
        };
        let lowest = end(u, self.ln_leading[0], a);
        let highest = end(&map(u, |u| 1.0 - u), self.ln_leading[1], b);
        let spread = (1.0 / a + 1.0 / b).sqrt();
        let middle = map(&map(&normal_quantiles(u), |z| z * spread), exp);
        std::array::from_fn(|i| {
            let (u, low, high) = (u[i], lowest[i], highest[i]);
            if !(is_shape(a) && is_shape(b)) || u.is_nan() {
                return Err(f64::NAN);
            }
            if u <= 0.0 {
                return Err(0.0);
            }
            if u >= 1.0 {
                return Err(1.0);
            }
            if low * (b + 1.0) < PRECISION {
                return Err(low);
            }
            if high * (a + 1.0) < PRECISION {
                return Err(1.0 - high);
            }
            Ok(if a >= 1.0 && b >= 1.0 {
                (a / b) * middle[i]
            } else if low < 0.5 && low * b < 1.0 {
                low / (1.0 - low)
            } else if high < 0.5 && high * a < 1.0 {
                (1.0 - high) / high
            } else {
                a / b
            })
        })
    }

    #[inline(always)]
    fn tails_at<const N: usize>(&self, odds: &[f64; N], needed: &[bool; N]) -> Tails<N> {
        let Self { a, b, densities: [density, turned], .. } = self;
        let (x, y) = (map(odds, |odds| odds / (1.0 + odds)), map(odds, |odds| 1.0 / (1.0 + odds)));
        let mut tails = Tails::NONE;
        let (mut together, mut is_upper) = ([false; N], [false; N]);
        for i in 0..N {
            // At its ends, and where shapes are large, a tail is not a fraction.
            together[i] = needed[i] & (x[i] > 0.0) & (y[i] > 0.0) & !self.is_large();
            is_upper[i] = x[i] * b > y[i] * a;
        }
        if together != [false; N] {
            let (as_, bs) = (select(&is_upper, &[*b; N], &[*a; N]), select(&is_upper, &[*a; N], &[*b; N]));
            let fractions = beta_fractions(as_, bs, select(&is_upper, &y, &x), together);
            let [of_a, of_b] = density.deviances(&x, &y);
            let at = density.of_deviances(&of_a, &of_b);
            tails.slope = map(&at, |at| self.slope(at));
            let mut leading = map(&at, |at| density.leading(at));
            if is_upper != [false; N] {
                let from_upper = map(&turned.of_deviances(&of_b, &of_a), |at| turned.leading(at));
                leading = select(&is_upper, &from_upper, &leading);
            }
            for i in 0..N {
                (tails.lower[i], tails.upper[i]) = pair(leading[i] * fractions[i], is_upper[i]);
            }
        }
        for i in 0..N {
            if needed[i] && !together[i] {
                // Alone it is code for vectors, too; beside others it is rare, and would only take room from them.
                let (at, slope) = if N == 1 { self.look(x[i], y[i]) } else { self.look_apart(x[i], y[i]) };
                tails.set(i, at, slope);
            }
        }
        tails
    }

    #[inline(always)]
    fn quantile_of(&self, odds: f64) -> f64 {
        if odds == f64::INFINITY { 1.0 } else { odds / (1.0 + odds) }
    }
}

impl Binomial {
    /// a b / (a + b), in the order that cannot overflow.
    #[inline(always)]
    fn scale(&self) -> f64 {
        self.a * (self.b / (self.a + self.b))
    }

    /// x^a y^b / (a B(a, b)), from what [`at`](Self::at) is there.
    #[inline(always)]
    fn leading(&self, at: f64) -> f64 {
        at * (self.scale() / self.a)
    }

    /// I_x(a, b) for x up to the mean.
    #[inline(always)]
    fn lower(&self, x: f64, y: f64) -> f64 {
        let Self { a, b, .. } = *self;
        if a.max(b) < LARGE {
            let [fraction] = beta_fractions([a], [b], [x], [true]);
            return self.leading(self.at(x, y)) * fraction;
        }
        if a < SMOOTH {
            return self.leading(self.at(x, y)) * beta_series(a, b, x);
        }
        integrate(&BetaTail { of: self, x, y }, x)
    }
}

/// The density from some x down to 0; y = 1 - x.
struct BetaTail<'a> {
    of: &'a Binomial,
    x: f64,
    y: f64,
}

impl Tail for BetaTail<'_> {
    #[inline(always)]
    fn densities(&self, offsets: &[f64; POINTS]) -> [f64; POINTS] {
        let &Self { of, x, y } = self;
        let (s, t) = (map(offsets, |offset| x - offset), map(offsets, |offset| y + offset));
        let [of_a, of_b] = of.deviances(&s, &t);
        let scale = of.scale();
        let scales = zip(&s, &t, |s, t| scale / (s * t));
        zip(&of.of_deviances(&of_a, &of_b), &scales, |at, scale| at * scale)
    }

    #[inline(always)]
    fn width(&self, offset: f64) -> f64 {
        let &Self { of: Binomial { a, b, .. }, x, y } = self;
        let (s, t) = (x - offset, y + offset);
        let curvature = (a / (s * s) + b / (t * t)).sqrt();
        panel(curvature, (a - 1.0) / s - (b - 1.0) / t).min(t)
    }
}
