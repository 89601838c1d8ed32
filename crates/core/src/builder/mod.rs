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

use toml::{Table, Value as Node};

pub use parts::{
    Actor, Attribute, Branch, Channel, Event, Evidence, Group, Index, Levels, Parameter, Rule, Source, Tie,
    Value, Variable, Variant,
};
pub use text::{Actors, Deadline, Quantity, Span};
use text::{date, whole};

use crate::diagnostic::Report;
use crate::scenario::{NoFiles, Resolver, Scenario};

/// Builds a scenario; what it makes is a document of the language, which [`ScenarioBuilder::to_toml`] shows.
#[derive(Clone, Debug)]
pub struct ScenarioBuilder {
    id: String,
    root: Table,
    /// What has a name that is taken: sections of that one thing each.
    again: Vec<Table>,
}

impl ScenarioBuilder {
    /// Begins a scenario: its id (what its file would be called, without folder and ending), its start as `2013-09-01`,
    /// the length of a step (`day`, `week`, `month`, `quarter`, `year`) and its horizon.
    #[must_use]
    pub fn new(id: &str, start: &str, step: &str, horizon: impl Into<Span>) -> Self {
        let builder = Self { id: id.to_owned(), root: Table::new(), again: Vec::new() };
        builder.with("scenario", "start", date(start)).with("scenario", "step", step).with(
            "scenario",
            "horizon",
            horizon.into().0,
        )
    }

    fn with(mut self, section: &str, key: &str, value: impl Into<Node>) -> Self {
        let table = self.root.entry(section).or_insert_with(|| Node::Table(Table::new()));
        let Node::Table(table) = table else { return self };
        // A second title takes the place of the first; a second rule of a name is a slip, which the checks tell.
        if section != "scenario" && table.contains_key(key) {
            let named = Table::from_iter([(key.to_owned(), value.into())]);
            self.again.push(Table::from_iter([(section.to_owned(), Node::Table(named))]));
        } else {
            table.insert(key.to_owned(), value.into());
        }
        self
    }

    /// What it is called.
    #[must_use]
    pub fn title(self, title: &str) -> Self {
        self.with("scenario", "title", title)
    }

    /// What is asked.
    #[must_use]
    pub fn question(self, question: &str) -> Self {
        self.with("scenario", "question", question)
    }

    /// The world that it extends.
    #[must_use]
    pub fn world(self, world: &str) -> Self {
        self.with("scenario", "world", world)
    }

    /// How many trials are run where nothing else is said.
    #[must_use]
    pub fn trials(self, trials: u64) -> Self {
        self.with("scenario", "trials", whole(trials))
    }

    /// The seed where nothing else is said.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.with("scenario", "seed", whole(seed))
    }

    /// A source, by its title or with more on it: what [`Evidence`] can point to.
    #[must_use]
    pub fn source(self, name: &str, source: impl Into<Source>) -> Self {
        self.with("sources", name, source.into().0)
    }

    /// An actor: its id in capitals, and its name or more on it.
    #[must_use]
    pub fn actor(self, id: &str, actor: impl Into<Actor>) -> Self {
        self.with("actors", id, actor.into().0)
    }

    /// A group of actors.
    #[must_use]
    pub fn group(self, name: &str, group: impl Into<Group>) -> Self {
        self.with("groups", name, group.into().0)
    }

    /// An attribute: a number of each actor, with its starts.
    #[must_use]
    pub fn attribute(self, name: &str, attribute: Attribute) -> Self {
        self.with("attributes", name, attribute.0)
    }

    /// A kind of tie.
    #[must_use]
    pub fn channel(self, name: &str, channel: Channel) -> Self {
        self.with("channels", name, channel.0)
    }

    /// A tie, as `arms[RUS,CHN]`: what it starts at, or more on it.
    #[must_use]
    pub fn tie(self, name: &str, tie: impl Into<Tie>) -> Self {
        self.with("ties", name, tie.into().0)
    }

    /// A variable: what it starts at, or more on it, such as a range.
    #[must_use]
    pub fn variable(self, name: &str, variable: impl Into<Variable>) -> Self {
        self.with("variables", name, variable.into().0)
    }

    /// A parameter: a number or a distribution, drawn once a trial.
    #[must_use]
    pub fn parameter(self, name: &str, parameter: impl Into<Parameter>) -> Self {
        self.with("parameters", name, parameter.into().0)
    }

    /// An index: a named expression of the state, or of the state and actors.
    #[must_use]
    pub fn index(self, name: &str, index: impl Into<Index>) -> Self {
        self.with("indices", name, index.into().0)
    }

    /// A rule.
    #[must_use]
    pub fn rule(self, name: &str, rule: Rule) -> Self {
        self.with("rules", name, rule.0)
    }

    /// An event outcome.
    #[must_use]
    pub fn event(self, name: &str, event: Event) -> Self {
        self.with("outcomes", name, event.0)
    }

    /// A value outcome: the number that is asked for, or more on it, such as a deadline.
    #[must_use]
    pub fn value(self, name: &str, value: impl Into<Value>) -> Self {
        self.with("outcomes", name, value.into().0)
    }

    /// A levels outcome.
    #[must_use]
    pub fn levels(self, name: &str, levels: Levels) -> Self {
        self.with("outcomes", name, levels.0)
    }

    /// A variant.
    #[must_use]
    pub fn variant(self, name: &str, variant: Variant) -> Self {
        self.with("variants", name, variant.0)
    }

    /// The document as text, as a file would hold it.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let again = self.again.iter().map(Table::to_string);
        [self.root.to_string()].into_iter().chain(again).collect::<Vec<_>>().join("\n")
    }

    /// Checks and builds the scenario. Places in errors are those of [`ScenarioBuilder::to_toml`].
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn build(&self) -> Result<Scenario, Report> {
        self.build_with(&NoFiles)
    }

    /// The same, with world files found by a resolver.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn build_with(&self, resolver: &dyn Resolver) -> Result<Scenario, Report> {
        Scenario::from_toml(&self.to_toml(), &format!("<built>/{}.toml", self.id), resolver)
    }
}
