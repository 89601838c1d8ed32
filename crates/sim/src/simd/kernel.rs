//! What all sets of vector instructions do alike, written once.

use super::Draws;
use crate::num::normal::drift_normal;
use crate::random::LANES;

/// The kernels of a module, out of its functions for some vector instructions: the token's type exists only where the
/// machine was found to have them.
macro_rules! kernel {
    ($token:ident, wide: $wide:literal, together: $together:literal) => {
        impl Kernel for $token {
            const WIDE: bool = $wide;
            const TOGETHER: usize = $together;

            #[inline(always)]
            fn vectorize(self, work: impl Inlined) {
                // SAFETY: there is a token, so that the machine has the instructions; so in all calls below.
                unsafe { vectorize(work) }
            }

            #[inline(always)]
            fn blocks(self, keys: &[Key], sources: &[Source], out: &mut [Draws]) {
                // SAFETY: as above.
                unsafe { blocks(keys, sources, out) }
            }

            #[inline(always)]
            fn compare(self, op: Relation, a: &Lanes, b: &Lanes, out: &mut u64) {
                // SAFETY: as above.
                unsafe { compare(op, a, b, out) }
            }

            #[inline(always)]
            fn compare_with(self, op: Relation, a: &Lanes, b: f64, out: &mut u64) {
                // SAFETY: as above.
                unsafe { compare_with(op, a, b, out) }
            }

            #[inline(always)]
            fn at_most(self, words: &Draws, bound: u32) -> u64 {
                // SAFETY: as above.
                unsafe { at_most(words, bound) }
            }

            #[inline(always)]
            fn at_most_each(self, a: &Whole, b: &Whole) -> u64 {
                // SAFETY: as above.
                unsafe { at_most_each(a, b) }
            }

            #[inline(always)]
            fn normals(self, words: &Draws, out: &mut [f32; LANES]) {
                // SAFETY: as above.
                unsafe { normals(words, out) }
            }
        }
    };
}

/// ChaCha8 with registers that hold one row of some blocks each. Four sources take turns, since each operation waits for
/// the one before it. The module has `start` (the rows of a source), `rotate` and `finish` (the rows as words).
macro_rules! chacha8 {
    ($feature:literal, $row:ty, add: $add:ident, xor: $xor:ident, shuffle: $shuffle:ident) => {
        /// The four rows.
        type Rows = [$row; 4];

        #[target_feature(enable = $feature)]
        fn blocks(keys: &[Key], sources: &[Source], out: &mut [Draws]) {
            let places = places();
            let (fours, rest) = sources.as_chunks::<4>();
            for [a, b, c, d] in fours {
                make(&places, keys, [a, b, c, d], out);
            }
            match rest {
                [] => {}
                [a] => make(&places, keys, [a], out),
                [a, b] => make(&places, keys, [a, b], out),
                [a, b, c, ..] => make(&places, keys, [a, b, c], out),
            }
        }

        // Loops in place: what closures are given is not always kept in registers.
        #[target_feature(enable = $feature)]
        #[inline]
        fn make<const N: usize>(places: &Places, keys: &[Key], sources: [&Source; N], out: &mut [Draws]) {
            let mut starts = [start(&keys[sources[0].key as usize], sources[0]); N];
            for (rows, source) in starts.iter_mut().zip(sources) {
                *rows = start(&keys[source.key as usize], source);
            }
            let mut ends = starts;
            for _ in 0..4 {
                for rows in &mut ends {
                    quarters(places, rows);
                }
                // Diagonals become columns.
                for rows in &mut ends {
                    turn::<0x39, 0x4e, 0x93>(rows);
                }
                for rows in &mut ends {
                    quarters(places, rows);
                }
                for rows in &mut ends {
                    turn::<0x93, 0x4e, 0x39>(rows);
                }
            }
            for ((end, start), source) in ends.iter_mut().zip(starts).zip(sources) {
                for (end, start) in end.iter_mut().zip(start) {
                    *end = $add(*end, start);
                }
                finish(*end, source.place(out));
            }
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn quarters(places: &Places, [a, b, c, d]: &mut Rows) {
            *a = $add(*a, *b);
            *d = rotate::<16, 16>(places, $xor(*d, *a));
            *c = $add(*c, *d);
            *b = rotate::<12, 20>(places, $xor(*b, *c));
            *a = $add(*a, *b);
            *d = rotate::<8, 24>(places, $xor(*d, *a));
            *c = $add(*c, *d);
            *b = rotate::<7, 25>(places, $xor(*b, *c));
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn turn<const B: i32, const C: i32, const D: i32>([_, b, c, d]: &mut Rows) {
            *b = $shuffle::<B>(*b);
            *c = $shuffle::<C>(*c);
            *d = $shuffle::<D>(*d);
        }
    };
}

/// The words "expand 32-byte k".
pub(super) const CONSTANTS: [i32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// The normals of some lanes, one by one.
#[inline]
pub(super) fn look_up(words: &Draws, mut lanes: u64, out: &mut [f32; LANES]) {
    while lanes != 0 {
        let lane = lanes.trailing_zeros() as usize;
        out[lane] = drift_normal(words.of(lane));
        lanes &= lanes - 1;
    }
}
