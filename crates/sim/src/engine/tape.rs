//! Running a tape: one operation after the other, each over all lanes, or where few are asked for over these alone.

use cordiale_core::model::{Distribution, Family, Function, Relation};

use super::lanes::{Lanes, bits, map, select, split, test, zip};
use super::once::Once;
use super::words::{DrawPlace, Words};
use crate::num::{dist, math};
use crate::program::{Binary, DrawPlan, Instruction, LanesDraw, Op, Program, Reg, Unary, max, min};
use crate::random::LANES;
use crate::simd::{Aligned, Inlined, Kernel, Key};

/// Up to this many lanes one after the other cost less than all of them together.
const FEW: u32 = 6;

/// Whether a tape runs over these lanes one after the other.
#[inline(always)]
pub(super) fn are_few(lanes: u64) -> bool {
    lanes.count_ones() <= FEW
}

/// The two files of registers.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    pub(super) numbers: Vec<Lanes>,
    pub(super) masks: Vec<u64>,
}

impl Bank {
    pub(super) fn new(program: &Program) -> Self {
        // Two numbers and a mask more than the program has.
        let mut numbers = vec![Aligned([0.0; LANES]); program.numbers + 2];
        let mut masks = vec![0; program.masks + 1];
        let ours = [(Self::zero(program), 0.0), (Self::one(program), 1.0)];
        for &(register, x) in program.constants.iter().chain(&ours) {
            numbers[register as usize] = Aligned([x; LANES]);
        }
        for &(register, mask) in program.mask_constants.iter().chain(&[(Self::always(program), true)]) {
            masks[register as usize] = if mask { u64::MAX } else { 0 };
        }
        Self { numbers, masks }
    }

    /// A register that is 0 in all lanes.
    pub(super) fn zero(program: &Program) -> Reg {
        program.numbers as Reg
    }

    /// A register that is 1 in all lanes.
    pub(super) fn one(program: &Program) -> Reg {
        program.numbers as Reg + 1
    }

    /// A mask of all lanes.
    pub(super) fn always(program: &Program) -> Reg {
        program.masks as Reg
    }

    #[inline(always)]
    pub(super) fn number(&self, register: Reg) -> &Lanes {
        &self.numbers[register as usize]
    }

    #[inline(always)]
    pub(super) fn mask(&self, register: Reg) -> u64 {
        self.masks[register as usize]
    }

    /// A mask that may have been proved empty.
    #[inline(always)]
    pub(super) fn lanes(&self, register: Option<Reg>) -> u64 {
        register.map_or(0, |register| self.mask(register))
    }
}

/// Runs some code in the lanes of `place`. In the other lanes what it fills stays as it was or, where more than a few lanes are
/// asked for, is what their operands come to.
#[inline(always)]
pub(super) fn run<K: Kernel>(
    kernel: K,
    program: &Program,
    keys: &[Key],
    bank: &mut Bank,
    code: &[Instruction],
    place: DrawPlace<'_>,
) {
    if are_few(place.active) {
        run_few(kernel, code, program, keys, bank, place);
    } else {
        kernel.vectorize(All { kernel, code, program, keys, bank, place });
    }
}

/// A tape over all lanes.
struct All<'a, K> {
    kernel: K,
    code: &'a [Instruction],
    program: &'a Program,
    keys: &'a [Key],
    bank: &'a mut Bank,
    place: DrawPlace<'a>,
}

impl<K: Kernel> Inlined for All<'_, K> {
    #[inline(always)]
    fn run(self) {
        let Self { kernel, code, program, keys, bank, place } = self;
        run_all(kernel, code, program, keys, bank, place);
    }
}

#[inline(always)]
fn run_all<K: Kernel>(
    kernel: K,
    code: &[Instruction],
    program: &Program,
    keys: &[Key],
    bank: &mut Bank,
    place: DrawPlace<'_>,
) {
    for &Instruction { out, op } in code {
        match op {
            Op::Unary(op, a) => unary(&mut bank.numbers, op, out, a),
            Op::Binary(op, a, b) => binary(&mut bank.numbers, op, out, a, b),
            Op::BinaryRight(op, a, b) => binary_right(&mut bank.numbers, op, out, a, f64::from_bits(b)),
            Op::BinaryLeft(op, a, b) => binary_left(&mut bank.numbers, op, out, f64::from_bits(a), b),
            Op::PowerWhole(a, n) => {
                let (out, rest) = split(&mut bank.numbers, out);
                power_whole(out, rest.get(a), n);
            }
            Op::Select(c, a, b) => {
                let (out, rest) = split(&mut bank.numbers, out);
                select(out, bank.masks[c as usize], rest.get(a), rest.get(b));
            }
            Op::CountIf(a, c) => {
                let (out, rest) = split(&mut bank.numbers, out);
                let mask = bank.masks[c as usize];
                for (lane, (out, a)) in out.iter_mut().zip(rest.get(a).iter()).enumerate() {
                    *out = if mask >> lane & 1 == 1 { *a + 1.0 } else { *a };
                }
            }
            Op::Draw(draw, arguments) => {
                let plan = &program.draws[draw as usize];
                draw_lanes(kernel, plan, keys, &mut bank.numbers, out, arguments, place);
            }
            Op::Compare(op, a, b) => {
                let Bank { numbers, masks } = &mut *bank;
                kernel.compare(op, &numbers[a as usize], &numbers[b as usize], &mut masks[out as usize]);
            }
            Op::CompareWith(op, a, b) => {
                let Bank { numbers, masks } = &mut *bank;
                let b = f64::from_bits(b);
                kernel.compare_with(op, &numbers[a as usize], b, &mut masks[out as usize]);
            }
            Op::IsNan(a) => {
                let Bank { numbers, masks } = &mut *bank;
                let a = &numbers[a as usize];
                kernel.compare(Relation::NotEqual, a, a, &mut masks[out as usize]);
            }
            Op::NotFinite(a) => bank.masks[out as usize] = test(bank.number(a), |x| !x.is_finite()),
            Op::Not(_) | Op::And(..) | Op::Or(..) | Op::SelectMask(..) => mask(&mut bank.masks, out, op),
        }
    }
}

/// An operation on whole masks.
#[inline(always)]
fn mask(masks: &mut [u64], out: Reg, op: Op) {
    let get = |register: Reg| masks[register as usize];
    masks[out as usize] = match op {
        Op::Not(a) => !get(a),
        Op::And(a, b) => get(a) & get(b),
        Op::Or(a, b) => get(a) | get(b),
        Op::SelectMask(c, a, b) => (get(c) & get(a)) | (!get(c) & get(b)),
        // Never so: all others are of numbers.
        _ => 0,
    };
}

#[inline(always)]
fn unary(numbers: &mut [Lanes], op: Unary, out: Reg, a: Reg) {
    let (out, rest) = split(numbers, out);
    let a = rest.get(a);
    match op {
        Unary::Negate => map(out, a, |x| -x),
        Unary::Call(Function::Abs) => map(out, a, f64::abs),
        Unary::Call(Function::Exp) => map(out, a, math::exp),
        Unary::Call(Function::Ln) => map(out, a, math::ln),
        Unary::Call(Function::Sqrt) => map(out, a, f64::sqrt),
        Unary::Call(Function::Logistic) => map(out, a, math::logistic),
        Unary::Call(Function::Floor) => map(out, a, f64::floor),
        Unary::Call(Function::Ceil) => map(out, a, f64::ceil),
    }
}

#[inline(always)]
fn binary(numbers: &mut [Lanes], op: Binary, out: Reg, a: Reg, b: Reg) {
    let (out, rest) = split(numbers, out);
    let (a, b) = (rest.get(a), rest.get(b));
    match op {
        Binary::Add => zip(out, a, b, |x, y| x + y),
        Binary::Sub => zip(out, a, b, |x, y| x - y),
        Binary::Mul => zip(out, a, b, |x, y| x * y),
        Binary::Div => zip(out, a, b, |x, y| x / y),
        Binary::Min => zip(out, a, b, min),
        Binary::Max => zip(out, a, b, max),
        Binary::Power => zip(out, a, b, math::pow),
    }
}

#[inline(always)]
fn binary_right(numbers: &mut [Lanes], op: Binary, out: Reg, a: Reg, y: f64) {
    let (out, rest) = split(numbers, out);
    let a = rest.get(a);
    match op {
        Binary::Add => map(out, a, |x| x + y),
        Binary::Sub => map(out, a, |x| x - y),
        Binary::Mul => map(out, a, |x| x * y),
        Binary::Div => map(out, a, |x| x / y),
        Binary::Min => map(out, a, |x| min(x, y)),
        Binary::Max => map(out, a, |x| max(x, y)),
        Binary::Power => map(out, a, |x| math::pow(x, y)),
    }
}

#[inline(always)]
fn binary_left(numbers: &mut [Lanes], op: Binary, out: Reg, x: f64, b: Reg) {
    let (out, rest) = split(numbers, out);
    let b = rest.get(b);
    match op {
        Binary::Add => map(out, b, |y| x + y),
        Binary::Sub => map(out, b, |y| x - y),
        Binary::Mul => map(out, b, |y| x * y),
        Binary::Div => map(out, b, |y| x / y),
        Binary::Min => map(out, b, |y| min(x, y)),
        Binary::Max => map(out, b, |y| max(x, y)),
        Binary::Power => map(out, b, |y| math::pow(x, y)),
    }
}

/// As [`math::powi`]: one multiplication of all lanes after the other.
#[inline(always)]
fn power_whole(out: &mut Lanes, a: &Lanes, n: u32) {
    match n {
        0 => *out = Aligned([1.0; LANES]),
        1..=16 => {
            *out = *a;
            for _ in 1..n {
                for (product, a) in out.iter_mut().zip(a.iter()) {
                    *product *= a;
                }
            }
        }
        _ => map(out, a, |x| math::powi(x, n)),
    }
}

fn draw_lanes<K: Kernel>(
    kernel: K,
    plan: &DrawPlan,
    keys: &[Key],
    numbers: &mut [Lanes],
    out: Reg,
    arguments: [Reg; 3],
    place: DrawPlace<'_>,
) {
    let (step, once) = if plan.each_step { (place.step, Once::default()) } else { (0, place.once) };
    let key = &keys[plan.stream as usize];
    let drawn;
    let uniforms = match once.given.and_then(|given| given.of(plan.stream)) {
        Some(uniforms) => uniforms,
        None => {
            drawn = Words::new(kernel, key, DrawPlace { step, once, ..place }).uniforms();
            &drawn
        }
    };
    let (out, rest) = split(numbers, out);
    let arguments = arguments.map(|argument| rest.get(argument));
    if let Distribution::Family(Family::Uniform, _) = plan.distribution {
        let [lo, hi, _] = arguments;
        let plain = |all: bool, (lo, hi): (&f64, &f64)| all & dist::is_plain_interval(*lo, *hi);
        if lo.iter().zip(hi.iter()).fold(true, plain) {
            for (lane, out) in out.iter_mut().enumerate() {
                *out = dist::within(lo[lane], hi[lane], uniforms[lane]);
            }
            return;
        }
    }
    let draw = LanesDraw { distribution: &plan.distribution, arguments, uniforms, active: place.active };
    match once.remembered {
        Some(remembered) => remembered.fill(key, &draw, out, |out| draw.quantiles(kernel, out)),
        None => draw.quantiles(kernel, out),
    }
}

// ---- one lane after the other

fn run_few<K: Kernel>(
    kernel: K,
    code: &[Instruction],
    program: &Program,
    keys: &[Key],
    bank: &mut Bank,
    place: DrawPlace<'_>,
) {
    let active = place.active;
    for &Instruction { out, op } in code {
        match op {
            Op::Unary(op, a) => each(bank, out, active, |bank, lane| op.apply(bank.number(a)[lane])),
            Op::Binary(op, a, b) => {
                each(bank, out, active, |bank, lane| op.apply(bank.number(a)[lane], bank.number(b)[lane]));
            }
            Op::BinaryRight(op, a, b) => {
                each(bank, out, active, |bank, lane| op.apply(bank.number(a)[lane], f64::from_bits(b)));
            }
            Op::BinaryLeft(op, a, b) => {
                each(bank, out, active, |bank, lane| op.apply(f64::from_bits(a), bank.number(b)[lane]));
            }
            Op::PowerWhole(a, n) => {
                each(bank, out, active, |bank, lane| math::powi(bank.number(a)[lane], n));
            }
            Op::Select(c, a, b) => each(bank, out, active, |bank, lane| {
                let arm = if bank.mask(c) >> lane & 1 == 1 { a } else { b };
                bank.number(arm)[lane]
            }),
            Op::CountIf(a, c) => each(bank, out, active, |bank, lane| {
                let x = bank.number(a)[lane];
                if bank.mask(c) >> lane & 1 == 1 { x + 1.0 } else { x }
            }),
            Op::Draw(draw, arguments) => {
                let plan = &program.draws[draw as usize];
                draw_lanes(kernel, plan, keys, &mut bank.numbers, out, arguments, place);
            }
            Op::Compare(op, a, b) => test_each(bank, out, active, |bank, lane| {
                op.holds(bank.number(a)[lane], bank.number(b)[lane])
            }),
            Op::CompareWith(op, a, b) => {
                test_each(bank, out, active, |bank, lane| op.holds(bank.number(a)[lane], f64::from_bits(b)));
            }
            Op::IsNan(a) => test_each(bank, out, active, |bank, lane| bank.number(a)[lane].is_nan()),
            Op::NotFinite(a) => test_each(bank, out, active, |bank, lane| !bank.number(a)[lane].is_finite()),
            Op::Not(_) | Op::And(..) | Op::Or(..) | Op::SelectMask(..) => mask(&mut bank.masks, out, op),
        }
    }
}

#[inline(always)]
fn each(bank: &mut Bank, out: Reg, active: u64, f: impl Fn(&Bank, usize) -> f64) {
    for lane in bits(active) {
        let x = f(bank, lane);
        bank.numbers[out as usize][lane] = x;
    }
}

#[inline(always)]
fn test_each(bank: &mut Bank, out: Reg, active: u64, f: impl Fn(&Bank, usize) -> bool) {
    let mut mask = 0;
    for lane in bits(active) {
        mask |= u64::from(f(bank, lane)) << lane;
    }
    let out = &mut bank.masks[out as usize];
    *out = *out & !active | mask;
}
