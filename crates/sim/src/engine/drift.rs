//! How every value drifts in a step, whatever the rules do.

use super::lanes::{Lanes, bits, split};
use super::tape::Bank;
use crate::program::{DecayPlan, Operand, Program, Reg, SlotPlan};
use crate::random::LANES;
use crate::simd::Aligned;

/// A standard normal for each lane.
pub(super) type Noise = Aligned<[f32; LANES]>;

/// A value's drift, as far as the loop over all of them needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drift {
    /// The slot's place.
    pub(super) slot: u32,
    pub(super) state: Reg,
    pub(super) range: (f64, f64),
    /// Whether a value in its range is known to stay there by itself.
    stays: bool,
    pub(super) may_overflow: bool,
    pub(super) how: DriftKind,
    /// The row of its noise; the first is of those without.
    pub(super) noise: u32,
    /// Where what it comes to before it is clamped is kept for changes, if they cannot work it out.
    pub(super) raw: Option<u32>,
}

/// The kinds of drift, those with noise first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum DriftKind {
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

impl DriftKind {
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

    /// Whether it is known to take no value of a range out of it: only of a decay without noise is that asked.
    fn stays_in(self, (lo, hi): (f64, f64)) -> bool {
        match self {
            // Each of its three roundings keeps the order of two numbers, so that all others lie between what the ends
            // decay to.
            Self::Decay { toward, factor } if factor >= 0.0 => {
                decayed(lo, toward, factor) >= lo && decayed(hi, toward, factor) <= hi
            }
            _ => false,
        }
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
        .map(|(place, slot)| {
            let how = DriftKind::of(slot);
            Drift {
                slot: place,
                state: slot.state,
                range: slot.range,
                stays: how.stays_in(slot.range),
                may_overflow: slot.may_overflow,
                how,
                noise: 0,
                raw: None,
            }
        })
        .collect();
    drifts.sort_by_key(|drift| drift.how.rank());
    let (mut noises, mut raws) = (1.., 0..);
    for drift in &mut drifts {
        if program.slots[drift.slot as usize].noise.is_some() {
            drift.noise = noises.next().unwrap_or(0);
        }
        if matches!(drift.how, DriftKind::General | DriftKind::GeneralDecay) {
            drift.raw = raws.next();
        }
    }
    drifts
}

/// What the changes of a value need to know of it: where it is, and what it drifts to in a single lane,
/// `(toward + (x - toward) * factor) + sd * N`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) state: Reg,
    pub(super) range: (f64, f64),
    toward: f64,
    factor: f64,
    sd: f64,
    noise: u32,
    raw: Option<u32>,
    decays: bool,
}

impl Course {
    fn of(drift: &Drift) -> Self {
        // Without noise -0.0 is added, which changes nothing.
        let (decay, sd) = match drift.how {
            DriftKind::Revert { toward, factor, sd } => (Some((toward, factor)), sd),
            DriftKind::Walk { sd } => (None, sd),
            DriftKind::Decay { toward, factor } => (Some((toward, factor)), -0.0),
            DriftKind::Still | DriftKind::General | DriftKind::GeneralDecay => (None, -0.0),
        };
        let Drift { state, range, noise, raw, .. } = *drift;
        let (toward, factor) = decay.unwrap_or((0.0, 1.0));
        Self { state, range, toward, factor, sd, noise, raw, decays: decay.is_some() }
    }

    /// The courses of all slots, in their order.
    pub(super) fn all(drifts: &[Drift]) -> Vec<Self> {
        let mut courses: Vec<(u32, Self)> =
            drifts.iter().map(|drift| (drift.slot, Self::of(drift))).collect();
        courses.sort_by_key(|(slot, _)| *slot);
        courses.into_iter().map(|(_, course)| course).collect()
    }

    /// What a value decays to, before anything in the state has changed.
    #[inline(always)]
    pub(super) fn decayed(&self, x: f64) -> f64 {
        if self.decays { decayed(x, self.toward, self.factor) } else { x }
    }

    /// The same with the noise of a lane, before it is clamped.
    #[inline(always)]
    pub(super) fn drifted(&self, decayed: f64, noises: &[Noise], raws: &[Lanes], lane: usize) -> f64 {
        match self.raw {
            None => decayed + self.sd * f64::from(noises[self.noise as usize][lane]),
            Some(raw) => raws[raw as usize][lane],
        }
    }
}

#[inline(always)]
fn decayed(x: f64, toward: f64, factor: f64) -> f64 {
    toward + (x - toward) * factor
}

/// `(toward + (x - toward) * factor) + sd * N`, clamped, in place.
#[inline(always)]
pub(super) fn step(bank: &mut Bank, program: &Program, drift: &Drift, noise: &Noise, raws: &mut [Lanes]) {
    let range = drift.range;
    let x = &mut bank.numbers[drift.state as usize];
    match drift.how {
        DriftKind::Still => {}
        DriftKind::Decay { toward, factor } if drift.stays => {
            x.iter_mut().for_each(|x| *x = decayed(*x, toward, factor));
        }
        DriftKind::Decay { toward, factor } => each(x, range, |_, x| decayed(x, toward, factor)),
        DriftKind::Walk { sd } => each(x, range, |lane, x| x + sd * f64::from(noise[lane])),
        DriftKind::Revert { toward, factor, sd } => {
            each(x, range, |lane, x| decayed(x, toward, factor) + sd * f64::from(noise[lane]));
        }
        DriftKind::General | DriftKind::GeneralDecay => {
            let slot = &program.slots[drift.slot as usize];
            let raw = drift.raw.and_then(|raw| raws.get_mut(raw as usize));
            general(bank, slot, noise, drift.range, raw);
        }
    }
}

fn general(bank: &mut Bank, slot: &SlotPlan, noise: &Noise, range: (f64, f64), raw: Option<&mut Lanes>) {
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
    if let Some(sd) = slot.noise.map(|noise| lanes(noise.sd)) {
        for (lane, x) in x.iter_mut().enumerate() {
            *x += sd[lane] * f64::from(noise[lane]);
        }
    }
    if let Some(raw) = raw {
        *raw = *x;
    }
    each(x, range, |_, x| x);
}

#[inline(always)]
fn each(x: &mut Lanes, range: (f64, f64), f: impl Fn(usize, f64) -> f64) {
    for (lane, x) in x.iter_mut().enumerate() {
        *x = clamp(f(lane, *x), range);
    }
}

/// Keeps a value in its range; NaN stays.
#[inline(always)]
pub(super) fn clamp(x: f64, (lo, hi): (f64, f64)) -> f64 {
    let raised = if x < lo { lo } else { x };
    if raised > hi { hi } else { raised }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// Values at the ends of the range and beside them, and some between.
    #[test]
    fn what_is_said_to_stay_in_its_range_is_not_clamped() {
        let stream = Stream::new(6, "stays");
        let mut number = 0;
        let mut uniform = || {
            number += 1;
            stream.uniform(0, number)
        };
        let mut stay = 0;
        for _ in 0..2000 {
            let lo = (uniform() - 0.5) * 10.0_f64.powi((uniform() * 12.0) as i32 - 6);
            let hi = lo + uniform() * 10.0_f64.powi((uniform() * 12.0) as i32 - 6);
            let toward = lo + [0.0, uniform(), 1.0, 1.2][(uniform() * 4.0) as usize] * (hi - lo);
            let factor = [0.0, uniform(), 1.0 - 1e-15, 1.0 - f64::EPSILON / 2.0][(uniform() * 4.0) as usize];
            if !(DriftKind::Decay { toward, factor }).stays_in((lo, hi)) {
                continue;
            }
            stay += 1;
            let between: [f64; 20] = std::array::from_fn(|_| lo + uniform() * (hi - lo));
            let ends = [lo, lo.next_up(), hi.next_down(), hi, toward, 0.0, -0.0];
            for x in between.into_iter().chain(ends).filter(|x| (lo..=hi).contains(x)) {
                let decayed = decayed(x, toward, factor);
                assert_eq!(
                    clamp(decayed, (lo, hi)).to_bits(),
                    decayed.to_bits(),
                    "{x} in {lo}..{hi}, {toward}, {factor}"
                );
            }
        }
        assert!((500..1800).contains(&stay), "{stay}");
    }
}
