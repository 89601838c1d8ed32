//! The graph of all operations: equal ones once, constants computed, and for each what is known of its value.
//!
//! A node's operands come before it. Errors are masks of their own (see [`Value`]), so that nothing here hides one.

use std::collections::HashMap;

use cordiale_core::model::{Function, Relation};
use foldhash::fast::RandomState;

use super::interval::Interval;
use crate::num::math;
use crate::program::{Binary, DrawPlan, Op, Reg, Unary};

/// How often a node's value can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Constant,
    Trial,
    Step,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Def {
    /// The bits of a number.
    Number(u64),
    Mask(bool),
    Source(Source),
    Op(Op),
}

/// A register that the engine fills itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// A state value: a place in the program's slots.
    State(u32),
    Step,
    Years,
    /// A mask, of a history.
    Fired(u32),
    Count(u32),
    /// The step of a history's last firing.
    Last(u32),
}

/// A number or condition, and the mask of the lanes in which evaluating it is an error. There its value is of no
/// meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) id: Reg,
    pub(super) bad: Reg,
}

/// The node of the mask with no lane.
pub(super) const NEVER: Reg = 0;
/// The node of the mask with all lanes.
pub(super) const ALWAYS: Reg = 1;

pub(super) struct Graph {
    defs: Vec<Def>,
    levels: Vec<Level>,
    /// Of masks it is of no meaning.
    ranges: Vec<Interval>,
    known: HashMap<Def, Reg, RandomState>,
    pub(super) draws: Vec<DrawPlan>,
}

impl Graph {
    pub(super) fn new() -> Self {
        let mut graph =
            Self { defs: vec![], levels: vec![], ranges: vec![], known: HashMap::default(), draws: vec![] };
        for mask in [false, true] {
            graph.node(Def::Mask(mask), Level::Constant, Interval::ALL);
        }
        graph
    }

    pub(super) fn len(&self) -> Reg {
        u32::try_from(self.defs.len()).unwrap_or(Reg::MAX)
    }

    pub(super) fn def(&self, id: Reg) -> Def {
        self.defs[id as usize]
    }

    /// Calls for each operand of a node that is an operation.
    pub(super) fn for_each_operand(&self, id: Reg, mut f: impl FnMut(Reg)) {
        if let Def::Op(op) = self.def(id) {
            op.map(|operand| {
                f(operand);
                operand
            });
        }
    }

    pub(super) fn level(&self, id: Reg) -> Level {
        self.levels[id as usize]
    }

    pub(super) fn range(&self, id: Reg) -> Interval {
        self.ranges[id as usize]
    }

    pub(super) fn is_mask(&self, id: Reg) -> bool {
        match self.def(id) {
            Def::Mask(_) | Def::Source(Source::Fired(_)) => true,
            Def::Number(_) | Def::Source(_) => false,
            Def::Op(op) => op.is_mask(),
        }
    }

    /// From here on the number counts as finite: a trial in which it is not ends before anything reads it.
    pub(super) fn assume_finite(&mut self, id: Reg) {
        let range = &mut self.ranges[id as usize];
        *range = Interval::finite_part(range.lo, range.hi);
    }

    /// Whether the number is surely not -0.0.
    pub(super) fn is_never_negative_zero(&self, id: Reg) -> bool {
        match self.constant(id) {
            Some(x) => x.to_bits() != (-0.0_f64).to_bits(),
            None => !self.range(id).contains(0.0),
        }
    }

    /// The place in the program's slots of a node that is a state value.
    pub(super) fn state_place(&self, id: Reg) -> u32 {
        match self.def(id) {
            Def::Source(Source::State(place)) => place,
            // Never so: whatever an effect reaches is a state value that changes.
            _ => u32::MAX,
        }
    }

    fn node(&mut self, def: Def, level: Level, range: Interval) -> Reg {
        if let Some(&id) = self.known.get(&def) {
            return id;
        }
        let id = self.len();
        self.defs.push(def);
        self.levels.push(level);
        self.ranges.push(range);
        self.known.insert(def, id);
        id
    }

    pub(super) fn number(&mut self, x: f64) -> Reg {
        self.node(Def::Number(x.to_bits()), Level::Constant, Interval::point(x))
    }

    pub(super) fn mask(mask: bool) -> Reg {
        if mask { ALWAYS } else { NEVER }
    }

    pub(super) fn source(&mut self, source: Source, range: Interval) -> Reg {
        self.node(Def::Source(source), Level::Step, range)
    }

    pub(super) fn constant(&self, id: Reg) -> Option<f64> {
        match self.def(id) {
            Def::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// An operation on nodes, or the constant that it comes to.
    fn op(&mut self, op: Op, range: Interval) -> Reg {
        let mut level = Level::Constant;
        op.map(|operand| {
            level = level.max(self.level(operand));
            operand
        });
        if let Op::Draw(draw, _) = op {
            level = if self.draws[draw as usize].each_step { Level::Step } else { Level::Trial };
        }
        self.node(Def::Op(op), level, range)
    }

    // ---- numbers

    /// A function of one number, and its errors.
    pub(super) fn unary(&mut self, op: Unary, a: Value) -> Value {
        let range = self.range(a.id);
        let (range, may_fail) = match op {
            Unary::Negate => (range.negate(), false),
            Unary::Call(Function::Abs) => (range.abs(), false),
            Unary::Call(Function::Exp) => (range.exp(), false),
            Unary::Call(Function::Ln) => (range.ln(), range.lo < 0.0),
            Unary::Call(Function::Sqrt) => (range.sqrt(), range.lo < 0.0),
            Unary::Call(Function::Logistic) => (range.logistic(), false),
            Unary::Call(Function::Floor) => (range.map(f64::floor), false),
            Unary::Call(Function::Ceil) => (range.map(f64::ceil), false),
        };
        let id = match self.constant(a.id) {
            Some(x) => self.number(op.apply(x)),
            None => self.op(Op::Unary(op, a.id), range),
        };
        self.checked(id, a.bad, may_fail)
    }

    /// A function of two numbers, and its errors.
    pub(super) fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        let (x, y) = (self.range(a.id), self.range(b.id));
        let (range, may_fail) = match op {
            Binary::Add => (x.add(y), x.add_may_fail(y)),
            Binary::Sub => (x.add(y.negate()), x.add_may_fail(y.negate())),
            Binary::Mul => (x.mul(y), x.mul_may_fail(y)),
            Binary::Div => (x.div(y), x.div_may_fail(y)),
            Binary::Min => (x.min(y), false),
            Binary::Max => (x.max(y), false),
            Binary::Power => (x.power(y), x.power_may_fail(y)),
        };
        let id = match (self.constant(a.id), self.constant(b.id)) {
            (Some(x), Some(y)) => self.number(op.apply(x, y)),
            _ => {
                // Sums and products are the same either way round, so that equal ones are found.
                let swap = matches!(op, Binary::Add | Binary::Mul) && a.id > b.id;
                let (a, b) = if swap { (b.id, a.id) } else { (a.id, b.id) };
                self.op(Op::Binary(op, a, b), range)
            }
        };
        let mut bad = self.or(a.bad, b.bad);
        if op == Binary::Div && y.contains(0.0) {
            let zero = self.number(0.0);
            let by_zero = self.compare_ids(Relation::Equal, b.id, zero);
            bad = self.or(bad, by_zero);
        }
        self.checked(id, bad, may_fail)
    }

    /// `x ^ n` by repeated multiplication.
    pub(super) fn power_whole(&mut self, a: Value, n: u32) -> Value {
        let range = self.range(a.id).power_whole(n);
        let id = match self.constant(a.id) {
            Some(x) => self.number(math::powi(x, n)),
            None => self.op(Op::PowerWhole(a.id, n), range),
        };
        // Products of one number by itself are never NaN.
        Value { id, bad: a.bad }
    }

    /// The number, and 1 more where the condition holds.
    pub(super) fn count_if(&mut self, a: Value, c: Value) -> Value {
        let bad = self.or(a.bad, c.bad);
        if let (Some(x), Def::Mask(mask)) = (self.constant(a.id), self.def(c.id)) {
            return Value { id: self.number(if mask { x + 1.0 } else { x }), bad };
        }
        let range = self.range(a.id);
        let range = range.union(range.add(Interval::point(1.0)));
        Value { id: self.op(Op::CountIf(a.id, c.id), range), bad }
    }

    /// `if(c, a, b)`, all numbers or all conditions; errors of the arm that is taken alone count.
    pub(super) fn select(&mut self, c: Value, a: Value, b: Value) -> Value {
        let of_arms = self.select_mask(c.id, a.bad, b.bad);
        let bad = self.or(c.bad, of_arms);
        if self.is_mask(a.id) {
            return Value { id: self.select_mask(c.id, a.id, b.id), bad };
        }
        let id = match self.def(c.id) {
            Def::Mask(true) => a.id,
            Def::Mask(false) => b.id,
            _ if a.id == b.id => a.id,
            _ => {
                let range = self.range(a.id).union(self.range(b.id));
                self.op(Op::Select(c.id, a.id, b.id), range)
            }
        };
        Value { id, bad }
    }

    /// A draw; `arguments` are of the distribution's family, `range` holds whatever can come out.
    pub(super) fn draw(
        &mut self,
        plan: DrawPlan,
        arguments: &[Value],
        range: Interval,
        may_fail: bool,
    ) -> Value {
        let draw = u32::try_from(self.draws.len()).unwrap_or(u32::MAX);
        self.draws.push(plan);
        let none = self.number(0.0);
        let mut places = [none; 3];
        let mut bad = NEVER;
        for (place, argument) in places.iter_mut().zip(arguments) {
            *place = argument.id;
            bad = self.or(bad, argument.bad);
        }
        let id = self.op(Op::Draw(draw, places), range);
        self.checked(id, bad, may_fail)
    }

    /// A number whose own operation may give NaN.
    fn checked(&mut self, id: Reg, bad: Reg, may_fail: bool) -> Value {
        if !may_fail {
            return Value { id, bad };
        }
        let nan = match self.constant(id) {
            Some(x) => Self::mask(x.is_nan()),
            None => self.op(Op::IsNan(id), Interval::ALL),
        };
        Value { id, bad: self.or(bad, nan) }
    }

    /// The mask of the lanes in which the number is infinite (or an error).
    pub(super) fn not_finite(&mut self, a: Value) -> Reg {
        if self.range(a.id).is_finite() {
            return a.bad;
        }
        let infinite = match self.constant(a.id) {
            Some(x) => Self::mask(!x.is_finite()),
            None => self.op(Op::NotFinite(a.id), Interval::ALL),
        };
        self.or(a.bad, infinite)
    }

    // ---- masks

    /// A comparison, and its errors.
    pub(super) fn compare(&mut self, op: Relation, a: Value, b: Value) -> Value {
        Value { id: self.compare_ids(op, a.id, b.id), bad: self.or(a.bad, b.bad) }
    }

    /// The lanes in which a comparison of numbers holds.
    pub(super) fn compare_ids(&mut self, op: Relation, a: Reg, b: Reg) -> Reg {
        let (x, y) = (self.range(a), self.range(b));
        // Written with care for NaN, whose lanes are errors: there any answer will do.
        let decided = match op {
            Relation::Less => decided(x.hi < y.lo, x.lo >= y.hi),
            Relation::LessEqual => decided(x.hi <= y.lo, x.lo > y.hi),
            Relation::Greater => decided(x.lo > y.hi, x.hi <= y.lo),
            Relation::GreaterEqual => decided(x.lo >= y.hi, x.hi < y.lo),
            Relation::Equal => decided(x.lo == x.hi && x == y, x.hi < y.lo || y.hi < x.lo),
            Relation::NotEqual => decided(x.hi < y.lo || y.hi < x.lo, x.lo == x.hi && x == y),
        };
        match decided {
            Some(mask) => Self::mask(mask),
            None => self.op(Op::Compare(op, a, b), Interval::ALL),
        }
    }

    pub(super) fn not(&mut self, a: Reg) -> Reg {
        match self.def(a) {
            Def::Mask(mask) => Self::mask(!mask),
            Def::Op(Op::Not(inner)) => inner,
            _ => self.op(Op::Not(a), Interval::ALL),
        }
    }

    pub(super) fn and(&mut self, a: Reg, b: Reg) -> Reg {
        match (a, b) {
            (NEVER, _) | (_, NEVER) => NEVER,
            (ALWAYS, other) | (other, ALWAYS) => other,
            _ if a == b => a,
            _ => self.op(Op::And(a.min(b), a.max(b)), Interval::ALL),
        }
    }

    pub(super) fn or(&mut self, a: Reg, b: Reg) -> Reg {
        match (a, b) {
            (ALWAYS, _) | (_, ALWAYS) => ALWAYS,
            (NEVER, other) | (other, NEVER) => other,
            _ if a == b => a,
            _ => self.op(Op::Or(a.min(b), a.max(b)), Interval::ALL),
        }
    }

    fn select_mask(&mut self, c: Reg, a: Reg, b: Reg) -> Reg {
        match (c, a, b) {
            (ALWAYS, ..) => a,
            (NEVER, ..) => b,
            _ if a == b => a,
            (_, a, NEVER) => self.and(c, a),
            (_, ALWAYS, b) => self.or(c, b),
            _ => self.op(Op::SelectMask(c, a, b), Interval::ALL),
        }
    }

    /// All hold, or (with `until` true) any holds: evaluated from the left until one settles it, so that errors
    /// behind that one do not count.
    pub(super) fn chain(&mut self, conditions: &[Value], until: bool) -> Value {
        let mut all = Value { id: Self::mask(!until), bad: NEVER };
        for next in conditions {
            let open = if until { self.not(all.id) } else { all.id };
            let reached = self.and(open, next.bad);
            all.bad = self.or(all.bad, reached);
            all.id = if until { self.or(all.id, next.id) } else { self.and(all.id, next.id) };
        }
        all
    }
}

fn decided(holds: bool, fails: bool) -> Option<bool> {
    if holds {
        Some(true)
    } else if fails {
        Some(false)
    } else {
        None
    }
}
