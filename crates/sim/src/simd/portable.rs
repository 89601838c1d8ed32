//! The kernels in plain code: what the others must give, and what machines without wider instructions run.

use cordiale_core::model::Relation;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{Aligned, BLOCK, Draws, Inlined, Kernel, Key, Lanes, Source, Whole};
use crate::num::normal::drift_normal;
use crate::random::LANES;

/// The instructions of every machine of the kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

impl Kernel for Portable {
    const WIDE: bool = true;
    const TOGETHER: usize = 1;

    #[inline(always)]
    fn vectorize(self, work: impl Inlined) {
        work.run();
    }

    #[inline]
    fn blocks(self, keys: &[Key], sources: &[Source], out: &mut [Draws]) {
        for source in sources {
            let [words] = source.place(out);
            block(&keys[source.key as usize], source, words);
        }
    }

    #[inline]
    fn compare(self, op: Relation, a: &Lanes, b: &Lanes, out: &mut u64) {
        *out = match op {
            Relation::Equal => test(a, b, |x, y| x == y),
            Relation::NotEqual => test(a, b, |x, y| x != y),
            Relation::Less => test(a, b, |x, y| x < y),
            Relation::LessEqual => test(a, b, |x, y| x <= y),
            Relation::Greater => test(a, b, |x, y| x > y),
            Relation::GreaterEqual => test(a, b, |x, y| x >= y),
        };
    }

    #[inline]
    fn compare_with(self, op: Relation, a: &Lanes, b: f64, out: &mut u64) {
        self.compare(op, a, &Aligned([b; LANES]), out);
    }

    #[inline]
    fn at_most(self, words: &Draws, bound: u32) -> u64 {
        let words = words.as_flattened();
        let bytes = std::array::from_fn(|lane| u8::from(words[lane] <= bound));
        pack(&bytes)
    }

    #[inline]
    fn at_most_each(self, a: &Whole, b: &Whole) -> u64 {
        pack(&std::array::from_fn(|lane| u8::from(a[lane] <= b[lane])))
    }

    #[inline]
    fn normals(self, words: &Draws, out: &mut [f32; LANES]) {
        for (out, &word) in out.iter_mut().zip(words.as_flattened()) {
            *out = drift_normal(word);
        }
    }
}

fn block(key: &Key, source: &Source, out: &mut [u32; BLOCK]) {
    let mut seed = [0; 32];
    for (bytes, word) in seed.chunks_exact_mut(4).zip(key) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    let mut generator = ChaCha8Rng::from_seed(seed);
    generator.set_stream(source.nonce);
    generator.set_word_pos(BLOCK as u128 * u128::from(source.block));
    out.fill_with(|| generator.next_u32());
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
