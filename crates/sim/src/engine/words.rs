//! Random words for the lanes of a block.

use std::slice;

use super::lanes::bits;
use super::once::Once;
use crate::random::{LANES, uniform_of};
use crate::simd::{BLOCK, BLOCKS, Draws, Kernel, Key, Source};

/// Where draws are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct DrawPlace<'a> {
    pub(super) step: u32,
    /// The number of the trial in lane 0, a multiple of 64.
    pub(super) first_trial: u64,
    pub(super) once: Once<'a>,
    /// Lanes that are asked for.
    pub(super) active: u64,
}

impl DrawPlace<'_> {
    /// The 32-bit draws of a stream from one of the four blocks on; see [`crate::random`]. They are the `slot`-th of a
    /// list.
    #[inline(always)]
    fn source(&self, key: u32, block: usize, slot: usize) -> Source {
        let first = self.first_trial / BLOCK as u64;
        Source {
            key,
            nonce: 2 * u64::from(self.step),
            block: first + block as u64,
            to: BLOCKS * slot + block,
        }
    }
}

/// For how many streams 32-bit draws are made at a time.
pub(super) const SOME: usize = 16;

/// The blocks of some streams that are to be made.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    /// Those from the `count`-th on are of no meaning.
    room: [Source; SOME * BLOCKS],
    count: usize,
}

impl Sources {
    pub(super) fn new() -> Self {
        Self { room: [Source::NONE; SOME * BLOCKS], count: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Puts in the blocks in which a lane of the mask waits for its draw from a stream, the `slot`-th; its key is at a place
    /// of a list.
    #[inline(always)]
    pub(super) fn put<K: Kernel>(&mut self, place: DrawPlace<'_>, key: u32, slot: usize, mask: u64) {
        let together = u64::MAX >> (LANES - BLOCK * K::TOGETHER);
        for block in (0..BLOCKS).step_by(K::TOGETHER) {
            // Counted only if it is to stay.
            self.room[self.count % (SOME * BLOCKS)] = place.source(key, block, slot);
            self.count += usize::from(mask >> (BLOCK * block) & together != 0);
        }
    }

    pub(super) fn as_slice(&self) -> &[Source] {
        &self.room[..self.count]
    }
}

/// The 64-bit draws of a stream in some lanes.
pub(super) struct Words([u64; LANES]);

impl Words {
    pub(super) fn new<K: Kernel>(kernel: K, key: &Key, place: DrawPlace<'_>) -> Self {
        let nonce = 2 * u64::from(place.step);
        let mut words = [0; LANES];
        match place.once.outer {
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

    /// The uniforms of all lanes.
    pub(super) fn uniforms(&self) -> [f64; LANES] {
        let mut uniforms = [0.0; LANES];
        for (uniform, &word) in uniforms.iter_mut().zip(&self.0) {
            *uniform = uniform_of(word);
        }
        uniforms
    }
}

/// The 64-bit draws of a block of trials: eight ChaCha blocks.
fn fill<K: Kernel>(kernel: K, key: &Key, nonce: u64, first_trial: u64, out: &mut [u64; LANES]) {
    let mut sources = [Source::NONE; 2 * BLOCKS];
    let count = sources.len() / K::TOGETHER;
    for (place, source) in sources[..count].iter_mut().enumerate() {
        let to = place * K::TOGETHER;
        *source = Source { key: 0, nonce, block: first_trial / 8 + to as u64, to };
    }
    let mut halves = [Draws::ZERO; 2];
    kernel.blocks(slice::from_ref(key), &sources[..count], &mut halves);
    for (half, out) in halves.iter().zip(out.as_chunks_mut::<{ LANES / 2 }>().0) {
        for ([low, high], word) in half.as_flattened().as_chunks::<2>().0.iter().zip(out) {
            *word = u64::from(*low) | u64::from(*high) << 32;
        }
    }
}

/// The 64-bit draw of one trial.
fn single<K: Kernel>(kernel: K, key: &Key, nonce: u64, trial: u64) -> u64 {
    let mut words = [Draws::ZERO];
    let source = Source { key: 0, nonce, block: trial / 8, to: 0 };
    kernel.blocks(slice::from_ref(key), &[source], &mut words);
    let [low, high] = [0, 1].map(|i| words[0].of(2 * (trial % 8) as usize + i));
    u64::from(low) | u64::from(high) << 32
}
