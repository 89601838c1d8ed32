//! How draws stand to chances, in all lanes at once: chances as whole numbers tell nearly all.

use super::forms::Product;
use super::lanes::Lanes;
use crate::random::LANES;
use crate::simd::{Aligned, Draws, Kernel, Whole};

/// How the draws of all lanes stand to their chances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standings {
    /// The lanes in which the draw surely lies below.
    pub(super) below: u64,
    /// Those in which it cannot be told, which are few.
    pub(super) open: u64,
}

impl Standings {
    /// To one chance, given the first draw that does not surely lie below it.
    #[inline(always)]
    pub(super) fn to_number<K: Kernel>(kernel: K, words: &Draws, end: u32) -> Self {
        let below = end.checked_sub(1).map_or(0, |last| kernel.at_most(words, last));
        Self { below, open: kernel.at_most(words, end) & !below }
    }

    /// To chances of which none is below 0 or above 1; of others nothing is told.
    #[inline(always)]
    pub(super) fn to_product<K: Kernel>(
        kernel: K,
        words: &Draws,
        chance: Product,
        numbers: &[Lanes],
    ) -> Self {
        /// 2^30: a draw without its last two bits is a uniform times this, cut off.
        const QUARTER: f64 = 1_073_741_824.0;
        /// 2^52 + 2^51: what is added to it is rounded to a whole number, which stands in the last bits of the sum.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let chance = chance.times(QUARTER).by_lane(numbers);
        let ends = each(|lane| (chance(lane) + ROUND).to_bits() as i32);
        let draws = |plus| each(|lane| (words.of(lane) >> 2) as i32 + plus);
        // The end may have been rounded up by a half, and of the draw nearly one was cut off.
        let below = kernel.at_most_each(&draws(2), &ends);
        Self { below, open: kernel.at_most_each(&draws(0), &ends) & !below }
    }
}

#[inline(always)]
fn each(number: impl Fn(usize) -> i32) -> Whole {
    let mut all = Aligned([0; LANES]);
    for (lane, place) in all.iter_mut().enumerate() {
        *place = number(lane);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, decide};
    use crate::simd::{Job, VectorWidth, dispatch};

    /// Of chances by lane, the standings as a product; of that in the first lane, those as a number.
    struct Look<'a>(&'a Draws, &'a Lanes);

    impl Job for Look<'_> {
        type Output = [Standings; 2];

        fn run<K: Kernel>(self, kernel: K) -> [Standings; 2] {
            let Self(words, chances) = self;
            let numbers = [*chances, Aligned([1.0; LANES])];
            let product = Product { by: -1.0, from: -0.0, of: [0, 1] };
            let end = (chances[0] * 4_294_967_296.0) as u32;
            [
                Standings::to_product(kernel, words, product, &numbers),
                Standings::to_number(kernel, words, end),
            ]
        }
    }

    #[test]
    fn what_is_told_is_so_whatever_breaks_a_tie() {
        let stream = Stream::new(5, "standings");
        let mut number = 0;
        let mut uniform = || {
            number += 1;
            stream.uniform(0, number)
        };
        let ends = [0.0, -0.0, 1e-320, 2.0_f64.powi(-40), 2.0_f64.powi(-32), 2.0_f64.powi(-30), 0.5];
        let mut open = 0;
        for round in 0..400_usize {
            let chance = |lane: usize, uniform: f64| match round % 4 {
                0 => ends[(round / 4 + lane) % ends.len()],
                1 => 1.0 - ends[(round / 4 + lane) % ends.len()],
                _ => uniform * 2.0_f64.powi(-((round % 32) as i32)),
            };
            let chances = Aligned(std::array::from_fn(|lane| chance(lane, uniform())));
            // Draws about the chances, or about the first of them, or anywhere.
            let mut words = Draws::ZERO;
            for (lane, word) in words.as_flattened_mut().iter_mut().enumerate() {
                let at = [chances[lane], chances[0], uniform(), chances[lane]][round / 4 % 4];
                *word = ((at * 4_294_967_296.0) as u32).wrapping_add(lane as u32 % 9).wrapping_sub(4);
            }
            for width in VectorWidth::ALL {
                let [product, constant] = dispatch(width, Look(&words, &chances));
                let first = |_| chances[0];
                let each = |lane: usize| chances[lane];
                let of: [(Standings, &dyn Fn(usize) -> f64); 2] = [(product, &each), (constant, &first)];
                for (Standings { below, open }, chance) in of {
                    assert_eq!(below & open, 0);
                    for lane in super::super::bits(!open) {
                        let (p, word) = (chance(lane), words.of(lane));
                        let expected = below >> lane & 1 == 1;
                        for tie in [0, 1, u32::MAX] {
                            assert_eq!(decide(p, word, || tie), expected, "{width}, {p:e}, {word}, {tie}");
                        }
                    }
                }
                open += product.open.count_ones() + constant.open.count_ones();
            }
        }
        assert!((1000..100_000).contains(&open), "{open}");
    }
}
