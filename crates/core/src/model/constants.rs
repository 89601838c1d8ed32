//! What an expression is worth that depends on nothing, for the checks; a run computes everything itself.

use super::{ExprId, Exprs, Function, Node};

/// The value of an expression, if it is fixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Constant {
    /// It depends on something.
    Open,
    Number(f64),
    Condition(bool),
    /// It has no value, whatever it depends on: a division by zero, the root of a negative number.
    Undefined,
}

/// The value of an expression that is a fixed number.
pub(crate) fn fixed_number(exprs: &Exprs, id: ExprId) -> Option<f64> {
    fn constant(exprs: &Exprs, id: ExprId) -> Constant {
        fold(exprs, exprs.node(id), |id| constant(exprs, id))
    }
    match constant(exprs, id) {
        Constant::Number(value) => Some(value),
        _ => None,
    }
}

/// The value of a node, given that of each of its operands.
pub(crate) fn fold(exprs: &Exprs, node: Node, of: impl Fn(ExprId) -> Constant) -> Constant {
    match node {
        Node::Number(value) => Constant::Number(value),
        Node::Condition(value) => Constant::Condition(value),
        Node::Start(a) => of(a),
        Node::And(list) => conditions(exprs.list(list).iter().map(|id| of(*id)), false),
        Node::Or(list) => conditions(exprs.list(list).iter().map(|id| of(*id)), true),
        Node::Not(a) => match of(a) {
            Constant::Condition(value) => Constant::Condition(!value),
            other => other,
        },
        Node::If(c, a, b) => match of(c) {
            Constant::Condition(true) => of(a),
            Constant::Condition(false) => of(b),
            other => other,
        },
        Node::CountTrue(list) => {
            let mut count = 0.0;
            for id in exprs.list(list) {
                match of(*id) {
                    Constant::Condition(true) => count += 1.0,
                    Constant::Condition(false) => {}
                    other => return other,
                }
            }
            Constant::Number(count)
        }
        _ => fold_numbers(exprs, node, of),
    }
}

/// `and` and `or`: fixed as soon as one operand decides, from the left.
fn conditions(operands: impl Iterator<Item = Constant>, deciding: bool) -> Constant {
    for operand in operands {
        match operand {
            Constant::Condition(value) if value == deciding => return operand,
            Constant::Condition(_) => {}
            other => return other,
        }
    }
    Constant::Condition(!deciding)
}

fn fold_numbers(exprs: &Exprs, node: Node, of: impl Fn(ExprId) -> Constant) -> Constant {
    let mut operands = Vec::new();
    let (mut is_open, mut is_undefined) = (false, false);
    exprs.for_each_operand(node, |id| {
        let operand = of(id);
        match operand {
            Constant::Number(value) => operands.push(value),
            Constant::Undefined => is_undefined = true,
            Constant::Open | Constant::Condition(_) => is_open = true,
        }
        // Whatever is divided by 0 has no value.
        is_undefined |= matches!(node, Node::Divide(_, by) if by == id) && operand == Constant::Number(0.0);
    });
    // All operands are evaluated.
    if is_undefined {
        return Constant::Undefined;
    }
    if is_open {
        return Constant::Open;
    }
    let value = match (node, operands.as_slice()) {
        (Node::Negate(_), [a]) => -a,
        (Node::Sum(_), [first, rest @ ..]) => rest.iter().fold(*first, |sum, x| sum + x),
        (Node::Product(_), [first, rest @ ..]) => rest.iter().fold(*first, |product, x| product * x),
        (Node::Divide(..), [a, b]) => a / b,
        (Node::PowerWhole(_, n), [a]) => (0..n).fold(1.0, |product, _| product * a),
        (Node::Power(..), [a, b]) => libm::pow(*a, *b),
        (Node::Min(_), [first, rest @ ..]) => rest.iter().fold(*first, |m, x| if *x < m { *x } else { m }),
        (Node::Max(_), [first, rest @ ..]) => rest.iter().fold(*first, |m, x| if *x > m { *x } else { m }),
        (Node::Clamp(..), [x, low, high]) => {
            let raised = if low > x { low } else { x };
            if high < raised { *high } else { *raised }
        }
        (Node::Call(function, _), [a]) => call(function, *a),
        (Node::Compare(comparison, ..), [a, b]) => return Constant::Condition(comparison.holds(a, b)),
        // Never so: each has as many operands as it takes.
        (
            Node::Negate(_)
            | Node::Sum(_)
            | Node::Product(_)
            | Node::Divide(..)
            | Node::PowerWhole(..)
            | Node::Power(..)
            | Node::Min(_)
            | Node::Max(_)
            | Node::Clamp(..)
            | Node::Call(..)
            | Node::Compare(..),
            _,
        ) => return Constant::Open,
        // It depends on something.
        (
            Node::Slot(_)
            | Node::Parameter(_)
            | Node::Index(_)
            | Node::Step
            | Node::Years
            | Node::Fired(_)
            | Node::Count(_)
            | Node::Since(_)
            | Node::Draw(_),
            _,
        ) => return Constant::Open,
        // Never so: these are folded by themselves.
        (
            Node::Number(_)
            | Node::Condition(_)
            | Node::Start(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::If(..)
            | Node::CountTrue(_),
            _,
        ) => return Constant::Open,
    };
    if value.is_nan() { Constant::Undefined } else { Constant::Number(value) }
}

fn call(function: Function, x: f64) -> f64 {
    match function {
        Function::Abs => x.abs(),
        Function::Exp => libm::exp(x),
        Function::Ln => libm::log(x),
        Function::Sqrt => x.sqrt(),
        Function::Logistic => 1.0 / (1.0 + libm::exp(-x)),
        Function::Floor => x.floor(),
        Function::Ceil => x.ceil(),
    }
}
