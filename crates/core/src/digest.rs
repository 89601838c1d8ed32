//! A fingerprint of all that was resolved.

use std::fmt::Write as _;

use crate::document::{Node, Table, Value, push_quoted};
use crate::load::Document;
use crate::model::Model;

/// 64 hexadecimal digits over the resolved document: keys in order of their names, so that the order in the files
/// decides nothing; seed, trials, variants (as such) and paths left out.
pub(crate) fn digest(document: &Document, model: &Model) -> String {
    let mut text = String::from("cordiale scenario 1\n");
    let mut sections: Vec<_> = document.root.entries.iter().filter(|(name, _)| *name != "variants").collect();
    sections.sort_by_key(|(name, _)| *name);
    for (name, entry) in sections {
        if let Value::Table(table) = &entry.node.value {
            write_table(table, Within { section: name, depth: 0 }, text.write_name(name));
        }
    }
    for instance in &model.instances {
        if !instance.enabled {
            let _ = writeln!(text, "disabled {}", instance.name);
        }
        for (step, branch) in &instance.forced {
            let _ = writeln!(text, "forced {} {step} {branch:?}", instance.name);
        }
    }
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

trait WriteName {
    fn write_name(&mut self, name: &str) -> &mut Self;
}

impl WriteName for String {
    fn write_name(&mut self, name: &str) -> &mut Self {
        push_quoted(name, self);
        self.push('=');
        self
    }
}

/// Where a table stands: its section, and in how many tables of that.
#[derive(Clone, Copy)]
struct Within<'a> {
    section: &'a str,
    depth: u32,
}

impl Within<'_> {
    /// What claims nothing.
    fn skips(self, key: &str) -> bool {
        match (self.section, self.depth) {
            ("scenario", 0) => matches!(key, "seed" | "trials" | "world" | "format"),
            ("world", 0) => matches!(key, "world" | "format"),
            _ => false,
        }
    }

    /// The names that a rule binds: their order is the order of the actors in the names of instances, and so of streams.
    fn is_ordered(self, key: &str) -> bool {
        (self.section, self.depth, key) == ("rules", 1, "foreach")
    }

    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

fn write_table(table: &Table, within: Within<'_>, text: &mut String) {
    let mut entries: Vec<_> = table.entries.iter().filter(|(key, _)| !within.skips(key)).collect();
    entries.sort_by_key(|(key, _)| *key);
    text.push('{');
    for (key, entry) in entries {
        let text = text.write_name(key);
        match &entry.node.value {
            Value::Table(bound) if within.is_ordered(key) => {
                for (name, entry) in &bound.entries {
                    write_node(&entry.node, within.deeper(), text.write_name(name));
                }
            }
            _ => write_node(&entry.node, within.deeper(), text),
        }
        text.push(';');
    }
    text.push('}');
}

fn write_node(node: &Node, within: Within<'_>, text: &mut String) {
    let _ = match &node.value {
        Value::String(s) => {
            push_quoted(&s.value, text);
            Ok(())
        }
        // Where the double is another number; all others are written as doubles.
        #[expect(clippy::cast_possible_truncation, reason = "that is what is asked")]
        Value::Number { value, whole: Some(whole) } if *value as i128 != *whole => write!(text, "{whole}"),
        Value::Number { value, .. } => write!(text, "{value:?}"),
        Value::Boolean(b) => write!(text, "{b}"),
        Value::Date(date) => write!(text, "date {date}"),
        Value::OtherDate => write!(text, "date"),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_node(item, within, text);
                text.push(',');
            }
            text.push(']');
            Ok(())
        }
        Value::Table(table) => {
            write_table(table, within, text);
            Ok(())
        }
    };
}
