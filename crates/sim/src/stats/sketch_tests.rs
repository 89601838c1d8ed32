use super::{MOST_EXACT, Quantiles, RELATIVE_ERROR, key, representative, value};
use crate::num::normal::normal_quantile;
use crate::random::Stream;
use crate::stats::quantile_rank;
use crate::stats::quantile_ranks;

fn of(values: &[f64]) -> Quantiles {
    let mut sketch = Quantiles::new();
    values.iter().for_each(|&x| sketch.add(x));
    sketch
}

fn normals(name: &str, n: u64) -> Vec<f64> {
    let stream = Stream::new(9, name);
    (0..n).map(|trial| normal_quantile(stream.uniform(0, trial))).collect()
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// Every rank, min and max against the sorted values, to a relative error.
fn check(sketch: &Quantiles, values: &[f64], error: f64) {
    let values = sorted(values.to_vec());
    assert_eq!(sketch.count(), values.len() as u64);
    assert_eq!(sketch.min(), values.first().copied());
    assert_eq!(sketch.max(), values.last().copied());
    let mut settled = sketch.clone();
    settled.settle();
    let step = values.len() / 500 + 1;
    for (k, &exact) in (1..).zip(&values).step_by(step) {
        let got = settled.value_at_rank(k).unwrap_or(f64::NAN);
        assert!(got == exact || (got - exact).abs() <= error * exact.abs(), "{k}: {got} {exact}");
        assert!(got >= values[0] && got <= values[values.len() - 1]);
    }
    assert_eq!(settled.value_at_rank(0), None);
    assert_eq!(settled.value_at_rank(values.len() as u64 + 1), None);
}

#[test]
fn keys_keep_the_order_of_values() {
    let values = [
        f64::NEG_INFINITY,
        f64::MIN,
        -1.0,
        -5e-324,
        0.0,
        5e-324,
        1e-310,
        f64::MIN_POSITIVE,
        1.0,
        1.0_f64.next_up(),
        f64::MAX,
        f64::INFINITY,
    ];
    assert!(values.is_sorted_by_key(|&x| key(x)));
    for x in values {
        assert_eq!(value(key(x)).to_bits(), x.to_bits());
    }
    assert_eq!(key(-0.0), key(0.0));
}

#[test]
fn few_values_are_exact() {
    let values: Vec<f64> = normals("few", 20_000).iter().map(|x| (x * 100.0).round() / 100.0).collect();
    let sketch = of(&values);
    assert!(sketch.is_exact());
    check(&sketch, &values, 0.0);
    for q in [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0] {
        let rank = quantile_rank(20_000, q).unwrap_or(0) as usize;
        assert_eq!(sketch.quantile(q), Some(sorted(values.clone())[rank - 1]));
    }
}

/// Around how many different values are hashed, and around how many are counted exactly.
#[test]
fn values_that_come_often_are_counted_by_themselves() {
    for differ in [1, 2, 127, 128, 129, 1023, 1024, 1025] {
        let values: Vec<f64> = (0..5000_u64).map(|i| (i * 7919 % differ) as f64 - 3.0).collect();
        let mut sketch = Quantiles::new();
        values.chunks(64).for_each(|some| sketch.add_all(some));
        let mut by_value = Quantiles::new();
        for value in 0..differ {
            let n = values.iter().filter(|&&x| x == value as f64 - 3.0).count();
            by_value.add_n(value as f64 - 3.0, n as u64);
        }
        assert_eq!(sketch, by_value, "{differ}");
        assert_eq!(sketch.is_exact(), differ <= MOST_EXACT as u64);
    }
}

#[test]
fn many_values_keep_the_stated_error() {
    let mut values = normals("many", 50_000);
    values.extend(values.clone().iter().map(|x| x * 1e-9));
    values.extend(values.clone().iter().map(|x| x * 1e200));
    values.extend([0.0; 5000]);
    values.extend([f64::MAX, f64::MIN, 1e-307]);
    let sketch = of(&values);
    assert!(!sketch.is_exact());
    check(&sketch, &values, RELATIVE_ERROR);
}

/// In short counts that begin anew, in both windows, between them and beyond, and with what is left out.
#[test]
fn values_in_batches_count_as_one_by_one() {
    let stream = Stream::new(9, "batches");
    let uniforms: Vec<f64> = (0..10_000).map(|trial| stream.uniform(0, trial)).collect();
    let normals = normals("batches", 10_000);
    let with = |f: &dyn Fn(f64, f64) -> f64| uniforms.iter().zip(&normals).map(|(&u, &n)| f(u, n)).collect();
    let sets: [Vec<f64>; 5] = [
        with(&|_, n| 50.0 + n),
        with(&|_, n| n),
        with(&|u, n| if u < 0.7 { 1.0 } else { n.clamp(-1.0, 1.0) }),
        with(&|u, n| n.signum() * libm::exp2(80.0 * u - 40.0)),
        with(&|u, n| if u < 0.01 { f64::NAN } else { n * 1e-5 / (u - 0.01) }),
    ];
    for values in sets {
        let mut batches = Quantiles::new();
        values.chunks(64).for_each(|some| batches.add_all(some));
        let mut one_by_one = Quantiles::new();
        values.iter().for_each(|&x| one_by_one.add_n(x, 1));
        assert!(!batches.is_exact() && batches == one_by_one && of(&values) == one_by_one);
        assert_eq!(batches.count(), one_by_one.count());
    }
}

#[test]
fn the_stated_error_holds_at_both_ends_of_bins() {
    for exponent in [-1022, -300, -1, 0, 1, 1023] {
        let base = libm::scalbn(1.0, exponent);
        for i in 0..1024 {
            let low = base * (1.0 + f64::from(i) / 1024.0);
            for x in [low, low.next_up(), low * (1.0 + 1.0 / 4096.0), -low] {
                let got = representative(key(x) >> 42);
                assert!((got - x).abs() <= RELATIVE_ERROR * x.abs(), "{x} {got}");
                let below = x.next_down();
                let got = representative(key(below) >> 42);
                assert!((got - below).abs() <= RELATIVE_ERROR * below.abs() + 1e-311, "{below} {got}");
            }
        }
    }
    assert_eq!(representative(key(0.0) >> 42).to_bits(), 0);
    assert_eq!(representative(key(-5e-324) >> 42).to_bits(), 0);
    assert_eq!(representative(key(f64::INFINITY) >> 42), f64::INFINITY);
    assert_eq!(representative(key(f64::NEG_INFINITY) >> 42), f64::NEG_INFINITY);
}

#[test]
fn bins_take_over_at_one_value_more() {
    let values: Vec<f64> = (0..=MOST_EXACT as u32).map(|i| 1.0 + f64::from(i) * 1e-9).collect();
    let (all, fewer) = (&values[..], &values[1..]);
    assert!(of(fewer).is_exact() && !of(all).is_exact());
    // However they come together, and however often.
    let (mut a, b) = (of(&values[..600]), of(&values[400..]));
    assert!(a.is_exact() && b.is_exact());
    a.merge(&b);
    assert!(!a.is_exact());
    let mut twice = of(fewer);
    twice.merge(&of(fewer));
    assert!(twice.is_exact());
    let mut sketch = of(fewer);
    sketch.add_n(values[0], 3);
    assert!(!sketch.is_exact());
    let mut sketch = of(fewer);
    sketch.add_n(values[1], 3);
    assert!(sketch.is_exact());
}

#[test]
fn any_order_and_grouping_is_the_same() {
    for n in [500, 1024, 1025, 3000, 20_000] {
        let mut values = normals("order", n);
        values.extend([0.0, -0.0, 2.5, 2.5]);
        let forwards = of(&values);
        for size in [1, 64, 300, 1500, 5000] {
            let mut merged = Quantiles::new();
            for (i, part) in values.chunks(size).rev().enumerate() {
                let mut part = of(part);
                if i % 2 == 0 {
                    merged.merge(&part);
                } else {
                    part.merge(&merged);
                    merged = part;
                }
            }
            assert!(merged == forwards, "{n} {size}");
            assert_eq!(
                serde_json::to_string(&merged).unwrap_or_default(),
                serde_json::to_string(&forwards).unwrap_or_default()
            );
        }
        assert!(forwards != of(&values[1..]));
    }
}

#[test]
fn counted_values_are_repeated_values() {
    let mut counted = Quantiles::new();
    let mut repeated = Quantiles::new();
    for (x, n) in [(3.0, 5), (-1.0, 2), (3.0, 1), (0.0, 0), (f64::NAN, 4)] {
        counted.add_n(x, n);
        (0..n).for_each(|_| repeated.add(x));
    }
    assert!(counted == repeated);
    assert_eq!(counted.count(), 8);
    assert_eq!(counted.quantile(0.25), Some(-1.0));
    assert_eq!(counted.quantile(0.26), Some(3.0));
}

#[test]
fn nothing_added_has_no_quantile() {
    let mut sketch = Quantiles::new();
    sketch.add(f64::NAN);
    assert_eq!((sketch.count(), sketch.min(), sketch.max(), sketch.quantile(0.5)), (0, None, None, None));
    assert!(sketch.histogram().edges.is_empty() && sketch.histogram().counts.is_empty());
    let mut other = of(&[1.0, 2.0]);
    other.merge(&sketch);
    sketch.merge(&other);
    assert!(sketch == other);
    assert_eq!(sketch.quantile(f64::NAN), None);
}

#[test]
fn infinities_are_values() {
    let sketch = of(&[f64::INFINITY, 1.0, f64::NEG_INFINITY]);
    check(&sketch, &[f64::NEG_INFINITY, 1.0, f64::INFINITY], 0.0);
}

#[test]
fn state_survives_being_written() {
    for values in [vec![], vec![0.1, -7.0, f64::INFINITY], normals("written", 5000)] {
        let sketch = of(&values);
        let text = serde_json::to_string(&sketch).unwrap_or_default();
        let mut back: Quantiles = serde_json::from_str(&text).unwrap_or_default();
        assert!(back == sketch);
        back.add(0.25);
        let mut values = values.clone();
        values.push(0.25);
        assert!(back == of(&values));
    }
    // What nobody wrote is refused, or at least no reason to panic.
    for forged in [
        r#"{"bins":{"min":5,"max":0,"counts":"FD"}}"#,
        r#"{"bins":{"min":0,"max":0,"counts":""}}"#,
        r#"{"bins":{"min":0,"max":0,"counts":"________________"}}"#,
        r#"{"exact":"F"}"#,
    ] {
        assert!(serde_json::from_str::<Quantiles>(forged).is_err(), "{forged}");
    }
    let odd = r#"{"bins":{"min":0,"max":5,"counts":"F_________-_PB_________-_P"}}"#;
    let mut sketch: Quantiles = serde_json::from_str(odd).unwrap_or_default();
    sketch.merge(&sketch.clone());
    sketch.merge(&of(&[1.0]));
    let _ = (sketch.quantile(0.5), sketch.histogram());
}

#[test]
fn a_histogram_counts_every_value() {
    for values in [normals("histogram", 300), normals("histogram", 9000), vec![2.0; 9]] {
        let histogram = of(&values).histogram();
        assert_eq!(histogram.counts.iter().sum::<u64>(), values.len() as u64);
        assert_eq!(histogram.edges.len(), histogram.counts.len() + 1);
    }
    assert_eq!(of(&[2.0; 9]).histogram().counts, [9]);
}

/// Where bins are as wide as an interval is long, it runs to their outer edges; where they are narrow, nothing changes.
#[test]
fn intervals_of_binned_quantiles_hold_what_is_true() {
    let (mut held, mut all) = (0, 0);
    for run in 0..100 {
        let values: Vec<f64> =
            normals(&format!("run {run}"), 4000).iter().map(|z| 100.01 + 0.5 * z).collect();
        let sketch = of(&values);
        for (q, z) in [(0.25, -0.674_489_750_196_082), (0.5, 0.0), (0.95, 1.644_853_626_951_472_2)] {
            let [low, high] = sketch.between_ranks(quantile_ranks(4000, q).into());
            let truth = 100.01 + 0.5 * z;
            all += 1;
            held +=
                usize::from(low.is_some_and(|low| low <= truth) && high.is_some_and(|high| truth <= high));
        }
    }
    assert!(held * 100 >= all * 95, "{held} of {all}");
    let sketch = of(&normals("wide", 4000));
    let ranks = [Some(1700), Some(2200)];
    assert_eq!(sketch.between_ranks(ranks), ranks.map(|rank| sketch.value_at_rank(rank?)));
    for values in [vec![3.0; 5000], vec![], normals("few", 100)] {
        let sketch = of(&values);
        let ranks = [None, Some(3)];
        assert_eq!(sketch.between_ranks(ranks), ranks.map(|rank| sketch.value_at_rank(rank?)));
    }
    let infinite: Vec<f64> =
        normals("ends", 3000).iter().map(|z| if *z > 0.0 { f64::INFINITY } else { *z }).collect();
    assert_eq!(of(&infinite).between_ranks([Some(2000), Some(2900)]), [Some(f64::INFINITY); 2]);
}
