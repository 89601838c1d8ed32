//! What one scenario says otherwise than another: their resolved files, laid side by side.

use serde::Serialize;

use crate::document::{Node, Table, Value, number_text, quoted};
use crate::load::Document;

/// One thing that two scenarios say differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its path, as `--set` takes it.
    pub path: String,
    /// What the baseline says, as TOML; none where it says nothing.
    pub baseline: Option<String>,
    /// What the variant says, as TOML; none where it says nothing.
    pub variant: Option<String>,
}

/// All changes, in the order of the baseline, what it lacks behind.
///
/// An entry that only one of them has, such as a rule, is one change; of an entry that both have each key is its own.
/// Seed, trials and the variants themselves are left out: they are no claims.
pub(crate) fn changes(baseline: &Document, variant: &Document) -> Vec<Change> {
    side_by_side((baseline, &claims(baseline)), (variant, &claims(variant)))
}

/// As [`changes`], and what claims nothing too: seed, number of trials, the name of the world, and every variant.
pub(crate) fn differences(baseline: &Document, variant: &Document) -> Vec<Change> {
    side_by_side((baseline, &baseline.root), (variant, &variant.root))
}

fn side_by_side((baseline, a): (&Document, &Table), (variant, b): (&Document, &Table)) -> Vec<Change> {
    let mut found = Vec::new();
    tables(a, b, "", &mut found);
    let disabled = |document: &Document| -> Vec<String> {
        document.disabled.iter().map(|rule| quoted(&rule.value)).collect()
    };
    let list = |rules: Vec<String>| (!rules.is_empty()).then(|| format!("[{}]", rules.join(", ")));
    push("disable", list(disabled(baseline)), list(disabled(variant)), &mut found);
    let forced = |document: &Document| -> Vec<String> {
        document
            .forced
            .iter()
            .map(|(rule, dates)| format!("{} = {}", quoted(&rule.value), text(dates)))
            .collect()
    };
    let table = |forced: Vec<String>| (!forced.is_empty()).then(|| format!("{{ {} }}", forced.join(", ")));
    push("force", table(forced(baseline)), table(forced(variant)), &mut found);
    found
}

fn push(path: &str, baseline: Option<String>, variant: Option<String>, found: &mut Vec<Change>) {
    if baseline != variant {
        found.push(Change { path: path.to_owned(), baseline, variant });
    }
}

/// The resolved file without what claims nothing.
fn claims(document: &Document) -> Table {
    let mut root = document.root.clone();
    root.entries.shift_remove("variants");
    for section in ["scenario", "world"] {
        if let Some(Value::Table(table)) = root.entries.get_mut(section).map(|entry| &mut entry.node.value) {
            let skipped = ["seed", "trials", "world", "format"];
            table.entries.retain(|key, _| !skipped.contains(&key.as_str()));
        }
    }
    root
}

fn tables(baseline: &Table, variant: &Table, path: &str, found: &mut Vec<Change>) {
    let path_of = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, entry) in &baseline.entries {
        nodes(Some(&entry.node), variant.node(key), &path_of(key), found);
    }
    for (key, entry) in variant.entries.iter().filter(|(key, _)| baseline.get(key).is_none()) {
        nodes(None, Some(&entry.node), &path_of(key), found);
    }
}

fn nodes(baseline: Option<&Node>, variant: Option<&Node>, path: &str, found: &mut Vec<Change>) {
    let empty = |node: &Node| Table::empty(node.span);
    match (baseline.map(|n| (&n.value, n)), variant.map(|n| (&n.value, n))) {
        (Some((Value::Table(a), _)), Some((Value::Table(b), _))) => tables(a, b, path, found),
        // A section that only one of them has: its entries, one by one.
        (Some((Value::Table(a), node)), None) if !path.contains('.') => tables(a, &empty(node), path, found),
        (None, Some((Value::Table(b), node))) if !path.contains('.') => tables(&empty(node), b, path, found),
        _ => push(path, baseline.map(text), variant.map(text), found),
    }
}

/// A value as TOML writes it in a line.
pub(crate) fn text(node: &Node) -> String {
    match &node.value {
        Value::String(text) => quoted(&text.value),
        Value::Number { value, whole } => number_text(*value, *whole),
        Value::Boolean(yes) => yes.to_string(),
        Value::Date(date) => date.to_string(),
        Value::OtherDate => "a date with a time".to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let entries = table.entries.iter().map(|(key, entry)| format!("{key} = {}", text(&entry.node)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::scenario::{NoFiles, Scenario};

    const TEXT: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 12\ntrials = 5\n
[actors]\nAAA = { name = \"A\", kind = \"state\" }\nBBB = { name = \"B\", kind = \"state\" }\n[channels.trust]\n
[ties]\n\"trust[AAA,BBB]\" = { weight = 0.5 }\n[parameters.p]\nvalue = \"0.1 to 0.3\"\n
[rules.talks]\nchance = \"p\"\neffects = [\"trust[AAA,BBB] += 0.1\"]\n[outcomes.o]\nvalue = \"trust[AAA,BBB]\"\n
[variants.quiet]\ndisable = [\"talks\"]\n[variants.early]\nforce = { talks = 2024-03-01 }\n";

    fn told(baseline: &Scenario, variant: &Scenario) -> Vec<String> {
        let shown = |side: &Option<String>| side.as_deref().unwrap_or("nothing").to_owned();
        let changes = baseline.changes_to(variant);
        changes
            .iter()
            .map(|c| format!("{}: {} -> {}", c.path, shown(&c.baseline), shown(&c.variant)))
            .collect()
    }

    #[test]
    fn of_whole_files_seed_trials_and_variants_are_told_too() {
        let load = |text: &str| Scenario::from_toml(text, "t.toml", &NoFiles).unwrap();
        let (head, _) = TEXT.split_at(TEXT.find("[variants.early").unwrap());
        let other = head.replace("trials = 5", "trials = 6").replace("[\"talks\"]", "[]");
        let (a, b) = (load(TEXT), load(&other));
        let paths: Vec<String> = a.differences_to(&b).into_iter().map(|change| change.path).collect();
        assert_eq!(paths, ["scenario.trials", "variants.quiet.disable", "variants.early"]);
        assert_eq!(a.changes_to(&b), []);
        assert_eq!(a.differences_to(&a), []);
    }

    /// Beyond 2^53 a double holds every other whole number at most.
    #[test]
    fn large_whole_numbers_are_told_apart() {
        let load = |seed: u64, priority: i64| {
            let text = TEXT.replace("trials = 5", &format!("seed = {seed}"));
            let text = text.replace("chance = \"p\"", &format!("chance = \"p\"\npriority = {priority}"));
            Scenario::from_toml(&text, "t.toml", &NoFiles).unwrap()
        };
        let (a, b) = (load(9_007_199_254_740_992, i64::MAX - 1), load(9_007_199_254_740_993, i64::MAX));
        let told: Vec<(String, String)> = a
            .differences_to(&b)
            .into_iter()
            .map(|change| (change.baseline.unwrap(), change.variant.unwrap()))
            .collect();
        let expected =
            [("9007199254740992", "9007199254740993"), ("9223372036854775806", "9223372036854775807")];
        assert_eq!(told, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_ne!(a.digest(), b.digest());
        assert_eq!(load(1, 5).digest(), load(2, 5).digest());
    }

    #[test]
    fn what_is_said_otherwise_is_told_and_nothing_else() {
        let load = |text: &str| Scenario::from_toml(text, "t.toml", &NoFiles).unwrap();
        let base = load(TEXT);
        assert_eq!(told(&base, &base.with_variant("quiet").unwrap()), ["disable: nothing -> [\"talks\"]"]);
        let early = base.with_variant("early").unwrap();
        assert_eq!(told(&base, &early), ["force: nothing -> { \"talks\" = 2024-03-01 }"]);
        let set =
            base.with_settings(&[("trust[BBB, AAA]", "0.7"), ("rules.talks.cooldown", "6 months")]).unwrap();
        let expected =
            ["ties.trust[AAA,BBB].weight: 0.5 -> 0.7", "rules.talks.cooldown: nothing -> \"6 months\""];
        assert_eq!(told(&base, &set), expected);
        // Trials, seed and variants claim nothing, and neither do the order of keys or of a tie's actors.
        let other =
            TEXT.replace("trials = 5", "seed = 7").replace("\"trust[AAA,BBB]\" =", "\"trust[BBB,AAA]\" =");
        let (head, variants) = other.split_at(other.find("[variants").unwrap());
        assert!(!variants.is_empty());
        assert_eq!(told(&base, &load(head)), [""; 0]);
        let without = TEXT.replace("[parameters.p]\nvalue = \"0.1 to 0.3\"\n", "").replace("\"p\"", "0.2");
        let expected =
            ["parameters.p: { value = \"0.1 to 0.3\" } -> nothing", "rules.talks.chance: \"p\" -> 0.2"];
        assert_eq!(told(&base, &load(&without)), expected);
    }
}
