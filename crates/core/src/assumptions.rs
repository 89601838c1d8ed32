//! Every number of a scenario, and what it rests on: the raw material of a register of assumptions.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::diagnostic::{Code, Report};
use crate::document::{Node, Table, Value, number_text};
use crate::factors::times;
use crate::load::Document;
use crate::model::{self, Distribution, Family};
use crate::names;
use crate::scenario::Scenario;
use crate::syntax::has_own_number;

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A parameter.
    Parameter,
    /// Where a tie, an attribute or a variable starts.
    Start,
    /// The hazard or chance of a rule.
    Rate,
    /// The sizes of a rule's effects, and the weights of its branches.
    Effect,
    /// When a rule may fire: its guard, cooldown or limit.
    Guard,
    /// How values of a kind decay or drift.
    Drift,
    /// The numbers within an index.
    Index,
    /// Where what is not declared of a kind starts.
    Default,
}

impl Role {
    /// As results spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Start => "start",
            Self::Rate => "rate",
            Self::Effect => "effect",
            Self::Guard => "guard",
            Self::Drift => "drift",
            Self::Index => "index",
            Self::Default => "default",
        }
    }
}

/// A number that was chosen: where it stands, what it is, what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// Its name, as `--set` takes it: `exercise_rate`, `arms[RUS,CHN]`, `rules.talks.hazard`; of several in one place
    /// the place, as `rules.talks.effects`.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The line on it.
    pub about: Option<String>,
    /// Its value as the file writes it.
    pub value: String,
    /// The unit, for people.
    pub unit: Option<String>,
    /// What it rests on, or what the thing it belongs to does.
    pub evidence: Vec<Piece>,
}

/// One piece of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The source's name.
    pub source: Option<String>,
    /// The paragraph in it, from 1.
    pub paragraph: Option<u32>,
    /// The page in it.
    pub page: Option<u32>,
    /// `article`, `record` or `judgement`.
    pub basis: Option<String>,
    /// `low`, `moderate` or `high`.
    pub confidence: Option<String>,
    /// Whether it is contradicted.
    pub disputed: bool,
    /// What it says.
    pub note: Option<String>,
}

/// What becomes of numbers whose source is not believed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doubt {
    /// Each is multiplied by a factor of its own, log-uniform in this range; an even chance where it was yes or no.
    Widened(f64, f64),
    /// Rules that rest on it are disabled and ties that do start at their channel's default; the rest is widened by
    /// this range.
    Removed(f64, f64),
}

impl Scenario {
    /// Every number that was chosen, in the order of the file by kind: parameters, starts, rates, effects, guards,
    /// defaults, drifts, indices. Expressions of nothing but names, 0 and 1 hold no choice and are left out.
    #[must_use]
    pub fn assumptions(&self) -> Vec<Assumption> {
        let document = self.resolved();
        let root = &document.root;
        let mut found = Vec::new();
        for (name, table) in tables(root, "parameters") {
            found.extend(row(&document, name.to_owned(), Role::Parameter, table, table.node("value")));
        }
        for (name, table) in tables(root, "ties") {
            found.extend(row(&document, name.to_owned(), Role::Start, table, table.node("weight")));
        }
        for (name, table) in tables(root, "attributes") {
            for (actor, entry) in table.table("values").iter().flat_map(|values| &values.entries) {
                found.extend(row(
                    &document,
                    format!("{name}[{actor}]"),
                    Role::Start,
                    table,
                    Some(&entry.node),
                ));
            }
        }
        for (name, table) in tables(root, "variables") {
            found.extend(row(&document, name.to_owned(), Role::Start, table, table.node("initial")));
        }
        self.rules(&document, &mut found);
        for section in ["channels", "attributes"] {
            for (name, table) in tables(root, section) {
                let node = table.node("default");
                found.extend(row(&document, format!("{section}.{name}.default"), Role::Default, table, node));
            }
        }
        for section in ["channels", "attributes", "variables", "ties"] {
            for (name, table) in tables(root, section) {
                for key in ["decay", "volatility"] {
                    let node = table.node(key);
                    found.extend(row(&document, format!("{section}.{name}.{key}"), Role::Drift, table, node));
                }
            }
        }
        for (name, table) in tables(root, "indices") {
            let node = table.node("value").filter(|node| is_choice(node));
            found.extend(row(&document, format!("indices.{name}.value"), Role::Index, table, node));
        }
        found
    }

    fn rules(&self, document: &Document, found: &mut Vec<Assumption>) {
        let model = self.model();
        let enabled = model.rules.iter().filter(|rule| model.is_enabled(rule));
        let enabled: BTreeSet<&str> = enabled.map(|rule| rule.name.as_str()).collect();
        let rules: Vec<(&str, &Table)> =
            tables(&document.root, "rules").filter(|(name, _)| enabled.contains(name)).collect();
        for (name, table) in &rules {
            for key in ["hazard", "chance"] {
                let node = table.node(key);
                found.extend(row(document, format!("rules.{name}.{key}"), Role::Rate, table, node));
            }
        }
        for (name, table) in &rules {
            let effects = table.node("effects").filter(|node| is_choice(node));
            found.extend(row(document, format!("rules.{name}.effects"), Role::Effect, table, effects));
            for (branch, entry) in table.table("branches").iter().flat_map(|branches| &branches.entries) {
                let Value::Table(inner) = &entry.node.value else { continue };
                for key in ["weight", "effects"] {
                    let node = inner.node(key).filter(|node| is_choice(node));
                    let path = format!("rules.{name}.branches.{branch}.{key}");
                    found.extend(row(document, path, Role::Effect, table, node));
                }
            }
        }
        for (name, table) in &rules {
            for key in ["when", "cooldown", "limit"] {
                let node = table.node(key).filter(|node| key != "when" || is_choice(node));
                found.extend(row(document, format!("rules.{name}.{key}"), Role::Guard, table, node));
            }
        }
    }

    /// The same scenario, with the parameters, starts and rules that rest on a source in doubt, and the names of what was
    /// changed. A piece of evidence that names the source is enough.
    ///
    /// # Errors
    /// Where there is no such source, or not 0 < low < high, both finite; or what is wrong with what comes out.
    pub fn without_source(&self, source: &str, doubt: Doubt) -> Result<(Self, Vec<String>), Report> {
        let known: Vec<&str> = self.model().sources.iter().map(|source| source.name.as_str()).collect();
        if !known.contains(&source) {
            let help = names::suggest_any(source, &known, "the scenario has no [sources]");
            let message = format!("there is no source `{source}`");
            return Err(Report::without_place(Code::BadEvidence, message, Some(help)));
        }
        let (Doubt::Widened(low, high) | Doubt::Removed(low, high)) = doubt;
        let removes = matches!(doubt, Doubt::Removed(..));
        let rests = |a: &&Assumption| a.evidence.iter().any(|piece| piece.source.as_deref() == Some(source));
        let (mut factors, mut settings, mut touched) = (Vec::new(), Vec::new(), Vec::new());
        let mut disabled: Vec<String> = Vec::new();
        for assumption in self.assumptions().iter().filter(rests) {
            let rule = assumption.name.strip_prefix("rules.").and_then(|rest| rest.split('.').next());
            match (assumption.role, rule) {
                (_, Some(rule)) if removes => {
                    if !disabled.iter().any(|known| known == rule) {
                        disabled.push(rule.to_owned());
                        touched.push(format!("rules.{rule}"));
                        settings.push((format!("rules.{rule}.enabled"), "false".to_owned()));
                    }
                    continue;
                }
                (Role::Start, None) if removes => {
                    if let Some(default) = self.default_of(&assumption.name) {
                        touched.push(assumption.name.clone());
                        settings.push((assumption.name.clone(), default.to_string()));
                        continue;
                    }
                }
                (Role::Parameter | Role::Start | Role::Rate, _) => {}
                _ => continue,
            }
            touched.push(assumption.name.clone());
            if self.is_yes_or_no(&assumption.name) {
                settings.push((assumption.name.clone(), "bernoulli(0.5)".to_owned()));
            } else {
                factors.push((assumption.name.clone(), assumption.value.clone()));
            }
        }
        let changed = self.with_doubts(&factors, settings, low, high)?;
        Ok((changed, touched))
    }

    /// Whether a parameter or a start is one draw of yes or no, and nothing beside it.
    fn is_yes_or_no(&self, name: &str) -> bool {
        let model = self.model();
        let parameter = model.parameters.iter().find(|parameter| parameter.name == name);
        let start = || model.slot(name).map(|slot| model.slots[slot.index()].start);
        let value = parameter.map(|parameter| parameter.value).or_else(start);
        let Some(model::Node::Draw(draw)) = value.map(|value| model.exprs.node(value)) else { return false };
        matches!(model.exprs.draw(draw).distribution, Distribution::Family(Family::Bernoulli, _))
    }

    /// What a tie starts at where the file is silent.
    fn default_of(&self, name: &str) -> Option<f64> {
        let channel = name.split_once('[')?.0;
        self.model().channels.iter().find(|c| c.name == channel).map(|c| c.default)
    }

    /// The same scenario with settings, and numbers of these names and texts each multiplied by a parameter of its own
    /// that is log-uniform in a range.
    fn with_doubts(
        &self,
        factors: &[(String, String)],
        mut settings: Vec<(String, String)>,
        low: f64,
        high: f64,
    ) -> Result<Self, Report> {
        let prefix = self.unused_prefix("doubt_of_");
        let mut names = Vec::new();
        for (place, (name, text)) in factors.iter().enumerate() {
            let factor = format!("{prefix}{place}");
            settings.push((name.clone(), times(name, text, &factor)));
            names.push(factor);
        }
        self.with_log_uniform(&names, (low, high), settings)
    }
}

/// The tables of a section, in the order of the file.
fn tables<'a>(root: &'a Table, section: &str) -> impl Iterator<Item = (&'a str, &'a Table)> {
    let entries = root.table(section).into_iter().flat_map(|table| &table.entries);
    entries.filter_map(|(name, entry)| match &entry.node.value {
        Value::Table(table) => Some((name.as_str(), table)),
        _ => None,
    })
}

/// A row of the register, for a value that stands in a table.
fn row(
    document: &Document,
    name: String,
    role: Role,
    table: &Table,
    value: Option<&Node>,
) -> Option<Assumption> {
    let bare = document.lacks_evidence(table, value);
    Some(Assumption {
        name,
        role,
        about: string(table, "about"),
        value: shown(value?),
        unit: string(table, "unit"),
        evidence: if bare { Vec::new() } else { pieces(table) },
    })
}

/// Whether an expression, or one of a list, holds a number of its own other than 0 and 1.
fn is_choice(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => has_own_number(&text.value),
        Value::Number { value, .. } => *value != 0.0 && *value != 1.0,
        Value::Array(items) => items.iter().any(is_choice),
        _ => false,
    }
}

/// A value as a reader of the register wants it: without quotes.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.value.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number { value, whole } => number_text(*value, *whole),
        Value::Boolean(yes) => yes.to_string(),
        Value::Date(date) => date.to_string(),
        Value::OtherDate => String::new(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("; "),
        Value::Table(table) => {
            let entries = table.entries.iter().map(|(key, entry)| format!("{key} {}", shown(&entry.node)));
            entries.collect::<Vec<_>>().join(", ")
        }
    }
}

fn string(table: &Table, key: &str) -> Option<String> {
    table.text(key).map(|text| text.value.clone())
}

fn pieces(table: &Table) -> Vec<Piece> {
    let Some(entry) = table.get("evidence") else { return Vec::new() };
    let nodes: Vec<&Node> = match &entry.node.value {
        Value::Array(items) => items.iter().collect(),
        _ => vec![&entry.node],
    };
    let piece = |node: &Node| {
        let Value::Table(table) = &node.value else { return None };
        let whole = |key: &str| match table.get(key).map(|e| &e.node.value) {
            Some(Value::Number { whole: Some(n), .. }) => u32::try_from(*n).ok(),
            _ => None,
        };
        Some(Piece {
            source: string(table, "source"),
            paragraph: whole("paragraph"),
            page: whole("page"),
            basis: string(table, "basis"),
            confidence: string(table, "confidence"),
            disputed: matches!(table.get("disputed").map(|e| &e.node.value), Some(Value::Boolean(true))),
            note: string(table, "note"),
        })
    };
    nodes.into_iter().filter_map(piece).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Assumption, Doubt, Role};
    use crate::scenario::{NoFiles, Scenario};

    const TEXT: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[sources.a]\ntitle = \"A\"\n[sources.b]\ntitle = \"B\"\n
[actors]\nAAA = { name = \"A\", kind = \"state\" }\nBBB = { name = \"B\", kind = \"state\" }\n
[channels.trust]\ndefault = 0.2\ndecay = { half_life = \"2 years\", toward = 0.1 }\n
[ties.\"trust[AAA,BBB]\"]\nweight = 0.5\nevidence = { source = \"a\", basis = \"article\", paragraph = 3, disputed = true }\n
[parameters.p]\nvalue = \"uniform(0.1, 0.3)\"\nunit = \"per year\"\nevidence = [{ source = \"a\", basis = \"record\" }, { basis = \"judgement\", confidence = \"low\" }]\n
[parameters.yes]\nvalue = \"bernoulli(0.9)\"\nevidence = { source = \"a\", basis = \"record\" }\n
[indices.plain]\nvalue = \"1 - trust[AAA,BBB]\"\n[indices.weighed]\nvalue = \"0.3 * plain\"\n
[rules.talks]\nhazard = \"p\"\ncooldown = \"3 months\"\nwhen = \"yes > 0\"\neffects = [\"trust[AAA,BBB] += 0.1\"]\nevidence = { source = \"a\", basis = \"record\" }\n
[rules.off]\nhazard = 2\nenabled = false\neffects = [\"trust[AAA,BBB] += 0.1\"]\n[outcomes.o]\nvalue = \"weighed\"\n";

    fn of(text: &str) -> Scenario {
        Scenario::from_toml(text, "t.toml", &NoFiles).unwrap()
    }

    #[test]
    fn a_draw_of_yes_or_no_is_one_alone() {
        for (text, is_one) in [
            ("bernoulli(0.3)", true),
            ("bernoulli (p * (1 - p))", true),
            ("bernoulli(0.3) * uniform(1, 2)", false),
            ("bernoulli(0.3) + (1)", false),
        ] {
            let scenario = of(&TEXT.replace("bernoulli(0.9)", text));
            assert_eq!(scenario.is_yes_or_no("yes"), is_one, "{text}");
            assert!(!scenario.is_yes_or_no("p") && !scenario.is_yes_or_no("trust[AAA,BBB]"));
        }
    }

    #[test]
    fn what_is_set_has_not_the_evidence_of_what_it_replaces() {
        let text = format!("{TEXT}[variants.wild.set]\np = 0.9\n");
        let evidence = |scenario: &Scenario, name: &str| {
            let all = scenario.assumptions();
            all.into_iter().find(|a| a.name == name).map(|a| a.evidence.len())
        };
        assert_eq!(evidence(&of(&text), "p"), Some(2));
        let wild = of(&text).with_variant("wild").unwrap();
        assert_eq!((evidence(&wild, "p"), evidence(&wild, "yes")), (Some(0), Some(1)));
        let set =
            of(&text).with_settings(&[("trust[BBB,AAA]", "0.9"), ("rules.talks.hazard", "0.1")]).unwrap();
        let [tie, hazard, cooldown] =
            ["trust[AAA,BBB]", "rules.talks.hazard", "rules.talks.cooldown"].map(|name| evidence(&set, name));
        assert_eq!((tie, hazard, cooldown), (Some(0), Some(0), Some(1)));
        // In part, and with evidence of its own; and the model says the same.
        let part = of(&text).with_settings(&[("channels.trust.decay.toward", "0.9")]).unwrap();
        assert_eq!(evidence(&part, "channels.trust.decay"), Some(0));
        let own = [("p", "0.7"), ("parameters.p.evidence", "{ source = \"b\", basis = \"record\" }")];
        assert_eq!(evidence(&of(&text).with_settings(&own).unwrap(), "p"), Some(1));
        let of_model = |scenario: &Scenario| {
            let parameter = scenario.model().parameters.iter().find(|p| p.name == "p").unwrap();
            (
                parameter.evidence.len(),
                scenario.model().slots[0].evidence.len(),
                scenario.warnings().to_string(),
            )
        };
        assert_eq!(of_model(&wild), (0, 1, wild.warnings().to_string()));
        let (_, tie, warnings) = of_model(&set);
        assert!(tie == 0 && !warnings.contains("W108"), "{warnings}");
    }

    #[test]
    fn every_number_that_was_chosen_is_listed() {
        let found = of(TEXT).assumptions();
        let told = |a: &Assumption| format!("{:?} {} = {}, {}", a.role, a.name, a.value, a.evidence.len());
        let expected = [
            "Parameter p = uniform(0.1, 0.3), 2",
            "Parameter yes = bernoulli(0.9), 1",
            "Start trust[AAA,BBB] = 0.5, 1",
            "Rate rules.talks.hazard = p, 1",
            "Effect rules.talks.effects = trust[AAA,BBB] += 0.1, 1",
            "Guard rules.talks.cooldown = 3 months, 1",
            "Default channels.trust.default = 0.2, 0",
            "Drift channels.trust.decay = half_life 2 years, toward 0.1, 0",
            "Index indices.weighed.value = 0.3 * plain, 0",
        ];
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
        assert!(
            found.iter().all(|a| a.role != Role::Parameter || a.evidence[0].source.as_deref() == Some("a"))
        );
        let tie = &found[2].evidence[0];
        assert_eq!((tie.paragraph, tie.disputed, tie.basis.as_deref()), (Some(3), true, Some("article")));
    }

    #[test]
    fn what_rests_on_a_source_can_be_doubted() {
        let scenario = of(TEXT);
        let said = scenario.without_source("sorce", Doubt::Removed(0.5, 2.0)).unwrap_err().to_string();
        assert!(said.contains("there is no source `sorce`"), "{said}");
        let told = |doubt| {
            let (changed, touched) = scenario.without_source("a", doubt).unwrap();
            let changes = scenario.changes_to(&changed).into_iter();
            let changes = changes.filter(|c| !c.path.starts_with("parameters.doubt_of_"));
            (touched, changes.map(|c| format!("{} {}", c.path, c.variant.unwrap())).collect::<Vec<_>>())
        };
        let (touched, changes) = told(Doubt::Widened(0.5, 2.0));
        assert_eq!(touched, ["p", "yes", "trust[AAA,BBB]", "rules.talks.hazard"]);
        let expected = [
            "ties.trust[AAA,BBB].weight \"(0.5) * doubt_of_1\"",
            "parameters.p.value \"(uniform(0.1, 0.3)) * doubt_of_0\"",
            "parameters.yes.value \"bernoulli(0.5)\"",
            "rules.talks.hazard \"(p) * doubt_of_2\"",
        ];
        assert_eq!(changes, expected);
        let (touched, changes) = told(Doubt::Removed(0.5, 2.0));
        assert_eq!(touched, ["p", "yes", "trust[AAA,BBB]", "rules.talks"]);
        let removed = ["ties.trust[AAA,BBB].weight 0.2", "rules.talks.enabled false"];
        assert!(removed.iter().all(|line| changes.iter().any(|c| c == line)), "{changes:?}");
        let (same, touched) = scenario.without_source("b", Doubt::Widened(0.5, 2.0)).unwrap();
        assert_eq!((touched.len(), same.digest()), (0, scenario.digest()));
    }
}
