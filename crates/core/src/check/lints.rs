//! What is legal and suspect in a model that passed every check.

use std::collections::BTreeMap;

use super::{Checker, HashSet};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Table, Value};
use crate::keys::EVERYWHERE;
use crate::model::constants::Constant;
use crate::model::{
    EffectKind, ExprId, Node, OutcomeKind, Relation, RuleInstance, Slot, SlotId, SlotKind, Toward, Trigger,
};
use crate::names;
use crate::source::Span;

/// Assignments to one target, and the parts of a condition, are compared in pairs up to this many.
const MAX_COMPARED: usize = 64;

impl Checker<'_> {
    pub(super) fn lint(&mut self) {
        self.lint_unused();
        self.lint_evidence();
        self.lint_differences();
        self.lint_rules();
        self.lint_hazards();
        self.lint_assignments();
        if self.document.is_scenario() {
            self.lint_dead_ties();
            self.lint_outcomes();
        }
    }

    fn warn(&mut self, code: Code, span: Span, message: String, help: &str) {
        self.report_once(Diagnostic::new(code, span, message).help(help));
    }

    /// `0.4-0.6` where a range may be drawn from: nobody writes -0.2 so.
    fn lint_differences(&mut self) {
        let exprs = &self.model.exprs;
        let number = |id: ExprId| match exprs.node(id) {
            Node::Number(value) => Some(value),
            _ => None,
        };
        let difference = |id: ExprId| {
            let Node::Sum(terms) = exprs.node(id) else { return None };
            let [low, minus] = exprs.list(terms) else { return None };
            let Node::Negate(high) = exprs.node(*minus) else { return None };
            let (low, high) = (number(*low)?, number(high)?);
            (low < high).then(|| (exprs.span(id), low, high))
        };
        let parameters = self.model.parameters.iter().map(|parameter| parameter.value);
        let starts = self.model.slots.iter().map(|slot| slot.start);
        let found: Vec<(Span, f64, f64)> = parameters.chain(starts).filter_map(difference).collect();
        for (span, low, high) in found {
            let message = format!("`{low} - {high}` is a difference, and below 0");
            let help = format!("a range is written `{low} to {high}`");
            self.warn(Code::MinusForTo, span, message, &help);
        }
    }

    fn lint_unused(&mut self) {
        for (_, _, variant) in self.entries("variants") {
            for entry in ["set", "force", "disable"].into_iter().filter_map(|key| variant.get(key)) {
                named_in(&entry.node.value, 0, &mut self.used);
            }
        }
        for section in ["actors", "parameters"] {
            let singular = if section == "actors" { "actor" } else { "parameter" };
            for (name, span, _) in self.entries(section) {
                if !self.used.contains(name) {
                    let message = format!("nothing names the {singular} `{name}`");
                    self.warn(Code::Unused, span, message, "use it, or take it out");
                }
            }
        }
    }

    fn lint_evidence(&mut self) {
        // Sections have no evidence: what is called so there is an entry.
        let sections = self.document.root.entries.keys();
        let given =
            sections.flat_map(|section| self.entries(section)).any(|(_, _, table)| gives_evidence(table));
        let bare: Vec<(Span, String)> = self
            .model
            .slots
            .iter()
            .filter(|s| given && s.declared && s.evidence.is_empty())
            .filter(|s| matches!(s.kind, SlotKind::Tie { .. }) && !self.document.set_ties.contains(&s.name))
            .map(|s| (s.span, s.name.clone()))
            .collect();
        for (span, name) in bare {
            let message =
                format!("the tie `{name}` rests on no evidence, though others say what they rest on");
            self.warn(Code::NoEvidence, span, message, "add evidence, if need be { basis = \"judgement\" }");
        }
    }

    /// Why an instance can never fire, if it cannot.
    fn never_fires(&self, instance: &RuleInstance) -> Option<&'static str> {
        let fixed = |id: ExprId| self.ground.constant(id);
        if !instance.forced.is_empty() {
            return None;
        }
        if instance.window.is_empty() {
            return Some("no step of the run lies in its window");
        }
        if instance.at.as_ref().is_some_and(Vec::is_empty) {
            return Some("none of its dates lies in the run");
        }
        if instance.limit == Some(0) {
            return Some("its limit is 0");
        }
        if let Some(when) = instance.when {
            if fixed(when) == Constant::Condition(false) {
                return Some("its condition is always false");
            }
            let mut bounds = Vec::new();
            self.bounds(when, true, &mut bounds);
            if !self.may_hold_in(&bounds, &instance.window) {
                return Some("its condition holds in none of its steps");
            }
            if contradict(&bounds) {
                return Some("its condition asks at once for what cannot be at once");
            }
            if self.waits_for(&bounds, &instance.name) {
                return Some("its condition waits for a firing of its own");
            }
        }
        match instance.trigger {
            Trigger::Chance(id) if fixed(id) == Constant::Number(0.0) => Some("its chance is 0"),
            Trigger::Hazard(id) if fixed(id) == Constant::Number(0.0) => Some("its hazard is 0"),
            _ => None,
        }
    }

    fn can_fire(&self, instance: &RuleInstance) -> bool {
        instance.enabled && self.never_fires(instance).is_none()
    }

    fn lint_rules(&mut self) {
        let mut dead = Vec::new();
        for rule in &self.model.rules {
            let mut reasons = Vec::new();
            for id in &rule.instances {
                let instance = &self.model.instances[id.index()];
                if instance.enabled {
                    reasons.push(self.never_fires(instance));
                }
            }
            let reason = match reasons.as_slice() {
                [] if rule.instances.is_empty() => Some("its `foreach` and `where` leave no instance"),
                [first, rest @ ..] if rest.iter().all(Option::is_some) => *first,
                _ => None,
            };
            if let Some(reason) = reason {
                dead.push((rule.span, format!("the rule `{}` can never fire: {reason}", rule.name)));
            }
        }
        for (span, message) in dead {
            self.warn(Code::NeverFires, span, message, "mend it, or set enabled = false");
        }
    }

    fn lint_hazards(&mut self) {
        let most = 0.5 * f64::from(self.model.calendar.per_year());
        let unit = self.model.calendar.unit().name();
        let mut fast = Vec::new();
        for instance in &self.model.instances {
            if let (Trigger::Hazard(id), true) = (instance.trigger, instance.enabled)
                && let Constant::Number(hazard) = self.ground.constant(id)
                && hazard > most
            {
                let rule = &self.model.rules[instance.rule.index()].name;
                let message = format!(
                    "`{rule}` has a hazard of {hazard} a year; at one firing a {unit} at most, many of its events are lost"
                );
                fast.push((self.model.exprs.span(id), message));
            }
        }
        for (span, message) in fast {
            self.warn(
                Code::FastHazard,
                span,
                message,
                "use a finer step, or let one firing stand for several events",
            );
        }
    }

    // ---- two rules, one target

    fn lint_assignments(&mut self) {
        let mut by_target: BTreeMap<(SlotId, i64), Vec<usize>> = BTreeMap::new();
        for (place, instance) in self.model.instances.iter().enumerate() {
            if !self.can_fire(instance) {
                continue;
            }
            for effect in instance.all_effects().filter(|e| e.kind == EffectKind::Assign) {
                let places = by_target.entry((effect.target, instance.priority)).or_default();
                if places.last() != Some(&place) && places.len() < MAX_COMPARED {
                    places.push(place);
                }
            }
        }
        let mut races = Vec::new();
        for ((target, _), places) in &by_target {
            for (i, a) in places.iter().enumerate() {
                let rival = places[i + 1..].iter().find(|b| self.may_meet(*a, **b));
                if let Some(b) = rival {
                    races.push((*target, *a, *b));
                }
            }
        }
        for (target, a, b) in races {
            let [a, b] = [a, b].map(|place| &self.model.instances[place]);
            let rule = |i: &RuleInstance| &self.model.rules[i.rule.index()];
            let (first, second) = (rule(a).span, rule(b).span);
            let target = &self.model.slots[target.index()].name;
            let message = format!("`{}` and `{}` may both assign to `{target}` in one step", a.name, b.name);
            let race = Diagnostic::new(Code::AssignmentRace, second, message);
            let race = if a.rule == b.rule {
                race.help(format!(
                    "`{}` wins, as the first by name; let `where` or `when` leave one instance a target, or add with +=",
                    a.name
                ))
            } else {
                race.related(first, "the other rule; it wins, as the first by name")
                    .help("give one a higher `priority`, or make their `when`s exclude each other")
            };
            self.report_once(race);
        }
    }

    /// Whether two instances can fire in one step, as far as dates and simple conditions tell.
    fn may_meet(&self, a: usize, b: usize) -> bool {
        let [a, b] = [a, b].map(|place| &self.model.instances[place]);
        if !a.forced.is_empty() || !b.forced.is_empty() {
            return true;
        }
        let steps = a.window.start.max(b.window.start)..a.window.end.min(b.window.end);
        let dates_meet = match (&a.at, &b.at) {
            (Some(x), Some(y)) => x.iter().any(|step| y.contains(step)),
            (Some(x), None) | (None, Some(x)) => x.iter().any(|step| steps.contains(step)),
            (None, None) => !steps.is_empty(),
        };
        if !dates_meet {
            return false;
        }
        let (Some(x), Some(y)) = (a.when, b.when) else { return true };
        let (mut bounds_a, mut bounds_b) = (Vec::new(), Vec::new());
        self.bounds(x, true, &mut bounds_a);
        self.bounds(y, true, &mut bounds_b);
        !bounds_a.iter().any(|(name, p)| bounds_b.iter().any(|(other, q)| name == other && are_apart(p, q)))
    }

    /// Whether what a condition says of the time, if anything, is met between the first and the last of some steps.
    fn may_hold_in(&self, bounds: &[(Node, Vec<Bounds>)], steps: &std::ops::Range<u32>) -> bool {
        let (first, last) = (steps.start, steps.end.saturating_sub(1));
        bounds.iter().all(|(name, intervals)| {
            let (low, high) = match name {
                Node::Step => (f64::from(first), f64::from(last)),
                Node::Years => (self.model.calendar.years(first), self.model.calendar.years(last)),
                _ => return true,
            };
            let times = Bounds { low, high, low_open: false, high_open: false };
            intervals.iter().any(|interval| interval.meets(times))
        })
    }

    /// Whether what a condition says of the past holds only once this instance has fired.
    fn waits_for(&self, bounds: &[(Node, Vec<Bounds>)], instance: &str) -> bool {
        bounds.iter().any(|(name, intervals)| {
            let (history, before) = match name {
                Node::Count(history) => (history, 0.0),
                Node::Since(history) => (history, f64::INFINITY),
                _ => return false,
            };
            let members = &self.model.histories[history.index()].members;
            members.iter().all(|(member, _)| self.model.instances[member.index()].name == instance)
                && are_apart(intervals, &Bounds::of(Relation::Equal, before))
        })
    }

    /// What a condition says of single names where it holds, or where it does not: each compared with a constant.
    fn bounds(&self, condition: ExprId, holds: bool, bounds: &mut Vec<(Node, Vec<Bounds>)>) {
        match (self.model.exprs.node(condition), holds) {
            (Node::And(list), true) | (Node::Or(list), false) => {
                self.model.exprs.list(list).iter().for_each(|id| self.bounds(*id, holds, bounds));
            }
            (Node::Not(inner), _) => self.bounds(inner, !holds, bounds),
            (Node::Fired(history), _) => {
                let relation = if holds { Relation::Greater } else { Relation::Equal };
                bounds.push((Node::Count(history), Bounds::of(relation, 0.0)));
            }
            (Node::Compare(relation, left, right), _) => {
                let relation = if holds { relation } else { negated(relation) };
                let fixed = |id: ExprId| match self.ground.constant(id) {
                    Constant::Number(value) => Some(value),
                    _ => None,
                };
                let found = match (fixed(left), fixed(right)) {
                    (None, Some(value)) => Some((left, Bounds::of(relation, value))),
                    (Some(value), None) => Some((right, Bounds::of(relation.mirrored(), value))),
                    _ => None,
                };
                if let Some((name, intervals)) = found {
                    bounds.push((self.model.exprs.node(name), intervals));
                }
            }
            _ => {}
        }
    }

    // ---- ties and outcomes

    fn targets(&self) -> Vec<bool> {
        let mut moved = vec![false; self.model.slots.len()];
        for instance in self.model.instances.iter().filter(|i| self.can_fire(i)) {
            for effect in instance.all_effects() {
                moved[effect.target.index()] = true;
            }
        }
        moved
    }

    fn lint_dead_ties(&mut self) {
        let mut targets = vec![false; self.model.slots.len()];
        for instance in &self.model.instances {
            for effect in instance.all_effects() {
                targets[effect.target.index()] = true;
            }
        }
        let mut dead: BTreeMap<Span, Vec<&str>> = BTreeMap::new();
        for (slot, _) in self.model.slots.iter().zip(&targets).filter(|(s, moved)| is_dead(s, **moved)) {
            if self.is_covered_by_default(slot) {
                continue;
            }
            dead.entry(slot.span).or_default().push(&slot.name);
        }
        let warnings: Vec<(Span, String)> = dead
            .into_iter()
            .map(|(span, names)| {
                let shown = names::list(&names[..names.len().min(4)]);
                let rest = names.len().saturating_sub(4);
                let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
                (span, format!("{shown}{more}: read here, but neither declared nor moved by any effect"))
            })
            .collect();
        for (span, message) in warnings {
            self.warn(
                Code::DeadTie,
                span,
                message,
                "declare it under [ties], or look for a slip in the name or the order",
            );
        }
    }

    /// Whether a tie is reached by bound names alone, where no slip names a pair, and its channel says what pairs that `[ties]`
    /// leaves out start at.
    fn is_covered_by_default(&self, slot: &Slot) -> bool {
        let SlotKind::Tie { channel, .. } = slot.kind else { return false };
        let channel = &self.model.channels[channel].name;
        let table = self.document.root.table("channels").and_then(|channels| channels.table(channel));
        let is_bound = !self.sources.snippet(slot.span).contains(|c: char| c.is_ascii_uppercase());
        is_bound && table.is_some_and(|table| table.get("default").is_some())
    }

    fn lint_outcomes(&mut self) {
        if self.model.outcomes.is_empty() {
            let span = self.document.root.get("scenario").map(|e| e.key);
            self.found.push(
                Diagnostic::new(Code::NoOutcomes, span, "the scenario has no outcomes: it asks nothing")
                    .help("add one under [outcomes]"),
            );
        }
        let moving = self.moving();
        let mut warnings = Vec::new();
        for outcome in &self.model.outcomes {
            let (exprs, sustained): (Vec<ExprId>, u64) = match &outcome.kind {
                OutcomeKind::Event { when, sustained } => (vec![*when], *sustained),
                OutcomeKind::Value { value } => (vec![*value], 0),
                OutcomeKind::Levels { levels } => (levels.iter().filter_map(|l| l.when).collect(), 0),
            };
            if !exprs.iter().any(|id| moving[id.index()]) {
                let message =
                    format!("nothing can change the outcome `{}` in the course of a trial", outcome.name);
                warnings.push((
                    Code::NothingChanges,
                    outcome.span,
                    message,
                    "let a rule, a decay or a drift move what it looks at",
                ));
            }
            let deadline = outcome.deadline_step(&self.model.calendar);
            if sustained > u64::from(deadline) {
                let message = format!(
                    "`{}` must hold for {sustained} steps, and there are {deadline} until its deadline",
                    outcome.name
                );
                warnings.push((
                    Code::NeverReached,
                    outcome.span,
                    message,
                    "shorten `sustained`, or give it more time",
                ));
            }
        }
        for (code, span, message, help) in warnings {
            self.warn(code, span, message, help);
        }
    }

    /// Whether an expression may change in the course of a trial.
    fn moving(&self) -> Vec<bool> {
        let targets = self.targets();
        let mut moving: Vec<bool> = Vec::with_capacity(self.model.exprs.nodes().len());
        for node in self.model.exprs.nodes() {
            let moves = match *node {
                Node::Slot(slot) => targets[slot.index()] || drifts(&self.model.slots[slot.index()]),
                Node::Index(index) => moving[self.model.indices[index.index()].value.index()],
                Node::Step | Node::Years => true,
                Node::Fired(history) | Node::Count(history) | Node::Since(history) => {
                    let members = &self.model.histories[history.index()].members;
                    members.iter().any(|(instance, _)| self.can_fire(&self.model.instances[instance.index()]))
                }
                Node::Start(_) => false,
                node => {
                    let mut any = false;
                    self.model.exprs.for_each_operand(node, |id| any |= moving[id.index()]);
                    any
                }
            };
            moving.push(moves);
        }
        moving
    }
}

/// Whether a table or one within it says what it rests on.
fn gives_evidence(table: &Table) -> bool {
    table
        .get("evidence")
        .is_some_and(|entry| !matches!(&entry.node.value, Value::Array(all) if all.is_empty()))
        || table.entries.values().any(|entry| match &entry.node.value {
            Value::Table(table) => gives_evidence(table),
            _ => false,
        })
}

/// Names in what a variant sets, forces or disables: in values, and, as actors, in the brackets of keys. What is named there is
/// named, though no value of the file uses it. What is about a thing names nothing, and neither does its evidence.
fn named_in(value: &Value, depth: u32, used: &mut HashSet<String>) {
    let names = |text: &str, used: &mut HashSet<String>| {
        let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        used.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
    };
    match value {
        Value::String(text) => names(&text.value, used),
        Value::Array(items) => items.iter().for_each(|item| named_in(&item.value, depth + 1, used)),
        Value::Table(table) => {
            for (key, entry) in &table.entries {
                if let Some((_, actors)) = key.split_once('[') {
                    names(actors, used);
                }
                // By itself, or as the last of a path; first comes the name of a thing.
                let last = key.rsplit_once('.').map(|(_, last)| last).or((depth > 1).then_some(key));
                if last.is_none_or(|last| EVERYWHERE.iter().all(|key| key.name != last)) {
                    named_in(&entry.node.value, depth + 1, used);
                }
            }
        }
        Value::Number { .. } | Value::Boolean(_) | Value::Date(_) | Value::OtherDate => {}
    }
}

/// Whether a value moves by itself from where it starts.
fn drifts(slot: &Slot) -> bool {
    slot.volatility.is_some() || slot.decay.is_some_and(|decay| decay.toward != Toward::Start)
}

fn is_dead(slot: &Slot, moved: bool) -> bool {
    !moved && !slot.declared && !drifts(slot) && matches!(slot.kind, SlotKind::Tie { .. })
}

fn negated(relation: Relation) -> Relation {
    match relation {
        Relation::Equal => Relation::NotEqual,
        Relation::NotEqual => Relation::Equal,
        Relation::Less => Relation::GreaterEqual,
        Relation::LessEqual => Relation::Greater,
        Relation::Greater => Relation::LessEqual,
        Relation::GreaterEqual => Relation::Less,
    }
}

/// Whether some name is compared with constants that cannot both hold.
fn contradict(bounds: &[(Node, Vec<Bounds>)]) -> bool {
    let bounds = &bounds[..bounds.len().min(MAX_COMPARED)];
    bounds
        .iter()
        .enumerate()
        .any(|(place, (name, p))| bounds[..place].iter().any(|(other, q)| name == other && are_apart(p, q)))
}

/// Whether no number lies in intervals of both.
fn are_apart(p: &[Bounds], q: &[Bounds]) -> bool {
    !p.iter().any(|p| q.iter().any(|q| p.meets(*q)))
}

/// An interval; an end may be left out of it.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    low: f64,
    high: f64,
    low_open: bool,
    high_open: bool,
}

impl Bounds {
    /// Where a comparison with a value holds.
    fn of(relation: Relation, value: f64) -> Vec<Self> {
        let all = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, low_open: false, high_open: false };
        let (below, above) =
            (Self { high: value, high_open: true, ..all }, Self { low: value, low_open: true, ..all });
        match relation {
            Relation::Equal => vec![Self { low: value, high: value, ..all }],
            Relation::NotEqual => vec![below, above],
            Relation::Less => vec![below],
            Relation::LessEqual => vec![Self { high: value, ..all }],
            Relation::Greater => vec![above],
            Relation::GreaterEqual => vec![Self { low: value, ..all }],
        }
    }

    fn meets(self, other: Self) -> bool {
        let below = |a: Self, b: Self| a.high < b.low || a.high == b.low && (a.high_open || b.low_open);
        !below(self, other) && !below(other, self)
    }
}
