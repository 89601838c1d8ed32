//! The exact answer, by forward propagation over the states that can be reached.
//!
//! For models whose parameters and starts are fixed or discrete, and whose state takes finitely many values. Every state
//! is carried with its probability through the steps, so there are no trials and no interval: the result is right up to
//! rounding. What the outcomes do not depend on is left out.

mod agreement;
mod answer;
mod chain;
mod classes;
mod cone;
mod error;
mod findings;
mod markov;
mod plan;
mod propagate;
mod rows;
mod scene;
mod space;
mod step;

pub(crate) use cone::fixed_outcomes;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use cordiale_core::Scenario;
use cordiale_core::model::{DecayRate, ExprId, Toward};

pub use agreement::{Agreement, Figure};
pub use error::ExactError;
use error::too_many;
pub use markov::{ChainRow, MarkovChain};

use crate::reference::{Evaluation, clamp, finite};
use crate::result::ExactResult;
use chain::{Chain, fault_error};
use findings::Findings;
use markov::Recorder;
use plan::{Plan, drifts};
use propagate::Propagation;
use scene::Scene;

/// The most states unless told.
pub const MOST_STATES: u64 = 5_000_000;
/// The most memory unless told \[bytes\].
pub const MOST_BYTES: usize = 3 << 30;

/// An exact run of a scenario, and within which limits.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Exact;
///
/// let scenario = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance(0.5).effect("heads += 1"))
///     .event("three", Event::when("heads == 3"))
///     .build()?;
/// let result = Exact::new(&scenario).run()?;
/// assert_eq!(result.event("three")?.reached, 0.125);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Exact {
    scenario: Scenario,
    most_states: u64,
    most_bytes: usize,
    on_progress: Option<Arc<OnProgress>>,
}

type OnProgress = dyn Fn(&ExactProgress) -> ControlFlow<()> + Send + Sync;

/// How far an exact run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExactProgress {
    /// The step that begins, or is under way.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// Different states so far.
    pub states: u64,
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exact")
            .field("scenario", &self.scenario.model().id)
            .field("most_states", &self.most_states)
            .field("most_bytes", &self.most_bytes)
            .finish_non_exhaustive()
    }
}

impl Exact {
    /// Prepares a scenario, within [`MOST_STATES`] and [`MOST_BYTES`].
    #[must_use]
    pub fn new(scenario: &impl AsRef<Scenario>) -> Self {
        Self {
            scenario: scenario.as_ref().clone(),
            most_states: MOST_STATES,
            most_bytes: MOST_BYTES,
            on_progress: None,
        }
    }

    /// How many different states there may be, from 1 to 2^32 - 2; what lies beyond is taken as the nearest of these.
    #[must_use]
    pub fn most_states(mut self, states: u64) -> Self {
        self.most_states = states.clamp(1, u64::from(u32::MAX) - 1);
        self
    }

    /// How much memory states and what follows them may take \[bytes\], about.
    #[must_use]
    pub fn most_bytes(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }

    setters! {
        /// Calls back at each step, and within those that take long. [`ControlFlow::Break`] stops the run.
        on_progress(ExactProgress);
    }

    /// Carries probability from the start to the horizon.
    ///
    /// # Errors
    /// Where the model is not finite, has more states than allowed, fails in a state that can be reached, or was stopped.
    pub fn run(&self) -> Result<ExactResult, ExactError> {
        let plan = Plan::of(&self.scenario)?;
        Ok(answer::answer(&self.scenario, &self.propagate(plan, None)?))
    }

    /// The model as an explicit Markov chain of at most so many transitions.
    ///
    /// # Errors
    /// As [`Exact::run`], and where there are more transitions.
    pub fn chain(&self, most_transitions: u64) -> Result<MarkovChain, ExactError> {
        let plan = Plan::of(&self.scenario)?;
        let mut recorder = Recorder::new(self.scenario.model(), most_transitions, &plan.outcome_reads_step);
        self.propagate(plan, Some(&mut recorder))?;
        Ok(recorder.finish())
    }

    fn propagate(&self, mut plan: Plan, mut recorder: Option<&mut Recorder>) -> Result<Findings, ExactError> {
        let scenario = &self.scenario;
        let model = scenario.model();
        let mut findings = Findings::new(model);
        for acting in &plan.acting {
            let branches = model.instances[acting.place].branches.len();
            findings.entries[acting.entry..=acting.entry + branches]
                .iter_mut()
                .for_each(|e| e.followed = true);
        }
        for (weight, parameters) in self.parameters(&plan)? {
            let mut scene = Scene::new(model);
            scene.parameters.iter().zip(&parameters).for_each(|(cell, value)| cell.set(*value));
            let starts = self.starts(&plan, &scene)?;
            self.check_drifts(&plan, &scene, &starts)?;
            plan.keep_starts(&starts);
            if let Some((_, start)) = starts.first() {
                scene.state.clone_from(start);
                scene.started.clone_from(start);
            }
            let chain = Chain::new(scenario, &plan, scene, self.most_states);
            Propagation::new(self, model, &plan, chain, recorder.as_deref_mut()).run(
                &starts,
                weight,
                &mut findings,
            )?;
        }
        Ok(findings)
    }

    /// Every combination of what the parameters may be, with its probability.
    fn parameters(&self, plan: &Plan) -> Result<Vec<(f64, Vec<f64>)>, ExactError> {
        let model = self.scenario.model();
        let scene = Scene::new(model);
        let used = || model.parameters.iter().enumerate().filter(|(place, _)| plan.cone.parameters[*place]);
        let mut last = "";
        let settled = scene.for_each_draw(|| {
            for (place, parameter) in used() {
                last = &parameter.name;
                scene.parameters[place].set(Evaluation::before_step_0(&scene).number(parameter.value)?);
            }
            Ok(scene.parameters.iter().map(std::cell::Cell::get).collect())
        });
        let settled = settled
            .map_err(|fault| fault_error(&self.scenario, &fault, &format!("parameter `{last}`"), 0))?;
        settled.ok_or_else(|| too_many("the parameters"))
    }

    /// Every combination of starts, with its probability.
    fn starts(&self, plan: &Plan, scene: &Scene<'_>) -> Result<Vec<(f64, Vec<f64>)>, ExactError> {
        let model = self.scenario.model();
        let mut last = "";
        let started = scene.for_each_draw(|| {
            let mut values = vec![f64::NAN; model.slots.len()];
            for (place, slot) in model.slots.iter().enumerate() {
                if plan.cone.slots[place] || plan.cone.starts[place] {
                    last = &slot.name;
                    let value = Evaluation::before_step_0(scene).number(slot.start)?;
                    values[place] = finite(clamp(value, slot.range), slot.start, "the start")?;
                }
            }
            Ok(values)
        });
        let started = started
            .map_err(|fault| fault_error(&self.scenario, &fault, &format!("the start of `{last}`"), 0))?;
        started.ok_or_else(|| too_many("the starts"))
    }

    /// A value that no rule changes may decay or be noisy in name alone.
    fn check_drifts(
        &self,
        plan: &Plan,
        scene: &Scene<'_>,
        starts: &[(f64, Vec<f64>)],
    ) -> Result<(), ExactError> {
        let model = self.scenario.model();
        for (place, slot) in model.slots.iter().enumerate() {
            if !plan.cone.slots[place] || plan.word_of[place].is_some() {
                continue;
            }
            let settled = |expr: ExprId| {
                let value = Evaluation::before_step_0(scene).number(expr);
                let owner = format!("the drift of `{}`", slot.name);
                value.map_err(|fault| fault_error(&self.scenario, &fault, &owner, 0))
            };
            if let Some(volatility) = slot.volatility
                && settled(volatility)? != 0.0
            {
                return Err(drifts(&self.scenario, place, ""));
            }
            let Some(decay) = slot.decay else { continue };
            let rests = match decay.rate {
                DecayRate::Rate(rate) => settled(rate)? == 0.0,
                DecayRate::HalfLife(_) => false,
            };
            let there = match decay.toward {
                Toward::Start => true,
                Toward::Value(toward) => {
                    let toward = settled(toward)?;
                    starts.iter().all(|(_, start)| start[place] == toward)
                }
            };
            if !rests && !there {
                return Err(drifts(&self.scenario, place, ""));
            }
        }
        Ok(())
    }
}
