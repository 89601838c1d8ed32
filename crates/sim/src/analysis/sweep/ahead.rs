//! Short points of a sweep, run side by side before they are asked for: each on one thread, since loading a scenario and
//! writing up its result cannot be shared out.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{Row, Rows, SweepError};
use crate::analysis::point::Manner;
use crate::error::RunError;
use crate::simulation::driver::threads_of;

/// Points of more trials are run one by one, on all threads: where a sweep is stopped, what it was at is lost.
const SHORT: u64 = 1 << 16;

/// How many points are run for each thread, before any of them is handed over.
const A_THREAD: u64 = 2;

/// The rows that are there and were not asked for yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    pub(super) rows: VecDeque<Result<Row, SweepError>>,
    pool: Option<Arc<ThreadPool>>,
}

impl Rows<'_> {
    /// Runs the next point, or more where that is faster.
    pub(super) fn run_ahead(&mut self) {
        let manner = &self.sweep.manner;
        let threads = threads_of(manner.threads) as u64;
        let left = self.count - self.next;
        if threads == 1 || left < threads || manner.trials > SHORT {
            self.ahead.rows.push_back(self.row(self.next, manner));
            return;
        }
        let points = self.next..self.next + left.min(A_THREAD * threads);
        match self.run_side_by_side(points, threads as usize) {
            Ok(rows) => self.ahead.rows.extend(rows),
            Err(error) => self.ahead.rows.push_back(Err(error.into())),
        }
    }

    fn run_side_by_side(
        &mut self,
        points: Range<u64>,
        threads: usize,
    ) -> Result<Vec<Result<Row, SweepError>>, RunError> {
        let pool = match self.ahead.pool.take() {
            Some(pool) => pool,
            None => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                Arc::new(pool.map_err(|error| RunError::Threads(error.to_string()))?)
            }
        };
        let manner = one_at_a_time(&self.sweep.manner);
        let rows = pool.install(|| points.into_par_iter().map(|point| self.row(point, &manner)).collect());
        self.ahead.pool = Some(pool);
        Ok(rows)
    }
}

/// Each point on one thread, and its callback when no other point's is at work.
fn one_at_a_time(manner: &Manner) -> Manner {
    let mut manner = Manner { threads: 1, ..manner.clone() };
    if let Some(callback) = manner.on_progress.take() {
        let turn = Mutex::new(());
        manner.on_progress = Some(Arc::new(move |progress| {
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            callback(progress)
        }));
    }
    manner
}
