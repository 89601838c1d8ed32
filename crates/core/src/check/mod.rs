//! A document becomes a model, or a list of everything that is wrong with it.
//!
//! In four passes, each over the whole document, so that one error hides no other: *declare* reads every section
//! into definitions, *types* checks every expression with its names, *ground* writes them out over actors into
//! indices, and *lints* looks at the finished model for what is legal and suspect.

mod actors;
mod aggregates;
mod calendar;
mod constant;
mod draws;
mod evidence;
mod fields;
mod ground;
mod lints;
mod observed;
mod order;
mod outcomes;
mod rules;
mod state;
mod symbols;
mod types;
mod variants;

use crate::calendar::Calendar;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Table, Text, Value};
use crate::keys::{Key, SECTIONS, Section};
use crate::load::Document;
use crate::model::{Model, SourceId, VariantName};
use crate::source::{SourceMap, Span};

pub(crate) use fields::example;
use fields::{Fields, What};
use foldhash::fast::RandomState;
pub(crate) use observed::observations;
use symbols::Symbol;

/// A map whose hashes are made fast; names of a file need no defence against each other.
type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
/// A set of the same kind.
type HashSet<K> = std::collections::HashSet<K, RandomState>;

/// Checks a document. The model is there where nothing is an error.
pub(crate) fn check(document: &Document, sources: &SourceMap, found: &mut Vec<Diagnostic>) -> Option<Model> {
    let mut checker = Checker::of(document, sources, SECTIONS);
    let model = checker.run();
    let failed = checker.found.iter().any(Diagnostic::is_error);
    found.append(&mut checker.found);
    if failed { None } else { Some(model) }
}

/// What the passes share.
struct Checker<'a> {
    document: &'a Document,
    sources: &'a SourceMap,
    /// The sections that the document may have.
    sections: &'static [Section],
    found: Vec<Diagnostic>,
    /// Names of the shared namespace.
    symbols: HashMap<String, (Symbol, Span)>,
    /// Those of them by which no file goes, but what a file calls wrongly should.
    aliases: HashSet<String>,
    source_ids: HashMap<String, SourceId>,
    /// Names that something uses: actors and parameters.
    used: HashSet<String>,
    model: Model,
    definitions: Definitions,
    ground: ground::Grounding,
}

/// What the sections say, expressions parsed and not yet written out.
#[derive(Default)]
struct Definitions {
    parameters: Vec<state::ParameterDefinition>,
    ties: Vec<state::TieDefinition>,
    channels: Vec<state::Drift>,
    attributes: Vec<state::AttributeDefinition>,
    variables: Vec<state::VariableDefinition>,
    indices: Vec<state::IndexDefinition>,
    rules: Vec<rules::RuleDefinition>,
    outcomes: Vec<outcomes::OutcomeDefinition>,
}

impl<'a> Checker<'a> {
    fn of(document: &'a Document, sources: &'a SourceMap, sections: &'static [Section]) -> Self {
        Self {
            document,
            sources,
            sections,
            found: Vec::new(),
            symbols: HashMap::default(),
            aliases: HashSet::default(),
            source_ids: HashMap::default(),
            used: HashSet::default(),
            model: empty_model(document),
            definitions: Definitions::default(),
            ground: ground::Grounding::default(),
        }
    }

    fn run(&mut self) -> Model {
        self.declare_sections();
        self.declare_symbols();
        self.declare_sources();
        self.declare_calendar();
        self.declare_actors();
        self.declare_state();
        self.declare_rules();
        self.declare_outcomes();
        self.declare_variants();

        self.type_parameters();
        self.type_state();
        self.type_indices();
        self.type_rules();
        self.type_outcomes();

        self.expand_rules();
        self.ground_parameters();
        self.ground_state();
        self.ground_indices();
        self.ground_rules();
        self.ground_outcomes();
        self.finish();

        if !self.found.iter().any(Diagnostic::is_error) {
            self.lint();
        }
        std::mem::replace(&mut self.model, empty_model(self.document))
    }

    fn error(&mut self, code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) {
        self.found.push(Diagnostic::new(code, span, message));
    }

    /// The named entries of a section: name, place of the name, table. What is no table is reported by
    /// [`Checker::declare_sections`].
    fn entries(&self, section: &str) -> Vec<(&'a str, Span, &'a Table)> {
        let Some(table) = self.document.root.table(section) else { return Vec::new() };
        let entry = |(name, entry): (&'a String, &'a crate::document::Entry)| match &entry.node.value {
            Value::Table(table) => Some((name.as_str(), entry.key, table)),
            _ => None,
        };
        table.entries.iter().filter_map(entry).collect()
    }

    /// Opens a named entry for reading, and reports its unknown and missing keys.
    fn open(
        &mut self,
        section: &str,
        singular: &'static str,
        name: &'a str,
        span: Span,
        table: &'a Table,
    ) -> Fields<'a, 'a> {
        Fields::new(table, What::Named(singular, name), self.keys_of(section), span, &mut self.found)
    }

    /// The keys of a section.
    fn keys_of(&self, section: &str) -> &'static [Key] {
        self.section(section).map_or(&[][..], |s| s.keys)
    }

    fn section(&self, name: &str) -> Option<&'static Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// Every section is known, and a table of tables.
    fn declare_sections(&mut self) {
        let known: Vec<&str> = self.sections.iter().map(|s| s.name).collect();
        for (name, entry) in &self.document.root.entries {
            let Some(section) = self.section(name) else {
                let diagnostic = if crate::keys::is_for_later(None, name) {
                    fields::for_later(name, entry.key)
                } else if name == "hindcast" {
                    let message = "`hindcast` is no section of a scenario";
                    Diagnostic::new(Code::UnknownKey, entry.key, message).help(crate::hindcast::GOES)
                } else {
                    Diagnostic::new(Code::UnknownKey, entry.key, format!("there is no section `{name}`"))
                        .maybe_help(crate::names::nearest(name, known.iter().copied()).map_or_else(
                            || Some(format!("the sections are {}", crate::names::list(&known))),
                            |near| Some(format!("did you mean `[{near}]`?")),
                        ))
                };
                self.found.push(diagnostic);
                continue;
            };
            let Value::Table(table) = &entry.node.value else {
                let message =
                    format!("`{name}` is a section, written [{name}], not {}", entry.node.describe());
                self.error(Code::WrongType, entry.node.span, message);
                continue;
            };
            for (key, inner) in table.entries.iter().filter(|_| section.named) {
                if !matches!(inner.node.value, Value::Table(_)) {
                    let message = format!("`{key}` in [{name}] is a table, not {}", inner.node.describe());
                    let needed = section.keys.iter().find(|k| k.required).map_or("...", |k| k.name);
                    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                    let quote = if key.chars().all(is_bare) { "" } else { "\"" };
                    let help = format!("write {quote}{key}{quote} = {{ {needed} = ... }}");
                    self.found.push(Diagnostic::new(Code::WrongType, inner.node.span, message).help(help));
                }
            }
        }
    }

    fn declare_variants(&mut self) {
        for (name, span, table) in self.entries("variants") {
            self.check_name(name, span, "variant");
            let fields = self.open("variants", "variant", name, span, table);
            let about = fields.string("about", &mut self.found);
            self.evidence(&fields);
            self.model.variants.push(VariantName { name: name.to_owned(), about });
        }
    }

    /// The text of a key, with its place.
    fn key_text(&self, name: &str, span: Span) -> Text {
        Text::of_key(name, self.sources.snippet(span), span)
    }
}

fn empty_model(document: &Document) -> Model {
    let start = crate::calendar::Date::new(2000, 1, 1).unwrap_or_default();
    Model {
        id: document.id.clone(),
        title: document.id.clone(),
        question: None,
        world: document.world.clone(),
        as_of: None,
        calendar: Calendar::new(start, crate::calendar::StepUnit::Month, 1),
        trials: 10_000,
        seed: 0,
        sources: Vec::new(),
        actors: Vec::new(),
        groups: Vec::new(),
        channels: Vec::new(),
        attributes: Vec::new(),
        parameters: Vec::new(),
        slots: Vec::new(),
        indices: Vec::new(),
        rules: Vec::new(),
        instances: Vec::new(),
        outcomes: Vec::new(),
        histories: Vec::new(),
        variants: Vec::new(),
        exprs: crate::model::Exprs::default(),
    }
}
