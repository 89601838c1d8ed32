//! Differences between two runs on the same random numbers, with intervals at 95%.
//!
//! Trial n of the one belongs to trial n of the other, so that what both share drops out of their difference. All of it
//! follows from counts and exact sums, which merge to the same bits in any order.

use serde::Serialize;

use super::interval::{LEVEL, Z_975, border, student_975};
use super::{Moments, Probability, wilson};

/// Halvings of an interval no wider than 2: what is left is below the last bit of what is shown.
const HALVINGS: u32 = 64;

/// A difference, variant minus baseline, with its interval.
///
/// Of means it has no bounds where the numbers are all alike: that no spread was seen says nothing of what is rare, and so
/// nothing of the mean. The ends are then infinite, and `null` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The difference: of shares in [-1, 1], of means any number.
    pub estimate: f64,
    /// The lower end of the interval; negative infinity where it has none.
    pub low: f64,
    /// The upper end of the interval; infinity where it has none.
    pub high: f64,
    /// The confidence level of the interval, 0.95.
    pub level: f64,
}

impl Difference {
    /// Whether 0 lies in the interval: the trials show no difference.
    #[must_use]
    pub fn holds_zero(&self) -> bool {
        self.low <= 0.0 && 0.0 <= self.high
    }

    /// The width of the interval; infinite where it has no ends.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Both ends of the interval, where it has them.
    #[must_use]
    pub fn ends(&self) -> Option<(f64, f64)> {
        (self.low.is_finite() && self.high.is_finite()).then_some((self.low, self.high))
    }

    /// The same where it is known that all trials have to be alike, so that an interval without ends is a point.
    pub(crate) fn of_fixed(self) -> Self {
        match self.ends() {
            Some(_) => self,
            None => Self { low: self.estimate, high: self.estimate, ..self },
        }
    }
}

/// Pairs of trials by both answers to a question of yes or no, which a trial may also not be counted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairedTable {
    /// By the baseline's answer, then the variant's: not counted, no, yes.
    cells: [[u64; 3]; 3],
}

/// The places of answers.
const OUT: usize = 0;
const NO: usize = 1;
const YES: usize = 2;

impl PairedTable {
    /// No pairs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds pairs of one kind: the answers of baseline and variant, `None` where the trial does not count.
    pub fn add(&mut self, baseline: Option<bool>, variant: Option<bool>, pairs: u64) {
        let place = |answer: Option<bool>| answer.map_or(OUT, |yes| if yes { YES } else { NO });
        let cell = &mut self.cells[place(baseline)][place(variant)];
        *cell = cell.saturating_add(pairs);
    }

    /// Adds the lanes of a block. Of each run: where it counts, and where the answer is yes.
    pub(crate) fn add_lanes(&mut self, live: u64, baseline: (u64, u64), variant: (u64, u64)) {
        let masks = |(counts, yes): (u64, u64)| [!counts, counts & !yes, counts & yes];
        for (row, mine) in self.cells.iter_mut().zip(masks(baseline)) {
            for (cell, theirs) in row.iter_mut().zip(masks(variant)) {
                *cell += u64::from((live & mine & theirs).count_ones());
            }
        }
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        for (cell, added) in self.cells.iter_mut().flatten().zip(other.cells.iter().flatten()) {
            *cell = cell.saturating_add(*added);
        }
    }

    /// The baseline's answers: how many yes, of how many that count.
    #[must_use]
    pub fn baseline(&self) -> (u64, u64) {
        let sum = |row: [u64; 3]| row.iter().sum::<u64>();
        (sum(self.cells[YES]), sum(self.cells[YES]) + sum(self.cells[NO]))
    }

    /// The variant's answers: how many yes, of how many that count.
    #[must_use]
    pub fn variant(&self) -> (u64, u64) {
        let sum = |answer: usize| self.cells.iter().map(|row| row[answer]).sum::<u64>();
        (sum(YES), sum(YES) + sum(NO))
    }

    /// How many pairs count in both runs.
    #[must_use]
    pub fn in_both(&self) -> u64 {
        self.cells[NO..].iter().flat_map(|row| &row[NO..]).sum()
    }

    /// Of the pairs that count in both runs those that are yes in the variant alone.
    #[must_use]
    pub fn flipped_to_yes(&self) -> u64 {
        self.cells[NO][YES]
    }

    /// Of the pairs that count in both runs those that are yes in the baseline alone.
    #[must_use]
    pub fn flipped_to_no(&self) -> u64 {
        self.cells[YES][NO]
    }

    /// The difference of the two shares; `None` where no trial counts in one of the runs. Where every trial counts in
    /// both it is [Tango's](tango), else that of a difference of two ratios.
    #[must_use]
    pub fn difference(&self) -> Option<Difference> {
        let (_, of_baseline) = self.baseline();
        let (_, of_variant) = self.variant();
        let both = self.in_both();
        if of_baseline == both && of_variant == both {
            tango(self.flipped_to_yes(), self.flipped_to_no(), both)
        } else {
            self.of_ratios()
        }
    }

    /// Of a conditional share both numerator and denominator are random, and both may differ between the runs. The
    /// variance is that of a difference of two ratios by their linear terms (W. G. Cochran 1977, *Sampling Techniques*,
    /// 6.19), trial by trial, so that what the runs share drops out.
    ///
    /// Half a trial is added to each of the four cells where both count (A. Agresti and Y. Min 2005), which adds a yes
    /// and a no to either run as A. Agresti and B. Caffo (2000) do for unpaired shares: without it the interval would
    /// have no width where no answer flips.
    fn of_ratios(&self) -> Option<Difference> {
        let (baseline, variant) = (self.baseline(), self.variant());
        if baseline.1 == 0 || variant.1 == 0 {
            return None;
        }
        let estimate = share(variant) - share(baseline);
        let mut cells = self.cells.map(|row| row.map(|count| count as f64));
        cells[NO..].iter_mut().for_each(|row| row[NO..].iter_mut().for_each(|cell| *cell += 0.5));
        let of_baseline = |answer: usize| cells[answer].iter().sum::<f64>();
        let of_variant = |answer: usize| cells.iter().map(|row| row[answer]).sum::<f64>();
        let (of_b, of_v) = (of_baseline(NO) + of_baseline(YES), of_variant(NO) + of_variant(YES));
        let (p_b, p_v) = (of_baseline(YES) / of_b, of_variant(YES) / of_v);
        // What a trial with an answer adds to its ratio's deviation.
        let term = |p: f64, of: f64| [0.0, -p / of, (1.0 - p) / of];
        let (terms_b, terms_v) = (term(p_b, of_b), term(p_v, of_v));
        let mut variance = 0.0;
        for (row, b) in cells.iter().zip(terms_b) {
            for (cell, v) in row.iter().zip(terms_v) {
                variance += cell * (v - b) * (v - b);
            }
        }
        let (centre, half) = (p_v - p_b, Z_975 * variance.sqrt());
        Some(Difference {
            estimate,
            low: (centre - half).max(-1.0).min(estimate),
            high: (centre + half).min(1.0).max(estimate),
            level: LEVEL,
        })
    }

    /// How wide the interval would be had the two runs been on random numbers of their own: [Newcombe's](newcombe).
    #[must_use]
    pub fn unpaired_width(&self) -> Option<f64> {
        newcombe(self.baseline(), self.variant()).map(|difference| difference.width())
    }
}

fn share((yes, of): (u64, u64)) -> f64 {
    yes as f64 / of as f64
}

/// The score interval of T. Tango (1998, *Statistics in Medicine* 17) for the difference of two paired shares, from the
/// pairs that are yes in the variant alone, yes in the baseline alone, and all. `None` where there are no pairs.
///
/// It is the inversion of McNemar's test: the differences that the score test does not reject. It keeps its level where
/// few pairs flip, and has a width where none does.
#[must_use]
pub fn tango(to_yes: u64, to_no: u64, pairs: u64) -> Option<Difference> {
    if pairs == 0 {
        return None;
    }
    let (b, c, n) = (to_yes as f64, to_no as f64, pairs as f64);
    let estimate = (b - c) / n;
    // The statistic falls from above z to below -z as the difference rises, and is 0 at the estimate.
    let end = |outer: f64, within: &dyn Fn(f64) -> bool| {
        border(estimate, outer, HALVINGS, |difference| within(tango_statistic(b, c, n, difference)))
    };
    Some(Difference {
        estimate,
        low: if to_no == pairs { -1.0 } else { end(-1.0, &|z| z < Z_975) },
        high: if to_yes == pairs { 1.0 } else { end(1.0, &|z| z > -Z_975) },
        level: LEVEL,
    })
}

/// The score statistic of a supposed difference: how far the observed lies above it, in standard deviations under the
/// most likely table that has this difference.
pub(crate) fn tango_statistic(b: f64, c: f64, n: f64, difference: f64) -> f64 {
    // The chance of "yes in the baseline alone" is the larger root of x^2 2n + x second + last = 0.
    let second = (2.0 * n - b + c) * difference - b - c;
    let last = -c * difference * (1.0 - difference);
    let root = (second * second - 8.0 * n * last).max(0.0).sqrt();
    // The form without cancellation.
    let to_no = if second <= 0.0 { (root - second) / (4.0 * n) } else { -2.0 * last / (root + second) };
    let variance = n * (2.0 * to_no + difference * (1.0 - difference)).max(0.0);
    let distance = b - c - n * difference;
    if distance == 0.0 { 0.0 } else { distance / variance.sqrt() }
}

/// The hybrid score interval of R. G. Newcombe (1998, *Statistics in Medicine* 17, method 10) for the difference of two
/// independent shares, each as yes and all; variant minus baseline. `None` where one of them is of no trials.
#[must_use]
pub fn newcombe(baseline: (u64, u64), variant: (u64, u64)) -> Option<Difference> {
    let arm =
        |(yes, of)| wilson(yes, of).map(|Probability { estimate, low, high, .. }| (estimate, low, high));
    let (b, low_b, high_b) = arm(baseline)?;
    let (v, low_v, high_v) = arm(variant)?;
    let root = |x: f64, y: f64| (x * x + y * y).sqrt();
    let estimate = v - b;
    Some(Difference {
        estimate,
        low: estimate - root(v - low_v, high_b - b),
        high: estimate + root(high_v - v, b - low_b),
        level: LEVEL,
    })
}

/// Pairs of trials by both values of a number, which a trial may also not be counted for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairedMoments {
    /// Baseline and variant where both count, and variant minus baseline.
    both: [Moments; 2],
    difference: Moments,
    /// Baseline and variant where the other does not count.
    alone: [Moments; 2],
    higher: u64,
    lower: u64,
}

impl PairedMoments {
    /// No pairs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pair: the values of baseline and variant, `None` where the trial does not count.
    pub fn add(&mut self, baseline: Option<f64>, variant: Option<f64>) {
        match (baseline, variant) {
            (Some(b), Some(v)) => {
                self.both[0].add(b);
                self.both[1].add(v);
                self.difference.add(v - b);
                self.higher += u64::from(v > b);
                self.lower += u64::from(v < b);
            }
            (Some(b), None) => self.alone[0].add(b),
            (None, Some(v)) => self.alone[1].add(v),
            (None, None) => {}
        }
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        let mine = self.both.iter_mut().chain(&mut self.alone);
        mine.zip(other.both.iter().chain(&other.alone)).for_each(|(moments, other)| moments.merge(other));
        self.difference.merge(&other.difference);
        self.higher = self.higher.saturating_add(other.higher);
        self.lower = self.lower.saturating_add(other.lower);
    }

    /// The baseline's values.
    #[must_use]
    pub fn baseline(&self) -> Moments {
        self.run(0)
    }

    /// The variant's values.
    #[must_use]
    pub fn variant(&self) -> Moments {
        self.run(1)
    }

    fn run(&self, place: usize) -> Moments {
        let mut moments = self.both[place].clone();
        moments.merge(&self.alone[place]);
        moments
    }

    /// How many pairs count in both runs.
    #[must_use]
    pub fn in_both(&self) -> u64 {
        self.difference.count()
    }

    /// In how many pairs the variant's value is the higher.
    #[must_use]
    pub fn higher(&self) -> u64 {
        self.higher
    }

    /// In how many pairs the variant's value is the lower.
    #[must_use]
    pub fn lower(&self) -> u64 {
        self.lower
    }

    /// The difference of the two means, with Student's interval; `None` where fewer than two trials count in one of the
    /// runs. It has no ends where all pairs differ by the same. Where trials count in one run alone it is a difference of ratios by their linear terms, as for shares.
    #[must_use]
    pub fn difference(&self) -> Option<Difference> {
        let [baseline, variant] = [self.baseline(), self.variant()];
        let (estimate, variance) = if self.alone.iter().all(|moments| moments.count() == 0) {
            (self.difference.mean(), variance_of_mean(&self.difference))
        } else {
            let unpaired = variance_of_mean(&baseline) + variance_of_mean(&variant);
            let paired = unpaired - 2.0 * self.covariance(&baseline, &variant);
            (variant.mean() - baseline.mean(), paired.max(0.0))
        };
        of_mean(estimate, variance, baseline.count().min(variant.count()))
    }

    /// How wide the interval would be had the two runs been on random numbers of their own; `None` where it would have no
    /// ends.
    #[must_use]
    pub fn unpaired_width(&self) -> Option<f64> {
        let [baseline, variant] = [self.baseline(), self.variant()];
        let variance = variance_of_mean(&baseline) + variance_of_mean(&variant);
        let interval = of_mean(0.0, variance, baseline.count().min(variant.count()))?;
        interval.ends().map(|(low, high)| high - low)
    }

    /// The covariance of the two means, which the pairs that count in both make.
    fn covariance(&self, baseline: &Moments, variant: &Moments) -> f64 {
        if self.difference.count() == 0 {
            return 0.0;
        }
        let [b, v] = &self.both;
        let within = 0.5 * (square(b.sd()) + square(v.sd()) - square(self.difference.sd()));
        let between = (b.mean() - baseline.mean()) * (v.mean() - variant.mean());
        let shared = self.difference.count() as f64 / (baseline.count() as f64 * variant.count() as f64);
        shared * (within + between)
    }
}

/// With n (not n - 1) for its divisor.
fn variance_of_mean(moments: &Moments) -> f64 {
    square(moments.sd()) / moments.count() as f64
}

fn square(x: f64) -> f64 {
    x * x
}

/// The mean of some numbers, with Student's interval; `None` where there are fewer than two. It has no ends where they are
/// all alike.
#[must_use]
pub fn mean_interval(moments: &Moments) -> Option<Difference> {
    of_mean(moments.mean(), variance_of_mean(moments), moments.count())
}

/// Student's interval of a mean, from the variance of the mean with n (not n - 1) for its divisor. Without any variance it
/// has no ends: by the rule of three (J. A. Hanley and A. Lippman-Hand 1983, *JAMA* 249) what comes in up to 3 of n trials
/// may have been missed by all of them, and it may be of any size.
pub(crate) fn of_mean(estimate: f64, variance: f64, n: u64) -> Option<Difference> {
    if n < 2 {
        return None;
    }
    let (n, freedom) = (n as f64, (n - 1) as f64);
    let half = student_975(freedom) * (variance * (n / freedom)).sqrt();
    if variance == 0.0 && estimate.is_finite() {
        return Some(Difference { estimate, low: f64::NEG_INFINITY, high: f64::INFINITY, level: LEVEL });
    }
    let whole = estimate.is_finite() && half.is_finite();
    whole.then_some(Difference { estimate, low: estimate - half, high: estimate + half, level: LEVEL })
}

#[cfg(test)]
#[path = "paired_tests.rs"]
mod tests;
