//! Whether what is written out has a value at all.

use std::fmt;

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::constants::Constant;
use crate::model::{ExprId, Node};

impl Checker<'_> {
    /// What is used has a value, and is finite where it is fixed.
    pub(super) fn check_constant(&mut self, id: ExprId, what: impl fmt::Display) {
        let (place, wrong) = match self.ground.constant(id) {
            Constant::Undefined => (
                self.without_value(id),
                format!(
                    "{what} has no value: it divides by zero, or is the root or logarithm of what has none"
                ),
            ),
            Constant::Number(value) if !value.is_finite() => (id, format!("{what} is infinite")),
            _ => return,
        };
        let span = self.ground.exprs.span(place);
        self.report_once(Diagnostic::new(Code::Undefined, span, wrong));
    }

    /// Of an expression without a value the part that has none of itself.
    fn without_value(&self, mut id: ExprId) -> ExprId {
        let exprs = &self.ground.exprs;
        loop {
            let mut inner = match exprs.node(id) {
                Node::Index(index) => self.ground.value_of(index),
                _ => None,
            };
            exprs.for_each_operand(exprs.node(id), |operand| {
                if inner.is_none() && self.ground.constant(operand) == Constant::Undefined {
                    inner = Some(operand);
                }
            });
            match inner {
                Some(operand) => id = operand,
                None => return id,
            }
        }
    }
}
