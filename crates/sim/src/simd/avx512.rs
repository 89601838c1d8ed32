//! The kernels with AVX-512.

use std::arch::x86_64::{
    __m512, __m512d, __m512i, _CMP_EQ_OQ, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LE_OQ, _CMP_LT_OQ, _CMP_NEQ_UQ,
    _mm512_add_epi32, _mm512_add_epi64, _mm512_add_ps, _mm512_and_si512, _mm512_andnot_si512,
    _mm512_castps_si512, _mm512_castsi512_ps, _mm512_cmp_pd_mask, _mm512_cmple_epi32_mask,
    _mm512_cmple_epu32_mask, _mm512_cmpneq_epi32_mask, _mm512_cvtepi32_ps, _mm512_mul_ps, _mm512_or_si512,
    _mm512_permutexvar_ps, _mm512_rol_epi32, _mm512_set1_epi32, _mm512_set1_pd, _mm512_set1_ps,
    _mm512_setr_epi32, _mm512_setr_epi64, _mm512_shuffle_epi32, _mm512_shuffle_i32x4, _mm512_srai_epi32,
    _mm512_srli_epi32, _mm512_sub_epi32, _mm512_sub_ps, _mm512_xor_si512,
};

use cordiale_core::model::Relation;

use super::kernel::{CONSTANTS, look_up};
use super::{BLOCK, Draws, Inlined, Kernel, Key, Lanes, Source, Whole, unsigned};
use crate::num::normal::TABLE;
use crate::random::LANES;

/// A machine with AVX-512 F, BW, DQ and VL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(());

impl Avx512 {
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        let there = super::Avx2::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        there.then_some(Self(()))
    }
}

kernel!(Avx512, wide: true, together: 4);

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn vectorize(work: impl Inlined) {
    work.run();
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load_i(x: &[u32; 16]) -> __m512i {
    // SAFETY: both are 64 bytes, and any bits are sixteen whole numbers.
    unsafe { std::mem::transmute::<[u32; 16], __m512i>(*x) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load_d(x: &[f64; 8]) -> __m512d {
    // SAFETY: both are 64 bytes, and any bits are eight numbers.
    unsafe { std::mem::transmute::<[f64; 8], __m512d>(*x) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store_i(x: __m512i) -> [u32; 16] {
    // SAFETY: both are 64 bytes, and any bits are sixteen whole numbers.
    unsafe { std::mem::transmute::<__m512i, [u32; 16]>(x) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store_f(x: __m512) -> [f32; 16] {
    // SAFETY: both are 64 bytes, and any bits are sixteen numbers.
    unsafe { std::mem::transmute::<__m512, [f32; 16]>(x) }
}

// ---- ChaCha8, four blocks at a time

chacha8!("avx512f", __m512i, add: _mm512_add_epi32, xor: _mm512_xor_si512, shuffle: _mm512_shuffle_epi32);

#[target_feature(enable = "avx512f")]
#[inline]
fn start(key: &Key, source: &Source) -> Rows {
    let [c0, c1, c2, c3] = CONSTANTS;
    let [k0, k1, k2, k3, k4, k5, k6, k7] = key.map(u32::cast_signed);
    let (counter, nonce) = (source.block.cast_signed(), source.nonce.cast_signed());
    [
        _mm512_setr_epi32(c0, c1, c2, c3, c0, c1, c2, c3, c0, c1, c2, c3, c0, c1, c2, c3),
        _mm512_setr_epi32(k0, k1, k2, k3, k0, k1, k2, k3, k0, k1, k2, k3, k0, k1, k2, k3),
        _mm512_setr_epi32(k4, k5, k6, k7, k4, k5, k6, k7, k4, k5, k6, k7, k4, k5, k6, k7),
        _mm512_add_epi64(
            _mm512_setr_epi64(counter, nonce, counter, nonce, counter, nonce, counter, nonce),
            _mm512_setr_epi64(0, 0, 1, 0, 2, 0, 3, 0),
        ),
    ]
}

/// Nothing that the rotations need.
type Places = ();

fn places() -> Places {}

#[target_feature(enable = "avx512f")]
#[inline]
fn rotate<const LEFT: i32, const RIGHT: i32>(_: &Places, x: __m512i) -> __m512i {
    _mm512_rol_epi32::<LEFT>(x)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn finish([a, b, c, d]: Rows, words: &mut [[u32; BLOCK]; 4]) {
    // Rows of four blocks become blocks of four rows.
    let ab_low = _mm512_shuffle_i32x4::<0x44>(a, b);
    let cd_low = _mm512_shuffle_i32x4::<0x44>(c, d);
    let ab_high = _mm512_shuffle_i32x4::<0xee>(a, b);
    let cd_high = _mm512_shuffle_i32x4::<0xee>(c, d);
    *words = [
        store_i(_mm512_shuffle_i32x4::<0x88>(ab_low, cd_low)),
        store_i(_mm512_shuffle_i32x4::<0xdd>(ab_low, cd_low)),
        store_i(_mm512_shuffle_i32x4::<0x88>(ab_high, cd_high)),
        store_i(_mm512_shuffle_i32x4::<0xdd>(ab_high, cd_high)),
    ];
}

// ---- masks

#[target_feature(enable = "avx512f")]
#[inline]
fn compare_by<const OP: i32>(a: &Lanes, b: impl Fn(usize) -> __m512d, out: &mut u64) {
    // SAFETY: both are 8 bytes, and any bits are eight whole numbers; the first is the lowest on this machine.
    let bytes = unsafe { std::mem::transmute::<&mut u64, &mut [u8; 8]>(out) };
    let (eights, _) = a.as_chunks::<8>();
    for (place, (byte, eight)) in bytes.iter_mut().zip(eights).enumerate() {
        let mask = _mm512_cmp_pd_mask::<OP>(load_d(eight), b(place));
        // Each byte to its place: where the compiler may put them together first it takes three times as long.
        // SAFETY: the place is one of a mask that is written.
        unsafe { std::ptr::from_mut(byte).write_volatile(mask) };
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn compare(op: Relation, a: &Lanes, b: &Lanes, out: &mut u64) {
    let (eights, _) = b.as_chunks::<8>();
    by(op, a, |place| load_d(&eights[place]), out);
}

#[target_feature(enable = "avx512f")]
#[inline]
fn compare_with(op: Relation, a: &Lanes, b: f64, out: &mut u64) {
    let b = _mm512_set1_pd(b);
    by(op, a, |_| b, out);
}

#[target_feature(enable = "avx512f")]
#[inline]
fn by(op: Relation, a: &Lanes, b: impl Fn(usize) -> __m512d, out: &mut u64) {
    match op {
        Relation::Equal => compare_by::<_CMP_EQ_OQ>(a, b, out),
        Relation::NotEqual => compare_by::<_CMP_NEQ_UQ>(a, b, out),
        Relation::Less => compare_by::<_CMP_LT_OQ>(a, b, out),
        Relation::LessEqual => compare_by::<_CMP_LE_OQ>(a, b, out),
        Relation::Greater => compare_by::<_CMP_GT_OQ>(a, b, out),
        Relation::GreaterEqual => compare_by::<_CMP_GE_OQ>(a, b, out),
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn at_most(words: &Draws, bound: u32) -> u64 {
    let bound = _mm512_set1_epi32(bound.cast_signed());
    let mut mask = 0;
    for (place, sixteen) in words.iter().enumerate() {
        mask |= u64::from(_mm512_cmple_epu32_mask(load_i(sixteen), bound)) << (16 * place);
    }
    mask
}

#[target_feature(enable = "avx512f")]
#[inline]
fn at_most_each(a: &Whole, b: &Whole) -> u64 {
    let (a, b) = (a.as_chunks::<16>().0, b.as_chunks::<16>().0);
    let mut mask = 0;
    for (place, (a, b)) in a.iter().zip(b).enumerate() {
        let (a, b) = (load_i(&unsigned(a)), load_i(&unsigned(b)));
        mask |= u64::from(_mm512_cmple_epi32_mask(a, b)) << (16 * place);
    }
    mask
}

// ---- normals

/// The first of the sixteen octaves that fit a register; the words of others, one in 65,536, are looked up one by one.
const OCTAVE: usize = 16;

#[target_feature(enable = "avx512f")]
fn normals(words: &Draws, out: &mut [f32; LANES]) {
    let table: [__m512; 7] = std::array::from_fn(|k| {
        let row: [u32; 16] = std::array::from_fn(|o| TABLE[k][OCTAVE + o].to_bits());
        _mm512_castsi512_ps(load_i(&row))
    });
    let (outs, _) = out.as_chunks_mut::<16>();
    let mut elsewhere = 0;
    for (place, (words, out)) in words.iter().zip(outs).enumerate() {
        let word = load_i(words);
        let upper = _mm512_srai_epi32::<31>(word);
        let m = _mm512_and_si512(_mm512_xor_si512(word, upper), _mm512_set1_epi32(0x7fff_ffff));
        let x = _mm512_add_ps(_mm512_cvtepi32_ps(m), _mm512_set1_ps(0.5));
        let bits = _mm512_castps_si512(x);
        let octave = _mm512_sub_epi32(_mm512_srli_epi32::<23>(bits), _mm512_set1_epi32(126));
        let mantissa = _mm512_and_si512(bits, _mm512_set1_epi32(0x007f_ffff));
        let t = _mm512_sub_ps(
            _mm512_castsi512_ps(_mm512_or_si512(mantissa, _mm512_set1_epi32(0x3f80_0000))),
            _mm512_set1_ps(1.0),
        );
        // The low four bits of the octave choose.
        let mut z = _mm512_permutexvar_ps(octave, table[6]);
        for k in (0..6).rev() {
            z = _mm512_add_ps(_mm512_mul_ps(z, t), _mm512_permutexvar_ps(octave, table[k]));
        }
        let sign = _mm512_andnot_si512(word, _mm512_set1_epi32(i32::MIN));
        let z = _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(z), sign));
        *out = store_f(z);
        let not_here = _mm512_cmpneq_epi32_mask(_mm512_srli_epi32::<4>(octave), _mm512_set1_epi32(1));
        elsewhere |= u64::from(not_here) << (16 * place);
    }
    look_up(words, elsewhere, out);
}
