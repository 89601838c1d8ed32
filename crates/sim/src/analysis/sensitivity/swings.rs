//! Swings, the bars of a tornado diagram (Howard 1988): what each input does by itself, from the low end of its distribution
//! to the high end, while everything else is drawn as in any trial.
//!
//! Both ends are run under the same trial numbers, so that a difference is paired; and what an input does together with
//! others is averaged over what these may be. The ends are the 5% and 95% points; of a yes or no both answers, of a factor
//! both ends of its range.

use super::Sensitivity;
use super::evaluate::{Bench, Evaluated, Layout, Stop, UnitValues};
use super::inputs::Input;
use super::sobol::{Estimate, owners};
use super::stat::run_parallel;
use crate::random::{LANES, Stream, uniform_of};
use crate::stats::{PairedMoments, PairedTable};

/// The ends of a distribution, as its quantiles.
pub(super) const ENDS: [f64; 2] = [0.05, 0.95];

/// As far out as a uniform goes.
const OUTERMOST: [f64; 2] = [1.0 / 9_007_199_254_740_992.0, 1.0 - 1.0 / 9_007_199_254_740_992.0];

/// Trials as they are drawn, and with each input that swings at either end.
pub(super) struct Swings<'a> {
    inputs: &'a [Input],
    /// Places of inputs.
    swinging: Vec<usize>,
    draws: Vec<Draw>,
    trials: usize,
}

/// One draw of an input.
struct Draw {
    input: usize,
    ends: [f64; 2],
    usual: Usual,
}

/// What stands in its place while others swing.
enum Usual {
    Drawn(Stream),
    /// The uniform at which a factor is 1, or as near as it comes.
    Factor(f64),
}

impl<'a> Swings<'a> {
    /// Of all inputs, those that swing, and the range of factors.
    pub(super) fn new(
        seed: u64,
        trials: usize,
        range: Option<(f64, f64)>,
        inputs: &'a [Input],
        does_swing: impl Fn(&Input) -> bool,
    ) -> Self {
        let (low, high) = range.unwrap_or((1.0, 1.0));
        let [least, greatest] = OUTERMOST;
        let one = (-low.ln() / (high / low).ln()).clamp(least, greatest);
        let draw = |(input, stream): (usize, &String)| {
            let is_factor = inputs[input].is_factor;
            let usual = if is_factor { Usual::Factor(one) } else { Usual::Drawn(Stream::new(seed, stream)) };
            let ends = if is_factor || inputs[input].is_yes_or_no { OUTERMOST } else { ENDS };
            Draw { input, ends, usual }
        };
        let streams = inputs.iter().flat_map(|input| &input.streams);
        Self {
            inputs,
            swinging: (0..inputs.len()).filter(|&input| does_swing(&inputs[input])).collect(),
            draws: owners(inputs).into_iter().zip(streams).map(draw).collect(),
            trials,
        }
    }

    /// The input and its end that a run is of; the first run is of neither.
    fn swung(&self, run: usize) -> Option<(usize, usize)> {
        let place = run.checked_sub(1)?;
        Some((self.swinging[place / 2], place % 2))
    }

    fn live(&self, unit: usize) -> usize {
        (self.trials - unit * LANES).min(LANES)
    }
}

impl Layout for Swings<'_> {
    fn units(&self) -> usize {
        self.trials.div_ceil(LANES)
    }

    fn runs(&self) -> usize {
        1 + 2 * self.swinging.len()
    }

    fn fill(&self, unit: usize, run: usize, uniforms: &mut [[f64; LANES]]) -> (u64, u64) {
        let (mut words, swung) = ([0; LANES], self.swung(run));
        for (draw, column) in self.draws.iter().zip(uniforms) {
            match (swung, &draw.usual) {
                (Some((input, end)), _) if input == draw.input => column.fill(draw.ends[end]),
                (_, Usual::Factor(one)) => column.fill(*one),
                (_, Usual::Drawn(stream)) => {
                    stream.fill_words64(0, (unit * LANES) as u64, &mut words);
                    *column = words.map(uniform_of);
                }
            }
        }
        (unit as u64, u64::MAX >> (LANES - self.live(unit)))
    }

    fn label(&self, unit: usize, run: usize, lane: usize) -> (String, usize) {
        let label = match self.swung(run) {
            None => "as drawn".to_owned(),
            Some((input, end)) => format!("{} {}", ["low", "high"][end], self.inputs[input].name),
        };
        (label, unit * LANES + lane)
    }

    fn evaluations(&self) -> u64 {
        (self.trials * self.runs()) as u64
    }
}

/// What an input does to an outcome.
pub(super) struct Swing {
    /// The probability or mean at either end.
    pub(super) at: [f64; 2],
    /// From the low end to the high one.
    pub(super) difference: Estimate,
}

/// The probability or mean of an outcome as it is, and the swings by input.
pub(super) type Found = (f64, Vec<Swing>);

pub(super) fn run(
    bench: &Bench<'_>,
    layout: &Swings<'_>,
    settings: &Sensitivity,
) -> Result<(Vec<Found>, Evaluated), Stop> {
    let evaluated = bench.evaluate(layout)?;
    let units = &evaluated.units;
    let found = run_parallel(settings.threads, bench.targets.len(), |target| {
        layout.found(units, target, bench.targets[target].is_event)
    });
    Ok((found.map_err(Stop::Other)?, evaluated))
}

impl Swings<'_> {
    fn found(&self, units: &[UnitValues], target: usize, is_event: bool) -> Found {
        let column = |run: usize| {
            let of = |(unit, runs): (usize, &UnitValues)| runs[run][target].into_iter().take(self.live(unit));
            units.iter().enumerate().flat_map(of).collect::<Vec<f64>>()
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let swing = |place: usize| {
            let [low, high] = [1 + 2 * place, 2 + 2 * place].map(column);
            Swing { at: [mean(&low), mean(&high)], difference: difference(&low, &high, is_event) }
        };
        (mean(&column(0)), (0..self.swinging.len()).map(swing).collect())
    }
}

/// The paired difference, by Tango's interval of 1 and 0, else by Student's.
fn difference(low: &[f64], high: &[f64], is_event: bool) -> Estimate {
    let pairs = low.iter().zip(high);
    let found = if is_event {
        let mut table = PairedTable::new();
        pairs.for_each(|(low, high)| table.add(Some(*low > 0.5), Some(*high > 0.5), 1));
        table.difference()
    } else {
        let mut moments = PairedMoments::new();
        pairs.for_each(|(low, high)| moments.add(Some(*low), Some(*high)));
        moments.difference()
    };
    // All trials were moved by as much: no more than that can be told.
    found.map_or((f64::NAN, f64::NAN, f64::NAN), |difference| {
        let difference = difference.of_fixed();
        (difference.estimate, difference.low, difference.high)
    })
}
