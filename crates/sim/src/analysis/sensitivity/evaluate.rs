//! Running the points of a design: blocks of 64 evaluations, on threads.
//!
//! A design is laid out in units that are handed out in order and finished whatever happens, so that what is done when a
//! run is stopped has no gap.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::inputs::Input;
use super::targets::Target;
use crate::analysis::out_of_bounds::OutOfBounds;
use crate::engine::{Engine, GivenUniforms, Once, Remembered, bits};
use crate::error::RunError;
use crate::program::Program;
use crate::random::LANES;
use crate::simd::{Job, Kernel, VectorWidth, dispatch};
use crate::simulation::driver::threads_of;
use crate::simulation::{OnProgress, Progress};

/// How a design is cut into units, and each of these into blocks of 64 evaluations.
pub(super) trait Layout: Sync {
    fn units(&self) -> usize;
    /// How many blocks a unit has.
    fn runs(&self) -> usize;
    /// Fills in the uniforms of a block, by draw and lane; gives the block of trial numbers that its chance is taken from,
    /// and the lanes that are used.
    fn fill(&self, unit: usize, run: usize, uniforms: &mut [[f64; LANES]]) -> (u64, u64);
    /// What a block is, as `A`, and which point stands in a lane.
    fn label(&self, unit: usize, run: usize, lane: usize) -> (String, usize);
    /// How many evaluations there are in all.
    fn evaluations(&self) -> u64;
}

/// What a unit came to: by block, then by target.
pub(super) type UnitValues = Vec<Vec<[f64; LANES]>>;

/// What the units of a design came to, in order.
pub(super) struct Evaluated {
    pub(super) units: Vec<UnitValues>,
    pub(super) out_of_bounds: OutOfBounds,
}

/// What is evaluated.
pub(super) struct Bench<'a> {
    pub(super) program: &'a Program,
    pub(super) inputs: &'a [Input],
    pub(super) targets: &'a [Target],
    pub(super) seed: u64,
    pub(super) threads: usize,
    pub(super) on_progress: Option<&'a OnProgress>,
}

/// A block that failed: where it stands, and its lowest lane that did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FailedAt {
    pub(super) unit: usize,
    pub(super) run: usize,
    pub(super) trial: u64,
}

/// Squares of what is larger are infinite, and sums of squares of what is nearly so.
const MOST_SQUARED: f64 = 1e150;

/// Why there are no values.
pub(super) enum Stop {
    Failed(FailedAt),
    Other(RunError),
}

struct State {
    next: usize,
    stopped: bool,
    failed: Option<FailedAt>,
    done: Vec<(usize, UnitValues)>,
    evaluated: u64,
    out_of_bounds: OutOfBounds,
    /// The first outcome of which a value cannot be squared.
    too_large: Option<usize>,
}

impl Bench<'_> {
    /// The names of all draws that are set, in the order of the inputs.
    pub(super) fn streams(&self) -> Vec<&str> {
        self.inputs.iter().flat_map(|input| &input.streams).map(String::as_str).collect()
    }

    /// Evaluates the units in order, all of them unless it is stopped.
    pub(super) fn evaluate(&self, layout: &impl Layout) -> Result<Evaluated, Stop> {
        let state = Mutex::new(State {
            next: 0,
            stopped: false,
            failed: None,
            done: Vec::with_capacity(layout.units()),
            evaluated: 0,
            out_of_bounds: OutOfBounds::default(),
            too_large: None,
        });
        let work = || dispatch(VectorWidth::widest(), Work { bench: self, layout, state: &state });
        let threads = threads_of(self.threads).min(layout.units());
        if threads <= 1 {
            work();
        } else {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| Stop::Other(RunError::Threads(error.to_string())))?;
            pool.broadcast(|_| work());
        }
        let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = state.failed {
            return Err(Stop::Failed(failed));
        }
        if let Some(target) = state.too_large {
            let outcome = self.targets[target].name();
            return Err(Stop::Other(RunError::TooLarge { outcome }));
        }
        if state.done.is_empty() {
            return Err(Stop::Other(RunError::Cancelled));
        }
        let mut done = state.done;
        done.sort_unstable_by_key(|(unit, _)| *unit);
        let units = done.into_iter().map(|(_, values)| values).collect();
        Ok(Evaluated { units, out_of_bounds: state.out_of_bounds })
    }
}

struct Work<'a, L> {
    bench: &'a Bench<'a>,
    layout: &'a L,
    state: &'a Mutex<State>,
}

impl<L: Layout> Work<'_, L> {
    fn next(&self) -> Option<usize> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stopped || state.next >= self.layout.units() {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    fn report(&self, unit: usize, result: Result<(UnitValues, u64), FailedAt>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Err(failed) => {
                state.stopped = true;
                state.failed = Some(state.failed.map_or(failed, |lowest| lowest.min(failed)));
            }
            Ok((values, evaluated)) => {
                state.done.push((unit, values));
                state.evaluated += evaluated;
                let progress =
                    Progress { trials: state.evaluated, total: self.layout.evaluations(), event: None };
                if self.bench.on_progress.is_some_and(|call| call(&progress) == ControlFlow::Break(())) {
                    state.stopped = true;
                }
            }
        }
    }
}

impl<L: Layout> Job for Work<'_, L> {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        let bench = self.bench;
        let mut engine = Engine::new(kernel, bench.program, bench.seed);
        let mut given = GivenUniforms::new(bench.program, bench.streams().into_iter());
        // A point moves few of the inputs of the one before it.
        let remembered = Remembered::default();
        let mut out_of_bounds = OutOfBounds::default();
        let mut too_large: Option<usize> = None;
        while let Some(unit) = self.next() {
            let mut values = Vec::with_capacity(self.layout.runs());
            let mut evaluated = 0;
            let mut one = |run: usize| {
                let (block, live) = self.layout.fill(unit, run, &mut given.uniforms);
                let once = Once { given: Some(&given), ..Once::remembering(&remembered) };
                let record =
                    engine.run_block(block, live, once).map_err(|trial| FailedAt { unit, run, trial })?;
                evaluated += u64::from(live.count_ones());
                out_of_bounds.note(record);
                let read: Vec<[f64; LANES]> =
                    bench.targets.iter().map(|target| target.read(record)).collect();
                let is_large = |lanes: &[f64; LANES]| bits(live).any(|lane| lanes[lane].abs() > MOST_SQUARED);
                let large = read.iter().position(is_large);
                too_large = too_large.into_iter().chain(large).min();
                values.push(read);
                Ok(())
            };
            let done = (0..self.layout.runs()).try_for_each(&mut one);
            self.report(unit, done.map(|()| (values, evaluated)));
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.out_of_bounds.merge(&out_of_bounds);
        state.too_large = state.too_large.into_iter().chain(too_large).min();
    }
}
