//! Quantiles: Newton steps on the logarithm of the smaller tail, for several at a time.

use crate::num::math::{exp, ln};

/// How many quantiles are solved for together: their fractions are chains of divisions, each of which waits for the one
/// before it, but for none of another.
pub const TOGETHER: usize = 8;

/// A distribution whose quantiles are solved for.
pub(super) trait Solvable {
    /// Where to look first for the quantile at u, or what it is where that needs no search.
    fn start(&self, u: f64) -> Result<f64, f64>;

    /// Both tails at each of some places, and the derivatives of the lower ones by the place's logarithm.
    fn tails_at<const N: usize>(&self, places: &[f64; N]) -> [Tails; N];

    /// The same at one place.
    fn tails_at_one(&self, place: f64) -> Tails;

    /// The quantile of a place.
    fn quantile_of(&self, place: f64) -> f64;

    /// The quantiles at each of some u; how many there are changes none of them by a bit.
    fn solve<const N: usize>(&self, u: &[f64; N]) -> [f64; N] {
        let starts = u.map(|u| self.start(u));
        let mut searches: [Search; N] = std::array::from_fn(|i| match starts[i] {
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
pub(super) struct Tails {
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) slope: f64,
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
