//! The named things of a scenario under construction: each a table that its methods put keys into.

use toml::{Table, Value as Node};

use super::text::{Actors, Deadline, Quantity, Setting, Span, count, date, dates, lists, strings, texts};

/// The keys of a thing, and the paths of what in it was given twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) table: Table,
    pub(super) twice: Vec<Vec<String>>,
}

impl Part {
    /// Puts a key in; of one that was there the last counts.
    pub(super) fn with(mut self, key: &str, value: impl Into<Node>) -> Self {
        self.table.insert(key.to_owned(), value.into());
        self
    }

    /// The same in a table within.
    fn within(mut self, table: &str, key: &str, value: impl Into<Node>) -> Self {
        if let Node::Table(table) = self.table.entry(table).or_insert_with(|| Node::Table(Table::new())) {
            table.insert(key.to_owned(), value.into());
        }
        self
    }

    /// Puts something with a name of its own into a table within; a second of that name is noted and left out.
    pub(super) fn named(mut self, table: &str, name: &str, thing: impl Into<Thing>) -> Self {
        let thing = thing.into();
        let path = [table.to_owned(), name.to_owned()];
        self.twice.extend(thing.twice.into_iter().map(|rest| [&path[..], &rest[..]].concat()));
        if self.table.get(table).is_some_and(|table| table.get(name).is_some()) {
            self.twice.push(path.to_vec());
            return self;
        }
        self.within(table, name, thing.value)
    }

    /// Puts one more thing into a list within.
    fn pushed(mut self, list: &str, value: impl Into<Node>) -> Self {
        if let Node::Array(list) = self.table.entry(list).or_insert_with(|| Node::Array(Vec::new())) {
            list.push(value.into());
        }
        self
    }

    /// One piece of evidence is a table, more are a list, as in files.
    pub(super) fn evidence(mut self, evidence: Evidence) -> Self {
        let evidence = Node::Table(evidence.0);
        match self.table.get_mut("evidence") {
            None => return self.with("evidence", evidence),
            Some(Node::Array(list)) => list.push(evidence),
            Some(first) => *first = Node::Array(vec![first.clone(), evidence]),
        }
        self
    }
}

/// What is put under a name, and the paths of what in it was given twice.
pub(super) struct Thing {
    value: Node,
    twice: Vec<Vec<String>>,
}

impl From<Part> for Thing {
    fn from(part: Part) -> Self {
        Self { value: Node::Table(part.table), twice: part.twice }
    }
}

impl From<Node> for Thing {
    fn from(value: Node) -> Self {
        Self { value, twice: Vec::new() }
    }
}

/// What the parts share.
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name(pub(super) Part);

        impl $name {
            fn with(self, key: &str, value: impl Into<Node>) -> Self {
                Self(self.0.with(key, value))
            }

            /// A line on it.
            #[must_use]
            pub fn about(self, about: &str) -> Self {
                self.with("about", about)
            }

            /// One more thing that it rests on. Changes no number.
            #[must_use]
            pub fn evidence(self, evidence: Evidence) -> Self {
                Self(self.0.evidence(evidence))
            }
        }
    )*};
}

parts! {
    /// What evidence can point to.
    Source;
    /// An actor.
    Actor;
    /// A list of actors.
    Group;
    /// A number of each actor.
    Attribute;
    /// A kind of tie.
    Channel;
    /// The weight of a dyad.
    Tie;
    /// A number of the whole system.
    Variable;
    /// A number that is drawn once a trial.
    Parameter;
    /// A named expression of the state.
    Index;
    /// What may happen.
    Rule;
    /// A way that a rule may go.
    Branch;
    /// An event outcome: has it happened?
    Event;
    /// A value outcome: its distribution at each step and at the end.
    Value;
    /// A levels outcome: conditions in order, of which the first that holds counts.
    Levels;
    /// One of these.
    Level;
    /// The same scenario, something changed.
    Variant;
}

/// What a number rests on.
#[derive(Clone, Debug)]
pub struct Evidence(Table);

impl Evidence {
    /// It is told or recorded in a [source](Source), which is given by its name.
    #[must_use]
    pub fn of(source: &str) -> Self {
        Self(Table::new()).with("source", source)
    }

    /// It is the judgement of whoever wrote the scenario.
    #[must_use]
    pub fn judgement() -> Self {
        Self(Table::new()).basis("judgement")
    }

    fn with(mut self, key: &str, value: impl Into<Node>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// `article`, `record` or `judgement`.
    #[must_use]
    pub fn basis(self, basis: &str) -> Self {
        self.with("basis", basis)
    }

    /// The paragraph in the source, from 1.
    #[must_use]
    pub fn paragraph(self, paragraph: u32) -> Self {
        self.with("paragraph", paragraph)
    }

    /// The page in the source.
    #[must_use]
    pub fn page(self, page: u32) -> Self {
        self.with("page", page)
    }

    /// How much trust it deserves: `low`, `moderate` or `high`.
    #[must_use]
    pub fn confidence(self, confidence: &str) -> Self {
        self.with("confidence", confidence)
    }

    /// It is contradicted.
    #[must_use]
    pub fn disputed(self) -> Self {
        self.with("disputed", true)
    }

    /// What it says.
    #[must_use]
    pub fn note(self, note: &str) -> Self {
        self.with("note", note)
    }
}

/// What is made of one number or expression, which may stand for it.
macro_rules! of_a_quantity {
    ($($name:ident: $key:literal, $doc:literal;)*) => {$(
        impl $name {
            #[doc = $doc]
            #[must_use]
            pub fn new(quantity: impl Into<Quantity>) -> Self {
                Self::default().with($key, quantity.into().0)
            }
        }

        impl<Q: Into<Quantity>> From<Q> for $name {
            fn from(quantity: Q) -> Self {
                Self::new(quantity)
            }
        }
    )*};
}

of_a_quantity! {
    Tie: "weight", "A tie that starts at this: a number or a distribution; may use parameters.";
    Variable: "initial", "A variable that starts at this: a number or a distribution; may use parameters.";
    Parameter: "value", "A parameter: a number or a distribution; may use other parameters.";
    Index: "value", "A number or a condition of the state; may use other indices.";
    Branch: "weight", "A branch of this weight against the others; reads the state.";
    Level: "when", "A level that counts where this holds and none before it does.";
    Value: "value", "The number that is asked for.";
}

/// Of whatever has a range.
macro_rules! ranged {
    ($($name:ident)*) => {$(
        impl $name {
            /// The clamp, low and high; infinite ends allowed.
            #[must_use]
            pub fn range(self, low: f64, high: f64) -> Self {
                self.with("range", vec![low, high])
            }
        }
    )*};
}

ranged!(Attribute Channel Variable);

/// Of whatever drifts.
macro_rules! drifting {
    ($($name:ident)*) => {$(
        impl $name {
            /// A return to `toward` (a number, `"start"` or an expression of parameters), half of the way in this time.
            #[must_use]
            pub fn decay(self, half_life: impl Into<Span>, toward: impl Into<Quantity>) -> Self {
                Self(self.0.within("decay", "half_life", half_life.into().0)).toward(toward)
            }

            /// The same by a rate a year, which may use parameters.
            #[must_use]
            pub fn decay_at(self, rate: impl Into<Quantity>, toward: impl Into<Quantity>) -> Self {
                Self(self.0.within("decay", "rate", rate.into().0)).toward(toward)
            }

            fn toward(self, toward: impl Into<Quantity>) -> Self {
                Self(self.0.within("decay", "toward", toward.into().0))
            }

            /// A random drift of this size per square root of a year; may use parameters.
            #[must_use]
            pub fn volatility(self, volatility: impl Into<Quantity>) -> Self {
                self.with("volatility", volatility.into().0)
            }
        }
    )*};
}

drifting!(Attribute Channel Tie Variable);

/// Of whatever changes the state.
macro_rules! acting {
    ($($name:ident)*) => {$(
        impl $name {
            /// One more effect, as `"x += 0.1"`.
            #[must_use]
            pub fn effect(self, effect: &str) -> Self {
                Self(self.0.pushed("effects", effect))
            }
        }
    )*};
}

acting!(Rule Branch);

/// Of all questions.
macro_rules! asked {
    ($($name:ident)*) => {$(
        impl $name {
            /// A deadline, in place of the horizon.
            #[must_use]
            pub fn by(self, deadline: impl Into<Deadline>) -> Self {
                self.with("by", deadline.into().0)
            }

            /// Only among trials in which this event was reached.
            #[must_use]
            pub fn given(self, event: &str) -> Self {
                self.with("given", event)
            }
        }
    )*};
}

asked!(Event Value Levels);

impl Source {
    /// A source and its title.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self::default().with("title", title)
    }

    /// Who published it.
    #[must_use]
    pub fn publisher(self, publisher: &str) -> Self {
        self.with("publisher", publisher)
    }

    /// When: `2013-09-05`, `2013-09` or `2013`.
    #[must_use]
    pub fn date(self, date: &str) -> Self {
        self.with("date", date)
    }
}

impl From<&str> for Source {
    fn from(title: &str) -> Self {
        Self::new(title)
    }
}

impl Actor {
    /// An actor and its name for people.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::default().with("name", name)
    }

    /// `state`, `institution`, `bloc`, `person` or `other`.
    #[must_use]
    pub fn kind(self, kind: &str) -> Self {
        self.with("kind", kind)
    }
}

texts!(Source Actor);

impl From<&str> for Actor {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl Group {
    /// A group of these actors, in the order in which aggregates add.
    #[must_use]
    pub fn new(members: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::default().with("members", strings(members))
    }

    /// The name for people.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.with("name", name)
    }
}

lists!(Group: Self::new);

impl Attribute {
    /// An attribute that starts at this where no value is given.
    #[must_use]
    pub fn new(default: f64) -> Self {
        Self::default().with("default", default)
    }

    /// What it starts at for one actor.
    #[must_use]
    pub fn start(self, actor: &str, value: impl Into<Quantity>) -> Self {
        Self(self.0.named("values", actor, value.into().0))
    }
}

impl Channel {
    /// A channel in which `x[A,B]` and `x[B,A]` differ.
    #[must_use]
    pub fn directed() -> Self {
        Self::default().with("directed", true)
    }

    /// A channel in which they are the same.
    #[must_use]
    pub fn undirected() -> Self {
        Self::default()
    }

    /// What an undeclared dyad starts at.
    #[must_use]
    pub fn default_weight(self, weight: f64) -> Self {
        self.with("default", weight)
    }
}

impl Parameter {
    /// The unit, for people.
    #[must_use]
    pub fn unit(self, unit: &str) -> Self {
        self.with("unit", unit)
    }
}

impl Index {
    /// Names for the actors that it is used with: an index of `["a", "b"]` is used as `name[A,B]`.
    #[must_use]
    pub fn of(self, actors: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.with("of", strings(actors))
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
    pub fn at(self, days: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.with("at", dates(days))
    }

    /// Only from this date on.
    #[must_use]
    pub fn from(self, day: &str) -> Self {
        Self(self.0.within("window", "from", date(day)))
    }

    /// Only before this date.
    #[must_use]
    pub fn until(self, day: &str) -> Self {
        Self(self.0.within("window", "until", date(day)))
    }

    /// One more branch, of which one is picked by weight when it fires.
    #[must_use]
    pub fn branch(self, name: &str, branch: impl Into<Branch>) -> Self {
        Self(self.0.named("branches", name, branch.into().0))
    }

    /// How long it rests after a firing.
    #[must_use]
    pub fn cooldown(self, cooldown: impl Into<Span>) -> Self {
        self.with("cooldown", cooldown.into().0)
    }

    /// How often it may fire in a trial.
    #[must_use]
    pub fn limit(self, times: u64) -> Self {
        self.with("limit", count(times))
    }

    /// Between assignments to one target the higher wins.
    #[must_use]
    pub fn priority(self, priority: i64) -> Self {
        self.with("priority", priority)
    }

    /// Switches it off.
    #[must_use]
    pub fn disabled(self) -> Self {
        self.with("enabled", false)
    }

    /// One rule for each actor of a group or a list, bound to this name; another name for pairs.
    #[must_use]
    pub fn foreach(self, name: &str, actors: impl Into<Actors>) -> Self {
        Self(self.0.named("foreach", name, actors.into().0))
    }

    /// A condition on the bound actors, as `"a < b"`.
    #[must_use]
    pub fn where_actors(self, condition: &str) -> Self {
        self.with("where", condition)
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
}

impl Levels {
    /// Levels, of which the first is still to be named.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next level: its condition, or more on it.
    #[must_use]
    pub fn level(self, name: &str, level: impl Into<Level>) -> Self {
        let name = ("name".to_owned(), Node::from(name));
        let level = std::iter::once(name).chain(level.into().0.table);
        Self(self.0.pushed("levels", level.collect::<Table>()))
    }

    /// The last level, which counts where no other does.
    #[must_use]
    pub fn otherwise(self, name: &str) -> Self {
        self.level(name, Level::default())
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
    pub fn set(self, name: &str, value: impl Into<Setting>) -> Self {
        Self(self.0.named("set", name, value.into().0))
    }

    /// Switches a rule or an instance off.
    #[must_use]
    pub fn disable(self, rule: &str) -> Self {
        Self(self.0.pushed("disable", rule))
    }

    /// Fires a rule, an instance or a branch on all of these dates.
    #[must_use]
    pub fn force(self, rule: &str, days: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self(self.0.named("force", rule, dates(days)))
    }
}
