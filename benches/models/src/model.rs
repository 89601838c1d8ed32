//! A model, in a form that any program text can be written from.

use crate::spec::Spec;

/// Monthly steps of a trial.
pub const STEPS: usize = 120;

/// A synthetic model. Values are numbered from 0, lie in 0 to 1, and are named by their number.
#[derive(Clone, Debug)]
pub struct Model {
    /// What was asked for.
    pub spec: Spec,
    /// The values, the noisy ones first.
    pub variables: Vec<Variable>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// An event outcome, looked at in steps 0 to [`STEPS`].
    pub event: Event,
    /// A value outcome: the mean of these values.
    pub mean_of: Vec<usize>,
}

/// A value that returns to a level.
#[derive(Clone, Debug)]
pub struct Variable {
    /// It starts anywhere between these two, alike.
    pub start: (f64, f64),
    /// The level that it returns to.
    pub toward: f64,
    /// The time in which half of its distance is gone, in months.
    pub half_life: f64,
    /// Its random drift, if it has one.
    pub noise: Option<Noise>,
}

/// Random drift.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// Per square root of a year.
    pub volatility: f64,
}

/// What may happen in a step.
#[derive(Clone, Debug)]
pub struct Rule {
    /// All of these must hold; one or two.
    pub guard: Vec<Comparison>,
    /// The chance to fire where they do.
    pub chance: Chance,
    /// What it does; one or two, on different values.
    pub effects: Vec<Effect>,
}

/// A value against a number.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// Which value.
    pub value: usize,
    /// `>` if true, else `<=`.
    pub above: bool,
    /// Against what.
    pub threshold: f64,
}

/// The chance of a rule, always within 0 to 1.
#[derive(Clone, Debug)]
pub enum Chance {
    /// A number.
    Constant(f64),
    /// A number times two values.
    Product(f64, [usize; 2]),
    /// The logistic function of a bias and some values with coefficients.
    Logistic(f64, Vec<(f64, usize)>),
}

/// A change of a value.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Which value.
    pub target: usize,
    /// `+=` if true, else `-=`.
    pub adds: bool,
    /// How much.
    pub amount: Amount,
}

/// The size of a change.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    /// A number.
    Constant(f64),
    /// A number times one less a value.
    Room(f64, usize),
    /// A number times a value.
    Share(f64, usize),
}

/// An event: the sum of some values is above a number.
#[derive(Clone, Debug)]
pub struct Event {
    /// Which values.
    pub sum_of: Vec<usize>,
    /// Above what.
    pub threshold: f64,
}

impl Variable {
    /// What is left of the distance to its level after a step.
    #[must_use]
    pub fn keeps(&self) -> f64 {
        (-1.0 / self.half_life).exp2()
    }

    /// The standard deviation of a step's random drift; 0 without any.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        let rate = std::f64::consts::LN_2 * 12.0 / self.half_life;
        let keeps = self.keeps();
        self.noise.map_or(0.0, |noise| noise.volatility * ((1.0 - keeps * keeps) / (2.0 * rate)).sqrt())
    }
}

impl Model {
    /// How many values are noisy; these come first.
    #[must_use]
    pub fn noisy(&self) -> usize {
        self.variables.iter().filter(|v| v.noise.is_some()).count()
    }
}

impl Comparison {
    pub(crate) fn holds(&self, state: &[f64]) -> bool {
        if self.above { state[self.value] > self.threshold } else { state[self.value] <= self.threshold }
    }
}

impl Chance {
    pub(crate) fn of(&self, state: &[f64]) -> f64 {
        match self {
            Self::Constant(p) => *p,
            Self::Product(scale, [a, b]) => scale * state[*a] * state[*b],
            Self::Logistic(bias, terms) => {
                let sum = terms.iter().fold(*bias, |sum, (by, value)| sum + by * state[*value]);
                1.0 / (1.0 + (-sum).exp())
            }
        }
    }
}

impl Effect {
    /// What it adds to its target.
    pub(crate) fn delta(&self, state: &[f64]) -> f64 {
        let amount = match self.amount {
            Amount::Constant(by) => by,
            Amount::Room(by, of) => by * (1.0 - state[of]),
            Amount::Share(by, of) => by * state[of],
        };
        if self.adds { amount } else { -amount }
    }
}
