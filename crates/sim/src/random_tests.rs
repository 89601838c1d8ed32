use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{LANES, Stream, decide, uniform_of};
use crate::num::normal::drift_normal;

#[test]
fn the_generator_is_chacha8() {
    // Key and nonce of zeros (J. Strombergson 2013, "Test vectors for the stream cipher ChaCha", TC1).
    let mut generator = ChaCha8Rng::from_seed([0; 32]);
    let mut bytes = [0; 64];
    generator.fill_bytes(&mut bytes);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e\
         984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42"
    );
}

#[test]
fn draws_are_held() {
    // From a second program, written from the descriptions of BLAKE3 and ChaCha.
    #[rustfmt::skip]
    let held: [(u64, &str, u32, u64, u32, u32, u64); 6] = [
        (0, "", 0, 0, 0x230c_127a, 0xedce_4b37, 0x58a9_81fa_230c_127a),
        (2013, "rule/joint_exercise/fire", 0, 0, 0xda8a_4472, 0x39a1_86c2, 0x18e0_8c65_da8a_4472),
        (2013, "rule/joint_exercise/fire", 119, 4711, 0xaf4b_34c7, 0x8905_3bf1, 0xc6e9_ec92_b9d2_d039),
        (2013, "drift/exercises[CHN,RUS]", 7, 4_294_967_301, 0x84de_7059, 0xb3c4_e745, 0xb57e_d5ed_b986_61fb),
        ((1 << 63) - 1, "parameter/rate/0", 0, (1 << 40) + 3, 0x47f5_ba49, 0x35bf_b58f, 0x3e81_a33f_3551_3d09),
        (7, "start/é/1", u32::MAX, 99, 0x5823_71c6, 0x004d_d90c, 0x3c74_979e_39df_5570),
    ];
    for (seed, name, step, trial, word, tie, word64) in held {
        let stream = Stream::new(seed, name);
        assert_eq!(stream.word(step, trial), word, "{name}");
        assert_eq!(stream.tie_word(step, trial), tie, "{name}");
        assert_eq!(stream.word64(step, trial), word64, "{name}");
        assert_eq!(stream.uniform(step, trial), uniform_of(word64));
        assert_eq!(stream.normal(step, trial), drift_normal(word));
    }
    assert_eq!(Stream::new(2013, "rule/joint_exercise/fire").key[..4], [0x9f, 0x0f, 0x2b, 0x0e]);
    assert_eq!(Stream::new(0, "").uniform(0, 0), 0.346_336_482_590_274_7);
}

#[test]
fn a_fill_is_the_single_draws() {
    let stream = Stream::new(3, "drift/x");
    let (mut words, mut words64) = ([0; LANES], [0; LANES]);
    for step in [0, 1, 77, u32::MAX] {
        for first in [0, 1, 15, 16, 64, 100, (1 << 32) - 7, (1 << 32) + 3, 1 << 50, u64::MAX - 63] {
            stream.fill_words(step, first, &mut words);
            stream.fill_words64(step, first, &mut words64);
            for (trial, (&word, &word64)) in (first..=u64::MAX).zip(words.iter().zip(&words64)) {
                assert_eq!(word, stream.word(step, trial), "{step} {trial}");
                assert_eq!(word64, stream.word64(step, trial), "{step} {trial}");
            }
        }
    }
}

#[test]
fn uniforms_stay_inside_and_are_symmetric() {
    assert_eq!(uniform_of(0), 0.5_f64.powi(53));
    assert_eq!(uniform_of(u64::MAX), 1.0 - 0.5_f64.powi(53));
    assert_eq!(uniform_of(1 << 63), 0.5 + 0.5_f64.powi(53));
    for word in [0, 5, 1 << 40, 0x0123_4567_89ab_cdef] {
        assert_eq!(uniform_of(!word), 1.0 - uniform_of(word));
    }
}

#[test]
fn chances_are_compared_with_64_bits() {
    let never = || unreachable!("no tie");
    for (p, word, fires) in [
        (1.0, u32::MAX, true),
        (7.0, u32::MAX, true),
        (0.5, (1 << 31) - 1, true),
        (0.5, (1 << 31) + 1, false),
        (-1.0, 0, false),
        (f64::NAN, 0, false),
        (f64::NAN, u32::MAX, false),
    ] {
        assert_eq!(decide(p, word, never), fires, "{p} {word}");
    }
    // On a tie the next 32 bits of p decide.
    let p = (5.0 + 0.25) / 4_294_967_296.0;
    assert!(decide(p, 4, never) && !decide(p, 6, never));
    assert!(decide(p, 5, || (1 << 30) - 1) && !decide(p, 5, || 1 << 30));
    assert!(!decide(0.0, 0, || 0) && !decide(-0.0, 0, || 0));
    assert!(!decide(0.5, 1 << 31, || 0));
    assert!(decide(0.5_f64.powi(64), 0, || 0) && !decide(0.5_f64.powi(64), 0, || 1));
    assert!(decide(1.0_f64.next_down(), u32::MAX, || u32::MAX - (1 << 11)));
    assert!(!decide(1.0_f64.next_down(), u32::MAX, || u32::MAX - (1 << 11) + 1));
    assert!(decide(f64::INFINITY, u32::MAX, never) && !decide(f64::NEG_INFINITY, 0, never));
}

proptest::proptest! {
    /// In whole numbers of 64 bits, where draws lie about the chance.
    #[test]
    fn a_chance_is_compared_exactly(p in 0.0..1.0_f64, halvings in 0..80_i32, beside in -2..=2_i64, tie: u32) {
        let p = p * 0.5_f64.powi(halvings);
        // Multiplied by a power of two p stays exact.
        let least_above = (p * 2.0_f64.powi(64)).ceil() as u128;
        let word = ((p * 2.0_f64.powi(32)) as i64 + beside).clamp(0, u32::MAX.into()) as u32;
        let drawn = u128::from(word) << 32 | u128::from(tie);
        proptest::prop_assert_eq!(decide(p, word, || tie), drawn < least_above);
    }
}

#[test]
fn a_chance_comes_up_in_its_share_of_trials() {
    let stream = Stream::new(1, "rule/r/fire");
    for p in [0.01, 0.3, 0.9] {
        let fired = (0..20_000).filter(|&trial| stream.fires(4, trial, p)).count() as f64;
        let sd = (20_000.0 * p * (1.0 - p)).sqrt();
        assert!((fired - 20_000.0 * p).abs() < 3.5 * sd, "{p} {fired}");
        assert!((0..100).all(|trial| stream.fires(4, trial, 1.0) && !stream.fires(4, trial, 0.0)));
    }
}

/// The words of 64 * blocks trials.
fn sample(stream: &Stream, step: u32, blocks: u64) -> Vec<u32> {
    let mut all = Vec::new();
    let mut words = [0; LANES];
    for block in 0..blocks {
        stream.fill_words(step, 64 * block, &mut words);
        all.extend(words);
    }
    all
}

#[test]
fn words_are_uniform() {
    for shift in [24, 12, 0] {
        let mut counts = [0_u32; 256];
        let words = sample(&Stream::new(11, "a"), 3, 1024);
        words.iter().for_each(|word| counts[(word >> shift) as usize & 255] += 1);
        let chi: f64 = counts.iter().map(|&count| (f64::from(count) - 256.0).powi(2) / 256.0).sum();
        // 255 degrees of freedom: mean 255, sd 22.6.
        assert!((165.0..345.0).contains(&chi), "{shift} {chi}");
    }
}

/// Correlation of two samples of words as uniforms, in units of its standard deviation.
fn correlation(a: &[u32], b: &[u32]) -> f64 {
    let centred = |word: u32| f64::from(word) / 4_294_967_296.0 - 0.5;
    let product: f64 = a.iter().zip(b).map(|(&x, &y)| centred(x) * centred(y)).sum();
    product * 12.0 / (a.len().min(b.len()) as f64).sqrt()
}

#[test]
fn neighbours_are_independent() {
    let stream = Stream::new(11, "rule/a/fire");
    let base = sample(&stream, 3, 512);
    let others = [
        sample(&stream, 4, 512),
        sample(&Stream::new(12, "rule/a/fire"), 3, 512),
        sample(&Stream::new(11, "rule/b/fire"), 3, 512),
        sample(&Stream::new(11, "rule/a/fire0"), 3, 512),
        (0..base.len() as u64).map(|trial| stream.tie_word(3, trial)).collect(),
    ];
    for (i, other) in others.iter().enumerate() {
        for (a, b) in [(&base[..], &other[..]), (&base[1..], &other[..]), (&base[..], &other[1..])] {
            let r = correlation(a, b);
            assert!(r.abs() < 3.5, "{i} {r}");
        }
    }
    for lag in [1, 2, 16, 64] {
        let r = correlation(&base, &base[lag..]);
        assert!(r.abs() < 3.5, "lag {lag} {r}");
    }
}
