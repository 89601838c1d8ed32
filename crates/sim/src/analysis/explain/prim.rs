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

    fn holds(&self, ends: &Ends, trial: usize) -> bool {
        let within =
            |(column, (low, high)): (&Vec<f64>, &(f64, f64))| *low <= column[trial] && column[trial] <= *high;
        self.inputs.iter().zip(ends).all(within)
    }

    /// Of the trials in the box how many got there, and how many there are.
    fn count(&self, ends: &Ends) -> (u64, u64) {
        let inside = (0..self.len()).filter(|&trial| self.holds(ends, trial));
        inside.fold((0, 0), |(got, all), trial| (got + u64::from(self.reached[trial]), all + 1))
    }

    fn total(&self) -> (u64, u64) {
        (self.reached.iter().filter(|reached| **reached).count() as u64, self.len() as u64)
    }

    /// The correlation between lying in the box and getting there; 0 where one of them is always or never so.
    fn correlation(&self, ends: &Ends) -> f64 {
        let ((got, inside), (yes, all)) = (self.count(ends), self.total());
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
    let mut ends = best(&half, &inputs);
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
        ends = best(&half, &inputs);
    }
    Some(judge(trials, names, &half, &ends)).filter(|found| !found.limits.is_empty())
}

const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

fn is_limited(ends: (f64, f64)) -> bool {
    ends != FREE
}

/// The box that tells best, of all on the way of peeling these inputs, pasted out.
fn best(half: &Half, inputs: &[usize]) -> Ends {
    let mut ends = vec![FREE; half.inputs.len()];
    let mut inside: Vec<usize> = (0..half.len()).collect();
    let least = LEAST.max((LEAST_SHARE * half.len() as f64) as usize);
    let mut found = (half.correlation(&ends), ends.clone());
    while let Some(cut) = best_cut(half, inputs, &inside, &ends, least) {
        ends[cut.input] = cut.ends;
        let column = &half.inputs[cut.input];
        inside.retain(|&trial| cut.ends.0 <= column[trial] && column[trial] <= cut.ends.1);
        let correlation = half.correlation(&ends);
        if correlation > found.0 {
            found = (correlation, ends.clone());
        }
    }
    paste(half, inputs, found.1)
}

fn best_cut(half: &Half, inputs: &[usize], inside: &[usize], ends: &Ends, least: usize) -> Option<Cut> {
    let got = inside.iter().filter(|&&trial| half.reached[trial]).count();
    let density = got as f64 / inside.len() as f64;
    let mut best: Option<Cut> = None;
    let mut values = Vec::with_capacity(inside.len());
    for &input in inputs {
        let column = &half.inputs[input];
        for upper in [false, true] {
            // Seen from the end that is cut.
            let sign = if upper { -1.0 } else { 1.0 };
            values.clear();
            values.extend(inside.iter().map(|&trial| sign * column[trial]));
            let Some(limit) = cut_at(&mut values) else { continue };
            let kept = inside.iter().filter(|&&trial| sign * column[trial] >= limit);
            let (kept_got, kept) =
                kept.fold((0, 0), |(g, n), &trial| (g + usize::from(half.reached[trial]), n + 1));
            if kept < least || kept == inside.len() {
                continue;
            }
            let gain = (kept_got as f64 / kept as f64 - density) / (inside.len() - kept) as f64;
            if best.as_ref().is_none_or(|best| gain > best.gain) {
                let (low, high) = ends[input];
                let ends = if upper { (low, -limit) } else { (limit, high) };
                best = Some(Cut { input, ends, gain });
            }
        }
    }
    best
}

/// The least value that is kept where about a twentieth is cut off below: never within equals, and something is.
fn cut_at(values: &mut [f64]) -> Option<f64> {
    let rank = ((PEEL * values.len() as f64) as usize).clamp(1, values.len().checked_sub(1)?);
    let (below, &mut limit, _) = values.select_nth_unstable_by(rank, f64::total_cmp);
    if below.iter().any(|x| *x < limit) {
        return Some(limit);
    }
    // All below are equals: the next greater value.
    values.iter().copied().filter(|x| *x > limit).min_by(f64::total_cmp)
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
    let outside = (0..half.len()).filter(|&trial| half.holds(&freed, trial));
    let mut beyond: Vec<f64> = outside.map(|trial| sign * column[trial]).filter(|x| *x < limit).collect();
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
