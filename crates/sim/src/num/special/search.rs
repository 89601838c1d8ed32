//! Quantiles: Newton steps on the logarithm of the smaller tail, for several at a time.

use super::lanes::{map, zip};
use crate::num::math::{exp, ln};

/// How many quantiles are solved for together: two of the widest registers, so that one need not wait for the other.
pub(crate) const TOGETHER: usize = 16;

/// A distribution whose quantiles are solved for.
pub(crate) trait Solvable {
    /// Where to look first for the quantile at each u, or what it is where that needs no search.
    fn starts<const N: usize>(&self, u: &[f64; N]) -> [Result<f64, f64>; N];

    /// Both tails at each of some places, all above 0 and finite, and the derivatives of the lower ones by the place's
    /// logarithm. Where they are not needed they are of no meaning.
    fn tails_at<const N: usize>(&self, places: &[f64; N], needed: &[bool; N]) -> Tails<N>;

    /// The quantile of a place.
    fn quantile_of(&self, place: f64) -> f64;

    /// The quantiles at each of some u; how many there are changes none of them by a bit. Many take less time than one by
    /// one, above all in code for vector instructions, into which this is inlined.
    #[inline(always)]
    fn solve<const N: usize>(&self, u: &[f64; N]) -> [f64; N] {
        let starts = self.starts(u);
        let mut search = Search::new(&starts, u);
        for _ in 0..MOST_STEPS {
            if search.open == [false; N] {
                break;
            }
            let tails = self.tails_at(&search.x, &search.open);
            search.step(&tails);
        }
        std::array::from_fn(|i| match starts[i] {
            Ok(_) => self.quantile_of(search.x[i]),
            Err(quantile) => quantile,
        })
    }
}

/// Both tails, and the derivative of the lower one by ln x.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tails<const N: usize> {
    pub(super) lower: [f64; N],
    pub(super) upper: [f64; N],
    pub(super) slope: [f64; N],
}

impl<const N: usize> Tails<N> {
    pub(super) const NONE: Self = Self { lower: [0.0; N], upper: [0.0; N], slope: [0.0; N] };

    /// Puts in those of one place.
    pub(super) fn set(&mut self, i: usize, (lower, upper): (f64, f64), slope: f64) {
        (self.lower[i], self.upper[i], self.slope[i]) = (lower, upper, slope);
    }
}

/// More steps than any search takes.
const MOST_STEPS: usize = 100;

/// The searches for some x > 0 with lower(x) = u.
#[derive(Clone, Copy, Debug)]
struct Search<const N: usize> {
    u: [f64; N],
    below: [f64; N],
    above: [f64; N],
    x: [f64; N],
    open: [bool; N],
}

impl<const N: usize> Search<N> {
    #[inline(always)]
    fn new(starts: &[Result<f64, f64>; N], u: &[f64; N]) -> Self {
        let (below, above) = (f64::MIN_POSITIVE, f64::MAX);
        let inside = |start: f64| if start > below && start < above { start } else { 1.0 };
        Self {
            u: *u,
            below: [below; N],
            above: [above; N],
            // Where there is nothing to look for, anywhere.
            x: starts.map(|start| start.map_or(1.0, inside)),
            open: starts.map(|start| start.is_ok()),
        }
    }

    /// Moves on from where the tails are these.
    #[inline(always)]
    fn step(&mut self, Tails { lower, upper, slope }: &Tails<N>) {
        let Self { u, x, .. } = *self;
        let low = u.map(|u| u <= 0.5);
        let (mut tail, mut target) = ([0.0; N], [0.0; N]);
        for i in 0..N {
            (tail[i], target[i]) = if low[i] { (lower[i], u[i]) } else { (upper[i], 1.0 - u[i]) };
        }
        // The step in ln x that makes the logarithm of the smaller tail right to first order.
        let mut step = map(&zip(&tail, &target, |tail, target| tail / target), ln);
        for i in 0..N {
            let down = step[i] * (tail[i] / slope[i]);
            step[i] = if low[i] { -down } else { down };
        }
        let next = zip(&x, &map(&step, exp), |x, factor| x * factor);
        for i in 0..N {
            let step = step[i];
            // Where a tail or the slope has underflowed only the side is known.
            let is_below = step > 0.0 || (step.is_nan() && lower[i] < u[i]);
            let is_above = step < 0.0 || (step.is_nan() && !is_below);
            let open = self.open[i];
            self.below[i] = if open && is_below { x[i] } else { self.below[i] };
            self.above[i] = if open && is_above { x[i] } else { self.above[i] };
            let inside = next[i] > self.below[i] && next[i] < self.above[i];
            // Quadratic convergence: what is left is below rounding.
            let found = step == 0.0 || step.abs() < if inside { 1e-9 } else { 1e-15 };
            let moved = step != 0.0 && inside;
            self.x[i] = if open && moved { next[i] } else { x[i] };
            self.open[i] = open && !found;
            if open && !found && !inside {
                self.x[i] = self.below[i].sqrt() * self.above[i].sqrt();
            }
        }
    }
}
