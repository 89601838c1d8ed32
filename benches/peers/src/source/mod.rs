//! A synthetic model as the programs that somebody would write for it.

mod mesa;
mod numpy;
mod scalar;

pub(crate) use mesa::mesa;
pub(crate) use numpy::numpy;
pub(crate) use scalar::rust;

use cordiale_models::{Amount, Chance, Comparison, Effect, Model};

/// How a language writes what rules are made of.
struct Notation<'a> {
    /// A value by its number.
    value: &'a dyn Fn(usize) -> String,
    /// The exponential function of an expression.
    exp: &'a dyn Fn(&str) -> String,
}

impl Notation<'_> {
    fn comparison(&self, c: &Comparison) -> String {
        format!("{} {} {:?}", (self.value)(c.value), if c.above { ">" } else { "<=" }, c.threshold)
    }

    fn chance(&self, chance: &Chance) -> String {
        let value = self.value;
        match chance {
            Chance::Constant(p) => format!("{p:?}"),
            Chance::Product(scale, [a, b]) => format!("{scale:?} * {} * {}", value(*a), value(*b)),
            Chance::Logistic(bias, terms) => {
                // The sum with its sign turned: what the exponential function takes.
                let terms = terms.iter().map(|(by, of)| {
                    format!(" {} {:?} * {}", if *by < 0.0 { '+' } else { '-' }, by.abs(), value(*of))
                });
                format!("1.0 / (1.0 + {})", (self.exp)(&format!("{:?}{}", -bias, terms.collect::<String>())))
            }
        }
    }

    /// Such as `+= 0.1`.
    fn change(&self, effect: &Effect) -> String {
        let amount = match effect.amount {
            Amount::Constant(by) => format!("{by:?}"),
            Amount::Room(by, of) => format!("{by:?} * (1.0 - {})", (self.value)(of)),
            Amount::Share(by, of) => format!("{by:?} * {}", (self.value)(of)),
        };
        format!("{} {amount}", if effect.adds { "+=" } else { "-=" })
    }

    fn sum(&self, values: &[usize]) -> String {
        values.iter().map(|v| (self.value)(*v)).collect::<Vec<_>>().join(" + ")
    }
}

/// A list of a number of each value, in brackets.
fn list(model: &Model, noisy_alone: bool, of: impl Fn(&cordiale_models::Variable) -> f64) -> String {
    let count = if noisy_alone { model.noisy() } else { model.variables.len() };
    let numbers: Vec<String> = model.variables[..count].iter().map(|v| format!("{:?}", of(v))).collect();
    format!("[{}]", numbers.join(", "))
}
