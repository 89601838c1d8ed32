//! The Markov chain of a finite model: its cores, made as they are reached, and what follows each in a step.

use cordiale_core::Scenario;
use cordiale_core::model::{Model, OutcomeKind, RuleInstance};

use super::error::{ExactError, too_many};
use super::plan::{Memory, Plan, Watched};
use super::scene::Scene;
use super::space::Space;
use super::step::{Active, Alternative, Part, Workshop, parts};
use crate::error::Problem;
use crate::reference::{Chance, Evaluation, Fault, Notes, finite, level_of, may_fire};

/// What is noted of a rule or branch in a step from one core.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Note {
    /// The rule or branch, as a place in results.
    pub(super) entry: usize,
    pub(super) kind: NoteKind,
    /// How likely.
    pub(super) probability: f64,
}

/// What is noted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum NoteKind {
    /// It fires.
    Fires,
    /// A chance, hazard or weight of this value was clamped.
    Clamped(f64),
    /// A hazard of this value was too fast.
    Fast(f64),
}

/// The cores of one model with its parameters settled.
pub(super) struct Chain<'a> {
    scenario: &'a Scenario,
    model: &'a Model,
    plan: &'a Plan,
    scene: Scene<'a>,
    cores: Space,
    most_states: u64,
    /// The last expansion: the cores that may follow, each once, and what was noted of the rules.
    pub(super) successors: Vec<(u32, f64)>,
    pub(super) notes: Vec<Note>,
    shop: Workshop,
}

impl<'a> Chain<'a> {
    pub(super) fn new(scenario: &'a Scenario, plan: &'a Plan, scene: Scene<'a>, most_states: u64) -> Self {
        Self {
            scenario,
            model: scenario.model(),
            plan,
            scene,
            cores: Space::new(plan.core_width),
            most_states,
            successors: Vec::new(),
            notes: Vec::new(),
            shop: Workshop::default(),
        }
    }

    pub(super) fn cores(&self) -> usize {
        self.cores.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.cores.bytes()
    }

    /// The core at step 0 of trials that start like this.
    pub(super) fn first(&mut self, started: &[f64]) -> u32 {
        let plan = self.plan;
        let at = |slots: &[usize]| slots.iter().map(|slot| started[*slot].to_bits()).collect::<Vec<u64>>();
        let nothing_yet = plan.memories.iter().map(|(memory, _)| memory.nothing()).collect();
        self.cores.number_of(&[at(&plan.moving), nothing_yet, at(&plan.still), at(&plan.started)].concat())
    }

    /// What decides how a step goes, beside the core: equal for two steps, what follows a core is equal too.
    pub(super) fn signature(&self, step: u32) -> Vec<u64> {
        let acting = self.plan.acting.iter().map(|acting| {
            let instance = &self.model.instances[acting.place];
            match forced(instance, step) {
                Some(Some(branch)) => 3 + branch as u64,
                Some(None) => 2,
                None => u64::from(may_fire(instance, step, None, 0)),
            }
        });
        let number = if self.plan.rules_read_step { u64::from(step) } else { 0 };
        acting.chain([number]).collect()
    }

    /// What follows a core in a step: fills `successors` and `notes`.
    pub(super) fn expand(&mut self, core: u32, step: u32) -> Result<(), ExactError> {
        self.open(core, step);
        self.notes.clear();
        let active = self.look(core, step)?;
        let mut next = self.cores.key(core).to_vec();
        for (word, (memory, _)) in next[self.plan.memory_words()].iter_mut().zip(&self.plan.memories) {
            *word = memory.rest(*word);
        }
        let parts =
            parts(self.model, self.plan, &next, &active, &mut self.shop).map_err(|(slot, value)| {
                let declared = &self.model.slots[slot];
                let problem = Problem::Infinite { what: "the next value", value };
                let fault = Fault { expr: declared.start, problem };
                fault_error(self.scenario, &fault, &format!("`{}`", declared.name), step)
            })?;
        let combinations = parts.iter().fold(1_u64, |all, part| all.saturating_mul(part.mass.len() as u64));
        if combinations > self.most_states {
            return Err(self.too_many_states(step));
        }
        self.successors.clear();
        self.combine(&parts, &mut next, 1.0);
        Ok(())
    }

    pub(super) fn too_many_states(&self, step: u32) -> ExactError {
        ExactError::TooManyStates { limit: self.most_states, step, steps: self.model.calendar.steps() }
    }

    /// Every combination of what the parts may be.
    fn combine(&mut self, mut parts: &[Part], next: &mut [u64], mut mass: f64) {
        // Those that can be but one thing, of which there may be many, need no call of their own.
        while let Some((part, rest)) = parts.split_first() {
            if let [p] = part.mass.as_slice() {
                part.words.iter().zip(&part.values).for_each(|(word, value)| next[*word] = *value);
                mass *= p;
                parts = rest;
                continue;
            }
            for (values, p) in part.values.chunks_exact(part.words.len()).zip(&part.mass) {
                part.words.iter().zip(values).for_each(|(word, value)| next[*word] = *value);
                self.combine(rest, next, mass * p);
            }
            return;
        }
        let core = self.cores.number_of(next);
        self.successors.push((core, mass));
    }

    /// Every rule against the snapshot that lies open: those that may fire and change anything, and notes of all.
    fn look(&mut self, core: u32, step: u32) -> Result<Vec<Active<'a>>, ExactError> {
        let Self { plan, model, scene, notes, scenario, cores, .. } = self;
        let (plan, model): (&'a Plan, &'a Model) = (plan, model);
        let scene: &Scene<'_> = scene;
        let snapshot = Evaluation::now(scene);
        let key = cores.key(core);
        let first = plan.memory_words().start;
        let mut active = Vec::new();
        for acting in &plan.acting {
            let instance = &model.instances[acting.place];
            let forced = forced(instance, step);
            let since = acting.cooldown.and_then(|word| match plan.memories[word - first].0 {
                Memory::Cooldown(cooldown) if key[word] < cooldown => u32::try_from(key[word]).ok(),
                _ => None,
            });
            let count = acting.limit.map_or(0, |word| key[word]);
            if forced.is_none() && !may_fire(instance, step, since, count) {
                continue;
            }
            let error = |fault| fault_error(scenario, &fault, &format!("rule `{}`", instance.name), step);
            let mut noted = Notes::default();
            let chance = match forced {
                Some(_) => 1.0,
                None => match snapshot.chance(instance, &mut noted).map_err(error)? {
                    Chance::None => 0.0,
                    Chance::Sure => 1.0,
                    Chance::Of(chance) => chance.clamp(0.0, 1.0),
                },
            };
            let clamped_surely = noted.clamped.is_some();
            let mut alternatives = Vec::new();
            if chance > 0.0 {
                for (share, branch) in branches(instance, forced, &snapshot, &mut noted).map_err(error)? {
                    let taken = branch.map(|branch| &instance.branches[branch].effects);
                    let effects = || instance.effects.iter().chain(taken.into_iter().flatten());
                    let changes = || {
                        let moved =
                            effects().filter_map(|e| plan.word_of[e.target.index()].map(|word| (word, e)));
                        moved.map(|(word, e)| Ok((word, e.kind, snapshot.number(e.value)?))).collect()
                    };
                    let ways = scene.for_each_draw(changes).map_err(error)?;
                    let ways =
                        ways.ok_or_else(|| too_many(&format!("the effects of rule `{}`", instance.name)))?;
                    for (probability, changes) in ways {
                        alternatives.push(Alternative { probability: share * probability, branch, changes });
                    }
                    let kind = NoteKind::Fires;
                    let of_branch = branch.map(|branch| acting.entry + 1 + branch);
                    for entry in of_branch.into_iter().chain([acting.entry]) {
                        notes.push(Note { entry, kind, probability: chance * share });
                    }
                }
            }
            note(notes, acting.entry, &noted, chance, clamped_surely);
            let rule = Active { acting, chance, alternatives };
            if !rule.alternatives.is_empty() && !rule.changes_nothing() {
                active.push(rule);
            }
        }
        Ok(active)
    }

    /// Whether the condition of each event holds in a core: 1 or 0.
    pub(super) fn conditions(&mut self, core: u32, step: u32) -> Result<Vec<u64>, ExactError> {
        self.open(core, step);
        let snapshot = Evaluation::now(&self.scene);
        let holds = |event: &Watched| {
            let outcome = &self.model.outcomes[event.outcome];
            let OutcomeKind::Event { when, .. } = &outcome.kind else {
                return Ok(0);
            };
            let owner = || format!("outcome `{}`", outcome.name);
            let holds = snapshot.condition(*when);
            holds.map(u64::from).map_err(|fault| fault_error(self.scenario, &fault, &owner(), step))
        };
        self.plan.events.iter().map(holds).collect()
    }

    /// The value of a value outcome in a core, or the place of its level.
    pub(super) fn view(&mut self, core: u32, outcome: usize, step: u32) -> Result<f64, ExactError> {
        self.open(core, step);
        let snapshot = Evaluation::now(&self.scene);
        let outcome = &self.model.outcomes[outcome];
        let value = match &outcome.kind {
            OutcomeKind::Value { value } => {
                snapshot.number(*value).and_then(|number| finite(number, *value, "the observed value"))
            }
            #[expect(clippy::cast_precision_loss, reason = "there are few levels")]
            OutcomeKind::Levels { levels } => level_of(levels, &snapshot).map(|level| level as f64),
            OutcomeKind::Event { .. } => Ok(f64::NAN),
        };
        let owner = format!("outcome `{}`", outcome.name);
        value.map_err(|fault| fault_error(self.scenario, &fault, &owner, step))
    }

    /// Lays a core open to expressions.
    fn open(&mut self, core: u32, step: u32) {
        let (plan, scene) = (self.plan, &mut self.scene);
        let key = self.cores.key(core);
        scene.step = step;
        let mut words = key.iter();
        for (slot, word) in plan.moving.iter().zip(&mut words) {
            scene.state[*slot] = f64::from_bits(*word);
        }
        for ((memory, history), word) in plan.memories.iter().zip(&mut words) {
            let Some(history) = history else { continue };
            let (count, since) = &mut scene.histories[*history];
            match memory {
                // Where the count is kept too, its word follows and says the same.
                Memory::Fired => *count = *word,
                Memory::Count => *count = *word,
                Memory::Since => *since = u32::try_from(*word).ok().filter(|since| *since > 0),
                Memory::Cooldown(_) | Memory::Limit(_) => {}
            }
        }
        for (slot, word) in plan.still.iter().zip(&mut words) {
            scene.state[*slot] = f64::from_bits(*word);
        }
        for (slot, word) in plan.started.iter().zip(words) {
            scene.started[*slot] = f64::from_bits(*word);
        }
    }
}

/// Whether a variant forces it in a step, and into which branch.
fn forced(instance: &RuleInstance, step: u32) -> Option<Option<usize>> {
    instance.forced.iter().find(|(at, _)| *at == step).map(|(_, branch)| *branch)
}

/// The branches that a firing may take, with their shares; none where there are none or all weights are 0.
fn branches(
    instance: &RuleInstance,
    forced: Option<Option<usize>>,
    snapshot: &Evaluation<'_, Scene<'_>>,
    noted: &mut Notes,
) -> Result<Vec<(f64, Option<usize>)>, Fault> {
    if let Some(Some(branch)) = forced {
        return Ok(vec![(1.0, Some(branch))]);
    }
    let cumulated = snapshot.cumulated_weights(&instance.branches, noted)?;
    let Some(&total) = cumulated.last().filter(|total| **total > 0.0) else {
        return Ok(vec![(1.0, None)]);
    };
    let mut below = 0.0;
    let share = |(branch, &up_to): (usize, &f64)| {
        let share = (up_to - below) / total;
        below = up_to;
        (share > 0.0).then_some((share, Some(branch)))
    };
    Ok(cumulated.iter().enumerate().filter_map(share).collect())
}

/// What was out of bounds in looking at a rule. A chance is looked at surely, weights where it fires.
fn note(notes: &mut Vec<Note>, entry: usize, noted: &Notes, chance: f64, clamped_surely: bool) {
    if let Some(value) = noted.clamped {
        let probability = if clamped_surely { 1.0 } else { chance };
        notes.push(Note { entry, kind: NoteKind::Clamped(value), probability });
    }
    for (branch, value) in &noted.branches {
        notes.push(Note { entry: entry + 1 + branch, kind: NoteKind::Clamped(*value), probability: chance });
    }
    if let Some(value) = noted.fast {
        notes.push(Note { entry, kind: NoteKind::Fast(value), probability: 1.0 });
    }
}

/// Whose mistake it is, and where.
pub(super) fn fault_error(scenario: &Scenario, fault: &Fault, owner: &str, step: u32) -> ExactError {
    let span = scenario.model().exprs.span(fault.expr);
    ExactError::Evaluation {
        problem: fault.problem.to_string(),
        owner: owner.to_owned(),
        expression: scenario.sources().snippet(span).to_owned(),
        place: scenario.sources().place(span),
        step,
    }
}
