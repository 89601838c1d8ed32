//! What values a number can take, so that the checks which can never fail are left out of a program.
//!
//! Sound for rounded arithmetic: rounding never reverses an order, so the bounds of a result are the rounded results
//! of the bounds. Functions that may be off in their last bits get a margin. NaN is not in any interval: it makes the
//! lane an error (see [`super::graph`]).

use crate::num::math;
use crate::program::{Link, hazard_chance};

/// All values lie in `lo..=hi`; an infinite end means that the value may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) lo: f64,
    pub(crate) hi: f64,
}

/// More than any error of the functions of [`math`], relative.
const MARGIN: f64 = 1e-12;

impl Interval {
    pub(crate) const ALL: Self = Self { lo: f64::NEG_INFINITY, hi: f64::INFINITY };
    pub(crate) const UNIT: Self = Self { lo: 0.0, hi: 1.0 };

    /// From two ends; everything where one of them is NaN.
    pub(crate) fn new(lo: f64, hi: f64) -> Self {
        if lo <= hi { Self { lo, hi } } else { Self::ALL }
    }

    pub(crate) fn point(x: f64) -> Self {
        Self::new(x, x)
    }

    /// The finite values of a range.
    pub(crate) fn finite_part(lo: f64, hi: f64) -> Self {
        Self::new(lo.max(-f64::MAX), hi.min(f64::MAX))
    }

    pub(crate) fn is_finite(self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }

    pub(crate) fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    pub(crate) fn within(self, lo: f64, hi: f64) -> bool {
        lo <= self.lo && self.hi <= hi
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    pub(crate) fn negate(self) -> Self {
        Self { lo: -self.hi, hi: -self.lo }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        Self::new(self.lo + other.lo, self.hi + other.hi)
    }

    /// Whether `a + b` can be infinity less infinity.
    pub(crate) fn add_may_fail(self, other: Self) -> bool {
        (self.lo == f64::NEG_INFINITY && other.hi == f64::INFINITY)
            || (self.hi == f64::INFINITY && other.lo == f64::NEG_INFINITY)
    }

    pub(crate) fn mul(self, other: Self) -> Self {
        // 0 * inf at a corner bounds the finite values beside it by 0.
        let corner = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        hull(self, other, corner)
    }

    /// Whether `a * b` can be nothing times infinity.
    pub(crate) fn mul_may_fail(self, other: Self) -> bool {
        (self.contains(0.0) && !other.is_finite()) || (other.contains(0.0) && !self.is_finite())
    }

    pub(crate) fn div(self, other: Self) -> Self {
        if other.contains(0.0) || !self.is_finite() || !other.is_finite() {
            return Self::ALL;
        }
        hull(self, other, |a, b| a / b)
    }

    /// Whether `a / b` can be infinity by infinity (a division by 0 is another matter).
    pub(crate) fn div_may_fail(self, other: Self) -> bool {
        !self.is_finite() && !other.is_finite()
    }

    pub(crate) fn min(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.min(other.hi) }
    }

    pub(crate) fn max(self, other: Self) -> Self {
        Self { lo: self.lo.max(other.lo), hi: self.hi.max(other.hi) }
    }

    pub(crate) fn abs(self) -> Self {
        let hi = self.hi.max(-self.lo);
        if self.contains(0.0) {
            Self { lo: 0.0, hi }
        } else {
            Self { lo: self.lo.abs().min(self.hi.abs()), hi }
        }
    }

    /// Through a function that never decreases and is exact.
    pub(crate) fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self::new(f(self.lo), f(self.hi))
    }

    /// Through a function that never decreases but for its last bits, within what it can give at all.
    fn map_roughly(self, range: Self, f: impl Fn(f64) -> f64) -> Self {
        let Self { lo, hi } = self.map(f);
        let slack = |x: f64| if x.is_finite() { x.abs() * MARGIN + f64::MIN_POSITIVE } else { 0.0 };
        Self::new((lo - slack(lo)).max(range.lo), (hi + slack(hi)).min(range.hi))
    }

    pub(crate) fn exp(self) -> Self {
        self.map_roughly(Self { lo: 0.0, hi: f64::INFINITY }, math::exp)
    }

    /// Of positive values and 0.
    pub(crate) fn ln(self) -> Self {
        Self { lo: self.lo.max(0.0), hi: self.hi.max(0.0) }.map_roughly(Self::ALL, math::ln)
    }

    pub(crate) fn sqrt(self) -> Self {
        self.max(Self::point(0.0)).map(f64::sqrt)
    }

    pub(crate) fn logistic(self) -> Self {
        self.map_roughly(Self::UNIT, math::logistic)
    }

    /// Of the chance that comes of a number.
    pub(crate) fn chance(self, link: Link) -> Self {
        match link {
            Link::Identity => self,
            Link::Logistic => self.logistic(),
            // Nothing is rounded: e to 0 is 1.
            Link::Hazard(_) if self.hi <= 0.0 => Self::point(0.0),
            Link::Hazard(dt) => {
                let Self { lo, hi } = self.map(|hazard| hazard_chance(hazard, dt));
                // A difference from 1, so that the error of the exponential counts as it is.
                Self::new((lo - MARGIN).max(0.0), (hi + MARGIN).min(1.0))
            }
        }
    }

    pub(crate) fn power_whole(self, n: u32) -> Self {
        match n {
            0 => Self::point(1.0),
            1..=16 => (1..n).fold(self, |product, _| product.mul(self)),
            _ => Self::ALL,
        }
    }

    pub(crate) fn power(self, exponent: Self) -> Self {
        if self.lo >= 0.0 && exponent.lo >= 0.0 && exponent.lo == exponent.hi {
            let positive = Self { lo: 0.0, hi: f64::INFINITY };
            self.map_roughly(positive, |x| math::pow(x, exponent.lo))
        } else if self.within(0.0, 1.0) && exponent.lo >= 0.0 {
            Self::UNIT
        } else if self.lo > 0.0 {
            Self { lo: 0.0, hi: f64::INFINITY }
        } else {
            Self::ALL
        }
    }

    /// Whether `a ^ b` can be NaN: a root of a negative number.
    pub(crate) fn power_may_fail(self, exponent: Self) -> bool {
        let whole = exponent.lo == exponent.hi && exponent.lo.floor() == exponent.lo;
        self.lo < 0.0 && !whole
    }
}

fn hull(a: Interval, b: Interval, f: impl Fn(f64, f64) -> f64) -> Interval {
    let corners = [f(a.lo, b.lo), f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)];
    if corners.iter().any(|c| c.is_nan()) {
        return Interval::ALL;
    }
    let [first, rest @ ..] = corners;
    rest.iter().fold(Interval::point(first), |all, &c| all.union(Interval::point(c)))
}

#[cfg(test)]
mod tests {
    use super::{Interval, Link, hazard_chance, math};
    use crate::program::{max, min};

    fn of(lo: f64, hi: f64) -> Interval {
        Interval::new(lo, hi)
    }

    #[test]
    fn corners_bound_products_and_quotients() {
        assert_eq!(of(-2.0, 3.0).mul(of(-1.0, 5.0)), of(-10.0, 15.0));
        assert_eq!(of(0.0, 1.0).mul(Interval::ALL), Interval::ALL);
        assert_eq!(of(0.0, 1.0).mul(of(2.0, f64::INFINITY)), of(0.0, f64::INFINITY));
        assert_eq!(of(1.0, 2.0).div(of(-4.0, -2.0)), of(-1.0, -0.25));
        assert_eq!(of(1.0, 2.0).div(of(0.0, 2.0)), Interval::ALL);
    }

    #[test]
    fn infinities_are_where_sums_and_products_fail() {
        let up = of(0.0, f64::INFINITY);
        assert!(!up.add_may_fail(up));
        assert!(up.add_may_fail(up.negate()));
        assert!(up.mul_may_fail(up));
        assert!(!of(1.0, f64::INFINITY).mul_may_fail(of(1.0, f64::INFINITY)));
        assert!(!of(-f64::MAX, f64::MAX).add_may_fail(of(-f64::MAX, f64::MAX)));
        assert_eq!(of(-f64::MAX, f64::MAX).add(of(-f64::MAX, f64::MAX)), Interval::ALL);
    }

    #[test]
    fn functions_keep_a_margin_and_their_range() {
        let unit = of(-700.0, 700.0).logistic();
        assert!(unit.within(0.0, 1.0));
        let e = of(0.0, 1.0).exp();
        assert!(e.lo < 1.0 && e.hi > 1.0_f64.exp());
        assert_eq!(of(4.0, 9.0).sqrt(), of(2.0, 3.0));
        assert!(of(-1.0, 1.0).power_may_fail(of(0.5, 0.5)));
        assert!(!of(-1.0, 1.0).power_may_fail(of(-3.0, -3.0)));
    }

    const ENDS: [f64; 11] =
        [f64::NEG_INFINITY, -f64::MAX, -2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 3.0, f64::MAX, f64::INFINITY];

    /// All intervals between some numbers, and those of the numbers that lie in them.
    fn all() -> Vec<(Interval, Vec<f64>)> {
        let ends = |place: usize| ENDS[place..].iter().map(move |hi| of(ENDS[place], *hi));
        let intervals = (0..ENDS.len()).flat_map(ends);
        intervals.map(|all| (all, ENDS.into_iter().filter(|x| all.contains(*x)).collect())).collect()
    }

    /// What a program leaves out must never have been needed: an operation's values lie in its interval, or are NaN where it
    /// says that it may fail.
    #[test]
    fn operations_on_two_numbers_keep_to_their_intervals() {
        type Two = (fn(f64, f64) -> f64, fn(Interval, Interval) -> Interval, fn(Interval, Interval) -> bool);
        let never = |_: Interval, _: Interval| false;
        let operations: [Two; 6] = [
            (|x, y| x + y, Interval::add, Interval::add_may_fail),
            (|x, y| x * y, Interval::mul, Interval::mul_may_fail),
            (|x, y| if y == 0.0 { 0.0 } else { x / y }, Interval::div, Interval::div_may_fail),
            (min, Interval::min, never),
            (max, Interval::max, never),
            (math::pow, Interval::power, Interval::power_may_fail),
        ];
        let all = all();
        for (number, (value, interval, may_fail)) in operations.into_iter().enumerate() {
            for ((a, xs), (b, ys)) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
                for (x, y) in xs.iter().flat_map(|x| ys.iter().map(move |y| (*x, *y))) {
                    let z = value(x, y);
                    let holds = if z.is_nan() { may_fail(*a, *b) } else { interval(*a, *b).contains(z) };
                    assert!(holds, "operation {number} of {x} and {y} is {z}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn functions_of_one_number_keep_to_their_intervals() {
        for (a, xs) in all() {
            for x in xs {
                let hazard = Link::Hazard(1.0 / 12.0);
                let mut pairs = vec![
                    (x.abs(), a.abs()),
                    (-x, a.negate()),
                    (math::exp(x), a.exp()),
                    (math::logistic(x), a.logistic()),
                    (hazard_chance(x, 1.0 / 12.0), a.chance(hazard)),
                ];
                pairs.extend((0..5).map(|n| (math::powi(x, n), a.power_whole(n))));
                if x >= 0.0 {
                    pairs.extend([(math::ln(x), a.ln()), (x.sqrt(), a.sqrt())]);
                }
                for (number, (value, interval)) in pairs.into_iter().enumerate() {
                    assert!(interval.contains(value), "function {number} of {x} is {value}: {a:?}");
                }
            }
        }
    }
}
