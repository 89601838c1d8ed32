//! What a state is made of.
//!
//! A *core* is what the rules read and change: the values of the state that move, what of the start differs from trial to
//! trial, and what is remembered of firings. A *state* is a core and what was seen of the events. Both are rows of words.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use cordiale_core::Scenario;
use cordiale_core::model::{EffectKind, Model, OutcomeKind};

use super::cone::{Cone, check_draws, reads_step, roots};
use super::error::ExactError;

/// How the changes of a value come together in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// It is added to alone: the sum so far is all that need be known.
    Added,
    /// It is assigned too: additions wait until all assignments are known.
    Assigned,
}

/// What is remembered of the firings of some instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// Whether any fired: 0 or 1.
    Fired,
    /// How often.
    Count,
    /// Steps since the last firing; 0 before the first.
    Since,
    /// Steps since the last firing, at most the cooldown, which stands for never too.
    Cooldown(u64),
    /// How often, at most the limit.
    Limit(u64),
}

impl Memory {
    /// Before anything fired.
    pub(super) fn nothing(self) -> u64 {
        match self {
            Self::Cooldown(cooldown) => cooldown,
            _ => 0,
        }
    }

    /// A step later, if nothing fires in it.
    pub(super) fn rest(self, word: u64) -> u64 {
        match self {
            Self::Since if word > 0 => word + 1,
            Self::Cooldown(cooldown) => (word + 1).min(cooldown),
            _ => word,
        }
    }

    /// A step later, if it fires; `word` is what [`Memory::rest`] made of it, or an earlier firing of the step.
    pub(super) fn fire(self, word: u64) -> u64 {
        match self {
            Self::Fired | Self::Since | Self::Cooldown(_) => 1,
            Self::Count => word + 1,
            Self::Limit(limit) => (word + 1).min(limit),
        }
    }
}

/// A rule instance that matters.
pub(super) struct Acting {
    /// Its place in the model.
    pub(super) place: usize,
    /// The entry of its rule in results; those of its branches follow.
    pub(super) entry: usize,
    /// From 1, in the order of priorities.
    pub(super) rank: u64,
    /// Words of its cooldown and its limit.
    pub(super) cooldown: Option<usize>,
    pub(super) limit: Option<usize>,
    /// Words that its firings change, each for one branch alone or for all.
    pub(super) memories: Vec<(usize, Option<usize>)>,
}

/// An event.
pub(super) struct Watched {
    /// Its place among the events.
    pub(super) place: usize,
    /// Its place among the outcomes.
    pub(super) outcome: usize,
    pub(super) sustained: u64,
    /// Its own deadline, where another outcome is conditional on it.
    pub(super) deadline: Option<u32>,
}

/// The layout of states, and what acts on them.
pub(super) struct Plan {
    pub(super) cone: Cone,
    /// Slots that move: the first words of a core.
    pub(super) moving: Vec<usize>,
    /// Of each slot, its word if it moves.
    pub(super) word_of: Vec<Option<usize>>,
    pub(super) changes: Vec<Changes>,
    /// What is remembered, and the history it is for. Their words follow.
    pub(super) memories: Vec<(Memory, Option<usize>)>,
    /// Slots that do not move, and slots of which the start is read, where trials start differently: the last words.
    pub(super) still: Vec<usize>,
    pub(super) started: Vec<usize>,
    pub(super) core_width: usize,
    pub(super) acting: Vec<Acting>,
    pub(super) events: Vec<Watched>,
    /// Whether a step changes with its number, windows and dates apart.
    pub(super) rules_read_step: bool,
    pub(super) events_read_step: bool,
    /// Of each outcome, whether it reads the step.
    pub(super) outcome_reads_step: Vec<bool>,
}

impl Plan {
    pub(super) fn of(scenario: &Scenario) -> Result<Self, ExactError> {
        let model = scenario.model();
        let cone = Cone::of(model);
        check_draws(scenario, &cone)?;
        let mut plan = Self {
            moving: Vec::new(),
            word_of: vec![None; model.slots.len()],
            changes: Vec::new(),
            still: Vec::new(),
            started: Vec::new(),
            memories: Vec::new(),
            core_width: 0,
            acting: Vec::new(),
            events: events(model),
            rules_read_step: rules_read_step(model, &cone),
            events_read_step: false,
            outcome_reads_step: model.outcomes.iter().map(|o| reads_step(model, roots(&o.kind))).collect(),
            cone,
        };
        plan.events_read_step = plan.events.iter().any(|event| plan.outcome_reads_step[event.outcome]);
        plan.lay_out_slots(scenario)?;
        plan.lay_out_memories(model);
        plan.core_width = plan.memory_words().end;
        Ok(plan)
    }

    /// The words of a core that remember firings.
    pub(super) fn memory_words(&self) -> Range<usize> {
        self.moving.len()..self.moving.len() + self.memories.len()
    }

    /// Keeps in a core what differs between these starts.
    pub(super) fn keep_starts(&mut self, starts: &[(f64, Vec<f64>)]) {
        let differs = |slot: usize| {
            starts.iter().any(|(_, start)| start[slot].to_bits() != starts[0].1[slot].to_bits())
        };
        let slots = |read: &[bool]| {
            (0..read.len()).filter(|slot| read[*slot] && differs(*slot)).collect::<Vec<usize>>()
        };
        self.still = slots(&self.cone.slots);
        self.still.retain(|slot| self.word_of[*slot].is_none());
        self.started = slots(&self.cone.starts);
        self.core_width = self.memory_words().end + self.still.len() + self.started.len();
    }

    fn lay_out_slots(&mut self, scenario: &Scenario) -> Result<(), ExactError> {
        let model = scenario.model();
        let mut assigned = vec![None; model.slots.len()];
        for (place, instance) in model.instances.iter().enumerate() {
            if !self.cone.instances[place] {
                continue;
            }
            for effect in instance.all_effects() {
                let slot = &mut assigned[effect.target.index()];
                *slot = Some(slot.unwrap_or(false) || effect.kind == EffectKind::Assign);
            }
        }
        for (place, slot) in model.slots.iter().enumerate() {
            match assigned[place] {
                Some(assigned) if self.cone.slots[place] => {
                    if slot.decay.is_some() || slot.volatility.is_some() {
                        return Err(drifts(scenario, place, "and is changed by rules too"));
                    }
                    self.word_of[place] = Some(self.moving.len());
                    self.moving.push(place);
                    self.changes.push(if assigned { Changes::Assigned } else { Changes::Added });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn lay_out_memories(&mut self, model: &Model) {
        let steps = u64::from(model.calendar.steps());
        let first = self.memory_words().start;
        let mut entries = Vec::with_capacity(model.rules.len());
        let mut entry = 0;
        let priorities: BTreeSet<i64> = model.instances.iter().map(|instance| instance.priority).collect();
        let ranks: BTreeMap<i64, u64> = priorities.into_iter().zip(1..).collect();
        for rule in &model.rules {
            entries.push(entry);
            entry += 1 + rule.branches.len();
        }
        for (place, instance) in model.instances.iter().enumerate() {
            if !self.cone.instances[place] {
                continue;
            }
            let mut acting = Acting {
                place,
                entry: entries[instance.rule.index()],
                rank: ranks[&instance.priority],
                cooldown: None,
                limit: None,
                memories: Vec::new(),
            };
            // A cooldown beyond the horizon never ends.
            let cooldown = instance.cooldown.min(steps + 1);
            if cooldown > 1 {
                acting.cooldown = Some(first + self.memories.len());
                acting.memories.push((first + self.memories.len(), None));
                self.memories.push((Memory::Cooldown(cooldown), None));
            }
            if let Some(limit) = instance.limit {
                acting.limit = Some(first + self.memories.len());
                acting.memories.push((first + self.memories.len(), None));
                self.memories.push((Memory::Limit(limit), None));
            }
            self.acting.push(acting);
        }
        for (history, used) in self.cone.histories.clone().into_iter().enumerate() {
            let kinds = [Memory::Fired, Memory::Count, Memory::Since];
            for kind in kinds.into_iter().zip(used).filter(|(_, used)| *used).map(|(kind, _)| kind) {
                let word = first + self.memories.len();
                self.memories.push((kind, Some(history)));
                for (instance, branch) in &model.histories[history].members {
                    let acting = self.acting.iter_mut().filter(|acting| acting.place == instance.index());
                    acting.for_each(|acting| acting.memories.push((word, *branch)));
                }
            }
        }
    }
}

/// A value that decays or is noisy.
pub(super) fn drifts(scenario: &Scenario, place: usize, why: &str) -> ExactError {
    let slot = &scenario.model().slots[place];
    let how = match (slot.decay, slot.volatility) {
        (Some(_), None) => "decays",
        (None, _) => "drifts at random",
        (Some(_), Some(_)) => "decays and drifts at random",
    };
    ExactError::Infinite {
        what: format!("`{}` {how} {why}", slot.name).trim_end().to_owned(),
        help: "leave out its decay and volatility".to_owned(),
        place: scenario.sources().place(slot.span),
    }
}

fn events(model: &Model) -> Vec<Watched> {
    let given = |outcome: usize| model.outcomes.iter().any(|o| o.given.is_some_and(|g| g.index() == outcome));
    let watched = |(outcome, declared): (usize, &cordiale_core::model::Outcome)| match declared.kind {
        OutcomeKind::Event { sustained, .. } => Some(Watched {
            place: 0,
            outcome,
            sustained,
            deadline: given(outcome).then(|| declared.deadline_step(&model.calendar)),
        }),
        _ => None,
    };
    let mut events: Vec<Watched> = model.outcomes.iter().enumerate().filter_map(watched).collect();
    events.iter_mut().enumerate().for_each(|(place, event)| event.place = place);
    events
}

fn rules_read_step(model: &Model, cone: &Cone) -> bool {
    let acting = model.instances.iter().zip(&cone.instances).filter(|(_, acts)| **acts).map(|(i, _)| i);
    acting.into_iter().any(|instance| {
        let effects = instance.all_effects().map(|effect| effect.value);
        let weights = instance.branches.iter().map(|branch| branch.weight);
        let trigger = instance.chance_or_hazard();
        reads_step(model, instance.when.into_iter().chain(trigger).chain(effects).chain(weights))
    })
}
