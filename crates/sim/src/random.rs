//! The streams: every draw is a pure function of (seed, stream name, step, trial).
//!
//! Layout, version 1 of the value contract. A stream's key is the BLAKE3 hash of the ASCII text
//! `cordiale stream 1`, the seed as eight bytes, least significant first, and the bytes of the name. The
//! generator is ChaCha8 (D. J. Bernstein 2008, 64-bit block counter and 64-bit nonce) under that key:
//!
//! | draw of trial t at step s | where it comes from |
//! |---|---|
//! | 32 bits | word t of nonce 2s |
//! | 32 bits more, where a comparison ties | word t of nonce 2s + 1 |
//! | 64 bits | words 2t (low half) and 2t + 1 (high half) of nonce 2s |
//!
//! No block size, order or number of threads enters. A stream makes either 32-bit or 64-bit draws, never
//! both at one step: they would share words.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::num::normal::drift_normal;

/// Hashed before the seed and the name; the number is the layout's version.
const DOMAIN: &[u8] = b"cordiale stream 1";
/// 2^32.
const TWO_32: f64 = 4_294_967_296.0;
/// 2^-52.
const UNIFORM_STEP: f64 = f64::EPSILON;

/// How many trials a block fill serves.
pub const LANES: usize = 64;

/// A named source of random draws, indexed by step and trial. Drawing leaves no trace in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u8; 32],
}

impl Stream {
    /// The stream of this name under this seed.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(DOMAIN);
        hasher.update(&seed.to_le_bytes());
        hasher.update(name.as_bytes());
        Self { key: *hasher.finalize().as_bytes() }
    }

    /// The generator at a word of a nonce.
    #[inline]
    fn at(&self, nonce: u64, word: u128) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::from_seed(self.key);
        generator.set_stream(nonce);
        generator.set_word_pos(word);
        generator
    }

    /// The 32-bit draw.
    #[must_use]
    pub fn word(&self, step: u32, trial: u64) -> u32 {
        self.at(2 * u64::from(step), u128::from(trial)).next_u32()
    }

    /// The next 32 bits, for a comparison that [`word`](Self::word) leaves open.
    #[must_use]
    pub fn tie_word(&self, step: u32, trial: u64) -> u32 {
        self.at(2 * u64::from(step) + 1, u128::from(trial)).next_u32()
    }

    /// The 64-bit draw.
    #[must_use]
    pub fn word64(&self, step: u32, trial: u64) -> u64 {
        self.at(2 * u64::from(step), 2 * u128::from(trial)).next_u64()
    }

    /// A uniform in the open interval (0, 1) from the 64-bit draw; see [`uniform_of`].
    #[must_use]
    pub fn uniform(&self, step: u32, trial: u64) -> f64 {
        uniform_of(self.word64(step, trial))
    }

    /// Whether a chance `p` comes up: U < p, where U is the 32-bit draw and, on a tie, the tie word behind
    /// it (right to 2^-64). Always at p >= 1, never at p <= 0 or NaN.
    #[must_use]
    pub fn fires(&self, step: u32, trial: u64, p: f64) -> bool {
        decide(p, self.word(step, trial), || self.tie_word(step, trial))
    }

    /// A standard normal for a drift, by the table of the inverse distribution function, of the 32-bit draw.
    #[must_use]
    pub fn normal(&self, step: u32, trial: u64) -> f32 {
        drift_normal(self.word(step, trial))
    }

    /// The key as ChaCha reads it.
    pub(crate) fn key_words(&self) -> [u32; 8] {
        let (fours, _) = self.key.as_chunks::<4>();
        std::array::from_fn(|i| u32::from_le_bytes(fours[i]))
    }

    /// The 32-bit draws of 64 trials in a row. Quickest where `first_trial` is a multiple of 16.
    pub fn fill_words(&self, step: u32, first_trial: u64, out: &mut [u32; LANES]) {
        let mut bytes = [0; 4 * LANES];
        self.at(2 * u64::from(step), u128::from(first_trial)).fill_bytes(&mut bytes);
        let (words, _) = bytes.as_chunks();
        for (word, &four) in out.iter_mut().zip(words) {
            *word = u32::from_le_bytes(four);
        }
    }

    /// The 64-bit draws of 64 trials in a row. Quickest where `first_trial` is a multiple of 8.
    pub fn fill_words64(&self, step: u32, first_trial: u64, out: &mut [u64; LANES]) {
        let mut bytes = [0; 8 * LANES];
        self.at(2 * u64::from(step), 2 * u128::from(first_trial)).fill_bytes(&mut bytes);
        let (words, _) = bytes.as_chunks();
        for (word, &eight) in out.iter_mut().zip(words) {
            *word = u64::from_le_bytes(eight);
        }
    }
}

/// The uniform of a 64-bit draw: (its upper 52 bits + 1/2) 2^-52, exact, in the open interval (0, 1) and
/// symmetric about 1/2.
#[inline]
#[must_use]
pub fn uniform_of(word64: u64) -> f64 {
    ((word64 >> 12) as f64 + 0.5) * UNIFORM_STEP
}

/// Whether U < p for a 32-bit draw, with `tie_word` asked only where the first 32 bits of p equal it.
#[inline]
pub fn decide(p: f64, word: u32, tie_word: impl FnOnce() -> u32) -> bool {
    let scaled = p * TWO_32;
    let drawn = f64::from(word);
    // As drawn < floor(scaled); not so of NaN.
    let is_below = drawn + 1.0 <= scaled;
    // A tie, or it is below; both are told without a branch, for which of them is what a processor cannot foresee.
    let is_at_most = drawn < scaled;
    if is_below == is_at_most { is_below } else { f64::from(tie_word()) < (scaled - drawn) * TWO_32 }
}

#[cfg(test)]
#[path = "random_tests.rs"]
mod tests;
