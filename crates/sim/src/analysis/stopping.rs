//! When to stop: a question put to a run, which goes on until it is settled.
//!
//! The trials are looked at after fixed numbers of them, always the trials from the first on, and the run ends at the
//! first look that settles the question. So where it ends depends on the scenario, the seed and the question alone, and
//! not on threads. The intervals are [confidence sequences](crate::stats::sequence): their 95% is for all looks together.

mod assess;
mod looks;
mod result;

use std::fmt;

use cordiale_core::Scenario;
use cordiale_core::model::{Model, OutcomeKind};
use serde::{Deserialize, Serialize};

use crate::error::RunError;
use crate::result::LookupError;

pub use assess::assess;
pub(crate) use assess::assess_with;
pub use looks::Looks;
pub use result::{Answer, Followed, Stopping};

/// The least half-width of a probability: beyond it the arithmetic of the sequence has too few digits.
const FINEST: f64 = 1e-6;

/// The nearest to 0 and 1 that a probability can be compared with: nearer ones take billions of trials, and the arithmetic has
/// too few digits.
const RAREST: f64 = 1e-9;
/// How many trials are run at most, unless told.
pub const MOST_TRIALS: u64 = 1_000_000;

/// What a run is to find out before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Every estimate lies within this of both ends of its interval: a half-width, of a probability in (0, 0.5), of a
    /// mean above 0 in its own unit.
    Precision(f64),
    /// Whether the probability is above this, from 1e-9 to 1 - 1e-9.
    Above(f64),
    /// Whether the probability is below this, from 1e-9 to 1 - 1e-9.
    Below(f64),
}

impl Goal {
    /// As results spell it: `precision`, `above` or `below`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Precision(_) => "precision",
            Self::Above(_) => "above",
            Self::Below(_) => "below",
        }
    }

    /// Its number.
    #[must_use]
    pub fn target(self) -> f64 {
        let (Self::Precision(target) | Self::Above(target) | Self::Below(target)) = self;
        target
    }
}

/// A question that ends a run; see [`Simulation::until`](crate::Simulation::until).
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::analysis::stopping::{Answer, Question};
/// use cordiale_sim::Simulation;
///
/// let scenario = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance(0.5).effect("heads += 1"))
///     .event("three", Event::when("heads == 3"))
///     .build()?;
/// let result = Simulation::new(&scenario)?.until(Question::below(0.2)).run()?;
/// let stopping = result.stopping.ok_or("was asked for")?;
/// assert_eq!(stopping.answer, Answer::Yes);
/// assert!(result.run.trials < 10_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    goal: Goal,
    outcomes: Vec<String>,
    max_trials: u64,
    looks: Looks,
}

impl Question {
    fn new(goal: Goal) -> Self {
        Self { goal, outcomes: Vec::new(), max_trials: MOST_TRIALS, looks: Looks::default() }
    }

    /// Until every event outcome is known within `half_width` to either side, at 95%: a probability in (0, 0.5). Of a
    /// value outcome that is [named](Self::outcome) it is the mean, and `half_width` in its unit, above 0.
    #[must_use]
    pub fn precision(half_width: f64) -> Self {
        Self::new(Goal::Precision(half_width))
    }

    /// Until it is settled whether an event outcome's probability is above `threshold`, in (0, 1).
    #[must_use]
    pub fn above(threshold: f64) -> Self {
        Self::new(Goal::Above(threshold))
    }

    /// Until it is settled whether an event outcome's probability is below `threshold`, in (0, 1).
    #[must_use]
    pub fn below(threshold: f64) -> Self {
        Self::new(Goal::Below(threshold))
    }

    /// Asks of this outcome; with a precision it may be repeated. Without it all event outcomes are asked for.
    #[must_use]
    pub fn outcome(mut self, name: &str) -> Self {
        self.outcomes.push(name.to_owned());
        self
    }

    /// How many trials to run at most, 1 or more; [`MOST_TRIALS`] unless told.
    #[must_use]
    pub fn max_trials(mut self, trials: u64) -> Self {
        self.max_trials = trials;
        self
    }

    /// Looks after `trials` trials, 1 or more, and then whenever they have doubled, in place of after 1,024 and then
    /// after every 1,024 or sixteenth more.
    #[must_use]
    pub fn first_look(mut self, trials: u64) -> Self {
        self.looks = Looks::doubling(trials);
        self
    }

    /// What is to be found out.
    #[must_use]
    pub fn goal(&self) -> Goal {
        self.goal
    }

    /// How many trials to run at most.
    #[must_use]
    pub fn most_trials(&self) -> u64 {
        self.max_trials
    }

    /// After how many trials the next look is, where `trials` are done; none where there is none any more.
    #[must_use]
    pub fn next_look(&self, trials: u64) -> Option<u64> {
        self.looks.after(trials, self.max_trials)
    }

    /// Whether there is a look after this many trials.
    #[must_use]
    pub fn is_look(&self, trials: u64) -> bool {
        self.looks.is_at(trials, self.max_trials)
    }

    /// Whether it can be asked of a scenario.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn check(&self, scenario: &impl AsRef<Scenario>) -> Result<(), RunError> {
        self.resolve(scenario.as_ref().model()).map(|_| ())
    }

    /// The outcomes that are asked for, with what is wrong with the question.
    pub(crate) fn resolve(&self, model: &Model) -> Result<Vec<Asked>, RunError> {
        let wrong = |message: String| Err(RunError::Question(message));
        let target = self.goal.target();
        if self.max_trials == 0 || self.looks.first() == Some(0) {
            return Err(RunError::NoTrials);
        }
        let asked = if self.outcomes.is_empty() { all_events(model) } else { self.named(model)? };
        if asked.is_empty() {
            return wrong(nothing_to_ask(model));
        }
        let is_value =
            |asked: &Asked| matches!(model.outcomes[asked.outcome].kind, OutcomeKind::Value { .. });
        let only_values = asked.iter().all(is_value);
        match self.goal {
            Goal::Precision(_) if !(target > 0.0 && target.is_finite()) => {
                wrong(format!("precision {target}: the half-width of an interval is above 0, as in 0.005"))
            }
            Goal::Precision(_) if !only_values && target >= 0.5 => wrong(format!(
                "precision {target}: the half-width of a probability's interval is below 0.5; half a percentage point is 0.005"
            )),
            Goal::Precision(_) if !only_values && target < FINEST => wrong(format!(
                "precision {target}: a half-width below {FINEST} would take more than 10^11 trials; half a percentage point is 0.005"
            )),
            Goal::Precision(_) => Ok(asked),
            _ if (target > 0.0 && target < RAREST) || (target < 1.0 && 1.0 - target < RAREST) => {
                wrong(format!(
                    "{} {target}: a probability within {RAREST} of 0 or 1 is beyond what trials can tell; name one further from there",
                    self.goal.name()
                ))
            }
            _ if !(target > 0.0 && target < 1.0) => wrong(format!(
                "{} {target}: a probability to be compared with is between 0 and 1; 50% is 0.5",
                self.goal.name()
            )),
            _ => match asked.as_slice() {
                [one] if !is_value(one) => Ok(asked),
                [one] => wrong(format!(
                    "outcome `{}` is a value, and {} asks for the probability of an event; make it an event with the condition in its `when`",
                    model.outcomes[one.outcome].name,
                    self.goal.name()
                )),
                _ => {
                    let names: Vec<&str> =
                        asked.iter().map(|a| model.outcomes[a.outcome].name.as_str()).collect();
                    wrong(format!(
                        "{} asks of one event outcome; name it, one of: {}",
                        self.goal.name(),
                        names.join(", ")
                    ))
                }
            },
        }
    }

    fn named(&self, model: &Model) -> Result<Vec<Asked>, RunError> {
        let mut asked: Vec<Asked> = Vec::new();
        for name in &self.outcomes {
            let Some(id) = model.outcome(name) else {
                let known = model.outcomes.iter().map(|outcome| outcome.name.as_str());
                return Err(RunError::Question(LookupError::unknown(name, "outcome", known).to_string()));
            };
            if matches!(model.outcomes[id.index()].kind, OutcomeKind::Levels { .. }) {
                return Err(RunError::Question(format!(
                    "outcome `{name}` has levels; ask of an event or a value, which may have the condition of one level"
                )));
            }
            if asked.iter().all(|other| other.outcome != id.index()) {
                asked.push(Asked::new(model, id.index()));
            }
        }
        Ok(asked)
    }
}

fn nothing_to_ask(model: &Model) -> String {
    let values = model.outcomes.iter().filter(|o| matches!(o.kind, OutcomeKind::Value { .. }));
    let names: Vec<&str> = values.map(|outcome| outcome.name.as_str()).collect();
    if names.is_empty() {
        return "the scenario has no event outcome to ask of; add one under [outcomes]".to_owned();
    }
    format!("the scenario has no event outcome; name the value whose mean is asked for: {}", names.join(", "))
}

fn all_events(model: &Model) -> Vec<Asked> {
    let events =
        model.outcomes.iter().enumerate().filter(|(_, o)| matches!(o.kind, OutcomeKind::Event { .. }));
    events.map(|(outcome, _)| Asked::new(model, outcome)).collect()
}

/// An outcome that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Its place.
    outcome: usize,
    /// Its deadline \[observation\].
    by: u32,
}

impl Asked {
    fn new(model: &Model, outcome: usize) -> Self {
        Self { outcome, by: model.outcomes[outcome].deadline_step(&model.calendar) }
    }
}

/// As on the command line: `--above 0.5 --outcome treaty`.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{} {}", self.goal.name(), self.goal.target())?;
        for outcome in &self.outcomes {
            write!(f, " --outcome {outcome}")?;
        }
        match self.looks.first() {
            Some(first) => write!(f, " --first-look {first}"),
            None => Ok(()),
        }
    }
}
