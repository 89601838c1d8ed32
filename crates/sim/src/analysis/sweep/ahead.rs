//! Short points of a sweep, run side by side before they are asked for: each on one thread, since loading a scenario and
//! writing up its result cannot be shared out. They are begun and handed over in their order.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::{Points, Row, SweepError};
use crate::analysis::point::{Manner, OnPoint};
use crate::error::RunError;
use crate::simulation::driver::threads_of;

/// Points of more trials are run one by one, on all threads: where a sweep is stopped, what it was at is lost.
const SHORT: u64 = 1 << 16;

/// How many points there may be for each thread that were run, or begun, and not handed over.
const A_THREAD: u64 = 2;

/// As much as a main thread has on most systems: checks go as deep as expressions do.
const STACK: usize = 8 << 20;

/// Threads at work on the points of a sweep, in order.
pub(super) struct Ahead {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<()>>,
    /// How many points there are.
    count: u64,
}

/// What the threads share.
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The next point to be begun.
    next: u64,
    /// The end of those that may be begun.
    end: u64,
    /// How many are being run.
    running: u64,
    /// The rows that were not handed over yet.
    done: BTreeMap<u64, Result<Row, SweepError>>,
    /// Whether what is being run is to be given up.
    stopped: bool,
}

impl Ahead {
    /// Begins with a point. None where points are rather run one by one.
    pub(super) fn new(points: &Arc<Points>, first: u64) -> Option<Self> {
        let manner = &points.sweep.manner;
        if manner.trials > SHORT {
            return None;
        }
        let threads = threads_of(manner.threads) as u64;
        if threads < 2 || points.count - first < threads {
            return None;
        }
        let state = State { next: first, end: first, running: 0, done: BTreeMap::new(), stopped: false };
        let desk = Arc::new(Desk { state: Mutex::new(state), changed: Condvar::new() });
        let (count, manner) = (points.count, one_at_a_time(manner, &desk));
        let start = |_| {
            let (points, desk, manner) = (points.clone(), desk.clone(), manner.clone());
            let work = move || desk.work(&|point| points.row(point, &manner));
            Builder::new().stack_size(STACK).spawn(work).ok()
        };
        let threads: Vec<_> = (0..threads).filter_map(start).collect();
        (!threads.is_empty()).then_some(Self { desk, threads, count })
    }

    /// The row of a point, of one behind the other.
    pub(super) fn row(&mut self, point: u64) -> Result<Row, SweepError> {
        let mut state = self.desk.lock();
        state.end = state.end.max(self.count.min(point + A_THREAD * self.threads.len() as u64));
        self.desk.changed.notify_all();
        loop {
            if let Some(row) = state.done.remove(&point) {
                return row;
            }
            if state.stopped && state.running == 0 {
                break;
            }
            state = self.desk.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        self.join();
        Err(RunError::Cancelled.into())
    }

    /// Waits for the threads, and panics where one of them has.
    fn join(&mut self) {
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join()
                && !std::thread::panicking()
            {
                resume_unwind(panic);
            }
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.desk.stop();
        self.join();
    }
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// One thread's share: point after point as they may be begun.
    fn work(&self, run: &dyn Fn(u64) -> Result<Row, SweepError>) {
        while let Some(point) = self.begin() {
            let running = Running(self);
            let row = run(point);
            let mut state = self.lock();
            if row.is_err() {
                // Those before it are still handed over; none behind it.
                state.next = u64::MAX;
            }
            state.done.insert(point, row);
            drop(state);
            drop(running);
        }
    }

    fn begin(&self) -> Option<u64> {
        let mut state = self.lock();
        while !state.stopped && state.next >= state.end {
            if state.next == u64::MAX {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped {
            return None;
        }
        state.running += 1;
        state.next += 1;
        Some(state.next - 1)
    }
}

/// A point that is being run: whoever waits is told of its end, and of a panic too.
struct Running<'a>(&'a Desk);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running -= 1;
        state.stopped |= std::thread::panicking();
        drop(state);
        self.0.changed.notify_all();
    }
}

/// Each point on one thread. The callback is called when it is at no other point's work, and stops all of them.
fn one_at_a_time(manner: &Manner, desk: &Arc<Desk>) -> Manner {
    let (callback, desk) = (manner.on_progress.clone(), desk.clone());
    let turn = Mutex::new(());
    let told: Arc<OnPoint> = Arc::new(move |progress| {
        let flow = match &callback {
            _ if desk.lock().stopped => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
            Some(callback) => {
                let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
                callback(progress)
            }
        };
        if flow.is_break() {
            desk.stop();
        }
        flow
    });
    Manner { threads: 1, on_progress: Some(told), ..manner.clone() }
}
