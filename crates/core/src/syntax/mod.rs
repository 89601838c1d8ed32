//! Expressions as they are written: names, not yet what they stand for.

mod lexer;
mod parser;
mod print;

use std::sync::{Arc, OnceLock};

pub(crate) use parser::parse_reference;
#[cfg(test)]
pub(crate) use print::print;

use crate::diagnostic::Diagnostic;
use crate::document::Text;

use crate::functions::Aggregate;
use crate::functions::FunctionEntry;
use crate::model::Relation;
use crate::source::Span;

/// A text's expression or effect. A variant shares what it does not set with the file, and what has been read is not read again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Read {
    expression: OnceLock<Arc<Expr>>,
    effect: OnceLock<Arc<Effect>>,
}

/// Parses a whole text as one expression.
pub(crate) fn parse_expression(text: &Text) -> Result<Arc<Expr>, Box<Diagnostic>> {
    once(&text.read.expression, || parser::parse_expression(text))
}

/// Parses a whole text as one effect.
pub(crate) fn parse_effect(text: &Text) -> Result<Arc<Effect>, Box<Diagnostic>> {
    once(&text.read.effect, || parser::parse_effect(text))
}

fn once<T, E>(known: &OnceLock<Arc<T>>, read: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
    match known.get() {
        Some(tree) => Ok(Arc::clone(tree)),
        None => read().map(|tree| Arc::clone(known.get_or_init(|| Arc::new(tree)))),
    }
}

/// How deep an expression may nest.
pub(crate) const MAX_DEPTH: u32 = 128;

/// Whether a text holds a number of its own other than 0 and 1.
pub(crate) fn has_own_number(text: &str) -> bool {
    let is_own = |token: &lexer::Token| match token.kind {
        lexer::TokenKind::Number(value) => value != 0.0 && value != 1.0,
        _ => false,
    };
    lexer::lex(text).is_ok_and(|tokens| tokens.iter().any(is_own))
}

/// An effect of `+=` or `-=` with a factor on what is added; any other as it is.
pub(crate) fn scaled(effect: &str, factor: &str) -> String {
    let Ok(tokens) = lexer::lex(effect) else { return effect.to_owned() };
    let is_change = |t: &&lexer::Token| matches!(t.kind, lexer::TokenKind::Symbol("+=" | "-="));
    let Some(sign) = tokens.iter().find(is_change) else { return effect.to_owned() };
    // Within brackets a `for` belongs to a sum or a count.
    let mut depth = 0_i32;
    let ends = |t: &&lexer::Token| {
        match t.kind {
            lexer::TokenKind::Symbol("(" | "[") => depth += 1,
            lexer::TokenKind::Symbol(")" | "]") => depth -= 1,
            _ => {}
        }
        depth == 0 && (t.kind == lexer::TokenKind::End || &effect[t.range.clone()] == "for")
    };
    let Some(end) = tokens.iter().find(ends) else { return effect.to_owned() };
    let (target, value) = (&effect[..sign.range.end], effect[sign.range.end..end.range.start].trim());
    let rest = &effect[end.range.start..];
    format!("{target} {factor} * ({value}){}{rest}", if rest.is_empty() { "" } else { " " })
}

/// A name and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// An expression and its place.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Number(f64),
    /// `inf`
    Infinity,
    Condition(bool),
    /// A name with no brackets behind it: a bound actor, an actor, a variable, a parameter, an index.
    Name(String),
    /// A name with actors: a tie, an attribute, an index.
    Indexed(Name, Vec<Name>),
    /// A function and its arguments.
    Call(&'static FunctionEntry, Vec<Expr>),
    /// A function over groups.
    Aggregate(Aggregate, Box<Expr>, Binders),
    /// `fired`, `count` or `since` of a rule.
    History(HistoryFunction, Reference),
    /// A distribution; the number counts the draws of the text.
    Draw(&'static FunctionEntry, Vec<Expr>, u32),
    /// `discrete(value: weight, ...)`
    Discrete(Vec<(Expr, Expr)>, u32),
    /// `lo to hi`
    Interval(Box<Expr>, Box<Expr>, u32),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    /// Terms, each with whether it is subtracted.
    Sum(Vec<(bool, Expr)>),
    /// Factors, each with whether it divides.
    Product(Vec<(bool, Expr)>),
    Power(Box<Expr>, Box<Expr>),
    Compare(Relation, Box<Expr>, Box<Expr>),
    /// `a in group`
    In(Box<Expr>, Range),
    And(Vec<Expr>),
    Or(Vec<Expr>),
}

/// A function of a rule's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HistoryFunction {
    Fired,
    Count,
    Since,
}

/// A rule, an instance, or a branch of either: `rule`, `rule[A,B]`, `rule.branch`, `rule[A,B].branch`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reference {
    pub(crate) rule: Name,
    pub(crate) actors: Option<Vec<Name>>,
    pub(crate) branch: Option<Name>,
    pub(crate) span: Span,
}

/// What a name runs over: a group, or a list of actors.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Range {
    Group(Name),
    List(Vec<Name>, Span),
}

/// `for a in x, b in y if condition`
#[derive(Clone, Debug)]
pub(crate) struct Binders {
    pub(crate) names: Vec<(Name, Range)>,
    pub(crate) filter: Option<Box<Expr>>,
}

/// How an effect changes its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Assign,
}

/// `target += value for a in group`
#[derive(Clone, Debug)]
pub(crate) struct Effect {
    pub(crate) target: Expr,
    pub(crate) operator: Operator,
    pub(crate) value: Expr,
    pub(crate) binders: Option<Binders>,
    pub(crate) span: Span,
}
