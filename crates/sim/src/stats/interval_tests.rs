use super::{TAIL, quantile_ranks, wilson};
use crate::num::math::powi;
use crate::random::Stream;

#[test]
fn wilson_agrees_with_published_values() {
    // SciPy's binomtest(k, n).proportion_ci(method="wilson").
    #[rustfmt::skip]
    let expected = [
        (4871, 10_000, 0.477_310_275_634_392_16, 0.496_899_631_523_571_25),
        (1, 10, 0.017_876_213_095_072_896, 0.404_150_026_795_238_5),
        (3, 7, 0.158_219_855_251_469_7, 0.749_541_635_472_342_8),
        (999, 1_000, 0.994_357_441_402_042_1, 0.999_823_453_629_373_9),
        (5, 1_000_000, 2.135_702_968_468_557_8e-6, 1.170_570_268_103_574_4e-5),
        (500, 1_000, 0.469_069_600_368_104_2, 0.530_930_399_631_895_8),
    ];
    for (k, n, low, high) in expected {
        let p = wilson(k, n).map(|p| (p.low, p.high)).unwrap_or_default();
        assert!((p.0 - low).abs() < 1e-14 && (p.1 - high).abs() < 1e-14, "{k} {n} {p:?}");
    }
}

#[test]
fn wilson_at_its_ends() {
    assert_eq!(wilson(0, 0), None);
    for n in [1, 3, 1000, 1 << 40] {
        let none = wilson(0, n).map(|p| (p.estimate, p.low, p.high > 0.0, p.mcse));
        assert_eq!(none, Some((0.0, 0.0, true, 0.0)));
        let all = wilson(n, n).map(|p| (p.estimate, p.low < 1.0, p.high, p.mcse));
        assert_eq!(all, Some((1.0, true, 1.0, 0.0)));
        assert_eq!(wilson(n, n), wilson(u64::MAX, n));
    }
    let p = wilson(4871, 10_000);
    assert_eq!(p.map(|p| p.to_string()).as_deref(), Some("48.7% [47.7, 49.7]"));
    assert!(p.is_some_and(|p| (p.mcse - 0.004_998_335_622_984_915).abs() < 1e-17 && p.level == 0.95));
}

/// P(at most k successes of n), summed.
fn at_most(k: u64, n: u64, q: f64) -> f64 {
    let (mut sum, mut choose) = (0.0, 1.0);
    for i in 0..=k {
        sum += choose * power(q, i) * power(1.0 - q, n - i);
        choose *= (n - i) as f64 / (i + 1) as f64;
    }
    sum
}

fn power(x: f64, n: u64) -> f64 {
    (0..n / 16).fold(powi(x, (n % 16) as u32), |product, _| product * powi(x, 16))
}

#[test]
fn wilson_covers_as_often_as_it_says() {
    // The share of samples whose interval holds the true p, weighted by their probability.
    let cover = |n: u64, p: f64| -> f64 {
        let held = (0..=n).filter(|&k| wilson(k, n).is_some_and(|i| i.low <= p && p <= i.high));
        held.map(|k| at_most(k, n, p) - if k > 0 { at_most(k - 1, n, p) } else { 0.0 }).sum()
    };
    let points: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
    let mean = points.iter().map(|&p| cover(50, p)).sum::<f64>() / points.len() as f64;
    // The textbook interval p +- 1.96 se covers 90.5% here, the exact one of Clopper and Pearson 97%.
    assert!((0.945..0.957).contains(&mean), "{mean}");
    assert!(points.iter().all(|&p| cover(50, p) > 0.88));
}

#[test]
fn ranks_are_the_narrowest_that_keep_each_tail() {
    for n in 1..=120_u64 {
        for q in [0.05, 0.25, 0.5, 0.75, 0.95, 0.013] {
            let (low, high) = quantile_ranks(n, q);
            // A rank l fails low where fewer than l values lie below, u fails high where u or more do.
            match low {
                Some(l) => {
                    assert!(at_most(l - 1, n, q) <= TAIL * (1.0 + 1e-9), "{n} {q} {l}");
                    assert!(at_most(l, n, q) > TAIL * (1.0 - 1e-9), "{n} {q} {l}");
                }
                None => assert!(at_most(0, n, q) > TAIL * (1.0 - 1e-9), "{n} {q}"),
            }
            match high {
                Some(u) => {
                    assert!(1.0 - at_most(u - 1, n, q) <= TAIL * (1.0 + 1e-9), "{n} {q} {u}");
                    assert!(u == 1 || 1.0 - at_most(u - 2, n, q) > TAIL * (1.0 - 1e-9), "{n} {q} {u}");
                }
                None => assert!(1.0 - at_most(n - 1, n, q) > TAIL * (1.0 - 1e-9), "{n} {q}"),
            }
        }
    }
}

#[test]
fn ranks_cover_simulated_quantiles() {
    // 4,000 samples of 200 uniforms, whose q-quantile is q.
    for (name, q) in [("a", 0.05), ("b", 0.5), ("c", 0.95)] {
        let (low, high) = quantile_ranks(200, q);
        let (low, high) = (low.unwrap_or(0), high.unwrap_or(0));
        let stream = Stream::new(17, name);
        let mut words = [0; 64];
        let (mut missed_low, mut missed_high) = (0, 0);
        for sample in 0..4000 {
            let mut below = 0;
            for block in 0..4 {
                stream.fill_words(sample, 64 * block, &mut words);
                let used = if block == 3 { 8 } else { 64 };
                below +=
                    words.iter().take(used).filter(|&&word| f64::from(word) < q * 4_294_967_296.0).count()
                        as u64;
            }
            missed_low += u32::from(below < low);
            missed_high += u32::from(below >= high);
        }
        // At most 2.5% each, and one rank narrower would miss by more than 4,000 samples can hide.
        let (a, b) = (f64::from(missed_low) / 4000.0, f64::from(missed_high) / 4000.0);
        assert!((0.005..0.030).contains(&a) && (0.005..0.030).contains(&b), "{q} {a} {b}");
    }
}

#[test]
fn ranks_of_known_samples() {
    // The median of 10: ranks 2 and 9 leave 1.07% on either side, 3 and 8 would leave 5.5%.
    assert_eq!(quantile_ranks(10, 0.5), (Some(2), Some(9)));
    assert_eq!(quantile_ranks(5, 0.5), (None, None));
    assert_eq!(quantile_ranks(6, 0.5), (Some(1), Some(6)));
    assert_eq!(quantile_ranks(20, 0.05), (None, Some(4)));
    assert_eq!(quantile_ranks(73, 0.95).1, Some(73));
    assert_eq!(quantile_ranks(71, 0.95).1, None);
    for q in [0.0, 1.0, -1.0, 2.0, f64::NAN] {
        assert_eq!(quantile_ranks(100, q), (None, None));
    }
    assert_eq!(quantile_ranks(0, 0.5), (None, None));
}

#[test]
fn ranks_of_large_samples_are_where_the_normal_puts_them() {
    for n in [1_000_000, 1_000_000_000, 1_000_000_000_000_u64] {
        for q in [1e-6, 0.05, 0.5, 0.95] {
            let (low, high) = quantile_ranks(n, q);
            let (middle, half) = (n as f64 * q, 1.96 * (n as f64 * q * (1.0 - q)).sqrt());
            if middle < 100.0 {
                continue;
            }
            let (a, b) = (low.unwrap_or(0) as f64, high.unwrap_or(0) as f64);
            assert!((middle - half - a).abs() < 2.0 + 1e-3 * half, "{n} {q} {a}");
            assert!((middle + half - b).abs() < 2.0 + 1e-3 * half, "{n} {q} {b}");
        }
    }
    assert!(quantile_ranks(u64::MAX, 0.3).0.is_some());
}
