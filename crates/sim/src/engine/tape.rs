//! Running a tape: one operation after the other, each over all lanes.

use cordiale_core::model::Comparison;

use super::lanes::{Lanes, bits, map, select, split, test, test2, zip};
use crate::num::math;
use crate::program::{Binary, DrawPlan, Instruction, Op, Program, Reg, Tape, Unary, hazard_chance, max, min};
use crate::random::{LANES, Stream, uniform_of};

/// From this many lanes on, a whole block of random words costs less than one word after the other.
const FEW: u32 = 6;

/// The two files of registers.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    pub(super) numbers: Vec<Lanes>,
    pub(super) masks: Vec<u64>,
}

impl Bank {
    pub(super) fn new(program: &Program) -> Self {
        let mut bank = Self { numbers: vec![[0.0; LANES]; program.numbers], masks: vec![0; program.masks] };
        for &(register, x) in &program.constants {
            bank.numbers[register as usize] = [x; LANES];
        }
        for &(register, mask) in &program.mask_constants {
            bank.masks[register as usize] = if mask { u64::MAX } else { 0 };
        }
        bank
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

/// What draws need to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) step: u32,
    /// The number of the trial in lane 0.
    pub(super) first_trial: u64,
    /// For what is drawn once a trial: the number of each lane's trial, where it is not the same.
    pub(super) outer: Option<&'a [u64; LANES]>,
    /// Lanes that need a draw; the others keep what they hold.
    pub(super) active: u64,
}

/// Runs a part of the code.
pub(super) fn run(program: &Program, streams: &[Stream], bank: &mut Bank, tape: &Tape, place: Place<'_>) {
    for &Instruction { out, op } in &program.code[tape.clone()] {
        match op {
            Op::Unary(op, a) => unary(&mut bank.numbers, op, out, a),
            Op::Binary(op, a, b) => binary(&mut bank.numbers, op, out, a, b),
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
                for (lane, (out, a)) in out.iter_mut().zip(rest.get(a)).enumerate() {
                    *out = if mask >> lane & 1 == 1 { *a + 1.0 } else { *a };
                }
            }
            Op::Draw(draw, arguments) => {
                let plan = &program.draws[draw as usize];
                draw_lanes(plan, &streams[plan.stream as usize], &mut bank.numbers, out, arguments, place);
            }
            Op::Compare(op, a, b) => {
                bank.masks[out as usize] = compare(op, bank.number(a), bank.number(b));
            }
            Op::IsNan(a) => bank.masks[out as usize] = test(bank.number(a), f64::is_nan),
            Op::NotFinite(a) => bank.masks[out as usize] = test(bank.number(a), |x| !x.is_finite()),
            Op::Not(a) => bank.masks[out as usize] = !bank.mask(a),
            Op::And(a, b) => bank.masks[out as usize] = bank.mask(a) & bank.mask(b),
            Op::Or(a, b) => bank.masks[out as usize] = bank.mask(a) | bank.mask(b),
            Op::SelectMask(c, a, b) => {
                let c = bank.mask(c);
                bank.masks[out as usize] = (c & bank.mask(a)) | (!c & bank.mask(b));
            }
        }
    }
}

fn unary(numbers: &mut [Lanes], op: Unary, out: Reg, a: Reg) {
    let (out, rest) = split(numbers, out);
    let a = rest.get(a);
    match op {
        Unary::Copy => *out = *a,
        Unary::Negate => map(out, a, |x| -x),
        Unary::Abs => map(out, a, f64::abs),
        Unary::Exp => map(out, a, math::exp),
        Unary::Ln => map(out, a, math::ln),
        Unary::Sqrt => map(out, a, f64::sqrt),
        Unary::Logistic => map(out, a, math::logistic),
        Unary::Floor => map(out, a, f64::floor),
        Unary::Ceil => map(out, a, f64::ceil),
    }
}

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
        Binary::HazardChance => zip(out, a, b, hazard_chance),
    }
}

/// As [`math::powi`]: one multiplication of all lanes after the other.
fn power_whole(out: &mut Lanes, a: &Lanes, n: u32) {
    match n {
        0 => *out = [1.0; LANES],
        1..=16 => {
            *out = *a;
            for _ in 1..n {
                for (product, a) in out.iter_mut().zip(a) {
                    *product *= a;
                }
            }
        }
        _ => map(out, a, |x| math::powi(x, n)),
    }
}

fn compare(op: Comparison, a: &Lanes, b: &Lanes) -> u64 {
    match op {
        Comparison::Equal => test2(a, b, |x, y| x == y),
        Comparison::NotEqual => test2(a, b, |x, y| x != y),
        Comparison::Less => test2(a, b, |x, y| x < y),
        Comparison::LessEqual => test2(a, b, |x, y| x <= y),
        Comparison::Greater => test2(a, b, |x, y| x > y),
        Comparison::GreaterEqual => test2(a, b, |x, y| x >= y),
    }
}

fn draw_lanes(
    plan: &DrawPlan,
    stream: &Stream,
    numbers: &mut [Lanes],
    out: Reg,
    arguments: [Reg; 3],
    place: Place<'_>,
) {
    let outer = if plan.each_step { None } else { place.outer };
    let step = if plan.each_step { place.step } else { 0 };
    let words = Words::new(stream, step, place.first_trial, outer, place.active);
    let (out, rest) = split(numbers, out);
    let arguments = arguments.map(|argument| rest.get(argument));
    for lane in bits(place.active) {
        let arguments = arguments.map(|argument| argument[lane]);
        out[lane] = plan.quantile(&arguments, uniform_of(words.get(lane)));
    }
}

/// The 64-bit draws of a stream in some lanes.
pub(super) struct Words<'a> {
    stream: &'a Stream,
    step: u32,
    first_trial: u64,
    outer: Option<&'a [u64; LANES]>,
    block: Option<[u64; LANES]>,
}

impl<'a> Words<'a> {
    pub(super) fn new(
        stream: &'a Stream,
        step: u32,
        first_trial: u64,
        outer: Option<&'a [u64; LANES]>,
        active: u64,
    ) -> Self {
        let block = (outer.is_none() && active.count_ones() >= FEW).then(|| {
            let mut words = [0; LANES];
            stream.fill_words64(step, first_trial, &mut words);
            words
        });
        Self { stream, step, first_trial, outer, block }
    }

    pub(super) fn get(&self, lane: usize) -> u64 {
        match (&self.block, self.outer) {
            (Some(words), _) => words[lane],
            (None, Some(trials)) => self.stream.word64(self.step, trials[lane]),
            (None, None) => self.stream.word64(self.step, self.first_trial + lane as u64),
        }
    }
}
