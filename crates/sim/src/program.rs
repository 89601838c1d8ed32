//! A scenario as the engine runs it: straight-line operations over registers, and what to do with their results.
//!
//! There are two files of registers: numbers, 64 doubles each (a lane is a trial), and masks, a bit a lane. A register
//! is written by one operation alone, but for those at the top, which hold what one tape needs on its way. What can go
//! wrong in a lane is a mask too (`bad`): it is looked at where the value is used, in the lanes that use it, so that an
//! operation may run in lanes that do not need it.

mod form;
mod print;

use std::ops::Range;

use cordiale_core::model::{Distribution, EffectKind, Family, Function, Relation};

use crate::engine::bits;
use crate::num::dist::{self, Quantile};
use crate::num::math;
use crate::random::LANES;
use crate::simd::{Kernel, Lanes};

pub(crate) use form::{Form, Link, MOST_TERMS, Term, Terms};

/// A register's place in its file; in [`crate::lower`] a node's place in the graph.
pub(crate) type Reg = u32;

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Negate,
    Call(Function),
}

impl Unary {
    pub(crate) fn apply(self, x: f64) -> f64 {
        match self {
            Self::Negate => -x,
            Self::Call(function) => math::call(function, x),
        }
    }
}

/// A function of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    Power,
}

impl Binary {
    pub(crate) fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
            Self::Min => min(a, b),
            Self::Max => max(a, b),
            Self::Power => math::pow(a, b),
        }
    }
}

/// The least, the first of equals.
#[inline]
pub(crate) fn min(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// The greatest, the first of equals.
#[inline]
pub(crate) fn max(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The chance that a hazard \[per year\] strikes within `dt` years; a hazard below 0 counts as 0.
#[inline]
pub(crate) fn hazard_chance(hazard: f64, dt: f64) -> f64 {
    1.0 - math::exp(-(max(hazard, 0.0) * dt))
}

/// What fills a register, from others. Conditions and their combinations fill masks, all else numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Unary(Unary, Reg),
    Binary(Binary, Reg, Reg),
    /// `x ^ n`
    PowerWhole(Reg, u32),
    /// The second where the mask is set, the third elsewhere.
    Select(Reg, Reg, Reg),
    /// The number, and 1 more where the mask is set.
    CountIf(Reg, Reg),
    /// A place in [`Program::draws`], and the arguments; NaN where these are out of range.
    Draw(u32, [Reg; 3]),
    Compare(Relation, Reg, Reg),
    IsNan(Reg),
    /// NaN or infinite.
    NotFinite(Reg),
    Not(Reg),
    And(Reg, Reg),
    Or(Reg, Reg),
    /// As [`Op::Select`], of masks.
    SelectMask(Reg, Reg, Reg),
    // What constants become in a program: the bits of a number in place of a register.
    BinaryRight(Binary, Reg, u64),
    BinaryLeft(Binary, u64, Reg),
    CompareWith(Relation, Reg, u64),
}

impl Op {
    /// Whether it fills a mask.
    pub(crate) fn is_mask(self) -> bool {
        matches!(
            self,
            Self::Compare(..)
                | Self::CompareWith(..)
                | Self::IsNan(_)
                | Self::NotFinite(_)
                | Self::Not(_)
                | Self::And(..)
                | Self::Or(..)
                | Self::SelectMask(..)
        )
    }

    /// The same with other operands.
    pub(crate) fn map(self, mut f: impl FnMut(Reg) -> Reg) -> Self {
        match self {
            Self::Unary(op, a) => Self::Unary(op, f(a)),
            Self::Binary(op, a, b) => Self::Binary(op, f(a), f(b)),
            Self::PowerWhole(a, n) => Self::PowerWhole(f(a), n),
            Self::Select(c, a, b) => Self::Select(f(c), f(a), f(b)),
            Self::CountIf(a, c) => Self::CountIf(f(a), f(c)),
            Self::Draw(draw, [a, b, c]) => Self::Draw(draw, [f(a), f(b), f(c)]),
            Self::Compare(op, a, b) => Self::Compare(op, f(a), f(b)),
            Self::IsNan(a) => Self::IsNan(f(a)),
            Self::NotFinite(a) => Self::NotFinite(f(a)),
            Self::Not(a) => Self::Not(f(a)),
            Self::And(a, b) => Self::And(f(a), f(b)),
            Self::Or(a, b) => Self::Or(f(a), f(b)),
            Self::SelectMask(c, a, b) => Self::SelectMask(f(c), f(a), f(b)),
            Self::BinaryRight(op, a, b) => Self::BinaryRight(op, f(a), b),
            Self::BinaryLeft(op, a, b) => Self::BinaryLeft(op, a, f(b)),
            Self::CompareWith(op, a, b) => Self::CompareWith(op, f(a), b),
        }
    }
}

/// An operation and the register that it fills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub(crate) out: Reg,
    pub(crate) op: Op,
}

/// Operations that are run together: a part of [`Program::code`].
pub(crate) type Tape = Range<usize>;

/// Where a number is drawn.
#[derive(Clone, Debug)]
pub(crate) struct DrawPlan {
    /// Its place in [`Program::streams`].
    pub(crate) stream: u32,
    /// Whether a step draws anew; otherwise once a trial.
    pub(crate) each_step: bool,
    pub(crate) distribution: Distribution,
}

/// A draw in some lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LanesDraw<'a> {
    pub(crate) distribution: &'a Distribution,
    /// A family's arguments, as many as it has.
    pub(crate) arguments: [&'a Lanes; 3],
    pub(crate) uniforms: &'a [f64; LANES],
    /// Lanes that are asked for.
    pub(crate) active: u64,
}

impl LanesDraw<'_> {
    /// The values at the uniforms; NaN where the arguments are out of range.
    // Inlined, it would crowd out what runs far more often.
    #[inline(never)]
    pub(crate) fn quantiles<K: Kernel>(&self, kernel: K, out: &mut Lanes) {
        let Self { distribution, arguments, uniforms, active } = *self;
        let is_few = active.count_ones() as usize <= dist::FEW;
        match distribution {
            Distribution::Family(family @ (Family::Normal | Family::Lognormal), _) if !is_few => {
                dist::normals(kernel, *family, arguments, uniforms, out);
            }
            Distribution::Interval { lo, hi } if !is_few => {
                dist::intervals_90(kernel, (*lo, *hi), uniforms, out);
            }
            Distribution::Family(family, _) => {
                let (mut room, mut count) = ([0; LANES], 0);
                for (place, lane) in room.iter_mut().zip(bits(active)) {
                    *place = lane;
                    count += 1;
                }
                let of = |lane: usize| arguments.map(|argument| argument[lane]);
                let is_one = |argument: &Lanes| {
                    let first = argument[0].to_bits();
                    argument.iter().fold(true, |all, x| all & (x.to_bits() == first))
                };
                let is_same = arguments.into_iter().all(is_one);
                for lanes in room[..count]
                    .chunk_by_mut(|&a, &b| is_same || of(a).map(f64::to_bits) == of(b).map(f64::to_bits))
                {
                    match Quantile::new(*family, &of(lanes[0])) {
                        Ok(quantile) => quantile.at_lanes(kernel, lanes, uniforms, out),
                        Err(_) => lanes.iter().for_each(|&lane| out[lane] = f64::NAN),
                    }
                }
            }
            Distribution::Interval { lo, hi } => {
                bits(active).for_each(|lane| out[lane] = dist::interval_90(*lo, *hi, uniforms[lane]));
            }
            Distribution::Discrete(pairs) => {
                bits(active).for_each(|lane| out[lane] = dist::discrete(pairs, uniforms[lane]));
            }
        }
    }
}

/// A number for all lanes, or one for each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand {
    Number(f64),
    Register(Reg),
}

/// A condition, and where looking at it is an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    pub(crate) mask: Reg,
    pub(crate) bad: Option<Reg>,
}

impl Test {
    pub(crate) fn for_each_register(&mut self, mut f: impl FnMut(&mut Reg)) {
        f(&mut self.mask);
        self.bad.iter_mut().for_each(f);
    }
}

/// A number, and where using it is an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantity {
    pub(crate) value: Reg,
    pub(crate) bad: Option<Reg>,
}

impl Quantity {
    pub(crate) fn for_each_register(&mut self, mut f: impl FnMut(&mut Reg)) {
        f(&mut self.value);
        self.bad.iter_mut().for_each(f);
    }
}

/// A state value that changes.
#[derive(Clone, Debug)]
pub(crate) struct SlotPlan {
    pub(crate) name: String,
    /// Its register in a step.
    pub(crate) state: Reg,
    /// The register of its start.
    pub(crate) start: Reg,
    pub(crate) range: (f64, f64),
    /// Whether its drift can leave the finite numbers.
    pub(crate) may_overflow: bool,
    pub(crate) decay: Option<DecayPlan>,
    pub(crate) noise: Option<NoisePlan>,
    /// The memos that are to be evaluated anew where a rule has changed it.
    pub(crate) wakes: Vec<u32>,
}

/// Operations that are run again only where an input has moved, for what they came to stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoPlan {
    pub(crate) tape: Tape,
    /// The memos, all of them later ones, that are to be evaluated anew after it.
    pub(crate) wakes: Vec<u32>,
}

/// `toward + (x - toward) * factor`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecayPlan {
    pub(crate) toward: Operand,
    pub(crate) factor: Operand,
    /// Where the rate is 0 the value stays as it is.
    pub(crate) still: Option<Reg>,
}

/// `+ sd * N`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoisePlan {
    pub(crate) sd: Operand,
    pub(crate) stream: u32,
}

/// When a chance may be compared with a draw by its upper bound first, and evaluated only where the draw lies below:
/// where evaluating it can neither fail nor count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// It may do either.
    None,
    /// No chance is above it.
    Number(f64),
    /// The chance is the same in all steps: where it turns out to do neither, its greatest of a block is the bound.
    OfTrial,
}

/// How a rule that passed its guards comes to fire.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TriggerPlan {
    Always,
    /// With a chance that comes of a number in a register.
    Number {
        x: Quantity,
        link: Link,
        /// Where the chance is outside \[0, 1\] or the hazard below 0, if it can be.
        outside: Option<Reg>,
        /// Where the hazard is above 0.5 / dt, if it can be.
        fast: Option<Reg>,
        /// The chance itself, where it is the same in all steps.
        chance: Option<Reg>,
    },
    /// With a chance that is bounded and comes of a form.
    Form {
        form: Form,
        link: Link,
    },
}

/// What a change is of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Amount {
    /// A register that a tape fills.
    Quantity(Quantity),
    /// A form; never an error.
    Form(Form),
}

impl Amount {
    pub(crate) fn for_each_register(&mut self, f: impl FnMut(&mut Reg)) {
        match self {
            Self::Quantity(quantity) => quantity.for_each_register(f),
            Self::Form(form) => form.for_each_register(f),
        }
    }
}

/// A change of one state value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EffectPlan {
    /// A place in [`Program::slots`].
    pub(crate) slot: u32,
    pub(crate) kind: EffectKind,
    pub(crate) value: Amount,
}

/// One way that a firing may go.
#[derive(Clone, Debug)]
pub(crate) struct BranchPlan {
    pub(crate) weight: Quantity,
    /// Where the weight is below 0, if it can be.
    pub(crate) negative: Option<Reg>,
    pub(crate) tape: Tape,
    pub(crate) effects: Vec<EffectPlan>,
}

/// The operations of one instance, in the order in which they are needed; each needs those before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct InstanceTapes {
    pub(crate) guard: Tape,
    pub(crate) chance: Tape,
    pub(crate) weights: Tape,
    pub(crate) effects: Tape,
}

/// A rule with its actors put in.
#[derive(Clone, Debug)]
pub(crate) struct InstancePlan {
    /// The rule's place in [`Program::entries`]; those of its branches follow it.
    pub(crate) entry: u32,
    pub(crate) window: Range<u32>,
    pub(crate) at: Option<Vec<u32>>,
    pub(crate) forced: Vec<(u32, Option<usize>)>,
    pub(crate) cooldown: u64,
    pub(crate) limit: Option<u64>,
    pub(crate) when: Option<Test>,
    pub(crate) trigger: TriggerPlan,
    pub(crate) bound: Bound,
    pub(crate) fire_stream: u32,
    pub(crate) branch_stream: u32,
    pub(crate) priority: i64,
    pub(crate) tapes: InstanceTapes,
    pub(crate) effects: Vec<EffectPlan>,
    pub(crate) branches: Vec<BranchPlan>,
    /// The histories that its firings (or those with this branch) belong to.
    pub(crate) histories: Vec<(u32, Option<usize>)>,
}

/// The registers of a history; those that nothing reads are left out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HistoryPlan {
    /// A mask.
    pub(crate) fired: Option<Reg>,
    /// How often.
    pub(crate) count: Option<Reg>,
    /// The step of the last firing, minus infinity before the first.
    pub(crate) last: Option<Reg>,
}

/// What is looked at in each observation.
#[derive(Clone, Debug)]
pub(crate) enum OutcomePlan {
    Event {
        test: Test,
        /// Steps without a break.
        sustained: u64,
    },
    Value(Quantity),
    /// The first that holds; none holds always.
    Levels(Vec<Option<Test>>),
}

/// The whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    /// How many registers there are.
    pub(crate) numbers: usize,
    pub(crate) masks: usize,
    /// Registers that are filled once.
    pub(crate) constants: Vec<(Reg, f64)>,
    pub(crate) mask_constants: Vec<(Reg, bool)>,
    pub(crate) code: Vec<Instruction>,
    /// Run once a trial.
    pub(crate) trial: Tape,
    /// Run at an observation, in this order, if an input has moved.
    pub(crate) memos: Vec<MemoPlan>,
    /// Run at each observation, after the memos.
    pub(crate) common: Tape,
    pub(crate) draws: Vec<DrawPlan>,
    /// The names of all streams.
    pub(crate) streams: Vec<String>,
    /// Masks of the lanes in which a trial fails before its first step.
    pub(crate) trial_checks: Vec<Reg>,
    pub(crate) slots: Vec<SlotPlan>,
    pub(crate) step: Option<Reg>,
    pub(crate) years: Option<Reg>,
    pub(crate) histories: Vec<HistoryPlan>,
    pub(crate) instances: Vec<InstancePlan>,
    pub(crate) outcomes: Vec<OutcomePlan>,
    /// How many rules and branches are counted: each rule, in the order of names, then its branches.
    pub(crate) entries: usize,
    /// The names of the instances that were left out because they can never fire, ascending.
    pub(crate) never: Vec<String>,
    /// The names of the outcomes whose conditions always hold or never, as far as ranges tell.
    pub(crate) still: Vec<String>,
    /// The names of the state values that were left out because nothing reads them.
    pub(crate) unread: Vec<String>,
    pub(crate) steps: u32,
    pub(crate) per_year: u32,
}

impl Program {
    /// Whether a step of a trial draws anything.
    pub(crate) fn is_chancy(&self) -> bool {
        self.draws.iter().any(|draw| draw.each_step)
            || self.slots.iter().any(|slot| slot.noise.is_some())
            || self.instances.iter().any(|instance| {
                !matches!(instance.trigger, TriggerPlan::Always) || instance.branches.len() > 1
            })
    }

    /// Whether all trials are alike at step 0, for no parameter and no start is drawn.
    pub(crate) fn starts_fixed(&self) -> bool {
        self.draws.iter().all(|draw| draw.each_step)
    }

    /// Whether all trials are alike, for none draws anything.
    pub(crate) fn is_fixed(&self) -> bool {
        self.draws.is_empty() && !self.is_chancy()
    }
}
