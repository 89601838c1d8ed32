use super::{drift_normal, normal_quantile};

#[test]
fn quantiles_agree_with_exact_ones() {
    let exact: [(f64, f64); 25] = [
        (1.0e-300, -37.047_096_299_361_2),
        (1.0e-100, -21.273_453_560_965_326),
        (1.0e-20, -9.262_340_089_798_407),
        (1.110_223_024_625_156_5e-16, -8.209_536_151_601_387),
        (1.0e-10, -6.361_340_902_404_057),
        (0.0001, -3.719_016_485_455_680_4),
        (0.001, -3.090_232_306_167_813_6),
        (0.01, -2.326_347_874_040_841),
        (0.05, -1.644_853_626_951_472_6),
        (0.075, -1.439_531_470_938_456),
        (0.075_000_1, -1.439_530_764_501_729_7),
        (0.1, -1.281_551_565_544_600_4),
        (0.25, -0.674_489_750_196_081_7),
        (0.4, -0.253_347_103_135_799_7),
        (0.5, 0.0),
        (0.6, 0.253_347_103_135_799_7),
        (0.75, 0.674_489_750_196_081_7),
        (0.9, 1.281_551_565_544_600_6),
        (0.95, 1.644_853_626_951_472_2),
        (0.975, 1.959_963_984_540_053_8),
        (0.99, 2.326_347_874_040_840_8),
        (0.999, 3.090_232_306_167_813),
        (0.999_999, 4.753_424_308_817_087),
        (0.999_999_999_068_677_4, 6.009_353_565_530_744),
        (0.999_999_999_999_999_9, 8.209_536_151_601_387),
    ];
    for (p, z) in exact {
        let error = (normal_quantile(p) - z).abs();
        // Near 1 the double p itself is exact, and so is 1 - p.
        assert!(error <= 2e-15 * z.abs().max(1e-300), "{p}: {} {z}", normal_quantile(p));
    }
}

#[test]
fn quantiles_at_the_ends() {
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert_eq!(normal_quantile(0.5), 0.0);
    for p in [-0.1, 1.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(normal_quantile(p).is_nan(), "{p}");
    }
}

/// The probability that a word stands for.
fn probability(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// Words over the whole range: every one near the ends, then ever sparser, from both sides.
fn words() -> impl Iterator<Item = u32> {
    let sparse = (0..400_000_u32).map(|i| i.wrapping_mul(10_737));
    let small = (0..31).flat_map(|octave| (0..4096_u32).map(move |i| (1 << octave) + ((i << octave) >> 12)));
    sparse.chain(small.clone()).chain(small.map(|word| !word)).chain([0, u32::MAX, 1 << 31, (1 << 31) - 1])
}

#[test]
fn drift_is_within_a_millionth_of_the_quantile() {
    let mut worst = (0.0, 0);
    for word in words() {
        let error = (f64::from(drift_normal(word)) - normal_quantile(probability(word))).abs();
        if error > worst.0 {
            worst = (error, word);
        }
    }
    assert!(worst.0 < 7e-7, "{worst:?}");
}

#[test]
fn drift_is_odd() {
    for word in words() {
        assert_eq!(drift_normal(!word), -drift_normal(word));
    }
}

#[test]
fn drift_never_falls_by_more_than_its_error() {
    for word in words().filter(|&word| word < u32::MAX) {
        assert!(drift_normal(word + 1) > drift_normal(word) - 1e-6, "{word}");
    }
}

#[test]
fn drift_has_the_moments_of_a_normal() {
    let mut sums = [0.0; 5];
    let n = 1_u32 << 20;
    for i in 0..n {
        // The middle of each of 2^20 equal parts.
        let z = f64::from(drift_normal((i << 12) + (1 << 11)));
        let mut power = 1.0;
        for sum in &mut sums {
            *sum += power;
            power *= z;
        }
    }
    let [count, mean, second, third, fourth] = sums.map(|sum| sum / f64::from(n));
    assert_eq!(count, 1.0);
    assert!(mean.abs() < 1e-6 && third.abs() < 1e-4, "{mean} {third}");
    assert!((second - 1.0).abs() < 1e-5, "{second}");
    assert!((fourth / (second * second) - 3.0).abs() < 2e-4, "{fourth}");
}

#[test]
fn drift_bits_are_held() {
    let words = [0, 1, 0x1234, 0x0012_3456, 0x1234_5678, 0x7fff_ffff, 0x8000_0000, 0xdead_beef, u32::MAX];
    let bits = words.map(|word| drift_normal(word).to_bits());
    assert_eq!(bits, DRIFT_BITS);
    let all = (0..1_u32 << 16).fold(0_u32, |sum, i| {
        sum.wrapping_mul(31).wrapping_add(drift_normal(i.wrapping_mul(65_537)).to_bits())
    });
    assert_eq!(all, DRIFT_SUM);
}

#[rustfmt::skip]
const DRIFT_BITS: [u32; 9] = [
    3_234_517_132, 3_234_157_412, 3_231_159_453, 3_227_317_417, 3_216_759_087, 2_147_483_648, 0, 1_066_407_070, 1_087_033_484,
];
const DRIFT_SUM: u32 = 1_736_205_376;
