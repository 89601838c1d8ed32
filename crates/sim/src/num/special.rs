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
    Gamma::new(shape).tails(x).0
}

/// P(X > x), the regularised upper incomplete gamma function Q(shape, x), to full relative precision
/// where it is small; otherwise as [`gamma_cdf`].
#[must_use]
pub fn gamma_upper(shape: f64, x: f64) -> f64 {
    Gamma::new(shape).tails(x).1
}

/// P(X <= x) for a beta variable of shapes `a` and `b` (> 0): the regularised incomplete beta function
/// I_x(a, b). In [0, 1]; NaN where a shape is not positive and finite or x is NaN.
#[must_use]
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    let x = x.clamp(0.0, 1.0);
    Beta::new(a, b).tails(x, 1.0 - x).0
}

/// The x with P(X <= x) = u for a gamma variable of this shape (> 0) and scale 1: see [`Gamma::quantile`].
#[must_use]
pub fn gamma_quantile(shape: f64, u: f64) -> f64 {
    Gamma::new(shape).quantile(u)
}

/// The x with P(X <= x) = u for a beta variable of shapes `a` and `b` (> 0): see [`Beta::quantile`].
#[must_use]
pub fn beta_quantile(a: f64, b: f64, u: f64) -> f64 {
    Beta::new(a, b).quantile(u)
}

/// A gamma distribution of scale 1, and what is the same for all of its quantiles.
#[derive(Clone, Copy, Debug)]
pub struct Gamma {
    shape: f64,
    density: Poisson,
    /// ln Gamma(shape + 1).
    ln_leading: f64,
}

impl Gamma {
    /// Of this shape; where it is not positive and finite all that is asked of it is NaN.
    #[must_use]
    pub fn new(shape: f64) -> Self {
        Self { shape, density: Poisson::new(shape), ln_leading: ln_gamma(shape + 1.0) }
    }

    /// The x with P(X <= x) = u.
    ///
    /// Relative error about 1e-14 where u determines x so well, which small shapes do not: there u's own
    /// rounding is divided by the shape. 0 for u <= 0, `inf` for u >= 1; NaN for a bad shape or u.
    /// Method: Newton steps in ln x on the logarithm of the smaller tail, which is concave, so that they
    /// converge from anywhere; kept in a bracket, and 100 of them at most.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        self.solve(u)
    }

    /// [`quantile`](Self::quantile) of each of some, to the last bit, in less time.
    #[must_use]
    pub fn quantiles(&self, u: &[f64; TOGETHER]) -> [f64; TOGETHER] {
        self.solve_together(u)
    }

    /// (P, Q) of the incomplete gamma function.
    fn tails(&self, x: f64) -> (f64, f64) {
        let (shape, density) = (self.shape, &self.density);
        if !is_shape(shape) || x.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        if x == f64::INFINITY {
            return (1.0, 0.0);
        }
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
            let [fraction] = gamma_fractions(shape, [x], [true]);
            pair(leading * shape * fraction, true)
        }
    }
}

impl Solvable for Gamma {
    fn start(&self, u: f64) -> Result<f64, f64> {
        let shape = self.shape;
        if !is_shape(shape) || u.is_nan() {
            return Err(f64::NAN);
        }
        if u <= 0.0 {
            return Err(0.0);
        }
        if u >= 1.0 {
            return Err(f64::INFINITY);
        }
        // P(x) = x^a / Gamma(a + 1) but for a factor 1 + O(x).
        let lowest = exp((ln(u) + self.ln_leading) / shape);
        if lowest < PRECISION {
            return Err(lowest);
        }
        let cube = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(u) / (3.0 * shape.sqrt());
        // E. B. Wilson and M. M. Hilferty 1931, where it is sensible.
        Ok(if shape > 0.5 && cube > 0.2 { shape * (cube * cube * cube) } else { lowest })
    }

    fn tails_at(&self, places: &[f64; TOGETHER]) -> [Tails; TOGETHER] {
        let shape = self.shape;
        // The others are sums.
        let needed = places.map(|x| x >= shape + 1.0 && x < f64::INFINITY);
        if shape >= LARGE_GAMMA || !needed.contains(&true) {
            return places.map(|x| self.tails_at_one(x));
        }
        let fractions = gamma_fractions(shape, *places, needed);
        std::array::from_fn(|i| {
            let x = places[i];
            if !needed[i] {
                return self.tails_at_one(x);
            }
            let leading = self.density.at(x);
            let (lower, upper) = pair(leading * shape * fractions[i], true);
            Tails { lower, upper, slope: shape * leading }
        })
    }

    fn tails_at_one(&self, x: f64) -> Tails {
        let (lower, upper) = self.tails(x);
        Tails { lower, upper, slope: self.shape * self.density.at(x) }
    }

    fn quantile_of(&self, x: f64) -> f64 {
        x
    }
}

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
    /// As [`Gamma::quantile`], with steps in the logarithm of the odds x / (1 - x). In [0, 1]; NaN for a bad
    /// shape or u.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        self.solve(u)
    }

    /// [`quantile`](Self::quantile) of each of some, to the last bit, in less time.
    #[must_use]
    pub fn quantiles(&self, u: &[f64; TOGETHER]) -> [f64; TOGETHER] {
        self.solve_together(u)
    }

    /// The derivative of the lower tail by the logarithm of the odds, from what the first density is there.
    fn slope(&self, at: f64) -> f64 {
        at * self.a * (self.b / (self.a + self.b))
    }

    /// (I_x(a, b), 1 - I_x(a, b)), with y = 1 - x given apart, so that neither loses digits near its end.
    fn tails(&self, x: f64, y: f64) -> (f64, f64) {
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

    fn tails_at(&self, odds: &[f64; TOGETHER]) -> [Tails; TOGETHER] {
        let Self { a, b, densities: [density, turned], .. } = self;
        if a.max(*b) >= LARGE_BETA {
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

/// x and 1 - x from x / (1 - x).
fn from_odds(odds: f64) -> (f64, f64) {
    (odds / (1.0 + odds), 1.0 / (1.0 + odds))
}

/// How many quantiles are solved for together: their fractions are chains of divisions, each of which waits for the one
/// before it, but for none of another.
pub const TOGETHER: usize = 8;

/// A distribution whose quantiles are solved for.
trait Solvable {
    /// Where to look first for the quantile at u, or what it is where that needs no search.
    fn start(&self, u: f64) -> Result<f64, f64>;

    /// Both tails at each of some places, and the derivatives of the lower ones by the place's logarithm.
    fn tails_at(&self, places: &[f64; TOGETHER]) -> [Tails; TOGETHER];

    /// The same at one place.
    fn tails_at_one(&self, place: f64) -> Tails;

    /// The quantile of a place.
    fn quantile_of(&self, place: f64) -> f64;

    fn solve(&self, u: f64) -> f64 {
        match self.start(u) {
            Err(quantile) => quantile,
            Ok(start) => {
                let mut search = Search::new(start, u);
                for _ in 0..MOST_STEPS {
                    if search.found.is_some() {
                        break;
                    }
                    search.step(self.tails_at_one(search.x));
                }
                self.quantile_of(search.end())
            }
        }
    }

    /// The same for each of some, to the last bit.
    fn solve_together(&self, u: &[f64; TOGETHER]) -> [f64; TOGETHER] {
        let starts = u.map(|u| self.start(u));
        let mut searches: [Search; TOGETHER] = std::array::from_fn(|i| match starts[i] {
            Ok(start) => Search::new(start, u[i]),
            // Nothing to look for; anywhere but at the ends tails are quick.
            Err(_) => Search { found: Some(1.0), ..Search::new(1.0, u[i]) },
        });
        for _ in 0..MOST_STEPS {
            if searches.iter().all(|search| search.found.is_some()) {
                break;
            }
            let tails = self.tails_at(&searches.each_ref().map(|search| search.x));
            for (search, tails) in searches.iter_mut().zip(tails) {
                if search.found.is_none() {
                    search.step(tails);
                }
            }
        }
        std::array::from_fn(|i| match starts[i] {
            Ok(_) => self.quantile_of(searches[i].end()),
            Err(quantile) => quantile,
        })
    }
}

/// Both tails, and the derivative of the lower one by ln x.
#[derive(Clone, Copy, Debug)]
struct Tails {
    lower: f64,
    upper: f64,
    slope: f64,
}

/// More steps than any search takes.
const MOST_STEPS: usize = 100;

/// The search for an x > 0 with lower(x) = u.
#[derive(Clone, Copy, Debug)]
struct Search {
    u: f64,
    below: f64,
    above: f64,
    x: f64,
    found: Option<f64>,
}

impl Search {
    fn new(start: f64, u: f64) -> Self {
        let (below, above) = (f64::MIN_POSITIVE, f64::MAX);
        Self { u, below, above, x: if start > below && start < above { start } else { 1.0 }, found: None }
    }

    /// Moves on from where the tails are these.
    fn step(&mut self, Tails { lower, upper, slope }: Tails) {
        let Self { u, x, .. } = *self;
        // The step in ln x that makes the logarithm of the smaller tail right to first order.
        let step =
            if u <= 0.5 { -ln(lower / u) * (lower / slope) } else { ln(upper / (1.0 - u)) * (upper / slope) };
        if step > 0.0 {
            self.below = x;
        } else if step < 0.0 {
            self.above = x;
        } else if step == 0.0 {
            self.found = Some(x);
            return;
        } else if lower < u {
            // A tail or the slope has underflowed: only the side is known.
            self.below = x;
        } else {
            self.above = x;
        }
        let next = x * exp(step);
        if next > self.below && next < self.above {
            if step.abs() < 1e-9 {
                // Quadratic convergence: what is left is below rounding.
                self.found = Some(next);
            }
            self.x = next;
        } else if step.abs() < 1e-15 {
            self.found = Some(x);
        } else {
            self.x = self.below.sqrt() * self.above.sqrt();
        }
    }

    /// Where it has come to.
    fn end(&self) -> f64 {
        self.found.unwrap_or(self.x)
    }
}

/// Positive and finite.
fn is_shape(shape: f64) -> bool {
    shape > 0.0 && shape < f64::INFINITY
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

/// Gamma(shape, x) e^x x^-shape at each x that is needed, as a continued fraction (DLMF 8.9.2, contracted), by the modified
/// method of W. J. Lentz 1976.
fn gamma_fractions<const N: usize>(shape: f64, x: [f64; N], needed: [bool; N]) -> [f64; N] {
    let mut b = x.map(|x| x + 1.0 - shape);
    let mut c = [1.0 / f64::MIN_POSITIVE; N];
    let mut d = b.map(|b| 1.0 / b);
    let mut value = d;
    let mut converging = Converging::new(needed);
    let mut n = 0.0;
    for _ in 0..MOST_TERMS {
        n += 1.0;
        let a = -n * (n - shape);
        let mut factor = [0.0; N];
        for i in 0..N {
            b[i] += 2.0;
            d[i] = 1.0 / away_from_zero(a * d[i] + b[i]);
            c[i] = away_from_zero(b[i] + a / c[i]);
            factor[i] = c[i] * d[i];
            value[i] *= factor[i];
        }
        if converging.are_done(&factor, &value) {
            break;
        }
    }
    converging.end(value)
}

/// Products of factors that come to 1, each of which ends by itself.
struct Converging<const N: usize> {
    open: [bool; N],
    ends: [f64; N],
}

impl<const N: usize> Converging<N> {
    fn new(open: [bool; N]) -> Self {
        Self { open, ends: [0.0; N] }
    }

    /// Whether all have ended, with the values that they had when they did.
    fn are_done(&mut self, factors: &[f64; N], values: &[f64; N]) -> bool {
        let ends = |factor: f64| (factor - 1.0).abs() < 2e-16;
        if factors.iter().fold(false, |any, &factor| any | ends(factor)) {
            for i in 0..N {
                if self.open[i] && ends(factors[i]) {
                    (self.open[i], self.ends[i]) = (false, values[i]);
                }
            }
        }
        self.open == [false; N]
    }

    /// The ends; of those that have none, where they are.
    fn end(self, values: [f64; N]) -> [f64; N] {
        std::array::from_fn(|i| if self.open[i] { values[i] } else { self.ends[i] })
    }
}

fn away_from_zero(x: f64) -> f64 {
    if x.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { x }
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

/// The continued fractions of the incomplete beta function (DLMF 8.17.22) that are needed, by Lentz's method.
fn beta_fractions<const N: usize>(a: [f64; N], b: [f64; N], x: [f64; N], needed: [bool; N]) -> [f64; N] {
    let mut c = [1.0; N];
    let mut d = std::array::from_fn(|i| 1.0 / away_from_zero(1.0 - (a[i] + b[i]) * x[i] / (a[i] + 1.0)));
    let mut value = d;
    let mut converging = Converging::new(needed);
    let mut m = 0.0;
    for _ in 0..MOST_TERMS {
        m += 1.0;
        let mut factor = [0.0; N];
        for i in 0..N {
            let (a, b, x) = (a[i], b[i], x[i]);
            let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
            d[i] = 1.0 / away_from_zero(1.0 + even * d[i]);
            c[i] = away_from_zero(1.0 + even / c[i]);
            value[i] *= c[i] * d[i];
            let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
            d[i] = 1.0 / away_from_zero(1.0 + odd * d[i]);
            c[i] = away_from_zero(1.0 + odd / c[i]);
            factor[i] = c[i] * d[i];
            value[i] *= factor[i];
        }
        if converging.are_done(&factor, &value) {
            break;
        }
    }
    converging.end(value)
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
#[derive(Clone, Copy, Debug)]
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
#[derive(Clone, Copy, Debug)]
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
        if a.max(b) < LARGE_BETA {
            let [fraction] = beta_fractions([a], [b], [x], [true]);
            return self.leading(self.at(x, y)) * fraction;
        }
        if a < SMOOTH_BETA {
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
