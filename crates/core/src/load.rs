//! From text to a checked scenario: worlds are found and laid under it; `resolve` lays a variant and settings over it.

use crate::check;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::document::{self, MAX_BYTES, Parsed, Table, Value};
use crate::hindcast;
use crate::model::Model;
use crate::scenario::Resolver;
use crate::settings;
use crate::source::{SourceMap, Span};
use crate::world;

mod resolve;

pub(crate) use resolve::Document;

/// Worlds may extend each other this many times in a row.
const MAX_WORLDS: usize = 32;

/// A file with its worlds laid under it, before settings, variants and checks.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) sources: SourceMap,
    pub(crate) root: Table,
    /// The ties of each file as it writes them, worlds first: which of them are one follows from the channels.
    ties: Vec<Table>,
    id: String,
    world: Option<String>,
    /// What reading the files found: empty where they can be run.
    pub(crate) found: Vec<Diagnostic>,
    /// Lines that are no TOML, and are left out.
    lost: String,
    /// The rules, by their places, that never fire in the file itself and do in a variant.
    in_variants: Vec<Option<Span>>,
}

/// What to check a loaded file as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Scenario,
    World,
    Either,
}

/// A checked document, its model, and what is suspect in it.
pub(crate) struct Checked {
    pub(crate) model: Model,
    pub(crate) document: Document,
    pub(crate) warnings: Report,
    pub(crate) sources: SourceMap,
}

impl Checked {
    /// Whether the rule or outcome of which was said that it can never fire or change is there, a rule enabled, and nothing says
    /// so here.
    fn brings_to_life(&self, dead: &Diagnostic) -> bool {
        let is_told = |d: &Diagnostic| d.code == dead.code && d.span == dead.span;
        let here = |span: Span| Some(span) == dead.span;
        let is_there = match dead.code {
            Code::NeverFires => self.model.rules.iter().any(|r| here(r.span) && self.model.is_enabled(r)),
            _ => self.model.outcomes.iter().any(|outcome| here(outcome.span)),
        };
        is_there && !self.warnings.diagnostics().iter().any(is_told)
    }
}

/// Reads a file and the worlds that it names.
pub(crate) fn load(text: &str, name: &str, resolver: &dyn Resolver) -> Result<Loaded, Report> {
    let mut loader = Loader {
        sources: SourceMap::default(),
        layers: Vec::new(),
        is_scenario: false,
        found: Vec::new(),
        lost: Some(String::new()),
        resolver,
    };
    let read = loader.file(text, name, &mut Vec::new());
    let Loader { sources, layers, mut found, lost, .. } = loader;
    if let Some(own) = layers.last().filter(|own| hindcast::is_hindcast(own)) {
        let at = own.get("hindcast").map(|entry| entry.key);
        let message = "this says what happened, not what may happen";
        found.push(Diagnostic::new(Code::NotScenario, at, message).help(hindcast::GOES));
        return Err(Report::new(sources, found));
    }
    match (read, layers.last(), lost) {
        (Some(world), Some(own), Some(lost)) => {
            let start = Span { start: 0, end: 0, ..own.span };
            let ties = layers.iter().map(|layer| layer.clone_section("ties")).collect();
            let root = lay_together(layers, start, &mut found);
            let id = stem(name);
            Ok(Loaded { sources, root, ties, id, world, found, lost, in_variants: Vec::new() })
        }
        _ => Err(Report::new(sources, found)),
    }
}

struct Loader<'a> {
    sources: SourceMap,
    /// The files that were read, each above the world that it names.
    layers: Vec<Table>,
    /// Whether the first is no world.
    is_scenario: bool,
    found: Vec<Diagnostic>,
    /// Lines that are no TOML; nothing where there is no telling which they are.
    lost: Option<String>,
    resolver: &'a dyn Resolver,
}

impl Loader<'_> {
    /// Reads a file, and before it the worlds under it; the id of the nearest world.
    fn file(&mut self, text: &str, name: &str, chain: &mut Vec<String>) -> Option<Option<String>> {
        if let Some(diagnostic) = too_large(text, name) {
            self.found.push(diagnostic);
            return None;
        }
        let file = self.sources.add(name, text);
        let Parsed { table: root, lost } = document::parse(&self.sources, file, &mut self.found);
        self.lost = self.lost.take().zip(lost).map(|(before, lost)| before + &lost);
        if chain.is_empty() {
            self.is_scenario = root.get("scenario").is_some();
        }
        if let (Some(scenario), Some(world), true) =
            (root.get("scenario"), root.get("world"), chain.is_empty())
        {
            let message = "the file has a [world] and a [scenario] section";
            let help = "a world goes into a file of its own, which the scenario names: world = \"name.toml\"";
            self.found.push(
                Diagnostic::new(Code::NotScenario, world.key, message)
                    .related(scenario.key, "the scenario")
                    .help(help),
            );
        }
        chain.push(name.to_owned());
        let world = self.world_below(&root, name, chain);
        chain.pop();
        self.layers.push(root);
        Some(world)
    }

    /// Reads the world that a file names; its id.
    fn world_below(&mut self, root: &Table, from: &str, chain: &mut Vec<String>) -> Option<String> {
        let section = ["scenario", "world"].into_iter().find_map(|name| root.table(name))?;
        let named = section.text("world")?;
        let span = named.span(0..named.value.len());
        let (text, shown) = match self.world_text(&named.value, from) {
            Ok(found) => found,
            Err((message, help)) => {
                self.found.push(Diagnostic::new(Code::UnknownWorld, span, message).maybe_help(help));
                return None;
            }
        };
        let circle = chain.iter().position(|file| *file == shown).map(|first| &chain[first + 1..]);
        if circle.is_some() || chain.len() - usize::from(self.is_scenario) >= MAX_WORLDS {
            // One file may have many names, by way of `..`.
            let is_known = || self.sources.files().any(|file| file.text() == text);
            let message = match circle {
                Some(others @ [_, ..]) => {
                    format!("`{}` extends itself, by way of {}", named.value, others.join(", "))
                }
                Some([]) => format!("`{}` extends itself", named.value),
                None if is_known() => format!("`{}` extends itself", named.value),
                None => format!(
                    "`{}` is beyond the {MAX_WORLDS} worlds that may extend each other in a row",
                    named.value
                ),
            };
            let diagnostic = Diagnostic::new(Code::WorldCircle, span, message);
            self.found.push(diagnostic.help("take one `world = ...` out"));
            return None;
        }
        self.file(&text, &shown, chain)?;
        let world = self.layers.last_mut()?;
        let is_slip = world.get("scenario").is_none() && misspells_its_section(world);
        if !is_slip && (world.get("world").is_none() || world.get("scenario").is_some()) {
            let message = format!(
                "`{}` is no world: it has {}",
                named.value,
                if world.get("scenario").is_some() { "a [scenario] section" } else { "no [world] section" }
            );
            self.found.push(
                Diagnostic::new(Code::NotScenario, span, message).help("name a file with a [world] section"),
            );
            world.entries.shift_remove("scenario");
        }
        let id = self.layers.iter().rev().find_map(|layer| layer.table("world")?.text("id"));
        Some(id.map_or_else(|| stem(&shown), |id| id.value.clone()))
    }

    fn world_text(&self, name: &str, from: &str) -> Result<(String, String), (String, Option<String>)> {
        if name.ends_with(".toml") {
            return self.resolver.world(name, from).map_err(|message| (message, None));
        }
        match world::built_in().iter().find(|(id, _)| *id == name) {
            Some((id, text)) => Ok(((*text).to_owned(), format!("<world {id}>"))),
            None => {
                let ids: Vec<&str> = world::built_in().iter().map(|(id, _)| *id).collect();
                let near = crate::names::nearest(name, ids.iter().copied());
                let help = match near {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!(
                        "the built-in worlds are {}; a file's name ends in .toml",
                        crate::names::list(&ids)
                    ),
                };
                Err((format!("there is no built-in world `{name}`"), Some(help)))
            }
        }
    }
}

/// What is told of a text that is longer than a file may be.
pub(crate) fn too_large(text: &str, name: &str) -> Option<Diagnostic> {
    (text.len() > MAX_BYTES).then(|| {
        let message =
            format!("{name} has {} MiB; a scenario may have up to {}", text.len() >> 20, MAX_BYTES >> 20);
        Diagnostic::new(Code::TooLarge, None, message).help("is it the file you meant?")
    })
}

/// The file's stem: its name without folders and ending.
pub(crate) fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => file.to_owned(),
    }
}

/// Lays files together, worlds first. Which ties are of one dyad is known only when all that is said of the channels is.
fn lay_together(layers: Vec<Table>, start: Span, found: &mut Vec<Diagnostic>) -> Table {
    let (mut root, mut channels) = (Table::empty(start), Table::empty(start));
    layers.iter().filter_map(|layer| layer.table("channels")).for_each(|own| channels.overlay(own, 1));
    for mut layer in layers {
        if let Some(Value::Table(ties)) = layer.entries.get_mut("ties").map(|e| &mut e.node.value) {
            *ties =
                settings::canonical_ties(std::mem::replace(ties, Table::empty(ties.span)), &channels, found);
        }
        lay_over(&mut root, &layer);
    }
    root
}

/// Lays a file over its world: entries key by key, an attribute's `values` actor by actor.
fn lay_over(base: &mut Table, over: &Table) {
    for (name, entry) in &over.entries {
        let Value::Table(section) = &entry.node.value else {
            base.entries.insert(name.clone(), entry.clone());
            continue;
        };
        let Some(Value::Table(mine)) = base.entries.get_mut(name).map(|e| &mut e.node.value) else {
            base.entries.insert(name.clone(), entry.clone());
            continue;
        };
        if name == "rules" {
            for (rule, entry) in &section.entries {
                if let (Some(Value::Table(mine)), Value::Table(theirs)) =
                    (mine.entries.get_mut(rule).map(|e| &mut e.node.value), &entry.node.value)
                {
                    for (key, other) in [("chance", "hazard"), ("hazard", "chance")] {
                        if theirs.get(key).is_some() {
                            mine.entries.shift_remove(other);
                        }
                    }
                }
            }
        }
        match name.as_str() {
            "world" | "scenario" => mine.overlay(section, 0),
            "attributes" => overlay_attributes(mine, section),
            _ => mine.overlay(section, 1),
        }
    }
}

fn overlay_attributes(mine: &mut Table, theirs: &Table) {
    let merged: Vec<(String, Table)> = theirs
        .entries
        .keys()
        .filter_map(|name| {
            let mut values = mine.table(name)?.table("values")?.clone();
            values.overlay(theirs.table(name)?.table("values")?, 0);
            Some((name.clone(), values))
        })
        .collect();
    mine.overlay(theirs, 1);
    for (name, values) in merged {
        if let Some(Value::Table(attribute)) = mine.entries.get_mut(&name).map(|e| &mut e.node.value)
            && let Some(entry) = attribute.entries.get_mut("values")
        {
            entry.node.value = Value::Table(values);
        }
    }
}

impl Loaded {
    /// The names of the variants.
    pub(crate) fn variants(&self) -> Vec<&str> {
        let Some(variants) = self.root.table("variants") else { return Vec::new() };
        let names = variants.entries.keys().filter(|name| variants.table(name).is_some());
        names.map(String::as_str).collect()
    }

    /// Checks the file with a variant and settings over it.
    pub(crate) fn check(
        &self,
        variant: Option<&str>,
        set: &[(String, String)],
        wanted: Wanted,
    ) -> Result<Checked, Report> {
        let mut sources = self.sources.clone();
        let mut found = self.found.clone();
        let document = self.document(variant, set, &mut sources, &mut found);
        check_form(&document, wanted, &mut found);
        let model = check::check(&document, &sources, &mut found);
        if found.iter().any(|d| matches!(d.code, Code::UnknownWorld | Code::WorldCircle)) {
            found.retain(|d| is_wrong_anyway(d.code));
        }
        if !self.lost.is_empty() {
            found.retain(|d| is_wrong_anyway(d.code) || is_unknown_anyway(d, &self.lost));
        }
        found.retain(|diagnostic| !self.is_of_no_concern(diagnostic));
        match model.filter(|_| !found.iter().any(Diagnostic::is_error)) {
            None => Err(Report::new(sources, found)),
            Some(model) => {
                Ok(Checked { document, model, warnings: Report::new(sources.clone(), found), sources })
            }
        }
    }

    /// A rule that never fires is meant not to, where a variant has it fire; so are outcomes that a variant lets change.
    fn is_of_no_concern(&self, diagnostic: &Diagnostic) -> bool {
        is_dead(diagnostic) && self.in_variants.contains(&diagnostic.span)
    }

    /// Checks the file as it stands, and all its variants: what is wrong with any of them comes in one report, and what is
    /// suspect in their own lines beside what is so in the file.
    pub(crate) fn check_all(&mut self, wanted: Wanted) -> Result<(Checked, Vec<Diagnostic>), Report> {
        let mut base = self.check(None, &[], wanted);
        let mut all: Vec<Diagnostic> =
            base.as_ref().err().map_or_else(Vec::new, |report| report.diagnostics().to_vec());
        let known: Vec<(Option<Span>, Code)> = all.iter().map(|d| (d.span, d.code)).collect();
        let (mut suspect, mut in_variants) = (Vec::new(), Vec::new());
        for name in self.variants() {
            let told = |d: &Diagnostic| {
                let message = format!("{} (in variant `{name}`)", d.message);
                Diagnostic { message, ..d.clone() }
            };
            match self.check(Some(name), &[], Wanted::Either) {
                Err(report) => {
                    let own = report.diagnostics().iter();
                    all.extend(own.filter(|d| d.is_error() && !known.contains(&(d.span, d.code))).map(told));
                }
                Ok(checked) => {
                    let dead = base.iter().flat_map(|base| base.warnings.diagnostics());
                    let alive = dead.filter(|d| is_dead(d) && checked.brings_to_life(d));
                    in_variants.extend(alive.map(|d| d.span));
                    let lines = self.root.table("variants").and_then(|variants| variants.table(name));
                    let is_own =
                        |d: &&Diagnostic| d.span.zip(lines).is_some_and(|(span, lines)| lines.holds(span));
                    suspect.extend(checked.warnings.diagnostics().iter().filter(is_own).map(told));
                }
            }
        }
        self.in_variants = in_variants;
        if let Ok(base) = &mut base {
            base.warnings.retain(|diagnostic| !self.is_of_no_concern(diagnostic));
        }
        match base {
            Ok(checked) if all.is_empty() => Ok((checked, suspect)),
            _ => Err(Report::new(self.sources.clone(), all)),
        }
    }
}

/// Whether it says that a rule never fires, or that an outcome never changes.
fn is_dead(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code, Code::NeverFires | Code::NothingChanges)
}

/// Whether something is wrong whatever a world may hold that could not be found.
fn is_wrong_anyway(code: Code) -> bool {
    use Code::{
        BadChoice, BadDate, BadDuration, BadEffect, BadName, BeforeStart, ChainedComparison, ChanceRange,
        Format, NotScenario, ReservedName, Syntax, Toml, TooDeep, UnknownKey, UnknownWorld, Unprintable,
        WorldCircle, WrongType,
    };
    matches!(
        code,
        Toml | UnknownKey
            | WrongType
            | BadName
            | ReservedName
            | UnknownWorld
            | WorldCircle
            | NotScenario
            | Format
            | BadDate
            | BadDuration
            | BeforeStart
            | BadChoice
            | BadEffect
            | ChanceRange
            | Unprintable
            | Syntax
            | TooDeep
            | ChainedComparison
    )
}

/// Whether a name is unknown whatever was meant by lines that are no TOML: none of them has it.
fn is_unknown_anyway(diagnostic: &Diagnostic, lost: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = diagnostic.message.split('`').skip(1).step_by(2);
    matches!(diagnostic.code, Code::UnknownName | Code::UnknownFunction | Code::Arguments)
        && names.all(|name| !lost.split(|c| !is_letter(c)).any(|word| word == name))
}

/// Whether a section is probably [scenario] or [world], with a slip in its name, which is told where it stands.
fn misspells_its_section(root: &Table) -> bool {
    let near = |name: &String| crate::names::nearest(name, ["scenario", "world"]).is_some();
    root.entries.keys().any(|name| crate::keys::section(name).is_none() && near(name))
}

/// A file is a scenario, with [scenario], or a world, with [world].
fn check_form(document: &Document, wanted: Wanted, found: &mut Vec<Diagnostic>) {
    let scenario = document.root.get("scenario");
    let world = document.root.get("world").filter(|_| document.world.is_none());
    if scenario.is_none() && misspells_its_section(&document.root) {
        return;
    }
    match (scenario, world) {
        (None, _) if wanted == Wanted::Scenario => {
            let message = if world.is_some() {
                "this is a world, not a scenario"
            } else {
                "there is no [scenario] section"
            };
            let help = "a scenario has [scenario] with `start` and `horizon`; `cordiale new DIR` writes one to begin from";
            let start = Span { start: 0, end: 0, ..document.root.span };
            found.push(Diagnostic::new(Code::NotScenario, start, message).help(help));
        }
        (Some(section), _) if wanted == Wanted::World => {
            found.push(
                Diagnostic::new(Code::NotScenario, section.key, "this is a scenario, not a world")
                    .help("a world has [world] in place of [scenario]"),
            );
        }
        (None, None) if document.root.get("world").is_none() => {
            let start = Span { start: 0, end: 0, ..document.root.span };
            let message = "there is neither a [scenario] nor a [world] section";
            let help = "a scenario has [scenario] with `start` and `horizon`; `cordiale new DIR` writes one to begin from";
            found.push(Diagnostic::new(Code::NotScenario, start, message).help(help));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn a_stem_has_neither_folder_nor_ending() {
        let cases = [
            ("a.toml", "a"),
            ("b/c/a.b.toml", "a.b"),
            ("b\\UP.TOML", "UP"),
            ("ok.tml", "ok"),
            ("b.d/plain", "plain"),
            (".hidden", ".hidden"),
        ];
        for (name, id) in cases {
            assert_eq!(stem(name), id, "{name}");
        }
    }
}
