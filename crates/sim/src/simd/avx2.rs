//! The kernels with AVX2.

use std::arch::x86_64::{
    __m256, __m256d, __m256i, _CMP_EQ_OQ, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LE_OQ, _CMP_LT_OQ, _CMP_NEQ_UQ,
    _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_andnot_si256, _mm256_castps_si256,
    _mm256_castsi256_ps, _mm256_cmp_pd, _mm256_cmpeq_epi32, _mm256_cmpgt_epi32, _mm256_cvtepi32_ps,
    _mm256_min_epu32, _mm256_movemask_pd, _mm256_movemask_ps, _mm256_mul_ps, _mm256_or_si256,
    _mm256_permute2x128_si256, _mm256_permutevar8x32_ps, _mm256_set1_epi32, _mm256_set1_pd, _mm256_set1_ps,
    _mm256_setr_epi8, _mm256_setr_epi32, _mm256_setr_epi64x, _mm256_shuffle_epi8, _mm256_shuffle_epi32,
    _mm256_slli_epi32, _mm256_srai_epi32, _mm256_srli_epi32, _mm256_sub_epi32, _mm256_sub_ps, _mm256_xor_ps,
    _mm256_xor_si256,
};
use std::hint::black_box;

use cordiale_core::model::Relation;

use super::kernel::{CONSTANTS, look_up};
use super::{BLOCK, Draws, Inlined, Kernel, Key, Lanes, Source, Whole, unsigned};
use crate::num::normal::TABLE;
use crate::random::LANES;

/// A machine with AVX2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        let there = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        there.then_some(Self(()))
    }
}

kernel!(Avx2, wide: true, together: 2);

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn vectorize(work: impl Inlined) {
    work.run();
}

// Loads and stores through arrays, which compile to one instruction each.

#[target_feature(enable = "avx2")]
#[inline]
fn load_i(x: &[u32; 8]) -> __m256i {
    let [a, b, c, d, e, f, g, h] = x.map(u32::cast_signed);
    _mm256_setr_epi32(a, b, c, d, e, f, g, h)
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_d(x: &[f64; 4]) -> __m256d {
    // SAFETY: both are 32 bytes, and any bits are four numbers.
    unsafe { std::mem::transmute::<[f64; 4], __m256d>(*x) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_i(x: __m256i) -> [u32; 8] {
    // SAFETY: both are 32 bytes, and any bits are eight whole numbers.
    unsafe { std::mem::transmute::<__m256i, [u32; 8]>(x) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_f(x: __m256) -> [f32; 8] {
    // SAFETY: both are 32 bytes, and any bits are eight numbers.
    unsafe { std::mem::transmute::<__m256, [f32; 8]>(x) }
}

// ---- ChaCha8, two blocks at a time

chacha8!("avx2", __m256i, add: _mm256_add_epi32, xor: _mm256_xor_si256, shuffle: _mm256_shuffle_epi32);

#[target_feature(enable = "avx2")]
#[inline]
fn start(key: &Key, source: &Source) -> Rows {
    let [c0, c1, c2, c3] = CONSTANTS;
    let [k0, k1, k2, k3, k4, k5, k6, k7] = key.map(u32::cast_signed);
    let (counter, nonce) = (source.block.cast_signed(), source.nonce.cast_signed());
    [
        _mm256_setr_epi32(c0, c1, c2, c3, c0, c1, c2, c3),
        _mm256_setr_epi32(k0, k1, k2, k3, k0, k1, k2, k3),
        _mm256_setr_epi32(k4, k5, k6, k7, k4, k5, k6, k7),
        _mm256_setr_epi64x(counter, nonce, counter.wrapping_add(1), nonce),
    ]
}

#[target_feature(enable = "avx2")]
#[inline]
fn rotate<const LEFT: i32, const RIGHT: i32>(places: &Places, x: __m256i) -> __m256i {
    match LEFT {
        16 => _mm256_shuffle_epi8(x, places.by_16),
        8 => _mm256_shuffle_epi8(x, places.by_8),
        _ => _mm256_or_si256(_mm256_slli_epi32::<LEFT>(x), _mm256_srli_epi32::<RIGHT>(x)),
    }
}

/// Where bytes go in a rotation by whole bytes.
struct Places {
    by_16: __m256i,
    by_8: __m256i,
}

#[target_feature(enable = "avx2")]
#[inline]
fn places() -> Places {
    let by_16 = _mm256_setr_epi8(
        2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15,
        12, 13,
    );
    let by_8 = _mm256_setr_epi8(
        3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12,
        13, 14,
    );
    // Where the compiler knows them it makes two shuffles of one.
    Places { by_16: black_box(by_16), by_8: black_box(by_8) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn finish([a, b, c, d]: Rows, words: &mut [[u32; BLOCK]; 2]) {
    let (eights, _) = words.as_flattened_mut().as_chunks_mut::<8>();
    eights[0] = store_i(_mm256_permute2x128_si256::<0x20>(a, b));
    eights[1] = store_i(_mm256_permute2x128_si256::<0x20>(c, d));
    eights[2] = store_i(_mm256_permute2x128_si256::<0x31>(a, b));
    eights[3] = store_i(_mm256_permute2x128_si256::<0x31>(c, d));
}

// ---- masks

#[target_feature(enable = "avx2")]
#[inline]
fn compare_by<const OP: i32>(a: &Lanes, b: impl Fn(usize) -> __m256d) -> u64 {
    let (fours, _) = a.as_chunks::<4>();
    let mut mask = 0;
    for (place, four) in fours.iter().enumerate() {
        let holds = _mm256_movemask_pd(_mm256_cmp_pd::<OP>(load_d(four), b(place)));
        mask |= u64::from(holds.cast_unsigned()) << (4 * place);
    }
    mask
}

#[target_feature(enable = "avx2")]
#[inline]
fn compare(op: Relation, a: &Lanes, b: &Lanes, out: &mut u64) {
    let (fours, _) = b.as_chunks::<4>();
    *out = by(op, a, |place| load_d(&fours[place]));
}

#[target_feature(enable = "avx2")]
#[inline]
fn compare_with(op: Relation, a: &Lanes, b: f64, out: &mut u64) {
    let b = _mm256_set1_pd(b);
    *out = by(op, a, |_| b);
}

#[target_feature(enable = "avx2")]
#[inline]
fn by(op: Relation, a: &Lanes, b: impl Fn(usize) -> __m256d) -> u64 {
    match op {
        Relation::Equal => compare_by::<_CMP_EQ_OQ>(a, b),
        Relation::NotEqual => compare_by::<_CMP_NEQ_UQ>(a, b),
        Relation::Less => compare_by::<_CMP_LT_OQ>(a, b),
        Relation::LessEqual => compare_by::<_CMP_LE_OQ>(a, b),
        Relation::Greater => compare_by::<_CMP_GT_OQ>(a, b),
        Relation::GreaterEqual => compare_by::<_CMP_GE_OQ>(a, b),
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn at_most(words: &Draws, bound: u32) -> u64 {
    let bound = _mm256_set1_epi32(bound.cast_signed());
    let (eights, _) = words.as_flattened().as_chunks::<8>();
    let mut mask = 0;
    for (place, eight) in eights.iter().enumerate() {
        let words = load_i(eight);
        let holds = _mm256_cmpeq_epi32(_mm256_min_epu32(words, bound), words);
        let bits = _mm256_movemask_ps(_mm256_castsi256_ps(holds));
        mask |= u64::from(bits.cast_unsigned()) << (8 * place);
    }
    mask
}

#[target_feature(enable = "avx2")]
#[inline]
fn at_most_each(a: &Whole, b: &Whole) -> u64 {
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    let mut above = 0;
    for (place, (a, b)) in a.iter().zip(b).enumerate() {
        let (a, b) = (load_i(&unsigned(a)), load_i(&unsigned(b)));
        let bits = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(a, b)));
        above |= u64::from(bits.cast_unsigned()) << (8 * place);
    }
    !above
}

// ---- normals

/// The first of the eight octaves that fit a register; the words of others, one in 256, are looked up one by one.
const OCTAVE: usize = 24;

#[target_feature(enable = "avx2")]
fn normals(words: &Draws, out: &mut [f32; LANES]) {
    let table: [__m256; 7] = std::array::from_fn(|k| {
        let row: [u32; 8] = std::array::from_fn(|o| TABLE[k][OCTAVE + o].to_bits());
        _mm256_castsi256_ps(load_i(&row))
    });
    let (eights, _) = words.as_flattened().as_chunks::<8>();
    let (outs, _) = out.as_chunks_mut::<8>();
    let mut elsewhere = 0;
    for (place, (eight, out)) in eights.iter().zip(outs).enumerate() {
        let word = load_i(eight);
        let upper = _mm256_srai_epi32::<31>(word);
        let m = _mm256_and_si256(_mm256_xor_si256(word, upper), _mm256_set1_epi32(0x7fff_ffff));
        let x = _mm256_add_ps(_mm256_cvtepi32_ps(m), _mm256_set1_ps(0.5));
        let bits = _mm256_castps_si256(x);
        let octave = _mm256_sub_epi32(_mm256_srli_epi32::<23>(bits), _mm256_set1_epi32(126));
        let mantissa = _mm256_and_si256(bits, _mm256_set1_epi32(0x007f_ffff));
        let t = _mm256_sub_ps(
            _mm256_castsi256_ps(_mm256_or_si256(mantissa, _mm256_set1_epi32(0x3f80_0000))),
            _mm256_set1_ps(1.0),
        );
        // The low three bits of the octave choose.
        let mut z = _mm256_permutevar8x32_ps(table[6], octave);
        for k in (0..6).rev() {
            z = _mm256_add_ps(_mm256_mul_ps(z, t), _mm256_permutevar8x32_ps(table[k], octave));
        }
        let sign = _mm256_andnot_si256(word, _mm256_set1_epi32(i32::MIN));
        *out = store_f(_mm256_xor_ps(z, _mm256_castsi256_ps(sign)));
        let here = _mm256_cmpeq_epi32(_mm256_srli_epi32::<3>(octave), _mm256_set1_epi32(3));
        let not_here = !_mm256_movemask_ps(_mm256_castsi256_ps(here)) & 0xff;
        elsewhere |= u64::from(not_here.cast_unsigned()) << (8 * place);
    }
    look_up(words, elsewhere, out);
}
