//! The value of an expression in a trial, evaluated no further than it is needed.

use std::cell::{OnceCell, RefCell};

use cordiale_core::Model;
use cordiale_core::model::{Distribution, DrawId, ExprId, HistoryId, ListId, Node, ParameterId};

use super::{Streams, Walk};
use crate::error::Problem;
use crate::num::{dist, math};

/// What expressions are read against: a trial at the start of a step, or one of the states of a finite model.
pub(crate) trait Situation {
    fn model(&self) -> &Model;
    fn step(&self) -> u32;
    /// Every value of the state, in the order of the model.
    fn state(&self) -> &[f64];
    /// The state at step 0, for `start(x)`.
    fn started(&self) -> &[f64];
    fn parameter(&self, parameter: ParameterId) -> f64;
    /// How often the members of a history have fired.
    fn count(&self, history: HistoryId) -> u64;
    /// The latest step in which one of them fired.
    fn last(&self, history: HistoryId) -> Option<u32>;
    /// A number drawn from a distribution of these arguments; `settling` is before step 0.
    fn draw(&self, draw: DrawId, arguments: &[f64; 3], settling: bool) -> Result<f64, Problem>;
}

/// A trial and where its draws come from.
pub(crate) struct InTrial<'a> {
    pub(crate) walk: &'a Walk<'a>,
    pub(crate) streams: &'a Streams,
}

impl InTrial<'_> {
    fn pasts(&self, history: HistoryId) -> impl Iterator<Item = super::Past> {
        let members = &self.walk.model.histories[history.index()].members;
        members.iter().map(|(instance, branch)| {
            let (whole, branches) = &self.walk.past[instance.index()];
            branch.map_or(*whole, |branch| branches[branch])
        })
    }
}

impl Situation for InTrial<'_> {
    fn model(&self) -> &Model {
        self.walk.model
    }

    fn step(&self) -> u32 {
        self.walk.step
    }

    fn state(&self) -> &[f64] {
        &self.walk.state
    }

    fn started(&self) -> &[f64] {
        &self.walk.started
    }

    fn parameter(&self, parameter: ParameterId) -> f64 {
        self.walk.parameter(parameter)
    }

    fn count(&self, history: HistoryId) -> u64 {
        self.pasts(history).map(|past| past.count).sum()
    }

    fn last(&self, history: HistoryId) -> Option<u32> {
        self.pasts(history).filter_map(|past| past.last).max()
    }

    fn draw(&self, draw: DrawId, arguments: &[f64; 3], settling: bool) -> Result<f64, Problem> {
        let number = self.walk.number;
        let (step, trial) = if settling { (0, number.outer) } else { (self.walk.step, number.inner) };
        let given = self.streams.given.get(draw.index()).copied().flatten().filter(|_| settling);
        let uniform = given.unwrap_or_else(|| self.streams.draws[draw.index()].uniform(step, trial));
        match &self.walk.model.exprs.draw(draw).distribution {
            Distribution::Interval { lo, hi } => Ok(dist::interval_90(*lo, *hi, uniform)),
            Distribution::Discrete(pairs) => Ok(dist::discrete(pairs, uniform)),
            Distribution::Family(family, _) => dist::quantile(*family, arguments, uniform)
                .map_err(|error| Problem::Argument(error.to_string())),
        }
    }
}

/// An expression without a usable value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) expr: ExprId,
    pub(crate) problem: Problem,
}

/// What an index is worth, once it has been asked for.
#[derive(Clone, Copy, Debug)]
enum Known {
    Number(f64),
    Condition(bool),
}

/// The values of expressions against one snapshot.
pub(crate) struct Evaluation<'a, S> {
    situation: &'a S,
    /// The state at step 0 is read, for `start(x)`: no step, no years, no past.
    at_start: bool,
    /// Parameters and starts are settled.
    settling: bool,
    /// Indices that were asked for already: an index counts as written in place, and is worth the same at each.
    indices: RefCell<Vec<Option<Known>>>,
    /// The same against the state at step 0, once that has been asked for.
    start: OnceCell<Box<Self>>,
}

impl<'a, S: Situation> Evaluation<'a, S> {
    /// Parameters and starts: draws of the outer trial, no state.
    pub(crate) fn before_step_0(situation: &'a S) -> Self {
        Self::new(situation, true, true)
    }

    /// The snapshot at the start of a step.
    pub(crate) fn now(situation: &'a S) -> Self {
        Self::new(situation, false, false)
    }

    fn new(situation: &'a S, at_start: bool, settling: bool) -> Self {
        let indices = RefCell::new(vec![None; situation.model().indices.len()]);
        Self { situation, at_start, settling, indices, start: OnceCell::new() }
    }

    /// The situation.
    pub(crate) fn situation(&self) -> &'a S {
        self.situation
    }

    /// The value of an expression that is a number.
    pub(crate) fn number(&self, expr: ExprId) -> Result<f64, Fault> {
        let exprs = &self.situation.model().exprs;
        let value = match exprs.node(expr) {
            Node::Number(value) => value,
            Node::Slot(slot) => self.state()[slot.index()],
            Node::Parameter(parameter) => self.situation.parameter(parameter),
            Node::Index(index) => {
                let known = self.indices.borrow()[index.index()];
                if let Some(Known::Number(value)) = known {
                    return Ok(value);
                }
                let value = self.number(self.situation.model().indices[index.index()].value)?;
                self.indices.borrow_mut()[index.index()] = Some(Known::Number(value));
                value
            }
            Node::Step => f64::from(self.step()),
            Node::Years => self.situation.model().calendar.years(self.step()),
            Node::Start(inner) => self.start().number(inner)?,
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            Node::Count(history) => self.count(history) as f64,
            Node::Since(history) => match self.last(history) {
                Some(last) => self.situation.model().calendar.years(self.step() - last),
                None => f64::INFINITY,
            },
            Node::Negate(x) => -self.number(x)?,
            Node::Sum(list) => self.fold(expr, list, |sum, x| sum + x)?,
            Node::Product(list) => self.fold(expr, list, |product, x| product * x)?,
            Node::Divide(a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                if b == 0.0 {
                    return Err(Fault { expr, problem: Problem::DivisionByZero { numerator: a } });
                }
                self.checked(expr, a / b, &[a, b])?
            }
            Node::PowerWhole(x, n) => {
                let x = self.number(x)?;
                self.checked(expr, math::powi(x, n), &[x])?
            }
            Node::Power(x, y) => {
                let (x, y) = (self.number(x)?, self.number(y)?);
                self.checked(expr, math::pow(x, y), &[x, y])?
            }
            Node::Min(list) => self.fold(expr, list, |a, b| if b < a { b } else { a })?,
            Node::Max(list) => self.fold(expr, list, |a, b| if b > a { b } else { a })?,
            Node::Clamp(x, low, high) => {
                let (x, low, high) = (self.number(x)?, self.number(low)?, self.number(high)?);
                let raised = if low > x { low } else { x };
                if high < raised { high } else { raised }
            }
            Node::Call(function, x) => {
                let x = self.number(x)?;
                self.checked(expr, math::call(function, x), &[x])?
            }
            Node::CountTrue(list) => {
                let mut count = 0.0;
                for operand in exprs.list(list) {
                    count += if self.condition(*operand)? { 1.0 } else { 0.0 };
                }
                count
            }
            Node::If(condition, yes, no) => self.number(if self.condition(condition)? { yes } else { no })?,
            Node::Draw(draw) => self.draw(expr, draw)?,
            // Conditions; the checks keep them from where a number is needed.
            Node::Condition(_)
            | Node::Fired(_)
            | Node::Compare(..)
            | Node::Not(_)
            | Node::And(_)
            | Node::Or(_) => f64::NAN,
        };
        Ok(value)
    }

    /// The value of an expression that is a condition.
    pub(crate) fn condition(&self, expr: ExprId) -> Result<bool, Fault> {
        let exprs = &self.situation.model().exprs;
        Ok(match exprs.node(expr) {
            Node::Condition(value) => value,
            Node::Index(index) => {
                let known = self.indices.borrow()[index.index()];
                if let Some(Known::Condition(value)) = known {
                    return Ok(value);
                }
                let value = self.condition(self.situation.model().indices[index.index()].value)?;
                self.indices.borrow_mut()[index.index()] = Some(Known::Condition(value));
                value
            }
            Node::Start(inner) => self.start().condition(inner)?,
            Node::Fired(history) => self.count(history) > 0,
            Node::Compare(comparison, a, b) => comparison.holds(self.number(a)?, self.number(b)?),
            Node::Not(inner) => !self.condition(inner)?,
            Node::And(list) => {
                for operand in exprs.list(list) {
                    if !self.condition(*operand)? {
                        return Ok(false);
                    }
                }
                true
            }
            Node::Or(list) => {
                for operand in exprs.list(list) {
                    if self.condition(*operand)? {
                        return Ok(true);
                    }
                }
                false
            }
            Node::If(condition, yes, no) => {
                self.condition(if self.condition(condition)? { yes } else { no })?
            }
            // Numbers; the checks keep them from where a condition is needed.
            _ => false,
        })
    }

    fn step(&self) -> u32 {
        if self.at_start { 0 } else { self.situation.step() }
    }

    /// What is settled before step 0 reads no state.
    fn state(&self) -> &'a [f64] {
        if self.at_start { self.situation.started() } else { self.situation.state() }
    }

    fn start(&self) -> &Self {
        if self.at_start {
            return self;
        }
        self.start.get_or_init(|| Box::new(Self::new(self.situation, true, self.settling)))
    }

    fn fold(&self, expr: ExprId, list: ListId, join: fn(f64, f64) -> f64) -> Result<f64, Fault> {
        let mut operands = self.situation.model().exprs.list(list).iter();
        let Some(first) = operands.next() else { return Ok(0.0) };
        let mut value = self.number(*first)?;
        for operand in operands {
            let next = self.number(*operand)?;
            value = self.checked(expr, join(value, next), &[value, next])?;
        }
        Ok(value)
    }

    /// A result that must not be NaN.
    fn checked(&self, expr: ExprId, value: f64, operands: &[f64]) -> Result<f64, Fault> {
        if value.is_nan() {
            return Err(Fault { expr, problem: Problem::NotANumber { operands: operands.to_vec() } });
        }
        Ok(value)
    }

    fn count(&self, history: HistoryId) -> u64 {
        if self.at_start { 0 } else { self.situation.count(history) }
    }

    fn last(&self, history: HistoryId) -> Option<u32> {
        if self.at_start { None } else { self.situation.last(history) }
    }

    fn draw(&self, expr: ExprId, draw: DrawId) -> Result<f64, Fault> {
        let mut values = [0.0; 3];
        if let Distribution::Family(_, arguments) = &self.situation.model().exprs.draw(draw).distribution {
            for (value, argument) in values.iter_mut().zip(arguments) {
                *value = self.number(*argument)?;
            }
        }
        let drawn = self.situation.draw(draw, &values, self.settling);
        self.checked(expr, drawn.map_err(|problem| Fault { expr, problem })?, &values)
    }
}
