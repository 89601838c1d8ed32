//! The scenario's own section: what is asked, when it starts, how long it runs; and the world's.

use super::Checker;
use super::fields::{DateOrDuration, Fields, What, whole_bounds};
use crate::calendar::{Calendar, Date, MAX_STEPS, StepUnit};
use crate::diagnostic::{Code, Diagnostic};
use crate::keys;
use crate::model::Deadline;
use crate::source::Span;

/// What to do about a date past the end.
pub(super) const LONGER: &str = "write an earlier date, or a longer `horizon`";
/// What to do about a deadline there.
const NO_DEADLINE: &str = "leave `by` out, or write an earlier date or a longer `horizon`";

/// Where a date lies against the run.
pub(super) enum When {
    Step(u32),
    PastTheEnd,
}

impl Checker<'_> {
    pub(super) fn declare_calendar(&mut self) {
        self.declare_world_section();
        let Some(entry) = self.document.root.get("scenario") else { return };
        let Some(table) = self.document.root.table("scenario") else { return };
        let section = keys::section("scenario").map_or(&[][..], |s| s.keys);
        let fields = Fields::new(table, What::Section("scenario"), section, entry.key, &mut self.found);
        let found = &mut self.found;
        self.model.title = fields.string("title", found).unwrap_or_else(|| self.model.id.clone());
        self.model.question = fields.string("question", found);
        self.model.world = self.document.world.clone();
        fields.text("world", found);
        let start = fields.date("start", found);
        let unit = match fields.entry("step") {
            None => StepUnit::Month,
            Some(_) => fields
                .choice("step", &StepUnit::NAMES, found)
                .and_then(StepUnit::from_name)
                .unwrap_or(StepUnit::Month),
        };
        let steps = horizon(&fields, unit, found);
        if let Some(trials) = fields.whole("trials", whole_bounds(section, "trials"), found) {
            self.model.trials = u64::try_from(trials).unwrap_or(1);
        }
        if let Some(seed) = fields.whole("seed", whole_bounds(section, "seed"), found) {
            self.model.seed = u64::try_from(seed).unwrap_or(0);
        }
        format_version(&fields, found);
        self.evidence(&fields);
        fields.string("about", &mut self.found);
        let start = start.unwrap_or(self.model.calendar.start());
        self.model.calendar = Calendar::new(start, unit, steps.unwrap_or(MAX_STEPS));
    }

    fn declare_world_section(&mut self) {
        let Some(entry) = self.document.root.get("world") else { return };
        let Some(table) = self.document.root.table("world") else { return };
        let section = keys::section("world").map_or(&[][..], |s| s.keys);
        let fields = Fields::new(table, What::Section("world"), section, entry.key, &mut self.found);
        let found = &mut self.found;
        fields.text("world", found);
        let id = fields.string("id", found);
        let title = fields.string("title", found);
        self.model.as_of = fields.date("as_of", found);
        format_version(&fields, found);
        self.evidence(&fields);
        fields.string("about", &mut self.found);
        if !self.document.is_scenario() {
            self.model.id = id.unwrap_or_else(|| self.document.id.clone());
            self.model.title = title.unwrap_or_else(|| self.model.id.clone());
            if let Some(date) = self.model.as_of {
                self.model.calendar = Calendar::new(date, StepUnit::Month, MAX_STEPS);
            }
        }
    }

    /// The step of a date that must not lie before the start; `what` follows from one past the end, where `help` is given.
    pub(super) fn step_of(&mut self, date: Date, span: Span, what: &str, help: &str) -> Option<When> {
        let calendar = &self.model.calendar;
        match calendar.step_of(date) {
            None => {
                let start = calendar.start();
                let message = format!("{date} lies before the start, {start}");
                let help = format!("write a date from {start} on, or let the scenario start earlier");
                self.found.push(Diagnostic::new(Code::BeforeStart, span, message).help(help));
                None
            }
            Some(step) if step == calendar.steps() => {
                let end = calendar.date_of(step);
                let message = format!("{date} lies at or after the end of the run, {end}: {what}");
                self.found.push(Diagnostic::new(Code::PastHorizon, span, message).help(help));
                Some(When::PastTheEnd)
            }
            Some(step) => Some(When::Step(step)),
        }
    }

    /// The deadline of an outcome.
    pub(super) fn deadline(&mut self, fields: &Fields<'_, '_>) -> Option<Deadline> {
        let given = fields.date_or_duration("by", &mut self.found)?;
        let span = fields.span("by")?;
        let last = self.model.calendar.steps();
        match given {
            DateOrDuration::Date(date) => {
                Some(match self.step_of(date, span, "the deadline is then the horizon", NO_DEADLINE)? {
                    When::Step(step) => Deadline { date, step },
                    When::PastTheEnd => Deadline { date: self.model.calendar.date_of(last), step: last },
                })
            }
            DateOrDuration::Duration(duration) => {
                let steps = duration.in_steps(self.model.calendar.unit());
                let step = u32::try_from(steps).unwrap_or(u32::MAX).min(last);
                if steps > u64::from(last) {
                    let message = format!(
                        "the deadline lies {steps} steps on, the run has {last}: it is then the horizon"
                    );
                    self.found.push(Diagnostic::new(Code::PastHorizon, span, message).help(NO_DEADLINE));
                }
                Some(Deadline { date: self.model.calendar.date_of(step), step })
            }
        }
    }
}

fn horizon(fields: &Fields<'_, '_>, unit: StepUnit, found: &mut Vec<Diagnostic>) -> Option<u32> {
    let duration = fields.duration("horizon", found)?;
    let steps = duration.in_steps(unit);
    match u32::try_from(steps) {
        Ok(steps @ 1..=MAX_STEPS) => Some(steps),
        _ => {
            let count =
                if steps > 1_000_000_000 { "more than a billion".to_owned() } else { steps.to_string() };
            let message =
                format!("the horizon is {count} steps of a {}; it may be 1 to 100,000", unit.name());
            let help = if steps == 0 { "make it longer" } else { "make it shorter, or the step longer" };
            found.push(Diagnostic::new(Code::OutOfRange, fields.span("horizon"), message).help(help));
            None
        }
    }
}

pub(super) fn format_version(fields: &Fields<'_, '_>, found: &mut Vec<Diagnostic>) {
    if let Some(version) = fields.whole("format", 0..=i128::MAX, found)
        && version != 1
    {
        let message = format!("this file is of format {version}; this cordiale reads format 1");
        found.push(Diagnostic::new(Code::Format, fields.span("format"), message));
    }
}
