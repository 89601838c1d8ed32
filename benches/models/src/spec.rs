//! What is asked of a model.

use std::fmt;

/// The share of (trial, step, rule) that shall fire.
pub const FIRING: f64 = 0.013;

/// What a model shall be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// How many values it has, at least 8.
    pub values: usize,
    /// The share of them with random drift, 0 to 1.
    pub noisy: f64,
    /// How many rules it has, at least 1.
    pub rules: usize,
    /// In how many of a hundred looks a rule's guard holds, 2 to 98.
    pub guard: u32,
    /// How chances are written.
    pub chance: ChanceForm,
    /// Another seed, another model of the same kind.
    pub seed: u64,
}

impl Spec {
    /// 40 values and 25 rules with mixed chances: what an analyst writes by hand.
    #[must_use]
    pub fn small(guard: u32, noisy: f64) -> Self {
        Self { values: 40, noisy, rules: 25, guard, chance: ChanceForm::Mixed, seed: 1 }
    }

    /// 1,000 values and 500 rules with mixed chances: what `foreach` over some dozens of actors comes to.
    #[must_use]
    pub fn big(guard: u32, noisy: f64) -> Self {
        Self { values: 1000, rules: 500, ..Self::small(guard, noisy) }
    }

    /// A short name, such as `small-g20-n25`: guards true in 20% of looks, a quarter of the values noisy.
    #[must_use]
    pub fn name(&self) -> String {
        let size = match (self.values, self.rules) {
            (40, 25) => "small".to_owned(),
            (1000, 500) => "big".to_owned(),
            (values, rules) => format!("v{values}-r{rules}"),
        };
        let form = if self.chance == ChanceForm::Mixed { String::new() } else { format!("-{}", self.chance) };
        format!("{size}-g{}-n{:.0}{form}", self.guard, self.noisy * 100.0)
    }

    /// # Errors
    /// Where a field is out of its range.
    pub(crate) fn check(&self) -> Result<(), SpecError> {
        if self.values < 8 {
            return Err(SpecError("a model needs at least 8 values"));
        }
        if self.rules < 1 {
            return Err(SpecError("a model needs at least one rule"));
        }
        if !(0.0..=1.0).contains(&self.noisy) {
            return Err(SpecError("the share of noisy values goes from 0 to 1"));
        }
        if !(2..=98).contains(&self.guard) {
            return Err(SpecError("guards hold in 2 to 98 of a hundred looks"));
        }
        Ok(())
    }
}

/// How chances are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChanceForm {
    /// `0.05`
    Constant,
    /// `0.2 * x1 * x2`
    Product,
    /// `logistic(-4 + 2 * x1 - 0.5 * x2)`
    Logistic,
    /// 60% logistic, 20% products, 20% constants.
    Mixed,
}

/// The models that benchmarks look at: both sizes with and without noise at every density of guards; and at one of them,
/// with chances of one form alone.
#[must_use]
pub fn families() -> Vec<Spec> {
    let mut found = Vec::new();
    for size in [Spec::small, Spec::big] {
        for noisy in [0.0, 0.25] {
            found.extend([5, 20, 50, 90].map(|guard| size(guard, noisy)));
        }
        for chance in [ChanceForm::Constant, ChanceForm::Product, ChanceForm::Logistic] {
            found.push(Spec { chance, ..size(20, 0.25) });
        }
    }
    found
}

impl fmt::Display for ChanceForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Constant => "constant",
            Self::Product => "product",
            Self::Logistic => "logistic",
            Self::Mixed => "mixed",
        })
    }
}

/// Why there is no such model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecError(&'static str);

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SpecError {}
