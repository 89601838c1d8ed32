//! Factors on the rates of rules, drawn once a trial: how much hangs on a rate that nobody has measured.

use std::sync::Arc;

use crate::diagnostic::Report;
use crate::document::{self, Value};
use crate::scenario::Scenario;

/// A rule whose rate is multiplied by a factor of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateFactor {
    /// The rule.
    pub rule: String,
    /// The path of its rate, as `rules.talks.hazard`.
    pub path: String,
    /// The rate as the file writes it.
    pub text: String,
    /// The parameter that holds the factor.
    pub parameter: String,
}

impl Scenario {
    /// The same scenario, where the hazard or chance of every enabled rule is multiplied by a parameter of its own that is
    /// log-uniform in \[low, high\] (a chance stays at most 1); and which parameter is whose. Rules that fire surely have
    /// no rate. The other draws stay as they are.
    ///
    /// # Errors
    /// What is wrong with what comes out: none where 0 < `low` < `high`, both finite.
    pub fn with_rate_factors(&self, low: f64, high: f64) -> Result<(Self, Vec<RateFactor>), Report> {
        let prefix = self.unused_prefix();
        let factors = self.rates(&prefix);
        let mut text = String::new();
        for factor in &factors {
            let (low, high) = (low.ln(), high.ln());
            text.push_str(&format!(
                "[parameters.{}]\nvalue = \"exp(uniform({low:?}, {high:?}))\"\n",
                factor.parameter
            ));
        }
        let settings: Vec<(String, String)> = factors
            .iter()
            .map(|RateFactor { path, text, parameter, .. }| {
                let product = format!("({text}) * {parameter}");
                let is_chance = path.ends_with(".chance");
                (path.clone(), if is_chance { format!("min(1, {product})") } else { product })
            })
            .collect();
        let mut loaded = (*self.loaded).clone();
        let file = loaded.sources.add("--rates", &text);
        let over = document::parse(&loaded.sources, file, &mut loaded.found);
        loaded.root.overlay(&over, 1);
        let mut all = self.settings().to_vec();
        all.extend(settings);
        let variant = self.variant_name().map(str::to_owned);
        Ok((Self::check(Arc::new(loaded), variant, all)?, factors))
    }

    /// The beginning of names that no file and no setting has.
    fn unused_prefix(&self) -> String {
        let mut prefix = String::from("rate_of_");
        let is_used = |prefix: &str| {
            self.files().any(|file| file.text().contains(prefix))
                || self.settings().iter().any(|(name, text)| name.contains(prefix) || text.contains(prefix))
        };
        while is_used(&prefix) {
            prefix.push_str("x_");
        }
        prefix
    }

    /// Every rule that is enabled and has a rate, in the order of names.
    fn rates(&self, prefix: &str) -> Vec<RateFactor> {
        let model = self.model();
        let document = self.loaded.resolved(self.variant_name(), self.settings());
        let is_enabled = |rule: &&crate::model::Rule| {
            rule.instances.iter().any(|instance| model.instances[instance.index()].enabled)
        };
        let rate = |rule: &crate::model::Rule| {
            let table = document.root.table("rules")?.table(&rule.name)?;
            let (key, entry) =
                ["hazard", "chance"].into_iter().find_map(|key| Some((key, table.get(key)?)))?;
            let text = match &entry.node.value {
                Value::String(text) => text.value.clone(),
                Value::Number { value, .. } => value.to_string(),
                _ => return None,
            };
            Some(RateFactor {
                rule: rule.name.clone(),
                path: format!("rules.{}.{key}", rule.name),
                text,
                parameter: format!("{prefix}{}", rule.name),
            })
        };
        model.rules.iter().filter(is_enabled).filter_map(rate).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::scenario::{NoFiles, Scenario};

    const TEXT: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[variables.x]\ninitial = 0\n
[rules.a]\nhazard = \"\"\"0.5 +\n x\"\"\"\neffects = [\"x += 1\"]\n[rules.b]\nchance = 0.25\neffects = [\"x += 1\"]\n
[rules.c]\neffects = [\"x += 1\"]\n[rules.d]\nhazard = 1\nenabled = false\neffects = [\"x += 1\"]\n
[variants.v]\nset = { \"rules.b.hazard\" = 2 }\n[outcomes.o]\nvalue = \"x\"\n";

    fn told(scenario: &Scenario) -> Vec<String> {
        let (with, factors) = scenario.with_rate_factors(0.5, 2.0).unwrap();
        let names: Vec<&str> = with.model().parameters.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, factors.iter().map(|f| f.parameter.as_str()).collect::<Vec<_>>());
        factors.into_iter().map(|f| format!("{}: {} as {}", f.path, f.text, f.parameter)).collect()
    }

    #[test]
    fn every_rule_that_has_a_rate_and_is_enabled_gets_a_factor() {
        let scenario = Scenario::from_toml(TEXT, "t.toml", &NoFiles).unwrap();
        let expected = ["rules.a.hazard: 0.5 +\n x as rate_of_a", "rules.b.chance: 0.25 as rate_of_b"];
        assert_eq!(told(&scenario), expected);
        let variant = scenario.with_variant("v").unwrap();
        assert_eq!(told(&variant)[1], "rules.b.hazard: 2 as rate_of_b");
        let set = scenario.with_settings(&[("rules.d.enabled", "true"), ("rules.a.hazard", "0.1")]).unwrap();
        let expected = [
            "rules.a.hazard: 0.1 as rate_of_a",
            "rules.b.chance: 0.25 as rate_of_b",
            "rules.d.hazard: 1 as rate_of_d",
        ];
        assert_eq!(told(&set), expected);
        // A name that is taken is left to its owner.
        let taken = TEXT.replace("[rules.c]", "[rules.rate_of_a]");
        let scenario = Scenario::from_toml(&taken, "t.toml", &NoFiles).unwrap();
        assert_eq!(told(&scenario)[0], "rules.a.hazard: 0.5 +\n x as rate_of_x_a");
    }
}
