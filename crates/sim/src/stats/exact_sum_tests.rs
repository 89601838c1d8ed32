use super::{MOST_PENDING, Moments, Room};
use crate::random::Stream;

fn of(values: &[f64]) -> Moments {
    let mut moments = Moments::new();
    values.iter().for_each(|&x| moments.add(x));
    moments
}

/// Numbers of any sign and of exponents between -bits and bits.
fn wild(name: &str, n: u64, bits: u64) -> Vec<f64> {
    let stream = Stream::new(5, name);
    let number = |trial| {
        let word = stream.word64(0, trial);
        let field = 1023 + (word >> 52 & 0x7ff) % (2 * bits + 1) - bits;
        f64::from_bits(word & 0x800f_ffff_ffff_ffff | field << 52)
    };
    (0..n).map(number).collect()
}

#[test]
fn means_and_deviations_agree_with_exact_ones() {
    // From fractions: the mean rounded once; the variance rounded once, then its root.
    #[rustfmt::skip]
    let exact: [(&[f64], f64, f64); 10] = [
        (&[0.1, 0.2, 0.3], 0.2, 0.081_649_658_092_772_6),
        (&[1e300, 1.0, -1e300], 0.333_333_333_333_333_3, 8.164_965_809_277_261e299),
        (&[1e16, 1.0, 1.0, 1.0], 2_500_000_000_000_001.0, 4_330_127_018_922_192.5),
        (&[5e-324, 5e-324, 0.0], 5.0e-324, 0.0),
        (&[-2.5, 1e-200, 3.75], 0.416_666_666_666_666_7, 2.568_505_834_570_407),
        (&[1e-160, 3e-160], 2.0e-160, 1.0e-160),
        (&[f64::MAX, f64::MAX, f64::MAX], 1.797_693_134_862_315_7e308, 0.0),
        (&[1e8, 100_000_001.0, 100_000_002.0], 100_000_001.0, 0.816_496_580_927_726),
        (&[1.0, 1.0 + f64::EPSILON], 1.0, 1.110_223_024_625_156_5e-16),
        (&[-0.7], -0.7, 0.0),
    ];
    for (values, mean, sd) in exact {
        let moments = of(values);
        assert_eq!(moments.count(), values.len() as u64);
        assert_eq!(moments.mean().to_bits(), f64::to_bits(mean), "{values:?} {}", moments.mean());
        assert_eq!(moments.sd().to_bits(), f64::to_bits(sd), "{values:?} {}", moments.sd());
    }
}

#[test]
fn any_order_and_grouping_is_the_same() {
    for bits in [3, 60, 1000] {
        let mut values = wild("order", 500, bits);
        values.extend([0.0, -0.0, 5e-324, -5e-324, f64::MAX, f64::MIN_POSITIVE]);
        let forwards = of(&values);
        for size in [1, 7, 64, 499] {
            let mut merged = Moments::new();
            for part in values.chunks(size).rev() {
                let mut part = of(part);
                part.merge(&merged);
                merged = part;
            }
            assert_eq!(merged, forwards);
            assert_eq!(merged.mean().to_bits(), forwards.mean().to_bits());
            assert_eq!(merged.sd().to_bits(), forwards.sd().to_bits());
            assert_eq!(
                serde_json::to_string(&merged).unwrap_or_default(),
                serde_json::to_string(&forwards).unwrap_or_default()
            );
        }
        assert_ne!(forwards, of(&values[1..]));
    }
}

#[test]
fn many_at_once_are_the_same_as_one_by_one() {
    for bits in [0, 3, 5, 60, 1000] {
        let mut values = wild("batch", 500, bits);
        values.extend([0.0, -0.0, 5e-324, -5e-324, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NAN]);
        for size in [1, 63, 64, 65, 508] {
            let mut moments = Moments::new();
            values.chunks(size).for_each(|part| moments.add_all(part, &mut Room::new()));
            assert_eq!(moments, of(&values));
        }
    }
    // As large as sums of squares get.
    let largest = [f64::from_bits(1.0_f64.to_bits() - 1); 64];
    let mut moments = Moments::new();
    moments.add_all(&largest, &mut Room::new());
    assert_eq!(moments, of(&largest));
}

#[test]
fn what_cancels_leaves_nothing() {
    let values = wild("cancel", 300, 1000);
    let mut moments = of(&values);
    values.iter().for_each(|&x| moments.add(-x));
    assert_eq!(moments.mean().to_bits(), 0.0_f64.to_bits());
    moments.add(601.0);
    assert_eq!(moments.mean(), 1.0);
}

#[test]
fn whole_numbers_agree_with_whole_arithmetic() {
    let values = wild("whole", 10_000, 30).into_iter().map(f64::trunc).collect::<Vec<_>>();
    let moments = of(&values);
    let n = values.len() as i128;
    let sum: i128 = values.iter().map(|&x| x as i128).sum();
    let squares: i128 = values.iter().map(|&x| x as i128 * x as i128).sum();
    assert_eq!(moments.mean(), sum as f64 / n as f64);
    let variance = (n * squares - sum * sum) as f64 / (n * n) as f64;
    assert!((moments.sd() - variance.sqrt()).abs() < 1e-15 * variance.sqrt());
}

#[test]
fn carries_are_settled_in_time() {
    // As if 2^30 - 3 additions had gone before.
    let mut moments = of(&[1.5, -3.25]);
    let expected = of(&[1.5, -3.25, 0.1, 0.2, -0.3, -7.0, 8.0]);
    moments.sum.pending = MOST_PENDING - 3;
    moments.squares.pending = MOST_PENDING - 3;
    for x in [0.1, 0.2, -0.3, -7.0, 8.0] {
        moments.add(x);
    }
    assert_eq!(moments, expected);
    let mut many = of(&[f64::MAX]);
    for _ in 0..64 {
        let same = many.clone();
        many.merge(&same);
    }
    // The count has saturated at 2^64 - 1; the sum is 2^64 times the largest double.
    assert_eq!(many.count(), u64::MAX);
    let mut below = of(&[f64::MIN]);
    for _ in 0..63 {
        let same = below.clone();
        below.merge(&same);
    }
    assert_eq!(below.mean(), f64::MIN);
    assert_eq!(below.sd(), 0.0);
}

#[test]
fn equal_values_have_no_spread() {
    for x in [0.1, -1e-300, 1e300, 5e-324, 0.0] {
        let moments = of(&[x; 77]);
        assert_eq!(moments.mean(), x);
        assert_eq!(moments.sd().to_bits(), 0);
    }
}

#[test]
fn nothing_and_no_number_have_no_mean() {
    assert!(Moments::new().mean().is_nan() && Moments::new().sd().is_nan());
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let moments = of(&[1.0, x]);
        assert_eq!(moments.count(), 2);
        assert!(moments.mean().is_nan() && moments.sd().is_nan() && moments.standard_error().is_nan());
    }
    assert_eq!(of(&[1.0, 3.0, 1.0, 3.0]).standard_error(), 0.5);
}

#[test]
fn state_survives_being_written() {
    for values in [vec![], wild("written", 100, 1000), vec![-1.0, -2.0], vec![1.0, f64::NAN]] {
        let moments = of(&values);
        let text = serde_json::to_string(&moments).unwrap_or_default();
        let mut back: Moments = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(back, moments, "{text}");
        back.merge(&of(&[0.1]));
        let mut values = values.clone();
        values.push(0.1);
        assert_eq!(back, of(&values));
    }
    let forged = r#"{"count":1,"not_finite":0,"sum":{"negative":false,"lowest":2147483647,"digits":[1]},
        "squares":{"negative":false,"lowest":0,"digits":[]}}"#;
    assert!(serde_json::from_str::<Moments>(forged).is_err());
}
