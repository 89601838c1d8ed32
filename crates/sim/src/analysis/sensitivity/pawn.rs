//! PAWN (Pianosi and Wagener 2018): how far an outcome's distribution moves where one input is known to lie in a slice of
//! its own, from one sample of points.
//!
//! The distance is that of Kolmogorov and Smirnov, between the outcome in the slice and the outcome in all points; of an
//! event it is the difference of the two shares. It looks at the whole distribution, chance included. A sample is
//! finite, so an input that does nothing moves it too: how far is seen by putting the outcomes in random order (the
//! dummy of Zadeh and others 2017).

use super::evaluate::{Bench, Evaluated, Layout, Stop};
use super::inputs::Input;
use super::sobol::owners;
use super::stat::{quantile, run_parallel};
use super::{Design, Sensitivity};
use crate::analysis::latin::permutation;
use crate::random::{LANES, Stream};

/// One sample, a trial a point.
pub(super) struct Sample {
    /// By draw.
    points: Vec<Vec<f64>>,
    owner: Vec<usize>,
    inputs: usize,
    count: usize,
}

impl Sample {
    pub(super) fn new(design: Design, seed: u64, points: usize, inputs: &[Input]) -> Self {
        let owner = owners(inputs);
        Self { points: design.points(seed, points, owner.len()), owner, inputs: inputs.len(), count: points }
    }

    fn live(&self, unit: usize) -> usize {
        (self.count - unit * LANES).min(LANES)
    }
}

impl Layout for Sample {
    fn units(&self) -> usize {
        self.count.div_ceil(LANES)
    }

    fn runs(&self) -> usize {
        1
    }

    fn fill(&self, unit: usize, _run: usize, uniforms: &mut [[f64; LANES]]) -> (u64, u64) {
        let live = self.live(unit);
        for (column, source) in uniforms.iter_mut().zip(&self.points) {
            column[..live].copy_from_slice(&source[unit * LANES..unit * LANES + live]);
        }
        (unit as u64, u64::MAX >> (LANES - live))
    }

    fn label(&self, unit: usize, _run: usize, lane: usize) -> (String, usize) {
        ("point".to_owned(), unit * LANES + lane)
    }

    fn evaluations(&self) -> u64 {
        self.count as u64
    }
}

/// How far one input moves one outcome's distribution, over its slices.
pub(super) struct Moved {
    pub(super) median: f64,
    pub(super) max: f64,
    /// The median that an input without any effect stays below in 95% of samples.
    pub(super) dummy: f64,
}

/// The mean of an outcome, and what moves it, by input.
pub(super) type Found = (f64, Vec<Moved>);

pub(super) fn run(
    bench: &Bench<'_>,
    layout: &Sample,
    settings: &Sensitivity,
) -> Result<(Vec<Found>, Evaluated), Stop> {
    let evaluated = bench.evaluate(layout)?;
    let units = &evaluated.units;
    let points = layout.count.min(units.len() * LANES);
    let ranks: Vec<Vec<usize>> =
        layout.points.iter().map(|column| slices(&column[..points], settings.slices)).collect();
    let stream = |round: u32| Stream::new(settings.seed, &format!("sensitivity/dummy/{round}"));
    // Any draw's slices do, put in random order.
    let shuffled: Vec<Vec<usize>> = (0..settings.resamples)
        .map(|round| {
            let order = permutation(&stream(round), points);
            order.into_iter().map(|place| place * settings.slices / points).collect()
        })
        .collect();
    let found = run_parallel(settings.threads, bench.targets.len(), |target| {
        let outcome: Vec<f64> =
            (0..points).map(|point| units[point / LANES][0][target][point % LANES]).collect();
        let ladder = Ladder::new(&outcome, settings.slices);
        let mut dummies: Vec<f64> = shuffled.iter().map(|of| ladder.distances(of).0).collect();
        dummies.sort_unstable_by(f64::total_cmp);
        let moved = |input: usize| layout.moved(input, &ranks, &ladder, &dummies);
        let mean = outcome.iter().sum::<f64>() / points as f64;
        (mean, (0..layout.inputs).map(moved).collect())
    });
    Ok((found.map_err(Stop::Other)?, evaluated))
}

impl Sample {
    /// Of an input with several draws, the one that moves it furthest.
    fn moved(&self, input: usize, ranks: &[Vec<usize>], ladder: &Ladder, dummies: &[f64]) -> Moved {
        let draws: Vec<usize> = (0..self.owner.len()).filter(|draw| self.owner[*draw] == input).collect();
        let found = draws.iter().map(|draw| ladder.distances(&ranks[*draw]));
        let (median, max) = found.fold((0.0, 0.0), |a, b| (f64::max(a.0, b.0), f64::max(a.1, b.1)));
        // The furthest of several goes further by luck alone.
        let dummy = quantile(dummies, 1.0 - 0.05 / draws.len().max(1) as f64);
        Moved { median, max, dummy }
    }
}

/// By point: the slice of equal numbers of points that its coordinate falls in.
fn slices(column: &[f64], slices: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
    let mut found = vec![0; column.len()];
    for (rank, point) in order.into_iter().enumerate() {
        found[point] = rank * slices / column.len();
    }
    found
}

/// An outcome's points in ascending order, for distances of distributions.
struct Ladder {
    /// Points in the order of their values.
    order: Vec<usize>,
    /// Whether a value is the last of its equals, in that order.
    last: Vec<bool>,
    slices: usize,
}

impl Ladder {
    fn new(outcome: &[f64], slices: usize) -> Self {
        let mut order: Vec<usize> = (0..outcome.len()).collect();
        order.sort_by(|a, b| outcome[*a].total_cmp(&outcome[*b]));
        let last = (0..order.len())
            .map(|rank| order.get(rank + 1).is_none_or(|next| outcome[*next] != outcome[order[rank]]))
            .collect();
        Self { order, last, slices }
    }

    /// Median and maximum over the slices of their distance from all points.
    fn distances(&self, slice_of: &[usize]) -> (f64, f64) {
        let mut sizes = vec![0_u32; self.slices];
        slice_of.iter().for_each(|slice| sizes[*slice] += 1);
        let mut below = vec![0_u32; self.slices];
        let mut furthest = vec![0.0_f64; self.slices];
        let all = self.order.len() as f64;
        for (rank, point) in self.order.iter().enumerate() {
            below[slice_of[*point]] += 1;
            if self.last[rank] {
                let share = (rank + 1) as f64 / all;
                for ((furthest, below), size) in furthest.iter_mut().zip(&below).zip(&sizes) {
                    *furthest = furthest.max((f64::from(*below) / f64::from(*size) - share).abs());
                }
            }
        }
        furthest.sort_unstable_by(f64::total_cmp);
        (quantile(&furthest, 0.5), furthest.last().copied().unwrap_or(0.0))
    }
}
