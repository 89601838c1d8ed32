//! Elementary effects (Morris 1991): what one move of one input does, at places all over their ranges.
//!
//! Levels are the middles of as many equal slices of an input's distribution, so that no move needs the end of one. A
//! trajectory begins at random levels and moves each input once, in random order, by half of the levels; the effect is
//! the change divided by the move, as on a scale from the lowest level (0) to the highest (1). All points of a
//! trajectory are run under the same trial numbers, so what changes is the move's doing.

use super::evaluate::{Bench, Evaluated, Layout, Stop, UnitValues};
use super::inputs::Input;
use super::sobol::{Estimate, owners};
use super::stat::{Products, mean_and_error, run_parallel};
use super::{CHANCE_TRIALS, Sensitivity};
use crate::random::{LANES, Stream};
use crate::stats::student_975;

/// Trajectories, and how their points are run.
pub(super) struct Trajectories {
    paths: Vec<Path>,
    levels: u32,
    inputs: usize,
    owner: Vec<usize>,
    /// Whether a block is 64 trials of one point; otherwise it is the points of 64 trajectories.
    chancy: bool,
}

struct Path {
    /// By draw.
    start: Vec<u32>,
    /// By input: when it moves.
    turn: Vec<usize>,
    /// By input: whether it moves up.
    up: Vec<bool>,
}

impl Trajectories {
    pub(super) fn new(seed: u64, paths: usize, levels: u32, chancy: bool, inputs: &[Input]) -> Self {
        let owner = owners(inputs);
        let path = |number: usize| {
            let stream = |what: &str| Stream::new(seed, &format!("sensitivity/morris/{what}"));
            let of = |stream: &Stream, place: usize, below: u32| {
                let word = stream.word(u32::try_from(place).unwrap_or(u32::MAX), number as u64);
                u32::try_from((u64::from(word) * u64::from(below)) >> 32).unwrap_or(0)
            };
            let (starts, ups, turns) = (stream("start"), stream("up"), stream("turn"));
            let up: Vec<bool> = (0..inputs.len()).map(|input| of(&ups, input, 2) == 1).collect();
            let half = levels / 2;
            let start = owner.iter().enumerate().map(|(draw, input)| {
                let level = of(&starts, draw, half);
                if up[*input] { level } else { level + half }
            });
            let start = start.collect();
            let mut order: Vec<usize> = (0..inputs.len()).collect();
            for place in (1..order.len()).rev() {
                let other = of(&turns, place, u32::try_from(place + 1).unwrap_or(1));
                order.swap(place, other as usize);
            }
            let mut turn = vec![0; inputs.len()];
            order.iter().enumerate().for_each(|(when, input)| turn[*input] = when);
            Path { start, turn, up }
        };
        Self { paths: (0..paths).map(path).collect(), levels, inputs: inputs.len(), owner, chancy }
    }

    /// The uniform of a draw at a point of a trajectory.
    fn uniform(&self, path: &Path, draw: usize, point: usize) -> f64 {
        let input = self.owner[draw];
        let half = self.levels / 2;
        let level = match (path.turn[input] < point, path.up[input]) {
            (false, _) => path.start[draw],
            (true, true) => path.start[draw] + half,
            (true, false) => path.start[draw] - half,
        };
        (f64::from(level) + 0.5) / f64::from(self.levels)
    }

    /// The length of a move, from the lowest level 0 to the highest 1.
    fn step(&self) -> f64 {
        f64::from(self.levels / 2) / f64::from(self.levels - 1)
    }

    fn of_unit(&self, unit: usize) -> &[Path] {
        let size = if self.chancy { 1 } else { LANES };
        &self.paths[unit * size..((unit + 1) * size).min(self.paths.len())]
    }
}

impl Layout for Trajectories {
    fn units(&self) -> usize {
        if self.chancy { self.paths.len() } else { self.paths.len().div_ceil(LANES) }
    }

    fn runs(&self) -> usize {
        self.inputs + 1
    }

    fn fill(&self, unit: usize, run: usize, uniforms: &mut [[f64; LANES]]) -> (u64, u64) {
        let paths = self.of_unit(unit);
        for (draw, column) in uniforms.iter_mut().enumerate() {
            if self.chancy {
                column.fill(self.uniform(&paths[0], draw, run));
            } else {
                for (uniform, path) in column.iter_mut().zip(paths) {
                    *uniform = self.uniform(path, draw, run);
                }
            }
        }
        (unit as u64, if self.chancy { u64::MAX } else { u64::MAX >> (LANES - paths.len()) })
    }

    fn label(&self, unit: usize, run: usize, lane: usize) -> (String, usize) {
        (format!("point {run}"), if self.chancy { unit } else { unit * LANES + lane })
    }

    fn evaluations(&self) -> u64 {
        let trials = if self.chancy { CHANCE_TRIALS } else { 1 };
        (self.paths.len() * self.runs() * trials) as u64
    }
}

/// The effects of one input on one outcome.
pub(super) struct Effects {
    /// Their mean, with its interval by Student's t.
    pub(super) mu: Estimate,
    /// The mean of their sizes.
    pub(super) mu_star: f64,
    /// Their standard deviation over the trajectories, chance taken out.
    pub(super) sigma: f64,
    /// The root of their mean square, chance taken out.
    pub(super) rms: f64,
    /// What `mu_star` would be of chance alone.
    pub(super) by_chance: f64,
    pub(super) distinguishable: bool,
}

/// Mean of an outcome over all points, and the effects by input.
pub(super) type Found = (f64, Vec<Effects>);

pub(super) fn run(
    bench: &Bench<'_>,
    layout: &Trajectories,
    settings: &Sensitivity,
) -> Result<(Vec<Found>, Evaluated), Stop> {
    let evaluated = bench.evaluate(layout)?;
    let units = &evaluated.units;
    let found = run_parallel(settings.threads, bench.targets.len(), |target| layout.found(units, target));
    Ok((found.map_err(Stop::Other)?, evaluated))
}

impl Trajectories {
    fn found(&self, units: &[UnitValues], target: usize) -> Found {
        let (mut sum, mut count) = (0.0, 0.0);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (unit, values) in units.iter().enumerate() {
            let live = if self.chancy { LANES } else { self.of_unit(unit).len() };
            for value in values.iter().flat_map(|run| &run[target][..live]) {
                sum += value;
                (low, high) = (low.min(*value), high.max(*value));
            }
            count += (live * values.len()) as f64;
        }
        // Less than this is rounding.
        let hair = 1e-9 * (high - low);
        (sum / count, (0..self.inputs).map(|input| self.effects(units, target, input, hair)).collect())
    }

    /// By trajectory: the effects under each trial number.
    fn differences(&self, units: &[UnitValues], target: usize, input: usize) -> Vec<Vec<f64>> {
        let mut found = Vec::with_capacity(self.paths.len());
        for (unit, values) in units.iter().enumerate() {
            for (place, path) in self.of_unit(unit).iter().enumerate() {
                let (before, after) = (path.turn[input], path.turn[input] + 1);
                let sign = if path.up[input] { 1.0 } else { -1.0 };
                let lanes = if self.chancy { 0..LANES } else { place..place + 1 };
                let of = |lane: usize| {
                    sign * (values[after][target][lane] - values[before][target][lane]) / self.step()
                };
                found.push(lanes.map(of).collect());
            }
        }
        found
    }

    fn effects(&self, units: &[UnitValues], target: usize, input: usize, hair: f64) -> Effects {
        let differences = self.differences(units, target, input);
        let of_trajectory: Vec<(f64, f64)> =
            differences.iter().map(|d| if d.len() == 1 { (d[0], 0.0) } else { mean_and_error(d) }).collect();
        let effects: Vec<f64> = of_trajectory.iter().map(|(effect, _)| *effect).collect();
        let squares: Vec<f64> = differences.iter().map(|d| Products::of(d, d)).collect();
        let count = effects.len() as f64;
        let (mu, error) = mean_and_error(&effects);
        let (square, square_error) = mean_and_error(&squares);
        let t = student_975(count - 1.0);
        let chance = of_trajectory.iter().map(|(_, error)| error * error).sum::<f64>() / count;
        let size = |of: &dyn Fn(&(f64, f64)) -> f64| of_trajectory.iter().map(of).sum::<f64>() / count;
        let distinguishable = if self.chancy {
            square - t * square_error > 0.0 || mu.abs() > t * error
        } else {
            effects.iter().any(|effect| effect.abs() > hair)
        };
        Effects {
            mu: (mu, mu - t * error, mu + t * error),
            mu_star: size(&|(effect, _)| effect.abs()),
            sigma: (error * error * count - chance).max(0.0).sqrt(),
            // Chance may take more out of the squares than there is; the mean is no greater than their root.
            rms: square.max(if mu.abs() > t * error { mu * mu } else { 0.0 }).sqrt(),
            by_chance: size(&|(_, error)| error * std::f64::consts::FRAC_2_PI.sqrt()),
            distinguishable,
        }
    }
}
