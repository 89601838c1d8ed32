//! Outcomes: what is asked. And the last step: names in order, references put right.

use std::sync::Arc;

use super::fields::{Fields, What, expression_of};
use super::types::{Allowed, Type};
use super::{Checker, HashSet};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Table, Value};
use crate::keys::LEVEL;
use crate::model::{Deadline, Level, Outcome, OutcomeId, OutcomeKind, SlotId};
use crate::names;
use crate::source::Span;
use crate::syntax::Expr;

/// What stands before the name of a level in tables, for its share at the end and its three widths.
const OF_A_LEVEL: [&str; 5] = ["final_", "known_", "unknown_sd_", "chance_sd_", "unknown_share_"];

pub(super) struct OutcomeDefinition {
    name: String,
    span: Span,
    about: Option<String>,
    form: Form,
    by: Option<Deadline>,
    given: Option<(String, Span)>,
}

enum Form {
    Event { when: Option<Arc<Expr>>, sustained: u64 },
    Value(Option<Arc<Expr>>),
    Levels(Vec<(String, Option<Arc<Expr>>)>),
}

impl<'a> Checker<'a> {
    pub(super) fn declare_outcomes(&mut self) {
        for (name, span, table) in self.entries("outcomes") {
            self.check_name(name, span, "outcome");
            let fields = self.open("outcomes", "outcome", name, span, table);
            let (about, _) = self.about(&fields);
            for (a, b) in [
                ("when", "value"),
                ("when", "levels"),
                ("value", "levels"),
                ("sustained", "value"),
                ("sustained", "levels"),
            ] {
                let help = match a {
                    "sustained" => "only an event (`when`) is sustained",
                    _ => "an outcome is an event (`when`), a value or levels; make two outcomes of it",
                };
                self.exclusive(&fields, a, b, help);
            }
            let Some(form) = self.form(&fields, span) else { continue };
            let by = self.deadline(&fields);
            let given =
                fields.text("given", &mut self.found).map(|t| (t.value.clone(), t.span(0..t.value.len())));
            let name = name.to_owned();
            self.definitions.outcomes.push(OutcomeDefinition { name, span, about, form, by, given });
        }
    }

    fn form(&mut self, fields: &Fields<'a, '_>, span: Span) -> Option<Form> {
        if fields.entry("when").is_some() {
            let unit = self.model.calendar.unit();
            let when = fields.expression("when", &mut self.found);
            let sustained = fields.duration("sustained", &mut self.found).map_or(0, |d| d.in_steps(unit));
            return Some(Form::Event { when, sustained });
        }
        if fields.entry("value").is_some() {
            return Some(Form::Value(fields.expression("value", &mut self.found)));
        }
        if fields.entry("levels").is_some() {
            return Some(Form::Levels(self.levels(fields)));
        }
        let message = format!("{} asks nothing", fields.what);
        let help = "add `when` (an event), `value` (a number) or `levels`";
        self.found.push(Diagnostic::new(Code::MissingKey, span, message).help(help));
        None
    }

    fn levels(&mut self, fields: &Fields<'a, '_>) -> Vec<(String, Option<Arc<Expr>>)> {
        let Some(entry) = fields.entry("levels") else { return Vec::new() };
        let tables: Option<Vec<&Table>> = match &entry.node.value {
            Value::Array(items) => items
                .iter()
                .map(|item| match &item.value {
                    Value::Table(table) => Some(table),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        let Some(tables) = tables.filter(|t| !t.is_empty()) else {
            let message = format!(
                "`levels` of {} takes a list of tables, each with a name and a condition",
                fields.what
            );
            let help = "write levels = [ { name = \"high\", when = \"x > 0.5\" }, { name = \"low\" } ]";
            self.found.push(Diagnostic::new(Code::WrongType, entry.node.span, message).help(help));
            return Vec::new();
        };
        let mut levels: Vec<(String, Option<Arc<Expr>>)> = Vec::new();
        let last = tables.len() - 1;
        for (place, table) in tables.iter().enumerate() {
            let level =
                Fields::new(table, What::Part("a level", &fields.what), LEVEL, table.span, &mut self.found);
            self.about(&level);
            let Some(name) = level.string("name", &mut self.found) else { continue };
            let span = level.span("name").unwrap_or(table.span);
            self.check_name(&name, span, "level");
            let when =
                level.entry("when").map(|e| expression_of(&e.node, "when", level.what, &mut self.found));
            if when.is_none() && place != last {
                let diagnostic = Diagnostic::new(
                    Code::BadLevels,
                    table.span,
                    format!("level `{name}` has no `when`, so none after it is ever reached"),
                )
                .help("give it a condition, or put it last");
                self.found.push(diagnostic);
            }
            if levels.iter().any(|(other, _)| *other == name) {
                self.error(Code::BadLevels, span, format!("two levels are named `{name}`"));
            }
            levels.push((name, when.flatten()));
            if place == last && level.entry("when").is_some() {
                if levels.iter().any(|(name, _)| name == "none") {
                    let diagnostic = Diagnostic::new(
                        Code::BadLevels,
                        span,
                        "a level `none` is added for when no other holds",
                    )
                    .help("rename yours, or leave out the `when` of the last level");
                    self.found.push(diagnostic);
                }
                levels.push(("none".to_owned(), None));
            }
        }
        let names: HashSet<&str> = levels.iter().map(|(name, _)| name.as_str()).collect();
        for (name, prefix) in levels.iter().flat_map(|(name, _)| OF_A_LEVEL.map(|prefix| (name, prefix))) {
            let figure = format!("{prefix}{name}");
            if names.contains(figure.as_str()) {
                let message = format!("levels `{name}` and `{figure}` are one in tables");
                let help = format!("tables have a figure of `{name}` as `{figure}`; rename the other");
                self.found.push(Diagnostic::new(Code::BadLevels, entry.node.span, message).help(help));
            }
        }
        levels
    }

    pub(super) fn type_outcomes(&mut self) {
        let mut definitions = std::mem::take(&mut self.definitions.outcomes);
        for definition in &mut definitions {
            let (exprs, ty): (Vec<&mut Option<Arc<Expr>>>, Type) = match &mut definition.form {
                Form::Event { when, .. } => (vec![when], Type::Condition),
                Form::Value(value) => (vec![value], Type::Number),
                Form::Levels(levels) => (levels.iter_mut().map(|(_, when)| when).collect(), Type::Condition),
            };
            for expr in exprs {
                if let Some(inner) = expr
                    && !self.want(inner, ty, &mut Vec::new(), Allowed::STATE)
                {
                    *expr = None;
                }
            }
        }
        self.definitions.outcomes = definitions;
    }

    pub(super) fn ground_outcomes(&mut self) {
        let definitions = std::mem::take(&mut self.definitions.outcomes);
        for definition in &definitions {
            let kind = match &definition.form {
                Form::Event { when, sustained } => {
                    let when = self.ground_or(when.as_deref(), definition.span);
                    self.check_constant(when, format_args!("the condition of outcome `{}`", definition.name));
                    OutcomeKind::Event { when, sustained: *sustained }
                }
                Form::Value(value) => {
                    let value = self.ground_or(value.as_deref(), definition.span);
                    self.check_constant(value, format_args!("the value of outcome `{}`", definition.name));
                    OutcomeKind::Value { value }
                }
                Form::Levels(levels) => {
                    let level = |(name, when): &(String, Option<Arc<Expr>>)| {
                        let when = when.as_ref().map(|expr| self.ground_value(expr, String::new()));
                        if let Some(when) = when {
                            self.check_constant(when, format_args!("the condition of level `{name}`"));
                        }
                        Level { name: name.clone(), when }
                    };
                    OutcomeKind::Levels { levels: levels.iter().map(level).collect() }
                }
            };
            let given =
                definition.given.as_ref().and_then(|given| self.given(given, &definition.name, &definitions));
            self.model.outcomes.push(Outcome {
                name: definition.name.clone(),
                about: definition.about.clone(),
                kind,
                by: definition.by,
                given,
                span: definition.span,
            });
        }
    }

    fn ground_or(&mut self, expr: Option<&Expr>, span: Span) -> crate::model::ExprId {
        match expr {
            Some(expr) => self.ground_value(expr, String::new()),
            None => self.ground.push(crate::model::Node::Number(0.0), span),
        }
    }

    /// What an outcome is conditional on.
    fn given(
        &mut self,
        (name, span): &(String, Span),
        of: &str,
        definitions: &[OutcomeDefinition],
    ) -> Option<OutcomeId> {
        let span = *span;
        let place = definitions.iter().position(|d| d.name == *name);
        let wrong = match place.map(|i| &definitions[i]) {
            None => {
                let events = definitions
                    .iter()
                    .filter(|d| matches!(d.form, Form::Event { .. }) && d.given.is_none())
                    .map(|d| d.name.as_str());
                let mended =
                    names::mend(name, false).filter(|mended| events.clone().any(|name| name == mended));
                let help = if let Some(mended) = mended {
                    Some(format!("did you mean `{mended}`?"))
                } else if name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                    Some(format!(
                        "`given` names an outcome: write [outcomes.NAME] with when = \"{name}\", and `given` = \"NAME\""
                    ))
                } else {
                    names::suggest(name, events.collect::<Vec<_>>())
                };
                let message = format!("there is no outcome `{name}`");
                self.found.push(Diagnostic::new(Code::BadGiven, span, message).maybe_help(help));
                return None;
            }
            Some(d) if !matches!(d.form, Form::Event { .. }) => {
                format!("`{name}` is no event; `given` names an outcome with `when`")
            }
            Some(_) if name == of => format!("`{name}` is conditional on itself"),
            Some(d) if d.given.is_some() => format!("`{name}` is conditional itself"),
            Some(_) => return place.map(OutcomeId::new),
        };
        let diagnostic = Diagnostic::new(Code::BadGiven, span, wrong)
            .help("join the two conditions in one event and name that");
        self.found.push(diagnostic);
        None
    }

    /// Slots in the order of their names, and everything that speaks of them put right.
    pub(super) fn finish(&mut self) {
        let mut order: Vec<usize> = (0..self.model.slots.len()).collect();
        order.sort_by(|a, b| self.model.slots[*a].name.cmp(&self.model.slots[*b].name));
        let mut places = vec![SlotId::new(0); order.len()];
        for (new, old) in order.iter().enumerate() {
            places[*old] = SlotId::new(new);
        }
        let mut slots: Vec<Option<crate::model::Slot>> = self.model.slots.drain(..).map(Some).collect();
        self.model.slots = order.iter().filter_map(|old| slots[*old].take()).collect();
        for instance in &mut self.model.instances {
            let branches = instance.branches.iter_mut().flat_map(|b| &mut b.effects);
            for effect in instance.effects.iter_mut().chain(branches) {
                effect.target = places[effect.target.index()];
            }
        }
        self.model.exprs = std::mem::take(&mut self.ground.exprs);
        self.model.exprs.move_slots(&places);
    }
}
