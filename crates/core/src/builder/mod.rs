//! Scenarios built in Rust, without TOML: the same checks as a file's.
//!
//! ```
//! use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
//!
//! let scenario = ScenarioBuilder::new("dice", "2024-01-01", "day", 10)
//!     .variable("sixes", 0.0)
//!     .rule("throw", Rule::new().chance("1 / 6").effect("sixes += 1"))
//!     .event("three_sixes", Event::when("sixes >= 3"))
//!     .build()?;
//! assert_eq!(scenario.model().instances.len(), 1);
//! # Ok::<(), cordiale_core::Report>(())
//! ```

mod parts;
mod text;

use parts::Part;
use text::{count, date, whole};
use toml::{Table, Value as Node};

pub use parts::{
    Actor, Attribute, Branch, Channel, Event, Evidence, Group, Index, Level, Levels, Parameter, Rule, Source,
    Tie, Value, Variable, Variant,
};
pub use text::{Actors, Deadline, Quantity, Setting, Span};

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::document;
use crate::scenario::{NoFiles, Resolver, Scenario};
use crate::source::{self, FileId};

/// Builds a scenario; what it makes is a document of the language, which [`ScenarioBuilder::to_toml`] shows.
///
/// What takes one value, such as a title or a limit, can be said again, and the last counts. What has a name, such as a rule,
/// a branch or what a variant sets, can be given once: a second of its name is an error.
#[derive(Clone, Debug)]
pub struct ScenarioBuilder {
    id: String,
    /// What is said of the scenario itself.
    scenario: Part,
    /// The other sections.
    root: Part,
}

/// The folder in which a scenario that has no file is said to lie.
pub(crate) const FOLDER: &str = "<built>/";

impl ScenarioBuilder {
    /// Begins a scenario: its id (what its file would be called, without folder and ending), its start as `2013-09-01`,
    /// the length of a step (`day`, `week`, `month`, `quarter`, `year`) and its horizon.
    #[must_use]
    pub fn new(id: &str, start: &str, step: &str, horizon: impl Into<Span>) -> Self {
        let builder = Self { id: id.to_owned(), scenario: Part::default(), root: Part::default() };
        builder.with("start", date(start)).with("step", step).with("horizon", horizon.into().0)
    }

    fn with(self, key: &str, value: impl Into<Node>) -> Self {
        Self { scenario: self.scenario.with(key, value), ..self }
    }

    fn named(self, section: &str, name: &str, part: Part) -> Self {
        Self { root: self.root.named(section, name, part), ..self }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self, title: &str) -> Self {
        self.with("title", title)
    }

    /// What is asked.
    #[must_use]
    pub fn question(self, question: &str) -> Self {
        self.with("question", question)
    }

    /// A line on it.
    #[must_use]
    pub fn about(self, about: &str) -> Self {
        self.with("about", about)
    }

    /// One more thing that the whole rests on. Changes no number.
    #[must_use]
    pub fn evidence(self, evidence: Evidence) -> Self {
        Self { scenario: self.scenario.evidence(evidence), ..self }
    }

    /// The world that it extends.
    #[must_use]
    pub fn world(self, world: &str) -> Self {
        self.with("world", world)
    }

    /// How many trials are run where nothing else is said.
    #[must_use]
    pub fn trials(self, trials: u64) -> Self {
        self.with("trials", count(trials))
    }

    /// The seed where nothing else is said.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.with("seed", whole(seed))
    }

    /// A source, by its title or with more on it: what [`Evidence`] can point to.
    #[must_use]
    pub fn source(self, name: &str, source: impl Into<Source>) -> Self {
        self.named("sources", name, source.into().0)
    }

    /// An actor: its id in capitals, and its name or more on it.
    #[must_use]
    pub fn actor(self, id: &str, actor: impl Into<Actor>) -> Self {
        self.named("actors", id, actor.into().0)
    }

    /// A group of actors.
    #[must_use]
    pub fn group(self, name: &str, group: impl Into<Group>) -> Self {
        self.named("groups", name, group.into().0)
    }

    /// An attribute: a number of each actor, with its starts.
    #[must_use]
    pub fn attribute(self, name: &str, attribute: Attribute) -> Self {
        self.named("attributes", name, attribute.0)
    }

    /// A kind of tie.
    #[must_use]
    pub fn channel(self, name: &str, channel: Channel) -> Self {
        self.named("channels", name, channel.0)
    }

    /// A tie, as `arms[RUS,CHN]`: what it starts at, or more on it.
    #[must_use]
    pub fn tie(self, name: &str, tie: impl Into<Tie>) -> Self {
        self.named("ties", name, tie.into().0)
    }

    /// A variable: what it starts at, or more on it, such as a range.
    #[must_use]
    pub fn variable(self, name: &str, variable: impl Into<Variable>) -> Self {
        self.named("variables", name, variable.into().0)
    }

    /// A parameter: a number or a distribution, drawn once a trial.
    #[must_use]
    pub fn parameter(self, name: &str, parameter: impl Into<Parameter>) -> Self {
        self.named("parameters", name, parameter.into().0)
    }

    /// An index: a named expression of the state, or of the state and actors.
    #[must_use]
    pub fn index(self, name: &str, index: impl Into<Index>) -> Self {
        self.named("indices", name, index.into().0)
    }

    /// A rule.
    #[must_use]
    pub fn rule(self, name: &str, rule: Rule) -> Self {
        self.named("rules", name, rule.0)
    }

    /// An event outcome.
    #[must_use]
    pub fn event(self, name: &str, event: Event) -> Self {
        self.named("outcomes", name, event.0)
    }

    /// A value outcome: the number that is asked for, or more on it, such as a deadline.
    #[must_use]
    pub fn value(self, name: &str, value: impl Into<Value>) -> Self {
        self.named("outcomes", name, value.into().0)
    }

    /// A levels outcome.
    #[must_use]
    pub fn levels(self, name: &str, levels: Levels) -> Self {
        self.named("outcomes", name, levels.0)
    }

    /// A variant.
    #[must_use]
    pub fn variant(self, name: &str, variant: Variant) -> Self {
        self.named("variants", name, variant.0)
    }

    /// The document as text, as a file would hold it. What was given twice stands there once, as it was first.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let scenario = ("scenario".to_owned(), Node::Table(self.scenario.table.clone()));
        std::iter::once(scenario).chain(self.root.table.clone()).collect::<Table>().to_string()
    }

    /// Checks and builds the scenario. Places in errors are those of [`ScenarioBuilder::to_toml`].
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn build(&self) -> Result<Scenario, Report> {
        self.build_with(&NoFiles)
    }

    /// The same, with world files found by a resolver: for it the scenario lies in no folder, so that of files the world is
    /// looked for in the current directory.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn build_with(&self, resolver: &dyn Resolver) -> Result<Scenario, Report> {
        let text = self.to_toml();
        let built = Scenario::from_toml(&text, &format!("{FOLDER}{}.toml", self.id), &NoFolder(resolver));
        if self.root.twice.is_empty() {
            return built;
        }
        let report = built.as_ref().map_or_else(Report::clone, |scenario| scenario.warnings().clone());
        let twice = self.root.twice.iter().map(|path| given_twice(&text, path));
        Err(report.of_the_same(report.diagnostics().iter().cloned().chain(twice).collect()))
    }
}

fn given_twice(text: &str, path: &[String]) -> Diagnostic {
    let name = path.join(".");
    let message = format!("`{name}` is given twice");
    // The text is the first of the files.
    let first = document::place(text, path).map(|place| source::Span::new(FileId(0), place));
    Diagnostic::new(Code::DuplicateName, first, message)
        .help("give it another name, or say all of it at once")
}

/// Finds worlds for what lies in no folder.
struct NoFolder<'r>(&'r dyn Resolver);

impl Resolver for NoFolder<'_> {
    fn world(&self, name: &str, from: &str) -> Result<(String, String), String> {
        self.0.world(name, from.strip_prefix(FOLDER).unwrap_or(from))
    }
}
