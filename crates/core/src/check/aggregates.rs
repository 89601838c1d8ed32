//! Names run over groups: in aggregates, behind the effects that have many targets, and in the `foreach` of rules.

use super::Checker;
use super::ground::Env;
use crate::diagnostic::{Code, Diagnostic};
use crate::functions::Aggregate;
use crate::model::{ActorId, ExprId, Node};
use crate::source::Span;
use crate::syntax::{Binders, Expr, Kind, Name, Range};

/// Names that run over actors, and what must hold of these.
pub(super) struct Bindings<'a> {
    names: Vec<&'a Name>,
    /// By how many names must be bound for it to be decided: so that no more is bound where it does not hold.
    tests: Vec<Vec<&'a Expr>>,
}

impl<'a> Bindings<'a> {
    pub(super) fn new(names: Vec<&'a Name>, filter: Option<&'a Expr>) -> Self {
        let mut tests = vec![Vec::new(); names.len() + 1];
        let parts = match filter {
            Some(Expr { kind: Kind::And(parts), .. }) => parts.as_slice(),
            Some(whole) => std::slice::from_ref(whole),
            None => &[],
        };
        for part in parts {
            tests[needed(part, &names).unwrap_or(names.len())].push(part);
        }
        Self { names, tests }
    }
}

/// How many of the names must be bound for a comparison of actors to be decided; none of what is anything else.
fn needed(test: &Expr, names: &[&Name]) -> Option<usize> {
    let place = |text: &str| names.iter().rposition(|name| name.text == text).map_or(0, |place| place + 1);
    match &test.kind {
        Kind::Name(name) => Some(place(name)),
        Kind::Compare(_, a, b) => Some(needed(a, names)?.max(needed(b, names)?)),
        Kind::In(actor, range) => {
            let actor = needed(actor, names)?;
            Some(match range {
                Range::Group(_) => actor,
                Range::List(list, _) => list.iter().map(|name| place(&name.text)).fold(actor, usize::max),
            })
        }
        Kind::Not(test) => needed(test, names),
        Kind::Or(tests) | Kind::And(tests) => {
            tests.iter().try_fold(0, |most, test| Some(needed(test, names)?.max(most)))
        }
        _ => None,
    }
}

/// What the name at a place runs over, where those before it are bound.
type Members<'m> = dyn Fn(&mut Checker<'_>, usize, &Env) -> Vec<ActorId> + 'm;

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
        let names = binders.names.iter().map(|(name, _)| name).collect();
        let bindings = Bindings::new(names, binders.filter.as_deref());
        // What a name runs over may be a list of the names before it.
        let members = |checker: &mut Checker<'_>, depth: usize, env: &Env| {
            checker.members(&binders.names[depth].1, env)
        };
        self.bind_from(&bindings, &members, 0, env, &mut |checker, env| {
            visit(checker, env);
            true
        });
    }

    /// Calls `visit` for every way to bind the names from one on that passes, until it says to stop; whether it did not.
    pub(super) fn bind_from(
        &mut self,
        bindings: &Bindings<'_>,
        members: &Members<'_>,
        depth: usize,
        env: &mut Env,
        visit: &mut dyn FnMut(&mut Self, &mut Env) -> bool,
    ) -> bool {
        for test in &bindings.tests[depth] {
            if !self.decide(test, env) {
                return true;
            }
        }
        let Some(name) = bindings.names.get(depth) else { return visit(self, env) };
        for actor in members(self, depth, env) {
            if self.is_full() {
                // Which tells that it is too large.
                self.push(Node::Condition(false), name.span);
                return false;
            }
            env.bound.push((name.text.clone(), actor));
            let goes_on = self.bind_from(bindings, members, depth + 1, env, visit);
            env.bound.pop();
            if !goes_on {
                return false;
            }
        }
        true
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
            // Where there was no room for its terms that has been told.
            _ if self.is_full() => Node::Number(0.0),
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
