//! What happened, read against the outcomes of a scenario.

use super::fields::{Fields, What};
use super::{Checker, calendar};
use crate::calendar::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Table, Value};
use crate::hindcast::{BaseRate, Happened, Observation, Observations};
use crate::keys::{self, BASE_RATE};
use crate::load::Document;
use crate::model::{Model, Outcome, OutcomeId, OutcomeKind};
use crate::names;
use crate::source::{SourceMap, Span};

/// What a file that says what happened looks like.
const FORM: &str = "a hindcast has [hindcast], with `scenario = \"name.toml\"` and `until`, the day up to which what happened is known, and [observed.OUTCOME] with `reached = 2013-09-14` or `reached = false`, `value` or `level`";
/// How far the shares of levels may be from 1 in all: they are written with a few digits.
const SLACK: f64 = 1e-6;

/// Checks a file that says what happened, and what it says of a scenario's outcomes where that scenario could be read.
/// `first` is what was read against the scenario that the file names, where this one is another.
pub(crate) fn observations(
    document: &Document,
    sources: &SourceMap,
    model: Option<&Model>,
    first: Option<&Observations>,
    found: &mut Vec<Diagnostic>,
) -> Option<Observations> {
    let mut checker = Checker::of(document, sources, keys::HINDCAST);
    let all = checker.observations(model, first);
    found.append(&mut checker.found);
    all
}

impl<'a> Checker<'a> {
    /// The section on the whole.
    fn header(&mut self, table: &'a Table, at: Span) -> (Option<String>, Option<Date>) {
        let fields =
            Fields::new(table, What::Section("hindcast"), self.keys_of("hindcast"), at, &mut self.found);
        self.about(&fields);
        let found = &mut self.found;
        calendar::format_version(&fields, found);
        fields.text("scenario", found);
        (fields.string("title", found), fields.date("until", found))
    }

    fn observations(&mut self, model: Option<&Model>, first: Option<&Observations>) -> Option<Observations> {
        let root = &self.document.root;
        let start = Span { start: 0, end: 0, ..root.span };
        if let Some(entry) = ["scenario", "world"].iter().find_map(|name| root.get(name)) {
            let message = "this says what may happen, not what happened";
            self.found.push(Diagnostic::new(Code::NotScenario, entry.key, message).help(FORM));
            return None;
        }
        self.declare_sections();
        self.declare_sources();
        if root.get("observed").is_none()
            || root.table("observed").is_some_and(|table| table.entries.is_empty())
        {
            let message = "it is not said what happened";
            self.found.push(Diagnostic::new(Code::MissingKey, start, message).help(FORM));
        }
        let Some(entry) = root.get("hindcast") else {
            let message = "there is no [hindcast] section";
            self.found.push(Diagnostic::new(Code::MissingKey, start, message).help(FORM));
            return None;
        };
        let table = root.table("hindcast")?;
        let (title, until) = self.header(table, entry.key);
        let (model, until) = (model?, until?);
        if until < model.calendar.start() {
            let message = format!("what happened is known until {until}, before the start");
            let help = format!("the scenario starts on {}", model.calendar.start());
            let span = table.get("until").map(|entry| entry.node.span);
            self.found.push(Diagnostic::new(Code::BeforeStart, span, message).help(help));
            return None;
        }
        let mut all = Vec::new();
        for (name, span, table) in self.entries("observed") {
            let fields = self.open("observed", "what was observed of", name, span, table);
            let Some(id) = model.outcome(name) else {
                let known: Vec<&str> = model.outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
                let help = names::suggest(name, known.iter().copied());
                let message = format!("the scenario has no outcome `{name}`");
                self.found.push(Diagnostic::new(Code::UnknownName, span, message).maybe_help(help));
                continue;
            };
            let first = first.and_then(|first| first.all.iter().find(|other| other.span == span));
            let observing = Observing { model, outcome: &model.outcomes[id.index()], until, span, first };
            all.extend(self.observation(&fields, id, &observing));
        }
        self.settle_conditions(model, &mut all);
        Some(Observations { title, until, all, cited: std::mem::take(&mut self.model.sources) })
    }

    fn observation(
        &mut self,
        fields: &Fields<'a, '_>,
        id: OutcomeId,
        of: &Observing<'_>,
    ) -> Option<Observation> {
        let (about, evidence) = self.about(fields);
        if evidence.is_empty() && fields.entry("evidence").is_none() {
            let message = format!("it is not said what the observation of `{}` rests on", of.outcome.name);
            let help = "evidence = { source = \"...\", basis = \"record\" }, with the source under [sources]";
            self.found.push(Diagnostic::new(Code::NoRecord, of.span, message).help(help));
        }
        let (wanted, example) = of.wanted();
        for key in ["reached", "value", "level"] {
            if key != wanted && fields.entry(key).is_some() {
                let message = format!("`{}` is {}, and has no `{key}`", of.outcome.name, of.is());
                let diagnostic = Diagnostic::new(Code::BadObserved, fields.span(key), message);
                self.found.push(diagnostic.help(format!("write {example}")));
                return None;
            }
        }
        if fields.entry(wanted).is_none() {
            // A slip in the key has been told.
            let known = self.keys_of("observed").iter().chain(keys::EVERYWHERE).map(|key| key.name);
            let known: Vec<&str> = known.collect();
            if fields.table.entries.keys().any(|key| !known.contains(&key.as_str())) {
                return None;
            }
            let message = format!("what became of `{}` is not said: it is {}", of.outcome.name, of.is());
            self.found
                .push(Diagnostic::new(Code::BadObserved, of.span, message).help(format!("write {example}")));
            return None;
        }
        let base_rate = self.base_rate(fields, of);
        let (happened, step, date, is_settled) = match &of.outcome.kind {
            OutcomeKind::Event { .. } => self.event(fields, of)?,
            OutcomeKind::Value { .. } => {
                let value = fields.number("value", &mut self.found);
                let (step, date) = self.when(fields, of)?;
                (Happened::Value(value?), step, date, true)
            }
            OutcomeKind::Levels { levels } => {
                let known: Vec<&str> = levels.iter().map(|level| level.name.as_str()).collect();
                let level = fields.choice("level", &known, &mut self.found);
                let (step, date) = self.when(fields, of)?;
                let level = known.iter().position(|name| Some(*name) == level)?;
                (Happened::Level(level), step, date, true)
            }
        };
        let span = of.span;
        let is_void = false;
        Some(Observation {
            outcome: id,
            about,
            happened,
            step,
            date,
            is_settled,
            is_void,
            base_rate,
            evidence,
            span,
        })
    }

    /// What became of an event, at which observation its answer is looked at, the date of that, and whether that is its
    /// deadline or the last day that is known.
    fn event(&mut self, fields: &Fields<'a, '_>, of: &Observing<'_>) -> Option<(Happened, u32, Date, bool)> {
        if fields.entry("at").is_some() {
            let message = format!("`{}` is an event, and has no `at`", of.outcome.name);
            let help = "an event is looked at up to its deadline; write the day on which it was reached under `reached`";
            self.found.push(Diagnostic::new(Code::BadObserved, fields.span("at"), message).help(help));
        }
        let calendar = &of.model.calendar;
        let deadline = of.outcome.deadline_date(calendar);
        let is_settled = of.until >= deadline;
        let last = of.outcome.deadline_step(calendar);
        // When it is looked at must not depend on what came, or the scores would not be proper. A step is known whose last
        // day is.
        let (step, date) = if is_settled {
            (last, deadline)
        } else {
            (calendar.step_of(of.until.next_day())?.min(last), of.until)
        };
        let node = &fields.entry("reached")?.node;
        match node.value {
            Value::Boolean(false) => Some((Happened::NotReached, step, date, is_settled)),
            Value::Boolean(true) => {
                let message = format!("on which day `{}` was reached is not said", of.outcome.name);
                let help = format!("write the day: reached = {}", of.until.min(deadline));
                self.found.push(Diagnostic::new(Code::BadDate, node.span, message).help(help));
                None
            }
            _ => {
                let on = fields.date("reached", &mut self.found)?;
                self.within(on, node.span, of)?;
                // What happens in a step is seen in the state after it.
                let seen = calendar.step_of(on)?.saturating_add(1);
                if let OutcomeKind::Event { sustained, .. } = of.outcome.kind
                    && u64::from(seen) < sustained
                {
                    let name = &of.outcome.name;
                    let message = format!("{on} is before `{name}` could have held for as long as it must");
                    let help = "an event that must be `sustained` is reached on the day on which it has held so long";
                    self.found.push(Diagnostic::new(Code::BadObserved, node.span, message).help(help));
                    return None;
                }
                let in_time = on <= date;
                let seen = if in_time { seen.min(step) } else { seen };
                Some((Happened::Reached { on, step: seen, in_time }, step, date, is_settled))
            }
        }
    }

    /// When a value or a level was looked at.
    fn when(&mut self, fields: &Fields<'a, '_>, of: &Observing<'_>) -> Option<(u32, Date)> {
        let calendar = &of.model.calendar;
        let end = calendar.date_of(calendar.steps());
        let Some(entry) = fields.entry("at") else {
            // What was seen was seen on a day, and stays of that day where the scenario's deadlines are moved.
            let deadline = of.outcome.deadline_date(calendar);
            let date = of.first.map_or(deadline, |first| first.date);
            if date > end {
                let message =
                    format!("`{}` was observed on {date}, after the end of the run, {end}", of.outcome.name);
                let help = "leave it out, or give the run a longer horizon";
                self.found.push(Diagnostic::new(Code::BadObserved, of.span, message).help(help));
                return None;
            }
            if date > of.until {
                let message = format!(
                    "`{}` is of {date}, and what happened is known until {}",
                    of.outcome.name, of.until
                );
                let help = format!("write a day for which it is known, such as at = {}", of.until);
                self.found.push(Diagnostic::new(Code::BadObserved, of.span, message).help(help));
                return None;
            }
            let step =
                if date == deadline { of.outcome.deadline_step(calendar) } else { calendar.step_of(date)? };
            return Some((step, date));
        };
        let date = fields.date("at", &mut self.found)?;
        self.within(date, entry.node.span, of)?;
        if date > end {
            let message = format!("{date} is after the end of the run, {end}");
            let help = "write an earlier day, or a longer `horizon` into the scenario";
            self.found.push(Diagnostic::new(Code::BadDate, entry.node.span, message).help(help));
            return None;
        }
        Some((calendar.step_of(date)?, date))
    }

    /// A date from the start to what is known.
    fn within(&mut self, date: Date, span: Span, of: &Observing<'_>) -> Option<()> {
        let start = of.model.calendar.start();
        let (code, message) = if date < start {
            (Code::BeforeStart, format!("{date} is before the start, {start}"))
        } else if date > of.until {
            (Code::BadDate, format!("{date} is after {}, until which what happened is known", of.until))
        } else {
            return Some(());
        };
        self.found.push(Diagnostic::new(code, span, message));
        None
    }

    fn base_rate(&mut self, fields: &Fields<'a, '_>, of: &Observing<'_>) -> Option<BaseRate> {
        let table = fields.sub_table("base_rate", &mut self.found)?;
        let what = What::Part("the base rate", &fields.what);
        let base = Fields::new(table, what, BASE_RATE, table.span, &mut self.found);
        self.about(&base);
        let (allowed, example) = of.base_rates();
        let mut given = BASE_RATE.iter().map(|key| key.name).filter(|name| base.entry(name).is_some());
        let (Some(key), None) = (given.next(), given.next()) else {
            let message = format!("the base rate of `{}` is one figure: {example}", of.outcome.name);
            self.found.push(Diagnostic::new(Code::BadObserved, table.span, message));
            return None;
        };
        if !allowed.contains(&key) {
            let message = format!("`{}` is {}, and its base rate no `{key}`", of.outcome.name, of.is());
            let diagnostic = Diagnostic::new(Code::BadObserved, base.span(key), message);
            self.found.push(diagnostic.help(format!("write base_rate = {example}")));
            return None;
        }
        match key {
            "hazard" => self.bounded(&base, key, f64::INFINITY, "above 0").map(BaseRate::Hazard),
            "chance" => {
                let chance = self.bounded(&base, key, 1.0, "between 0 and 1, neither included")?;
                let calendar = &of.model.calendar;
                let years = match of.first.and_then(|first| first.base_rate.as_ref()) {
                    // It was said of the deadline in the scenario that the file names.
                    Some(BaseRate::Chance { years, .. }) => *years,
                    // An event at step 0 alone has no time in which to come.
                    _ => calendar.years(of.outcome.deadline_step(calendar).max(1)),
                };
                Some(BaseRate::Chance { chance, years })
            }
            "values" => base.numbers(key, &mut self.found).map(BaseRate::Values),
            _ => self.shares(&base, key, of).map(BaseRate::Levels),
        }
    }

    /// A number between 0 and a limit, neither included: nothing is sure by a base rate.
    fn bounded(&mut self, base: &Fields<'a, '_>, key: &str, below: f64, range: &str) -> Option<f64> {
        let number = base.number(key, &mut self.found)?;
        if 0.0 < number && number < below {
            return Some(number);
        }
        let message = format!("`{key}` of {} is {range}", base.what);
        let help = "of n cases without one, a rate of 1 / (2 n) says more than 0";
        let diagnostic = Diagnostic::new(Code::OutOfRange, base.span(key), message);
        self.found.push(if number == 0.0 { diagnostic.help(help) } else { diagnostic });
        None
    }

    /// The share of each level; of those that are not named, 0.
    fn shares(&mut self, base: &Fields<'a, '_>, key: &str, of: &Observing<'_>) -> Option<Vec<f64>> {
        let OutcomeKind::Levels { levels } = &of.outcome.kind else { return None };
        let table = base.sub_table(key, &mut self.found)?;
        let known: Vec<&str> = levels.iter().map(|level| level.name.as_str()).collect();
        let inner = Fields { table, what: What::Part("the levels", &base.what) };
        let mut shares = vec![0.0; levels.len()];
        for (name, entry) in &table.entries {
            let Some(place) = known.iter().position(|level| level == name) else {
                let message = format!("`{}` has no level `{name}`", of.outcome.name);
                let help = names::suggest(name, known.iter().copied());
                self.found.push(Diagnostic::new(Code::UnknownName, entry.key, message).maybe_help(help));
                return None;
            };
            shares[place] = inner.number(name, &mut self.found)?;
        }
        let sum: f64 = shares.iter().sum();
        if let Some(negative) = shares.iter().find(|share| **share < 0.0) {
            let message = format!("the share of a level is 0 or more, not {negative}");
            self.found.push(Diagnostic::new(Code::OutOfRange, table.span, message));
            return None;
        }
        if (sum - 1.0).abs() > SLACK {
            let message = format!("the shares of the levels are 1 in all, not {sum}");
            self.found.push(Diagnostic::new(Code::OutOfRange, table.span, message));
            return None;
        }
        Some(shares)
    }

    /// Of outcomes that are conditional on an event it must be known whether that came, by its own deadline.
    fn settle_conditions(&mut self, model: &Model, all: &mut [Observation]) {
        for place in 0..all.len() {
            let outcome = &model.outcomes[all[place].outcome.index()];
            let Some(given) = outcome.given else { continue };
            let condition = all
                .iter()
                .find(|other| other.outcome == given)
                .map(|other| (other.happened, other.is_settled));
            let name = &model.outcomes[given.index()].name;
            let message = match condition {
                Some((Happened::Reached { in_time: true, .. }, true)) => continue,
                Some((_, true)) => {
                    all[place].is_void = true;
                    continue;
                }
                // Trials in which it comes later yet would count as well.
                Some((Happened::Reached { .. }, false)) => format!(
                    "`{}` is asked only where `{name}` came by its deadline, and what happened is not known until then",
                    outcome.name
                ),
                Some((_, false)) => {
                    format!("`{}` is asked only where `{name}` came, which is not known yet", outcome.name)
                }
                // What was wrong with it has been told.
                None if self.document.root.table("observed").is_some_and(|all| all.get(name).is_some()) => {
                    continue;
                }
                None => format!(
                    "`{}` is asked only where `{name}` came, and whether it did is not said",
                    outcome.name
                ),
            };
            let help =
                format!("write [observed.{name}] with `reached`, known to its deadline, or leave this out");
            self.found.push(Diagnostic::new(Code::BadObserved, all[place].span, message).help(help));
        }
    }
}

/// What is read of an outcome, and what is known of it.
struct Observing<'m> {
    model: &'m Model,
    outcome: &'m Outcome,
    until: Date,
    span: Span,
    /// The same against the scenario that the file names, where this is another.
    first: Option<&'m Observation>,
}

impl Observing<'_> {
    fn is(&self) -> &'static str {
        match self.outcome.kind {
            OutcomeKind::Event { .. } => "an event",
            OutcomeKind::Value { .. } => "a value",
            OutcomeKind::Levels { .. } => "levels",
        }
    }

    /// The key that says what became of it, and an example.
    fn wanted(&self) -> (&'static str, String) {
        match &self.outcome.kind {
            OutcomeKind::Event { .. } => {
                ("reached", format!("reached = false, or the day, such as reached = {}", self.until))
            }
            OutcomeKind::Value { .. } => ("value", "value = 0.5".to_owned()),
            OutcomeKind::Levels { levels } => {
                ("level", format!("level = \"{}\"", levels.first().map_or("", |level| level.name.as_str())))
            }
        }
    }

    /// The keys of a base rate that it may have, and an example.
    fn base_rates(&self) -> (&'static [&'static str], &'static str) {
        match self.outcome.kind {
            OutcomeKind::Event { .. } => {
                (&["hazard", "chance"], "{ hazard = 0.02 } a year, or { chance = 0.1 } by the deadline")
            }
            OutcomeKind::Value { .. } => {
                (&["values"], "{ values = [0.4, 0.5, 0.7] }, what it was at other times")
            }
            OutcomeKind::Levels { .. } => (&["levels"], "{ levels = { high = 0.3, low = 0.7 } }"),
        }
    }
}
