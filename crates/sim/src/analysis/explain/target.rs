//! The event that is explained: an event outcome, standing in a level, or a value beyond a threshold.

use cordiale_core::model::{Model, Outcome, OutcomeId, OutcomeKind};

use crate::engine::{BlockRecord, NO_STEP, OutcomeColumns};
use crate::error::RunError;
use crate::lower::lower;
use crate::program::Program;
use crate::random::LANES;
use crate::result::LookupError;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    pub(super) outcome: Option<String>,
    pub(super) level: Option<String>,
    pub(super) above: Option<f64>,
    pub(super) below: Option<f64>,
}

/// The event.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The outcome's place in the scenario.
    pub(super) place: usize,
    pub(super) form: Form,
    /// Its deadline \[observation\].
    pub(super) by: u32,
    /// For how many steps an event must have held.
    pub(super) lag: u64,
    /// The event that it is conditional on: its place in the scenario and its deadline.
    pub(super) given: Option<(usize, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    Event,
    Level(usize),
    Above(f64),
    Below(f64),
}

/// Where a [stripped](strip) model has the outcome, and the event that it is conditional on.
const OUTCOME: usize = 0;
const GIVEN: usize = 1;

impl Target {
    pub(super) fn new(model: &Model, question: &Question) -> Result<Self, RunError> {
        let place = place(model, question)?;
        let outcome = &model.outcomes[place];
        let form = form(outcome, question)?;
        let lag = match outcome.kind {
            OutcomeKind::Event { sustained, .. } => sustained,
            _ => 0,
        };
        let by = |outcome: &Outcome| outcome.deadline_step(&model.calendar);
        let given = outcome.given.map(|given| (given.index(), by(&model.outcomes[given.index()])));
        Ok(Self { place, form, by: by(outcome), lag, given })
    }

    /// The lanes that count, of a stripped model.
    pub(super) fn counts(&self, block: &BlockRecord) -> u64 {
        self.given.map_or(block.live, |(_, by)| block.reached(GIVEN, by))
    }

    /// When each lane got there, by the deadline; or [`NO_STEP`].
    pub(super) fn times(&self, block: &BlockRecord) -> [u32; LANES] {
        let by = self.by as usize;
        let at_end = |yes: bool| if yes { self.by } else { NO_STEP };
        match (self.form, &block.outcomes[OUTCOME]) {
            (Form::Event, OutcomeColumns::Event { first, .. }) => {
                first.map(|step| if step <= self.by { step } else { NO_STEP })
            }
            (Form::Level(level), OutcomeColumns::Levels(levels)) => {
                let holds = levels[level][by];
                std::array::from_fn(|lane| at_end(holds >> lane & 1 == 1))
            }
            (Form::Above(limit), OutcomeColumns::Value(values)) => values[by].map(|x| at_end(x > limit)),
            (Form::Below(limit), OutcomeColumns::Value(values)) => values[by].map(|x| at_end(x < limit)),
            // Never so: the form follows from the outcome.
            _ => [NO_STEP; LANES],
        }
    }

    /// The lanes that count and got there, as a mask.
    pub(super) fn reached(&self, block: &BlockRecord) -> u64 {
        let mut mask = 0;
        for (lane, &step) in self.times(block).iter().enumerate() {
            mask |= u64::from(step != NO_STEP) << lane;
        }
        mask & self.counts(block)
    }

    /// The model with the outcome and its condition alone, so that a run does no more than it must.
    pub(super) fn strip(&self, model: &Model) -> Model {
        let mut model = model.clone();
        let kept = std::iter::once(self.place).chain(self.given.map(|(given, _)| given));
        model.outcomes = kept.map(|place| model.outcomes[place].clone()).collect();
        // The condition is known by its place here.
        model.outcomes.iter_mut().for_each(|outcome| outcome.given = None);
        model
    }

    /// A stripped model as a program that ends with the last deadline: what comes after decides nothing.
    pub(super) fn lower(&self, stripped: &Model) -> Program {
        let mut program = lower(stripped);
        program.steps = self.given.map_or(self.by, |(_, by)| self.by.max(by));
        program
    }

    /// How many outcomes a stripped model has.
    pub(super) fn outcomes(&self) -> usize {
        1 + usize::from(self.given.is_some())
    }
}

fn place(model: &Model, question: &Question) -> Result<usize, RunError> {
    let names = || model.outcomes.iter().map(|outcome| outcome.name.as_str());
    match (&question.outcome, model.outcomes.len()) {
        (Some(name), _) => model
            .outcome(name)
            .map(OutcomeId::index)
            .ok_or_else(|| RunError::Explanation(LookupError::unknown(name, "outcome", names()).to_string())),
        (None, 1) => Ok(0),
        (None, 0) => {
            wrong("the scenario has no [outcomes], so there is nothing to explain; write one".to_owned())
        }
        (None, _) => wrong(format!(
            "say which outcome to explain: --outcome NAME; there are: {}",
            names().collect::<Vec<_>>().join(", ")
        )),
    }
}

fn form(outcome: &Outcome, question: &Question) -> Result<Form, RunError> {
    let name = &outcome.name;
    let Question { level, above, below, .. } = question;
    match (&outcome.kind, level, above, below) {
        (OutcomeKind::Event { .. }, None, None, None) => Ok(Form::Event),
        (OutcomeKind::Event { .. }, ..) => {
            wrong(format!("`{name}` is an event: leave --level, --above and --below out"))
        }
        (OutcomeKind::Levels { levels }, Some(level), None, None) => {
            let found = levels.iter().position(|l| l.name == *level);
            found.map(Form::Level).ok_or_else(|| {
                let names = levels.iter().map(|l| l.name.as_str());
                RunError::Explanation(LookupError::unknown(level, "level", names).to_string())
            })
        }
        (OutcomeKind::Levels { levels }, ..) => {
            let names: Vec<&str> = levels.iter().map(|l| l.name.as_str()).collect();
            wrong(format!(
                "`{name}` has levels; say which to explain: --level NAME, one of {}",
                names.join(", ")
            ))
        }
        (OutcomeKind::Value { .. }, None, Some(limit), None) => finite(*limit).map(Form::Above),
        (OutcomeKind::Value { .. }, None, None, Some(limit)) => finite(*limit).map(Form::Below),
        (OutcomeKind::Value { .. }, None, Some(_), Some(_)) => {
            wrong(format!("`{name}` counts above a limit or below one; leave --above or --below out"))
        }
        (OutcomeKind::Value { .. }, ..) => {
            wrong(format!("`{name}` is a value; say from where on it counts: --above X or --below X"))
        }
    }
}

fn finite(limit: f64) -> Result<f64, RunError> {
    if limit.is_finite() { Ok(limit) } else { wrong(format!("nothing lies beyond {limit}; name a number")) }
}

fn wrong<T>(message: String) -> Result<T, RunError> {
    Err(RunError::Explanation(message))
}
