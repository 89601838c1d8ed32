//! Drawing a model's structure; its thresholds and chances are calibrated afterwards.

use std::f64::consts::LN_2;

use crate::calibrate::calibrate;
use crate::model::{Amount, Chance, Comparison, Effect, Event, Model, Noise, Rule, Variable};
use crate::random::Random;
use crate::spec::{ChanceForm, FIRING, Spec, SpecError};

/// The standard deviation of a value about its level that noise keeps up.
const SPREAD: f64 = 0.12;

impl Model {
    /// Makes the model that `spec` asks for; always the same one.
    ///
    /// # Errors
    /// Where a field of `spec` is out of its range.
    pub fn generate(spec: &Spec) -> Result<Self, SpecError> {
        spec.check()?;
        let mut random = Random::new(spec.seed);
        let noisy = (spec.noisy * spec.values as f64).round() as usize;
        let variables = (0..spec.values).map(|i| variable(&mut random, i < noisy)).collect();
        let mut targets = random.shuffled(spec.values).into_iter().cycle();
        let rules = (0..spec.rules).map(|i| rule(&mut random, spec, i, &mut targets)).collect();
        let event = Event { sum_of: random.distinct(3, spec.values), threshold: 3.0 };
        let mean_of = random.distinct(5, spec.values);
        let mut model = Self { spec: spec.clone(), variables, rules, event, mean_of };
        calibrate(&mut model);
        Ok(model)
    }
}

fn variable(random: &mut Random, noisy: bool) -> Variable {
    let toward = rounded(random.between(0.35, 0.65));
    let half_life = if noisy { random.between(6.0, 36.0) } else { random.between(36.0, 96.0) }.round();
    let volatility = rounded(SPREAD * (2.0 * LN_2 * 12.0 / half_life).sqrt());
    // A uniform start as wide as the noise spreads it, so that there is no run-in.
    let reach = SPREAD * 3.0_f64.sqrt();
    Variable {
        start: (rounded(toward - reach), rounded(toward + reach)),
        toward,
        half_life,
        noise: noisy.then_some(Noise { volatility }),
    }
}

fn rule(random: &mut Random, spec: &Spec, number: usize, targets: &mut impl Iterator<Item = usize>) -> Rule {
    let comparisons = 1 + usize::from(random.coin());
    let guard = random.distinct(comparisons, spec.values).into_iter();
    let guard = guard.map(|value| Comparison { value, above: random.coin(), threshold: 0.5 }).collect();
    let form = match (spec.chance, number % 5) {
        (ChanceForm::Mixed, 0) => ChanceForm::Constant,
        (ChanceForm::Mixed, 1) => ChanceForm::Product,
        (ChanceForm::Mixed, _) => ChanceForm::Logistic,
        (form, _) => form,
    };
    let effects = 1 + usize::from(random.coin());
    let first_adds = random.coin();
    let effects = targets.take(effects).enumerate();
    let effects =
        effects.map(|(i, target)| effect(random, target, first_adds ^ (i == 1), spec.values)).collect();
    Rule { guard, chance: chance(random, form, spec), effects }
}

fn chance(random: &mut Random, form: ChanceForm, spec: &Spec) -> Chance {
    match form {
        ChanceForm::Constant => Chance::Constant(FIRING * 100.0 / f64::from(spec.guard)),
        ChanceForm::Product => {
            let a = random.below(spec.values);
            let b = (a + 1 + random.below(spec.values - 1)) % spec.values;
            Chance::Product(0.0, [a, b])
        }
        ChanceForm::Logistic | ChanceForm::Mixed => {
            let count = 1 + random.below(3);
            let values = random.distinct(count, spec.values).into_iter();
            let terms = values.map(|value| {
                let by = rounded(random.between(0.5, 2.5));
                (if random.coin() { by } else { -by }, value)
            });
            Chance::Logistic(-4.0, terms.collect())
        }
    }
}

fn effect(random: &mut Random, target: usize, adds: bool, values: usize) -> Effect {
    let by = rounded(random.between(0.02, 0.06));
    let amount = match (random.below(3), adds) {
        (0, _) => Amount::Constant(by),
        // The nearer to its bound, the less it moves.
        (1, true) => Amount::Room(rounded(2.0 * by), target),
        (1, false) => Amount::Share(rounded(2.0 * by), target),
        _ => Amount::Share(rounded(2.0 * by), random.below(values)),
    };
    Effect { target, adds, amount }
}

/// Four decimals: enough, and the same text in every language.
pub(crate) fn rounded(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}
