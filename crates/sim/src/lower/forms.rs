//! Recognising the [`Form`] of an expression.

use super::graph::{Def, Graph, Level, Source};
use cordiale_core::model::Function;

use crate::program::{Binary, Form, Link, Op, Reg, Term, Terms, Unary};

/// The form of a number, if it has one.
pub(super) fn form(graph: &Graph, id: Reg) -> Option<Form> {
    if let Some(number) = graph.constant(id) {
        return Some(Form::Number(number));
    }
    if let Some(term) = term(graph, id) {
        return Some(Form::Scaled(term));
    }
    match graph.def(id) {
        Def::Op(Op::Unary(Unary::Negate, a)) => form(graph, a)?.negated(),
        Def::Op(Op::Binary(Binary::Mul, a, b)) => either_way(a, b, |a, b| product(graph, a, b)),
        Def::Op(Op::Binary(Binary::Add | Binary::Sub, ..)) => sum(graph, id),
        _ => None,
    }
}

/// The number that a chance comes of, and how.
pub(super) fn argument(graph: &Graph, chance: Reg) -> (Reg, Link) {
    match graph.def(chance) {
        Def::Op(Op::Unary(Unary::Call(Function::Logistic), x)) => (x, Link::Logistic),
        _ => (chance, Link::Identity),
    }
}

/// The form that the chance of a number comes of, and how.
pub(super) fn chance(graph: &Graph, x: Reg, link: Link) -> Option<(Form, Link)> {
    match graph.constant(x) {
        Some(x) => Some((Form::Number(link.chance(x)), Link::Identity)),
        None => Some((form(graph, x)?, link)),
    }
}

/// Whether it is a register that stands when rules are looked at.
fn is_leaf(graph: &Graph, id: Reg) -> bool {
    match graph.def(id) {
        Def::Source(Source::State(_)) => true,
        Def::Op(_) => graph.level(id) == Level::Trial && !graph.is_mask(id),
        _ => false,
    }
}

fn either_way<T>(a: Reg, b: Reg, f: impl Fn(Reg, Reg) -> Option<T>) -> Option<T> {
    f(a, b).or_else(|| f(b, a))
}

/// `by * x`, or `x`.
fn term(graph: &Graph, id: Reg) -> Option<Term> {
    if is_leaf(graph, id) {
        return Some(Term { by: 1.0, of: id });
    }
    match graph.def(id) {
        Def::Op(Op::Binary(Binary::Mul, a, b)) => either_way(a, b, |by, of| {
            let by = graph.constant(by)?;
            is_leaf(graph, of).then_some(Term { by, of })
        }),
        _ => None,
    }
}

/// `by * (from - x)`, or `(by * x) * y`.
fn product(graph: &Graph, a: Reg, b: Reg) -> Option<Form> {
    match (graph.constant(a), graph.def(b)) {
        (Some(by), Def::Op(Op::Binary(Binary::Sub, from, of))) => {
            let from = graph.constant(from)?;
            is_leaf(graph, of).then_some(Form::Room { by, from, of })
        }
        _ => {
            let Term { by, of } = term(graph, a)?;
            is_leaf(graph, b).then_some(Form::Product { by, of: [of, b] })
        }
    }
}

/// `((from + by * x) + ...)`
fn sum(graph: &Graph, id: Reg) -> Option<Form> {
    if let Some(from) = graph.constant(id) {
        return Some(Form::Sum { from, terms: Terms::NONE });
    }
    let (rest, last) = match graph.def(id) {
        Def::Op(Op::Binary(Binary::Add, a, b)) => {
            either_way(a, b, |a, b| Some((sum(graph, a)?, term(graph, b)?)))?
        }
        Def::Op(Op::Binary(Binary::Sub, a, b)) => {
            let Term { by, of } = term(graph, b)?;
            (sum(graph, a)?, Term { by: -by, of })
        }
        _ => return None,
    };
    match rest {
        Form::Sum { from, terms } => Some(Form::Sum { from, terms: terms.with(last)? }),
        // Never so: a sum's form is one.
        _ => None,
    }
}
