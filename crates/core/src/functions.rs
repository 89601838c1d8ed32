//! The functions of the language: one table that the parser, the checker and `cordiale check --explain E203` read.

use crate::model::{Family, Function};

/// What a name followed by `(` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A function of one number.
    Call(Function),
    /// `min` or `max`: of two numbers or more, or over a group.
    Extreme {
        /// Whether it is `max`.
        greatest: bool,
    },
    /// `clamp(x, lo, hi)`.
    Clamp,
    /// `if(condition, a, b)`.
    If,
    /// `start(x)`.
    Start,
    /// An aggregate alone: `sum`, `mean`, `any`, `all`.
    Aggregate(Aggregate),
    /// `fired(rule)`.
    Fired,
    /// `since(rule)`.
    Since,
    /// `count(rule)`, or over a group.
    Count,
    /// A distribution.
    Draw(Family),
    /// `discrete(v1: w1, ...)`.
    Discrete,
}

/// What an aggregate makes of its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// The sum; 0 over nothing.
    Sum,
    /// The mean; over nothing an error.
    Mean,
    /// The least; over nothing an error.
    Min,
    /// The greatest; over nothing an error.
    Max,
    /// How many conditions hold.
    Count,
    /// Whether any condition holds.
    Any,
    /// Whether all conditions hold.
    All,
}

/// A function of the language.
#[derive(Clone, Copy, Debug)]
pub struct FunctionEntry {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub signature: &'static str,
    /// How many arguments it takes, where it takes a fixed number.
    pub arity: Option<usize>,
    /// A line on it.
    pub doc: &'static str,
    /// What it means.
    pub meaning: Meaning,
}

const fn entry(
    name: &'static str,
    signature: &'static str,
    arity: Option<usize>,
    meaning: Meaning,
    doc: &'static str,
) -> FunctionEntry {
    FunctionEntry { name, signature, arity, doc, meaning }
}

impl Family {
    /// Every family, in the order of the manual.
    pub fn all() -> impl Iterator<Item = Self> {
        FUNCTIONS.iter().filter_map(|entry| match entry.meaning {
            Meaning::Draw(family) => Some(family),
            _ => None,
        })
    }
}

impl Function {
    /// As the language writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|entry| entry.meaning == Meaning::Call(self)).map_or("", |entry| entry.name)
    }
}

/// Every function, in the order of the manual.
pub const FUNCTIONS: &[FunctionEntry] = &[
    entry(
        "if",
        "if(condition, a, b)",
        Some(3),
        Meaning::If,
        "a where the condition holds, else b; only that one is evaluated",
    ),
    entry("abs", "abs(x)", Some(1), Meaning::Call(Function::Abs), "the absolute value"),
    entry(
        "min",
        "min(a, b, ...) or min(x for a in group)",
        None,
        Meaning::Extreme { greatest: false },
        "the least",
    ),
    entry(
        "max",
        "max(a, b, ...) or max(x for a in group)",
        None,
        Meaning::Extreme { greatest: true },
        "the greatest",
    ),
    entry("exp", "exp(x)", Some(1), Meaning::Call(Function::Exp), "e to the power x"),
    entry("ln", "ln(x)", Some(1), Meaning::Call(Function::Ln), "the natural logarithm"),
    entry("sqrt", "sqrt(x)", Some(1), Meaning::Call(Function::Sqrt), "the square root"),
    entry("logistic", "logistic(x)", Some(1), Meaning::Call(Function::Logistic), "1 / (1 + exp(-x))"),
    entry("clamp", "clamp(x, lo, hi)", Some(3), Meaning::Clamp, "min(max(x, lo), hi)"),
    entry(
        "floor",
        "floor(x)",
        Some(1),
        Meaning::Call(Function::Floor),
        "the greatest whole number not above x",
    ),
    entry("ceil", "ceil(x)", Some(1), Meaning::Call(Function::Ceil), "the least whole number not below x"),
    entry(
        "sum",
        "sum(x for a in group if condition)",
        None,
        Meaning::Aggregate(Aggregate::Sum),
        "the sum; 0 over nothing",
    ),
    entry(
        "mean",
        "mean(x for a in group if condition)",
        None,
        Meaning::Aggregate(Aggregate::Mean),
        "the mean; over nothing an error",
    ),
    entry(
        "any",
        "any(condition for a in group)",
        None,
        Meaning::Aggregate(Aggregate::Any),
        "whether it holds for any; over nothing false",
    ),
    entry(
        "all",
        "all(condition for a in group)",
        None,
        Meaning::Aggregate(Aggregate::All),
        "whether it holds for all; over nothing true",
    ),
    entry(
        "count",
        "count(rule) or count(condition for a in group)",
        None,
        Meaning::Count,
        "how often the rule has fired, or for how many the condition holds",
    ),
    entry(
        "fired",
        "fired(rule)",
        Some(1),
        Meaning::Fired,
        "whether the rule has ever fired before this step",
    ),
    entry(
        "since",
        "since(rule)",
        Some(1),
        Meaning::Since,
        "years since the rule last fired, infinite before the first time",
    ),
    entry("start", "start(x)", Some(1), Meaning::Start, "the expression's value at step 0 of this trial"),
    entry(
        "uniform",
        "uniform(lo, hi)",
        Some(2),
        Meaning::Draw(Family::Uniform),
        "a draw, each value between the ends as likely",
    ),
    entry(
        "normal",
        "normal(mean, sd)",
        Some(2),
        Meaning::Draw(Family::Normal),
        "a draw from a normal distribution",
    ),
    entry(
        "lognormal",
        "lognormal(median, sigma)",
        Some(2),
        Meaning::Draw(Family::Lognormal),
        "a draw whose logarithm is normal with sd sigma",
    ),
    entry(
        "beta",
        "beta(a, b)",
        Some(2),
        Meaning::Draw(Family::Beta),
        "a draw between 0 and 1 with mean a / (a + b)",
    ),
    entry(
        "triangular",
        "triangular(lo, mode, hi)",
        Some(3),
        Meaning::Draw(Family::Triangular),
        "a draw from a triangular distribution",
    ),
    entry(
        "exponential",
        "exponential(mean)",
        Some(1),
        Meaning::Draw(Family::Exponential),
        "a draw from an exponential distribution",
    ),
    entry(
        "gamma",
        "gamma(mean, sd)",
        Some(2),
        Meaning::Draw(Family::Gamma),
        "a draw above 0 from a gamma distribution",
    ),
    entry("poisson", "poisson(mean)", Some(1), Meaning::Draw(Family::Poisson), "a drawn count"),
    entry("bernoulli", "bernoulli(p)", Some(1), Meaning::Draw(Family::Bernoulli), "1 with chance p, else 0"),
    entry(
        "discrete",
        "discrete(v1: w1, v2: w2, ...)",
        None,
        Meaning::Discrete,
        "one of the values, in proportion to the weights",
    ),
];

/// The function with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static FunctionEntry> {
    FUNCTIONS.iter().find(|f| f.name == name)
}
