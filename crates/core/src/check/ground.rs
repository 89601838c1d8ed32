//! Expressions are written out: bound names replaced by actors, groups by their members, names by places.

use super::symbols::Symbol;
use super::types::{Type, infinity};
use super::{Checker, HashMap, HashSet};
use crate::diagnostic::{Code, Diagnostic};
use crate::functions::Meaning;
use crate::model::constants::{Constant, fold};
use crate::model::{
    ActorId, ExprId, Exprs, History, HistoryId, Index, IndexId, InstanceId, Node, ParameterId, Relation,
    Slot, SlotId, SlotKind,
};
use crate::source::Span;
use crate::syntax::{Expr, HistoryFunction, Kind, Name, Reference};

/// How many nodes all expressions may have together.
const MAX_NODES: usize = 20_000_000;
/// How deep an expression may go with the indices that it uses.
const MAX_TOTAL_DEPTH: u16 = 1_000;
/// How many indices with actors may use each other in a row.
const MAX_INDEX_CHAIN: u32 = 100;

/// What is built while expressions are written out.
#[derive(Default)]
pub(super) struct Grounding {
    pub(super) exprs: Exprs,
    depths: Vec<u16>,
    constants: Vec<Constant>,
    pub(super) slots: HashMap<SlotKind, SlotId>,
    variables: HashMap<String, SlotId>,
    /// The place in the model of each parameter definition.
    pub(super) parameter_places: Vec<usize>,
    /// Index definitions, each after those that it uses.
    pub(super) index_order: Vec<usize>,
    indices: HashMap<(usize, Vec<ActorId>), IndexId>,
    index_values: Vec<ExprId>,
    index_chain: u32,
    /// How deep the expression lies that is being written out.
    level: u16,
    /// Whether an expression was found too deep: whatever uses it is so too.
    too_deep: bool,
    histories: HashMap<String, HistoryId>,
    /// The instances by full name.
    pub(super) instances: HashMap<String, InstanceId>,
    /// What was reported of a place, so that it is said once and not for each instance.
    reported: HashSet<(Span, Code)>,
    /// The instance whose effects are being written out.
    pub(super) instance: usize,
    /// For each effect and tie, in which order its actors were written first, and in which instance.
    pub(super) orders: HashMap<(Span, SlotId), (ActorId, usize)>,
}

/// The bound names around an expression, and the stream of its draws.
pub(super) struct Env {
    pub(super) bound: Vec<(String, ActorId)>,
    pub(super) stream: String,
    /// How many of the bound names the stream's name holds already.
    pub(super) in_stream: usize,
}

impl Env {
    pub(super) fn actor(&self, name: &str) -> Option<ActorId> {
        self.bound.iter().rev().find(|(bound, _)| bound == name).map(|(_, actor)| *actor)
    }
}

impl Grounding {
    pub(super) fn push(&mut self, node: Node, span: Span) -> ExprId {
        let known = |id: ExprId| self.constants.get(id.index()).copied().unwrap_or(Constant::Open);
        // An index counts as if it were written in place.
        let (mut depth, constant) = match node {
            Node::Index(index) => match self.value_of(index) {
                Some(value) => (self.depths[value.index()], known(value)),
                None => (0, Constant::Open),
            },
            _ => (0, fold(&self.exprs, node, known)),
        };
        self.exprs.for_each_operand(node, |id| depth = depth.max(self.depths[id.index()]));
        self.constants.push(constant);
        self.depths.push(depth.saturating_add(1));
        self.exprs.push(node, span)
    }

    /// What an index is, once it is written out.
    pub(super) fn value_of(&self, index: IndexId) -> Option<ExprId> {
        self.index_values.get(index.index()).copied()
    }

    /// The value of an expression that is a fixed number.
    pub(super) fn number(&self, id: ExprId) -> Option<f64> {
        match self.constants[id.index()] {
            Constant::Number(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn constant(&self, id: ExprId) -> Constant {
        self.constants[id.index()]
    }

    pub(super) fn add_slot(&mut self, slots: &mut Vec<Slot>, slot: Slot) -> SlotId {
        let id = SlotId::new(slots.len());
        if slot.kind == SlotKind::Variable {
            self.variables.insert(slot.name.clone(), id);
        } else {
            self.slots.insert(slot.kind, id);
        }
        slots.push(slot);
        id
    }

    pub(super) fn variable(&self, name: &str) -> Option<SlotId> {
        self.variables.get(name).copied()
    }
}

impl Checker<'_> {
    /// Writes out an expression with no names bound around it.
    pub(super) fn ground_value(&mut self, expr: &Expr, stream: String) -> ExprId {
        let mut env = Env { bound: Vec::new(), stream, in_stream: 0 };
        self.ground(expr, &mut env)
    }

    /// Reports something once, however many instances it occurs in.
    pub(super) fn report_once(&mut self, diagnostic: Diagnostic) {
        let first = diagnostic.span.is_none_or(|span| self.ground.reported.insert((span, diagnostic.code)));
        if first {
            self.found.push(diagnostic);
        }
    }

    pub(super) fn push(&mut self, node: Node, span: Span) -> ExprId {
        if self.is_full() {
            let message = format!("written out, the expressions have more than {MAX_NODES} parts");
            let place = Span { start: span.start, ..span };
            if self.ground.reported.insert((Span { start: 0, end: 0, ..span }, Code::TooLargeModel)) {
                self.found.push(
                    Diagnostic::new(Code::TooLargeModel, place, message)
                        .help("narrow the groups that `for` and `foreach` run over"),
                );
            }
            return ExprId(0);
        }
        let id = self.ground.push(node, span);
        if self.ground.depths[id.index()] > MAX_TOTAL_DEPTH {
            self.too_deep(span);
        }
        id
    }

    /// Whether there is no room for another part, so that nothing more is written out.
    pub(super) fn is_full(&self) -> bool {
        self.ground.exprs.nodes().len() >= MAX_NODES
    }

    fn too_deep(&mut self, span: Span) {
        if !std::mem::replace(&mut self.ground.too_deep, true) {
            let message =
                format!("nested deeper than {MAX_TOTAL_DEPTH} levels, with the indices that it uses");
            self.report_once(Diagnostic::new(Code::TooDeep, span, message));
        }
    }

    pub(super) fn push_list(
        &mut self,
        build: fn(crate::model::ListId) -> Node,
        operands: &[ExprId],
        span: Span,
    ) -> ExprId {
        let list = self.ground.exprs.push_list(operands);
        self.push(build(list), span)
    }

    /// Writes out an expression. What was reported by the types gives some value; the model is not used then.
    pub(super) fn ground(&mut self, expr: &Expr, env: &mut Env) -> ExprId {
        if self.is_full() {
            return self.push(Node::Number(0.0), expr.span);
        }
        if self.ground.level >= MAX_TOTAL_DEPTH {
            self.too_deep(expr.span);
            return self.push(Node::Number(0.0), expr.span);
        }
        self.ground.level += 1;
        let id = self.ground_kind(expr, env);
        self.ground.level -= 1;
        id
    }

    fn ground_kind(&mut self, expr: &Expr, env: &mut Env) -> ExprId {
        let span = expr.span;
        match &expr.kind {
            Kind::Number(value) => self.push(Node::Number(*value), span),
            Kind::Infinity => self.push(Node::Number(f64::INFINITY), span),
            Kind::Condition(value) => self.push(Node::Condition(*value), span),
            Kind::Name(name) => self.ground_name(name, span),
            Kind::Indexed(name, actors) => self.ground_indexed(name, actors, span, env),
            Kind::Call(function, arguments) => self.ground_call(function.meaning, arguments, span, env),
            Kind::Aggregate(aggregate, body, binders) => {
                self.ground_aggregate(*aggregate, body, binders, span, env)
            }
            Kind::History(function, reference) => self.ground_history(*function, reference, span, env),
            Kind::Draw(function, arguments, number) => {
                self.ground_draw(function.meaning, arguments, *number, span, env)
            }
            Kind::Discrete(pairs, number) => self.ground_discrete(pairs, *number, span, env),
            Kind::Interval(low, high, number) => self.ground_interval(low, high, *number, span, env),
            Kind::Negate(operand) => {
                if infinity(operand) {
                    return self.push(Node::Number(f64::NEG_INFINITY), span);
                }
                let operand = self.ground(operand, env);
                self.push(Node::Negate(operand), span)
            }
            Kind::Not(operand) => {
                let operand = self.ground(operand, env);
                self.push(Node::Not(operand), span)
            }
            Kind::Sum(terms) => {
                let terms: Vec<ExprId> = terms
                    .iter()
                    .map(|(subtracted, term)| {
                        let id = self.ground(term, env);
                        if *subtracted { self.push(Node::Negate(id), term.span) } else { id }
                    })
                    .collect();
                self.push_list(Node::Sum, &terms, span)
            }
            Kind::Product(factors) => self.ground_product(factors, span, env),
            Kind::Power(base, exponent) => {
                let base = self.ground(base, env);
                if let Kind::Number(n) = exponent.kind
                    && let Some(n) = (0..=16_u32).find(|whole| f64::from(*whole) == n)
                {
                    return self.push(Node::PowerWhole(base, n), span);
                }
                let exponent = self.ground(exponent, env);
                self.push(Node::Power(base, exponent), span)
            }
            Kind::Compare(comparison, left, right) => {
                self.ground_comparison(*comparison, left, right, span, env)
            }
            Kind::In(actor, range) => {
                let members = self.members(range, env);
                self.ground_membership(actor, &members, span, env)
            }
            Kind::And(operands) => self.ground_conditions(Node::And, operands, span, env),
            Kind::Or(operands) => self.ground_conditions(Node::Or, operands, span, env),
        }
    }

    fn ground_conditions(
        &mut self,
        build: fn(crate::model::ListId) -> Node,
        operands: &[Expr],
        span: Span,
        env: &mut Env,
    ) -> ExprId {
        let operands: Vec<ExprId> = operands.iter().map(|o| self.ground(o, env)).collect();
        self.push_list(build, &operands, span)
    }

    fn ground_name(&mut self, name: &str, span: Span) -> ExprId {
        let node = match name {
            "step" => Node::Step,
            "years" => Node::Years,
            "dt" => Node::Number(self.model.calendar.dt()),
            _ => match self.symbols.get(name).map(|(symbol, _)| *symbol) {
                Some(Symbol::Variable(_)) => self.ground.variable(name).map_or(Node::Number(0.0), Node::Slot),
                Some(Symbol::Parameter(place)) => {
                    let place = self.ground.parameter_places.get(place).copied().unwrap_or(0);
                    Node::Parameter(ParameterId::new(place))
                }
                Some(Symbol::Index(place)) => Node::Index(self.index(place, &[])),
                // Reported by the types: it is no number.
                Some(
                    Symbol::Actor(_)
                    | Symbol::Group(_)
                    | Symbol::Attribute(_)
                    | Symbol::Channel(_)
                    | Symbol::Rule(_),
                )
                | None => Node::Number(0.0),
            },
        };
        self.push(node, span)
    }

    /// The actors of a pair of brackets.
    pub(super) fn actors_of(&self, names: &[Name], env: &Env) -> Option<Vec<ActorId>> {
        names.iter().map(|name| self.actor_of(&name.text, env)).collect()
    }

    fn actor_of(&self, name: &str, env: &Env) -> Option<ActorId> {
        env.actor(name).or_else(|| match self.symbols.get(name) {
            Some((Symbol::Actor(place), _)) => Some(ActorId::new(*place)),
            _ => None,
        })
    }

    fn ground_indexed(&mut self, name: &Name, actors: &[Name], span: Span, env: &Env) -> ExprId {
        let node = match self.symbols.get(&name.text).map(|(symbol, _)| *symbol) {
            Some(Symbol::Index(place)) => match self.actors_of(actors, env) {
                Some(actors) if self.definitions.indices[place].of.len() == actors.len() => {
                    Node::Index(self.index(place, &actors))
                }
                _ => Node::Number(0.0),
            },
            Some(Symbol::Channel(_) | Symbol::Attribute(_)) => {
                self.slot_of(name, actors, span, env).map_or(Node::Number(0.0), Node::Slot)
            }
            // Reported by the types: it takes no actors.
            Some(
                Symbol::Actor(_)
                | Symbol::Group(_)
                | Symbol::Variable(_)
                | Symbol::Parameter(_)
                | Symbol::Rule(_),
            )
            | None => Node::Number(0.0),
        };
        self.push(node, span)
    }

    /// The slot of a tie or an attribute.
    pub(super) fn slot_of(&mut self, name: &Name, actors: &[Name], span: Span, env: &Env) -> Option<SlotId> {
        let ids = self.actors_of(actors, env)?;
        match (self.symbols.get(&name.text).map(|(symbol, _)| *symbol), ids.as_slice()) {
            (Some(Symbol::Channel(channel)), [a, b]) => {
                if a == b {
                    let id = self.model.actors[a.index()].id.clone();
                    let message = format!(
                        "`{}` reaches {id} itself: {}[{id},{id}]",
                        self.sources.snippet(span),
                        name.text
                    );
                    let help = "leave it out with `if a != b`, or `if a < b` for each pair once (with foreach: `where`)";
                    self.report_once(Diagnostic::new(Code::SelfTie, span, message).help(help));
                    return None;
                }
                let kind = self.tie(channel, *a, *b);
                Some(self.reached_slot(kind, span))
            }
            (Some(Symbol::Attribute(attribute)), [actor]) => {
                Some(self.reached_slot(SlotKind::Attribute { attribute, actor: *actor }, span))
            }
            _ => None,
        }
    }

    /// An index with its actors, written out where it is first used.
    fn index(&mut self, place: usize, actors: &[ActorId]) -> IndexId {
        let key = (place, actors.to_vec());
        if let Some(id) = self.ground.indices.get(&key) {
            return *id;
        }
        let definition = &mut self.definitions.indices[place];
        let (span, ty, name) = (definition.span, definition.ty, definition.name.clone());
        let bound = definition.of.iter().map(|n| n.text.clone()).zip(actors.iter().copied()).collect();
        let body = definition.value.take();
        let value = match &body {
            Some(expr) if ty.is_some() && self.ground.index_chain < MAX_INDEX_CHAIN => {
                self.ground.index_chain += 1;
                let value = self.ground(expr, &mut Env { bound, stream: String::new(), in_stream: 0 });
                self.ground.index_chain -= 1;
                value
            }
            Some(expr) if ty.is_some() => {
                let message =
                    format!("more than {MAX_INDEX_CHAIN} indices with actors use each other in a row");
                self.report_once(Diagnostic::new(Code::TooDeep, expr.span, message));
                self.push(Node::Number(0.0), span)
            }
            _ => self.push(Node::Number(0.0), span),
        };
        self.definitions.indices[place].value = body;
        let ids: Vec<&str> = actors.iter().map(|a| self.model.actors[a.index()].id.as_str()).collect();
        let name = if ids.is_empty() { name } else { format!("{name}[{}]", ids.join(",")) };
        let id = IndexId::new(self.model.indices.len());
        self.model.indices.push(Index { name, value, is_condition: ty == Some(Type::Condition) });
        self.ground.index_values.push(value);
        self.ground.indices.insert(key, id);
        id
    }

    /// Every index without actors, so that all are there for whoever looks at a trial.
    pub(super) fn ground_indices(&mut self) {
        for place in std::mem::take(&mut self.ground.index_order) {
            if self.definitions.indices[place].of.is_empty() {
                self.index(place, &[]);
            }
        }
    }

    fn ground_call(&mut self, meaning: Meaning, arguments: &[Expr], span: Span, env: &mut Env) -> ExprId {
        let ids: Vec<ExprId> = arguments.iter().map(|argument| self.ground(argument, env)).collect();
        // Any other number of arguments was reported, and has no value.
        let none = Node::Number(0.0);
        let node = match meaning {
            Meaning::Call(function) => match ids.as_slice() {
                [x] => Node::Call(function, *x),
                _ => none,
            },
            Meaning::Clamp => match ids.as_slice() {
                [x, low, high] => Node::Clamp(*x, *low, *high),
                _ => none,
            },
            Meaning::If => match ids.as_slice() {
                [c, a, b] => Node::If(*c, *a, *b),
                _ => none,
            },
            Meaning::Start => match ids.as_slice() {
                [x] => Node::Start(*x),
                _ => none,
            },
            Meaning::Extreme { greatest: false } => return self.push_list(Node::Min, &ids, span),
            Meaning::Extreme { greatest: true } => return self.push_list(Node::Max, &ids, span),
            // These are no calls, but kinds of expressions of their own.
            Meaning::Aggregate(_)
            | Meaning::Fired
            | Meaning::Since
            | Meaning::Count
            | Meaning::Draw(_)
            | Meaning::Discrete => none,
        };
        self.push(node, span)
    }

    fn ground_product(&mut self, factors: &[(bool, Expr)], span: Span, env: &mut Env) -> ExprId {
        let mut product: Vec<ExprId> = Vec::new();
        for (divides, factor) in factors {
            let id = self.ground(factor, env);
            if !divides {
                product.push(id);
                continue;
            }
            let dividend = match product.as_slice() {
                [one] => *one,
                _ => self.push_list(Node::Product, &product, span),
            };
            product = vec![self.push(Node::Divide(dividend, id), span)];
        }
        match product.as_slice() {
            [one] => *one,
            _ => self.push_list(Node::Product, &product, span),
        }
    }

    fn ground_history(
        &mut self,
        function: HistoryFunction,
        reference: &Reference,
        span: Span,
        env: &Env,
    ) -> ExprId {
        let Some(history) = self.history(reference, env) else { return self.push(Node::Number(0.0), span) };
        let node = match function {
            HistoryFunction::Fired => Node::Fired(history),
            HistoryFunction::Count => Node::Count(history),
            HistoryFunction::Since => Node::Since(history),
        };
        self.push(node, span)
    }

    fn history(&mut self, reference: &Reference, env: &Env) -> Option<HistoryId> {
        let Some(&(Symbol::Rule(place), _)) = self.symbols.get(&reference.rule.text) else { return None };
        let rule = self.model.rules.get(place)?;
        let branch = match &reference.branch {
            None => None,
            Some(name) => Some(rule.branches.iter().position(|b| *b == name.text)?),
        };
        let only = match &reference.actors {
            Some(names) => Some(self.instance(&reference.rule.text, names, reference.span, env)?),
            None => None,
        };
        let mut name = reference.rule.text.clone();
        if let Some(only) = only {
            name.clone_from(&self.model.instances[only.index()].name);
        }
        if let Some(branch) = &reference.branch {
            name = format!("{name}.{}", branch.text);
        }
        if let Some(id) = self.ground.histories.get(&name) {
            return Some(*id);
        }
        let id = HistoryId::new(self.model.histories.len());
        let of_rule = || self.model.rules[place].instances.as_slice();
        let members = only.as_ref().map_or_else(of_rule, std::slice::from_ref);
        let members = members.iter().map(|instance| (*instance, branch)).collect();
        self.model.histories.push(History { name: name.clone(), members });
        self.ground.histories.insert(name, id);
        Some(id)
    }

    /// The instance of a rule with these actors, or an error where `where` or the groups leave it out.
    pub(super) fn instance(
        &mut self,
        rule: &str,
        names: &[Name],
        span: Span,
        env: &Env,
    ) -> Option<InstanceId> {
        let actors = self.actors_of(names, env)?;
        let ids: Vec<&str> = actors.iter().map(|a| self.model.actors[a.index()].id.as_str()).collect();
        let full = format!("{rule}[{}]", ids.join(","));
        let found = self.ground.instances.get(&full).copied();
        if found.is_none() {
            let message = format!("there is no instance `{full}`");
            let help =
                "the groups of its `foreach`, or its `where`, leave it out; mind the order of the actors";
            self.report_once(Diagnostic::new(Code::UnknownName, span, message).help(help));
        }
        found
    }

    // ---- actors are fixed by now, so conditions on them are too

    /// Whether a condition on bound actors alone holds.
    pub(super) fn decide(&mut self, expr: &Expr, env: &mut Env) -> bool {
        let id = self.ground(expr, env);
        self.ground.constant(id) == Constant::Condition(true)
    }

    fn ground_comparison(
        &mut self,
        comparison: Relation,
        left: &Expr,
        right: &Expr,
        span: Span,
        env: &mut Env,
    ) -> ExprId {
        if !self.is_actor(left, env) {
            let (left, right) = (self.ground(left, env), self.ground(right, env));
            return self.push(Node::Compare(comparison, left, right), span);
        }
        self.ground_actors(left, span, env, &mut |checker, a, env| {
            checker.ground_actors(right, span, env, &mut |checker, b, _| {
                checker.push(Node::Condition(comparison.holds(a, b)), span)
            })
        })
    }

    fn ground_membership(&mut self, actor: &Expr, members: &[ActorId], span: Span, env: &mut Env) -> ExprId {
        self.ground_actors(actor, span, env, &mut |checker, a, _| {
            checker.push(Node::Condition(members.contains(&a)), span)
        })
    }

    /// What follows from an actor; from either of two where an `if` chooses between them.
    fn ground_actors(
        &mut self,
        expr: &Expr,
        span: Span,
        env: &mut Env,
        then: &mut dyn FnMut(&mut Self, ActorId, &mut Env) -> ExprId,
    ) -> ExprId {
        if self.is_full() {
            return self.push(Node::Condition(false), span);
        }
        match &expr.kind {
            Kind::Name(name) => match self.actor_of(name, env) {
                Some(actor) => then(self, actor, env),
                None => self.push(Node::Condition(false), span),
            },
            Kind::Call(_, arguments) if arguments.len() == 3 => {
                let condition = self.ground(&arguments[0], env);
                let yes = self.ground_actors(&arguments[1], span, env, then);
                let no = self.ground_actors(&arguments[2], span, env, then);
                self.push(Node::If(condition, yes, no), span)
            }
            _ => self.push(Node::Condition(false), span),
        }
    }

    fn is_actor(&self, expr: &Expr, env: &Env) -> bool {
        match &expr.kind {
            Kind::Name(name) => self.actor_of(name, env).is_some(),
            Kind::Call(function, arguments) if function.meaning == Meaning::If => {
                arguments.get(1).is_some_and(|yes| self.is_actor(yes, env))
            }
            _ => false,
        }
    }
}
