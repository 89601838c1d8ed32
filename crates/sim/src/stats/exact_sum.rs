//! Mean and standard deviation from sums kept without rounding.

mod batch;

use num_bigint::{BigInt, Sign};
use num_traits::Zero;
use serde::{Deserialize, Serialize};

pub(crate) use batch::Room;
use batch::{BATCH, Sums, sums};

/// Bits a limb stands for; the rest of its 64 take carries until they are settled.
const LIMB_BITS: i32 = 32;
/// Shifting an exponent by it, downwards too, gives its limb.
const LIMB_LOG: i32 = 5;
const LIMB_MASK: i64 = 0xffff_ffff;
/// Additions until carries must be settled: each is below 2^32 in magnitude, so 2^30 of them fit.
const MOST_PENDING: u32 = 1 << 30;

/// Count, mean and standard deviation of any finite numbers, in any order or grouping the same bits.
///
/// The sums of x and x^2 are kept exactly, as fixed-point numbers that grow to the exponents seen: a few
/// dozen bytes where the values are alike, 800 at the most. Equality and serialisation are by what was
/// added, not by how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    count: u64,
    /// How many of them were infinite or NaN.
    not_finite: u64,
    sum: ExactSum,
    squares: ExactSum,
}

impl Moments {
    /// Nothing added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one number. An infinite or NaN one makes mean and sd NaN.
    #[inline]
    pub fn add(&mut self, x: f64) {
        self.count += 1;
        let bits = x.to_bits();
        let field = (bits >> 52) as i32 & 0x7ff;
        let fraction = bits & 0x000f_ffff_ffff_ffff;
        if field == 0x7ff {
            self.not_finite += 1;
            return;
        }
        // |x| = mantissa * 2^exponent.
        let (mantissa, exponent) =
            if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
        if mantissa == 0 {
            return;
        }
        self.sum.add(mantissa, exponent, x < 0.0);
        self.squares.add_square(mantissa, exponent);
    }

    /// Adds several values at once.
    #[inline(always)]
    pub(crate) fn add_all(&mut self, values: &[f64], room: &mut Room) {
        let (batches, rest) = values.as_chunks::<BATCH>();
        for batch in batches {
            match sums(batch, room) {
                Some(Sums { sum, squares, unit }) => {
                    self.count += BATCH as u64;
                    self.sum.add_wide(sum.unsigned_abs(), unit, sum < 0);
                    self.squares.add_wide(squares, 2 * unit, false);
                }
                None => batch.iter().for_each(|&x| self.add(x)),
            }
        }
        rest.iter().for_each(|&x| self.add(x));
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.not_finite = self.not_finite.saturating_add(other.not_finite);
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    /// How many numbers were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean, rounded once; NaN where nothing was added.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 || self.not_finite > 0 {
            return f64::NAN;
        }
        let (sum, exponent) = self.sum.value();
        round_ratio(&sum, &BigInt::from(self.count), exponent)
    }

    /// The standard deviation, divided by n: the root of (n Sxx - Sx^2) / n^2, that quotient rounded once and
    /// its root once more. NaN where nothing was added; exactly 0 where all numbers were equal.
    #[must_use]
    pub fn sd(&self) -> f64 {
        if self.count == 0 || self.not_finite > 0 {
            return f64::NAN;
        }
        let (sum, sum_exponent) = self.sum.value();
        let (squares, squares_exponent) = self.squares.value();
        // Both over the smaller power of two.
        let exponent = squares_exponent.min(2 * sum_exponent);
        let count = BigInt::from(self.count);
        let spread = ((&count * squares) << shift(squares_exponent - exponent))
            - ((&sum * &sum) << shift(2 * sum_exponent - exponent));
        // A variance may overflow where its root does not, so its power of four is taken out first.
        let half = (spread.bits() as i64 + i64::from(exponent)) / 2 - 64;
        let scaled = round_ratio(&spread, &(&count * &count), (i64::from(exponent) - 2 * half) as i32);
        scale(scaled.sqrt(), half as i32)
    }

    /// The standard error of the mean: sd / sqrt(n).
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.sd() / (self.count as f64).sqrt()
    }
}

/// A fixed-point number: the sum of `limbs[i]` 2^(32 (lowest + i)).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Digits", into = "Digits")]
struct ExactSum {
    lowest: i32,
    limbs: Vec<i64>,
    /// A bound: every limb is below (pending + 2) 2^32 in magnitude.
    pending: u32,
}

/// The one form of each value: sign and 32-bit digits, neither end zero.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Digits {
    negative: bool,
    lowest: i32,
    digits: Vec<u32>,
}

impl ExactSum {
    /// Adds mantissa * 2^exponent, the mantissa below 2^53, or takes it away.
    #[inline]
    fn add(&mut self, mantissa: u64, exponent: i32, negative: bool) {
        let wide = u128::from(mantissa) << (exponent & (LIMB_BITS - 1));
        let sign = -i64::from(negative);
        let signed = |digit: u128| ((digit as i64 & LIMB_MASK) ^ sign) - sign;
        let digits = [signed(wide), signed(wide >> 32), signed(wide >> 64)];
        self.add_digits(exponent >> LIMB_LOG, digits);
    }

    /// Adds mantissa^2 * 2^(2 exponent), the mantissa below 2^53.
    #[inline]
    fn add_square(&mut self, mantissa: u64, exponent: i32) {
        self.add_wide(u128::from(mantissa) * u128::from(mantissa), 2 * exponent, false);
    }

    /// Adds magnitude * 2^exponent, or takes it away.
    #[inline]
    fn add_wide(&mut self, magnitude: u128, exponent: i32, negative: bool) {
        // A shift of at most 31 makes 159 bits of the 128; the low 64 go apart from the rest.
        let offset = exponent & (LIMB_BITS - 1);
        let low = u128::from(magnitude as u64) << offset;
        let high = ((magnitude >> 64) << offset) + (low >> 64);
        let sign = -i64::from(negative);
        let digit = |bits: u128| ((bits as i64 & LIMB_MASK) ^ sign) - sign;
        let digits = [digit(low), digit(low >> 32), digit(high), digit(high >> 32), digit(high >> 64)];
        self.add_digits(exponent >> LIMB_LOG, digits);
    }

    /// Adds digits of at most 32 bits, the first at a limb's position.
    #[inline]
    fn add_digits<const N: usize>(&mut self, position: i32, digits: [i64; N]) {
        loop {
            // Negative where the position lies below the lowest limb, and then beyond any length.
            let start = position.wrapping_sub(self.lowest) as usize;
            if let Some(window) = self.limbs.get_mut(start..).and_then(<[i64]>::first_chunk_mut::<N>) {
                for (limb, digit) in window.iter_mut().zip(digits) {
                    *limb += digit;
                }
                break;
            }
            // Makes the room that was missing, so that the second turn is the last.
            self.grow(position, N as i32);
        }
        self.pending += 1;
        if self.pending >= MOST_PENDING {
            self.settle();
        }
    }

    /// Makes room for `used` limbs from `position`.
    #[cold]
    fn grow(&mut self, position: i32, used: i32) {
        if self.limbs.is_empty() {
            self.lowest = position;
        }
        if position < self.lowest {
            let missing = (self.lowest - position) as usize;
            self.limbs.splice(0..0, std::iter::repeat_n(0, missing));
            self.lowest = position;
        }
        let length = (position - self.lowest + used) as usize;
        if length > self.limbs.len() {
            self.limbs.resize(length, 0);
        }
    }

    fn merge(&mut self, other: &Self) {
        if other.limbs.is_empty() {
            return;
        }
        if self.pending + other.pending >= MOST_PENDING {
            self.settle();
        }
        self.grow(other.lowest, other.limbs.len() as i32);
        let start = (other.lowest - self.lowest) as usize;
        for (limb, added) in self.limbs.iter_mut().skip(start).zip(&other.limbs) {
            *limb += added;
        }
        // The bounds add up: (a + 2) + (b + 2) = (a + b + 2) + 2.
        self.pending += other.pending + 2;
        if self.pending >= MOST_PENDING {
            self.settle();
        }
    }

    /// Carries upwards, so that every limb but the last is a digit in [0, 2^32).
    fn settle(&mut self) {
        let mut carry = 0;
        if let Some((last, lower)) = self.limbs.split_last_mut() {
            for limb in lower {
                let value = *limb + carry;
                *limb = value & LIMB_MASK;
                carry = value >> LIMB_BITS;
            }
            let value = *last + carry;
            carry = 0;
            if value.abs() <= LIMB_MASK {
                *last = value;
            } else {
                *last = value & LIMB_MASK;
                carry = value >> LIMB_BITS;
            }
        }
        if carry != 0 {
            self.limbs.push(carry);
        }
        self.pending = 0;
    }

    /// The value as an integer times a power of two.
    fn value(&self) -> (BigInt, i32) {
        let digits = Digits::from(self.clone());
        let sign = if digits.negative { Sign::Minus } else { Sign::Plus };
        (BigInt::from_slice(sign, &digits.digits), digits.lowest * LIMB_BITS)
    }
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        Digits::from(self.clone()) == Digits::from(other.clone())
    }
}

impl From<ExactSum> for Digits {
    fn from(mut sum: ExactSum) -> Self {
        sum.settle();
        // Settled digits are from 0 up, so the sign is that of the top.
        let negative = sum.limbs.last().is_some_and(|&top| top < 0);
        if negative {
            for limb in &mut sum.limbs {
                *limb = -*limb;
            }
            sum.settle();
        }
        let mut digits: Vec<u32> = Vec::with_capacity(sum.limbs.len() + 1);
        let leading_zeros = sum.limbs.iter().take_while(|&&limb| limb == 0).count();
        for &limb in sum.limbs.iter().skip(leading_zeros) {
            digits.push((limb & LIMB_MASK) as u32);
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let lowest = if digits.is_empty() { 0 } else { sum.lowest + leading_zeros as i32 };
        Self { negative, lowest, digits }
    }
}

impl TryFrom<Digits> for ExactSum {
    type Error = &'static str;

    fn try_from(digits: Digits) -> Result<Self, Self::Error> {
        // Squares of doubles begin at 2^-2148, and 2^64 of them end below 2^2112.
        let highest = i64::from(digits.lowest) + digits.digits.len() as i64;
        if digits.lowest < -68 || highest > 67 {
            return Err("a sum of doubles cannot have these digits");
        }
        let signed = |digit: u32| if digits.negative { -i64::from(digit) } else { i64::from(digit) };
        let limbs = digits.digits.iter().map(|&digit| signed(digit)).collect();
        Ok(Self { lowest: digits.lowest, limbs, pending: 0 })
    }
}

/// A shift that is known to be 0 or more.
fn shift(bits: i32) -> usize {
    bits.max(0) as usize
}

/// numerator / denominator * 2^exponent rounded once, to nearest, ties to even; the denominator is above 0.
fn round_ratio(numerator: &BigInt, denominator: &BigInt, exponent: i32) -> f64 {
    if numerator.is_zero() {
        return 0.0;
    }
    let negative = numerator.sign() == Sign::Minus;
    let numerator = numerator.magnitude();
    let denominator = denominator.magnitude();
    // A quotient of 65 or 66 bits and a sticky bit for what is left: more than enough to round from.
    let lift = 66 - (numerator.bits() as i64 - denominator.bits() as i64);
    let (quotient, rest) = if lift >= 0 {
        let lifted = numerator << lift as usize;
        (&lifted / denominator, !(&lifted % denominator).is_zero())
    } else {
        let lowered = denominator << (-lift) as usize;
        (numerator / &lowered, !(numerator % &lowered).is_zero())
    };
    let mut digits = quotient.iter_u64_digits();
    let (low, high) = (digits.next().unwrap_or(0), digits.next().unwrap_or(0));
    let quotient = u128::from(high) << 64 | u128::from(low);
    let magnitude = round_bits(quotient, rest, i64::from(exponent) - lift);
    if negative { -magnitude } else { magnitude }
}

/// quotient * 2^exponent (a little more where `rest`) as the nearest double, subnormal or infinite too.
fn round_bits(quotient: u128, rest: bool, exponent: i64) -> f64 {
    let length = 128 - i64::from(quotient.leading_zeros());
    // The exponent of the last place of the result.
    let last = (exponent + length - 53).max(-1074);
    let drop = last - exponent;
    if drop > 127 {
        return 0.0;
    }
    let drop = drop.max(1) as u32;
    let kept = (quotient >> drop) as u64;
    let half = 1_u128 << (drop - 1);
    let dropped = quotient & ((half << 1) - 1);
    let up = dropped > half || (dropped == half && (rest || kept & 1 == 1));
    let kept = kept + u64::from(up);
    // At most 2^53, and a power of two: both exact, unless the scale overflows as it should.
    scale(kept as f64, last as i32)
}

/// x * 2^exponent; exact where the result is.
fn scale(x: f64, exponent: i32) -> f64 {
    libm::scalbn(x, exponent)
}

#[cfg(test)]
#[path = "exact_sum_tests.rs"]
mod tests;
