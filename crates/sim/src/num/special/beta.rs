//! The beta distribution.

use super::density::Binomial;
use super::fractions::{beta_fractions, beta_series};
use super::quadrature::{integrate, panel};
use super::search::{Solvable, TOGETHER, Tails};
use super::{PRECISION, is_shape, pair};
use crate::num::math::{exp, ln};
use crate::num::normal::normal_quantile;

/// Shapes from which a series would take too many terms.
const LARGE: f64 = 1000.0;
/// Shapes from which a tail is smooth enough down to its end at 0 to be integrated.
const SMOOTH: f64 = 50.0;

/// A beta distribution, and what is the same for all of its quantiles.
#[derive(Clone, Copy, Debug)]
pub struct Beta {
    a: f64,
    b: f64,
    /// Of the shapes in their order, and turned round: the same but for rounding.
    densities: [Binomial; 2],
    /// [`Binomial::ln_leading`] from the lower end, and from the upper.
    ln_leading: [f64; 2],
}

impl Beta {
    /// Of these shapes; where one is not positive and finite all that is asked of it is NaN.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Self {
        let densities = [Binomial::new(a, b), Binomial::new(b, a)];
        let [density, _] = &densities;
        Self { a, b, ln_leading: [density.ln_leading(a, b), density.ln_leading(b, a)], densities }
    }

    /// The x with P(X <= x) = u.
    ///
    /// As [`Gamma::quantile`](super::Gamma::quantile), with steps in the logarithm of the odds x / (1 - x). In [0, 1]; NaN for a bad
    /// shape or u.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        let [quantile] = self.solve(&[u]);
        quantile
    }

    /// [`quantile`](Self::quantile) of each of some, to the last bit, in less time.
    #[must_use]
    pub fn quantiles(&self, u: &[f64; TOGETHER]) -> [f64; TOGETHER] {
        self.solve(u)
    }

    /// The derivative of the lower tail by the logarithm of the odds, from what the first density is there.
    fn slope(&self, at: f64) -> f64 {
        at * self.a * (self.b / (self.a + self.b))
    }

    /// (I_x(a, b), 1 - I_x(a, b)), with y = 1 - x given apart, so that neither loses digits near its end.
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
    fn start(&self, u: f64) -> Result<f64, f64> {
        let Self { a, b, .. } = *self;
        if !(is_shape(a) && is_shape(b)) || u.is_nan() {
            return Err(f64::NAN);
        }
        if u <= 0.0 {
            return Err(0.0);
        }
        if u >= 1.0 {
            return Err(1.0);
        }
        // I_x = x^a / (a B(a, b)) but for a factor 1 + O((b + 1) x), and the same from the other end.
        let low = exp((ln(u) - self.ln_leading[0]) / a);
        if low * (b + 1.0) < PRECISION {
            return Err(low);
        }
        let high = exp((ln(1.0 - u) - self.ln_leading[1]) / b);
        if high * (a + 1.0) < PRECISION {
            return Err(1.0 - high);
        }
        let middle = (a / b) * exp(normal_quantile(u) * (1.0 / a + 1.0 / b).sqrt());
        Ok(if a >= 1.0 && b >= 1.0 {
            middle
        } else if low < 0.5 && low * b < 1.0 {
            low / (1.0 - low)
        } else if high < 0.5 && high * a < 1.0 {
            (1.0 - high) / high
        } else {
            a / b
        })
    }

    fn tails_at<const N: usize>(&self, odds: &[f64; N]) -> [Tails; N] {
        let Self { a, b, densities: [density, turned], .. } = self;
        if a.max(*b) >= LARGE {
            return odds.map(|odds| self.tails_at_one(odds));
        }
        let sides = odds.map(|odds| {
            let (x, y) = from_odds(odds);
            let inside = x > 0.0 && y > 0.0;
            if x * b <= y * a { (density, x, y, inside) } else { (turned, y, x, inside) }
        });
        let fractions = beta_fractions(
            sides.map(|(side, ..)| side.a),
            sides.map(|(side, ..)| side.b),
            sides.map(|(_, x, ..)| x),
            sides.map(|(.., inside)| inside),
        );
        std::array::from_fn(|i| {
            let (side, near, far, inside) = sides[i];
            if !inside {
                return self.tails_at_one(odds[i]);
            }
            let is_upper = std::ptr::eq(side, turned);
            let at = side.at(near, far);
            let (lower, upper) = pair(side.leading(at) * fractions[i], is_upper);
            let slope = self.slope(if is_upper { density.at(far, near) } else { at });
            Tails { lower, upper, slope }
        })
    }

    fn tails_at_one(&self, odds: f64) -> Tails {
        let (x, y) = from_odds(odds);
        let (lower, upper) = self.tails(x, y);
        Tails { lower, upper, slope: self.slope(self.densities[0].at(x, y)) }
    }

    fn quantile_of(&self, odds: f64) -> f64 {
        if odds == f64::INFINITY { 1.0 } else { odds / (1.0 + odds) }
    }
}

impl Binomial {
    /// a b / (a + b), in the order that cannot overflow.
    fn scale(&self) -> f64 {
        self.a * (self.b / (self.a + self.b))
    }

    /// x^a y^b / (a B(a, b)), from what [`at`](Self::at) is there.
    fn leading(&self, at: f64) -> f64 {
        at * (self.scale() / self.a)
    }

    /// I_x(a, b) for x up to the mean.
    fn lower(&self, x: f64, y: f64) -> f64 {
        let Self { a, b, .. } = *self;
        if a.max(b) < LARGE {
            let [fraction] = beta_fractions([a], [b], [x], [true]);
            return self.leading(self.at(x, y)) * fraction;
        }
        if a < SMOOTH {
            return self.leading(self.at(x, y)) * beta_series(a, b, x);
        }
        let scale = self.scale();
        integrate(
            x,
            |offset| {
                let (s, t) = (x - offset, y + offset);
                self.at(s, t) * (scale / (s * t))
            },
            |offset| {
                let (s, t) = (x - offset, y + offset);
                let curvature = (a / (s * s) + b / (t * t)).sqrt();
                panel(curvature, (a - 1.0) / s - (b - 1.0) / t).min(t)
            },
        )
    }
}

/// x and 1 - x from x / (1 - x).
fn from_odds(odds: f64) -> (f64, f64) {
    (odds / (1.0 + odds), 1.0 / (1.0 + odds))
}
