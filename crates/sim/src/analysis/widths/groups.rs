//! What the groups answered.

use cordiale_core::model::{Model, OutcomeKind};

use super::GROUP;
use crate::engine::{BlockRecord, OutcomeColumns};
use crate::random::LANES;

/// Something that has a variance: an event, a value, or one level of an outcome.
pub(super) struct Part {
    pub(super) outcome: usize,
    /// The name of the outcome, and behind a point the level.
    pub(super) name: String,
    pub(super) level: Option<usize>,
    by: u32,
    /// The event that it is conditional on, and that one's deadline.
    given: Option<(usize, u32)>,
}

impl Part {
    /// Those of all outcomes, in order.
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let by = |outcome: usize| model.outcomes[outcome].deadline_step(&model.calendar);
        let mut parts = Vec::new();
        for (place, outcome) in model.outcomes.iter().enumerate() {
            let part = |name: String, level| Self {
                outcome: place,
                name,
                level,
                by: by(place),
                given: outcome.given.map(|given| (given.index(), by(given.index()))),
            };
            match &outcome.kind {
                OutcomeKind::Levels { levels } => {
                    let of_level = |(number, level): (usize, &cordiale_core::model::Level)| {
                        part(format!("{}.{}", outcome.name, level.name), Some(number))
                    };
                    parts.extend(levels.iter().enumerate().map(of_level));
                }
                _ => parts.push(part(outcome.name.clone(), None)),
            }
        }
        parts
    }

    /// What a group of lanes answered.
    fn group(&self, record: &BlockRecord, lanes: u64) -> Group {
        let counts = lanes & self.given.map_or(record.live, |(outcome, by)| record.reached(outcome, by));
        match (&record.outcomes[self.outcome], self.level) {
            (OutcomeColumns::Event { .. }, _) => {
                Group::of_mask(counts, record.reached(self.outcome, self.by))
            }
            (OutcomeColumns::Levels(levels), Some(level)) => {
                Group::of_mask(counts, levels[level][self.by as usize])
            }
            (OutcomeColumns::Value(values), _) => Group::of_values(counts, &values[self.by as usize]),
            // Never so: both come from one model.
            (OutcomeColumns::Levels(_), None) => Group::default(),
        }
    }
}

/// One part in the trials of one group that count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Group {
    /// How many count.
    pub count: f64,
    /// Their mean.
    pub mean: f64,
    /// Their variance, divided by `count - 1`; 0 where there are fewer than two.
    pub variance: f64,
}

impl Group {
    fn of_mask(counts: u64, hits: u64) -> Self {
        let (count, hits) = (f64::from(counts.count_ones()), f64::from((counts & hits).count_ones()));
        if count == 0.0 {
            return Self::default();
        }
        let variance = if count > 1.0 { hits * (count - hits) / (count * (count - 1.0)) } else { 0.0 };
        Self { count, mean: hits / count, variance }
    }

    fn of_values(counts: u64, values: &[f64; LANES]) -> Self {
        let chosen =
            || values.iter().enumerate().filter(|(lane, _)| counts >> lane & 1 == 1).map(|(_, x)| *x);
        let count = f64::from(counts.count_ones());
        if count == 0.0 {
            return Self::default();
        }
        let mean = chosen().sum::<f64>() / count;
        let squares = chosen().map(|x| (x - mean) * (x - mean)).sum::<f64>();
        Self { count, mean, variance: if count > 1.0 { squares / (count - 1.0) } else { 0.0 } }
    }
}

/// The answers of groups, by part.
pub(super) struct Answers {
    /// The first trial of each group that was run, in the order of running.
    first: Vec<u64>,
    groups: Vec<Vec<Group>>,
}

impl Answers {
    pub(super) fn new(parts: usize) -> Self {
        Self { first: Vec::new(), groups: vec![Vec::new(); parts] }
    }

    /// Adds the groups of a block. It holds whole groups: trials begin and end with one.
    pub(super) fn add(&mut self, parts: &[Part], record: &BlockRecord) {
        let whole = u64::MAX >> (LANES as u64 - GROUP);
        for start in (0..LANES as u64).step_by(GROUP as usize) {
            let lanes = whole << start;
            if record.live & lanes == lanes {
                self.first.push(record.first_trial + start);
                for (part, groups) in parts.iter().zip(&mut self.groups) {
                    groups.push(part.group(record, lanes));
                }
            }
        }
    }

    /// All of them in the order of their trials, whichever thread ran them: sums then have one order.
    pub(super) fn join(all: &[Self]) -> Self {
        let parts = all.first().map_or(0, |answers| answers.groups.len());
        let mut order: Vec<(u64, usize, usize)> = Vec::new();
        for (thread, answers) in all.iter().enumerate() {
            order.extend(answers.first.iter().enumerate().map(|(place, first)| (*first, thread, place)));
        }
        order.sort_unstable();
        let of_part = |part: usize| {
            let group = |(_, thread, place): &(u64, usize, usize)| all[*thread].groups[part][*place];
            order.iter().map(group).collect()
        };
        Self {
            first: order.iter().map(|(first, ..)| *first).collect(),
            groups: (0..parts).map(of_part).collect(),
        }
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> u64 {
        self.first.len() as u64
    }

    /// The groups of a part.
    pub(super) fn of(&self, part: usize) -> &[Group] {
        self.groups.get(part).map_or(&[], Vec::as_slice)
    }
}
