//! Every key of the language: one table that the loader, the JSON Schema and the manual read.

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A finite number.
    Number,
    /// A whole number in this range.
    Whole(i128, i128),
    /// true or false.
    Boolean,
    /// A number, or an expression that gives one.
    NumberExpression,
    /// A condition: true, false or an expression.
    ConditionExpression,
    /// `"start"`, a number or an expression of parameters.
    Toward,
    /// A date, 2013-09-01.
    Date,
    /// One date or a list of them.
    Dates,
    /// The same of a rule, or of its branches by name, for `rule.branch` without quotes.
    Forced,
    /// A date, or a text such as "2013-09".
    LooseDate,
    /// A duration, or a number of steps.
    Duration,
    /// A date or a duration.
    Deadline,
    /// Two numbers, low and high; infinite allowed.
    Range,
    /// A list of actors.
    Actors,
    /// A group, or a list of actors.
    ActorRange,
    /// A list of effects.
    Effects,
    /// A list of names.
    Names,
    /// A table with these keys.
    Table(&'static [Key]),
    /// A table from names of one's own to this.
    Map(&'static Kind),
    /// A list of tables with these keys.
    List(&'static [Key]),
    /// Any value; checked by what it is set to.
    Any,
    /// One piece of evidence or a list of them.
    Evidence,
    /// A date, or false where it never came.
    Reached,
    /// A list of finite numbers.
    Numbers,
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it must be there (once worlds are laid together).
    pub required: bool,
    /// A line on it.
    pub doc: &'static str,
}

const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, required: false, doc }
}

const fn need(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, required: true, doc }
}

/// `about` and `evidence`, which are allowed on everything.
pub const EVERYWHERE: &[Key] = &[
    key("about", Kind::Text, "A line on what this is."),
    key("evidence", Kind::Evidence, "What it rests on. Changes no number."),
];

/// A piece of evidence.
pub const EVIDENCE: &[Key] = &[
    key("source", Kind::Text, "A name under [sources]; required unless the basis is judgement."),
    key("paragraph", Kind::Whole(1, u32::MAX as i128), "The paragraph in the source, from 1."),
    key("page", Kind::Whole(0, u32::MAX as i128), "The page in the source."),
    key("basis", Kind::Choice(&["article", "record", "judgement"]), "What it rests on."),
    key("confidence", Kind::Choice(&["low", "moderate", "high"]), "How much trust it deserves."),
    key("disputed", Kind::Boolean, "Whether it is contradicted."),
    key("note", Kind::Text, "What it says."),
];

pub(crate) const DECAY: &[Key] = &[
    key("half_life", Kind::Duration, "After this long half of the distance is gone."),
    key("rate", Kind::NumberExpression, "A rate a year, instead of a half-life; may use parameters."),
    key(
        "toward",
        Kind::Toward,
        "Toward what: a number, \"start\" or an expression of parameters. Default 0.",
    ),
];

const RANGE: Key = key("range", Kind::Range, "The clamp, low and high.");
const DRIFT: [Key; 2] = [
    key("decay", Kind::Table(DECAY), "How it returns to a level."),
    key(
        "volatility",
        Kind::NumberExpression,
        "The size of its random drift, per square root of a year; may use parameters.",
    ),
];

pub(crate) const BRANCH: &[Key] = &[
    need("weight", Kind::NumberExpression, "How likely against the other branches; reads the state."),
    key("effects", Kind::Effects, "What it changes, beside the rule's own effects."),
];

pub(crate) const WINDOW: &[Key] = &[
    key("from", Kind::Date, "The first date; before the start it means the start."),
    key("until", Kind::Date, "The date from which it is closed."),
];

pub(crate) const LEVEL: &[Key] = &[
    need("name", Kind::Text, "The level's name."),
    key("when", Kind::ConditionExpression, "Its condition; only the last level may do without."),
];

/// A section: its name, what an entry is, and its keys.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// Whether its keys are names of one's own, each with a table of these keys.
    pub named: bool,
    /// Its keys.
    pub keys: &'static [Key],
    /// A line on it.
    pub doc: &'static str,
}

const MAX_SEED: i128 = (1 << 63) - 1;

const SOURCES: Section = Section {
    name: "sources",
    named: true,
    doc: "What evidence can point to.",
    keys: &[
        key("title", Kind::Text, "Its title."),
        key("publisher", Kind::Text, "Who published it."),
        key("date", Kind::LooseDate, "When: 2013-09-05, or a text such as \"2013-09\"."),
    ],
};

/// What was to be expected without the scenario: a base rate.
pub(crate) const BASE_RATE: &[Key] = &[
    key("hazard", Kind::Number, "An event: a rate a year, above 0."),
    key("chance", Kind::Number, "An event: the chance that it comes by the deadline, between 0 and 1."),
    key("values", Kind::Numbers, "A value: what it was at other times, each as likely as the others."),
    key("levels", Kind::Map(&Kind::Number), "Levels: the share of each, 1 in all."),
];

/// Every section of a hindcast: a file that says what happened.
pub const HINDCAST: &[Section] = &[
    Section {
        name: "hindcast",
        named: false,
        doc: "What is scored, and how far what happened is known.",
        keys: &[
            key("format", Kind::Whole(1, 1), "The version of this language: 1."),
            key("title", Kind::Text, "What it is called."),
            need("scenario", Kind::Text, "The scenario's file, relative to this one."),
            need("until", Kind::Date, "What happened is known up to this day, which is included."),
        ],
    },
    SOURCES,
    Section {
        name: "observed",
        named: true,
        doc: "What became of an outcome: one of `reached`, `value` and `level`.",
        keys: &[
            key("reached", Kind::Reached, "An event: the day on which it was reached, or false."),
            key("value", Kind::Number, "A value: what it was."),
            key("level", Kind::Text, "Levels: the one that held."),
            key("at", Kind::Date, "A value or a level: when. Default: the outcome's deadline."),
            key("base_rate", Kind::Table(BASE_RATE), "What was to be expected without the scenario."),
        ],
    },
];

/// Every section.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "world",
        named: false,
        doc: "What this world is.",
        keys: &[
            key("format", Kind::Whole(1, 1), "The version of this language: 1."),
            key("id", Kind::Text, "The world's id. Default: the file's stem."),
            key("title", Kind::Text, "What it is called."),
            key("as_of", Kind::Date, "The date up to which it is known."),
            key("world", Kind::Text, "A world that this one extends."),
        ],
    },
    Section {
        name: "scenario",
        named: false,
        doc: "What is run. The scenario's id is the file's stem.",
        keys: &[
            key("format", Kind::Whole(1, 1), "The version of this language: 1."),
            key("title", Kind::Text, "What it is called."),
            key("question", Kind::Text, "What is asked, as a reader would ask it."),
            key(
                "world",
                Kind::Text,
                "A built-in world, or a path that ends in .toml, relative to this file.",
            ),
            need("start", Kind::Date, "The date of step 0."),
            key(
                "step",
                Kind::Choice(&crate::calendar::StepUnit::NAMES),
                "The length of a step. Default: month.",
            ),
            need("horizon", Kind::Duration, "How long: a duration or a number of steps, 1 to 100,000 steps."),
            key("trials", Kind::Whole(1, u64::MAX as i128), "How many trials. Default: 10,000."),
            key("seed", Kind::Whole(0, MAX_SEED), "The seed, 0 to 2^63 - 1. Default: 0."),
        ],
    },
    SOURCES,
    Section {
        name: "actors",
        named: true,
        doc: "Who acts. Ids are in capitals.",
        keys: &[
            key("name", Kind::Text, "The name for people. Default: the id."),
            key(
                "kind",
                Kind::Choice(&["state", "institution", "bloc", "person", "other"]),
                "What it is. Default: other.",
            ),
        ],
    },
    Section {
        name: "groups",
        named: true,
        doc: "Lists of actors that rules and aggregates run over. The group `actors` has all of them.",
        keys: &[
            key("name", Kind::Text, "The name for people. Default: the id."),
            need("members", Kind::Actors, "Its members, in the order in which aggregates add."),
        ],
    },
    Section {
        name: "attributes",
        named: true,
        doc: "A number of each actor: capability[CHN].",
        keys: &[
            Key {
                name: "range",
                kind: Kind::Range,
                required: false,
                doc: "The clamp, low and high. Default: none.",
            },
            key("default", Kind::Number, "What an actor starts at that `values` leaves out. Default: 0."),
            key("values", Kind::Map(&Kind::NumberExpression), "Starts by actor: numbers or distributions."),
            DRIFT[0],
            DRIFT[1],
        ],
    },
    Section {
        name: "channels",
        named: true,
        doc: "Kinds of weighted tie: arms[RUS,CHN].",
        keys: &[
            key("directed", Kind::Boolean, "Whether x[A,B] and x[B,A] differ. Default: false."),
            Key {
                name: "range",
                kind: Kind::Range,
                required: false,
                doc: "The clamp, low and high. Default: [0, 1].",
            },
            key("default", Kind::Number, "What an undeclared dyad starts at. Default: 0."),
            DRIFT[0],
            DRIFT[1],
        ],
    },
    Section {
        name: "ties",
        named: true,
        doc: "Weights of dyads, by name: \"arms[RUS,CHN]\".",
        keys: &[
            need(
                "weight",
                Kind::NumberExpression,
                "Its start: a number or a distribution; may use parameters.",
            ),
            DRIFT[0],
            DRIFT[1],
        ],
    },
    Section {
        name: "variables",
        named: true,
        doc: "Numbers of the whole system.",
        keys: &[
            need(
                "initial",
                Kind::NumberExpression,
                "Its start: a number or a distribution; may use parameters.",
            ),
            RANGE,
            DRIFT[0],
            DRIFT[1],
        ],
    },
    Section {
        name: "parameters",
        named: true,
        doc: "Numbers drawn once a trial and constant in it.",
        keys: &[
            need("value", Kind::NumberExpression, "A number or a distribution; may use other parameters."),
            key("unit", Kind::Text, "The unit, for people."),
        ],
    },
    Section {
        name: "indices",
        named: true,
        doc: "Named expressions of the state.",
        keys: &[
            key("of", Kind::Names, "Names for the actors that it is used with: alignment[CHN,RUS]."),
            need("value", Kind::Any, "A number or a condition; may use other indices."),
        ],
    },
    Section {
        name: "rules",
        named: true,
        doc: "What may happen.",
        keys: &[
            key("when", Kind::ConditionExpression, "A condition on the state. Default: true."),
            key(
                "chance",
                Kind::NumberExpression,
                "The chance a step. With neither chance nor hazard it fires surely.",
            ),
            key("hazard", Kind::NumberExpression, "A rate per year."),
            key("at", Kind::Dates, "Only in the steps that hold these dates."),
            key("window", Kind::Table(WINDOW), "Only within these dates."),
            key("effects", Kind::Effects, "What it changes: \"target += value\"."),
            key(
                "branches",
                Kind::Map(&Kind::Table(BRANCH)),
                "Ways that it may go, one of them picked by weight.",
            ),
            key("cooldown", Kind::Duration, "It cannot fire again sooner."),
            key("limit", Kind::Whole(0, u64::MAX as i128), "How often in a trial."),
            key(
                "priority",
                Kind::Whole(i64::MIN as i128, i64::MAX as i128),
                "Between assignments to one target the higher wins. Default: 0.",
            ),
            key("enabled", Kind::Boolean, "Whether it is looked at. Default: true."),
            key("foreach", Kind::Map(&Kind::ActorRange), "One rule for each actor or pair of them."),
            key("where", Kind::ConditionExpression, "A condition on the bound actors alone."),
        ],
    },
    Section {
        name: "outcomes",
        named: true,
        doc: "What is asked: one of `when`, `value` and `levels`.",
        keys: &[
            key("when", Kind::ConditionExpression, "An event: has it happened?"),
            key("value", Kind::NumberExpression, "A value: its distribution at each step and at the end."),
            key("levels", Kind::List(LEVEL), "Levels, in order: the first that holds counts."),
            key("sustained", Kind::Duration, "An event: it has held without a break for that long."),
            key("by", Kind::Deadline, "A deadline. Default: the horizon."),
            key("given", Kind::Text, "Only among trials in which this other event was reached."),
        ],
    },
    Section {
        name: "variants",
        named: true,
        doc: "The same scenario, something changed.",
        keys: &[
            key("disable", Kind::Names, "Rules that are switched off."),
            key("force", Kind::Map(&Kind::Forced), "Rules, instances or branches that fire on these dates."),
            key("set", Kind::Map(&Kind::Any), "Other starts by name, or any other key by its path."),
        ],
    },
];

/// Whether a later format may give a name a meaning: a section's, or a key's of a kind of thing.
pub(crate) fn is_for_later(of: Option<&str>, name: &str) -> bool {
    matches!((of, name), (None, "observed") | (Some("outcome"), "foreach"))
}

/// The section with this name.
pub(crate) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|s| s.name == name)
}
