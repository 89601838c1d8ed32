//! The Markov chain of a finite model: its states, made as they are reached, and what follows each in a step.
//!
//! The rules are applied one after the other, each against the snapshot: after each there are the different states of the
//! step so far with their probabilities, so that rules which come to the same are never told apart, and the subsets of rules
//! that may fire are not gone through.

use std::collections::HashMap;

use cordiale_core::Scenario;
use cordiale_core::model::{EffectKind, Model, OutcomeKind, RuleInstance};

use super::error::{ExactError, too_many};
use super::plan::{Changes, Memory, Plan};
use super::scene::Scene;
use super::space::Space;
use crate::error::Problem;
use crate::reference::{Chance, Evaluation, Fault, Notes, clamp, finite, level_of, may_fire};

/// What is noted of a rule or branch in a step from one state.
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

/// Bits of an event's word: the observations for which its condition has held, and what is known for good.
const REACHED: u64 = 1 << 62;
const MET: u64 = 1 << 63;
const RUN: u64 = REACHED - 1;

/// What a rule comes to where it fires: with this probability its firing takes a branch and changes these words.
struct Alternative {
    probability: f64,
    branch: Option<usize>,
    changes: Vec<(usize, EffectKind, f64)>,
}

/// The states of one model with its parameters settled.
pub(super) struct Chain<'a> {
    scenario: &'a Scenario,
    model: &'a Model,
    plan: &'a Plan,
    scene: Scene<'a>,
    cores: Space,
    states: Space,
    /// Of each core, whether each event's condition holds; none while it is not known.
    holds: Vec<Option<bool>>,
    most_states: u64,
    /// The last expansion.
    pub(super) successors: Vec<(u32, f64)>,
    pub(super) notes: Vec<Note>,
    work: Work,
}

/// The states of a step so far, and their probabilities.
struct Work {
    from: Space,
    mass: Vec<f64>,
    to: Space,
    to_mass: Vec<f64>,
    word: Vec<u64>,
    sums: Sums,
}

impl Work {
    fn add(&mut self, probability: f64) {
        let number = self.to.number_of(&self.word) as usize;
        if number == self.to_mass.len() {
            self.to_mass.push(0.0);
        }
        self.to_mass[number] += probability;
    }

    fn turn(&mut self) {
        std::mem::swap(&mut self.from, &mut self.to);
        std::mem::swap(&mut self.mass, &mut self.to_mass);
        self.to.clear();
        self.to_mass.clear();
    }
}

/// Lists of numbers that are added in order, each list by a number; 0 is the empty one.
#[derive(Default)]
struct Sums {
    lists: Vec<(u64, f64)>,
    table: HashMap<(u64, u64), u64>,
}

impl Sums {
    fn with(&mut self, list: u64, term: f64) -> u64 {
        let lists = &mut self.lists;
        *self.table.entry((list, term.to_bits())).or_insert_with(|| {
            lists.push((list, term));
            lists.len() as u64
        })
    }

    fn added_to(&self, base: f64, mut list: u64) -> f64 {
        let mut terms = Vec::new();
        while let Some(place) = list.checked_sub(1) {
            let (before, term) = self.lists[place as usize];
            terms.push(term);
            list = before;
        }
        terms.iter().rev().fold(base, |sum, term| sum + term)
    }
}

impl<'a> Chain<'a> {
    pub(super) fn new(scenario: &'a Scenario, plan: &'a Plan, scene: Scene<'a>, most_states: u64) -> Self {
        let width = plan.core_width + plan.extra;
        Self {
            scenario,
            model: scenario.model(),
            plan,
            scene,
            cores: Space::new(plan.core_width),
            states: Space::new(1 + plan.events.len()),
            holds: Vec::new(),
            most_states,
            successors: Vec::new(),
            notes: Vec::new(),
            work: Work {
                from: Space::new(width),
                mass: Vec::new(),
                to: Space::new(width),
                to_mass: Vec::new(),
                word: Vec::new(),
                sums: Sums::default(),
            },
        }
    }

    pub(super) fn states(&self) -> usize {
        self.states.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.cores.bytes() + self.states.bytes() + 2 * self.holds.capacity()
    }

    /// The state at step 0 of trials that start like this.
    pub(super) fn first(&mut self, started: &[f64]) -> Result<u32, ExactError> {
        let plan = self.plan;
        let at = |slots: &[usize]| slots.iter().map(|slot| started[*slot].to_bits()).collect::<Vec<u64>>();
        let nothing_yet = plan.memories.iter().map(|(memory, _)| memory.nothing()).collect();
        let core = [at(&plan.moving), nothing_yet, at(&plan.still), at(&plan.started)].concat();
        let core = self.cores.number_of(&core);
        self.seen(core, &vec![0; plan.events.len()], 0)
    }

    /// The core of a state.
    pub(super) fn core(&self, state: u32) -> u32 {
        self.states.key(state)[0] as u32
    }

    /// Whether an event holds in a state, and whether it was ever reached.
    pub(super) fn event(&self, state: u32, event: usize) -> (bool, bool) {
        let word = self.states.key(state)[1 + event];
        (word & RUN > self.plan.events[event].sustained, word & REACHED != 0)
    }

    /// Whether an event that another outcome is conditional on was reached by its deadline.
    pub(super) fn met(&self, state: u32, event: usize) -> bool {
        self.states.key(state)[1 + event] & MET != 0
    }

    /// What decides how a step goes, beside the state: equal for two steps, what follows a state is equal too.
    pub(super) fn signature(&self, step: u32) -> Vec<u64> {
        let acting = self.plan.acting.iter().map(|acting| {
            let instance = &self.model.instances[acting.place];
            match forced(instance, step) {
                Some(Some(branch)) => 3 + branch as u64,
                Some(None) => 2,
                None => u64::from(may_fire(instance, step, None, 0)),
            }
        });
        let before_deadline =
            self.plan.events.iter().map(|event| u64::from(event.deadline.is_some_and(|by| step < by)));
        let number =
            if self.plan.rules_read_step || self.plan.events_read_step { u64::from(step) } else { 0 };
        acting.chain(before_deadline).chain([number]).collect()
    }

    /// What follows a state in a step: fills `successors`, ascending, and `notes`.
    pub(super) fn expand(&mut self, state: u32, step: u32) -> Result<(), ExactError> {
        let core = self.core(state);
        self.open(core, step);
        self.begin(core);
        self.notes.clear();
        self.apply_rules(core, step)?;
        self.settle(state, step)
    }

    /// The step so far: nothing has fired.
    fn begin(&mut self, core: u32) {
        let (plan, work) = (self.plan, &mut self.work);
        work.word.clear();
        work.word.extend_from_slice(self.cores.key(core));
        for (word, (memory, _)) in work.word[plan.memory_words()].iter_mut().zip(&plan.memories) {
            *word = memory.rest(*word);
        }
        work.word.resize(plan.core_width + plan.extra, 0);
        work.sums.lists.clear();
        work.sums.table.clear();
        work.to.clear();
        work.to_mass.clear();
        work.add(1.0);
        work.turn();
    }

    fn apply_rules(&mut self, core: u32, step: u32) -> Result<(), ExactError> {
        let Self { plan, model, scene, work, notes, .. } = self;
        let snapshot = Evaluation::now(&*scene);
        let key = self.cores.key(core);
        let first = plan.memory_words().start;
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
            let error =
                |fault| fault_error(self.scenario, &fault, &format!("rule `{}`", instance.name), step);
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
                    notes.push(Note {
                        entry: acting.entry + branch.map_or(0, |branch| 1 + branch),
                        kind: NoteKind::Fires,
                        probability: chance * share,
                    });
                    if branch.is_some() {
                        let kind = NoteKind::Fires;
                        notes.push(Note { entry: acting.entry, kind, probability: chance * share });
                    }
                }
            }
            note(notes, acting.entry, &noted, chance, clamped_surely);
            let nothing_changes =
                alternatives.iter().all(|a| a.changes.is_empty()) && acting.memories.is_empty();
            if alternatives.is_empty() || nothing_changes {
                continue;
            }
            let priority = instance.priority;
            for place in 0..work.from.len() {
                let mass = work.mass[place];
                let place = place as u32;
                if chance < 1.0 {
                    work.word.clear();
                    work.word.extend_from_slice(work.from.key(place));
                    work.add(mass * (1.0 - chance));
                }
                for alternative in &alternatives {
                    work.word.clear();
                    work.word.extend_from_slice(work.from.key(place));
                    for (word, branch) in &acting.memories {
                        if branch.is_none_or(|branch| alternative.branch == Some(branch)) {
                            let (memory, _) = plan.memories[word - first];
                            work.word[*word] = memory.fire(work.word[*word]);
                        }
                    }
                    for change in &alternative.changes {
                        work.change(plan, *change, priority);
                    }
                    work.add(mass * chance * alternative.probability);
                }
            }
            work.turn();
            if work.from.len() as u64 > self.most_states {
                return Err(ExactError::TooManyStates {
                    limit: self.most_states,
                    step,
                    steps: model.calendar.steps(),
                });
            }
        }
        Ok(())
    }

    /// The states that the step ends in.
    fn settle(&mut self, state: u32, step: u32) -> Result<(), ExactError> {
        let plan = self.plan;
        let before = self.states.key(state)[1..].to_vec();
        self.successors.clear();
        for place in 0..self.work.from.len() {
            let mut core = self.work.from.key(place as u32).to_vec();
            for (word, slot) in plan.moving.iter().enumerate() {
                let mut value = f64::from_bits(core[word]);
                if let Changes::Assigned { extra } = plan.changes[word] {
                    value = self.work.sums.added_to(value, core[plan.core_width + extra + 1]);
                }
                core[word] = self.within(*slot, value, step)?.to_bits();
            }
            let core = self.cores.number_of(&core[..plan.core_width]);
            let next = self.seen(core, &before, step + 1)?;
            self.successors.push((next, self.work.mass[place]));
        }
        if self.states.len() as u64 > self.most_states {
            let steps = self.model.calendar.steps();
            return Err(ExactError::TooManyStates { limit: self.most_states, step: step + 1, steps });
        }
        self.successors.sort_by_key(|(state, _)| *state);
        self.successors.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        Ok(())
    }

    /// A value clamped to its range, if it is finite then.
    fn within(&self, slot: usize, value: f64, step: u32) -> Result<f64, ExactError> {
        let declared = &self.model.slots[slot];
        let value = clamp(value, declared.range);
        if value.is_finite() {
            return Ok(value);
        }
        let problem = Problem::Infinite { what: "the next value", value };
        let fault = Fault { expr: declared.start, problem };
        Err(fault_error(self.scenario, &fault, &format!("`{}`", declared.name), step))
    }

    /// The state of a core that follows what was seen before.
    fn seen(&mut self, core: u32, before: &[u64], step: u32) -> Result<u32, ExactError> {
        let mut key = vec![u64::from(core)];
        for (place, word) in before.iter().enumerate() {
            let event = &self.plan.events[place];
            let run = if self.holds(core, place, step)? { (word & RUN).min(event.sustained) + 1 } else { 0 };
            let holds = run > event.sustained;
            let reached = if holds { REACHED } else { 0 };
            let met = if holds && event.deadline.is_some_and(|by| step <= by) { MET } else { 0 };
            key.push(word & (REACHED | MET) | run | reached | met);
        }
        Ok(self.states.number_of(&key))
    }

    /// Whether the condition of an event holds in a core.
    fn holds(&mut self, core: u32, place: usize, step: u32) -> Result<bool, ExactError> {
        let events = self.plan.events.len();
        if self.holds.len() < self.cores.len() * events {
            self.holds.resize(self.cores.len() * events, None);
        }
        let known = core as usize * events + place;
        if let (Some(holds), false) = (self.holds[known], self.plan.events_read_step) {
            return Ok(holds);
        }
        let outcome = &self.model.outcomes[self.plan.events[place].outcome];
        let OutcomeKind::Event { when, .. } = &outcome.kind else {
            return Ok(false);
        };
        self.open(core, step);
        let holds = Evaluation::now(&self.scene).condition(*when);
        let owner = format!("outcome `{}`", outcome.name);
        let holds = holds.map_err(|fault| fault_error(self.scenario, &fault, &owner, step))?;
        self.holds[known] = Some(holds);
        Ok(holds)
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

impl Work {
    /// One change of the word in hand.
    fn change(&mut self, plan: &Plan, (word, kind, value): (usize, EffectKind, f64), priority: i64) {
        match (plan.changes[word], kind) {
            (Changes::Added, _) => {
                self.word[word] = (f64::from_bits(self.word[word]) + value).to_bits();
            }
            (Changes::Assigned { extra }, EffectKind::Add) => {
                let list = &mut self.word[plan.core_width + extra + 1];
                *list = self.sums.with(*list, value);
            }
            (Changes::Assigned { extra }, EffectKind::Assign) => {
                // 0 is no assignment yet; between equals the first, by full name, stays.
                let rank = (priority as u64 ^ 1 << 63).saturating_add(1);
                if rank > self.word[plan.core_width + extra] {
                    self.word[plan.core_width + extra] = rank;
                    self.word[word] = value.to_bits();
                }
            }
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
