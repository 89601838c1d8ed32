//! Ground expressions: every name resolved to an index, every group and bound name written out.
//!
//! A node's operands always come before it, so that a walk in order of ids needs no recursion.

use super::constants;
use super::{HistoryId, IndexId, ParameterId, SlotId};
use crate::source::Span;

/// An expression in an [`Exprs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub(crate) u32);

impl ExprId {
    /// Its place in [`Exprs`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A list of operands in an [`Exprs`]; see [`Exprs::list`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListId {
    start: u32,
    len: u32,
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Relation {
    /// As files write it.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    /// Whether it holds between two values.
    #[must_use]
    pub fn holds<T: PartialOrd + Copy>(self, a: T, b: T) -> bool {
        match self {
            Self::Equal => a == b,
            Self::NotEqual => a != b,
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
        }
    }

    /// The comparison with its sides exchanged: `b > a` for `a < b`.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            same => same,
        }
    }
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `abs(x)`
    Abs,
    /// `exp(x)`
    Exp,
    /// `ln(x)`, the natural logarithm
    Ln,
    /// `sqrt(x)`
    Sqrt,
    /// `logistic(x)` = 1 / (1 + exp(-x))
    Logistic,
    /// `floor(x)`
    Floor,
    /// `ceil(x)`
    Ceil,
}

/// A family of distributions, with up to three numbers as arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// `uniform(lo, hi)`, lo <= hi.
    Uniform,
    /// `normal(mean, sd)`, sd >= 0.
    Normal,
    /// `lognormal(median, sigma)`, median > 0, sigma >= 0: the median times e to a normal of sd sigma.
    Lognormal,
    /// `beta(a, b)`, both > 0.
    Beta,
    /// `triangular(lo, mode, hi)`, lo <= mode <= hi.
    Triangular,
    /// `exponential(mean)`, mean > 0.
    Exponential,
    /// `gamma(mean, sd)`, both > 0: shape (mean/sd)^2, scale sd^2/mean.
    Gamma,
    /// `poisson(mean)`, mean >= 0.
    Poisson,
    /// `bernoulli(p)`, p in [0, 1].
    Bernoulli,
}

impl Family {
    /// As written in an expression.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Normal => "normal",
            Self::Lognormal => "lognormal",
            Self::Beta => "beta",
            Self::Triangular => "triangular",
            Self::Exponential => "exponential",
            Self::Gamma => "gamma",
            Self::Poisson => "poisson",
            Self::Bernoulli => "bernoulli",
        }
    }

    /// The names of its arguments, in order.
    #[must_use]
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Uniform => &["lo", "hi"],
            Self::Normal | Self::Gamma => &["mean", "sd"],
            Self::Lognormal => &["median", "sigma"],
            Self::Beta => &["a", "b"],
            Self::Triangular => &["lo", "mode", "hi"],
            Self::Exponential | Self::Poisson => &["mean"],
            Self::Bernoulli => &["p"],
        }
    }
}

/// What a draw is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// A family and its arguments, in order.
    Family(Family, Vec<ExprId>),
    /// `lo to hi`: a 90% interval, normal, or lognormal where both ends are positive; `lo < hi`.
    Interval {
        /// The 5% quantile.
        lo: f64,
        /// The 95% quantile.
        hi: f64,
    },
    /// `discrete(v1: w1, ...)`: values and weights, weights 0 or more with a positive sum.
    Discrete(Vec<(f64, f64)>),
}

/// A place that draws one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// From what.
    pub distribution: Distribution,
    /// The full name of its random stream, as `parameter/exercise_rate/0`.
    pub stream: String,
}

/// A draw in an [`Exprs`]; see [`Exprs::draw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DrawId(u32);

impl DrawId {
    /// Its place in [`Exprs::draws`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One node. Its type (a number or a condition) follows from the node; operands are of the type they need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// A number: finite, or infinite as an operand of a comparison.
    Number(f64),
    /// A condition that is fixed.
    Condition(bool),
    /// A state value.
    Slot(SlotId),
    /// A parameter.
    Parameter(ParameterId),
    /// An index, a number or a condition; counts as written in place.
    Index(IndexId),
    /// `step`: 0, 1, 2, ...
    Step,
    /// `years` since the start.
    Years,
    /// `start(x)`: a number or condition as it was at step 0 of this trial.
    Start(ExprId),
    /// `fired(r)`: a condition.
    Fired(HistoryId),
    /// `count(r)`: a number.
    Count(HistoryId),
    /// `since(r)`: years, infinite before the first firing.
    Since(HistoryId),
    /// `-x`
    Negate(ExprId),
    /// `((a + b) + c) + ...`; a subtracted term is a [`Node::Negate`]. Two terms or more.
    Sum(ListId),
    /// `((a * b) * c) * ...`; two factors or more.
    Product(ListId),
    /// `a / b`
    Divide(ExprId, ExprId),
    /// `x ^ n`: `n` from 0 to 16 by repeated multiplication, `((x * x) * x) * ...`.
    PowerWhole(ExprId, u32),
    /// `x ^ y`
    Power(ExprId, ExprId),
    /// The least, from the left; one operand or more.
    Min(ListId),
    /// The greatest, from the left; one operand or more.
    Max(ListId),
    /// `clamp(x, lo, hi)` = `min(max(x, lo), hi)`
    Clamp(ExprId, ExprId, ExprId),
    /// A function of one number.
    Call(Function, ExprId),
    /// How many of these conditions hold.
    CountTrue(ListId),
    /// A comparison of numbers.
    Compare(Relation, ExprId, ExprId),
    /// `not c`
    Not(ExprId),
    /// All hold; evaluated from the left as far as needed.
    And(ListId),
    /// Any holds; evaluated from the left as far as needed.
    Or(ListId),
    /// `if(c, a, b)`: only the arm that is needed is evaluated; both arms numbers or both conditions.
    If(ExprId, ExprId, ExprId),
    /// A draw.
    Draw(DrawId),
}

/// All ground expressions of a scenario.
#[derive(Clone, Debug, Default)]
pub struct Exprs {
    nodes: Vec<Node>,
    spans: Vec<Span>,
    operands: Vec<ExprId>,
    draws: Vec<Draw>,
}

impl Exprs {
    /// The node of an expression.
    #[must_use]
    pub fn node(&self, id: ExprId) -> Node {
        self.nodes[id.index()]
    }

    /// Where it is written.
    #[must_use]
    pub fn span(&self, id: ExprId) -> Span {
        self.spans[id.index()]
    }

    /// The operands of a list.
    #[must_use]
    pub fn list(&self, list: ListId) -> &[ExprId] {
        &self.operands[list.start as usize..(list.start + list.len) as usize]
    }

    /// A draw.
    #[must_use]
    pub fn draw(&self, id: DrawId) -> &Draw {
        &self.draws[id.index()]
    }

    /// All draws; a [`DrawId`] is a place in them.
    #[must_use]
    pub fn draws(&self) -> &[Draw] {
        &self.draws
    }

    /// All nodes, operands before what uses them; an [`ExprId`] is a place in them.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The value of an expression that is a fixed number, such as `2 ^ 3`; it may be infinite. A run computes it again.
    #[must_use]
    pub fn fixed_number(&self, id: ExprId) -> Option<f64> {
        constants::fixed_number(self, id)
    }

    /// Whether an expression of a start holds neither a draw nor a parameter.
    #[must_use]
    pub fn is_fixed(&self, id: ExprId) -> bool {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let node = self.node(id);
            if matches!(node, Node::Draw(_) | Node::Parameter(_)) {
                return false;
            }
            self.for_each_operand(node, |operand| open.push(operand));
        }
        true
    }

    /// Calls `visit` with every direct operand of a node, from the left; not with an index's own expression.
    pub fn for_each_operand(&self, node: Node, mut visit: impl FnMut(ExprId)) {
        match node {
            Node::Number(_)
            | Node::Condition(_)
            | Node::Slot(_)
            | Node::Parameter(_)
            | Node::Index(_)
            | Node::Step
            | Node::Years
            | Node::Fired(_)
            | Node::Count(_)
            | Node::Since(_) => {}
            Node::Start(a) | Node::Negate(a) | Node::PowerWhole(a, _) | Node::Call(_, a) | Node::Not(a) => {
                visit(a);
            }
            Node::Divide(a, b) | Node::Power(a, b) | Node::Compare(_, a, b) => {
                visit(a);
                visit(b);
            }
            Node::Clamp(a, b, c) | Node::If(a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
            Node::Sum(list)
            | Node::Product(list)
            | Node::Min(list)
            | Node::Max(list)
            | Node::CountTrue(list)
            | Node::And(list)
            | Node::Or(list) => self.list(list).iter().copied().for_each(visit),
            Node::Draw(draw) => {
                if let Distribution::Family(_, args) = &self.draw(draw).distribution {
                    args.iter().copied().for_each(visit);
                }
            }
        }
    }

    pub(crate) fn push(&mut self, node: Node, span: Span) -> ExprId {
        self.nodes.push(node);
        self.spans.push(span);
        ExprId(u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX))
    }

    /// Gives every slot its new place.
    pub(crate) fn move_slots(&mut self, places: &[SlotId]) {
        for node in &mut self.nodes {
            if let Node::Slot(slot) = node {
                *slot = places[slot.index()];
            }
        }
    }

    pub(crate) fn push_list(&mut self, operands: &[ExprId]) -> ListId {
        let start = u32::try_from(self.operands.len()).unwrap_or(u32::MAX);
        self.operands.extend_from_slice(operands);
        ListId { start, len: u32::try_from(operands.len()).unwrap_or(u32::MAX) }
    }

    pub(crate) fn push_draw(&mut self, draw: Draw) -> DrawId {
        self.draws.push(draw);
        DrawId(u32::try_from(self.draws.len() - 1).unwrap_or(u32::MAX))
    }
}
