//! A plain simulator, by which models are calibrated and checked.

use crate::model::{Model, STEPS};
use crate::random::Random;

/// How often guards held and rules fired, of all looks at all rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// The share of looks at which the guard held.
    pub guard: f64,
    /// The share of looks at which the rule fired.
    pub fired: f64,
}

/// Simulates `trials` trials of `model` and counts.
#[must_use]
pub fn shares(model: &Model, trials: usize, seed: u64) -> Shares {
    let (mut held, mut fired) = (0_u64, 0_u64);
    simulate(model, trials, seed, |step, state, fires| {
        if step < STEPS {
            held += model.rules.iter().filter(|r| r.guard.iter().all(|c| c.holds(state))).count() as u64;
            fired += fires as u64;
        }
    });
    let looks = (trials * STEPS * model.rules.len()) as f64;
    Shares { guard: held as f64 / looks, fired: fired as f64 / looks }
}

/// Calls `visit` with each step from 0 to [`STEPS`], the state in it, and how many rules fire in it.
pub(crate) fn simulate(model: &Model, trials: usize, seed: u64, mut visit: impl FnMut(usize, &[f64], usize)) {
    let mut random = Random::new(seed);
    let drifts: Vec<(f64, f64)> = model.variables.iter().map(|v| (v.keeps(), v.deviation())).collect();
    let mut deltas = vec![0.0; model.variables.len()];
    for _ in 0..trials {
        let starts = model.variables.iter().map(|v| random.between(v.start.0, v.start.1).clamp(0.0, 1.0));
        let mut state: Vec<f64> = starts.collect();
        for step in 0..STEPS {
            let mut fires = 0;
            for rule in &model.rules {
                let held = rule.guard.iter().all(|c| c.holds(&state));
                if held && random.unit() < rule.chance.of(&state) {
                    fires += 1;
                    for effect in &rule.effects {
                        deltas[effect.target] += effect.delta(&state);
                    }
                }
            }
            visit(step, &state, fires);
            for (i, variable) in model.variables.iter().enumerate() {
                let (keeps, deviation) = drifts[i];
                let noise = if deviation > 0.0 { deviation * random.normal() } else { 0.0 };
                let drifted = variable.toward + (state[i] - variable.toward) * keeps + noise;
                state[i] = (drifted + deltas[i]).clamp(0.0, 1.0);
                deltas[i] = 0.0;
            }
        }
        visit(STEPS, &state, 0);
    }
}
