//! The incomplete gamma and beta functions and their inverses, for shapes from 1e-3 to 1e12.
//!
//! Small shapes use the classical series and continued fractions; large ones integrate the density's tail
//! by Gauss-Legendre panels, whose number does not grow with the shape. Densities come in the
//! saddle-point form of C. Loader 2000 ("Fast and accurate computation of binomial probabilities"), which
//! does not cancel at large shapes. Both tails are computed as a pair, the smaller one to full relative
//! precision, and quantiles are solved in the tail that u lies in.

use super::math::{exp, ln};
use super::normal::normal_quantile;

/// ln(2 pi) / 2.
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_7;
/// 2 pi.
const TWO_PI: f64 = 2.0 * std::f64::consts::PI;
/// Shapes from which a series would take too many terms.
const LARGE_GAMMA: f64 = 200.0;
const LARGE_BETA: f64 = 1000.0;
/// Shapes from which a tail is smooth enough down to its end at 0 to be integrated.
const SMOOTH_BETA: f64 = 50.0;
/// No series or fraction used here needs as many; a bound, so that none can run on.
const MOST_TERMS: usize = 3000;
/// The smallest change that counts in a sum or product.
const PRECISION: f64 = 1e-17;

/// ln of the gamma function's magnitude at `x` (the `libm` crate's, FreeBSD's algorithm).
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// P(X <= x) for a gamma variable of this shape (> 0) and scale 1: the regularised lower incomplete gamma
/// function P(shape, x). In [0, 1]; NaN where the shape is not positive and finite or x is NaN.
#[must_use]
pub fn gamma_cdf(shape: f64, x: f64) -> f64 {
    gamma_tails(shape, x).0
}

/// P(X > x), the regularised upper incomplete gamma function Q(shape, x), to full relative precision
/// where it is small; otherwise as [`gamma_cdf`].
#[must_use]
pub fn gamma_upper(shape: f64, x: f64) -> f64 {
    gamma_tails(shape, x).1
}

/// P(X <= x) for a beta variable of shapes `a` and `b` (> 0): the regularised incomplete beta function
/// I_x(a, b). In [0, 1]; NaN where a shape is not positive and finite or x is NaN.
#[must_use]
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    let x = x.clamp(0.0, 1.0);
    beta_tails(a, b, x, 1.0 - x).0
}

/// The x with P(X <= x) = u for a gamma variable of this shape (> 0) and scale 1.
///
/// Relative error about 1e-14 where u determines x so well, which small shapes do not: there u's own
/// rounding is divided by the shape. 0 for u <= 0, `inf` for u >= 1; NaN for a bad shape or u.
/// Method: Newton steps in ln x on the logarithm of the smaller tail, which is concave, so that they
/// converge from anywhere; kept in a bracket, and 100 of them at most.
#[must_use]
pub fn gamma_quantile(shape: f64, u: f64) -> f64 {
    if !is_shape(shape) || u.is_nan() {
        return f64::NAN;
    }
    if u <= 0.0 {
        return 0.0;
    }
    if u >= 1.0 {
        return f64::INFINITY;
    }
    // P(x) = x^a / Gamma(a + 1) but for a factor 1 + O(x).
    let lowest = exp((ln(u) + ln_gamma(shape + 1.0)) / shape);
    if lowest < PRECISION {
        return lowest;
    }
    let cube = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(u) / (3.0 * shape.sqrt());
    // E. B. Wilson and M. M. Hilferty 1931, where it is sensible.
    let start = if shape > 0.5 && cube > 0.2 { shape * (cube * cube * cube) } else { lowest };
    let density = Poisson::new(shape);
    solve(start, u, |x| {
        let (lower, upper) = gamma_tails(shape, x);
        (lower, upper, shape * density.at(x))
    })
}

/// The x with P(X <= x) = u for a beta variable of shapes `a` and `b` (> 0).
///
/// As [`gamma_quantile`], with steps in the logarithm of the odds x / (1 - x). In [0, 1]; NaN for a bad
/// shape or u.
#[must_use]
pub fn beta_quantile(a: f64, b: f64, u: f64) -> f64 {
    if !(is_shape(a) && is_shape(b)) || u.is_nan() {
        return f64::NAN;
    }
    if u <= 0.0 {
        return 0.0;
    }
    if u >= 1.0 {
        return 1.0;
    }
    let density = Binomial::new(a, b);
    // I_x = x^a / (a B(a, b)) but for a factor 1 + O((b + 1) x), and the same from the other end.
    let low = exp((ln(u) - density.ln_leading(a, b)) / a);
    if low * (b + 1.0) < PRECISION {
        return low;
    }
    let high = exp((ln(1.0 - u) - density.ln_leading(b, a)) / b);
    if high * (a + 1.0) < PRECISION {
        return 1.0 - high;
    }
    let middle = (a / b) * exp(normal_quantile(u) * (1.0 / a + 1.0 / b).sqrt());
    let start = if a >= 1.0 && b >= 1.0 {
        middle
    } else if low < 0.5 && low * b < 1.0 {
        low / (1.0 - low)
    } else if high < 0.5 && high * a < 1.0 {
        (1.0 - high) / high
    } else {
        a / b
    };
    let odds = solve(start, u, |odds| {
        let (x, y) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
        let (lower, upper) = beta_tails(a, b, x, y);
        (lower, upper, density.at(x, y) * a * (b / (a + b)))
    });
    if odds == f64::INFINITY { 1.0 } else { odds / (1.0 + odds) }
}

/// Solves lower(x) = u for x > 0. `at` gives both tails and the derivative of the lower one by ln x.
fn solve(start: f64, u: f64, at: impl Fn(f64) -> (f64, f64, f64)) -> f64 {
    let (mut below, mut above) = (f64::MIN_POSITIVE, f64::MAX);
    let mut x = if start > below && start < above { start } else { 1.0 };
    for _ in 0..100 {
        let (lower, upper, slope) = at(x);
        // The step in ln x that makes the logarithm of the smaller tail right to first order.
        let step =
            if u <= 0.5 { -ln(lower / u) * (lower / slope) } else { ln(upper / (1.0 - u)) * (upper / slope) };
        if step > 0.0 {
            below = x;
        } else if step < 0.0 {
            above = x;
        } else if step == 0.0 {
            return x;
        } else if lower < u {
            // A tail or the slope has underflowed: only the side is known.
            below = x;
        } else {
            above = x;
        }
        let next = x * exp(step);
        x = if next > below && next < above {
            if step.abs() < 1e-9 {
                // Quadratic convergence: what is left is below rounding.
                return next;
            }
            next
        } else if step.abs() < 1e-15 {
            return x;
        } else {
            below.sqrt() * above.sqrt()
        };
    }
    x
}

/// Positive and finite.
fn is_shape(shape: f64) -> bool {
    shape > 0.0 && shape < f64::INFINITY
}

/// (P, Q) of the incomplete gamma function.
fn gamma_tails(shape: f64, x: f64) -> (f64, f64) {
    if !is_shape(shape) || x.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let density = Poisson::new(shape);
    if shape >= LARGE_GAMMA {
        let upwards = x >= shape;
        let direction = if upwards { 1.0 } else { -1.0 };
        let end = if upwards { f64::INFINITY } else { x };
        // Exact near the middle, where t itself is rounded.
        let difference = shape - x;
        let tail = integrate(
            end,
            |offset| {
                let t = x + direction * offset;
                density.near(t, difference - direction * offset) * (shape / t)
            },
            |offset| {
                let t = x + direction * offset;
                panel(shape.sqrt() / t, (shape - 1.0) / t - 1.0)
            },
        );
        return pair(tail, upwards);
    }
    let leading = density.at(x);
    if x < shape + 1.0 {
        pair(leading * gamma_series(shape, x), false)
    } else {
        pair(leading * shape * gamma_fraction(shape, x), true)
    }
}

/// The two tails from one of them.
fn pair(tail: f64, is_upper: bool) -> (f64, f64) {
    let tail = tail.clamp(0.0, 1.0);
    if is_upper { (1.0 - tail, tail) } else { (tail, 1.0 - tail) }
}

/// The sum of x^n / ((shape + 1) ... (shape + n)) over n from 0 (DLMF 8.11.4).
fn gamma_series(shape: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut below) = (1.0, 1.0, shape);
    for _ in 0..MOST_TERMS {
        below += 1.0;
        term *= x / below;
        sum += term;
        if term < sum * PRECISION {
            break;
        }
    }
    sum
}

/// Gamma(shape, x) e^x x^-shape as a continued fraction (DLMF 8.9.2, contracted), by the modified method of
/// W. J. Lentz 1976.
fn gamma_fraction(shape: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut value = d;
    let mut n = 0.0;
    for _ in 0..MOST_TERMS {
        n += 1.0;
        let a = -n * (n - shape);
        b += 2.0;
        d = 1.0 / away_from_zero(a * d + b);
        c = away_from_zero(b + a / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

fn away_from_zero(x: f64) -> f64 {
    if x.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { x }
}

/// (I_x(a, b), 1 - I_x(a, b)), with y = 1 - x given apart, so that neither loses digits near its end.
fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if !(is_shape(a) && is_shape(b)) || x.is_nan() || y.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    if x * b <= y * a { pair(beta_lower(a, b, x, y), false) } else { pair(beta_lower(b, a, y, x), true) }
}

/// I_x(a, b) for x up to the mean.
fn beta_lower(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let density = Binomial::new(a, b);
    // a b / (a + b), in the order that cannot overflow.
    let scale = a * (b / (a + b));
    if a.max(b) < LARGE_BETA {
        return density.at(x, y) * (scale / a) * beta_fraction(a, b, x);
    }
    if a < SMOOTH_BETA {
        return density.at(x, y) * (scale / a) * beta_series(a, b, x);
    }
    integrate(
        x,
        |offset| {
            let (s, t) = (x - offset, y + offset);
            density.at(s, t) * (scale / (s * t))
        },
        |offset| {
            let (s, t) = (x - offset, y + offset);
            let curvature = (a / (s * s) + b / (t * t)).sqrt();
            panel(curvature, (a - 1.0) / s - (b - 1.0) / t).min(t)
        },
    )
}

/// The sum of (a + b)_n / (a + 1)_n x^n over n from 0 (DLMF 8.17.8): few terms where (a + b) x is small.
fn beta_series(a: f64, b: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 0.0);
    for _ in 0..MOST_TERMS {
        term *= (a + b + n) / (a + 1.0 + n) * x;
        n += 1.0;
        sum += term;
        if term < sum * PRECISION {
            break;
        }
    }
    sum
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    let mut m = 0.0;
    for _ in 0..MOST_TERMS {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

/// The width of a panel over which a density with this root curvature and slope of its logarithm is a
/// polynomial of degree 31 for all that double precision sees.
fn panel(root_curvature: f64, slope: f64) -> f64 {
    1.0 / (0.5 * root_curvature + 0.125 * slope.abs())
}

/// The integral of `density` over offsets from 0 to `end`, by panels of the given width, until what they add
/// no longer counts.
fn integrate(end: f64, density: impl Fn(f64) -> f64, width: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut from) = (0.0, 0.0);
    for _ in 0..400 {
        let half = 0.5 * width(from).min(end - from);
        if half <= 0.0 || half.is_nan() {
            break;
        }
        let centre = from + half;
        let mut part = 0.0;
        for (node, weight) in GAUSS_LEGENDRE {
            part += weight * (density(centre - half * node) + density(centre + half * node));
        }
        part *= half;
        sum += part;
        if part <= sum * PRECISION {
            break;
        }
        from = centre + half;
    }
    sum
}

/// Positive nodes and weights of the 16-point Gauss-Legendre rule on [-1, 1], from 50 digits.
const GAUSS_LEGENDRE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// x^shape e^-x / Gamma(shape + 1), the Poisson probability read with a real count (Loader 2000).
struct Poisson {
    shape: f64,
    stirling: f64,
    root: f64,
}

impl Poisson {
    fn new(shape: f64) -> Self {
        Self { shape, stirling: stirling_error(shape), root: (TWO_PI * shape).sqrt() }
    }

    fn at(&self, x: f64) -> f64 {
        self.near(x, self.shape - x)
    }

    /// With shape - x known better than from x.
    fn near(&self, x: f64, difference: f64) -> f64 {
        exp(-self.stirling - deviance(self.shape, x, difference)) / self.root
    }
}

/// x^a y^b Gamma(a + b + 1) / (Gamma(a + 1) Gamma(b + 1)), the binomial probability with real counts.
struct Binomial {
    a: f64,
    b: f64,
    stirling: f64,
    root: f64,
}

impl Binomial {
    fn new(a: f64, b: f64) -> Self {
        let n = a + b;
        let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
        Self { a, b, stirling, root: (TWO_PI * a * (b / n)).sqrt() }
    }

    fn at(&self, x: f64, y: f64) -> f64 {
        let n = self.a + self.b;
        let (at_a, at_b) = (n * x, n * y);
        exp(self.stirling - deviance(self.a, at_a, self.a - at_a) - deviance(self.b, at_b, self.b - at_b))
            / self.root
    }

    /// ln of 1 / (a B(a, b)), for this pair or the same pair turned round.
    fn ln_leading(&self, a: f64, b: f64) -> f64 {
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

#[cfg(test)]
#[path = "special_tests.rs"]
mod tests;
