//! Elementary functions whose bits are part of the value contract.
//!
//! [`exp`] and [`ln`] are straight-line code: selects in place of branches, polynomials by multiply and
//! add. A loop over lanes therefore vectorises, and gives the bits of the scalar function at any width.
//! Largest error over a million arguments each: 0.67 ulp for `exp`, 0.65 ulp for `ln`; 99% of results are the
//! nearest double.

use cordiale_core::model::Function;

/// log2(e), rounded.
const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// The leading 31 bits of ln 2: its product with a whole number below 2^22 is exact.
const LN2_HIGH: f64 = 0.693_147_180_136_293_2;
/// ln 2 less [`LN2_HIGH`], rounded.
const LN2_LOW: f64 = 4.236_521_365_809_284e-10;
/// 1.5 * 2^52: adding it leaves the nearest whole number in the low mantissa bits (ties to even).
const ROUND: f64 = 6_755_399_441_055_744.0;
/// [`ROUND`] plus the exponent bias, so that the low bits are a biased exponent.
const ROUND_BIASED: f64 = ROUND + 1023.0;

/// Coefficients of (e^r - 1 - r) / r^2 on |r| <= ln(2)/2, from the constant up: interpolated at Chebyshev
/// nodes in 50 digits, error below 4e-19.
const EXP_POLY: [f64; 11] = [
    0.5,
    0.166_666_666_666_666_7,
    0.041_666_666_666_666_67,
    0.008_333_333_333_326_112,
    0.001_388_888_888_888_373,
    0.000_198_412_698_749_012_6,
    2.480_158_732_560_532_4e-5,
    2.755_725_529_796_964_3e-6,
    2.755_727_357_010_214e-7,
    2.510_525_953_844_849_4e-8,
    2.091_471_734_171_637_8e-9,
];

/// Coefficients of (ln((1+s)/(1-s)) - 2s) / s^3 in s^2, from the constant up, for s^2 <= 0.0295: made as
/// [`EXP_POLY`] was, error below 2e-18.
const LN_POLY: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_008_85,
    0.285_714_285_707_997_84,
    0.222_222_223_922_045_8,
    0.181_817_955_475_211_37,
    0.153_862_447_376_216_65,
    0.132_686_383_692_668_25,
    0.130_880_348_509_275_55,
];

/// e^x, error below 0.7 ulp; subnormal results carry the rounding of the subnormal range as well.
///
/// Overflows to `inf` above 709.78, underflows to 0 below -745.13; NaN gives NaN. Method: x = n ln 2 + r
/// with |r| <= ln(2)/2 in two parts (W. J. Cody and W. Waite 1980), polynomial in r, 1 + r kept in two parts.
#[inline(always)]
#[must_use]
pub(crate) fn exp(x: f64) -> f64 {
    // Beyond these bounds the answer is 0 or infinity anyway; NaN passes both selects.
    let x = if x > 711.0 { 711.0 } else { x };
    let x = if x < -747.0 { -747.0 } else { x };
    let n = (x * LOG2_E + ROUND) - ROUND;
    let high = x - n * LN2_HIGH;
    let low = n * LN2_LOW;
    let r = high - low;
    let r_rest = (high - r) - low;
    let c = &EXP_POLY;
    let r2 = r * r;
    let r4 = r2 * r2;
    let tail = (c[8] + c[9] * r) + c[10] * r2;
    let p = ((c[0] + c[1] * r) + (c[2] + c[3] * r) * r2)
        + r4 * (((c[4] + c[5] * r) + (c[6] + c[7] * r) * r2) + r4 * tail);
    let sum = 1.0 + r;
    let sum_rest = (1.0 - sum) + r;
    let y = sum + (sum_rest + (r_rest + r2 * p));
    // 2^n in two factors, for n itself may lie beyond the range of exponents.
    let half = (n * 0.5 + ROUND) - ROUND;
    let scale_1 = f64::from_bits((half + ROUND_BIASED).to_bits() << 52);
    let scale_2 = f64::from_bits(((n - half) + ROUND_BIASED).to_bits() << 52);
    (y * scale_1) * scale_2
}

/// The natural logarithm, error below 0.7 ulp.
///
/// 0 gives `-inf`, `inf` gives `inf`, a negative number or NaN gives NaN. Method: x = 2^k m with m in
/// [sqrt(1/2), sqrt(2)), then the series of ln((1+s)/(1-s)) in s = (m-1)/(m+1) (as in FreeBSD's msun, 1993),
/// with the large terms kept in two parts.
#[inline(always)]
#[must_use]
pub(crate) fn ln(x: f64) -> f64 {
    const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny { x * 18_014_398_509_481_984.0 } else { x }; // 2^54
    let shift = if tiny { 54.0 } else { 0.0 };
    // Biased so that the exponent field holds k + 1023 with m in [sqrt(1/2), sqrt(2)).
    let biased = scaled.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let field = biased >> 52;
    let m = f64::from_bits((biased & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF_BITS));
    // A whole number below 2^52 turned into a double by its bits: 2^52 + field, less 2^52 + 1023.
    let k = (f64::from_bits(field | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0) - shift;
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let z2 = z * z;
    let c = &LN_POLY;
    let series = z
        * (((c[0] + c[1] * z) + (c[2] + c[3] * z) * z2)
            + (z2 * z2) * ((c[4] + c[5] * z) + (c[6] + c[7] * z) * z2));
    // f^2/2 in two parts: the upper half of f squares exactly.
    let f_high = f64::from_bits(f.to_bits() & 0xffff_ffff_f800_0000);
    let square = 0.5 * (f_high * f_high);
    let square_rest = 0.5 * ((f - f_high) * (f + f_high));
    // k ln 2 + f - f^2/2 as a sum of two, the larger first each time.
    let high = k * LN2_HIGH;
    let a = high + f;
    let a_rest = (high - a) + f;
    let b = a - square;
    let b_rest = (a - b) - square;
    let small = s * ((square + square_rest) + series) + (k * LN2_LOW - square_rest);
    let y = b + ((a_rest + b_rest) + small);
    let y = if x == f64::INFINITY { x } else { y };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    // Written so that NaN falls to NaN as well as negative numbers.
    if x >= 0.0 { y } else { f64::NAN }
}

/// 1 / (1 + e^-x), in [0, 1]: 0 at `-inf`, 1 at `inf`, 1/2 at 0; never decreasing but for a last bit.
#[inline]
#[must_use]
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// x to the power y, with the special cases of IEEE 754 `pow`; error below 1 ulp (the `libm` crate's, which
/// is the algorithm of FreeBSD's msun).
#[inline]
#[must_use]
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// x^n by multiplication in turn, ((x * x) * x) * ..., for n up to 16; x^0 is 1 for any x, NaN included.
/// Above 16 it is [`pow`].
#[inline]
#[must_use]
pub(crate) fn powi(x: f64, n: u32) -> f64 {
    match n {
        0 => 1.0,
        1..=16 => {
            let mut product = x;
            for _ in 1..n {
                product *= x;
            }
            product
        }
        _ => pow(x, f64::from(n)),
    }
}

/// A function of the language at a number.
#[inline(always)]
pub(crate) fn call(function: Function, x: f64) -> f64 {
    match function {
        Function::Abs => x.abs(),
        Function::Exp => exp(x),
        Function::Ln => ln(x),
        Function::Sqrt => x.sqrt(),
        Function::Logistic => logistic(x),
        Function::Floor => x.floor(),
        Function::Ceil => x.ceil(),
    }
}

#[cfg(test)]
#[path = "math_tests.rs"]
mod tests;
