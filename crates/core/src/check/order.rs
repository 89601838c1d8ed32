//! Definitions that use each other, in an order in which each comes after those that it uses.

use super::Checker;
use super::symbols::Symbol;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::{Expr, Kind};

impl Checker<'_> {
    /// The order; circles are reported, each once.
    pub(super) fn in_order_of_use(
        &mut self,
        values: &[Option<&Expr>],
        what: &str,
        place: fn(Symbol) -> Option<usize>,
    ) -> Vec<usize> {
        let uses: Vec<Vec<(usize, Span, String)>> = values
            .iter()
            .map(|value| {
                let mut uses = Vec::new();
                if let Some(expr) = value {
                    for_each_name(expr, &mut |name, span| {
                        if let Some(used) = self.symbols.get(name).and_then(|(symbol, _)| place(*symbol)) {
                            uses.push((used, span, name.to_owned()));
                        }
                    });
                }
                uses
            })
            .collect();
        let mut order = Vec::with_capacity(values.len());
        let mut state = vec![Visit::New; values.len()];
        for start in 0..values.len() {
            self.visit(start, &uses, &mut state, &mut order, what);
        }
        order
    }

    /// Depth first with a stack of its own: a chain of definitions may be as long as the file.
    fn visit(
        &mut self,
        start: usize,
        uses: &[Vec<(usize, Span, String)>],
        state: &mut [Visit],
        order: &mut Vec<usize>,
        what: &str,
    ) {
        if state[start] != Visit::New {
            return;
        }
        state[start] = Visit::Open;
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.last_mut() {
            let Some((used, span, name)) = uses[*at].get(*next) else {
                state[*at] = Visit::Done;
                order.push(*at);
                stack.pop();
                continue;
            };
            *next += 1;
            match state[*used] {
                Visit::New => {
                    state[*used] = Visit::Open;
                    stack.push((*used, 0));
                }
                Visit::Open => {
                    let first = stack.iter().position(|(i, _)| i == used).unwrap_or(0);
                    let names: Vec<&str> = stack[first..]
                        .iter()
                        .take(12)
                        .map(|(i, next)| uses[*i].get(next.saturating_sub(1)).map_or("", |u| u.2.as_str()))
                        .collect();
                    let message = format!(
                        "the {what} `{name}` is defined through itself, by way of {}",
                        crate::names::list(&names)
                    );
                    self.found.push(
                        Diagnostic::new(Code::Circle, *span, message)
                            .help("take one of them out of the circle"),
                    );
                }
                Visit::Done => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}

/// Calls `visit` with every name that an expression reads.
fn for_each_name(expr: &Expr, visit: &mut dyn FnMut(&str, Span)) {
    match &expr.kind {
        Kind::Number(_) | Kind::Infinity | Kind::Condition(_) | Kind::History(..) => {}
        Kind::Name(name) => visit(name, expr.span),
        Kind::Indexed(name, _) => visit(&name.text, name.span),
        Kind::Call(_, list) | Kind::Draw(_, list, _) | Kind::And(list) | Kind::Or(list) => {
            list.iter().for_each(|e| for_each_name(e, visit));
        }
        Kind::Aggregate(_, body, _) => for_each_name(body, visit),
        Kind::Discrete(pairs, _) => pairs.iter().for_each(|(v, w)| {
            for_each_name(v, visit);
            for_each_name(w, visit);
        }),
        Kind::Interval(a, b, _) | Kind::Power(a, b) | Kind::Compare(_, a, b) => {
            for_each_name(a, visit);
            for_each_name(b, visit);
        }
        Kind::Negate(a) | Kind::Not(a) | Kind::In(a, _) => for_each_name(a, visit),
        Kind::Sum(list) | Kind::Product(list) => list.iter().for_each(|(_, e)| for_each_name(e, visit)),
    }
}
