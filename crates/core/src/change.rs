//! What one scenario says otherwise than another: their resolved files, laid side by side.

use serde::Serialize;

use crate::check::Document;
use crate::document::{Node, Table, Value};

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
    let mut found = Vec::new();
    tables(&claims(baseline), &claims(variant), "", &mut found);
    let disabled = |document: &Document| -> Vec<String> {
        document.disabled.iter().map(|rule| format!("{:?}", rule.value)).collect()
    };
    let list = |rules: Vec<String>| (!rules.is_empty()).then(|| format!("[{}]", rules.join(", ")));
    push("disable", list(disabled(baseline)), list(disabled(variant)), &mut found);
    let forced = |document: &Document| -> Vec<String> {
        document.forced.iter().map(|(rule, dates)| format!("{:?} = {}", rule.value, text(dates))).collect()
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
        nodes(Some(&entry.node), variant.get(key).map(|e| &e.node), &path_of(key), found);
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
        _ => push(&path, baseline.map(text), variant.map(text), found),
    }
}

/// A value as TOML writes it in a line.
fn text(node: &Node) -> String {
    match &node.value {
        Value::String(text) => format!("{:?}", text.value),
        Value::Number { value, .. } => value.to_string(),
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
