//! Names run over groups: in aggregates, and behind the effects that have many targets.

use super::Checker;
use super::ground::{Env, MAX_NODES};
use crate::diagnostic::{Code, Diagnostic};
use crate::functions::Aggregate;
use crate::model::{ActorId, ExprId, Node};
use crate::source::Span;
use crate::syntax::{Binders, Expr, Range};

impl Checker<'_> {
    /// Members of a group or a list, bound names put in.
    pub(super) fn members(&mut self, range: &Range, env: &Env) -> Vec<ActorId> {
        match range {
            Range::Group(name) => self.group(&name.text, name.span).unwrap_or_default(),
            Range::List(names, _) => self.actors_of(names, env).unwrap_or_default(),
        }
    }

    /// Calls `visit` once for every way to bind the names that the filter lets pass, the last name fastest.
    pub(super) fn for_each_binding(
        &mut self,
        binders: &Binders,
        env: &mut Env,
        visit: &mut dyn FnMut(&mut Self, &mut Env),
    ) {
        self.bind_next(binders, 0, env, visit);
    }

    /// The same from a name on. What it runs over may be a list of the names before it.
    fn bind_next(
        &mut self,
        binders: &Binders,
        depth: usize,
        env: &mut Env,
        visit: &mut dyn FnMut(&mut Self, &mut Env),
    ) {
        let Some((name, range)) = binders.names.get(depth) else {
            if binders.filter.as_ref().is_none_or(|filter| self.decide(filter, env)) {
                visit(self, env);
            }
            return;
        };
        for actor in self.members(range, env) {
            if self.ground.exprs.nodes().len() >= MAX_NODES {
                return;
            }
            env.bound.push((name.text.clone(), actor));
            self.bind_next(binders, depth + 1, env, visit);
            env.bound.pop();
        }
    }

    pub(super) fn ground_aggregate(
        &mut self,
        aggregate: Aggregate,
        body: &Expr,
        binders: &Binders,
        span: Span,
        env: &mut Env,
    ) -> ExprId {
        let mut terms = Vec::new();
        self.for_each_binding(binders, env, &mut |checker, env| terms.push(checker.ground(body, env)));
        if terms.is_empty() {
            return self.ground_nothing(aggregate, span);
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 20 million terms")]
        let count = terms.len() as f64;
        let single = terms.len() == 1;
        match aggregate {
            Aggregate::Sum | Aggregate::Min | Aggregate::Max | Aggregate::Any | Aggregate::All if single => {
                terms[0]
            }
            Aggregate::Sum => self.push_list(Node::Sum, &terms, span),
            Aggregate::Mean => {
                let sum = if single { terms[0] } else { self.push_list(Node::Sum, &terms, span) };
                let count = self.push(Node::Number(count), span);
                self.push(Node::Divide(sum, count), span)
            }
            Aggregate::Min => self.push_list(Node::Min, &terms, span),
            Aggregate::Max => self.push_list(Node::Max, &terms, span),
            Aggregate::Count => self.push_list(Node::CountTrue, &terms, span),
            Aggregate::Any => self.push_list(Node::Or, &terms, span),
            Aggregate::All => self.push_list(Node::And, &terms, span),
        }
    }

    fn ground_nothing(&mut self, aggregate: Aggregate, span: Span) -> ExprId {
        let node = match aggregate {
            Aggregate::Sum | Aggregate::Count => Node::Number(0.0),
            Aggregate::Any => Node::Condition(false),
            Aggregate::All => Node::Condition(true),
            Aggregate::Mean | Aggregate::Min | Aggregate::Max => {
                let diagnostic = Diagnostic::new(Code::EmptyAggregate, span, "this runs over nothing and has no value")
                    .help("its group is empty, or its `if` lets no actor pass; over nothing only sum, count, any and all have a value");
                self.report_once(diagnostic);
                Node::Number(0.0)
            }
        };
        self.push(node, span)
    }
}
