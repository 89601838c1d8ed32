//! How every value drifts in a step, whatever the rules do.

use super::lanes::{Lanes, bits, split};
use super::tape::Bank;
use crate::program::{DecayPlan, Operand, Program, Reg, SlotPlan};
use crate::random::LANES;
use crate::simd::Aligned;

/// A value's drift, as far as the loop over all of them needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drift {
    /// The slot's place.
    pub(super) slot: u32,
    pub(super) state: Reg,
    pub(super) range: (f64, f64),
    pub(super) may_overflow: bool,
    pub(super) how: How,
}

/// The kinds of drift, those with noise first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum How {
    /// Decay and noise.
    Revert {
        toward: f64,
        factor: f64,
        sd: f64,
    },
    /// Noise alone.
    Walk {
        sd: f64,
    },
    /// With noise, and with numbers that differ from trial to trial.
    General,
    Decay {
        toward: f64,
        factor: f64,
    },
    /// Without noise, and with numbers that differ from trial to trial.
    GeneralDecay,
    Still,
}

impl How {
    fn of(slot: &SlotPlan) -> Self {
        use Operand::Number;
        let decay = match slot.decay {
            None => None,
            Some(DecayPlan { toward: Number(toward), factor: Number(factor), still: None }) => {
                Some(Some((toward, factor)))
            }
            Some(_) => Some(None),
        };
        match (decay, slot.noise.map(|noise| noise.sd)) {
            (None, None) => Self::Still,
            (None, Some(Number(sd))) => Self::Walk { sd },
            (Some(Some((toward, factor))), None) => Self::Decay { toward, factor },
            (Some(Some((toward, factor))), Some(Number(sd))) => Self::Revert { toward, factor, sd },
            (Some(None), None) => Self::GeneralDecay,
            (_, Some(_)) => Self::General,
        }
    }

    pub(super) fn is_noisy(self) -> bool {
        matches!(self, Self::Revert { .. } | Self::Walk { .. } | Self::General)
    }

    /// Its place among the kinds.
    fn rank(self) -> u8 {
        match self {
            Self::Revert { .. } => 0,
            Self::Walk { .. } => 1,
            Self::General => 2,
            Self::Decay { .. } => 3,
            Self::GeneralDecay => 4,
            Self::Still => 5,
        }
    }
}

/// The drifts of a program, alike ones together.
pub(super) fn drifts(program: &Program) -> Vec<Drift> {
    let mut drifts: Vec<Drift> = (0..)
        .zip(&program.slots)
        .map(|(place, slot)| Drift {
            slot: place,
            state: slot.state,
            range: slot.range,
            may_overflow: slot.may_overflow,
            how: How::of(slot),
        })
        .collect();
    drifts.sort_by_key(|drift| drift.how.rank());
    drifts
}

/// `toward + (x - toward) * factor + sd * N`, clamped, in place; where `raw` is asked for, it gets the same unclamped.
#[inline(always)]
pub(super) fn step(
    bank: &mut Bank,
    program: &Program,
    drift: &Drift,
    noise: &[f32; LANES],
    raw: Option<&mut Lanes>,
) {
    let range = drift.range;
    let x = &mut bank.numbers[drift.state as usize];
    match drift.how {
        How::Still => each(x, raw, range, |_, x| x),
        How::Decay { toward, factor } => each(x, raw, range, |_, x| toward + (x - toward) * factor),
        How::Walk { sd } => each(x, raw, range, |lane, x| x + sd * f64::from(noise[lane])),
        How::Revert { toward, factor, sd } => {
            let drifted = |lane: usize, x| (toward + (x - toward) * factor) + sd * f64::from(noise[lane]);
            each(x, raw, range, drifted);
        }
        How::General | How::GeneralDecay => general(bank, &program.slots[drift.slot as usize], noise, raw),
    }
}

fn general(bank: &mut Bank, slot: &SlotPlan, noise: &[f32; LANES], raw: Option<&mut Lanes>) {
    let still = slot.decay.and_then(|decay| decay.still).map_or(0, |still| bank.mask(still));
    let (x, rest) = split(&mut bank.numbers, slot.state);
    let lanes = |operand: Operand| match operand {
        Operand::Number(x) => Aligned([x; LANES]),
        Operand::Register(register) => *rest.get(register),
    };
    if let Some(decay) = slot.decay {
        let (toward, factor) = (lanes(decay.toward), lanes(decay.factor));
        for lane in bits(!still) {
            x[lane] = toward[lane] + (x[lane] - toward[lane]) * factor[lane];
        }
    }
    match slot.noise.map(|noise| lanes(noise.sd)) {
        None => each(x, raw, slot.range, |_, x| x),
        Some(sd) => each(x, raw, slot.range, |lane, x| x + sd[lane] * f64::from(noise[lane])),
    }
}

#[inline(always)]
fn each(x: &mut Lanes, raw: Option<&mut Lanes>, range: (f64, f64), f: impl Fn(usize, f64) -> f64) {
    match raw {
        None => {
            for (lane, x) in x.iter_mut().enumerate() {
                *x = clamp(f(lane, *x), range);
            }
        }
        Some(raw) => {
            for (lane, (x, raw)) in x.iter_mut().zip(raw.iter_mut()).enumerate() {
                *raw = f(lane, *x);
                *x = clamp(*raw, range);
            }
        }
    }
}

/// Keeps a value in its range; NaN stays.
#[inline(always)]
pub(super) fn clamp(x: f64, (lo, hi): (f64, f64)) -> f64 {
    let raised = if x < lo { lo } else { x };
    if raised > hi { hi } else { raised }
}
