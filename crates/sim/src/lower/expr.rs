//! From expressions to nodes of the graph, without recursion.

use cordiale_core::model::{
    Distribution, Draw, DrawId, ExprId, Family, HistoryId, Model, Node, ParameterId, SlotId,
};

use super::graph::{Graph, Source, Value};
use super::interval::Interval;
use crate::num::dist;
use crate::program::{Binary, DrawPlan, Unary};

/// When an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// At the start of a trial: the state is its start, no rule has fired.
    Start,
    /// At the start of a step, or in the observation there.
    Now,
}

/// A `State` source where the value changes, its start where it never does.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlotValue {
    pub(super) start: Value,
    pub(super) now: Value,
}

/// The nodes of expressions, made when first asked for.
pub(super) struct Lowering<'m> {
    pub(super) model: &'m Model,
    pub(super) graph: Graph,
    pub(super) streams: Vec<String>,
    /// Parameters so far, without their errors: these end a trial before anything reads them.
    pub(super) parameters: Vec<Value>,
    /// The values of slots; filled once the starts are lowered.
    pub(super) slots: Vec<SlotValue>,
    done: [Vec<Option<Value>>; 2],
}

impl<'m> Lowering<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let none = vec![None; model.exprs.nodes().len()];
        Self {
            model,
            graph: Graph::new(),
            streams: Vec::new(),
            parameters: Vec::new(),
            slots: Vec::new(),
            done: [none.clone(), none],
        }
    }

    /// A new random stream.
    pub(super) fn stream(&mut self, name: String) -> u32 {
        self.streams.push(name);
        u32::try_from(self.streams.len() - 1).unwrap_or(u32::MAX)
    }

    /// A number as a value.
    pub(super) fn number(&mut self, x: f64) -> Value {
        Value { id: self.graph.number(x), bad: super::graph::NEVER }
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, expr: ExprId, when: When) -> Value {
        let mut stack = vec![(expr, when)];
        loop {
            // An expression comes off the stack once all that it needs is there.
            let Some(&(expr, when)) = stack.last() else {
                return self.get(expr, when);
            };
            if self.done[when as usize][expr.index()].is_some() {
                stack.pop();
                continue;
            }
            let node = self.model.exprs.node(expr);
            let before = stack.len();
            self.for_each_need(node, when, |need| stack.push(need));
            if stack.len() == before {
                let value = self.build(node, when);
                self.done[when as usize][expr.index()] = Some(value);
                stack.pop();
            }
        }
    }

    /// What is missing yet for a node.
    fn for_each_need(&self, node: Node, when: When, mut need: impl FnMut((ExprId, When))) {
        let mut missing = |expr: ExprId, when: When| {
            if self.done[when as usize][expr.index()].is_none() {
                need((expr, when));
            }
        };
        match node {
            Node::Start(x) => missing(x, When::Start),
            Node::Index(index) => missing(self.model.indices[index.index()].value, when),
            _ => self.model.exprs.for_each_operand(node, |operand| missing(operand, when)),
        }
    }

    /// The value of an expression that is done.
    fn get(&mut self, expr: ExprId, when: When) -> Value {
        match self.done[when as usize][expr.index()] {
            Some(value) => value,
            // Never so: needs come first.
            None => self.number(f64::NAN),
        }
    }

    fn build(&mut self, node: Node, when: When) -> Value {
        match node {
            Node::Number(x) => self.number(x),
            Node::Condition(holds) => Value { id: Graph::mask(holds), bad: super::graph::NEVER },
            Node::Slot(slot) => self.slot(slot, when),
            Node::Parameter(parameter) => self.parameter(parameter),
            Node::Index(index) => self.get(self.model.indices[index.index()].value, when),
            Node::Start(x) => self.get(x, When::Start),
            Node::Step | Node::Years => self.time(node, when),
            Node::Fired(history) | Node::Count(history) | Node::Since(history) => {
                self.history(node, history, when)
            }
            Node::Negate(a) => self.unary(Unary::Negate, a, when),
            Node::Call(function, a) => self.unary(Unary::Call(function), a, when),
            Node::Sum(list) => self.sum(self.model.exprs.list(list), when),
            Node::Product(list) => self.fold(Binary::Mul, self.model.exprs.list(list), when),
            Node::Min(list) => self.fold(Binary::Min, self.model.exprs.list(list), when),
            Node::Max(list) => self.fold(Binary::Max, self.model.exprs.list(list), when),
            Node::Divide(a, b) => self.binary(Binary::Div, a, b, when),
            Node::Power(a, b) => self.binary(Binary::Power, a, b, when),
            Node::PowerWhole(a, n) => {
                let a = self.get(a, when);
                self.graph.power_whole(a, n)
            }
            Node::Clamp(x, lo, hi) => {
                let [x, lo, hi] = [x, lo, hi].map(|e| self.get(e, when));
                let raised = self.graph.binary(Binary::Max, x, lo);
                self.graph.binary(Binary::Min, raised, hi)
            }
            Node::CountTrue(list) => {
                let zero = self.number(0.0);
                let conditions = self.model.exprs.list(list);
                conditions.iter().fold(zero, |sum, &c| {
                    let c = self.get(c, when);
                    self.graph.count_if(sum, c)
                })
            }
            Node::Compare(op, a, b) => {
                let (a, b) = (self.get(a, when), self.get(b, when));
                self.graph.compare(op, a, b)
            }
            Node::Not(c) => {
                let c = self.get(c, when);
                Value { id: self.graph.not(c.id), bad: c.bad }
            }
            Node::And(list) | Node::Or(list) => {
                let list = self.model.exprs.list(list);
                let conditions: Vec<Value> = list.iter().map(|&c| self.get(c, when)).collect();
                self.graph.chain(&conditions, matches!(node, Node::Or(_)))
            }
            Node::If(c, a, b) => {
                let [c, a, b] = [c, a, b].map(|e| self.get(e, when));
                self.graph.select(c, a, b)
            }
            Node::Draw(draw) => self.draw(draw, when),
        }
    }

    fn slot(&mut self, slot: SlotId, when: When) -> Value {
        let value = self.slots[slot.index()];
        match when {
            When::Start => value.start,
            When::Now => value.now,
        }
    }

    fn parameter(&mut self, parameter: ParameterId) -> Value {
        self.parameters[parameter.index()]
    }

    fn time(&mut self, node: Node, when: When) -> Value {
        if when == When::Start {
            return self.number(0.0);
        }
        let calendar = &self.model.calendar;
        let steps = calendar.steps();
        let (source, most) = match node {
            Node::Step => (Source::Step, f64::from(steps)),
            _ => (Source::Years, calendar.years(steps)),
        };
        Value { id: self.graph.source(source, Interval::new(0.0, most)), bad: super::graph::NEVER }
    }

    fn history(&mut self, node: Node, history: HistoryId, when: When) -> Value {
        let never = Value { id: super::graph::NEVER, bad: super::graph::NEVER };
        if when == When::Start {
            return match node {
                Node::Fired(_) => never,
                Node::Count(_) => self.number(0.0),
                _ => self.number(f64::INFINITY),
            };
        }
        let place = u32::try_from(history.index()).unwrap_or(u32::MAX);
        let steps = f64::from(self.model.calendar.steps());
        let mut source = |source, range| Value { id: self.graph.source(source, range), ..never };
        match node {
            Node::Fired(_) => source(Source::Fired(place), Interval::ALL),
            Node::Count(_) => source(Source::Count(place), Interval::finite_part(0.0, f64::INFINITY)),
            _ => {
                let last = source(Source::Last(place), Interval::new(f64::NEG_INFINITY, steps));
                let step = self.time(Node::Step, when);
                let elapsed = self.graph.binary(Binary::Sub, step, last);
                let per_year = self.number(f64::from(self.model.calendar.per_year()));
                self.graph.binary(Binary::Div, elapsed, per_year)
            }
        }
    }

    fn unary(&mut self, op: Unary, a: ExprId, when: When) -> Value {
        let a = self.get(a, when);
        self.graph.unary(op, a)
    }

    fn binary(&mut self, op: Binary, a: ExprId, b: ExprId, when: When) -> Value {
        let (a, b) = (self.get(a, when), self.get(b, when));
        self.graph.binary(op, a, b)
    }

    fn fold(&mut self, op: Binary, list: &[ExprId], when: When) -> Value {
        let [first, rest @ ..] = list else {
            return self.number(f64::NAN);
        };
        let first = self.get(*first, when);
        rest.iter().fold(first, |sum, &next| {
            let next = self.get(next, when);
            self.graph.binary(op, sum, next)
        })
    }

    /// A sum; adding a negated term is a subtraction to the last bit.
    fn sum(&mut self, list: &[ExprId], when: When) -> Value {
        let [first, rest @ ..] = list else {
            return self.number(0.0);
        };
        let first = self.get(*first, when);
        rest.iter().fold(first, |sum, &next| match self.model.exprs.node(next) {
            Node::Negate(next) => {
                let next = self.get(next, when);
                self.graph.binary(Binary::Sub, sum, next)
            }
            _ => {
                let next = self.get(next, when);
                self.graph.binary(Binary::Add, sum, next)
            }
        })
    }

    fn draw(&mut self, draw: DrawId, when: When) -> Value {
        let Draw { distribution, stream } = self.model.exprs.draw(draw);
        let arguments: Vec<Value> = match distribution {
            Distribution::Family(_, arguments) => arguments.iter().map(|&a| self.get(a, when)).collect(),
            _ => Vec::new(),
        };
        let ranges: Vec<Interval> = arguments.iter().map(|a| self.graph.range(a.id)).collect();
        let (range, may_fail) = draw_range(distribution, &ranges);
        let stream = self.stream(stream.clone());
        let plan = DrawPlan { stream, each_step: when == When::Now, distribution: distribution.clone() };
        self.graph.draw(plan, &arguments, range, may_fail)
    }
}

/// What can be drawn, and whether the draw can be an error: an argument out of range, or NaN.
fn draw_range(distribution: &Distribution, arguments: &[Interval]) -> (Interval, bool) {
    let positive = Interval::new(0.0, f64::INFINITY);
    match distribution {
        Distribution::Discrete(pairs) => {
            let values = pairs.iter().filter(|(_, weight)| *weight > 0.0).map(|(value, _)| *value);
            let range = values.map(Interval::point).reduce(Interval::union);
            (range.unwrap_or(Interval::ALL), range.is_none())
        }
        Distribution::Interval { lo, hi } => {
            let support = if *lo > 0.0 { positive } else { Interval::ALL };
            (between_ends(|u| dist::interval_90(*lo, *hi, u), support), false)
        }
        Distribution::Family(family, _) => {
            let support = match family {
                Family::Uniform | Family::Triangular => {
                    arguments.iter().copied().reduce(Interval::union).unwrap_or(Interval::ALL)
                }
                Family::Bernoulli | Family::Beta => Interval::UNIT,
                Family::Exponential | Family::Gamma | Family::Poisson | Family::Lognormal => positive,
                Family::Normal => Interval::ALL,
            };
            if arguments.iter().any(|range| range.lo != range.hi) {
                return (support, true);
            }
            let mut values = [0.0; 3];
            for (value, range) in values.iter_mut().zip(arguments) {
                *value = range.lo;
            }
            let Ok(quantile) = dist::Quantile::new(*family, &values) else {
                return (support, true);
            };
            let range = between_ends(|u| quantile.at(u), support);
            (range, !range.is_finite())
        }
    }
}

/// From the quantile of the least uniform to that of the greatest (see [`crate::random::uniform_of`]), within what
/// the distribution can give: quantile functions never decrease but for their last digits.
fn between_ends(quantile: impl Fn(f64) -> f64, support: Interval) -> Interval {
    let least = 0.5 * f64::EPSILON;
    let (lo, hi) = (quantile(least), quantile(1.0 - least));
    if lo.is_nan() || hi.is_nan() {
        return support;
    }
    let slack = |x: f64| x.abs() * 1e-9 + f64::MIN_POSITIVE;
    Interval::new((lo - slack(lo)).max(support.lo), (hi + slack(hi)).min(support.hi))
}
