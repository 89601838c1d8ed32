//! What has a value: channels, ties, attributes, variables, parameters, indices.

use std::fmt;
use std::sync::Arc;

use super::fields::{Fields, What, expression_of};
use super::symbols::Symbol;
use super::types::{Allowed, Type};
use super::{Checker, HashMap};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Entry, Value};
use crate::keys::DECAY;
use crate::model::{
    ActorId, Attribute, Channel, Decay, DecayRate, Evidence, Node, Parameter, Slot, SlotKind, Toward,
};
use crate::source::Span;
use crate::syntax::{self, Expr, Name};

pub(super) struct ParameterDefinition {
    pub(super) name: String,
    span: Span,
    about: Option<String>,
    unit: Option<String>,
    pub(super) value: Option<Arc<Expr>>,
    evidence: Vec<Evidence>,
}

/// Decay and volatility as a table gives them.
#[derive(Clone, Default)]
pub(super) struct Drift {
    decay: Option<DecayDefinition>,
    volatility: Option<Arc<Expr>>,
}

#[derive(Clone)]
struct DecayDefinition {
    half_life: Option<f64>,
    rate: Option<Arc<Expr>>,
    /// None is "start".
    toward: Option<Arc<Expr>>,
}

pub(super) struct TieDefinition {
    kind: SlotKind,
    name: String,
    span: Span,
    weight: Option<Arc<Expr>>,
    about: Option<String>,
    evidence: Vec<Evidence>,
    drift: Drift,
}

pub(super) struct AttributeDefinition {
    values: Vec<(ActorId, Arc<Expr>, Span)>,
    evidence: Vec<Evidence>,
    drift: Drift,
}

pub(super) struct VariableDefinition {
    name: String,
    span: Span,
    about: Option<String>,
    initial: Option<Arc<Expr>>,
    range: (f64, f64),
    evidence: Vec<Evidence>,
    drift: Drift,
}

pub(super) struct IndexDefinition {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) of: Vec<Name>,
    pub(super) value: Option<Arc<Expr>>,
    /// Its type, once that is known and nothing is wrong with it.
    pub(super) ty: Option<Type>,
}

const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

impl<'a> Checker<'a> {
    pub(super) fn declare_state(&mut self) {
        self.declare_channels();
        self.declare_ties();
        self.declare_attributes();
        self.declare_variables();
        self.declare_parameters();
        self.declare_indices();
    }

    fn declare_channels(&mut self) {
        for (name, span, table) in self.sorted_tables("channels") {
            let fields = self.open("channels", "channel", name, span, table);
            let (about, _) = self.about(&fields);
            let found = &mut self.found;
            let directed = fields.boolean("directed", found).unwrap_or(false);
            let range = fields.range("range", found).unwrap_or((0.0, 1.0));
            let default = fields.number("default", found).unwrap_or(0.0);
            self.check_default(&fields, default, range);
            let drift = self.drift(&fields);
            self.definitions.channels.push(drift);
            self.model.channels.push(Channel { name: name.to_owned(), about, directed, range, default });
        }
    }

    fn check_default(&mut self, fields: &Fields<'_, '_>, default: f64, range: (f64, f64)) {
        if default < range.0 || default > range.1 {
            let message =
                format!("the default {default} of {} lies outside its range {}", fields.what, shown(range));
            let diagnostic =
                Diagnostic::new(Code::OutOfRange, fields.span("default").or(fields.span("range")), message);
            self.found.push(diagnostic.help("set `default` to a value inside the range"));
        }
    }

    fn declare_ties(&mut self) {
        let mut seen: HashMap<SlotKind, Span> = HashMap::default();
        for (name, span, table) in self.entries("ties") {
            let fields = self.open("ties", "tie", name, span, table);
            let (about, evidence) = self.about_value(&fields, "weight");
            let weight = fields.expression("weight", &mut self.found);
            let drift = self.drift(&fields);
            let Some(kind) = self.tie_kind(name, span) else { continue };
            if let Some(first) = seen.insert(kind, span) {
                let diagnostic =
                    Diagnostic::new(Code::DuplicateTie, span, format!("the tie `{name}` is declared twice"))
                        .related(first, "first declared here")
                        .help("an undirected tie is the same in either order; keep one");
                self.found.push(diagnostic);
                continue;
            }
            let name = self.slot_name(kind);
            self.definitions.ties.push(TieDefinition { kind, name, span, weight, about, evidence, drift });
        }
    }

    /// What a tie's key stands for.
    fn tie_kind(&mut self, name: &str, span: Span) -> Option<SlotKind> {
        let text = self.key_text(name, span);
        let reference = match syntax::parse_reference(&text) {
            Ok(reference) => reference,
            Err(diagnostic) => {
                self.found.push(diagnostic.help("ties are named \"channel[A,B]\""));
                return None;
            }
        };
        let channel = match self.symbols.get(&reference.rule.text) {
            Some((Symbol::Channel(place), _)) => *place,
            Some((other, _)) => {
                let message = format!("`{}` is {}, not a channel", reference.rule.text, other.describe());
                self.found.push(
                    Diagnostic::new(Code::UnknownName, reference.rule.span, message)
                        .help("ties are named \"channel[A,B]\""),
                );
                return None;
            }
            None => {
                self.unknown_name(&reference.rule.text, reference.rule.span, "channel", |s| {
                    matches!(s, Symbol::Channel(_))
                });
                return None;
            }
        };
        let (Some([from, to]), None) = (reference.actors.as_deref(), &reference.branch) else {
            let message = format!("`{name}` does not name two actors");
            self.found.push(
                Diagnostic::new(Code::ActorCount, span, message).help("ties are named \"channel[A,B]\""),
            );
            return None;
        };
        let (a, b) = (self.actor(&from.text, from.span), self.actor(&to.text, to.span));
        let (a, b) = (a?, b?);
        if a == b {
            let message = format!("`{name}` ties {} to itself", from.text);
            self.found.push(Diagnostic::new(Code::SelfTie, span, message).help("a tie joins two actors"));
            return None;
        }
        Some(self.tie(channel, a, b))
    }

    /// A dyad of a channel, an undirected one with the smaller id first.
    pub(super) fn tie(&self, channel: usize, a: ActorId, b: ActorId) -> SlotKind {
        let directed = self.model.channels.get(channel).is_some_and(|c| c.directed);
        let (from, to) = if directed || a < b { (a, b) } else { (b, a) };
        SlotKind::Tie { channel, from, to }
    }

    /// The full name of an attribute or a tie.
    pub(super) fn slot_name(&self, kind: SlotKind) -> String {
        let id = |actor: ActorId| self.model.actors[actor.index()].id.as_str();
        match kind {
            SlotKind::Tie { channel, from, to } => {
                format!("{}[{},{}]", self.model.channels[channel].name, id(from), id(to))
            }
            SlotKind::Attribute { attribute, actor } => {
                format!("{}[{}]", self.model.attributes[attribute].name, id(actor))
            }
            SlotKind::Variable => String::new(),
        }
    }

    fn declare_attributes(&mut self) {
        for (name, span, table) in self.sorted_tables("attributes") {
            let fields = self.open("attributes", "attribute", name, span, table);
            let (about, evidence) = self.about(&fields);
            let range = fields.range("range", &mut self.found).unwrap_or(FREE);
            let default = fields.number("default", &mut self.found);
            let mut values = Vec::new();
            let starts = fields.sub_table("values", &mut self.found);
            // What nobody wrote matters only where it is used.
            let is_used = starts.is_none_or(|starts| starts.entries.len() < self.model.actors.len());
            if default.is_some() || is_used {
                self.check_default(&fields, default.unwrap_or(0.0), range);
            }
            for (id, Entry { key, node }) in starts.iter().flat_map(|t| &t.entries) {
                let expr = expression_of(node, id, fields.what, &mut self.found);
                let actor = self.actor(id, *key);
                if let (Some(actor), Some(expr)) = (actor, expr) {
                    values.push((actor, expr, *key));
                }
            }
            let drift = self.drift(&fields);
            self.definitions.attributes.push(AttributeDefinition { values, evidence, drift });
            let default = default.unwrap_or(0.0);
            self.model.attributes.push(Attribute { name: name.to_owned(), about, range, default });
        }
    }

    fn declare_variables(&mut self) {
        for (name, span, table) in self.sorted_tables("variables") {
            let fields = self.open("variables", "variable", name, span, table);
            let (about, evidence) = self.about_value(&fields, "initial");
            let initial = fields.expression("initial", &mut self.found);
            let range = fields.range("range", &mut self.found).unwrap_or(FREE);
            let drift = self.drift(&fields);
            let name = name.to_owned();
            self.definitions.variables.push(VariableDefinition {
                name,
                span,
                about,
                initial,
                range,
                evidence,
                drift,
            });
        }
    }

    fn declare_parameters(&mut self) {
        for (name, span, table) in self.sorted_tables("parameters") {
            let fields = self.open("parameters", "parameter", name, span, table);
            let (about, evidence) = self.about_value(&fields, "value");
            let value = fields.expression("value", &mut self.found);
            let unit = fields.string("unit", &mut self.found);
            let name = name.to_owned();
            self.definitions.parameters.push(ParameterDefinition {
                name,
                span,
                about,
                unit,
                value,
                evidence,
            });
        }
    }

    fn declare_indices(&mut self) {
        for (name, span, table) in self.sorted_tables("indices") {
            let fields = self.open("indices", "index", name, span, table);
            self.about(&fields);
            let texts = fields.texts("of", "a list of names, such as [\"a\", \"b\"]", &mut self.found);
            let of = texts
                .unwrap_or_default()
                .into_iter()
                .map(|text| Name { text: text.value.clone(), span: text.span(0..text.value.len()) });
            let of: Vec<Name> = of.collect();
            let value = fields.expression("value", &mut self.found);
            self.definitions.indices.push(IndexDefinition {
                name: name.to_owned(),
                span,
                of,
                value,
                ty: None,
            });
        }
    }

    /// The decay and volatility of a table.
    fn drift(&mut self, fields: &Fields<'a, '_>) -> Drift {
        let decay = fields.sub_table("decay", &mut self.found).map(|table| {
            let what = What::Part("the decay", &fields.what);
            let decay = Fields::new(table, what, DECAY, table.span, &mut self.found);
            self.decay(&decay)
        });
        Drift { decay, volatility: fields.expression("volatility", &mut self.found) }
    }

    fn decay(&mut self, fields: &Fields<'a, '_>) -> DecayDefinition {
        let found = &mut self.found;
        let rate = fields.expression("rate", found);
        let half_life = fields.duration("half_life", found);
        match (fields.span("rate"), fields.span("half_life")) {
            (Some(rate), Some(half_life)) => {
                let message = format!("{} has a half-life and a rate", fields.what);
                found.push(
                    Diagnostic::new(Code::Exclusive, rate, message)
                        .related(half_life, "the half-life")
                        .help("keep one of them"),
                );
            }
            (None, None) => {
                let message = format!("{} says not how fast", fields.what);
                found.push(
                    Diagnostic::new(Code::MissingKey, fields.table.span, message)
                        .help("add half_life = \"4 years\", or rate = 0.1 (a year)"),
                );
            }
            _ => {}
        }
        if half_life.is_some_and(crate::calendar::Duration::is_zero) {
            let diagnostic =
                Diagnostic::new(Code::OutOfRange, fields.span("half_life"), "a half-life is longer than 0");
            found.push(diagnostic);
        }
        let toward = match fields.entry("toward").map(|e| &e.node) {
            None => Some(Arc::new(Expr { kind: syntax::Kind::Number(0.0), span: fields.table.span })),
            Some(node) => match &node.value {
                Value::String(text) if text.value.trim() == "start" => None,
                _ => fields.expression("toward", found),
            },
        };
        let unit = self.model.calendar.unit();
        DecayDefinition { half_life: half_life.map(|d| d.in_years(unit)), rate, toward }
    }

    // ---- types

    pub(super) fn type_parameters(&mut self) {
        let mut definitions = std::mem::take(&mut self.definitions.parameters);
        for definition in &mut definitions {
            if let Some(value) = &definition.value
                && !self.want(value, Type::Number, &mut Vec::new(), Allowed::START)
            {
                definition.value = None;
            }
        }
        self.definitions.parameters = definitions;
    }

    pub(super) fn type_state(&mut self) {
        let mut definitions = std::mem::take(&mut self.definitions);
        let drifts = definitions.channels.iter_mut();
        let drifts = drifts.chain(definitions.ties.iter_mut().map(|t| &mut t.drift));
        let drifts = drifts.chain(definitions.attributes.iter_mut().map(|a| &mut a.drift));
        for drift in drifts.chain(definitions.variables.iter_mut().map(|v| &mut v.drift)) {
            self.type_drift(drift);
        }
        for tie in &mut definitions.ties {
            self.type_start(&mut tie.weight);
        }
        for variable in &mut definitions.variables {
            self.type_start(&mut variable.initial);
        }
        for attribute in &mut definitions.attributes {
            attribute
                .values
                .retain(|(_, expr, _)| self.want(expr, Type::Number, &mut Vec::new(), Allowed::START));
        }
        self.definitions = definitions;
    }

    fn type_start(&mut self, start: &mut Option<Arc<Expr>>) {
        if let Some(expr) = start
            && !self.want(expr, Type::Number, &mut Vec::new(), Allowed::START)
        {
            *start = None;
        }
    }

    fn type_drift(&mut self, drift: &mut Drift) {
        let Drift { decay, volatility } = drift;
        let exprs = [volatility].into_iter();
        let decay = decay.iter_mut().flat_map(|d| [&mut d.rate, &mut d.toward]);
        for slot in exprs.chain(decay) {
            if let Some(expr) = slot
                && !self.want(expr, Type::Number, &mut Vec::new(), Allowed::PARAMETERS)
            {
                *expr = Arc::new(Expr { kind: syntax::Kind::Number(0.0), span: expr.span });
            }
        }
    }

    // ---- ground

    pub(super) fn ground_parameters(&mut self) {
        let definitions = std::mem::take(&mut self.definitions.parameters);
        let values: Vec<Option<&Expr>> = definitions.iter().map(|d| d.value.as_deref()).collect();
        let order = self.in_order_of_use(&values, "parameter", |s| match s {
            Symbol::Parameter(place) => Some(place),
            _ => None,
        });
        self.ground.parameter_places = vec![0; definitions.len()];
        for (place, &i) in order.iter().enumerate() {
            self.ground.parameter_places[i] = place;
        }
        for i in order {
            let definition = &definitions[i];
            let Some(expr) = &definition.value else {
                let value = self.ground.push(Node::Number(0.0), definition.span);
                self.push_parameter(definition, value, String::new());
                continue;
            };
            let stream = format!("parameter/{}", definition.name);
            let value = self.ground_value(expr, stream);
            self.check_constant(value, format_args!("the value of parameter `{}`", definition.name));
            let text = self.sources.snippet(expr.span).trim().to_owned();
            self.push_parameter(definition, value, text);
        }
        self.definitions.parameters = definitions;
    }

    fn push_parameter(
        &mut self,
        definition: &ParameterDefinition,
        value: crate::model::ExprId,
        text: String,
    ) {
        self.model.parameters.push(Parameter {
            name: definition.name.clone(),
            about: definition.about.clone(),
            unit: definition.unit.clone(),
            value,
            text,
            evidence: definition.evidence.clone(),
            span: definition.span,
        });
    }

    pub(super) fn ground_state(&mut self) {
        let definitions = std::mem::take(&mut self.definitions);
        for tie in &definitions.ties {
            let SlotKind::Tie { channel, .. } = tie.kind else { continue };
            let range = self.model.channels[channel].range;
            let slot = self.declared_slot(tie.kind, &tie.name, tie.weight.as_deref(), range, tie.span);
            let slot = Slot { about: tie.about.clone(), evidence: tie.evidence.clone(), ..slot };
            let channel = &definitions.channels[channel];
            let drift = Drift {
                decay: tie.drift.decay.clone().or_else(|| channel.decay.clone()),
                volatility: tie.drift.volatility.clone().or_else(|| channel.volatility.clone()),
            };
            self.push_slot(slot, &drift);
        }
        for (attribute, definition) in definitions.attributes.iter().enumerate() {
            let range = self.model.attributes[attribute].range;
            for (actor, expr, span) in &definition.values {
                let kind = SlotKind::Attribute { attribute, actor: *actor };
                let name = self.slot_name(kind);
                let slot = self.declared_slot(kind, &name, Some(expr), range, *span);
                self.push_slot(Slot { evidence: definition.evidence.clone(), ..slot }, &definition.drift);
            }
        }
        for variable in &definitions.variables {
            let kind = SlotKind::Variable;
            let slot = self.declared_slot(
                kind,
                &variable.name,
                variable.initial.as_deref(),
                variable.range,
                variable.span,
            );
            let slot = Slot { about: variable.about.clone(), evidence: variable.evidence.clone(), ..slot };
            self.push_slot(slot, &variable.drift);
        }
        self.definitions = definitions;
    }

    fn declared_slot(
        &mut self,
        kind: SlotKind,
        name: &str,
        start: Option<&Expr>,
        range: (f64, f64),
        span: Span,
    ) -> Slot {
        let (value, text) = match start {
            Some(expr) => {
                let value = self.ground_value(expr, format!("start/{name}"));
                self.check_start(value, range, name);
                (value, self.sources.snippet(expr.span).trim().to_owned())
            }
            None => (self.ground.push(Node::Number(0.0), span), String::new()),
        };
        Slot {
            name: name.to_owned(),
            kind,
            about: None,
            range,
            start: value,
            text,
            declared: true,
            decay: None,
            volatility: None,
            evidence: Vec::new(),
            span,
        }
    }

    /// A fixed start lies inside its range.
    fn check_start(&mut self, value: crate::model::ExprId, range: (f64, f64), name: &str) {
        self.check_constant(value, format_args!("the start of `{name}`"));
        if let Some(fixed) = self.ground.number(value)
            && (fixed < range.0 || fixed > range.1)
        {
            let message = format!("`{name}` starts at {fixed}, outside its range {}", shown(range));
            let help = "change the start, or the `range` of its channel, attribute or variable";
            let span = self.ground.exprs.span(value);
            self.found.push(Diagnostic::new(Code::OutOfRange, span, message).help(help));
        }
    }

    /// The slot of an attribute or a tie that is read or written, made where the file does not declare it.
    pub(super) fn reached_slot(&mut self, kind: SlotKind, span: Span) -> crate::model::SlotId {
        if let Some(id) = self.ground.slots.get(&kind) {
            return *id;
        }
        let name = self.slot_name(kind);
        let (range, default, drift) = match kind {
            SlotKind::Tie { channel, .. } => {
                let Channel { range, default, .. } = self.model.channels[channel];
                // Decay acts on every dyad, drift on declared ties alone.
                (range, default, Drift { volatility: None, ..self.definitions.channels[channel].clone() })
            }
            SlotKind::Attribute { attribute, .. } => {
                let Attribute { range, default, .. } = self.model.attributes[attribute];
                (range, default, self.definitions.attributes[attribute].drift.clone())
            }
            SlotKind::Variable => (FREE, 0.0, Drift::default()),
        };
        let start = self.ground.push(Node::Number(default), span);
        let slot = Slot {
            name,
            kind,
            about: None,
            range,
            start,
            text: default.to_string(),
            declared: false,
            decay: None,
            volatility: None,
            evidence: Vec::new(),
            span,
        };
        self.push_slot(slot, &drift)
    }

    fn push_slot(&mut self, mut slot: Slot, drift: &Drift) -> crate::model::SlotId {
        slot.volatility = drift.volatility.as_ref().map(|expr| {
            let value = self.ground_value(expr, String::new());
            self.check_rate(value, "a volatility");
            value
        });
        slot.decay = drift.decay.as_ref().map(|decay| {
            let rate = match (decay.half_life, &decay.rate) {
                (Some(years), _) => DecayRate::HalfLife(years),
                (None, Some(expr)) => {
                    let value = self.ground_value(expr, String::new());
                    self.check_rate(value, "a rate of decay");
                    DecayRate::Rate(value)
                }
                (None, None) => DecayRate::HalfLife(1.0),
            };
            let toward = match &decay.toward {
                None => Toward::Start,
                Some(expr) => {
                    let value = self.ground_value(expr, String::new());
                    self.check_constant(value, "what the decay goes toward");
                    Toward::Value(value)
                }
            };
            Decay { rate, toward }
        });
        self.ground.add_slot(&mut self.model.slots, slot)
    }

    fn check_rate(&mut self, value: crate::model::ExprId, what: impl fmt::Display) {
        self.check_constant(value, &what);
        if let Some(fixed) = self.ground.number(value).filter(|v| *v < 0.0) {
            let message = format!("{what} is 0 or more, not {fixed}");
            self.error(Code::OutOfRange, self.ground.exprs.span(value), message);
        }
    }
}

/// A range for people.
pub(super) fn shown(range: (f64, f64)) -> String {
    format!("[{}, {}]", range.0, range.1)
}
