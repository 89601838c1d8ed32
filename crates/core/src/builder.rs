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

use toml::{Table, Value};

use crate::diagnostic::Report;
use crate::scenario::{NoFiles, Resolver, Scenario};

/// A number or an expression, as a key of a file takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity(Value);

impl From<f64> for Quantity {
    fn from(number: f64) -> Self {
        Self(Value::Float(number))
    }
}

impl From<i32> for Quantity {
    fn from(number: i32) -> Self {
        Self(Value::Float(f64::from(number)))
    }
}

impl From<bool> for Quantity {
    fn from(condition: bool) -> Self {
        Self(Value::Boolean(condition))
    }
}

impl From<&str> for Quantity {
    fn from(expression: &str) -> Self {
        Self(Value::String(expression.to_owned()))
    }
}

impl From<String> for Quantity {
    fn from(expression: String) -> Self {
        Self(Value::String(expression))
    }
}

/// A duration: a text such as `"18 months"`, or a number of steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Span(Value);

impl From<&str> for Span {
    fn from(text: &str) -> Self {
        Self(Value::String(text.to_owned()))
    }
}

impl From<u32> for Span {
    fn from(steps: u32) -> Self {
        Self(Value::Integer(i64::from(steps)))
    }
}

fn date(text: &str) -> Value {
    // What is no date stays a text, and the checks say so at its place.
    text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Datetime)
}

/// What is larger than numbers of TOML is a text, and the checks say so at its place.
fn whole(number: u64) -> Value {
    i64::try_from(number).map_or_else(|_| Value::String(number.to_string()), Value::Integer)
}

fn dates(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|text| date(text)).collect())
}

fn strings(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|text| Value::String((*text).to_owned())).collect())
}

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
        builder
            .with("scenario", "start", date(start))
            .with("scenario", "step", Value::String(step.to_owned()))
            .with("scenario", "horizon", horizon.into().0)
    }

    fn with(mut self, section: &str, key: &str, value: Value) -> Self {
        let table = self.root.entry(section).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(table) = table else { return self };
        // A second title takes the place of the first; a second rule of a name is a slip, which the checks tell.
        if section != "scenario" && table.contains_key(key) {
            let named = Table::from_iter([(key.to_owned(), value)]);
            self.again.push(Table::from_iter([(section.to_owned(), Value::Table(named))]));
        } else {
            table.insert(key.to_owned(), value);
        }
        self
    }

    fn entry(self, section: &str, name: &str, keys: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let table: Table = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        self.with(section, name, Value::Table(table))
    }

    /// What it is called.
    #[must_use]
    pub fn title(self, title: &str) -> Self {
        self.with("scenario", "title", title.into())
    }

    /// What is asked.
    #[must_use]
    pub fn question(self, question: &str) -> Self {
        self.with("scenario", "question", question.into())
    }

    /// The world that it extends.
    #[must_use]
    pub fn world(self, world: &str) -> Self {
        self.with("scenario", "world", world.into())
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

    /// An actor: its id in capitals and its name.
    #[must_use]
    pub fn actor(self, id: &str, name: &str) -> Self {
        self.entry("actors", id, [("name", name.into())])
    }

    /// A group of actors.
    #[must_use]
    pub fn group(self, name: &str, members: &[&str]) -> Self {
        self.entry("groups", name, [("members", strings(members))])
    }

    /// An attribute: a number of each actor, with its starts.
    #[must_use]
    pub fn attribute(self, name: &str, attribute: Attribute) -> Self {
        self.with("attributes", name, Value::Table(attribute.0))
    }

    /// A kind of tie.
    #[must_use]
    pub fn channel(self, name: &str, channel: Channel) -> Self {
        self.with("channels", name, Value::Table(channel.0))
    }

    /// A tie, as `arms[RUS,CHN]`, and what it starts at.
    #[must_use]
    pub fn tie(self, name: &str, weight: impl Into<Quantity>) -> Self {
        self.entry("ties", name, [("weight", weight.into().0)])
    }

    /// A variable with no range, and what it starts at.
    #[must_use]
    pub fn variable(self, name: &str, initial: impl Into<Quantity>) -> Self {
        self.variable_with(name, Variable::new(initial))
    }

    /// A variable with a range, a decay or a drift.
    #[must_use]
    pub fn variable_with(self, name: &str, variable: Variable) -> Self {
        self.with("variables", name, Value::Table(variable.0))
    }

    /// A parameter: a number or a distribution, drawn once a trial.
    #[must_use]
    pub fn parameter(self, name: &str, value: impl Into<Quantity>) -> Self {
        self.entry("parameters", name, [("value", value.into().0)])
    }

    /// An index: a named expression of the state.
    #[must_use]
    pub fn index(self, name: &str, value: impl Into<Quantity>) -> Self {
        self.entry("indices", name, [("value", value.into().0)])
    }

    /// An index of actors, used as `name[A,B]`.
    #[must_use]
    pub fn index_of(self, name: &str, of: &[&str], value: impl Into<Quantity>) -> Self {
        self.entry("indices", name, [("of", strings(of)), ("value", value.into().0)])
    }

    /// A rule.
    #[must_use]
    pub fn rule(self, name: &str, rule: Rule) -> Self {
        self.with("rules", name, Value::Table(rule.0))
    }

    /// An event outcome.
    #[must_use]
    pub fn event(self, name: &str, event: Event) -> Self {
        self.with("outcomes", name, Value::Table(event.0))
    }

    /// A value outcome.
    #[must_use]
    pub fn value(self, name: &str, value: impl Into<Quantity>) -> Self {
        self.entry("outcomes", name, [("value", value.into().0)])
    }

    /// A levels outcome: names and conditions in order, the last without one.
    #[must_use]
    pub fn levels(self, name: &str, levels: &[(&str, Option<&str>)]) -> Self {
        let level = |(name, when): &(&str, Option<&str>)| {
            let mut table = Table::new();
            table.insert("name".into(), (*name).into());
            if let Some(when) = when {
                table.insert("when".into(), (*when).into());
            }
            Value::Table(table)
        };
        self.entry("outcomes", name, [("levels", Value::Array(levels.iter().map(level).collect()))])
    }

    /// A variant.
    #[must_use]
    pub fn variant(self, name: &str, variant: Variant) -> Self {
        self.with("variants", name, Value::Table(variant.0))
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

/// Puts a key into a table inside a table.
fn within(mut outer: Table, table: &str, key: &str, value: Value) -> Table {
    if let Value::Table(table) = outer.entry(table).or_insert_with(|| Value::Table(Table::new())) {
        table.insert(key.to_owned(), value);
    }
    outer
}

/// What parts of a builder share: a table that keys are put into.
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name(Table);

        impl $name {
            fn with(mut self, key: &str, value: Value) -> Self {
                self.0.insert(key.to_owned(), value);
                self
            }

            /// A line on it.
            #[must_use]
            pub fn about(self, about: &str) -> Self {
                self.with("about", about.into())
            }
        }
    )*};
}

parts! {
    /// An attribute under construction.
    Attribute;
    /// A channel under construction.
    Channel;
    /// A variable under construction.
    Variable;
    /// A rule under construction.
    Rule;
    /// An event outcome under construction.
    Event;
    /// A variant under construction.
    Variant;
}

/// The methods of whatever has a range and drifts.
macro_rules! drifting {
    ($($name:ident)*) => {$(
        impl $name {
            /// The clamp, low and high; infinite ends allowed.
            #[must_use]
            pub fn range(self, low: f64, high: f64) -> Self {
                self.with("range", Value::Array(vec![low.into(), high.into()]))
            }

            /// A return to `toward` (a number, `"start"` or an expression of parameters), half of the way in this time.
            #[must_use]
            pub fn decay(self, half_life: impl Into<Span>, toward: impl Into<Quantity>) -> Self {
                Self(within(within(self.0, "decay", "half_life", half_life.into().0), "decay", "toward", toward.into().0))
            }

            /// A random drift of this size per square root of a year.
            #[must_use]
            pub fn volatility(self, volatility: impl Into<Quantity>) -> Self {
                self.with("volatility", volatility.into().0)
            }
        }
    )*};
}

drifting!(Attribute Channel Variable);

impl Attribute {
    /// An attribute that starts at this where no value is given.
    #[must_use]
    pub fn new(default: f64) -> Self {
        Self::default().with("default", default.into())
    }

    /// What it starts at for one actor.
    #[must_use]
    pub fn start(self, actor: &str, value: impl Into<Quantity>) -> Self {
        Self(within(self.0, "values", actor, value.into().0))
    }
}

impl Channel {
    /// A channel in which `x[A,B]` and `x[B,A]` differ.
    #[must_use]
    pub fn directed() -> Self {
        Self::default().with("directed", true.into())
    }

    /// A channel in which they are the same.
    #[must_use]
    pub fn undirected() -> Self {
        Self::default()
    }

    /// What an undeclared dyad starts at.
    #[must_use]
    pub fn default_weight(self, weight: f64) -> Self {
        self.with("default", weight.into())
    }
}

impl Variable {
    /// A variable and what it starts at.
    #[must_use]
    pub fn new(initial: impl Into<Quantity>) -> Self {
        Self::default().with("initial", initial.into().0)
    }
}

impl Rule {
    /// A rule that fires each step, until something narrows it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A condition on the state.
    #[must_use]
    pub fn when(self, condition: impl Into<Quantity>) -> Self {
        self.with("when", condition.into().0)
    }

    /// The chance a step.
    #[must_use]
    pub fn chance(self, chance: impl Into<Quantity>) -> Self {
        self.with("chance", chance.into().0)
    }

    /// A rate per year.
    #[must_use]
    pub fn hazard(self, hazard: impl Into<Quantity>) -> Self {
        self.with("hazard", hazard.into().0)
    }

    /// Only in the steps that hold these dates.
    #[must_use]
    pub fn at(self, days: &[&str]) -> Self {
        self.with("at", dates(days))
    }

    /// Only from this date on.
    #[must_use]
    pub fn from(self, day: &str) -> Self {
        Self(within(self.0, "window", "from", date(day)))
    }

    /// Only before this date.
    #[must_use]
    pub fn until(self, day: &str) -> Self {
        Self(within(self.0, "window", "until", date(day)))
    }

    /// One more effect, as `"x += 0.1"`.
    #[must_use]
    pub fn effect(mut self, effect: &str) -> Self {
        if let Value::Array(effects) = self.0.entry("effects").or_insert_with(|| Value::Array(Vec::new())) {
            effects.push(effect.into());
        }
        self
    }

    /// One more branch: its weight and its effects.
    #[must_use]
    pub fn branch(self, name: &str, weight: impl Into<Quantity>, effects: &[&str]) -> Self {
        let mut branch = Table::new();
        branch.insert("weight".into(), weight.into().0);
        branch.insert("effects".into(), strings(effects));
        Self(within(self.0, "branches", name, Value::Table(branch)))
    }

    /// How long it rests after a firing.
    #[must_use]
    pub fn cooldown(self, cooldown: impl Into<Span>) -> Self {
        self.with("cooldown", cooldown.into().0)
    }

    /// How often it may fire in a trial.
    #[must_use]
    pub fn limit(self, times: u32) -> Self {
        self.with("limit", i64::from(times).into())
    }

    /// Between assignments to one target the higher wins.
    #[must_use]
    pub fn priority(self, priority: i32) -> Self {
        self.with("priority", i64::from(priority).into())
    }

    /// Switches it off.
    #[must_use]
    pub fn disabled(self) -> Self {
        self.with("enabled", false.into())
    }

    /// One rule for each member of a group, bound to this name; again for pairs.
    #[must_use]
    pub fn foreach(self, name: &str, group: &str) -> Self {
        Self(within(self.0, "foreach", name, group.into()))
    }

    /// A condition on the bound actors, as `"a < b"`.
    #[must_use]
    pub fn where_actors(self, condition: &str) -> Self {
        self.with("where", condition.into())
    }
}

impl Event {
    /// The condition that makes the event.
    #[must_use]
    pub fn when(condition: impl Into<Quantity>) -> Self {
        Self::default().with("when", condition.into().0)
    }

    /// For how long it must have held without a break.
    #[must_use]
    pub fn sustained(self, duration: impl Into<Span>) -> Self {
        self.with("sustained", duration.into().0)
    }

    /// A deadline, as `2018-09-01`.
    #[must_use]
    pub fn by(self, day: &str) -> Self {
        self.with("by", date(day))
    }

    /// Only among trials in which this other event was reached.
    #[must_use]
    pub fn given(self, outcome: &str) -> Self {
        self.with("given", outcome.into())
    }
}

impl Variant {
    /// A variant that changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another value for a tie, attribute, variable or parameter, or for any key by its path.
    #[must_use]
    pub fn set(self, name: &str, value: impl Into<Quantity>) -> Self {
        Self(within(self.0, "set", name, value.into().0))
    }

    /// Switches a rule or an instance off.
    #[must_use]
    pub fn disable(mut self, rule: &str) -> Self {
        if let Value::Array(rules) = self.0.entry("disable").or_insert_with(|| Value::Array(Vec::new())) {
            rules.push(rule.into());
        }
        self
    }

    /// Fires a rule, an instance or a branch on these dates.
    #[must_use]
    pub fn force(self, rule: &str, days: &[&str]) -> Self {
        Self(within(self.0, "force", rule, dates(days)))
    }
}
