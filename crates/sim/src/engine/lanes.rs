//! Loops over the lanes of a register: fixed in length and without branches, so that the compiler vectorises them where
//! they are inlined into code for a [`Kernel`](crate::simd::Kernel).

use crate::random::LANES;
pub(super) use crate::simd::Lanes;

/// A function of one number in every lane.
#[inline(always)]
pub(super) fn map(out: &mut Lanes, a: &Lanes, f: impl Fn(f64) -> f64) {
    for (out, a) in out.iter_mut().zip(a.iter()) {
        *out = f(*a);
    }
}

/// A function of two numbers in every lane.
#[inline(always)]
pub(super) fn zip(out: &mut Lanes, a: &Lanes, b: &Lanes, f: impl Fn(f64, f64) -> f64) {
    for ((out, a), b) in out.iter_mut().zip(a.iter()).zip(b.iter()) {
        *out = f(*a, *b);
    }
}

/// The lanes in which a condition of one number holds.
#[inline(always)]
pub(super) fn test(a: &Lanes, f: impl Fn(f64) -> bool) -> u64 {
    let mut mask = 0;
    for (lane, a) in a.iter().enumerate() {
        mask |= u64::from(f(*a)) << lane;
    }
    mask
}

/// The first number where the mask is set, the second elsewhere.
#[inline(always)]
pub(super) fn select(out: &mut Lanes, mask: u64, a: &Lanes, b: &Lanes) {
    for (lane, ((out, a), b)) in out.iter_mut().zip(a.iter()).zip(b.iter()).enumerate() {
        *out = if mask >> lane & 1 == 1 { *a } else { *b };
    }
}

/// The numbers of the lanes that are set.
#[inline(always)]
pub(crate) fn bits(mask: u64) -> impl Iterator<Item = usize> {
    let mut left = mask;
    std::iter::from_fn(move || {
        let lane = left.trailing_zeros() as usize;
        left &= left.wrapping_sub(1);
        (lane < LANES).then_some(lane)
    })
}

/// One register to write, and the rest of the file to read.
pub(super) struct Split<'a> {
    below: &'a [Lanes],
    above: &'a [Lanes],
}

impl Split<'_> {
    /// A register other than the one that is written.
    #[inline(always)]
    pub(super) fn get(&self, register: u32) -> &Lanes {
        let register = register as usize;
        if register < self.below.len() {
            &self.below[register]
        } else {
            &self.above[register - self.below.len() - 1]
        }
    }
}

/// Splits one register off the file.
#[inline(always)]
pub(super) fn split(file: &mut [Lanes], out: u32) -> (&mut Lanes, Split<'_>) {
    let (below, rest) = file.split_at_mut(out as usize);
    let (out, above) = rest.split_at_mut(1);
    (&mut out[0], Split { below, above })
}
