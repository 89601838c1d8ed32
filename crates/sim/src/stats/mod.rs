//! Statistics whose merging is exact: whatever the order or grouping of the trials, the same bits.
//!
//! Counts are integers, sums are kept without rounding, and a sketch's bins depend on the value alone. So
//! no border of a block, thread or shard shows in a result, and memory does not grow with the trials.

pub mod exact_sum;
pub mod first_passage;
mod histogram;
mod hypergeometric;
pub mod interval;
pub mod paired;
pub mod ratio;
pub mod scores;
pub mod sequence;
pub mod sketch;
pub mod words;

pub use exact_sum::Moments;
pub(crate) use exact_sum::Room;
pub use first_passage::StepCounts;
pub use histogram::Histogram;
pub(crate) use interval::student_975;
pub use interval::{Percent, Probability, quantile_ranks, wilson};
pub use paired::{Difference, PairedMoments, PairedTable, mean_interval, newcombe, tango};
pub use ratio::{Ratio, Strata, compared_odds, holm, odds_ratio, two_shares_z, two_sided};
pub use sequence::{ShareSequence, mean_sequence};
pub use sketch::Quantiles;
pub use words::words;

/// The rank of the q-quantile of n trials: the least k from 1 whose share k/n, as a double, is at least q.
///
/// With q = 0.05 and n = 10,000 it is 500, though the double 0.05 lies a hair above 1/20; where no k/n
/// rounds to q it is the ceiling of q n, computed exactly. `None` where n is 0 or q is not in [0, 1].
#[must_use]
pub fn quantile_rank(n: u64, q: f64) -> Option<u64> {
    if n == 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let rank = ceil_product(n, q).clamp(1, n);
    let below = rank - 1;
    // Beyond 2^53 trials counts are no longer doubles, and the ceiling stands.
    let in_doubles = n <= 1 << 53;
    Some(if in_doubles && below > 0 && below as f64 / n as f64 >= q { below } else { rank })
}

/// The ceiling of q n for q in [0, 1], exactly.
fn ceil_product(n: u64, q: f64) -> u64 {
    if q == 0.0 {
        return 0;
    }
    let bits = q.to_bits();
    let field = bits >> 52;
    let fraction = bits & 0x000f_ffff_ffff_ffff;
    // q = mantissa * 2^-shift, with shift from 52 (q = 1) to 1074.
    let (mantissa, shift) = if field == 0 { (fraction, 1074) } else { (fraction | 1 << 52, 1075 - field) };
    // Below 2^117. A shift beyond that leaves something above 0 and below 1.
    let product = u128::from(mantissa) * u128::from(n);
    if shift > 120 {
        return 1;
    }
    // At most n, as q is at most 1.
    product.div_ceil(1 << shift) as u64
}

#[cfg(test)]
mod tests {
    use super::quantile_rank;

    #[test]
    fn decimal_shares_are_taken_as_meant() {
        for (n, q, rank) in [
            (10_000, 0.05, 500),
            (10_000, 0.95, 9_500),
            (20, 0.05, 1),
            (21, 0.05, 2),
            (100, 0.07, 7),
            (100, 0.29, 29),
            (1_000_000_000_000, 0.05, 50_000_000_000),
            (3, 0.5, 2),
            (4, 0.5, 2),
            (5, 1.0 / 3.0, 2),
            (3, 1.0 / 3.0, 1),
            (7, 0.0, 1),
            (7, 1.0, 7),
            (7, 5e-324, 1),
            (7, 1e-30, 1),
            (u64::MAX, 1.0, u64::MAX),
        ] {
            assert_eq!(quantile_rank(n, q), Some(rank), "{n} {q}");
        }
        assert_eq!(quantile_rank(0, 0.5), None);
        for q in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(quantile_rank(5, q), None);
        }
    }

    #[test]
    fn every_share_of_every_small_sample_is_its_own_rank() {
        for n in 1..200_u64 {
            for k in 1..=n {
                let q = k as f64 / n as f64;
                assert_eq!(quantile_rank(n, q), Some(k), "{k} of {n}");
                if k < n {
                    assert_eq!(quantile_rank(n, q.next_up()), Some(k + 1));
                }
                if k > 1 {
                    assert_eq!(quantile_rank(n, q.next_down()), Some(k));
                }
            }
        }
    }
}
