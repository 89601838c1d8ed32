//! Random words for the lanes of a block.

use super::given::Given;
use super::lanes::bits;
use crate::random::LANES;
use crate::simd::{Kernel, Source};

/// Where draws are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) step: u32,
    /// The number of the trial in lane 0, a multiple of 64.
    pub(super) first_trial: u64,
    /// For what is drawn once a trial: the number of each lane's trial, where it is not the same.
    pub(super) outer: Option<&'a [u64; LANES]>,
    /// For what is drawn once a trial: uniforms in place of those of some streams.
    pub(super) given: Option<&'a Given>,
    /// Lanes that are asked for.
    pub(super) active: u64,
}

impl Place<'_> {
    /// Where the 32-bit draws of a stream begin; see [`crate::random`].
    #[inline]
    pub(super) fn source<'k>(&self, key: &'k [u32; 8]) -> Source<'k> {
        Source { key, nonce: 2 * u64::from(self.step), block: self.first_trial / 16 }
    }
}

/// The 64-bit draws of a stream in some lanes.
pub(super) struct Words([u64; LANES]);

impl Words {
    pub(super) fn new<K: Kernel>(kernel: K, key: &[u32; 8], place: Place<'_>) -> Self {
        let nonce = 2 * u64::from(place.step);
        let mut words = [0; LANES];
        match place.outer {
            None => fill(kernel, key, nonce, place.first_trial, &mut words),
            Some(trials) => {
                for lane in bits(place.active) {
                    words[lane] = single(kernel, key, nonce, trials[lane]);
                }
            }
        }
        Self(words)
    }

    pub(super) fn get(&self, lane: usize) -> u64 {
        self.0[lane]
    }
}

/// The 64-bit draws of a block of trials: eight ChaCha blocks.
fn fill<K: Kernel>(kernel: K, key: &[u32; 8], nonce: u64, first_trial: u64, out: &mut [u64; LANES]) {
    let block = first_trial / 8;
    let mut halves = [[0; LANES]; 2];
    let [low, high] = &mut halves;
    kernel.words([Source { key, nonce, block }, Source { key, nonce, block: block + 4 }], [low, high]);
    let (pairs, _) = halves.as_flattened().as_chunks::<2>();
    for (word, [low, high]) in out.iter_mut().zip(pairs) {
        *word = u64::from(*low) | u64::from(*high) << 32;
    }
}

/// The 64-bit draw of one trial.
fn single<K: Kernel>(kernel: K, key: &[u32; 8], nonce: u64, trial: u64) -> u64 {
    let source = Source { key, nonce, block: trial / 8 };
    let mut blocks = [[0; LANES]; 2];
    let [first, second] = &mut blocks;
    kernel.words([source, source], [first, second]);
    let place = (trial % 8) as usize;
    u64::from(blocks[0][2 * place]) | u64::from(blocks[0][2 * place + 1]) << 32
}
