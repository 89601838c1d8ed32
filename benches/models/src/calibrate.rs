//! Setting thresholds and chances so that guards hold and rules fire as often as asked, found by simulation.

use crate::generate::rounded;
use crate::model::{Chance, Comparison, Model, Rule, STEPS};
use crate::simulate::simulate;
use crate::spec::FIRING;

/// Effects move values, values decide about effects: a few rounds settle it.
const ROUNDS: u64 = 3;
const TRIALS: usize = 200;
/// Every how many steps a state is kept.
const EVERY: usize = 5;

pub(crate) fn calibrate(model: &mut Model) {
    for round in 0..ROUNDS {
        let seen = Seen::new(model, model.spec.seed.wrapping_mul(1000) + round);
        let share = f64::from(model.spec.guard) / 100.0;
        for rule in &mut model.rules {
            set_guard(rule, &seen, share);
            set_chance(rule, &seen, share);
        }
        model.event.threshold = rounded(median(seen.peaks));
    }
}

/// What a simulation met.
struct Seen {
    states: Vec<Vec<f64>>,
    /// The values in ascending order, by value.
    sorted: Vec<Vec<f64>>,
    /// The event's sum at its highest, by trial.
    peaks: Vec<f64>,
}

impl Seen {
    fn new(model: &Model, seed: u64) -> Self {
        let mut states = Vec::new();
        let mut peaks = Vec::new();
        let mut peak = 0.0_f64;
        simulate(model, TRIALS, seed, |step, state, _| {
            if step % EVERY == 0 && step < STEPS {
                states.push(state.to_vec());
            }
            peak = peak.max(model.event.sum_of.iter().map(|v| state[*v]).sum());
            if step == STEPS {
                peaks.push(std::mem::take(&mut peak));
            }
        });
        let sorted = (0..model.variables.len()).map(|value| {
            let mut column: Vec<f64> = states.iter().map(|state| state[value]).collect();
            column.sort_by(f64::total_cmp);
            column
        });
        Self { sorted: sorted.collect(), states, peaks }
    }

    /// The threshold at which `comparison` alone holds in the given share of states.
    fn threshold(&self, comparison: &Comparison, share: f64) -> f64 {
        let column = &self.sorted[comparison.value];
        let rank = if comparison.above { 1.0 - share } else { share };
        rounded(column[((rank * column.len() as f64) as usize).min(column.len() - 1)])
    }
}

/// The same share for each comparison of a guard, such that all together hold in `share` of the states.
fn set_guard(rule: &mut Rule, seen: &Seen, share: f64) {
    let each = bisect(0.0, 1.0, share, |each| {
        for comparison in &mut rule.guard {
            comparison.threshold = seen.threshold(comparison, each);
        }
        let held = seen.states.iter().filter(|state| rule.guard.iter().all(|c| c.holds(state))).count();
        held as f64 / seen.states.len() as f64
    });
    for comparison in &mut rule.guard {
        comparison.threshold = seen.threshold(comparison, each);
    }
}

/// A chance that makes the rule fire in [`FIRING`] of the states, given how often its guard holds.
fn set_chance(rule: &mut Rule, seen: &Seen, share: f64) {
    let wanted = FIRING / share;
    let held: Vec<_> = seen.states.iter().filter(|state| rule.guard.iter().all(|c| c.holds(state))).collect();
    let mean =
        |chance: &Chance| held.iter().map(|state| chance.of(state)).sum::<f64>() / held.len().max(1) as f64;
    rule.chance = match &rule.chance {
        Chance::Constant(_) => Chance::Constant(rounded(wanted)),
        // At most 1, so that no chance is above it.
        Chance::Product(_, of) => {
            Chance::Product(rounded(wanted / mean(&Chance::Product(1.0, *of))).min(1.0), *of)
        }
        Chance::Logistic(_, terms) => {
            let bias = bisect(-12.0, 12.0, wanted, |bias| mean(&Chance::Logistic(bias, terms.clone())));
            Chance::Logistic(rounded(bias), terms.clone())
        }
    };
}

/// Where `f`, which rises, reaches `wanted`.
fn bisect(mut low: f64, mut high: f64, wanted: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    for _ in 0..20 {
        let middle = 0.5 * (low + high);
        if f(middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
