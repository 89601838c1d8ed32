//! A model as a cordiale scenario.

use crate::model::{Amount, Chance, Comparison, Effect, Model, STEPS, Variable};

impl Model {
    /// The model as a scenario, a standalone TOML file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = format!(
            "[scenario]\ntitle = \"Synthetic benchmark model {name}\"\nstart = 2024-01-01\nstep = \"month\"\n\
             horizon = {STEPS}\ntrials = 10_000\nseed = {seed}\n",
            name = self.spec.name(),
            seed = self.spec.seed,
        );
        for (i, variable) in self.variables.iter().enumerate() {
            text += &format!("\n[variables.x{i}]\n{}", variable_keys(variable));
        }
        for (i, rule) in self.rules.iter().enumerate() {
            let guard: Vec<String> = rule.guard.iter().map(comparison).collect();
            let effects: Vec<String> = rule.effects.iter().map(|e| format!("\"{}\"", effect(e))).collect();
            text += &format!(
                "\n[rules.r{i:03}]\nwhen = \"{}\"\nchance = \"{}\"\neffects = [{}]\n",
                guard.join(" and "),
                chance(&rule.chance),
                effects.join(", "),
            );
        }
        text += &format!(
            "\n[outcomes.event]\nwhen = \"{} > {}\"\n\n[outcomes.level]\nvalue = \"({}) / {}\"\n",
            sum(&self.event.sum_of),
            self.event.threshold,
            sum(&self.mean_of),
            self.mean_of.len(),
        );
        text
    }
}

fn variable_keys(variable: &Variable) -> String {
    let Variable { start: (low, high), toward, half_life, noise } = variable;
    let volatility = noise.map(|n| format!("volatility = {}\n", n.volatility)).unwrap_or_default();
    format!(
        "initial = \"uniform({low}, {high})\"\nrange = [0, 1]\n\
         decay = {{ half_life = \"{half_life} months\", toward = {toward} }}\n{volatility}"
    )
}

fn comparison(c: &Comparison) -> String {
    format!("x{} {} {}", c.value, if c.above { ">" } else { "<=" }, c.threshold)
}

fn chance(chance: &Chance) -> String {
    match chance {
        Chance::Constant(p) => p.to_string(),
        Chance::Product(scale, [a, b]) => format!("{scale} * x{a} * x{b}"),
        Chance::Logistic(bias, terms) => {
            let terms: Vec<String> = terms
                .iter()
                .map(|(by, of)| format!(" {} {} * x{of}", if *by < 0.0 { '-' } else { '+' }, by.abs()))
                .collect();
            format!("logistic({bias}{})", terms.concat())
        }
    }
}

fn effect(e: &Effect) -> String {
    let amount = match e.amount {
        Amount::Constant(by) => by.to_string(),
        Amount::Room(by, of) => format!("{by} * (1 - x{of})"),
        Amount::Share(by, of) => format!("{by} * x{of}"),
    };
    format!("x{} {} {amount}", e.target, if e.adds { "+=" } else { "-=" })
}

fn sum(values: &[usize]) -> String {
    let names: Vec<String> = values.iter().map(|v| format!("x{v}")).collect();
    names.join(" + ")
}
