//! A variant and settings over a loaded file.

use std::collections::{BTreeMap, BTreeSet};

use super::Loaded;
use crate::check;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{self, Node, Table, Text, Value};
use crate::settings;
use crate::source::{SourceMap, Span};

/// A document with the world laid under it, and what a variant switches.
pub(crate) struct Document {
    pub(crate) root: Table,
    /// The id: the file's stem.
    pub(crate) id: String,
    /// The id of the world that was laid under it.
    pub(crate) world: Option<String>,
    /// Rules and instances that a variant disables.
    pub(crate) disabled: Vec<Text>,
    /// What a variant forces, and the dates.
    pub(crate) forced: Vec<(Text, Node)>,
    /// Ties that a variant or settings gave a start: they need no evidence.
    pub(crate) set_ties: BTreeSet<String>,
    /// The channels by which ties are named, where settings change these on the way.
    pub(crate) channels: Option<Table>,
    /// The variant that was laid over it.
    pub(crate) variant: Option<String>,
    /// How many files there were before settings.
    pub(crate) files: usize,
    /// The settings, by their place, of which a later one leaves nothing.
    pub(crate) undone: BTreeSet<usize>,
}

impl Document {
    /// A document that stands by itself.
    pub(crate) fn plain(root: Table, id: String) -> Self {
        Self {
            root,
            id,
            world: None,
            disabled: Vec::new(),
            forced: Vec::new(),
            set_ties: BTreeSet::new(),
            channels: None,
            variant: None,
            files: usize::MAX,
            undone: BTreeSet::new(),
        }
    }

    pub(crate) fn is_scenario(&self) -> bool {
        self.root.get("scenario").is_some()
    }

    /// Whether the variant or a setting says it, or a part of it, in place of the file. It has not the evidence, then, of what
    /// the file says.
    pub(crate) fn is_set(&self, node: &Node) -> bool {
        let variants = self.root.table("variants").zip(self.variant.as_ref());
        let variant = variants.and_then(|(variants, name)| variants.table(name));
        node.span.file.0 as usize >= self.files
            || variant.is_some_and(|variant| variant.holds(node.span))
            || matches!(&node.value, Value::Table(table) if table.entries.values().any(|e| self.is_set(&e.node)))
    }

    /// Whether the evidence in a table is not of a value in it: the value is set, and the evidence is not.
    pub(crate) fn lacks_evidence(&self, table: &Table, value: Option<&Node>) -> bool {
        value.is_some_and(|value| self.is_set(value))
            && !table.get("evidence").is_some_and(|evidence| self.is_set(&evidence.node))
    }
}

impl Loaded {
    /// The document with a variant and settings over it, of a scenario that was checked.
    pub(crate) fn resolved(&self, variant: Option<&str>, set: &[(String, String)]) -> Document {
        self.document(variant, set, &mut self.sources.clone(), &mut Vec::new())
    }

    pub(super) fn document(
        &self,
        variant: Option<&str>,
        set: &[(String, String)],
        sources: &mut SourceMap,
        found: &mut Vec<Diagnostic>,
    ) -> Document {
        let before = (sources.clone(), found.len());
        let document = self.with_changes((self.root.clone(), None), variant, set, sources, found);
        let of_variant = variant.and_then(|name| self.root.table("variants")?.table(name)?.table("set"));
        let names = of_variant.iter().flat_map(|set| set.entries.keys());
        let mut names = names.chain(set.iter().map(|(name, _)| name));
        if !names.any(|name| name.trim_start().starts_with("channels")) {
            return document;
        }
        // What is set may make one dyad of two or two of one: the same over the ties as the files write them.
        *sources = before.0;
        found.truncate(before.1);
        let channels = document.root.clone_section("channels");
        let mut ties = Table::empty(self.root.span);
        for own in &self.ties {
            ties.overlay(&settings::canonical_ties(own.clone(), &channels, found), 1);
        }
        let mut root = self.root.clone();
        if let Some(entry) = root.entries.get_mut("ties") {
            entry.node.value = Value::Table(ties);
        }
        self.with_changes((root, Some(channels)), variant, set, sources, found)
    }

    /// A document with a variant and settings put into it; its ties are named by the channels, those of the tree where none are
    /// given.
    fn with_changes(
        &self,
        (root, channels): (Table, Option<Table>),
        variant: Option<&str>,
        set: &[(String, String)],
        sources: &mut SourceMap,
        found: &mut Vec<Diagnostic>,
    ) -> Document {
        let mut document = Document {
            root,
            id: self.id.clone(),
            world: self.world.clone(),
            disabled: Vec::new(),
            forced: Vec::new(),
            set_ties: BTreeSet::new(),
            channels,
            variant: variant.map(str::to_owned),
            files: self.sources.files().count(),
            undone: BTreeSet::new(),
        };
        if let Some(name) = variant {
            self.apply_variant(name, &mut document, found);
        }
        // Those of one thing by its section and name, as all paths begin.
        let mut alike: BTreeMap<Vec<String>, Vec<(usize, Vec<String>)>> = BTreeMap::new();
        for (place, (name, text)) in set.iter().enumerate() {
            let node = document::parse_setting(sources, name, text);
            let file = sources.add(format!("--set {name}"), name.as_str());
            let key = Text::of_key(name, name, Span::new(file, 0..name.len()));
            let Some(path) = settings::set(&mut document, &key, node, true, found) else { continue };
            let earlier = alike.entry(path.iter().take(2).cloned().collect()).or_default();
            let undone = earlier.iter().filter(|(_, earlier)| settings::undoes(&path, earlier));
            document.undone.extend(undone.map(|(place, _)| *place));
            earlier.push((place, path));
        }
        document
    }

    fn apply_variant(&self, name: &str, document: &mut Document, found: &mut Vec<Diagnostic>) {
        let Some(variant) = self.root.table("variants").and_then(|v| v.table(name)) else {
            let file = self.sources.files().next().map_or("the scenario", |file| file.name());
            let help = crate::names::suggest_any(name, &self.variants(), "the scenario has no [variants]");
            let message = format!("{file} has no variant `{name}`");
            found.push(Diagnostic::new(Code::UnknownVariant, None, message).help(help));
            return;
        };
        let text_of = |key: &str, span: Span| Text::of_key(key, self.sources.snippet(span), span);
        let mut settings = Vec::new();
        for (key, entry) in variant.table("set").iter().flat_map(|t| &t.entries) {
            let sections = match &entry.node.value {
                // A path without quotes, which TOML reads as tables: rules.joint_exercise.cooldown = "6 months".
                Value::Table(table) => settings::spelt_out(key, table),
                _ => Vec::new(),
            };
            if sections.is_empty() {
                settings.push((text_of(key, entry.key), &entry.node));
            }
            settings
                .extend(sections.into_iter().map(|(path, e)| (Text::of_key(&path, &path, e.key), &e.node)));
        }
        let mut set: Vec<(Vec<String>, &Text)> = Vec::new();
        for (key, node) in &settings {
            let Some(path) = settings::set(document, key, (*node).clone(), false, found) else { continue };
            let span = |key: &Text| key.span(0..key.value.len());
            let undone = |(other, _): &&(Vec<String>, &Text)| {
                settings::undoes(&path, other) || settings::undoes(other, &path)
            };
            if let Some((_, first)) = set.iter().find(undone) {
                let message = format!("one variant sets both `{}` and `{}`", first.value, key.value);
                found.push(
                    Diagnostic::new(Code::Exclusive, span(key), message)
                        .related(span(first), "the first")
                        .help("keep one of them: their order decides nothing"),
                );
            }
            set.push((path, key));
        }
        for (key, entry) in variant.table("force").iter().flat_map(|t| &t.entries) {
            // A branch without quotes, which TOML reads as a table: joint_exercise.quiet = 2014-01-01.
            let Value::Table(branches) = &entry.node.value else {
                document.forced.push((text_of(key, entry.key), entry.node.clone()));
                continue;
            };
            for (branch, entry) in &branches.entries {
                let name = format!("{key}.{branch}");
                document.forced.push((Text::of_key(&name, &name, entry.key), entry.node.clone()));
            }
        }
        match variant.node("disable") {
            None => {}
            Some(node) => match &node.value {
                Value::Array(items) => {
                    for item in items {
                        match &item.value {
                            Value::String(text) => document.disabled.push(text.clone()),
                            _ => found.push(wrong_list(name, item)),
                        }
                    }
                }
                _ => found.push(wrong_list(name, node)),
            },
        }
        for key in ["set", "force"] {
            if let Some(entry) = variant.get(key)
                && variant.table(key).is_none()
            {
                let message =
                    format!("`{key}` of variant `{name}` takes a table, not {}", entry.node.describe());
                found.push(
                    Diagnostic::new(Code::WrongType, entry.node.span, message)
                        .maybe_help(check::example(key)),
                );
            }
        }
    }
}

fn wrong_list(variant: &str, node: &Node) -> Diagnostic {
    let message = format!("`disable` of variant `{variant}` takes a list of rules, not {}", node.describe());
    let rule = if let Value::String(text) = &node.value { &text.value } else { "rule" };
    Diagnostic::new(Code::WrongType, node.span, message).help(format!("write disable = [\"{rule}\"]"))
}
