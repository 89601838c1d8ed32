//! How many times likelier: ratios of rates and of odds with intervals at 95%, and tests of many at once.

use libm::erfc;
use serde::Serialize;

use super::hypergeometric::Counts;
use super::interval::LEVEL;
use super::interval::{Z_975, border};

/// Halvings of a range of counts or ratios: what is left is below the last bit of what is shown.
const HALVINGS: u32 = 80;
/// Fourfold steps in which an end of a ratio is looked for: beyond them is nothing that counts of trials can tell.
const WIDENINGS: u32 = 100;
/// Below this variance of the count of those with the mark its exact distribution makes the p-value. From here on the
/// normal distribution calls no more than a quarter too many real where it should one in a thousand.
const EXACT_BELOW: f64 = 100.0;
/// With fewer on either side that did not get there their number says too little of how many do not.
const FEW: u64 = 20;
/// What is less likely if there is no difference is not chance, on both sides: what an interval at 95% leaves.
const CHANCE: f64 = 0.05;

/// A ratio with its interval; 1 is no difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// The ratio, 0 or more; infinite (`null` in JSON) where what it is divided by is 0.
    pub estimate: f64,
    /// The lower end of the interval, 0 or more.
    pub low: f64,
    /// The upper end of the interval; infinite (`null` in JSON) where the data do not bound it.
    pub high: f64,
    /// The confidence level of the interval, 0.95.
    pub level: f64,
}

impl Ratio {
    /// Whether 1 lies in the interval: the trials show no difference.
    #[must_use]
    pub fn holds_one(&self) -> bool {
        self.low <= 1.0 && 1.0 <= self.high
    }

    /// By what factor it differs from 1 at the least: the end of the interval that lies nearest to 1, as a factor of 1
    /// or more; 1 where the interval holds 1.
    #[must_use]
    pub fn at_least(&self) -> f64 {
        if self.low > 1.0 {
            self.low
        } else if self.high < 1.0 {
            1.0 / self.high
        } else {
            1.0
        }
    }

    /// The interval and a p-value of no difference so that they do not contradict each other, the more cautious
    /// deciding: where the p-value is not below 0.05 the interval is drawn out to 1, and where the interval holds 1 the
    /// p-value is at least `own_p`, that of the test that the interval inverts.
    fn agreed(mut self, p: f64, own_p: f64) -> (Self, f64) {
        if self.holds_one() {
            return if p < CHANCE { (self, own_p.max(CHANCE)) } else { (self, p) };
        }
        if p >= CHANCE {
            (self.low, self.high) = (self.low.min(1.0), self.high.max(1.0));
        }
        (self, p)
    }
}

/// Of those with the mark `a` of `n1` got there, of those without `b` of `n0`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Table {
    a: u64,
    n1: u64,
    b: u64,
    n0: u64,
}

impl Table {
    fn counts(self) -> [f64; 4] {
        [self.a, self.n1, self.b, self.n0].map(|count| count as f64)
    }

    /// The variance of a n0 / n - r b n1 / n if the rate with the mark is r times that without: O. S. Miettinen and
    /// M. Nurminen's (1985), of the likeliest rates that have this ratio. At r = 1 it is Mantel's.
    fn variance_at(self, r: f64) -> f64 {
        let [a, n1, b, n0] = self.counts();
        let all = n1 + n0;
        // The smaller root of r n p^2 - (r (n1 + b) + a + n0) p + a + b.
        let middle = r * (n1 + b) + a + n0;
        let root = (middle * middle - 4.0 * r * all * (a + b)).max(0.0).sqrt();
        let without = (2.0 * (a + b) / (middle + root)).min(1.0);
        let with = (r * without).min(1.0);
        let sum = n0 * with * (1.0 - with) + r * r * n1 * without * (1.0 - without);
        n1 * n0 * sum / (all * (all - 1.0))
    }
}

/// Whether the normal distribution will do for how many of those with the mark get there.
fn is_normal(variance: f64) -> bool {
    variance >= EXACT_BELOW
}

/// Two rates side by side in strata, of which each adds its share to one ratio that they have in common.
///
/// A stratum is a date, with the trials that could still get there on it: those with a mark and those without. A trial
/// stands in one stratum after the other until it gets there or the time is up, and its mark may come at any date, so
/// that no trial is credited with time before its mark (N. Mantel and D. P. Byar 1974). What comes of a stratum
/// follows from the trials in it alone, so that their variances add although they are of the same trials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strata {
    /// The two sums of N. Mantel and W. Haenszel (1959), whose ratio is the estimate.
    with: f64,
    without: f64,
    /// The sum in the variance of S. Greenland and J. M. Robins (1985).
    spread: f64,
    /// Mantel's (1966) test: observed minus expected, and its variance.
    excess: f64,
    variance: f64,
    /// The strata that say something, for what the sums do not tell where counts are small.
    tables: Vec<Table>,
}

impl Strata {
    /// Adds a stratum: of those with the mark how many got there, of how many; and of those without.
    pub fn add(&mut self, (a, n1): (u64, u64), (b, n0): (u64, u64)) {
        // More than all count as all.
        let table = Table { a: a.min(n1), n1, b: b.min(n0), n0 };
        let [a, n1, b, n0] = table.counts();
        let (all, got) = (n1 + n0, a + b);
        if n1 == 0.0 || n0 == 0.0 || got == 0.0 {
            return;
        }
        self.tables.push(table);
        self.with += a * n0 / all;
        self.without += b * n1 / all;
        self.spread += (got * n1 * n0 - a * b * all) / (all * all);
        self.excess += a - n1 * got / all;
        self.variance += n1 * n0 * got * (all - got) / (all * all * (all - 1.0));
    }

    /// The ratio of the rate with the mark to that without, pooled over the strata (Mantel and Haenszel). `None` where
    /// no stratum in which somebody got there has trials of both kinds.
    ///
    /// The interval holds the ratios r for which `with - r without` is within 1.96 of its standard errors, r being
    /// true: the variance of Greenland and Robins at r, in the manner of E. C. Fieller. So it needs no logarithm, and
    /// has ends where nobody got there on one side. That variance is nearly 0 where nearly all with the mark got there,
    /// so where on either side few did not, it is that of Miettinen and Nurminen at r.
    ///
    /// Where [`p`](Self::p) is not below 0.05 the interval is drawn out to 1, if it does not hold 1 anyway.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        self.compared().0
    }

    /// How often chance alone makes as much of a difference; 1 where there is nothing to compare.
    ///
    /// Mantel's test where the count of those with the mark that got there has a variance of 100 or more. Else, as its
    /// distribution is not normal, how often a count comes that is no likelier, the number of those that got there being
    /// given for each stratum (J. J. Gart 1970; C. R. Mehta, N. R. Patel and R. Gray 1985 for its computation). Never
    /// below 0.05 where the interval of [`ratio`](Self::ratio) holds 1.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.compared().1
    }

    /// [`ratio`](Self::ratio) and [`p`](Self::p) at once.
    #[must_use]
    pub fn compared(&self) -> (Option<Ratio>, f64) {
        let p = if is_normal(self.variance) { two_sided(self.z()) } else { self.exact_p() };
        if self.with + self.without <= 0.0 {
            return (None, p);
        }
        let failed = |of: fn(&Table) -> u64| self.tables.iter().map(of).sum::<u64>();
        let few = failed(|table| table.n1 - table.a).min(failed(|table| table.n0 - table.b)) < FEW;
        let ((low, high), variance) =
            if few { (self.score_ends(), self.variance) } else { (self.fieller_ends(), self.spread) };
        let ratio = Ratio { estimate: self.with / self.without, low, high, level: LEVEL };
        let own_z = if variance > 0.0 { self.excess / variance.sqrt() } else { 0.0 };
        let (ratio, p) = ratio.agreed(p, two_sided(own_z));
        (Some(ratio), p)
    }

    /// How often a count comes that is no likelier, the numbers that got there being given.
    fn exact_p(&self) -> f64 {
        let mut counts = Counts::none();
        for &Table { a, n1, b, n0 } in &self.tables {
            counts.add(n1, n0, a.saturating_add(b));
        }
        counts.p(self.tables.iter().map(|table| table.a).sum())
    }

    /// The ends of the interval by the variance of Greenland and Robins.
    fn fieller_ends(&self) -> (f64, f64) {
        let Self { with, without, spread, .. } = *self;
        let (middle, slack) = (2.0 * with * without, Z_975 * Z_975 * spread);
        let root = (slack * (2.0 * middle + slack)).max(0.0).sqrt();
        // The greater root of without^2 r^2 - (middle + slack) r + with^2; the smaller in the form without cancellation.
        let greater = middle + slack + root;
        (2.0 * with * with / greater, greater / (2.0 * without * without))
    }

    /// The ends of the interval by the variance of Miettinen and Nurminen.
    fn score_ends(&self) -> (f64, f64) {
        let Self { with, without, .. } = *self;
        let within = |r: f64| {
            let variance: f64 = self.tables.iter().map(|table| table.variance_at(r)).sum();
            let distance = with - r * without;
            distance * distance <= Z_975 * Z_975 * variance
        };
        let estimate = with / without;
        let low = || {
            // Above all ratios that are rejected, if there is no estimate to begin with.
            let inside = if without > 0.0 { Some(estimate) } else { first(4.0, within) };
            inside.map_or(0.0, |inside| end(inside, 0.25, within))
        };
        let high = || {
            let inside = if with > 0.0 { Some(estimate) } else { first(0.25, within) };
            inside.map_or(f64::INFINITY, |inside| end(inside, 4.0, within))
        };
        (if with > 0.0 { low() } else { 0.0 }, if without > 0.0 { high() } else { f64::INFINITY })
    }

    /// How many more with the mark got there than if it made no difference: observed minus expected, date by date.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.excess
    }

    /// How far it is from none, in standard errors: above 0 where those with the mark get there oftener. 0 where there
    /// is nothing to compare.
    #[must_use]
    pub fn z(&self) -> f64 {
        if self.variance > 0.0 { self.excess / self.variance.sqrt() } else { 0.0 }
    }
}

/// The odds with a mark over the odds without, of yes and all on either side. `None` where one side is empty, or all or
/// none of both say yes.
///
/// The interval is that of J. Cornfield (1956) without a correction for continuity: the odds ratios that the score test
/// does not reject, given how many say yes in all.
#[must_use]
pub fn odds_ratio(with: (u64, u64), without: (u64, u64)) -> Option<Ratio> {
    let [a, n1, b, n0] = [with.0, with.1, without.0, without.1].map(|count| count as f64);
    let yes = a + b;
    if n1 == 0.0 || n0 == 0.0 || yes == 0.0 || yes == n1 + n0 {
        return None;
    }
    // The expected table that has x in place of a, with the same margins.
    let cells = |x: f64| [x, n1 - x, yes - x, n0 - yes + x];
    let odds = |x: f64| {
        let [p, q, r, s] = cells(x);
        p * s / (q * r)
    };
    let within = |x: f64| {
        let weight: f64 = cells(x).iter().map(|cell| 1.0 / cell).sum();
        (a - x).abs() * weight.sqrt() <= Z_975
    };
    let end = |outer: f64| border(a, outer, HALVINGS, within);
    let (least, most) = ((yes - n0).max(0.0), n1.min(yes));
    Some(Ratio {
        estimate: odds(a),
        low: if a == least { 0.0 } else { odds(end(least)) },
        high: if a == most { f64::INFINITY } else { odds(end(most)) },
        level: LEVEL,
    })
}

/// [`odds_ratio`] and how often chance alone makes as much of a difference, which do not contradict each other; 1 where
/// there is nothing to compare.
///
/// The p-value is that of [`two_shares_z`], or where the normal distribution would mislead R. A. Fisher's (1935) exact
/// one, as in [`Strata::p`].
#[must_use]
pub fn compared_odds(with: (u64, u64), without: (u64, u64)) -> (Option<Ratio>, f64) {
    let mut strata = Strata::default();
    strata.add(with, without);
    let score_p = two_sided(two_shares_z(with, without));
    let p = if is_normal(strata.variance) { score_p } else { strata.exact_p() };
    match odds_ratio(with, without) {
        Some(ratio) => {
            let (ratio, p) = ratio.agreed(p, score_p);
            (Some(ratio), p)
        }
        None => (None, p),
    }
}

/// From 1 on in steps of a factor: the first ratio that is within.
fn first(factor: f64, within: impl Fn(f64) -> bool) -> Option<f64> {
    let mut ratio = 1.0;
    for _ in 0..WIDENINGS {
        if within(ratio) {
            return Some(ratio);
        }
        ratio *= factor;
    }
    None
}

/// Where ratios cease to be within, from one that is in steps of a factor, and then by halving.
fn end(mut inside: f64, factor: f64, within: impl Fn(f64) -> bool) -> f64 {
    let mut outside = inside * factor;
    for _ in 0..WIDENINGS {
        if !within(outside) {
            break;
        }
        (inside, outside) = (outside, outside * factor);
    }
    border(inside, outside, HALVINGS, within)
}

/// The score test of equal shares, which [`odds_ratio`] inverts at 1: K. Pearson's (1900), in standard errors, above 0
/// where the first share is the higher. 0 where there is nothing to compare.
#[must_use]
pub fn two_shares_z(with: (u64, u64), without: (u64, u64)) -> f64 {
    let [a, n1, b, n0] = [with.0, with.1, without.0, without.1].map(|count| count as f64);
    let (all, yes) = (n1 + n0, a + b);
    let variance = n1 * n0 * yes * (all - yes);
    if variance > 0.0 { (a * n0 - b * n1) * (all / variance).sqrt() } else { 0.0 }
}

/// How often chance alone lies as far from none, on either side: the p-value of a test, from its standard errors.
#[must_use]
pub fn two_sided(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2).min(1.0)
}

/// p-values for many tests at once: S. Holm's (1979). With those below 0.05 called real, the chance that any of them is
/// not is at most 5%, however the tests hang together, as far as each p-value is right.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&x, &y| p[x].total_cmp(&p[y]));
    let mut adjusted = vec![1.0; p.len()];
    let mut most = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        most = most.max(p[place] * (p.len() - rank) as f64).min(1.0);
        adjusted[place] = most;
    }
    adjusted
}

#[cfg(test)]
#[path = "ratio_tests.rs"]
mod tests;
