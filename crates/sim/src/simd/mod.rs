//! The few kernels that portable code does not get vectorised: random words, comparisons to masks, drift normals; and
//! the choice, at run time, of the vector instructions that everything else is compiled for.
//!
//! All kernels give the same bits: whole-number arithmetic, and floating-point operations that are rounded one by one
//! (no fused multiply-add). `portable` says in plain code what each must give, and the tests hold the others to it.
//!
//! This is the one module with `unsafe`: running code that was compiled for instructions which not every machine has.
//! A [`Kernel`] is a token that exists only where the machine was found to have them.

#![allow(
    unsafe_code,
    reason = "calls of functions compiled for vector instructions that were found to be there"
)]

#[cfg(target_arch = "x86_64")]
#[macro_use]
mod kernel;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod sse2;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use cordiale_core::ParseError;
use cordiale_core::model::Relation;

use crate::random::LANES;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(crate) use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub(crate) use sse2::Sse2;

/// Something that begins with a line of the cache, so that no load of a vector crosses two.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);

impl<T> Deref for Aligned<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// One register of numbers, a lane a trial.
pub(crate) type Lanes = Aligned<[f64; LANES]>;

/// The words of a ChaCha8 block: the 32-bit draws of as many lanes.
pub(crate) const BLOCK: usize = 16;

/// How many blocks have a draw for each lane.
pub(crate) const BLOCKS: usize = LANES / BLOCK;

/// A 32-bit draw for each lane, by block.
pub(crate) type Draws = Aligned<[[u32; BLOCK]; BLOCKS]>;

impl Draws {
    /// Room for draws.
    pub(crate) const ZERO: Self = Self([[0; BLOCK]; BLOCKS]);

    /// The draw of a lane.
    #[inline(always)]
    pub(crate) fn of(&self, lane: usize) -> u32 {
        self.0.as_flattened()[lane % LANES]
    }
}

/// A whole number for each lane.
pub(crate) type Whole = Aligned<[i32; LANES]>;

/// The bits of whole numbers. (The closures of `map` are not always inlined.)
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn unsigned<const N: usize>(numbers: &[i32; N]) -> [u32; N] {
    let mut bits = [0; N];
    for (bits, number) in bits.iter_mut().zip(numbers) {
        *bits = number.cast_unsigned();
    }
    bits
}

/// A ChaCha8 key.
pub(crate) type Key = [u32; 8];

/// Some blocks of a ChaCha8 stream in a row, as many as a kernel makes together, and where their words go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// The place of the stream's key in a list.
    pub(crate) key: u32,
    pub(crate) nonce: u64,
    /// The first block.
    pub(crate) block: u64,
    /// Its place, counted in blocks through a list of draws.
    pub(crate) to: usize,
}

impl Source {
    /// No source, in a list with room for more.
    pub(crate) const NONE: Self = Self { key: 0, nonce: 0, block: 0, to: 0 };

    /// Its place in a list of draws.
    #[inline(always)]
    fn place<'d, const TOGETHER: usize>(&self, out: &'d mut [Draws]) -> &'d mut [[u32; BLOCK]; TOGETHER] {
        let (places, _) = out[self.to / BLOCKS].0.as_chunks_mut();
        &mut places[self.to % BLOCKS / TOGETHER]
    }
}

/// Work that is compiled for whatever vector instructions its caller is. (A closure might not be inlined.)
pub(crate) trait Inlined {
    /// Must be `#[inline(always)]`.
    fn run(self);
}

/// The kernels for one set of vector instructions.
pub(crate) trait Kernel: Copy + Send + Sync + 'static {
    /// Runs work compiled for these instructions; what it calls must be inlined into it to be so, too.
    fn vectorize(self, work: impl Inlined);

    /// Whether it is quicker to work something out in all lanes than in a few of them, one by one.
    const WIDE: bool;

    /// How many ChaCha8 blocks of a source are made together; a divisor of [`BLOCKS`].
    const TOGETHER: usize;

    /// Makes the blocks of some sources; the more at a time the better, since each operation of one waits for the one
    /// before it. Places are whole multiples of those made together.
    fn blocks(self, keys: &[Key], sources: &[Source], out: &mut [Draws]);

    /// Fills a mask with the lanes in which a comparison of two numbers holds; none does of NaN but
    /// [`Relation::NotEqual`].
    fn compare(self, op: Relation, a: &Lanes, b: &Lanes, out: &mut u64);

    /// The same with one number for all lanes on the right.
    fn compare_with(self, op: Relation, a: &Lanes, b: f64, out: &mut u64);

    /// The lanes in which a word is at most `bound`.
    fn at_most(self, words: &Draws, bound: u32) -> u64;

    /// The lanes in which one whole number is at most another.
    fn at_most_each(self, a: &Whole, b: &Whole) -> u64;

    /// [`drift_normal`](crate::num::normal::drift_normal) of each word.
    fn normals(self, words: &Draws, out: &mut [f32; LANES]);
}

/// The vector instructions that a run is made with. The result does not depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum VectorWidth {
    /// What every machine of the kind has: on x86-64 SSE2, two numbers at a time.
    Baseline,
    /// AVX2, four numbers at a time.
    Avx2,
    /// AVX-512 (F, BW, DQ and VL), eight numbers at a time.
    Avx512,
}

impl VectorWidth {
    /// All of them, from the narrowest.
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// The widest that this machine has.
    #[must_use]
    pub fn widest() -> Self {
        Self::ALL.into_iter().rev().find(|width| width.is_available()).unwrap_or(Self::Baseline)
    }

    /// Whether this machine has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Baseline => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::detect().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}

impl fmt::Display for VectorWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        })
    }
}

impl FromStr for VectorWidth {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let found = Self::ALL.into_iter().find(|width| width.to_string() == text);
        found.ok_or_else(|| {
            format!("there is no vector width `{text}`; there are baseline, avx2 and avx512").into()
        })
    }
}

/// What is done with the kernels of a width that is known only at run time.
pub(crate) trait Job {
    type Output;
    fn run<K: Kernel>(self, kernel: K) -> Self::Output;
}

/// Does a job with the kernels of a width; with the baseline's where the machine lacks it.
#[inline]
pub(crate) fn dispatch<J: Job>(width: VectorWidth, job: J) -> J::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if width >= VectorWidth::Avx512
            && let Some(kernel) = Avx512::detect()
        {
            return job.run(kernel);
        }
        if width >= VectorWidth::Avx2
            && let Some(kernel) = Avx2::detect()
        {
            return job.run(kernel);
        }
    }
    let _ = width;
    #[cfg(target_arch = "x86_64")]
    return job.run(Sse2);
    #[cfg(not(target_arch = "x86_64"))]
    job.run(Portable)
}

#[cfg(test)]
mod tests;
