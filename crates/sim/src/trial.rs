//! One trial, a step at a time, for whoever wants to watch.
//!
//! ```
//! use cordiale_core::builder::{Rule, ScenarioBuilder};
//! use cordiale_sim::Trial;
//!
//! let scenario = ScenarioBuilder::new("count", "2024-01-01", "month", 3)
//!     .variable("x", 0.0)
//!     .rule("tick", Rule::new().effect("x += 1"))
//!     .build()?;
//! let mut trial = Trial::new(&scenario, 7, 0)?;
//! while let Some(report) = trial.step()? {
//!     assert_eq!(report.fired[0].rule, "tick");
//! }
//! assert_eq!(trial.value("x"), Some(3.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use cordiale_core::Scenario;
use cordiale_core::calendar::Date;
use cordiale_core::model::Rule;

use crate::error::RunError;
use crate::record::{Clamps, Track};
use crate::reference::{Evaluation, InTrial, Observer, StepLog, Streams, TrialNumber, Walk, clamp};
use crate::simulation::check_trials;
use crate::tally;

/// A trial at the start of a step.
#[derive(Clone, Debug)]
pub struct Trial<'s> {
    streams: Streams,
    walk: Walk<'s>,
    observer: Observer,
    /// What stopped it.
    stopped: Option<RunError>,
}

/// What happened in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// The step, from 0.
    pub step: u32,
    /// When it starts.
    pub date: Date,
    /// The rules that fired, in the order of their names.
    pub fired: Vec<FiredRule>,
    /// The state values that are not what they were, or not what they would be without effects, in the order of their names.
    pub changes: Vec<Change>,
}

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FiredRule {
    /// Its full name, as `sco_deal[KAZ]`.
    pub rule: String,
    /// The branch that was taken, if any.
    pub branch: Option<String>,
    /// Whether a variant forced it.
    pub forced: bool,
}

/// A state value that changed in a step.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Change {
    /// Its full name.
    pub name: String,
    /// Before the step.
    pub before: f64,
    /// After its decay, its drift and the clamp, had no effect reached it.
    pub drifted: f64,
    /// After the step.
    pub after: f64,
    /// Whether effects moved it, beside its decay, its drift and the clamp.
    #[serde(skip)]
    pub by_effects: bool,
}

impl<'s> Trial<'s> {
    /// Begins a trial: parameters and starts are drawn, and the outcomes looked at once.
    ///
    /// # Errors
    /// What stops the trial at its start, with the place; and a number that no run reaches, from 2^62 on.
    pub fn new(
        scenario: &'s impl AsRef<Scenario>,
        seed: u64,
        number: impl Into<TrialNumber>,
    ) -> Result<Self, RunError> {
        let scenario = scenario.as_ref();
        let number = number.into();
        check_trials(number.outer.max(number.inner), 1)?;
        let streams = Streams::new(scenario.model(), seed);
        let walk = Walk::new(scenario, &streams, number)?;
        let mut observer = Observer::new(scenario.model());
        observer.observe(&walk, &streams)?;
        Ok(Self { streams, walk, observer, stopped: None })
    }

    /// Goes one step on; nothing at the end of the horizon.
    ///
    /// # Errors
    /// What stops the trial in this step, with the place; from then on the same each time.
    pub fn step(&mut self) -> Result<Option<StepReport>, RunError> {
        if let Some(error) = &self.stopped {
            return Err(error.clone());
        }
        let (step, date) = self.now();
        if step == self.walk.model.calendar.steps() {
            return Ok(None);
        }
        let log = self.walk.advance(&self.streams);
        let log = log.and_then(|log| self.observer.observe(&self.walk, &self.streams).map(|()| log));
        self.stopped = log.as_ref().err().cloned();
        let log = log?;
        Ok(Some(StepReport { step, date, fired: self.fired(&log), changes: self.changes(&log) }))
    }

    fn situation(&self) -> InTrial<'_> {
        InTrial { walk: &self.walk, streams: &self.streams }
    }

    fn fired(&self, log: &StepLog) -> Vec<FiredRule> {
        let named = |firing: &crate::reference::Firing| {
            let instance = &self.walk.model.instances[firing.instance];
            let branch = firing.branch.map(|branch| instance.branches[branch].name.clone());
            FiredRule { rule: instance.name.clone(), branch, forced: firing.forced }
        };
        log.fired.iter().map(named).collect()
    }

    fn changes(&self, log: &StepLog) -> Vec<Change> {
        let differ = |a: f64, b: f64| a.to_bits() != b.to_bits();
        let values = self.walk.model.slots.iter().enumerate().map(|(place, slot)| {
            let (before, after) = (log.before[place], self.walk.state[place]);
            let drifted = clamp(log.drifted[place], slot.range);
            let by_effects = log.reached[place] && differ(drifted, after);
            Change { name: slot.name.clone(), before, drifted, after, by_effects }
        });
        values.filter(|change| change.by_effects || differ(change.before, change.after)).collect()
    }

    /// The step that comes next, from 0 to the number of steps, and when it starts.
    #[must_use]
    pub fn now(&self) -> (u32, Date) {
        (self.walk.step, self.walk.model.calendar.date_of(self.walk.step))
    }

    /// What was out of bounds up to now, by rule, as the warnings of a run tell it.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let Walk { model, records, .. } = &self.walk;
        let of_rule = |rule: &Rule| {
            let (mut clamped, mut fast_hazard) = (Clamps::default(), Clamps::default());
            for record in rule.instances.iter().map(|id| &records[id.index()]) {
                clamped.merge(record.clamped);
                fast_hazard.merge(record.fast_hazard);
            }
            tally::out_of_bounds(model, &rule.name, clamped.into(), fast_hazard.into(), tally::times)
        };
        model.rules.iter().flat_map(of_rule).collect()
    }

    /// The value of a tie, attribute, variable, parameter or index that is a number, by its full name. Nothing where the model
    /// holds no such name (of attributes, ties and indices of actors it holds those that are declared, or that something reads),
    /// or where the index has no value just now.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        let model = self.walk.model;
        if let Some(slot) = model.slot(name) {
            return Some(self.walk.state[slot.index()]);
        }
        if let Some(place) = model.parameters.iter().position(|p| p.name == name) {
            return Some(self.walk.parameters[place]);
        }
        let index = model.indices.iter().find(|index| index.name == name && !index.is_condition)?;
        Evaluation::now(&self.situation()).number(index.value).ok()
    }

    /// Whether an index that is a condition holds, by its full name. Nothing where there is no such name.
    #[must_use]
    pub fn condition(&self, name: &str) -> Option<bool> {
        let index = self.walk.model.indices.iter().find(|index| index.name == name && index.is_condition)?;
        Evaluation::now(&self.situation()).condition(index.value).ok()
    }

    /// What was seen of an outcome so far, one observation a step from 0 to [`Trial::now`]. Nothing where there is no such
    /// outcome.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<&Track> {
        let outcome = self.walk.model.outcome(name)?;
        self.observer.tracks.get(outcome.index())
    }
}
