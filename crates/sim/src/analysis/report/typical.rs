//! Which trial stands for others: of the first trials of a kind, the one in their middle.
//!
//! A trial is described by when each rule first fired, when each event was first reached and where each value ended.
//! The middle is the trial whose description lies nearest to the mean of its kind, each figure in units of its standard
//! deviation. It is a trial that happened, not an average of trials, which would have happened in none.

use cordiale_core::model::{Model, OutcomeKind};

use super::Reporting;
use crate::engine::{BlockRecord, Engine, NO_STEP, Once, OutcomeColumns};
use crate::error::RunError;
use crate::lower::lower;
use crate::random::LANES;
use crate::simd::{Job, Kernel, VectorWidth, dispatch};
use crate::simulation::driver;

/// Trials of a kind among which the middle is looked for.
const ENOUGH: usize = 256;

/// What tells two kinds of trial apart. Trials in which a `given` event was not reached are of no kind.
pub(super) enum Kinds {
    /// Whether an event was reached by its deadline.
    Event { outcome: usize },
    /// Whether a value ended at least as high as `high`, or at most as high as `low`.
    Value { outcome: usize, low: f64, high: f64 },
    /// Which of two levels held at the end.
    Levels { outcome: usize, levels: Vec<(usize, String)> },
}

/// Trials by kind.
pub(super) struct Sample {
    /// How many trials were looked through.
    pub(super) searched: u64,
    /// Of each kind the first trials, with their descriptions.
    pub(super) groups: [Vec<Described>; 2],
}

/// A trial by its number, and its description.
pub(super) struct Described {
    number: u64,
    figures: Vec<f64>,
}

impl Kinds {
    /// As a report names them.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Event { .. } => vec!["reached".to_owned(), "not reached".to_owned()],
            Self::Value { .. } => vec!["high".to_owned(), "low".to_owned()],
            Self::Levels { levels, .. } => levels.iter().map(|(_, name)| name.clone()).collect(),
        }
    }

    fn outcome(&self) -> usize {
        match self {
            Self::Event { outcome } | Self::Value { outcome, .. } | Self::Levels { outcome, .. } => *outcome,
        }
    }

    /// The lanes of each kind.
    fn lanes(&self, model: &Model, block: &BlockRecord) -> [u64; 2] {
        let place = self.outcome();
        let outcome = &model.outcomes[place];
        let by = outcome.deadline_step(&model.calendar);
        let counts = outcome.given.map_or(block.live, |given| {
            let by = model.outcomes[given.index()].deadline_step(&model.calendar);
            block.reached(given.index(), by)
        });
        let of_kind = match (self, &block.outcomes[place]) {
            (Self::Value { low, high, .. }, OutcomeColumns::Value(values)) => {
                let Some(at_end) = values.get(by as usize) else { return [0; 2] };
                let is_high = lanes_where(|lane| at_end[lane] >= *high);
                [is_high, lanes_where(|lane| at_end[lane] <= *low) & !is_high]
            }
            (Self::Levels { levels, .. }, OutcomeColumns::Levels(holding)) => {
                let of = |kind: usize| {
                    let level = levels.get(kind).and_then(|(level, _)| holding.get(*level));
                    level.and_then(|steps| steps.get(by as usize)).copied().unwrap_or(0)
                };
                [of(0), of(1)]
            }
            _ => {
                let reached = block.reached(place, by);
                [reached, !reached]
            }
        };
        of_kind.map(|lanes| lanes & counts)
    }
}

fn lanes_where(holds: impl Fn(usize) -> bool) -> u64 {
    (0..LANES).fold(0, |mask, lane| mask | (u64::from(holds(lane)) << lane))
}

/// Goes through trials from 0 on until there are enough of each kind, or no more.
pub(super) fn look_through(reporting: &Reporting, kinds: &Kinds) -> Result<Sample, RunError> {
    dispatch(VectorWidth::widest(), Search { reporting, kinds })
}

struct Search<'a> {
    reporting: &'a Reporting,
    kinds: &'a Kinds,
}

impl Job for Search<'_> {
    type Output = Result<Sample, RunError>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Reporting { scenario, seed, trials, .. } = self.reporting;
        let model = scenario.model();
        let program = lower(model);
        let mut engine = Engine::new(kernel, &program, *seed);
        let mut sample = Sample { searched: 0, groups: [Vec::new(), Vec::new()] };
        let wanted = self.kinds.names().len().min(2);
        for block in 0..trials.div_ceil(LANES as u64) {
            let left = trials - block * LANES as u64;
            let live = if left < LANES as u64 { (1 << left) - 1 } else { u64::MAX };
            let record = engine
                .run_block(block, live, Once::default())
                .map_err(|trial| driver::error_of(scenario, *seed, trial))?;
            sample.searched += u64::from(live.count_ones());
            sample.add(model, record, self.kinds.lanes(model, record));
            if sample.groups.iter().take(wanted).all(|group| group.len() >= ENOUGH) {
                break;
            }
        }
        Ok(sample)
    }
}

impl Sample {
    fn add(&mut self, model: &Model, block: &BlockRecord, kinds: [u64; 2]) {
        for (group, lanes) in self.groups.iter_mut().zip(kinds) {
            for lane in (0..LANES).filter(|lane| lanes >> lane & 1 == 1) {
                if group.len() < ENOUGH {
                    let number = block.first_trial + lane as u64;
                    group.push(Described { number, figures: describe(model, block, lane) });
                }
            }
        }
    }

    /// The number of the trial in the middle; between equals the lowest.
    pub(super) fn middle(group: &[Described]) -> Option<u64> {
        let figures = group.first()?.figures.len();
        let n = group.len() as f64;
        let mut distances = vec![0.0; group.len()];
        for figure in 0..figures {
            let mean = group.iter().map(|trial| trial.figures[figure]).sum::<f64>() / n;
            let variance = group.iter().map(|trial| (trial.figures[figure] - mean).powi(2)).sum::<f64>() / n;
            if variance > 0.0 {
                for (distance, trial) in distances.iter_mut().zip(group) {
                    *distance += (trial.figures[figure] - mean).powi(2) / variance;
                }
            }
        }
        let nearest = group.iter().zip(distances).min_by(|(_, a), (_, b)| a.total_cmp(b));
        nearest.map(|(trial, _)| trial.number)
    }
}

/// A trial in figures; what never came, came after the last step.
fn describe(model: &Model, block: &BlockRecord, lane: usize) -> Vec<f64> {
    let after = f64::from(model.calendar.steps()) + 1.0;
    let mut figures = Vec::with_capacity(block.clamps.len() + block.outcomes.len());
    figures.resize(block.clamps.len(), after);
    for first in block.firings.firsts().iter().filter(|first| first.lanes >> lane & 1 == 1) {
        figures[first.entry as usize] = f64::from(first.step);
    }
    for (outcome, columns) in model.outcomes.iter().zip(&block.outcomes) {
        match (columns, &outcome.kind) {
            (OutcomeColumns::Event { first, .. }, _) => {
                let first = first[lane];
                figures.push(if first == NO_STEP { after } else { f64::from(first) });
            }
            (OutcomeColumns::Value(values), OutcomeKind::Value { .. }) => {
                let by = outcome.deadline_step(&model.calendar) as usize;
                figures.push(values.get(by).map_or(0.0, |values| values[lane]));
            }
            // Levels are events and values told again.
            _ => {}
        }
    }
    figures
}
