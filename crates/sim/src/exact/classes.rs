//! What was seen of the events: beside the core the other half of a state.

use super::chain::Chain;
use super::error::ExactError;
use super::plan::Watched;
use super::space::Space;

/// Bits of an event's word: for how many observations its condition has held, and what is known for good.
const REACHED: u64 = 1 << 62;
const MET: u64 = 1 << 63;
const RUN: u64 = REACHED - 1;

/// Everything that may have been seen of the events, by number, and how it changes.
pub(super) struct Classes<'a> {
    events: &'a [Watched],
    reads_step: bool,
    classes: Space,
    /// Which of the events' conditions hold, by number.
    conditions: Space,
    /// Of each core, its number among `conditions`, and from which step that is, plus 1.
    of_core: Vec<(u32, u32)>,
    /// Of each class and conditions, the class that follows.
    next: Vec<Vec<u32>>,
    /// Which deadlines are not over, which `next` depends on.
    open: Vec<bool>,
}

impl<'a> Classes<'a> {
    pub(super) fn new(events: &'a [Watched], reads_step: bool) -> Self {
        Self {
            events,
            reads_step,
            classes: Space::new(events.len()),
            conditions: Space::new(events.len()),
            of_core: Vec::new(),
            next: Vec::new(),
            open: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether an event holds in a class, and whether it was ever reached.
    pub(super) fn event(&self, class: u32, event: usize) -> (bool, bool) {
        let word = self.classes.key(class)[event];
        (word & RUN > self.events[event].sustained, word & REACHED != 0)
    }

    /// Whether an event that another outcome is conditional on was reached by its deadline.
    pub(super) fn met(&self, class: u32, event: usize) -> bool {
        self.classes.key(class)[event] & MET != 0
    }

    /// The class before anything was seen.
    pub(super) fn nothing(&mut self) -> u32 {
        self.classes.number_of(&vec![0; self.events.len()])
    }

    /// Looks at a core that is reached at a step.
    pub(super) fn look(&mut self, chain: &mut Chain<'_>, core: u32, step: u32) -> Result<u32, ExactError> {
        let stamp = if self.reads_step { step + 1 } else { 1 };
        if self.of_core.len() <= core as usize {
            self.of_core.resize((core as usize + 1).next_power_of_two(), (0, 0));
        }
        let (known, seen) = self.of_core[core as usize];
        if seen == stamp {
            return Ok(known);
        }
        let number = self.conditions.number_of(&chain.conditions(core, step)?);
        self.of_core[core as usize] = (number, stamp);
        Ok(number)
    }

    /// The conditions of each core that was [looked](Self::look) at.
    pub(super) fn of_cores(&self) -> &[(u32, u32)] {
        &self.of_core
    }

    /// What decides, beside the core, which class follows at a step.
    pub(super) fn signature(&self, step: u32) -> Vec<u64> {
        let is_open = |event: &Watched| u64::from(event.deadline.is_some_and(|by| step <= by));
        let number = if self.reads_step { u64::from(step) } else { 0 };
        self.events.iter().map(is_open).chain([number]).collect()
    }

    /// The class that follows a class at a step, by conditions: all that are known so far.
    pub(super) fn following(&mut self, class: u32, step: u32) -> &[u32] {
        let is_open = |event: &Watched| event.deadline.is_some_and(|by| step <= by);
        if !self.open.iter().copied().eq(self.events.iter().map(is_open)) {
            self.open = self.events.iter().map(is_open).collect();
            self.next.clear();
        }
        let place = class as usize;
        if self.next.len() <= place {
            self.next.resize(place + 1, Vec::new());
        }
        for conditions in self.next[place].len()..self.conditions.len() {
            let next = self.seen(class, conditions as u32);
            self.next[place].push(next);
        }
        &self.next[place]
    }

    fn seen(&mut self, class: u32, conditions: u32) -> u32 {
        let before = self.classes.key(class).iter().zip(self.conditions.key(conditions));
        let word = |(event, (word, holds)): (&Watched, (&u64, &u64))| {
            let run = if *holds == 1 { (word & RUN).min(event.sustained) + 1 } else { 0 };
            let holds = run > event.sustained;
            let reached = if holds { REACHED } else { 0 };
            let is_open = event.deadline.is_some() && self.open[event.place];
            let met = if holds && is_open { MET } else { 0 };
            word & (REACHED | MET) | run | reached | met
        };
        let key: Vec<u64> = self.events.iter().zip(before).map(word).collect();
        self.classes.number_of(&key)
    }

    pub(super) fn bytes(&self) -> usize {
        self.classes.bytes() + self.conditions.bytes() + 8 * self.of_core.capacity()
    }
}
