//! One trial told from its beginning to its end: what fired, what that changed, which outcome was met.

use cordiale_core::calendar::Date;
use cordiale_core::model::OutcomeKind;
use cordiale_core::{Model, Scenario};
use serde::Serialize;

use crate::error::RunError;
use crate::record::Track;
use crate::result::{RunInfo, ScenarioInfo, VALUE_STABILITY, as_text};
use crate::trial::{Change, FiredRule, Trial};

/// The format of [`Chronicle`] as JSON.
pub const FORMAT: &str = "cordiale.trace/1";

/// A trial as a dated chronicle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chronicle {
    /// `cordiale.trace/1`.
    pub format: &'static str,
    /// The seed.
    pub seed: u64,
    /// The trial.
    pub trial: u64,
    /// The parameters of this trial, by name.
    pub parameters: Vec<NamedValue>,
    /// The starts that were drawn or follow from a parameter, by full name.
    pub starts: Vec<NamedValue>,
    /// The steps in which something fired or an outcome turned, in order.
    pub entries: Vec<Entry>,
    /// Every outcome at its deadline, in the order of the file.
    pub outcomes: Vec<Ending>,
    /// What is suspect in the file, and what was out of bounds in this trial.
    pub warnings: Vec<String>,
}

/// A chronicle, and what it is a trial of.
#[derive(Serialize)]
struct Told<'a> {
    format: &'static str,
    version: &'static str,
    value_stability: u32,
    scenario: ScenarioInfo,
    run: RunInfo,
    seed: u64,
    trial: u64,
    parameters: &'a [NamedValue],
    starts: &'a [NamedValue],
    entries: &'a [Entry],
    outcomes: &'a [Ending],
    warnings: &'a [String],
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedValue {
    /// The name.
    pub name: String,
    /// The value.
    pub value: f64,
}

/// What happened in a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The step, from 0.
    pub step: u32,
    /// When it starts.
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    /// What fired.
    pub fired: Vec<FiredRule>,
    /// What the effects changed; what only decayed or drifted is left out.
    pub changes: Vec<Change>,
    /// What the outcomes show at the observation of this step's start; without those whose `given` the trial never reaches.
    pub turns: Vec<Turn>,
}

/// An outcome that turned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turn {
    /// The outcome.
    pub outcome: String,
    /// What it came to.
    pub to: TurnedTo,
}

/// What an outcome came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnedTo {
    /// The event is reached for the first time.
    Reached,
    /// The event holds for the first time, after its deadline: it does not count as reached.
    Late,
    /// The event holds again.
    Holds,
    /// The event holds no more.
    Ends,
    /// The level is another.
    Level(String),
}

/// An outcome at its deadline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ending {
    /// The outcome.
    pub outcome: String,
    /// What came of it.
    pub result: EndState,
    /// Whether its `given` was reached; nothing where it has none.
    pub given_reached: Option<bool>,
}

/// What came of an outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndState {
    /// The event was reached, first at this step, by its deadline.
    Reached {
        /// The observation.
        step: u32,
        /// Its date.
        #[serde(serialize_with = "as_text")]
        date: Date,
    },
    /// The event was not reached by its deadline.
    NotReached,
    /// The value.
    Value(f64),
    /// The level.
    Level(String),
}

impl Chronicle {
    /// One line of JSON, without a line break at its end: the chronicle, with the scenario that it is a trial of and what was set
    /// there.
    #[must_use]
    pub fn to_json(&self, scenario: &impl AsRef<Scenario>) -> String {
        let scenario = scenario.as_ref();
        let Self { format, seed, trial, parameters, starts, entries, outcomes, warnings } = self;
        let told = Told {
            format,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(scenario),
            run: RunInfo::of(scenario, *seed, 1, *trial),
            seed: *seed,
            trial: *trial,
            parameters,
            starts,
            entries,
            outcomes,
            warnings,
        };
        // Names are strings and numbers finite, so there is nothing that JSON cannot hold.
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// Runs a trial and tells it.
    ///
    /// # Errors
    /// What stops the trial, with the place.
    pub fn tell(scenario: &impl AsRef<Scenario>, seed: u64, number: u64) -> Result<Self, RunError> {
        match Self::tell_while_it_lasts(scenario, seed, number)? {
            (chronicle, None) => Ok(chronicle),
            (_, Some(error)) => Err(error),
        }
    }

    /// The same, up to the step in which the trial is stopped and by what, if it is. What is told then ends before that step
    /// and has no outcomes.
    ///
    /// # Errors
    /// What stops the trial at its start, with the place.
    pub fn tell_while_it_lasts(
        scenario: &impl AsRef<Scenario>,
        seed: u64,
        number: u64,
    ) -> Result<(Self, Option<RunError>), RunError> {
        let scenario = scenario.as_ref();
        let model = scenario.model();
        let mut trial = Trial::new(scenario, seed, number)?;
        let value = |trial: &Trial<'_>, name: &str| NamedValue {
            name: name.to_owned(),
            value: trial.value(name).unwrap_or(f64::NAN),
        };
        let parameters = model.parameters.iter().map(|p| value(&trial, &p.name)).collect();
        let drawn = model.slots.iter().filter(|slot| !model.exprs.is_fixed(slot.start));
        let starts = drawn.map(|slot| value(&trial, &slot.name)).collect();
        let mut entries: Vec<Entry> = Vec::new();
        let mut open = Entry {
            step: 0,
            date: model.calendar.start(),
            fired: Vec::new(),
            changes: Vec::new(),
            turns: turns(model, &trial),
        };
        let stopped = loop {
            let report = match trial.step() {
                Ok(Some(report)) => report,
                Ok(None) => break None,
                Err(error) => break Some(error),
            };
            open.fired = report.fired;
            open.changes = report.changes.into_iter().filter(|change| change.by_effects).collect();
            let (step, date) = trial.now();
            let next =
                Entry { step, date, fired: Vec::new(), changes: Vec::new(), turns: turns(model, &trial) };
            let done = std::mem::replace(&mut open, next);
            if !done.fired.is_empty() || !done.turns.is_empty() {
                entries.push(done);
            }
        };
        if !open.turns.is_empty() {
            entries.push(open);
        }
        let outcomes = if stopped.is_none() { endings(model, &trial) } else { Vec::new() };
        leave_out(&mut entries, &outcomes);
        let warnings = scenario.warnings().messages().into_iter().chain(trial.warnings()).collect();
        let told =
            Self { format: FORMAT, seed, trial: number, parameters, starts, entries, outcomes, warnings };
        Ok((told, stopped))
    }
}

/// What turned at the latest observation.
fn turns(model: &Model, trial: &Trial<'_>) -> Vec<Turn> {
    let mut turns = Vec::new();
    for outcome in &model.outcomes {
        let to = match (trial.outcome(&outcome.name), &outcome.kind) {
            (Some(Track::Event { reached, holding }), _) => {
                let before = holding.len().checked_sub(2).is_some_and(|place| holding[place]);
                let now = holding.last().copied().unwrap_or(false);
                match (before, now) {
                    (false, true) if *reached == Some(trial.now().0) => {
                        let in_time = trial.now().0 <= outcome.deadline_step(&model.calendar);
                        if in_time { TurnedTo::Reached } else { TurnedTo::Late }
                    }
                    (false, true) => TurnedTo::Holds,
                    (true, false) => TurnedTo::Ends,
                    _ => continue,
                }
            }
            (Some(Track::Levels(seen)), OutcomeKind::Levels { levels }) => {
                let before = seen.len().checked_sub(2).map(|place| seen[place]);
                match seen.last() {
                    Some(now) if before != Some(*now) => {
                        TurnedTo::Level(levels[usize::from(*now)].name.clone())
                    }
                    _ => continue,
                }
            }
            _ => continue,
        };
        turns.push(Turn { outcome: outcome.name.clone(), to });
    }
    turns
}

/// Leaves out the turns of outcomes whose `given` was never reached: they do not count in this trial.
fn leave_out(entries: &mut Vec<Entry>, outcomes: &[Ending]) {
    let idle =
        |turn: &Turn| outcomes.iter().any(|o| o.outcome == turn.outcome && o.given_reached == Some(false));
    entries.iter_mut().for_each(|entry| entry.turns.retain(|turn| !idle(turn)));
    entries.retain(|entry| !entry.fired.is_empty() || !entry.turns.is_empty());
}

fn endings(model: &Model, trial: &Trial<'_>) -> Vec<Ending> {
    let calendar = &model.calendar;
    let reached = |place: usize| match trial.outcome(&model.outcomes[place].name) {
        Some(Track::Event { reached, .. }) => {
            reached.filter(|step| *step <= model.outcomes[place].deadline_step(calendar))
        }
        _ => None,
    };
    let ending = |(place, outcome): (usize, &cordiale_core::model::Outcome)| {
        let deadline = outcome.deadline_step(calendar) as usize;
        let result = match (trial.outcome(&outcome.name), &outcome.kind) {
            (Some(Track::Value(values)), _) => {
                EndState::Value(values.get(deadline).copied().unwrap_or(f64::NAN))
            }
            (Some(Track::Levels(seen)), OutcomeKind::Levels { levels }) => {
                let level = seen.get(deadline).map_or(0, |level| usize::from(*level));
                EndState::Level(levels[level].name.clone())
            }
            _ => match reached(place) {
                Some(step) => EndState::Reached { step, date: calendar.date_of(step) },
                None => EndState::NotReached,
            },
        };
        let given_reached = outcome.given.map(|given| reached(given.index()).is_some());
        Ending { outcome: outcome.name.clone(), result, given_reached }
    };
    model.outcomes.iter().enumerate().map(ending).collect()
}
