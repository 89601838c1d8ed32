//! Equal bins at round edges.

use std::ops::Add;

use serde::{Deserialize, Serialize};

/// Counts between edges: `counts[i]` lie in [`edges[i]`, `edges[i + 1]`), the last bin closed above. One
/// more edge than counts, increasing; where all values are equal, one bin whose two edges are that value;
/// both empty where there are none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram<C = u64> {
    /// Where bins begin and end.
    pub edges: Vec<f64>,
    /// How many lie in each, or the probability of each.
    pub counts: Vec<C>,
}

/// The number of bins aimed at; round widths make it 13 to 33.
const BINS: f64 = 20.0;
/// Edges are whole multiples of the width up to here; beyond it they would lose their last digit.
const MOST_STEPS: f64 = 1e15;

impl<C: Copy + Default + Add<Output = C>> Histogram<C> {
    /// The histogram of weighted values within [min, max].
    pub(crate) fn new(min: f64, max: f64, values: impl Iterator<Item = (f64, C)>) -> Self {
        let edges = round_edges(min, max).unwrap_or_else(|| vec![min, max]);
        let bins = edges.len() - 1;
        let mut counts = vec![C::default(); bins];
        for (value, count) in values {
            // Edges at or below the value, less one; the last edge belongs to the last bin.
            let bin = edges.partition_point(|&edge| edge <= value).saturating_sub(1).min(bins - 1);
            if let Some(sum) = counts.get_mut(bin) {
                *sum = *sum + count;
            }
        }
        Self { edges, counts }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten that cover [min, max]; `None` where it is a point, has an
/// infinite end or is too narrow for its place.
fn round_edges(min: f64, max: f64) -> Option<Vec<f64>> {
    let range = max - min;
    if !(range > 0.0 && range.is_finite()) {
        return None;
    }
    let raw = range / BINS;
    // The power of ten at or below `raw`: a first guess by its power of two, then exact comparisons.
    let binary = ((raw.to_bits() >> 52) as i32) - 1023;
    let mut decade = (f64::from(binary) * std::f64::consts::LOG10_2).floor() as i32;
    while decade < 307 && times_ten_to(1.0, decade + 1) <= raw {
        decade += 1;
    }
    let unit = times_ten_to(1.0, decade);
    // The nearest of 1, 2, 5, 10 by ratio: borders at sqrt(2), sqrt(10), sqrt(50).
    let ratio = raw / unit;
    let multiple = if ratio * ratio < 2.0 {
        1.0
    } else if ratio * ratio < 10.0 {
        2.0
    } else if ratio * ratio < 50.0 {
        5.0
    } else {
        10.0
    };
    let width = multiple * unit;
    let edge = |step: f64| times_ten_to(step * multiple, decade);
    let mut first = (min / width).floor();
    let mut last = (max / width).ceil();
    if !(first.abs() < MOST_STEPS && last.abs() < MOST_STEPS) {
        return None;
    }
    // The quotient may have been rounded across an edge.
    while edge(first) > min {
        first -= 1.0;
    }
    while edge(last) < max {
        last += 1.0;
    }
    if edge(first + 1.0) <= min {
        first += 1.0;
    }
    if edge(last - 1.0) >= max {
        last -= 1.0;
    }
    let edges: Vec<f64> = (0..=(last - first) as u32).map(|i| edge(first + f64::from(i))).collect();
    let increasing = edges.len() > 1 && edges.is_sorted_by(|a, b| a < b);
    (increasing && edges.iter().all(|edge| edge.is_finite())).then_some(edges)
}

/// x * 10^decade; the nearest double for whole x and powers up to 22, so that an edge reads 0.15.
fn times_ten_to(x: f64, decade: i32) -> f64 {
    let mut power = 1.0;
    // Powers up to 10^22 are exact; beyond 10^300 the rest is applied apart, so that none overflows early.
    for _ in 0..decade.unsigned_abs().min(300) {
        power *= 10.0;
    }
    let mut rest = 1.0;
    for _ in 300..decade.unsigned_abs().max(300) {
        rest *= 10.0;
    }
    if decade < 0 { x / power / rest } else { x * power * rest }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    fn edges(min: f64, max: f64) -> Vec<f64> {
        Histogram::<u64>::new(min, max, std::iter::empty()).edges
    }

    #[test]
    fn edges_are_round_and_cover_the_range() {
        assert_eq!(edges(0.0, 1.0).len(), 21);
        assert_eq!(edges(0.0, 1.0)[3], 0.15);
        assert_eq!(edges(-1.0, 1.0)[..3], [-1.0, -0.9, -0.8]);
        assert_eq!(edges(-1.0, 1.0)[10], 0.0);
        assert_eq!(edges(3.0, 47.0)[..3], [2.0, 4.0, 6.0]);
        assert_eq!(edges(0.0, 2e6)[1], 1e5);
        for (min, max) in [
            (0.34, 0.87),
            (0.0, 1e-300),
            (-1e308, 1e307),
            (1e15, 1.001e15),
            (-7e-9, 13.0),
            (0.1, 0.3),
            (0.7, 0.9),
            (1e300, 3e300),
        ] {
            let edges = edges(min, max);
            let bins = edges.len() - 1;
            assert!((12..=34).contains(&bins), "{min} {max}: {bins}");
            assert!(edges[0] <= min && edges[1] > min, "{min} {max}: {edges:?}");
            assert!(edges[bins] >= max && edges[bins - 1] < max, "{min} {max}: {edges:?}");
        }
    }

    #[test]
    fn odd_ranges_are_one_bin() {
        for (min, max) in [(2.0, 2.0), (1.0, 1.0 + 1e-15), (f64::NEG_INFINITY, 1.0), (-1.7e308, 1.7e308)] {
            let histogram = Histogram::new(min, max, [(min, 2_u64), (max, 3)].into_iter());
            assert_eq!(histogram, Histogram { edges: vec![min, max], counts: vec![5] });
        }
    }

    #[test]
    fn an_edge_opens_its_bin_and_the_last_closes() {
        let values = [(0.0, 1_u64), (0.05, 10), (0.95, 100), (1.0, 1000), (0.049, 10_000)];
        let histogram = Histogram::new(0.0, 1.0, values.into_iter());
        assert_eq!(histogram.counts[0], 10_001);
        assert_eq!(histogram.counts[1], 10);
        assert_eq!(histogram.counts[19], 1100);
        assert_eq!(histogram.counts.iter().sum::<u64>(), 11_111);
    }
}
