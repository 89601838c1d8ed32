//! The three widths of each outcome.

use serde::Serialize;

use super::estimate::split;
use super::groups::{Answers, Group, Part};
use super::{GROUP, Split};
use crate::num::dist::Z_95;
use crate::num::special::beta_quantile;
use crate::result::{Named, OutcomeResult, RunResult};
use crate::stats::paired::of_mean;
use crate::stats::{Percent, Probability};

/// Of what has fewer coincidences by chance nothing is told: intervals would be far too sure.
const LEAST_COINCIDENCES: f64 = 10.0;
/// Shapes of a beta distribution below this are as good as 0.
const LEAST_SHAPE: f64 = 1e-3;

/// What sampling, what is not known and chance have in each outcome: the key `widths` of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WidthsResult {
    /// Whether any parameter or start is drawn; where none is, all is chance.
    pub uncertain: bool,
    /// How many sets of parameters and starts were drawn.
    pub groups: u64,
    /// How many trials each had.
    pub trials_a_group: u64,
    /// By outcome, in the order of the file; levels each for itself, as `outcome.level`.
    pub outcomes: Named<Width>,
}

/// One outcome, or one level of one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Width {
    /// What it is: `event`, `value` or `level`.
    pub kind: &'static str,
    /// The probability, or the mean of a value, as the run found it.
    pub estimate: f64,
    /// What more trials narrow: the 95% interval of the run's estimate, Wilson's of a share and Student's of a mean. None of
    /// a mean where one trial counts, or where all came to the same and may not have had to.
    pub sampling: Option<Range>,
    /// What more knowledge would narrow: how the probability, or the mean, would lie if parameters and starts were
    /// known, over all that they may be. None where too few trials count.
    pub known: Option<Range>,
    /// The standard deviation of the same; its interval begins with 0 where none can be told from chance.
    pub unknown_sd: Option<Interval>,
    /// What is left: the standard deviation of one trial when parameters and starts are known, of a yes or no (1 or
    /// 0) too.
    pub chance_sd: Option<Interval>,
    /// The part of what is not known in the variance of one trial; the rest is chance.
    pub unknown_share: Option<Interval>,
    /// The trials of the run that count. In JSON the outcome has them.
    #[serde(skip)]
    pub trials: u64,
}

/// From a low to a high.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// An estimate with its interval at 95%.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    pub(super) fn within(self, low: f64, high: f64) -> Self {
        let kept = |x: f64| x.clamp(low, high);
        Self { estimate: kept(self.estimate), low: kept(self.low), high: kept(self.high) }
    }

    /// Of a variance, the interval of the standard deviation.
    fn sqrt(self) -> Self {
        let root = |x: f64| x.max(0.0).sqrt();
        Self { estimate: root(self.estimate), low: root(self.low), high: root(self.high) }
    }
}

impl WidthsResult {
    pub(super) fn of(
        result: &RunResult,
        parts: &[Part],
        answers: &Answers,
        groups: u64,
        uncertain: bool,
        fixed: &[bool],
    ) -> Self {
        let outcomes = parts.iter().enumerate().filter_map(|(place, part)| {
            let (_, outcome) = result.outcomes.0.get(part.outcome)?;
            let groups = answers.of(place);
            let told = !uncertain || coincidences(groups, rarer(outcome, groups)) >= LEAST_COINCIDENCES;
            let split = split(groups).filter(|_| told);
            let width =
                Width::of(outcome, part.level, split, uncertain, fixed.get(part.outcome) == Some(&true))?;
            Some((part.name.clone(), width))
        });
        Self { uncertain, groups, trials_a_group: GROUP, outcomes: outcomes.collect() }
    }
}

/// How often trials answer otherwise than most do: of a yes or no hits or misses, whichever are rarer; of a value what lies
/// outside the fullest bin of the histogram.
fn rarer(outcome: &OutcomeResult, groups: &[Group]) -> f64 {
    if let OutcomeResult::Value(value) = outcome {
        let counts = value.at_end.as_ref().map_or(&[][..], |end| &end.histogram.counts);
        let fullest = counts.iter().copied().max().unwrap_or(0);
        return 1.0 - fullest as f64 / counts.iter().sum::<u64>().max(1) as f64;
    }
    let count: f64 = groups.iter().map(|group| group.count).sum();
    let hits: f64 = groups.iter().map(|group| group.count * group.mean).sum();
    hits.min(count - hits) / count.max(1.0)
}

/// How many pairs of trials of a group would both do what is so rare by chance alone. What is not known shows in such pairs.
fn coincidences(groups: &[Group], rarer: f64) -> f64 {
    let pairs: f64 = groups.iter().map(|group| 0.5 * group.count * (group.count - 1.0)).sum();
    pairs * rarer * rarer
}

impl Width {
    /// Nothing where the run has no estimate.
    fn of(
        outcome: &OutcomeResult,
        level: Option<usize>,
        split: Option<Split>,
        uncertain: bool,
        is_fixed: bool,
    ) -> Option<Self> {
        let of_share = |kind, p: Probability| (kind, p.estimate, Some(Range { low: p.low, high: p.high }));
        let trials = outcome.trials();
        let (kind, estimate, sampling) = match (outcome, level) {
            (OutcomeResult::Event(event), _) => of_share("event", event.probability.0?),
            (OutcomeResult::Levels(levels), Some(level)) => {
                of_share("level", levels.at_end.0.get(level)?.1.probability.0?)
            }
            (OutcomeResult::Value(value), _) => {
                let end = value.at_end.as_ref()?;
                let interval = of_mean(end.mean, end.mcse * end.mcse, trials);
                let interval = interval.map(|i| if is_fixed { i.of_fixed() } else { i });
                let ends = interval.and_then(|interval| interval.ends());
                ("value", end.mean, ends.map(|(low, high)| Range { low, high }))
            }
            (OutcomeResult::Levels(_), None) => return None,
        };
        let nothing = Interval { estimate: 0.0, low: 0.0, high: 0.0 };
        // Squares of what is beyond 1e150 are infinite.
        let split = split.filter(|split| (split.unknown.estimate + split.chance.estimate).is_finite());
        let split = split.map(|split| match uncertain {
            true => split,
            false => Split { unknown: nothing, share: split.share.map(|_| nothing), ..split },
        });
        let known = |split: Split| {
            let sd = split.unknown.sqrt().estimate;
            match outcome {
                OutcomeResult::Value(value) => {
                    // A mean lies between the least value and the greatest.
                    let edges = value.at_end.as_ref().map_or(&[][..], |end| &end.histogram.edges);
                    let within = |x: f64| match edges {
                        [least, .., most] => x.clamp(least.min(estimate), most.max(estimate)),
                        _ => x,
                    };
                    Range { low: within(estimate - Z_95 * sd), high: within(estimate + Z_95 * sd) }
                }
                _ => range_of_probability(estimate, sd * sd),
            }
        };
        Some(Self {
            kind,
            estimate,
            sampling,
            // About a share that no trial of the run, or each, has there is no range to tell.
            known: split
                .filter(|split| {
                    kind == "value" || split.unknown.estimate <= 0.0 || (estimate > 0.0 && estimate < 1.0)
                })
                .map(known),
            unknown_sd: split.map(|split| split.unknown.sqrt()),
            chance_sd: split.map(|split| split.chance.sqrt()),
            unknown_share: split.and_then(|split| split.share),
            trials,
        })
    }
}

/// The middle 90% of a probability of this mean and variance, by the beta distribution that has both.
fn range_of_probability(mean: f64, variance: f64) -> Range {
    let most = mean * (1.0 - mean);
    if variance <= 0.0 || most <= 0.0 {
        return Range { low: mean, high: mean };
    }
    // Both shapes together. At 0 the probability is 0 or 1 and nothing between.
    let shapes = (most / variance - 1.0).max(0.0);
    let (a, b) = ((shapes * mean).max(LEAST_SHAPE), (shapes * (1.0 - mean)).max(LEAST_SHAPE));
    Range { low: beta_quantile(a, b, 0.05), high: beta_quantile(a, b, 0.95) }
}

impl Width {
    /// The three widths in a plain sentence or two, of an outcome of this name.
    #[must_use]
    pub fn sentence(&self, name: &str) -> String {
        let is_value = self.kind == "value";
        let sampling = match self.sampling {
            None if self.trials < 2 => {
                return format!(
                    "{name}: a single trial counts, which says nothing of how far trials lie apart."
                );
            }
            None => {
                // The rule of three: J. A. Hanley and A. Lippman-Hand 1983.
                return format!(
                    "{name}: the same in all {} trials that count, which says nothing of what is rare: what comes in up to 3 of so many may have been missed.",
                    self.trials
                );
            }
            Some(Range { low, high }) if is_value && low == high => {
                return format!("{name}: the same in every trial, for nothing that it depends on is drawn.");
            }
            Some(Range { low, high }) if is_value => format!("\u{b1}{}", significant(0.5 * (high - low))),
            Some(Range { low, high }) => format!("{}% to {}%", Percent(low), Percent(high)),
        };
        let sampling = format!("{name}: more trials would narrow {sampling}, and nothing else");
        let (Some(known), Some(share)) = (self.known, self.unknown_share) else {
            return format!(
                "{sampling}. Too few trials count to tell what is not known from chance: run more."
            );
        };
        if share.high <= 0.0 {
            return format!("{sampling}. No parameter or start is uncertain: the rest is chance.");
        }
        let end = |x: f64| if is_value { value(x) } else { format!("{:.0}%", 100.0 * x) };
        let what = if is_value { "mean" } else { "probability" };
        let part = share_in_words(share);
        let fitted = if is_value { "normal" } else { "beta" };
        format!(
            "{sampling}. Were parameters and starts known, the {what} would be one between {} and {} (about nine times in ten, by a fitted {fitted} distribution): {part}; the rest is chance, which no knowledge of them removes.",
            end(known.low),
            end(known.high)
        )
    }
}

/// What is not known, as a part of the variance.
fn share_in_words(share: Interval) -> String {
    let Interval { estimate, low, high } = share;
    let [estimate, low, high] = [estimate, low, high].map(|x| format!("{:.0}", 100.0 * x));
    if share.low <= 0.0 {
        return format!("at most {high}% of the variance, not told apart from none");
    }
    format!("{estimate}% of the variance [{low}, {high}]")
}

/// A value in some digits, whatever its size.
fn value(x: f64) -> String {
    match x.abs() {
        0.0 | 0.1..1e6 => format!("{x:.2}"),
        1e-3..0.1 => format!("{x:.4}"),
        _ => format!("{x:.2e}"),
    }
}

/// A small number in two digits.
fn significant(x: f64) -> String {
    if x <= 0.0 {
        return "0".to_owned();
    }
    if !(1e-9..1e6).contains(&x) {
        return format!("{x:.1e}");
    }
    let digits = (1.0 - x.log10().floor()).clamp(0.0, 12.0) as usize;
    format!("{x:.digits$}")
}
