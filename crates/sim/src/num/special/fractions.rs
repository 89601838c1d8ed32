//! Tails of small shapes: series and continued fractions.

use super::PRECISION;

/// No series or fraction used here needs as many; a bound, so that none can run on.
const MOST_TERMS: usize = 3000;

/// The sum of x^n / ((shape + 1) ... (shape + n)) over n from 0 (DLMF 8.11.4), for each x below shape + 1 that is needed.
#[inline(always)]
pub(super) fn gamma_series<const N: usize>(shape: f64, x: &[f64; N], needed: &[bool; N]) -> [f64; N] {
    let (mut sum, mut term, mut below) = ([1.0; N], [1.0; N], shape);
    for _ in 0..MOST_TERMS {
        below += 1.0;
        let mut open = false;
        for i in 0..N {
            term[i] *= x[i] / below;
            sum[i] += term[i];
            // Terms fall, so that what comes after one so small changes nothing.
            open |= (term[i] >= sum[i] * PRECISION) & needed[i];
        }
        if !open {
            break;
        }
    }
    sum
}

/// Gamma(shape, x) e^x x^-shape at each x that is needed, as a continued fraction (DLMF 8.9.2, contracted), by the modified
/// method of W. J. Lentz 1976.
#[inline(always)]
pub(super) fn gamma_fractions<const N: usize>(shape: f64, x: &[f64; N], needed: [bool; N]) -> [f64; N] {
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
    #[inline(always)]
    fn new(open: [bool; N]) -> Self {
        Self { open, ends: [0.0; N] }
    }

    /// Whether all have ended, with the values that they had when they did.
    #[inline(always)]
    fn are_done(&mut self, factors: &[f64; N], values: &[f64; N]) -> bool {
        let mut any = false;
        for i in 0..N {
            let ends = (factors[i] - 1.0).abs() < 2e-16;
            self.ends[i] = if self.open[i] & ends { values[i] } else { self.ends[i] };
            self.open[i] &= !ends;
            any |= self.open[i];
        }
        !any
    }

    /// The ends; of those that have none, where they are.
    #[inline(always)]
    fn end(self, values: [f64; N]) -> [f64; N] {
        std::array::from_fn(|i| if self.open[i] { values[i] } else { self.ends[i] })
    }
}

/// The sum of (a + b)_n / (a + 1)_n x^n over n from 0 (DLMF 8.17.8): few terms where (a + b) x is small.
pub(super) fn beta_series(a: f64, b: f64, x: f64) -> f64 {
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
#[inline(always)]
pub(super) fn beta_fractions<const N: usize>(
    a: [f64; N],
    b: [f64; N],
    x: [f64; N],
    needed: [bool; N],
) -> [f64; N] {
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

#[inline(always)]
fn away_from_zero(x: f64) -> f64 {
    if x.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { x }
}
