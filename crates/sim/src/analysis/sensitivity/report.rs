//! From what was found to a result.

use super::evaluate::{Bench, Layout, UnitValues};
use super::result::{
    DesignInfo, Drivers, FORMAT, Index, InputInfo, Measure, OutcomeSensitivity, SensitivityResult, Variance,
};
use super::{Sensitivity, morris, pawn, sobol, swings};
use crate::random::LANES;
use crate::result::{Named, RunInfo, ScenarioInfo, VALUE_STABILITY};

/// More points than this are advised to nobody.
const MOST_ADVISED: f64 = 1e12;

/// Where the lower end of what is explained is less than this of the estimate, which is then less than three standard
/// errors from 0: of those who see that much by luck, many find shares too small for their intervals.
const HARDLY_SEEN: f64 = 0.3;

/// What was run in the end.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    points: usize,
    trials: usize,
    partial: bool,
}

impl Shape {
    /// Of as many points as were asked for, with trials of each, those for which there was time.
    pub(super) fn of(asked: usize, done: usize, trials: usize) -> Self {
        let points = asked.min(done);
        Self { points, trials, partial: points < asked }
    }
}

impl Sensitivity {
    pub(super) fn sobol_result(
        &self,
        bench: &Bench<'_>,
        shape: Shape,
        found: Vec<sobol::Found>,
        mut warnings: Vec<String>,
    ) -> SensitivityResult {
        let needed: Vec<f64> = found.iter().map(|found| found.points_needed).collect();
        let drivers: Vec<Drivers> = found
            .into_iter()
            .map(|found| {
                let indices = found.indices.unwrap_or_default();
                let measures = indices.into_iter().map(|(first, total)| Measure::Sobol {
                    first: Index::of_share(first),
                    total: Index::of_share(total),
                });
                Drivers {
                    mean: found.mean,
                    variance: Some(Variance {
                        outcome: found.variance,
                        explained: Index::of(found.explained),
                    }),
                    inputs: named(bench, measures),
                }
            })
            .collect();
        for (target, drivers) in bench.targets.iter().zip(&drivers).filter(|(_, d)| d.inputs.is_empty()) {
            let name = target.name();
            let is_still = drivers.variance.is_some_and(|variance| variance.outcome <= 0.0);
            warnings.push(if is_still {
                format!("outcome `{name}` is the same in every trial, so nothing drives it")
            } else {
                format!("outcome `{name}` has no indices: at this number of points its inputs are not seen to move it; run more points")
            });
        }
        for ((target, drivers), needed) in bench.targets.iter().zip(&drivers).zip(needed) {
            if !drivers.inputs.is_empty() && needed > shape.points as f64 {
                warnings.push(format!(
                    "outcome `{}` stands far off in few of the points, and intervals of its indices may be too narrow; run {} points or more",
                    target.name(),
                    (needed.min(MOST_ADVISED) as u64).next_power_of_two()
                ));
            }
        }
        for (target, drivers) in bench.targets.iter().zip(&drivers).filter(|(_, d)| !d.inputs.is_empty()) {
            let Some(Variance { outcome, explained }) = drivers.variance else { continue };
            if explained.low < HARDLY_SEEN * explained.estimate {
                let percent = |share: f64| format!("{:.0}%", 100.0 * (share / outcome).clamp(0.0, 1.0));
                warnings.push(format!(
                    "outcome `{}`: its inputs are hardly seen to explain anything ({} to {} of it); where that is more luck than truth, their shares are too small; run more points",
                    target.name(), percent(explained.low), percent(explained.high)
                ));
            }
        }
        if self.design == super::Design::Sobol && !shape.points.is_power_of_two() {
            warnings.push(format!(
                "{} points of a Sobol sequence are not evenly spread; a power of two is",
                shape.points
            ));
        }
        let evaluations = shape.points * shape.trials * (bench.inputs.len() + 2);
        let info = DesignInfo {
            design: Some(self.design),
            points: shape.points as u64,
            trials_a_point: shape.trials as u64,
            resamples: Some(self.resamples),
            levels: None,
            factors: self.range,
        };
        self.result(bench, info, evaluations, shape.partial, drivers, warnings)
    }

    pub(super) fn morris_result(
        &self,
        bench: &Bench<'_>,
        shape: Shape,
        found: Vec<morris::Found>,
        warnings: Vec<String>,
    ) -> SensitivityResult {
        let measure = |effects: morris::Effects| Measure::Morris {
            rms: effects.rms,
            mu: Index::of(effects.mu),
            mu_star: effects.mu_star,
            mu_star_by_chance: effects.by_chance,
            sigma: effects.sigma,
            distinguishable: effects.distinguishable,
        };
        let drivers = drivers(bench, found, measure);
        let info = DesignInfo {
            design: None,
            points: shape.points as u64,
            trials_a_point: shape.trials as u64,
            resamples: None,
            levels: Some(self.levels),
            factors: self.range,
        };
        let evaluations = shape.points * shape.trials * (bench.inputs.len() + 1);
        self.result(bench, info, evaluations, shape.partial, drivers, warnings)
    }

    pub(super) fn pawn_result(
        &self,
        bench: &Bench<'_>,
        shape: Shape,
        found: Vec<pawn::Found>,
        warnings: Vec<String>,
    ) -> SensitivityResult {
        let measure = |moved: pawn::Moved| Measure::Pawn {
            median: moved.median,
            max: moved.max,
            dummy: moved.dummy,
            distinguishable: moved.median > moved.dummy,
        };
        let drivers = drivers(bench, found, measure);
        let info = DesignInfo {
            design: Some(self.design),
            points: shape.points as u64,
            trials_a_point: 1,
            resamples: Some(self.resamples),
            levels: Some(u32::try_from(self.slices).unwrap_or(u32::MAX)),
            factors: self.range,
        };
        self.result(bench, info, shape.points, shape.partial, drivers, warnings)
    }

    pub(super) fn swings_result(
        &self,
        bench: &Bench<'_>,
        shape: Shape,
        found: Vec<swings::Found>,
        warnings: Vec<String>,
    ) -> SensitivityResult {
        let measure = |swing: swings::Swing| {
            let [at_low, at_high] = swing.at;
            Measure::Swing { at_low, at_high, difference: Index::of(swing.difference) }
        };
        let drivers = drivers(bench, found, measure);
        let info = DesignInfo {
            design: None,
            points: shape.points as u64,
            trials_a_point: 1,
            resamples: None,
            levels: None,
            factors: self.range,
        };
        let evaluations = shape.points * (2 * bench.inputs.len() + 1);
        self.result(bench, info, evaluations, shape.partial, drivers, warnings)
    }

    fn result(
        &self,
        bench: &Bench<'_>,
        design: DesignInfo,
        evaluations: usize,
        partial: bool,
        drivers: Vec<Drivers>,
        warnings: Vec<String>,
    ) -> SensitivityResult {
        let mut all = self.scenario.warnings().messages();
        all.extend(warnings);
        let info = |input: &super::Input| InputInfo {
            kind: input.kind,
            distribution: input.text.clone(),
            draws: input.streams.len(),
        };
        let run = RunInfo::of(&self.scenario, self.seed, evaluations as u64, 0);
        SensitivityResult {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(&self.scenario),
            run: RunInfo { partial, ..run },
            method: self.method,
            design,
            inputs: bench.inputs.iter().map(|input| (input.name.clone(), info(input))).collect(),
            outcomes: outcomes(bench, drivers),
            warnings: all,
        }
    }
}

/// What drives each outcome, of which no variance is divided: its mean, and a measure for each input.
fn drivers<T>(bench: &Bench<'_>, found: Vec<(f64, Vec<T>)>, measure: impl Fn(T) -> Measure) -> Vec<Drivers> {
    let of = |(mean, inputs): (f64, Vec<T>)| Drivers {
        mean,
        variance: None,
        inputs: named(bench, inputs.into_iter().map(&measure)),
    };
    found.into_iter().map(of).collect()
}

/// Measures under the names of their inputs.
fn named(bench: &Bench<'_>, measures: impl Iterator<Item = Measure>) -> Named<Measure> {
    bench.inputs.iter().map(|input| input.name.clone()).zip(measures).collect()
}

/// Drivers under the names of their outcomes, levels together.
fn outcomes(bench: &Bench<'_>, drivers: Vec<Drivers>) -> Named<OutcomeSensitivity> {
    let mut all: Vec<(String, OutcomeSensitivity)> = Vec::new();
    for (target, drivers) in bench.targets.iter().zip(drivers) {
        match &target.level {
            None if target.is_event => all.push((target.outcome.clone(), OutcomeSensitivity::Event(drivers))),
            None => all.push((target.outcome.clone(), OutcomeSensitivity::Value(drivers))),
            Some(level) => {
                let this = (level.clone(), drivers);
                match all.last_mut() {
                    Some((name, OutcomeSensitivity::Levels { levels })) if *name == target.outcome => {
                        levels.0.push(this);
                    }
                    _ => {
                        let levels = Named(vec![this]);
                        all.push((target.outcome.clone(), OutcomeSensitivity::Levels { levels }));
                    }
                }
            }
        }
    }
    Named(all)
}

/// Every evaluation of a design.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The names of the columns behind `matrix`, `point` and `trial`: for each draw of an input its uniform in (0, 1), named
    /// after its random stream, then for each outcome what came out.
    pub columns: Vec<String>,
    /// The evaluations.
    pub rows: Vec<SampleRow>,
}

/// One evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleRow {
    /// Of Sobol indices `A`, `B` or `AB input`; of trajectories `point k`; of swings `as drawn`, `low input` or `high input`;
    /// else `point`.
    pub matrix: String,
    /// The base point, or the trajectory.
    pub point: usize,
    /// The trial number that its chance was taken from.
    pub trial: u64,
    /// As [`Sample::columns`] says.
    pub values: Vec<f64>,
}

impl Sample {
    pub(super) fn of(bench: &Bench<'_>, layout: &impl Layout, units: &[UnitValues]) -> Self {
        let mut columns: Vec<String> = bench.streams().into_iter().map(str::to_owned).collect();
        let mut uniforms = vec![[0.5; LANES]; columns.len()];
        columns.extend(bench.targets.iter().map(super::targets::Target::name));
        let mut rows = Vec::new();
        for (unit, runs) in units.iter().enumerate() {
            for (run, values) in runs.iter().enumerate() {
                let (block, live) = layout.fill(unit, run, &mut uniforms);
                for lane in (0..LANES).filter(|lane| live >> lane & 1 == 1) {
                    let (matrix, point) = layout.label(unit, run, lane);
                    let at = uniforms.iter().chain(values).map(|column| column[lane]);
                    let trial = block * LANES as u64 + lane as u64;
                    rows.push(SampleRow { matrix, point, trial, values: at.collect() });
                }
            }
        }
        Self { columns, rows }
    }
}
