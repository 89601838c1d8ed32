//! A box in a few inputs in which the trials that got there are dense: the patient rule induction method of J. H. Friedman
//! and N. I. Fisher (1999), for scenario discovery as B. P. Bryant and R. J. Lempert (2010) use it.
//!
//! It peels: from all trials, again and again a twentieth is cut off at one end of one input, where that makes what is
//! left densest for what it costs. Of all boxes on the way the one is taken that tells best who got there (the greatest
//! correlation between lying in it and getting there), pasted out where that helps; inputs that add little are freed,
//! and it is peeled again with the others alone. One half of the trials finds it, the other judges it.

use super::result::{Limit, RangeBox, Shares};
use super::trials::Trials;
use crate::num::special::beta_cdf;
use crate::stats::{newcombe, wilson};

/// What is peeled at once \[share of the trials in the box\].
const PEEL: f64 = 0.05;
/// The least trials in a box \[share of those that find\], and at the least so many.
const LEAST_SHARE: f64 = 0.05;
const LEAST: usize = 20;
/// The most inputs that a box may limit.
const MOST_INPUTS: usize = 3;
/// An input is freed where the correlation falls by no more than this share of it.
const LITTLE: f64 = 0.05;

/// A lower and an upper limit by input, ends included; infinite where there is none.
type Ends = Vec<(f64, f64)>;

/// The trials that find, by columns.
struct Half {
    inputs: Vec<Vec<f64>>,
    reached: Vec<bool>,
}

impl Half {
    fn new(trials: &Trials, finds: bool) -> Self {
        let of_half: Vec<usize> = (0..trials.len()).filter(|&trial| trials.finds(trial) == finds).collect();
        let column = |column: &Vec<f64>| of_half.iter().map(|&trial| column[trial]).collect();
        Self {
            inputs: trials.inputs.iter().map(column).collect(),
            reached: of_half.iter().map(|&trial| trials.reached(trial)).collect(),
        }
    }

    fn len(&self) -> usize {
        self.reached.len()
    }

    /// The trials in the box.
    fn inside(&self, ends: &Ends) -> Vec<usize> {
        let mut trials: Vec<usize> = (0..self.len()).collect();
        let limited = self.inputs.iter().zip(ends).filter(|(_, ends)| is_limited(**ends));
        for (column, &(low, high)) in limited {
            trials.retain(|&trial| low <= column[trial] && column[trial] <= high);
        }
        trials
    }

    /// Of the trials in the box how many got there, and how many there are.
    fn count(&self, ends: &Ends) -> (u64, u64) {
        self.count_of(&self.inside(ends))
    }

    fn total(&self) -> (u64, u64) {
        (self.reached.iter().filter(|reached| **reached).count() as u64, self.len() as u64)
    }

    /// Of some trials how many got there, and how many there are.
    fn count_of(&self, trials: &[usize]) -> (u64, u64) {
        (trials.iter().filter(|&&trial| self.reached[trial]).count() as u64, trials.len() as u64)
    }

    /// The correlation between lying in the box and getting there; 0 where one of them is always or never so.
    fn correlation(&self, ends: &Ends) -> f64 {
        self.correlation_of(self.count(ends))
    }

    /// The same of a box with these counts.
    fn correlation_of(&self, (got, inside): (u64, u64)) -> f64 {
        let (yes, all) = self.total();
        let [got, inside, yes, all] = [got, inside, yes, all].map(|count| count as f64);
        let spread = inside * (all - inside) * yes * (all - yes);
        if spread > 0.0 { (got * all - inside * yes) / spread.sqrt() } else { 0.0 }
    }
}

/// A cut at one end of one input.
struct Cut {
    input: usize,
    ends: (f64, f64),
    /// The rise of the density for each trial that is cut off.
    gain: f64,
}

/// The box, judged; none where no input varies or none sets the trials apart.
pub(super) fn find(trials: &Trials, names: &[&str]) -> Option<RangeBox> {
    let half = Half::new(trials, true);
    let (yes, all) = half.total();
    let varies = |column: &Vec<f64>| column.iter().any(|x| *x != column[0]);
    let mut inputs: Vec<usize> = (0..names.len()).filter(|&input| varies(&half.inputs[input])).collect();
    if inputs.is_empty() || yes == 0 || yes == all {
        return None;
    }
    let sorted: Vec<Vec<usize>> = half.inputs.iter().map(|column| ascending(column)).collect();
    let mut ends = best(&half, &sorted, &inputs);
    loop {
        let limited: Vec<usize> = inputs.iter().copied().filter(|&input| is_limited(ends[input])).collect();
        let whole = half.correlation(&ends);
        let without = |input: usize| {
            let mut freed = ends.clone();
            freed[input] = FREE;
            half.correlation(&freed)
        };
        let losses = limited.iter().map(|&input| (input, whole - without(input)));
        let (input, loss) = losses.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let too_many = limited.len() > MOST_INPUTS;
        if !too_many && (loss > LITTLE * whole || limited.len() == 1) {
            break;
        }
        inputs = limited.into_iter().filter(|&other| other != input).collect();
        ends = best(&half, &sorted, &inputs);
    }
    Some(judge(trials, names, &half, &ends)).filter(|found| !found.limits.is_empty())
}

/// The places of some numbers, the least first.
fn ascending(column: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..column.len()).collect();
    places.sort_by(|&a, &b| column[a].total_cmp(&column[b]));
    places
}

const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

fn is_limited(ends: (f64, f64)) -> bool {
    ends != FREE
}

/// The box that tells best, of all on the way of peeling these inputs, pasted out. `sorted` has all trials by input.
fn best(half: &Half, sorted: &[Vec<usize>], inputs: &[usize]) -> Ends {
    let mut ends = vec![FREE; half.inputs.len()];
    let mut inside: Vec<Vec<usize>> = inputs.iter().map(|&input| sorted[input].clone()).collect();
    let least = LEAST.max((LEAST_SHARE * half.len() as f64) as usize);
    let mut found = (half.correlation(&ends), ends.clone());
    while let Some(cut) = best_cut(half, inputs, &inside, &ends, least) {
        ends[cut.input] = cut.ends;
        let (low, high) = cut.ends;
        let within: Vec<bool> = half.inputs[cut.input].iter().map(|x| low <= *x && *x <= high).collect();
        inside.iter_mut().for_each(|trials| trials.retain(|&trial| within[trial]));
        let correlation = half.correlation_of(half.count_of(&inside[0]));
        if correlation > found.0 {
            found = (correlation, ends.clone());
        }
    }
    paste(half, inputs, found.1)
}

/// The best of all cuts; `inside` has the trials in the box, sorted, by input of `inputs`.
fn best_cut(half: &Half, inputs: &[usize], inside: &[Vec<usize>], ends: &Ends, least: usize) -> Option<Cut> {
    let (got, all) = half.count_of(inside.first()?);
    let density = got as f64 / all as f64;
    let mut best: Option<Cut> = None;
    for (&input, trials) in inputs.iter().zip(inside) {
        let column = &half.inputs[input];
        for upper in [false, true] {
            // Seen from the end that is cut.
            let nth = |place: usize| trials[if upper { trials.len() - 1 - place } else { place }];
            let value = |place: usize| if upper { -column[nth(place)] } else { column[nth(place)] };
            let Some(cut) = cut_at(trials.len(), value) else { continue };
            let kept = all - cut as u64;
            if kept < least as u64 {
                continue;
            }
            let lost = (0..cut).filter(|&place| half.reached[nth(place)]).count() as u64;
            let gain = ((got - lost) as f64 / kept as f64 - density) / cut as f64;
            if best.as_ref().is_none_or(|best| gain > best.gain) {
                let (low, high) = ends[input];
                let limit = value(cut);
                let ends = if upper { (low, -limit) } else { (limit, high) };
                best = Some(Cut { input, ends, gain });
            }
        }
    }
    best
}

/// How many of some ascending values are cut off where that is about a twentieth: never within equals, and one at least.
fn cut_at(count: usize, value: impl Fn(usize) -> f64) -> Option<usize> {
    let rank = ((PEEL * count as f64) as usize).clamp(1, count.checked_sub(1)?);
    let limit = value(rank);
    if value(0) < limit {
        return (0..rank).rev().find(|&place| value(place) < limit).map(|place| place + 1);
    }
    // All below are equals: the next greater value.
    (rank..count).find(|&place| value(place) > limit)
}

/// Pushes limits out again by a twentieth, as long as the box then tells better.
fn paste(half: &Half, inputs: &[usize], mut ends: Ends) -> Ends {
    let mut correlation = half.correlation(&ends);
    loop {
        let mut better = None;
        for &input in inputs.iter().filter(|&&input| is_limited(ends[input])) {
            for upper in [false, true] {
                let mut wider = ends.clone();
                wider[input] = pushed_out(half, &ends, input, upper);
                let found = half.correlation(&wider);
                if found > correlation && wider[input] != ends[input] {
                    (correlation, better) = (found, Some(wider));
                }
            }
        }
        let Some(wider) = better else { return ends };
        ends = wider;
    }
}

fn pushed_out(half: &Half, ends: &Ends, input: usize, upper: bool) -> (f64, f64) {
    let (low, high) = ends[input];
    let sign = if upper { -1.0 } else { 1.0 };
    let limit = if upper { -high } else { low };
    let mut freed = ends.clone();
    freed[input] = if upper { (low, f64::INFINITY) } else { (f64::NEG_INFINITY, high) };
    let column = &half.inputs[input];
    let (_, inside) = half.count(ends);
    let freed_trials = half.inside(&freed).into_iter();
    let mut beyond: Vec<f64> =
        freed_trials.map(|trial| sign * column[trial]).filter(|x| *x < limit).collect();
    // From the limit outwards.
    beyond.sort_by(|a, b| b.total_cmp(a));
    let count = ((PEEL * inside as f64) as usize).max(1);
    match (beyond.len() > count).then(|| beyond[count - 1]) {
        Some(limit) if upper => (low, -limit),
        Some(limit) => (limit, high),
        None => freed[input],
    }
}

/// What the other half says of the box.
fn judge(trials: &Trials, names: &[&str], finder: &Half, ends: &Ends) -> RangeBox {
    let half = Half::new(trials, false);
    let ((got, inside), (yes, all)) = (half.count(ends), half.total());
    let outside = (yes - got, all - inside);
    let limits = names.iter().zip(ends).enumerate().filter(|(_, (_, ends))| is_limited(**ends));
    let limit = |(input, (name, &(low, high))): (usize, (&&str, &(f64, f64)))| {
        let mut freed = ends.clone();
        freed[input] = FREE;
        let (low, high) = (low.is_finite().then_some(low), high.is_finite().then_some(high));
        ((*name).to_owned(), Limit { low, high, p: at_least(got, inside, half.count(&freed)) })
    };
    let ((found_got, found_inside), (found_yes, found_all)) = (finder.count(ends), finder.total());
    let nothing = crate::stats::Probability { estimate: 0.0, low: 0.0, high: 1.0, level: 0.95, mcse: 0.0 };
    RangeBox {
        limits: limits.map(limit).collect(),
        found_on: found_all,
        found: Shares {
            coverage: found_got as f64 / found_yes.max(1) as f64,
            density: found_got as f64 / found_inside.max(1) as f64,
        },
        judged_on: all,
        coverage: wilson(got, yes).unwrap_or(nothing),
        density: wilson(got, inside),
        density_outside: wilson(outside.0, outside.1),
        base: wilson(yes, all).unwrap_or(nothing),
        holds: newcombe(outside, (got, inside)).is_some_and(|difference| difference.low > 0.0),
    }
}

/// The chance of at least `got` of `n` where each comes up with the share of another count.
fn at_least(got: u64, n: u64, (other_got, other_n): (u64, u64)) -> f64 {
    if got == 0 || other_n == 0 {
        return 1.0;
    }
    let share = other_got as f64 / other_n as f64;
    beta_cdf(got as f64, (n - got) as f64 + 1.0, share)
}
