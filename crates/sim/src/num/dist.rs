//! Every distribution of the language: one uniform through the inverse distribution function.
//!
//! No method rejects or takes a second number, and each is non-decreasing in the uniform (`beta` and `gamma`,
//! which are solved for, and `normal` but for rounding), so streams stay aligned and quasi-random points can
//! take a parameter's place.

use cordiale_core::model::Family;

use super::math::exp;
use super::normal::{normal_quantile, normal_quantiles};
use super::special::{Beta, Gamma, Solvable, TOGETHER};
use crate::random::LANES;
use crate::simd::{Aligned, Inlined, Kernel, Lanes};

/// The 0.95 quantile of the standard normal: the ends of `lo to hi` stand for 5% and 95%.
pub(crate) const Z_95: f64 = 1.644_853_626_951_472_2;

/// An argument out of its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ArgumentError {
    /// The distribution.
    pub(crate) family: Family,
    /// Which argument, from 0.
    pub(crate) argument: usize,
    /// What it was.
    pub(crate) value: f64,
    /// What it must be, as in "at least 0".
    pub(crate) expected: &'static str,
}

impl std::fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.family.arguments().get(self.argument).copied().unwrap_or("argument");
        write!(f, "{name} of {} is {}, but must be {}", self.family.name(), self.value, self.expected)
    }
}

impl std::error::Error for ArgumentError {}

/// Whether the arguments are in range; those that the family does not take are ignored.
///
/// # Errors
/// The first argument out of range, infinite or NaN.
pub(crate) fn check_args(family: Family, args: &[f64; 3]) -> Result<(), ArgumentError> {
    let [first, second, third] = *args;
    let fail = |argument, value, expected| Err(ArgumentError { family, argument, value, expected });
    let values = args.iter().take(family.arguments().len());
    if let Some((argument, &value)) = values.enumerate().find(|(_, value)| !value.is_finite()) {
        return fail(argument, value, "finite");
    }
    match family {
        Family::Uniform if first > second => fail(1, second, "at least lo"),
        Family::Normal if second < 0.0 => fail(1, second, "at least 0"),
        Family::Lognormal if first <= 0.0 => fail(0, first, "above 0"),
        Family::Lognormal if second < 0.0 => fail(1, second, "at least 0"),
        Family::Beta | Family::Gamma if first <= 0.0 => fail(0, first, "above 0"),
        Family::Beta | Family::Gamma if second <= 0.0 => fail(1, second, "above 0"),
        Family::Triangular if first > second => fail(1, second, "at least lo"),
        Family::Triangular if second > third => fail(2, third, "at least mode"),
        Family::Exponential if first <= 0.0 => fail(0, first, "above 0"),
        Family::Poisson if first < 0.0 => fail(0, first, "at least 0"),
        Family::Bernoulli if !(0.0..=1.0).contains(&first) => fail(0, first, "in [0, 1]"),
        // Each has its limits above.
        Family::Uniform
        | Family::Normal
        | Family::Lognormal
        | Family::Beta
        | Family::Triangular
        | Family::Exponential
        | Family::Gamma
        | Family::Poisson
        | Family::Bernoulli => Ok(()),
    }
}

/// The value at probability `u` in (0, 1); non-decreasing in `u`. Arguments that the family does not take
/// are ignored.
///
/// # Errors
/// As [`check_args`].
pub(crate) fn quantile(family: Family, args: &[f64; 3], u: f64) -> Result<f64, ArgumentError> {
    Ok(Quantile::new(family, args)?.at(u))
}

/// The quantiles of a family with these arguments, and what is the same for all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantile {
    family: Family,
    args: [f64; 3],
    solved: Solved,
}

/// What takes long.
#[derive(Clone, Copy, Debug)]
enum Solved {
    Nothing,
    Beta(Beta),
    /// And its scale.
    Gamma(Gamma, f64),
    /// A Poisson distribution's mean.
    Counted(f64),
}

/// So few values are worked out one after the other.
pub(crate) const FEW: usize = 4;

impl Solved {
    /// Whether each value is worked out by itself, so that solving for many at a time saves nothing.
    fn is_one_by_one(&self) -> bool {
        match self {
            Self::Nothing | Self::Counted(_) => true,
            Self::Beta(beta) => beta.is_large(),
            Self::Gamma(gamma, _) => gamma.is_large(),
        }
    }

    /// The values at each of some probabilities, of what takes long.
    #[inline(always)]
    fn at<const N: usize>(&self, u: &[f64; N]) -> Option<[f64; N]> {
        match self {
            Self::Nothing => None,
            Self::Beta(beta) => Some(beta.solve(u)),
            Self::Gamma(gamma, scale) => Some(gamma.solve(u).map(|x| x * scale)),
            Self::Counted(mean) => {
                let mut values = *u;
                // No closure, which might not be inlined here.
                for u in &mut values {
                    *u = poisson(*mean, *u);
                }
                Some(values)
            }
        }
    }
}

/// Quantiles at each of some probabilities, in code for vector instructions.
struct Together<'a, const N: usize> {
    of: &'a Solved,
    u: &'a [f64; N],
    values: &'a mut Option<[f64; N]>,
}

impl<const N: usize> Inlined for Together<'_, N> {
    #[inline(always)]
    fn run(self) {
        *self.values = self.of.at(self.u);
    }
}

impl Quantile {
    /// # Errors
    /// As [`check_args`].
    pub(crate) fn new(family: Family, args: &[f64; 3]) -> Result<Self, ArgumentError> {
        check_args(family, args)?;
        let [first, second, _] = *args;
        let solved = match family {
            Family::Beta => Solved::Beta(Beta::new(first, second)),
            Family::Gamma => {
                let ratio = first / second;
                let shape = ratio * ratio;
                // Others have a limit.
                let usual = (1e-300..=1e30).contains(&shape);
                if usual { Solved::Gamma(Gamma::new(shape), second / ratio) } else { Solved::Nothing }
            }
            Family::Poisson => Solved::Counted(first),
            _ => Solved::Nothing,
        };
        Ok(Self { family, args: *args, solved })
    }

    /// Puts the values at the uniforms of some lanes there, and the lanes in another order.
    pub(crate) fn at_lanes<K: Kernel>(
        &self,
        kernel: K,
        lanes: &mut [usize],
        uniforms: &[f64; LANES],
        out: &mut Lanes,
    ) {
        let one_by_one = |lanes: &[usize], out: &mut Lanes| {
            for &lane in lanes {
                let u = uniforms[lane];
                out[lane] = self.at_all(kernel, &[u]).map_or_else(|| self.at(u), |[value]| value);
            }
        };
        if self.solved.is_one_by_one() {
            return one_by_one(lanes, out);
        }
        // Those that are near each other take about as long, so that few wait for others.
        sort_roughly(lanes, uniforms);
        for some in lanes.chunks(TOGETHER) {
            if some.len() <= FEW {
                one_by_one(some, out);
                continue;
            }
            // Where some are missing the first stands in for them.
            let u: [f64; TOGETHER] = std::array::from_fn(|i| uniforms[*some.get(i).unwrap_or(&some[0])]);
            for (&lane, value) in some.iter().zip(self.at_all(kernel, &u).into_iter().flatten()) {
                out[lane] = value;
            }
        }
    }

    /// The values at each of some probabilities, where vector instructions help.
    pub(crate) fn at_all<K: Kernel, const N: usize>(&self, kernel: K, u: &[f64; N]) -> Option<[f64; N]> {
        let mut values = None;
        if !matches!(self.solved, Solved::Nothing) {
            kernel.vectorize(Together { of: &self.solved, u, values: &mut values });
        }
        values
    }

    /// The value at probability `u` in (0, 1); non-decreasing in `u`.
    #[must_use]
    pub(crate) fn at(&self, u: f64) -> f64 {
        if let Some([value]) = self.solved.at(&[u]) {
            return value;
        }
        let [first, second, third] = self.args;
        match self.family {
            // Never so: these are solved for.
            Family::Beta | Family::Poisson => f64::NAN,
            Family::Gamma => gamma_limit(first, second, u),
            Family::Uniform => between(first, second, u),
            Family::Normal => first + second * normal_quantile(u),
            Family::Lognormal => first * exp(second * normal_quantile(u)),
            Family::Triangular => triangular(first, second, third, u),
            // log1p keeps the digits of a small u.
            Family::Exponential => first * -libm::log1p(-u),
            Family::Bernoulli => f64::from(u > 1.0 - first),
        }
    }
}

/// Sorts lanes by their uniforms, as far as 32 classes tell them apart: they are counted, and put where their class begins.
fn sort_roughly(lanes: &mut [usize], uniforms: &[f64; LANES]) {
    let class = |lane: usize| (uniforms[lane] * 32.0) as usize % 32;
    let mut unsorted = [0; LANES];
    let unsorted = &mut unsorted[..lanes.len()];
    unsorted.copy_from_slice(lanes);
    let mut starts = [0; 33];
    for &lane in unsorted.iter() {
        starts[class(lane) + 1] += 1;
    }
    for class in 1..starts.len() {
        starts[class] += starts[class - 1];
    }
    for &lane in unsorted.iter() {
        let start = &mut starts[class(lane)];
        lanes[*start] = lane;
        *start += 1;
    }
}

/// `lo to hi` at probability `u`: the distribution that has 5% below `lo` and 5% above `hi`, lognormal where
/// both are positive and normal otherwise. `lo` <= `hi` is for the caller to see to.
#[must_use]
pub(crate) fn interval_90(lo: f64, hi: f64, u: f64) -> f64 {
    let Spread { place, width, in_logarithms } = Spread::of_interval_90(lo, hi);
    let z = normal_quantile(u) / Z_95;
    if in_logarithms { place * exp(z * width) } else { place + z * width }
}

/// How numbers are made of standard normals.
struct Spread {
    place: f64,
    width: f64,
    /// Whether it is the logarithm that is normal.
    in_logarithms: bool,
}

impl Spread {
    fn of_interval_90(lo: f64, hi: f64) -> Self {
        if lo > 0.0 && hi > 0.0 {
            // The geometric mean, without overflow or underflow on the way.
            let (root_lo, root_hi) = (lo.sqrt(), hi.sqrt());
            Self { place: root_lo * root_hi, width: super::math::ln(root_hi / root_lo), in_logarithms: true }
        } else {
            Self { place: lo * 0.5 + hi * 0.5, width: hi * 0.5 - lo * 0.5, in_logarithms: false }
        }
    }
}

/// Numbers made of standard normals in all lanes.
struct OfNormals<'a> {
    places: &'a Lanes,
    widths: &'a Lanes,
    in_logarithms: bool,
    /// What the standard normals are divided by.
    unit: f64,
    uniforms: &'a [f64; LANES],
    out: &'a mut Lanes,
}

impl Inlined for OfNormals<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { places, widths, in_logarithms, unit, uniforms, out } = self;
        let normals = normal_quantiles(uniforms);
        for i in 0..LANES {
            out[i] = (normals[i] / unit) * widths[i];
        }
        for i in 0..LANES {
            out[i] = if in_logarithms { places[i] * exp(out[i]) } else { places[i] + out[i] };
        }
    }
}

/// [`interval_90`] at the uniforms of all lanes.
pub(crate) fn intervals_90<K: Kernel>(
    kernel: K,
    (lo, hi): (f64, f64),
    uniforms: &[f64; LANES],
    out: &mut Lanes,
) {
    let Spread { place, width, in_logarithms } = Spread::of_interval_90(lo, hi);
    let (places, widths) = (&Aligned([place; LANES]), &Aligned([width; LANES]));
    kernel.vectorize(OfNormals { places, widths, in_logarithms, unit: Z_95, uniforms, out });
}

/// A normal or lognormal distribution's values at the uniforms of all lanes; NaN where an argument is out of range.
pub(crate) fn normals<K: Kernel>(
    kernel: K,
    family: Family,
    arguments: [&Lanes; 3],
    uniforms: &[f64; LANES],
    out: &mut Lanes,
) {
    let [places, widths, _] = arguments;
    let in_logarithms = family == Family::Lognormal;
    kernel.vectorize(OfNormals { places, widths, in_logarithms, unit: 1.0, uniforms, out });
    for i in 0..LANES {
        // As `check_args` has it.
        let fits = places[i].is_finite() & widths[i].is_finite() & (widths[i] >= 0.0);
        out[i] = if fits & (!in_logarithms | (places[i] > 0.0)) { out[i] } else { f64::NAN };
    }
}

/// `discrete(v1: w1, ...)` at probability `u`, from (value, weight) pairs: the first value whose weight and
/// those before it add up to more than u times the total. A weight of 0 (or one below, or NaN) is never
/// picked. NaN where no weight is positive.
#[must_use]
pub(crate) fn discrete(values_weights: &[(f64, f64)], u: f64) -> f64 {
    let positive = || values_weights.iter().filter(|(_, weight)| *weight > 0.0);
    let mark = u * positive().fold(0.0, |sum, (_, weight)| sum + weight);
    let mut sum = 0.0;
    let mut last = f64::NAN;
    for &(value, weight) in positive() {
        sum += weight;
        last = value;
        if mark < sum {
            break;
        }
    }
    last
}

/// lo + u (hi - lo), kept within [lo, hi].
fn between(lo: f64, hi: f64, u: f64) -> f64 {
    if is_plain_interval(lo, hi) {
        return within(lo, hi, u);
    }
    // A width beyond the largest double is halved first.
    (2.0 * (0.5 * lo + u * (0.5 * hi - 0.5 * lo))).clamp(lo, hi)
}

/// Whether the width of an interval is a finite number of 0 or more.
#[inline(always)]
pub(crate) fn is_plain_interval(lo: f64, hi: f64) -> bool {
    let width = hi - lo;
    width >= 0.0 && width.is_finite()
}

/// `lo + u (hi - lo)`, kept within a [plain interval](is_plain_interval).
#[inline(always)]
pub(crate) fn within(lo: f64, hi: f64, u: f64) -> f64 {
    let value = lo + u * (hi - lo);
    let raised = if value < lo { lo } else { value };
    if raised > hi { hi } else { raised }
}

fn triangular(lo: f64, mode: f64, hi: f64, u: f64) -> f64 {
    // Halves cannot overflow; powers of two cancel exactly.
    let width = 0.5 * hi - 0.5 * lo;
    if width <= 0.0 {
        return mode;
    }
    let at_mode = (0.5 * mode - 0.5 * lo) / width;
    let value = if u < at_mode {
        lo + 2.0 * (width * (u * at_mode).sqrt())
    } else {
        hi - 2.0 * (width * ((1.0 - u) * ((0.5 * hi - 0.5 * mode) / width)).sqrt())
    };
    // Each side keeps to its own, so that rounding cannot make the two cross.
    if u < at_mode { value.clamp(lo, mode) } else { value.clamp(mode, hi) }
}

/// A gamma distribution whose shape is beyond what is solved for.
fn gamma_limit(mean: f64, sd: f64, u: f64) -> f64 {
    if mean > sd {
        // The relative width is below a double's precision.
        return mean + sd * normal_quantile(u);
    }
    if u >= 1.0 { f64::INFINITY } else { 0.0 }
}

/// The least whole k with P(N <= k) >= u. P(N <= k) is the upper incomplete gamma function Q(k + 1, mean);
/// beyond the median the comparison is made in the other tail, which keeps its digits.
#[inline(always)]
fn poisson(mean: f64, u: f64) -> f64 {
    if u.is_nan() {
        return u;
    }
    if mean == 0.0 || u <= 0.0 {
        return 0.0;
    }
    if u >= 1.0 {
        return f64::INFINITY;
    }
    // E. A. Cornish and R. A. Fisher 1937, to the second order: right to a unit or two.
    let z = normal_quantile(u);
    let guess = (mean + z * mean.sqrt() + (z * z - 1.0) / 6.0).floor().max(0.0);
    // Above 2^53 whole numbers have gaps, and counting in ones would stand still.
    if guess >= 9e15 {
        return guess;
    }
    // A bracket around the guess, doubled until it holds the answer, and then halved: `low` is not reached, `high` is.
    let (mut low, mut high, mut stride) = (f64::NEG_INFINITY, f64::INFINITY, 0.0);
    let mut k = guess;
    loop {
        let is_reached = if k < 0.0 {
            false
        } else if high == f64::INFINITY && stride >= 1e18 {
            true
        } else {
            let (beyond, up_to) = Gamma::new(k + 1.0).tails(mean);
            if u <= 0.5 { up_to >= u } else { beyond <= 1.0 - u }
        };
        if is_reached {
            high = k;
        } else {
            low = k.max(-1.0);
        }
        if high - low <= 1.0 {
            return high;
        }
        k = if low.is_finite() && high.is_finite() {
            ((low + high) * 0.5).floor()
        } else {
            stride = (2.0_f64 * stride).max(1.0);
            if high.is_finite() { high - stride } else { low + stride }
        };
    }
}

#[cfg(test)]
#[path = "dist_tests.rs"]
mod tests;
