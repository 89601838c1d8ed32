//! Tails of large shapes: the integral of a density, by Gauss-Legendre panels, whose number does not grow with the shape.

use super::PRECISION;

/// The width of a panel over which a density with this root curvature and slope of its logarithm is a
/// polynomial of degree 31 for all that double precision sees.
#[inline(always)]
pub(super) fn panel(root_curvature: f64, slope: f64) -> f64 {
    1.0 / (0.5 * root_curvature + 0.125 * slope.abs())
}

/// How many points a panel's density is asked at: the nodes below its centre, and those above.
pub(super) const POINTS: usize = 2 * GAUSS_LEGENDRE.len();

/// A tail of a density, from where it begins outwards. (Not closures, which might not be inlined into code for vectors.)
pub(super) trait Tail {
    /// The density at each of some offsets.
    fn densities(&self, offsets: &[f64; POINTS]) -> [f64; POINTS];

    /// How wide a [`panel`] may be that begins at an offset.
    fn width(&self, offset: f64) -> f64;
}

/// The integral of a tail over offsets from 0 to `end`, by panels, until what they add no longer counts.
#[inline(always)]
pub(super) fn integrate(tail: &impl Tail, end: f64) -> f64 {
    let (mut sum, mut from) = (0.0, 0.0);
    for _ in 0..400 {
        let half = 0.5 * tail.width(from).min(end - from);
        if half <= 0.0 || half.is_nan() {
            break;
        }
        let centre = from + half;
        let mut points = [0.0; POINTS];
        let (below, above) = points.split_at_mut(GAUSS_LEGENDRE.len());
        for (i, (node, _)) in GAUSS_LEGENDRE.iter().enumerate() {
            (below[i], above[i]) = (centre - half * node, centre + half * node);
        }
        let densities = tail.densities(&points);
        let (below, above) = densities.split_at(GAUSS_LEGENDRE.len());
        let mut part = 0.0;
        for (i, (_, weight)) in GAUSS_LEGENDRE.iter().enumerate() {
            part += weight * (below[i] + above[i]);
        }
        part *= half;
        sum += part;
        if part <= sum * PRECISION {
            break;
        }
        from = centre + half;
    }
    sum
}

/// Positive nodes and weights of the 16-point Gauss-Legendre rule on [-1, 1], from 50 digits.
const GAUSS_LEGENDRE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];
