//! The kernels in plain code: what the others must give, and what machines without wider instructions run.

use cordiale_core::model::Comparison;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Aligned, Inlined, Kernel, Lanes, Source};
use crate::num::normal::drift_normal;
use crate::random::LANES;

/// The instructions of every machine of the kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

impl Kernel for Portable {
    #[inline(always)]
    fn vectorize(self, work: impl Inlined) {
        work.run();
    }

    #[inline]
    fn words(self, sources: [Source<'_>; 2], out: [&mut [u32; LANES]; 2]) {
        for (source, out) in sources.into_iter().zip(out) {
            words(source, out);
        }
    }

    #[inline]
    fn compare(self, op: Comparison, a: &Lanes, b: &Lanes) -> u64 {
        match op {
            Comparison::Equal => test(a, b, |x, y| x == y),
            Comparison::NotEqual => test(a, b, |x, y| x != y),
            Comparison::Less => test(a, b, |x, y| x < y),
            Comparison::LessEqual => test(a, b, |x, y| x <= y),
            Comparison::Greater => test(a, b, |x, y| x > y),
            Comparison::GreaterEqual => test(a, b, |x, y| x >= y),
        }
    }

    #[inline]
    fn compare_with(self, op: Comparison, a: &Lanes, b: f64) -> u64 {
        self.compare(op, a, &Aligned([b; LANES]))
    }

    #[inline]
    fn at_most(self, words: &[u32; LANES], bound: u32) -> u64 {
        let bytes = std::array::from_fn(|lane| u8::from(words[lane] <= bound));
        pack(&bytes)
    }

    #[inline]
    fn normals(self, words: &[u32; LANES], out: &mut [f32; LANES]) {
        for (out, &word) in out.iter_mut().zip(words) {
            *out = drift_normal(word);
        }
    }
}

/// Four ChaCha8 blocks of one source.
fn words(source: Source<'_>, out: &mut [u32; LANES]) {
    let mut seed = [0; 32];
    for (bytes, word) in seed.chunks_exact_mut(4).zip(source.key) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    let mut generator = ChaCha8Rng::from_seed(seed);
    generator.set_stream(source.nonce);
    generator.set_word_pos(16 * u128::from(source.block));
    let mut bytes = [0; 4 * LANES];
    generator.fill_bytes(&mut bytes);
    let (words, _) = bytes.as_chunks();
    for (out, &four) in out.iter_mut().zip(words) {
        *out = u32::from_le_bytes(four);
    }
}

#[inline(always)]
fn test(a: &Lanes, b: &Lanes, f: impl Fn(f64, f64) -> bool) -> u64 {
    let mut bytes = [0; LANES];
    for ((byte, &a), &b) in bytes.iter_mut().zip(a.iter()).zip(b.iter()) {
        *byte = u8::from(f(a, b));
    }
    pack(&bytes)
}

/// The bits of bytes that are 0 or 1: a product gathers those of eight bytes in its top byte.
#[inline(always)]
fn pack(bytes: &[u8; LANES]) -> u64 {
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = bytes.as_chunks::<8>();
    let mut mask = 0;
    for (place, &eight) in eights.iter().enumerate() {
        mask |= (u64::from_le_bytes(eight).wrapping_mul(GATHER) >> 56) << (8 * place);
    }
    mask
}
