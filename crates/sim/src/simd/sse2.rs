//! The kernels with SSE2, which every x86-64 machine has.

use std::arch::x86_64::{
    __m128, __m128d, __m128i, _mm_add_epi32, _mm_add_ps, _mm_and_si128, _mm_castpd_ps, _mm_castps_si128,
    _mm_castsi128_ps, _mm_cmpeq_pd, _mm_cmpgt_epi32, _mm_cmple_pd, _mm_cmplt_pd, _mm_cmpneq_pd,
    _mm_cvtepi32_ps, _mm_cvtsi128_si64, _mm_movehl_ps, _mm_movelh_ps, _mm_movemask_epi8, _mm_mul_ps,
    _mm_or_si128, _mm_packs_epi16, _mm_packs_epi32, _mm_set_epi64x, _mm_set1_epi32, _mm_set1_ps,
    _mm_setr_epi32, _mm_setr_pd, _mm_setr_ps, _mm_shuffle_epi32, _mm_shuffle_ps, _mm_shufflehi_epi16,
    _mm_shufflelo_epi16, _mm_slli_epi32, _mm_srai_epi32, _mm_srli_epi32, _mm_sub_epi32, _mm_sub_ps,
    _mm_unpackhi_epi64, _mm_unpackhi_ps, _mm_unpacklo_ps, _mm_xor_si128,
};

use cordiale_core::model::Relation;

use super::kernel::CONSTANTS;
use super::{BLOCK, Draws, Inlined, Kernel, Key, Lanes, Source, Whole};
use crate::num::normal::OCTAVES;
use crate::random::LANES;

/// Every x86-64 machine has the instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sse2;

kernel!(Sse2, wide: false, together: 1);

#[target_feature(enable = "sse2")]
#[inline]
fn vectorize(work: impl Inlined) {
    work.run();
}

// ---- masks

#[target_feature(enable = "sse2")]
#[inline]
fn compare(op: Relation, a: &Lanes, b: &Lanes, out: &mut u64) {
    let (twos, _) = b.as_chunks::<2>();
    *out = by(op, a, |place| twos[place]);
}

#[target_feature(enable = "sse2")]
#[inline]
fn compare_with(op: Relation, a: &Lanes, b: f64, out: &mut u64) {
    *out = by(op, a, |_| [b; 2]);
}

#[target_feature(enable = "sse2")]
#[inline]
fn by(op: Relation, a: &Lanes, b: impl Fn(usize) -> [f64; 2]) -> u64 {
    match op {
        Relation::Equal => compare_by(a, b, |a, b| _mm_cmpeq_pd(a, b)),
        Relation::NotEqual => compare_by(a, b, |a, b| _mm_cmpneq_pd(a, b)),
        Relation::Less => compare_by(a, b, |a, b| _mm_cmplt_pd(a, b)),
        Relation::LessEqual => compare_by(a, b, |a, b| _mm_cmple_pd(a, b)),
        Relation::Greater => compare_by(a, b, |a, b| _mm_cmplt_pd(b, a)),
        Relation::GreaterEqual => compare_by(a, b, |a, b| _mm_cmple_pd(b, a)),
    }
}

#[target_feature(enable = "sse2")]
#[inline]
fn compare_by(a: &Lanes, b: impl Fn(usize) -> [f64; 2], holds: impl Fn(__m128d, __m128d) -> __m128d) -> u64 {
    let (twos, _) = a.as_chunks::<2>();
    // Of each answer one half, so that the answers of four numbers fit a register.
    let mut fours = [_mm_set1_epi32(0); LANES / 4];
    for (place, four) in fours.iter_mut().enumerate() {
        let mut answers = [_mm_set1_ps(0.0); 2];
        for (i, answer) in answers.iter_mut().enumerate() {
            let two = 2 * place + i;
            let (a, b) = (twos[two], b(two));
            let (a, b) = (_mm_setr_pd(a[0], a[1]), _mm_setr_pd(b[0], b[1]));
            *answer = _mm_castpd_ps(holds(a, b));
        }
        *four = _mm_castps_si128(_mm_shuffle_ps::<0x88>(answers[0], answers[1]));
    }
    packed(&fours)
}

/// The bits of answers that are all ones or none, four a register.
#[target_feature(enable = "sse2")]
#[inline]
fn packed(fours: &[__m128i; LANES / 4]) -> u64 {
    let mut mask = 0;
    for (place, [a, b, c, d]) in fours.as_chunks::<4>().0.iter().enumerate() {
        let bytes = _mm_packs_epi16(_mm_packs_epi32(*a, *b), _mm_packs_epi32(*c, *d));
        mask |= u64::from(_mm_movemask_epi8(bytes).cast_unsigned()) << (16 * place);
    }
    mask
}

#[target_feature(enable = "sse2")]
#[inline]
fn at_most(words: &Draws, bound: u32) -> u64 {
    // There is only a comparison of signed numbers.
    let bound = _mm_set1_epi32((bound ^ 1 << 31).cast_signed());
    let mut above = [bound; LANES / 4];
    for (above, four) in above.iter_mut().zip(words.as_flattened().as_chunks::<4>().0) {
        let [a, b, c, d] = four.map(u32::cast_signed);
        let four = _mm_xor_si128(_mm_setr_epi32(a, b, c, d), _mm_set1_epi32(i32::MIN));
        *above = _mm_cmpgt_epi32(four, bound);
    }
    !packed(&above)
}

#[target_feature(enable = "sse2")]
#[inline]
fn at_most_each(a: &Whole, b: &Whole) -> u64 {
    let (a, b) = (a.as_chunks::<4>().0, b.as_chunks::<4>().0);
    let mut above = [_mm_set1_epi32(0); LANES / 4];
    for (above, (a, b)) in above.iter_mut().zip(a.iter().zip(b)) {
        let (a, b) = (_mm_setr_epi32(a[0], a[1], a[2], a[3]), _mm_setr_epi32(b[0], b[1], b[2], b[3]));
        *above = _mm_cmpgt_epi32(a, b);
    }
    !packed(&above)
}

// ---- normals

#[target_feature(enable = "sse2")]
fn normals(words: &Draws, out: &mut [f32; LANES]) {
    let (fours, _) = words.as_flattened().as_chunks::<4>();
    let (outs, _) = out.as_chunks_mut::<4>();
    for (four, out) in fours.iter().zip(outs) {
        let [a, b, c, d] = four.map(u32::cast_signed);
        let word = _mm_setr_epi32(a, b, c, d);
        let upper = _mm_srai_epi32::<31>(word);
        let m = _mm_and_si128(_mm_xor_si128(word, upper), _mm_set1_epi32(0x7fff_ffff));
        let x = _mm_add_ps(_mm_cvtepi32_ps(m), _mm_set1_ps(0.5));
        let bits = _mm_castps_si128(x);
        let octaves = store(_mm_sub_epi32(_mm_srli_epi32::<23>(bits), _mm_set1_epi32(126)));
        let mantissa = _mm_and_si128(bits, _mm_set1_epi32(0x007f_ffff));
        let one = _mm_set1_epi32(0x3f80_0000);
        let t = _mm_sub_ps(_mm_castsi128_ps(_mm_or_si128(mantissa, one)), _mm_set1_ps(1.0));
        // The coefficients of each lane's octave, turned into those of all lanes.
        let rows = octaves.map(|octave| &OCTAVES[octave as usize]);
        let [c0, c1, c2, _] = turned(rows.map(|row| _mm_setr_ps(row[0], row[1], row[2], row[3])));
        let [c3, c4, c5, c6] = turned(rows.map(|row| _mm_setr_ps(row[3], row[4], row[5], row[6])));
        let mut z = c6;
        for c in [c5, c4, c3, c2, c1, c0] {
            z = _mm_add_ps(_mm_mul_ps(z, t), c);
        }
        let sign = _mm_and_si128(_mm_xor_si128(upper, _mm_set1_epi32(-1)), _mm_set1_epi32(i32::MIN));
        *out = store(_mm_xor_si128(_mm_castps_si128(z), sign)).map(f32::from_bits);
    }
}

/// Rows as columns.
#[target_feature(enable = "sse2")]
#[inline]
fn turned([a, b, c, d]: [__m128; 4]) -> [__m128; 4] {
    let (ab_low, ab_high) = (_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
    let (cd_low, cd_high) = (_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
    [
        _mm_movelh_ps(ab_low, cd_low),
        _mm_movehl_ps(cd_low, ab_low),
        _mm_movelh_ps(ab_high, cd_high),
        _mm_movehl_ps(cd_high, ab_high),
    ]
}

// ---- ChaCha8, a block at a time

chacha8!("sse2", __m128i, add: _mm_add_epi32, xor: _mm_xor_si128, shuffle: _mm_shuffle_epi32);

#[target_feature(enable = "sse2")]
#[inline]
fn start(key: &Key, source: &Source) -> Rows {
    let [c0, c1, c2, c3] = CONSTANTS;
    let [k0, k1, k2, k3, k4, k5, k6, k7] = key.map(u32::cast_signed);
    [
        _mm_setr_epi32(c0, c1, c2, c3),
        _mm_setr_epi32(k0, k1, k2, k3),
        _mm_setr_epi32(k4, k5, k6, k7),
        _mm_set_epi64x(source.nonce.cast_signed(), source.block.cast_signed()),
    ]
}

/// Nothing that the rotations need.
type Places = ();

fn places() -> Places {}

#[target_feature(enable = "sse2")]
#[inline]
fn store(x: __m128i) -> [u32; 4] {
    let low = _mm_cvtsi128_si64(x).cast_unsigned();
    let high = _mm_cvtsi128_si64(_mm_unpackhi_epi64(x, x)).cast_unsigned();
    [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
}

#[target_feature(enable = "sse2")]
#[inline]
fn rotate<const LEFT: i32, const RIGHT: i32>(_: &Places, x: __m128i) -> __m128i {
    if LEFT == 16 {
        // The halves of each word change places.
        return _mm_shufflehi_epi16::<0xb1>(_mm_shufflelo_epi16::<0xb1>(x));
    }
    _mm_or_si128(_mm_slli_epi32::<LEFT>(x), _mm_srli_epi32::<RIGHT>(x))
}

#[target_feature(enable = "sse2")]
#[inline]
fn finish(rows: Rows, [words]: &mut [[u32; BLOCK]; 1]) {
    let (fours, _) = words.as_chunks_mut::<4>();
    for (four, row) in fours.iter_mut().zip(rows) {
        *four = store(row);
    }
}
