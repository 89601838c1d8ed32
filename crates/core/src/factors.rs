//! Factors on numbers, drawn once a trial: how much hangs on a rate, a start or a size that nobody has measured.

use std::sync::Arc;

use crate::assumptions::{Assumption, Role};
use crate::diagnostic::{Code, Report};
use crate::document::{self, Value};
use crate::scenario::Scenario;
use crate::syntax;

/// Which numbers are multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The hazards and chances of rules.
    Rates,
    /// These; parameters and starts that are fixed numbers other than 0; and of every rule the sizes of its effects and the
    /// weights of its branches.
    Numbers,
}

/// A number that is multiplied by a factor of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What the number is for.
    pub role: Role,
    /// Its name, as `--set` takes it: `rules.talks.hazard`, `arms[RUS,CHN]`.
    pub path: String,
    /// The number as the file writes it.
    pub text: String,
    /// The parameter that holds the factor.
    pub parameter: String,
}

impl Scenario {
    /// The same scenario, where each number in `scope` is multiplied by a parameter of its own that is log-uniform in
    /// \[low, high\], and which parameter is whose. A chance stays at most 1, a start in its range. Rules that are disabled, or
    /// fire surely, have no rate; of effects those with `+=` and `-=` are multiplied, all of one list alike. The other draws
    /// stay as they are.
    ///
    /// # Errors
    /// Where not 0 < `low` < `high`, or they are not finite; or what is wrong with what comes out.
    pub fn with_factors(&self, scope: Scope, low: f64, high: f64) -> Result<(Self, Vec<Factor>), Report> {
        self.with_factors_on(scope, low, high, |_| true)
    }

    /// The same with those numbers alone whose name, such as `rules.talks.hazard`, is chosen.
    ///
    /// # Errors
    /// As [`Scenario::with_factors`].
    pub fn with_factors_on(
        &self,
        scope: Scope,
        low: f64,
        high: f64,
        is_chosen: impl Fn(&str) -> bool,
    ) -> Result<(Self, Vec<Factor>), Report> {
        let chosen = self.factors(scope).into_iter().filter(|(factor, _)| is_chosen(&factor.path));
        let (factors, products): (Vec<Factor>, Vec<String>) = chosen.unzip();
        let names: Vec<String> = factors.iter().map(|factor| factor.parameter.clone()).collect();
        let settings = factors.iter().map(|factor| factor.path.clone()).zip(products).collect();
        Ok((self.with_log_uniform(&names, (low, high), settings)?, factors))
    }

    /// The names of the numbers in `scope`.
    #[must_use]
    pub fn factor_names(&self, scope: Scope) -> Vec<String> {
        self.factors(scope).into_iter().map(|(factor, _)| factor.path).collect()
    }

    /// Every number in `scope` with its factor, and what stands in its place: their product.
    fn factors(&self, scope: Scope) -> Vec<(Factor, String)> {
        let rates = self.rates(&self.unused_prefix("rate_of_")).into_iter();
        let mut factors: Vec<(Factor, String)> = rates
            .map(|factor| {
                let product = times(&factor.path, &factor.text, &factor.parameter);
                (factor, product)
            })
            .collect();
        if scope == Scope::Numbers {
            let prefix = self.unused_prefix("factor_of_");
            for assumption in self.assumptions() {
                let parameter = format!("{prefix}{}", factors.len());
                let Some(product) = product(&assumption, &parameter) else { continue };
                let Assumption { role, name, value, .. } = assumption;
                factors.push((Factor { role, path: name, text: value, parameter }, product));
            }
        }
        factors
    }

    /// The same scenario with parameters of these names that are log-uniform in a range, and with settings.
    pub(crate) fn with_log_uniform(
        &self,
        names: &[String],
        (low, high): (f64, f64),
        settings: Vec<(String, String)>,
    ) -> Result<Self, Report> {
        if !(low > 0.0 && low < high && high.is_finite()) {
            return Err(Report::without_place(
                Code::BadSetting,
                format!("there are no factors from {low} to {high}"),
                Some("give two numbers above 0, the lower first, as in 0.5..2".to_owned()),
            ));
        }
        let mut text = String::new();
        let (low, high) = (low.ln(), high.ln());
        for name in names {
            text.push_str(&format!("[parameters.{name}]\nvalue = \"exp(uniform({low:?}, {high:?}))\"\n"));
        }
        let mut loaded = (*self.loaded).clone();
        let file = loaded.sources.add("<factors>", &text);
        let over = document::parse(&loaded.sources, file, &mut loaded.found).table;
        loaded.root.overlay(&over, 1);
        let mut all = self.set.clone();
        all.extend(settings);
        Self::check(Arc::new(loaded), self.variant_name().map(str::to_owned), all)
    }

    /// The beginning of names that no file and no setting has, such as this.
    pub(crate) fn unused_prefix(&self, like: &str) -> String {
        let mut prefix = String::from(like);
        let is_used = |prefix: &str| {
            self.files().any(|file| file.text().contains(prefix))
                || self.set.iter().any(|(name, text)| name.contains(prefix) || text.contains(prefix))
        };
        while is_used(&prefix) {
            prefix.push_str("x_");
        }
        prefix
    }

    /// Every rule that is enabled and has a rate, in the order of names.
    fn rates(&self, prefix: &str) -> Vec<Factor> {
        let model = self.model();
        let document = self.resolved();
        let rate = |rule: &crate::model::Rule| {
            let table = document.root.table("rules")?.table(&rule.name)?;
            let (key, entry) =
                ["hazard", "chance"].into_iter().find_map(|key| Some((key, table.get(key)?)))?;
            let text = match &entry.node.value {
                Value::String(text) => text.value.clone(),
                Value::Number { value, .. } => value.to_string(),
                _ => return None,
            };
            Some(Factor {
                role: Role::Rate,
                path: format!("rules.{}.{key}", rule.name),
                text,
                parameter: format!("{prefix}{}", rule.name),
            })
        };
        model.rules.iter().filter(|rule| model.is_enabled(rule)).filter_map(rate).collect()
    }
}

/// The text of a number times a factor; a chance stays at most 1.
pub(crate) fn times(path: &str, text: &str, factor: &str) -> String {
    let product = format!("({text}) * {factor}");
    let is_chance = path.starts_with("rules.") && path.ends_with(".chance");
    if is_chance { format!("min(1, {product})") } else { product }
}

/// What stands in place of a number that is no rate, times a factor; none where it is left as it is.
fn product(assumption: &Assumption, factor: &str) -> Option<String> {
    let Assumption { role, name, value, .. } = assumption;
    match role {
        Role::Parameter | Role::Start => {
            let number: f64 = value.parse().ok()?;
            (number != 0.0).then(|| times(name, value, factor))
        }
        Role::Effect if name.ends_with(".weight") => Some(times(name, value, factor)),
        Role::Effect => {
            let effects: Vec<String> =
                value.split("; ").map(|effect| syntax::scaled(effect, factor)).collect();
            (effects.join("; ") != *value).then(|| format!("{effects:?}"))
        }
        Role::Rate | Role::Guard | Role::Drift | Role::Index | Role::Default => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Scope;
    use crate::scenario::{NoFiles, Scenario};

    const TEXT: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[variables.x]\ninitial = 0\n
[rules.a]\nhazard = \"\"\"0.5 +\n x\"\"\"\neffects = [\"x += 1\"]\n[rules.b]\nchance = 0.25\neffects = [\"x += 1\"]\n
[rules.c]\neffects = [\"x += 1\"]\n[rules.d]\nhazard = 1\nenabled = false\neffects = [\"x += 1\"]\n
[variants.v]\nset = { \"rules.b.hazard\" = 2 }\n[outcomes.o]\nvalue = \"x\"\n";

    fn told(scenario: &Scenario) -> Vec<String> {
        let (with, factors) = scenario.with_factors(Scope::Rates, 0.5, 2.0).unwrap();
        let names: Vec<&str> = with.model().parameters.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, factors.iter().map(|f| f.parameter.as_str()).collect::<Vec<_>>());
        factors.into_iter().map(|f| format!("{}: {} as {}", f.path, f.text, f.parameter)).collect()
    }

    #[test]
    fn factors_lie_between_two_numbers_above_zero_the_lower_first() {
        let scenario = Scenario::from_toml(TEXT, "t.toml", &NoFiles).unwrap();
        for (low, high) in [(2.0, 1.0), (0.0, 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            let said = scenario.with_factors(Scope::Numbers, low, high).unwrap_err().to_string();
            assert!(said.contains(&format!("there are no factors from {low} to {high}")), "{said}");
        }
    }

    #[test]
    fn a_name_has_a_place() {
        let scenario = Scenario::from_toml(TEXT, "t.toml", &NoFiles).unwrap();
        let place = |scenario: &Scenario, name| scenario.place_of(name).map(|place| place.to_string());
        assert_eq!(place(&scenario, "x").as_deref(), Some("t.toml:5:11"));
        assert_eq!(place(&scenario, "rules.b.chance").as_deref(), Some("t.toml:12:10"));
        assert_eq!(
            place(&scenario.with_variant("v").unwrap(), "rules.b.hazard").as_deref(),
            Some("t.toml:23:28")
        );
        assert_eq!(place(&scenario, "rules.b.hazard"), None);
        assert_eq!(place(&scenario, "y"), None);
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

    #[test]
    fn fixed_numbers_weights_and_effects_can_have_factors_too() {
        let text = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[actors]\nA = { name = \"A\", kind = \"state\" }\nB = { name = \"B\", kind = \"state\" }\n
[groups]\nboth = { members = [\"A\", \"B\"] }\n[channels.trust]\n[ties.\"trust[A,B]\"]\nweight = 0.25\n[parameters.none]\nvalue = 0\n
[parameters.p]\nvalue = 0.5\n[parameters.drawn]\nvalue = \"uniform(0, p)\"\n[variables.x]\ninitial = -1e-3\n
[rules.r]\nhazard = 2\neffects = [\"x += sum(trust[a,B] for a in both if a != B) - 0.5\", \"trust[a,B] -= 0.1 for a in both if a != B\"]\n
[rules.s]\neffects = [\"x = 3\"]\nbranches.b = { weight = 2, effects = [\"x -= drawn\"] }\nbranches.c = { weight = 3 }\n
[outcomes.o]\nvalue = \"x\"\n";
        let scenario = Scenario::from_toml(text, "t.toml", &NoFiles).unwrap();
        let (with, factors) = scenario.with_factors(Scope::Numbers, 0.5, 2.0).unwrap();
        let set: Vec<String> = with.settings().iter().map(|(name, text)| format!("{name}: {text}")).collect();
        let expected = [
            "rules.r.hazard: (2) * rate_of_r",
            "p: (0.5) * factor_of_1",
            "trust[A,B]: (0.25) * factor_of_2",
            "x: (-0.001) * factor_of_3",
            "rules.r.effects: [\"x += factor_of_4 * (sum(trust[a,B] for a in both if a != B) - 0.5)\", \"trust[a,B] -= factor_of_4 * (0.1) for a in both if a != B\"]",
            "rules.s.branches.b.weight: (2) * factor_of_5",
            "rules.s.branches.c.weight: (3) * factor_of_6",
        ];
        assert_eq!(set, expected);
        assert_eq!(factors.len(), expected.len());
    }
}
