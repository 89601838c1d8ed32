//! Probabilities summed up over states, step by step.

use std::collections::HashMap;

use cordiale_core::model::{Model, OutcomeKind};

use super::chain::{Note, NoteKind};
use crate::record::Clamps;

/// What was found so far: sums over states, and over what parameters may be.
pub(super) struct Findings {
    pub(super) outcomes: Vec<Found>,
    pub(super) entries: Vec<Entry>,
}

/// One outcome. Where it is conditional, everything is weighted by the probability that the condition comes to be.
pub(super) struct Found {
    /// The probability of the condition; 1 without one.
    pub(super) mass: f64,
    pub(super) kind: FoundKind,
}

pub(super) enum FoundKind {
    /// Reached and holding, by step.
    Event { reached: Vec<f64>, holding: Vec<f64> },
    /// The different values, and the probability of each by step.
    Value { support: Support, by_step: Vec<Vec<f64>> },
    /// The probability of each level by step.
    Levels(Vec<Vec<f64>>),
}

/// Different numbers, in the order in which they were met.
#[derive(Default)]
pub(super) struct Support {
    pub(super) values: Vec<f64>,
    place: HashMap<u64, usize>,
}

/// A rule or a branch: expected numbers a trial.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry {
    /// Whether the outcomes depend on it, so that it was followed.
    pub(super) followed: bool,
    pub(super) fires: f64,
    pub(super) clamped: (f64, Option<f64>),
    pub(super) fast: (f64, Option<f64>),
}

impl Findings {
    pub(super) fn new(model: &Model) -> Self {
        let steps = model.calendar.steps() as usize + 1;
        let kind = |kind: &OutcomeKind| match kind {
            OutcomeKind::Event { .. } => {
                FoundKind::Event { reached: vec![0.0; steps], holding: vec![0.0; steps] }
            }
            OutcomeKind::Value { .. } => {
                FoundKind::Value { support: Support::default(), by_step: vec![Vec::new(); steps] }
            }
            OutcomeKind::Levels { levels } => FoundKind::Levels(vec![vec![0.0; steps]; levels.len()]),
        };
        let entries = model.rules.iter().map(|rule| 1 + rule.branches.len()).sum();
        Self {
            outcomes: model.outcomes.iter().map(|o| Found { mass: 0.0, kind: kind(&o.kind) }).collect(),
            entries: vec![Entry::default(); entries],
        }
    }

    /// A rule's step from a state of this probability.
    pub(super) fn note(&mut self, note: &Note, mass: f64) {
        let entry = &mut self.entries[note.entry];
        let expected = mass * note.probability;
        let (sum, value) = match note.kind {
            NoteKind::Fires => {
                entry.fires += expected;
                return;
            }
            NoteKind::Clamped(value) => (&mut entry.clamped, value),
            NoteKind::Fast(value) => (&mut entry.fast, value),
        };
        sum.0 += expected;
        sum.1 = Clamps::worse(sum.1, Some(value));
    }
}

impl Found {
    /// A state's event at a step.
    pub(super) fn event(&mut self, step: usize, (holds, is_reached): (bool, bool), mass: f64) {
        if let FoundKind::Event { reached, holding } = &mut self.kind {
            holding[step] += if holds { mass } else { 0.0 };
            reached[step] += if is_reached { mass } else { 0.0 };
        }
    }

    /// A state's value or level at a step.
    pub(super) fn view(&mut self, step: usize, place: usize, mass: f64) {
        match &mut self.kind {
            FoundKind::Value { by_step, .. } => {
                let weights = &mut by_step[step];
                if weights.len() <= place {
                    weights.resize(place + 1, 0.0);
                }
                weights[place] += mass;
            }
            FoundKind::Levels(levels) => levels[place][step] += mass,
            FoundKind::Event { .. } => {}
        }
    }

    /// The place of a value, or of a level, which is its number.
    pub(super) fn place_of(&mut self, value: f64) -> usize {
        match &mut self.kind {
            FoundKind::Value { support, .. } => support.place_of(value),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a level's number")]
            _ => value as usize,
        }
    }
}

impl Support {
    fn place_of(&mut self, value: f64) -> usize {
        // Both zeros are one value.
        let value = if value == 0.0 { 0.0 } else { value };
        let values = &mut self.values;
        *self.place.entry(value.to_bits()).or_insert_with(|| {
            values.push(value);
            values.len() - 1
        })
    }
}
