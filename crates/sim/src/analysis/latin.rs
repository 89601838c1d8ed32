//! Latin hypercubes (McKay, Beckman and Conover 1979), of which sweeps and sensitivity analyses take points.

use crate::random::Stream;

/// One coordinate of the points: as many slices of \[0, 1) as there are points, with one point in each.
#[derive(Clone, Debug)]
pub(super) struct Coordinate {
    /// By point.
    slices: Vec<usize>,
    within: Stream,
    step: u32,
}

impl Coordinate {
    /// Slices shuffled by `order`; where a point lies in its own is drawn from `within`, at a step of that stream.
    pub(super) fn new(points: usize, order: &Stream, within: Stream, step: u32) -> Self {
        Self { slices: permutation(order, points), within, step }
    }

    /// Where a point lies, in (0, 1).
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub(super) fn at(&self, point: usize) -> f64 {
        let share = self.slices[point] as f64 + self.within.uniform(self.step, point as u64);
        // The last slice ends below 1, however it is rounded.
        (share / self.slices.len() as f64).min(1.0 - f64::EPSILON)
    }
}

/// A permutation of 0 and on: the order of as many random words, ties by their place.
pub(super) fn permutation(stream: &Stream, length: usize) -> Vec<usize> {
    let mut keyed: Vec<(u64, usize)> =
        (0..length).map(|place| (stream.word64(0, place as u64), place)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, place)| place).collect()
}
