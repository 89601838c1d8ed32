use cordiale_core::model::Family;
use proptest::prelude::*;

use super::*;
use crate::num::dist::quantile;
use crate::stats::Quantiles;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + a.abs() + b.abs())
}

/// The score as it is mostly written (Gneiting and Raftery 2007, eq. 21): the mean distance from what was observed, less
/// half of the mean distance of the values from each other.
fn by_distances(values: &[f64], observed: f64) -> f64 {
    let n = values.len() as f64;
    let from_observed: f64 = values.iter().map(|x| (x - observed).abs()).sum();
    let apart: f64 = values.iter().flat_map(|x| values.iter().map(move |y| (x - y).abs())).sum();
    from_observed / n - apart / (2.0 * n * n)
}

fn counted(values: &[f64]) -> Vec<(f64, u64)> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.into_iter().map(|value| (value, 1)).collect()
}

proptest! {
    #[test]
    fn crps_is_the_mean_distance_less_half_of_that_between_the_values(
        values in prop::collection::vec(-50.0..50.0_f64, 1..40),
        observed in -60.0..60.0_f64,
    ) {
        let area = crps(counted(&values).into_iter(), values.len() as u64, observed).unwrap_or(f64::NAN);
        prop_assert!((area - by_distances(&values, observed)).abs() < 1e-10, "{area}");
        let mut sketch = Quantiles::new();
        values.iter().for_each(|value| sketch.add(*value));
        prop_assert_eq!(sketch.crps(observed).map(f64::to_bits), Some(area.to_bits()));
    }

    /// No forecast has a better score to expect by saying other than what it holds.
    #[test]
    fn scores_are_proper(truth in 0.01..0.99_f64, other in 0.01..0.99_f64) {
        let expected = |score: &dyn Fn(f64, bool) -> f64, said: f64| truth * score(said, true) + (1.0 - truth) * score(said, false);
        let log = |said: f64, happened: bool| log_score(if happened { said } else { 1.0 - said });
        prop_assert!(expected(&brier, truth) <= expected(&brier, other) + 1e-15);
        prop_assert!(expected(&log, truth) <= expected(&log, other) + 1e-15);
    }

    /// Ordered levels are a number, their place.
    #[test]
    fn ranked_scores_are_those_of_places(counts in prop::collection::vec(0_u64..20, 2..6), at in 0_usize..6) {
        prop_assume!(at < counts.len() && counts.iter().sum::<u64>() > 0);
        let trials: u64 = counts.iter().sum();
        let shares: Vec<f64> = counts.iter().map(|count| *count as f64 / trials as f64).collect();
        let places = counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(place, n)| (place as f64, *n));
        let area = crps(places, trials, at as f64).unwrap_or(f64::NAN);
        prop_assert!(close(ranked(&shares, at), area), "{} {area}", ranked(&shares, at));
    }

    /// A time to an event is a number, too, where all get there.
    #[test]
    fn scores_of_times_are_those_of_numbers(steps in prop::collection::vec(0_u64..12, 1..30), at in 0_u32..12) {
        let trials = steps.len() as f64;
        let by = |step: u64| steps.iter().filter(|first| **first <= step).count() as f64 / trials;
        let reached: Vec<f64> = (0..=12).map(by).collect();
        let times: Vec<f64> = steps.iter().map(|step| *step as f64 * 0.25).collect();
        let area = crps(counted(&times).into_iter(), times.len() as u64, f64::from(at) * 0.25).unwrap_or(f64::NAN);
        prop_assert!(close(crps_of_time(&reached, Some(at), 0.25), area));
    }
}

#[test]
fn scores_at_their_ends() {
    assert_eq!((brier(1.0, true), brier(0.0, true), brier(0.25, false)), (0.0, 1.0, 0.0625));
    assert!(close(brier_of_levels(&[0.25, 0.75], 1), brier(0.25, false)));
    assert_eq!(brier_of_levels(&[0.0, 0.0, 1.0], 0), 1.0);
    assert_eq!(log_score(1.0).to_bits(), 0.0_f64.to_bits());
    assert!(close(log_score(0.5), std::f64::consts::LN_2));
    assert_eq!(log_score(0.0), f64::INFINITY);
    assert_eq!(crps(std::iter::empty(), 0, 1.0), None);
    assert_eq!(crps([(3.0, 7)].into_iter(), 7, 1.0), Some(2.0));
    assert_eq!(crps([(3.0, 7)].into_iter(), 7, 3.0), Some(0.0));
    // Never there, and all said so; all there at once, and it never came.
    assert_eq!(crps_of_time(&[0.0; 13], None, 0.5), 0.0);
    assert_eq!(crps_of_time(&[1.0; 13], None, 0.5), 6.0);
    assert!(close(with_half_a_trial(0, 99, 2), 0.005));
    let shares: f64 = [0, 3, 7].iter().map(|count| with_half_a_trial(*count, 10, 3)).sum();
    assert!(close(shares, 1.0));
}

/// A normal forecast has a score in closed form (Gneiting and Raftery 2007, eq. 5): at its middle
/// sd (2 phi(0) - 1 / sqrt(pi)).
#[test]
fn crps_of_many_binned_normals_is_that_of_the_normal() {
    let mut sketch = Quantiles::new();
    let n = 20_000_u32;
    for i in 0..n {
        sketch.add(
            10.0 + quantile(Family::Normal, &[0.0, 1.0, 0.0], (f64::from(i) + 0.5) / f64::from(n))
                .unwrap_or(f64::NAN),
        );
    }
    assert!(!sketch.is_exact());
    let expected = 2.0 * 0.398_942_280_401_432_7 - 0.564_189_583_547_756_3;
    let found = sketch.crps(10.0).unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 2e-3 * 2.0, "{found} {expected}");
    let (below, at) = sketch.below_and_at(10.0);
    assert!((below + at).abs_diff(u64::from(n / 2)) < 60, "{below} {at}");
}

#[test]
fn tests_of_probabilities_are_as_worked_out_by_hand() {
    // (1 - 0.8)(-0.6) + (0 - 0.3)(0.4) = -0.24; 0.36 * 0.16 + 0.16 * 0.21 = 0.0912.
    let z = spiegelhalter(&[0.8, 0.3], &[true, false]);
    assert!(z.is_some_and(|z| close(z, -0.24 / 0.0912_f64.sqrt())), "{z:?}");
    assert_eq!(spiegelhalter(&[0.5, 1.0, 0.0], &[true, true, false]), None);
    // Too sure: every one of ten at 95% fails.
    assert!(spiegelhalter(&[0.95; 10], &[false; 10]).is_some_and(|z| z > 10.0));
    // 0.2 - 0.3 over the root of 0.16 + 0.21.
    let z = in_the_large(&[0.8, 0.3], &[true, false]);
    assert!(z.is_some_and(|z| close(z, -0.1 / 0.37_f64.sqrt())), "{z:?}");
    assert_eq!(in_the_large(&[1.0, 0.0], &[false, true]), None);
}
