//! The checked scenario: everything an index, nothing left to look up.
//!
//! A [`Model`] is only ever made by the checks of this crate, so that whatever reads it may rely on what is said
//! here. Lists that a run goes through are in the order of full names by bytes; the order in the file decides
//! nothing.

pub(crate) mod constants;
mod expr;

use std::ops::Range;

pub use expr::{Distribution, Draw, DrawId, ExprId, Exprs, Family, Function, ListId, Node, Relation};

use crate::calendar::{Calendar, Date};
use crate::source::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);

        impl $name {
            pub(crate) fn new(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            /// Its place in the model's list.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A place in [`Model::actors`].
    ActorId;
    /// A place in [`Model::slots`].
    SlotId;
    /// A place in [`Model::parameters`].
    ParameterId;
    /// A place in [`Model::indices`].
    IndexId;
    /// A place in [`Model::rules`].
    RuleId;
    /// A place in [`Model::instances`].
    InstanceId;
    /// A place in [`Model::outcomes`].
    OutcomeId;
    /// A place in [`Model::histories`].
    HistoryId;
    /// A place in [`Model::sources`].
    SourceId;
}

/// A checked world or scenario.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Model {
    /// The scenario's id (its file's stem), or the world's.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What is asked.
    pub question: Option<String>,
    /// The id of the world it extends, if any.
    pub world: Option<String>,
    /// The date up to which the world is known.
    pub as_of: Option<Date>,
    /// Start, step and horizon.
    pub calendar: Calendar,
    /// Trials to run where nothing else is said; 1 or more.
    pub trials: u64,
    /// The seed where nothing else is said; below 2^63.
    pub seed: u64,
    /// What evidence points to, by name.
    pub sources: Vec<Source>,
    /// The actors, by id.
    pub actors: Vec<Actor>,
    /// The groups, by name.
    pub groups: Vec<Group>,
    /// The kinds of tie, by name.
    pub channels: Vec<Channel>,
    /// The numbers of an actor, by name.
    pub attributes: Vec<Attribute>,
    /// The parameters, each after those that it uses, otherwise by name.
    pub parameters: Vec<Parameter>,
    /// Every value of the state that is declared, read or written, by full name.
    pub slots: Vec<Slot>,
    /// Every index that is used, its actors put in, each after those that it uses.
    pub indices: Vec<Index>,
    /// The rules as declared, by name.
    pub rules: Vec<Rule>,
    /// Every rule with its actors put in, by full name.
    pub instances: Vec<RuleInstance>,
    /// The outcomes, in the order of the file.
    pub outcomes: Vec<Outcome>,
    /// What `fired`, `count` and `since` look at.
    pub histories: Vec<History>,
    /// The names of the variants, in the order of the file, and what each is about.
    pub variants: Vec<VariantName>,
    /// All expressions.
    pub exprs: Exprs,
}

impl Model {
    /// How many parameters rest on judgement alone, or on nothing, and how many there are.
    #[must_use]
    pub fn judged_parameters(&self) -> (usize, usize) {
        let is_judgement = |piece: &Evidence| match piece.basis {
            Some(basis) => basis == Basis::Judgement,
            None => piece.source.is_none(),
        };
        let judged = self.parameters.iter().filter(|p| p.evidence.iter().all(is_judgement));
        (judged.count(), self.parameters.len())
    }

    /// The slot with this full name; a name of an undirected tie may have its actors in either order.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<SlotId> {
        let find = |name: &str| {
            self.slots.binary_search_by(|slot| slot.name.as_str().cmp(name)).ok().map(SlotId::new)
        };
        let compact: String = name.chars().filter(|c| *c != ' ').collect();
        find(&compact).or_else(|| {
            let (channel, rest) = compact.split_once('[')?;
            let (a, b) = rest.strip_suffix(']')?.split_once(',')?;
            let undirected = self.channels.iter().any(|c| c.name == channel && !c.directed);
            if undirected { find(&format!("{channel}[{b},{a}]")) } else { None }
        })
    }

    /// Asks for the values of these slots, and for nothing else.
    pub(crate) fn watch(&mut self, slots: &[SlotId]) {
        let mut outcomes = Vec::with_capacity(slots.len());
        for id in slots {
            let Some(slot) = self.slots.get(id.index()) else { continue };
            let value = self.exprs.push(Node::Slot(*id), slot.span);
            outcomes.push(Outcome {
                name: slot.name.clone(),
                about: slot.about.clone(),
                kind: OutcomeKind::Value { value },
                by: None,
                given: None,
                span: slot.span,
            });
        }
        self.outcomes = outcomes;
    }

    /// Whether any instance of a rule is enabled.
    #[must_use]
    pub fn is_enabled(&self, rule: &Rule) -> bool {
        rule.instances.iter().any(|instance| self.instances[instance.index()].enabled)
    }

    /// The outcome with this name.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<OutcomeId> {
        self.outcomes.iter().position(|o| o.name == name).map(OutcomeId::new)
    }
}

/// Something that evidence can point to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: Option<String>,
    /// When: `2013`, `2013-09` or `2013-09-05`.
    pub date: Option<String>,
}

/// What a number rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The article or book that the scenario argues with.
    Article,
    /// A public record: a register, a count, a date.
    Record,
    /// The modeller's judgement.
    Judgement,
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Article, Self::Record, Self::Judgement];

    /// As files spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Record => "record",
            Self::Judgement => "judgement",
        }
    }
}

/// How much trust the evidence deserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Little.
    Low,
    /// Some.
    Moderate,
    /// Much.
    High,
}

impl Confidence {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Moderate, Self::High];

    /// As files spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }
}

/// One piece of evidence. It changes no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where it is from; present unless the basis is judgement.
    pub source: Option<SourceId>,
    /// The paragraph in it, from 1.
    pub paragraph: Option<u32>,
    /// The page in it.
    pub page: Option<u32>,
    /// What it rests on.
    pub basis: Option<Basis>,
    /// How much trust it deserves.
    pub confidence: Option<Confidence>,
    /// Whether it is contradicted.
    pub disputed: bool,
    /// What it says.
    pub note: Option<String>,
}

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A state.
    State,
    /// An institution with members and a seat.
    Institution,
    /// A bloc.
    Bloc,
    /// A person.
    Person,
    /// Anything else.
    Other,
}

impl ActorKind {
    /// As files spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Institution => "institution",
            Self::Bloc => "bloc",
            Self::Person => "person",
            Self::Other => "other",
        }
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The id, as `CHN`.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// What it is.
    pub kind: ActorKind,
    /// A line on it.
    pub about: Option<String>,
    /// Its evidence.
    pub evidence: Vec<Evidence>,
}

/// A named list of actors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id, as `sco_states`.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Its members in their order, which is the order that aggregates add in.
    pub members: Vec<ActorId>,
}

/// A kind of weighted tie.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// What it measures and what 1 means.
    pub about: Option<String>,
    /// Whether `x[A,B]` and `x[B,A]` differ.
    pub directed: bool,
    /// The clamp of each weight.
    pub range: (f64, f64),
    /// What an undeclared dyad starts at.
    pub default: f64,
}

/// A number of each actor.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub about: Option<String>,
    /// The clamp.
    pub range: (f64, f64),
    /// What an actor without a value starts at.
    pub default: f64,
}

/// A number drawn once a trial and constant in it.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: Option<String>,
    /// The unit, for people.
    pub unit: Option<String>,
    /// Its value: numbers, draws and parameters before it.
    pub value: ExprId,
    /// The value as the file writes it.
    pub text: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Where it is declared.
    pub span: Span,
}

/// What a state value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// A tie: a place in [`Model::channels`], and its actors; undirected with the smaller id first.
    Tie {
        /// The channel.
        channel: usize,
        /// From, or the smaller id.
        from: ActorId,
        /// To, or the greater id.
        to: ActorId,
    },
    /// An attribute: a place in [`Model::attributes`], and the actor.
    Attribute {
        /// The attribute.
        attribute: usize,
        /// The actor.
        actor: ActorId,
    },
    /// A number of the whole system.
    Variable,
}

/// One value of the state.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its full name, as `arms[RUS,CHN]`.
    pub name: String,
    /// What it is.
    pub kind: SlotKind,
    /// A line on it (of a variable, or of a tie).
    pub about: Option<String>,
    /// The clamp, low and high; may be infinite.
    pub range: (f64, f64),
    /// What it starts at, before the clamp: numbers, draws and parameters.
    pub start: ExprId,
    /// The start as the file writes it.
    pub text: String,
    /// Whether the file declares it (a tie in `ties`, an attribute's actor in `values`, a variable).
    pub declared: bool,
    /// How it returns to a level, if it does.
    pub decay: Option<Decay>,
    /// The size of its random drift per square root of a year, an expression of parameters; none where it has none.
    pub volatility: Option<ExprId>,
    /// What its start rests on.
    pub evidence: Vec<Evidence>,
    /// Where it is declared, or first used.
    pub span: Span,
}

/// How a value returns to a level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// How fast.
    pub rate: DecayRate,
    /// Toward what.
    pub toward: Toward,
}

/// How fast a value decays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DecayRate {
    /// Half of the distance is gone after this long \[years, above 0\].
    HalfLife(f64),
    /// A rate a year, an expression of parameters; below 0 is an error of the run.
    Rate(ExprId),
}

/// What a value decays toward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Toward {
    /// Its own start in the trial, after the clamp.
    Start,
    /// An expression of parameters.
    Value(ExprId),
}

/// A named expression of the state, its actors put in.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its full name, as `alignment[CHN,RUS]`.
    pub name: String,
    /// Its value, a number or a condition.
    pub value: ExprId,
    /// Whether it is a condition.
    pub is_condition: bool,
}

/// A rule as declared.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// A line on it.
    pub about: Option<String>,
    /// The names of its branches, in the order of their bytes.
    pub branches: Vec<String>,
    /// Its instances, in the order of their names.
    pub instances: Vec<InstanceId>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Where it is declared.
    pub span: Span,
}

/// How a rule that passed its guards comes to fire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trigger {
    /// Surely.
    Always,
    /// With this chance a step.
    Chance(ExprId),
    /// With chance `1 - exp(-hazard * dt)`, the hazard a rate per year.
    Hazard(ExprId),
}

/// A rule with its actors put in.
#[derive(Clone, Debug)]
pub struct RuleInstance {
    /// The rule.
    pub rule: RuleId,
    /// Its full name, as `sco_deepening[CHN,KAZ]`.
    pub name: String,
    /// The bound actors, in the order of `foreach`.
    pub actors: Vec<ActorId>,
    /// Whether it is looked at at all.
    pub enabled: bool,
    /// The steps in which it may fire, within `0..steps`; all of them without a window.
    pub window: Range<u32>,
    /// The only steps in which it may fire, ascending; none where it has no `at`.
    pub at: Option<Vec<u32>>,
    /// The steps in which it fires whatever its guards say, ascending, each with the branch that is then taken (a
    /// place in `branches`), or none where the branch is picked as always.
    pub forced: Vec<(u32, Option<usize>)>,
    /// How long it rests after a firing \[steps\]; 0 and 1 are no rest.
    pub cooldown: u64,
    /// How often it may fire in a trial.
    pub limit: Option<u64>,
    /// The guard, a condition; none is true.
    pub when: Option<ExprId>,
    /// What happens once the guards are passed.
    pub trigger: Trigger,
    /// Effects of every firing, as written.
    pub effects: Vec<Effect>,
    /// Branches, in the order of their names.
    pub branches: Vec<Branch>,
    /// Between assignments to one target the higher wins.
    pub priority: i64,
}

impl RuleInstance {
    /// All its effects, those of its branches behind its own.
    pub fn all_effects(&self) -> impl Iterator<Item = &Effect> {
        self.effects.iter().chain(self.branches.iter().flat_map(|branch| &branch.effects))
    }

    /// The chance or the hazard, where it has one.
    #[must_use]
    pub fn chance_or_hazard(&self) -> Option<ExprId> {
        match self.trigger {
            Trigger::Always => None,
            Trigger::Chance(expr) | Trigger::Hazard(expr) => Some(expr),
        }
    }
}

/// One way that a firing may go.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Its weight against the others.
    pub weight: ExprId,
    /// Its effects, as written.
    pub effects: Vec<Effect>,
}

/// What an effect does to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// Adds the value. (`-=` adds its negation.)
    Add,
    /// Assigns the value.
    Assign,
}

/// A change of one state value.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    /// What is changed.
    pub target: SlotId,
    /// How.
    pub kind: EffectKind,
    /// By what.
    pub value: ExprId,
}

/// What a history function looks at: the firings of these, taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// As the file writes it.
    pub name: String,
    /// Instances, each with a branch (a place in its `branches`) or all of its firings.
    pub members: Vec<(InstanceId, Option<usize>)>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// A line on it.
    pub about: Option<String>,
    /// What is looked at.
    pub kind: OutcomeKind,
    /// The deadline, where it has one of its own that lies before the horizon's end or at it.
    pub by: Option<Deadline>,
    /// The event outcome that it is conditional on.
    pub given: Option<OutcomeId>,
    /// Where it is declared.
    pub span: Span,
}

impl Outcome {
    /// The observation up to which (an event) or at which (a value, a level) it counts.
    #[must_use]
    pub fn deadline_step(&self, calendar: &Calendar) -> u32 {
        self.by.as_ref().map_or(calendar.steps(), |by| by.step)
    }

    /// The date up to which or at which it counts: that of its deadline, or the horizon.
    #[must_use]
    pub fn deadline_date(&self, calendar: &Calendar) -> Date {
        self.by.as_ref().map_or(calendar.date_of(calendar.steps()), |by| by.date)
    }
}

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The date, as given or as follows from the duration.
    pub date: Date,
    /// The step that holds it, at most the number of steps.
    pub step: u32,
}

/// The three forms of outcome.
#[derive(Clone, Debug)]
pub enum OutcomeKind {
    /// Has it happened?
    Event {
        /// The condition.
        when: ExprId,
        /// For how many steps it must have held without a break.
        sustained: u64,
    },
    /// A number.
    Value {
        /// The number.
        value: ExprId,
    },
    /// The first level that holds. The last has no condition.
    Levels {
        /// The levels, in order.
        levels: Vec<Level>,
    },
}

/// One level of an outcome.
#[derive(Clone, Debug)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// Its condition; none, on the last alone, holds always.
    pub when: Option<ExprId>,
}

/// A variant that a scenario offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantName {
    /// Its name.
    pub name: String,
    /// A line on it.
    pub about: Option<String>,
}
