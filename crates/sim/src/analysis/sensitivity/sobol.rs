//! First-order and total indices, the chance of each trial taken out.
//!
//! Of an outcome Y let g(x) be its mean over chance, given the inputs x: a probability, where Y is an event. The indices
//! are those of g. Two points A and B of the inputs are drawn, and AB is A with one input from B. Then (Saltelli and
//! others 2010) E\[g(B) (g(AB) - g(A))\] is the variance of g that the input explains alone, and (Jansen 1999)
//! E\[(g(A) - g(AB))^2\] / 2 all of it that it has part in. What a trial shows is g plus chance, and squares of chance do
//! not average out; so each point is run under two or more trial numbers, and factors of a product come from different
//! ones: their chances are independent, and the mean of the product is that of the g's. Within one trial number all
//! points share their chance, so differences are of the inputs.

use super::evaluate::{Bench, Evaluated, Layout, Stop, UnitValues};
use super::inputs::Input;
use super::stat::{Products, percentiles, resample, run_parallel};
use super::{Design, Sensitivity};
use crate::num::special::gamma_quantile;
use crate::random::{LANES, Stream};

/// Points A and B, and how each draw belongs to an input.
pub(super) struct PickFreeze {
    points: usize,
    replicates: usize,
    inputs: usize,
    /// By draw: the uniforms of A, and those of B.
    a: Vec<Vec<f64>>,
    b: Vec<Vec<f64>>,
    /// By draw: its input.
    owner: Vec<usize>,
    names: Vec<String>,
}

impl PickFreeze {
    pub(super) fn new(design: Design, seed: u64, points: usize, replicates: usize, inputs: &[Input]) -> Self {
        let owner = owners(inputs);
        let mut a = design.points(seed, points, 2 * owner.len());
        let b = a.split_off(owner.len());
        let names = inputs.iter().map(|input| input.name.clone()).collect();
        Self { points, replicates, inputs: inputs.len(), a, b, owner, names }
    }

    fn matrices(&self) -> usize {
        self.inputs + 2
    }

    /// How many points of a unit there are.
    fn live(&self, unit: usize) -> usize {
        (self.points - unit * LANES).min(LANES)
    }
}

/// By draw: the place of its input.
pub(super) fn owners(inputs: &[Input]) -> Vec<usize> {
    let of_input = |(place, input): (usize, &Input)| vec![place; input.streams.len()];
    inputs.iter().enumerate().flat_map(of_input).collect()
}

impl Layout for PickFreeze {
    fn units(&self) -> usize {
        self.points.div_ceil(LANES)
    }

    fn runs(&self) -> usize {
        self.replicates * self.matrices()
    }

    fn fill(&self, unit: usize, run: usize, uniforms: &mut [[f64; LANES]]) -> (u64, u64) {
        let (replicate, matrix) = (run / self.matrices(), run % self.matrices());
        let live = self.live(unit);
        for (draw, column) in uniforms.iter_mut().enumerate() {
            let from_b = matrix == 1 || matrix >= 2 && self.owner[draw] == matrix - 2;
            let source = if from_b { &self.b[draw] } else { &self.a[draw] };
            column[..live].copy_from_slice(&source[unit * LANES..unit * LANES + live]);
        }
        ((replicate * self.units() + unit) as u64, u64::MAX >> (LANES - live))
    }

    fn label(&self, unit: usize, run: usize, lane: usize) -> (String, usize) {
        let matrix = match run % self.matrices() {
            0 => "A".to_owned(),
            1 => "B".to_owned(),
            input => format!("AB {}", self.names[input - 2]),
        };
        (matrix, unit * LANES + lane)
    }

    fn evaluations(&self) -> u64 {
        (self.points * self.runs()) as u64
    }
}

/// In how many points two things that are rare have to meet by chance, for the intervals of total indices to hold: of a
/// yes or no in a share p of the points, whose kurtosis is about 1/p, in p^2 of them. By simulation; see
/// `tests/coverage_of_sensitivity.rs`.
const RARE_MEETINGS: f64 = 2.0;

/// An estimate and the ends of its interval.
pub(super) type Estimate = (f64, f64, f64);

/// What was found of one outcome.
pub(super) struct Found {
    pub(super) mean: f64,
    /// The variance of the outcome itself, chance included.
    pub(super) variance: f64,
    /// The variance of its mean given the inputs.
    pub(super) explained: Estimate,
    /// First-order and total, by input; none where the inputs are not seen to explain anything.
    pub(super) indices: Option<Vec<(Estimate, Estimate)>>,
    /// How many points it takes for its intervals to be wide enough, as far as that is seen.
    pub(super) points_needed: f64,
}

/// One outcome's products, by point.
struct Columns {
    mean: f64,
    variance: f64,
    /// The kurtosis of what the points A and B show.
    kurtosis: f64,
    /// The square of g.
    square: Vec<f64>,
    /// g, by replicate.
    level: Vec<Vec<f64>>,
    /// By input.
    first: Vec<Vec<f64>>,
    total: Vec<Vec<f64>>,
    moves: Vec<Moves>,
}

/// Of more points than this, how much the moves of some differ tells how far their mean may be off.
const FEW_MOVES: usize = 10;

/// How an outcome moved with one input.
#[derive(Clone, Copy, Debug, Default)]
struct Moves {
    /// In how many points it moved under more than one trial number, so that the total index shows it.
    points: usize,
    /// The sizes of these points' terms.
    sizes: f64,
    /// How often it moved under one trial number, and half of the squares of these moves.
    single: usize,
    squares: f64,
}

impl Moves {
    fn add(&mut self, moved: &[f64], term: f64) {
        if term != 0.0 {
            self.points += 1;
            self.sizes += term.abs();
        }
        for by in moved.iter().filter(|by| **by != 0.0) {
            self.single += 1;
            self.squares += 0.5 * by * by;
        }
    }

    /// The most that the mean term may be, where few of so many points show any: of terms of the size of those that were
    /// seen, as many as are too many for that with a probability of 2.5% (Garwood 1936). None where many show one, or where
    /// nothing moved at all.
    fn most(self, points: usize) -> Option<f64> {
        let size = match (self.points, self.single) {
            (0, 0) => return None,
            (0, single) => self.squares / single as f64,
            (seen, _) => self.sizes / seen as f64,
        };
        let most = || gamma_quantile(self.points as f64 + 1.0, 0.975);
        (self.points <= FEW_MOVES).then(|| size * most() / points as f64)
    }
}

impl PickFreeze {
    /// The indices of every target.
    pub(super) fn analyse(
        &self,
        units: &[UnitValues],
        targets: usize,
        settings: &Sensitivity,
    ) -> Result<Vec<Found>, Stop> {
        let points = self.points.min(units.len() * LANES);
        let stream = Stream::new(settings.seed, "sensitivity/bootstrap");
        let weights: Vec<Vec<f64>> =
            (0..settings.resamples).map(|round| resample(&stream, round, points)).collect();
        run_parallel(settings.threads, targets, |target| {
            let columns = self.columns(units, target, points);
            columns.found(&weights)
        })
        .map_err(Stop::Other)
    }

    fn columns(&self, units: &[UnitValues], target: usize, points: usize) -> Columns {
        let matrices = self.matrices();
        let value = |point: usize, run: usize| units[point / LANES][run][target][point % LANES];
        let all = || (0..points).flat_map(|point| (0..self.runs()).map(move |run| (point, run)));
        let count = (points * self.runs()) as f64;
        // The estimators are of differences, and steadier about the middle.
        let centre = all().map(|(point, run)| value(point, run)).sum::<f64>() / count;
        let of = |point: usize, matrix: usize| -> Vec<f64> {
            (0..self.replicates).map(|k| value(point, k * matrices + matrix) - centre).collect()
        };
        let mut columns = Columns {
            mean: 0.0,
            variance: 0.0,
            kurtosis: 0.0,
            square: Vec::with_capacity(points),
            level: vec![Vec::with_capacity(points); self.replicates],
            first: vec![Vec::with_capacity(points); self.inputs],
            total: vec![Vec::with_capacity(points); self.inputs],
            moves: vec![Moves::default(); self.inputs],
        };
        let mut shown = Vec::with_capacity(2 * points);
        for point in 0..points {
            let (a, b) = (of(point, 0), of(point, 1));
            columns.square.push(0.5 * (Products::of(&a, &a) + Products::of(&b, &b)));
            for (level, (a, b)) in columns.level.iter_mut().zip(a.iter().zip(&b)) {
                level.push(0.5 * (a + b));
            }
            for input in 0..self.inputs {
                let ab = of(point, input + 2);
                let moved: Vec<f64> = ab.iter().zip(&a).map(|(ab, a)| ab - a).collect();
                columns.first[input].push(Products::of(&b, &moved));
                let term = 0.5 * Products::of(&moved, &moved);
                columns.total[input].push(term);
                columns.moves[input].add(&moved, term);
            }
            columns.variance += a.iter().chain(&b).map(|y| y * y).sum::<f64>();
            shown.extend([a, b].map(|of_point| of_point.iter().sum::<f64>() / self.replicates as f64));
        }
        let levels = columns.level.iter().map(|level| level.iter().sum::<f64>());
        let middle = levels.sum::<f64>() / (points * self.replicates) as f64;
        columns.mean = centre + middle;
        columns.variance = columns.variance / (2 * points * self.replicates) as f64 - middle * middle;
        columns.kurtosis = kurtosis(&shown, middle);
        columns
    }
}

impl Columns {
    /// The explained variance, with points weighted; weights sum to 1.
    fn explained(&self, weights: &[f64]) -> f64 {
        let means: Vec<f64> = self.level.iter().map(|level| dot(level, weights)).collect();
        dot(&self.square, weights) - Products::of(&means, &means)
    }

    fn found(&self, resamples: &[Vec<f64>]) -> Found {
        let points = self.square.len();
        let even = vec![1.0 / points as f64; points];
        let explained = self.explained(&even);
        let varied: Vec<f64> = resamples.iter().map(|weights| self.explained(weights)).collect();
        let (low, high) = percentiles(varied.clone());
        // An explained variance of nothing but rounding is none.
        let is_seen = low > 1e-12 * self.variance.max(f64::MIN_POSITIVE);
        let index = |column: &Vec<f64>| {
            let estimate = dot(column, &even) / explained;
            let resampled =
                resamples.iter().zip(&varied).map(|(weights, variance)| dot(column, weights) / variance);
            let (low, high) = percentiles(resampled.collect());
            (estimate, low, high)
        };
        let total = |column: &Vec<f64>, moves: &Moves| {
            let (estimate, low, high) = index(column);
            (estimate, low, moves.most(points).map_or(high, |most| high.max(most / explained)))
        };
        let totals = self.total.iter().zip(&self.moves).map(|(column, moves)| total(column, moves));
        let indices = || self.first.iter().map(index).zip(totals).collect();
        Found {
            mean: self.mean,
            variance: self.variance.max(0.0),
            explained: (explained, low, high),
            indices: is_seen.then(indices),
            points_needed: RARE_MEETINGS * self.kurtosis * self.kurtosis,
        }
    }
}

/// The fourth moment about a middle, over the square of the second.
fn kurtosis(values: &[f64], middle: f64) -> f64 {
    let squares = || values.iter().map(|x| (x - middle) * (x - middle));
    let second: f64 = squares().sum();
    values.len() as f64 * squares().map(|square| square * square).sum::<f64>() / (second * second)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Eight sums side by side, so that they are added as vectors; in one order on every machine.
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a8.iter().zip(b8) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

/// What a bench found, laid out by [`PickFreeze`].
pub(super) fn run(
    bench: &Bench<'_>,
    layout: &PickFreeze,
    settings: &Sensitivity,
) -> Result<(Vec<Found>, Evaluated), Stop> {
    let evaluated = bench.evaluate(layout)?;
    Ok((layout.analyse(&evaluated.units, bench.targets.len(), settings)?, evaluated))
}
