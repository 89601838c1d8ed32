//! Small statistics that the methods share.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::error::RunError;
use crate::random::Stream;
use crate::simulation::driver::threads_of;

/// Products of values under different trial numbers.
pub(super) struct Products;

impl Products {
    /// The mean of x_k y_l over all pairs k != l, whose chances are independent; of one value each, their product.
    pub(super) fn of(x: &[f64], y: &[f64]) -> f64 {
        if let ([x], [y]) = (x, y) {
            return x * y;
        }
        let same: f64 = x.iter().zip(y).map(|(x, y)| x * y).sum();
        let count = x.len() as f64;
        (x.iter().sum::<f64>() * y.iter().sum::<f64>() - same) / (count * (count - 1.0))
    }
}

/// How often each point is drawn in a bootstrap sample, as weights that sum to 1.
pub(super) fn resample(stream: &Stream, round: u32, points: usize) -> Vec<f64> {
    let mut weights = vec![0.0; points];
    let mut words = [0; crate::random::LANES];
    let share = 1.0 / points as f64;
    let mut left = points;
    for first in (0..points as u64).step_by(words.len()) {
        stream.fill_words64(round, first, &mut words);
        for word in words.iter().take(left) {
            // The upper bits of a product: a place below `points`, even to 2^-64.
            weights[((u128::from(*word) * points as u128) >> 64) as usize] += share;
        }
        left = left.saturating_sub(words.len());
    }
    weights
}

/// The 2.5% and 97.5% quantiles, interpolated.
pub(super) fn percentiles(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    (quantile(&values, 0.025), quantile(&values, 0.975))
}

/// A quantile of ascending values, interpolated; NaN of none.
pub(super) fn quantile(ascending: &[f64], q: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else { return f64::NAN };
    let at = q * last as f64;
    let (below, part) = (at.floor() as usize, at - at.floor());
    let low = ascending[below.min(last)];
    low + part * (ascending[(below + 1).min(last)] - low)
}

/// Mean and standard error.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, if count > 1.0 { (squares / (count - 1.0) / count).sqrt() } else { f64::NAN })
}

/// One answer for each of `items`, in their order, on threads; 0 are all that the machine has.
pub(super) fn run_parallel<T: Send>(
    threads: usize,
    items: usize,
    answer: impl Fn(usize) -> T + Sync + Send,
) -> Result<Vec<T>, RunError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads_of(threads)).build();
    let pool = pool.map_err(|error| RunError::Threads(error.to_string()))?;
    Ok(pool.install(|| (0..items).into_par_iter().map(answer).collect()))
}
