//! What an outcome asks, word for word: its own terms, and every index behind them.

use serde::Serialize;

use crate::change::text;
use crate::document::{Node, Table, Value};
use crate::scenario::Scenario;

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// A key of the outcome (`when`, `value`, `sustained`, `by`, `given`, or the name of a level), or an index, with the names
    /// of its arguments.
    pub name: String,
    /// As the file writes it, in a line.
    pub text: String,
}

impl Scenario {
    /// What an outcome asks: its terms, then each index that these name or that such an index names, in the order in which
    /// they are met; nothing where there is no such outcome.
    #[must_use]
    pub fn definition(&self, outcome: &str) -> Vec<Definition> {
        let root = self.resolved().root;
        let Some(terms) = root.table("outcomes").and_then(|outcomes| outcomes.table(outcome)) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for key in ["when", "value", "sustained", "by", "given"] {
            if let Some(node) = terms.node(key) {
                found.push(Definition { name: key.to_owned(), text: line(node) });
            }
        }
        if let Some(Node { value: Value::Array(levels), .. }) = terms.node("levels") {
            found.extend(levels.iter().filter_map(level));
        }
        let mut next = 0;
        while let Some(Definition { text, .. }) = found.get(next) {
            let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let indices: Vec<Definition> = words.filter_map(|word| index(&root, word)).collect();
            for index in indices {
                if !found.contains(&index) {
                    found.push(index);
                }
            }
            next += 1;
        }
        found
    }
}

/// A level and its condition; that without one is all the rest.
fn level(node: &Node) -> Option<Definition> {
    let Value::Table(level) = &node.value else { return None };
    let text = level.node("when").map_or_else(|| "otherwise".to_owned(), line);
    Some(Definition { name: level.text("name")?.value.clone(), text })
}

fn index(root: &Table, name: &str) -> Option<Definition> {
    let index = root.table("indices")?.table(name)?;
    let arguments = match index.node("of") {
        Some(Node { value: Value::Array(of), .. }) => {
            format!("[{}]", of.iter().map(line).collect::<Vec<_>>().join(","))
        }
        _ => String::new(),
    };
    Some(Definition { name: format!("{name}{arguments}"), text: line(index.node("value")?) })
}

/// A value in a line, a text without its quotes.
fn line(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.value.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => text(node),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::scenario::{NoFiles, Scenario};

    #[test]
    fn an_outcome_is_told_with_every_index_behind_it() {
        let text = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[actors]\nAAA = { name = \"A\", kind = \"state\" }\n
BBB = { name = \"B\", kind = \"state\" }\n[channels.trust]\n[parameters.enough]\nvalue = 0.5\n
[ties]\n\"trust[AAA,BBB]\" = { weight = 0.5 }\n
[indices.idle]\nvalue = \"1\"\n[indices.bond]\nof = [\"a\", \"b\"]\nvalue = \"\"\"trust[a,b]\n  / 2\"\"\"\n
[indices.close]\nvalue = \"bond[AAA,BBB] + bond[BBB,AAA]\"\n
[outcomes.allies]\nwhen = \"close > enough\"\nsustained = 3\nby = 2024-06-01\n
[outcomes.state]\nlevels = [{ name = \"near\", when = \"close > 0\" }, { name = \"far\" }]\n";
        let scenario = Scenario::from_toml(text, "t.toml", &NoFiles).unwrap();
        let told = |outcome: &str| -> Vec<String> {
            scenario.definition(outcome).iter().map(|d| format!("{}: {}", d.name, d.text)).collect()
        };
        let behind = ["close: bond[AAA,BBB] + bond[BBB,AAA]", "bond[a,b]: trust[a,b] / 2"];
        let allies = ["when: close > enough", "sustained: 3", "by: 2024-06-01"];
        assert_eq!(told("allies"), [&allies[..], &behind].concat());
        assert_eq!(told("state"), [&["near: close > 0", "far: otherwise"][..], &behind].concat());
        assert_eq!(told("nothing"), [""; 0]);
    }
}
