//! The law of total variance, estimated from groups without bias.

use super::groups::Group;
use super::result::Interval;
use crate::stats::interval::Z_975;

/// A variance in its two parts, with 95% intervals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// The variance of what a group comes to in the long run: of what is not known. An estimate without bias, and
    /// so now and then a little below 0.
    pub unknown: Interval,
    /// The mean variance within a group: of chance.
    pub chance: Interval,
    /// The part of the first in both together; none where both are 0.
    pub share: Option<Interval>,
}

/// Splits the variance of what groups answered: one-way analysis of variance with random effects (R. A. Fisher 1925;
/// S. R. Searle, G. Casella and C. E. McCulloch 1992), each group weighted by the trials that count in it. Standard
/// errors are those of ratios of sums over groups, which are independent of each other (the delta method).
///
/// Where as many trials count in every group both variances are without bias. Where their number goes with what is not
/// known, as with a condition that is met the more often the likelier the event, they are nearly so: groups in which one
/// trial counts say nothing of chance. `None` where fewer than two groups say anything.
#[must_use]
pub fn split(groups: &[Group]) -> Option<Split> {
    let groups: Vec<Group> = groups.iter().copied().filter(|group| group.count >= 1.0).collect();
    let several = groups.iter().filter(|group| group.count >= 2.0);
    let number = groups.len() as f64;
    if several.clone().count() < 2 {
        return None;
    }
    let chance = ratio(several.map(|group| (group.count * group.variance, group.count)))?;
    let weight: f64 = groups.iter().map(|group| group.count).sum();
    let mean = groups.iter().map(|group| group.count * group.mean).sum::<f64>() / weight;
    // The mean is that of these very groups, which lie a little nearer to it than to the true one.
    let correction = number / (number - 1.0);
    // Of each group: what it adds to the variance between groups, to that within, and its weight. Chance alone would
    // leave its mean with the variance of one trial over the count.
    let terms = |group: &Group| {
        let variance = if group.count >= 2.0 { group.variance } else { chance.estimate };
        let off = group.mean - mean;
        (correction * group.count * off * off - variance, group.count * variance, group.count)
    };
    let terms: Vec<(f64, f64, f64)> = groups.iter().map(terms).collect();
    let unknown = ratio(terms.iter().map(|(between, _, count)| (*between, *count)))?;
    let share = ratio(terms.iter().map(|(between, within, _)| (*between, between + within)));
    Some(Split { unknown, chance, share: share.map(|share| share.within(0.0, 1.0)) })
}

/// A ratio of two sums, with its interval; none where the lower sum is not above 0.
fn ratio(terms: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Interval> {
    let (upper, lower) = terms.clone().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    if lower <= 0.0 {
        return None;
    }
    let estimate = upper / lower;
    let (squares, number) = terms.fold((0.0, 0.0), |(sum, number), (x, y)| {
        let rest: f64 = x - estimate * y;
        (sum + rest * rest, number + 1.0)
    });
    let error = (squares * number / (number - 1.0)).sqrt() / lower;
    Some(Interval { estimate, low: estimate - Z_975 * error, high: estimate + Z_975 * error })
}
