//! The sums of a batch of numbers and of their squares, by arithmetic of doubles that never rounds.
//!
//! Each number is taken apart into three digits of some twenty bits, whose products are so short that a batch of them adds
//! up exactly; so the loops have no branch and no wide integers, and vectorise.

use crate::simd::Aligned;

/// How many numbers there are in a batch.
pub(super) const BATCH: usize = 64;
/// By how many powers of two they may differ: then all are whole multiples of a unit, below 2^61 of them.
const RANGE: i64 = 8;
/// The exponent field of the least number that can be counted in units: above it the unit's reciprocal is a double.
const LEAST_TOP: i64 = 60;
/// Bits of a digit but the first, which has the rest.
const DIGIT: u32 = 20;

/// What a batch comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sums {
    /// The sum, in units of 2^unit.
    pub(super) sum: i128,
    /// The sum of squares, in units of 4^unit.
    pub(super) squares: u128,
    pub(super) unit: i32,
}

/// Room for the digits of a batch, the highest first: on lines of the cache, so that no vector is written across two. Kept
/// from one batch to the next, since it takes as long to fill it with zeros as to add a batch up.
#[derive(Clone, Debug)]
pub(crate) struct Room(Aligned<[[f64; BATCH]; 3]>);

impl Room {
    pub(crate) fn new() -> Self {
        Self(Aligned([[0.0; BATCH]; 3]))
    }
}

/// None where a number is not finite, or where those that are not 0 lie too far apart or are too small.
#[inline(always)]
pub(super) fn sums(values: &[f64; BATCH], Room(digits): &mut Room) -> Option<Sums> {
    let (mut top, mut least) = (0, i64::MAX);
    for x in values {
        let magnitude = x.abs().to_bits().cast_signed();
        top = top.max(magnitude);
        least = least.min(if magnitude == 0 { i64::MAX } else { magnitude });
    }
    let [top, least] = [top, least].map(|magnitude| magnitude >> 52);
    if !(LEAST_TOP..0x7ff).contains(&top) || least < top - RANGE {
        return None;
    }
    // The bits of the last place of the greatest, and of the smallest that may be there.
    let unit = top - 1075 - RANGE;
    let per_unit = f64::from_bits(((1023 - unit) as u64) << 52);
    // A number between 2^52 and 2^53 has no bits behind the point: added and taken away, it rounds to whole numbers.
    let whole = |scale: u32| 1.5 * (1_u64 << 52) as f64 * (1_u64 << scale) as f64;
    let (high, middle) = (whole(2 * DIGIT), whole(DIGIT));
    let (per_high, per_middle) = (1.0 / (1_u64 << (2 * DIGIT)) as f64, 1.0 / (1_u64 << DIGIT) as f64);
    let [a, b, c] = &mut **digits;
    for (((x, a), b), c) in values.iter().zip(a).zip(b).zip(c) {
        let x = x * per_unit;
        let first = (x + high) - high;
        let rest = x - first;
        let second = (rest + middle) - middle;
        (*a, *b, *c) = (first * per_high, second * per_middle, rest - second);
    }
    let [a, b, c] = &**digits;
    let one = &[1.0; BATCH];
    let sum = [(a, 2), (b, 1), (c, 0)].map(|(digits, place)| i128::from(dot(digits, one)) << (place * DIGIT));
    let square = |a, b, place: u32| i128::from(dot(a, b)) << (place * DIGIT);
    // In the last, which is the largest, the bits that do not fit cancel: the whole is below 2^128.
    let squares = [
        square(c, c, 0),
        square(b, c, 1) << 1,
        square(b, b, 2),
        square(a, c, 2) << 1,
        square(a, b, 3) << 1,
        square(a, a, 4),
    ];
    Some(Sums {
        sum: sum.into_iter().sum(),
        squares: squares.into_iter().fold(0, i128::wrapping_add).cast_unsigned(),
        unit: unit as i32,
    })
}

/// The sum of the products of whole numbers: of 2^21 at the most, so that it stays below 2^49.
#[inline(always)]
fn dot(a: &[f64; BATCH], b: &[f64; BATCH]) -> i64 {
    const AT_ONCE: usize = 8;
    let mut sums = [0.0; AT_ONCE];
    for (a, b) in a.as_chunks::<AT_ONCE>().0.iter().zip(b.as_chunks::<AT_ONCE>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let four: [f64; 4] = std::array::from_fn(|i| sums[i] + sums[i + 4]);
    ((four[0] + four[2]) + (four[1] + four[3])) as i64
}
