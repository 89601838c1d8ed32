//! Rules: what may happen.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::aggregates::Bindings;
use super::calendar::{LONGER, When};
use super::fields::{Fields, What, whole_bounds};
use super::ground::Env;
use super::symbols::Symbol;
use super::types::{Allowed, Scope, Type};
use super::{Checker, HashMap};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Entry, Value};
use crate::keys::{self, BRANCH, WINDOW};
use crate::model::{
    ActorId, Branch, Effect, EffectKind, Evidence, InstanceId, Node, Rule, RuleId, RuleInstance, SlotId,
    Trigger,
};
use crate::source::Span;
use crate::syntax::{self, Expr, Kind, Name, Operator};

/// How many instances all rules may have together.
const MAX_INSTANCES: usize = 200_000;

pub(super) struct RuleDefinition {
    pub(super) name: String,
    span: Span,
    about: Option<String>,
    evidence: Vec<Evidence>,
    pub(super) foreach: Vec<(Name, Vec<ActorId>)>,
    filter: Option<Arc<Expr>>,
    when: Option<Arc<Expr>>,
    chance: Option<Arc<Expr>>,
    hazard: Option<Arc<Expr>>,
    at: Option<Vec<u32>>,
    window: Range<u32>,
    effects: Vec<Arc<syntax::Effect>>,
    pub(super) branches: Vec<BranchDefinition>,
    cooldown: u64,
    limit: Option<u64>,
    priority: i64,
    enabled: bool,
}

pub(super) struct BranchDefinition {
    pub(super) name: String,
    weight: Option<Arc<Expr>>,
    effects: Vec<Arc<syntax::Effect>>,
}

impl<'a> Checker<'a> {
    pub(super) fn declare_rules(&mut self) {
        for (name, span, table) in self.sorted_tables("rules") {
            let fields = self.open("rules", "rule", name, span, table);
            let definition = self.declare_rule(name, span, &fields);
            self.definitions.rules.push(definition);
        }
    }

    fn declare_rule(&mut self, name: &str, span: Span, fields: &Fields<'a, '_>) -> RuleDefinition {
        let section = keys::section("rules").map_or(&[][..], |s| s.keys);
        let (about, evidence) = self.about(fields);
        self.exclusive(fields, "chance", "hazard", "a rule has a chance a step or a hazard a year; keep one");
        self.exclusive(fields, "at", "window", "`at` names the dates itself; keep one");
        self.exclusive(fields, "at", "hazard", "at a date there is no rate; give a `chance`, or neither");
        let found = &mut self.found;
        let when = fields.expression("when", found);
        let chance = fields.expression("chance", found);
        let hazard = fields.expression("hazard", found);
        let unit = self.model.calendar.unit();
        let cooldown = fields.duration("cooldown", found).map_or(0, |d| d.in_steps(unit));
        let whole =
            |key: &str, found: &mut Vec<Diagnostic>| fields.whole(key, whole_bounds(section, key), found);
        let limit = whole("limit", found).and_then(|n| u64::try_from(n).ok());
        let priority = whole("priority", found).and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
        let enabled = fields.boolean("enabled", found).unwrap_or(true);
        RuleDefinition {
            name: name.to_owned(),
            span,
            about,
            evidence,
            foreach: self.foreach(fields),
            filter: fields.expression("where", &mut self.found),
            when,
            chance,
            hazard,
            at: self.at(fields),
            window: self.window(fields),
            effects: self.effects("effects", fields),
            branches: self.branches(fields),
            cooldown,
            limit,
            priority,
            enabled,
        }
    }

    /// Reports two keys that exclude each other.
    pub(super) fn exclusive(&mut self, fields: &Fields<'_, '_>, a: &str, b: &str, help: &str) {
        if let (Some(first), Some(second)) = (fields.entry(a), fields.entry(b)) {
            let message = format!("{} has `{a}` and `{b}`", fields.what);
            let diagnostic = Diagnostic::new(Code::Exclusive, second.key, message)
                .related(first.key, format!("`{a}` is here"))
                .help(help);
            self.found.push(diagnostic);
        }
    }

    fn foreach(&mut self, fields: &Fields<'a, '_>) -> Vec<(Name, Vec<ActorId>)> {
        let Some(table) = fields.sub_table("foreach", &mut self.found) else { return Vec::new() };
        if table.entries.is_empty() {
            let help = "write foreach = { a = \"group\" }";
            let diagnostic =
                Diagnostic::new(Code::MissingKey, table.span, "`foreach` binds no name").help(help);
            self.found.push(diagnostic);
        }
        let mut bound = Vec::new();
        for (name, Entry { key, node }) in &table.entries {
            let what = format_args!("`{name}` in `foreach` of {}", fields.what);
            let actors = self.actor_range(node, what).unwrap_or_default();
            bound.push((Name { text: name.clone(), span: *key }, actors));
        }
        bound
    }

    fn at(&mut self, fields: &Fields<'a, '_>) -> Option<Vec<u32>> {
        let dates = fields.dates("at", &mut self.found)?;
        let mut steps = Vec::new();
        for (date, span) in dates {
            if let Some(When::Step(step)) = self.step_of(date, span, "the rule never fires there", LONGER) {
                steps.push(step);
            }
        }
        steps.sort_unstable();
        steps.dedup();
        Some(steps)
    }

    fn window(&mut self, fields: &Fields<'a, '_>) -> Range<u32> {
        let all = 0..self.model.calendar.steps();
        let Some(table) = fields.sub_table("window", &mut self.found) else { return all };
        let what = What::Part("the window", &fields.what);
        let window = Fields::new(table, what, WINDOW, table.span, &mut self.found);
        let (from, until) = (window.date("from", &mut self.found), window.date("until", &mut self.found));
        if let (Some(from), Some(until)) = (from, until)
            && from > until
        {
            let message = format!("the window ends ({until}) before it begins ({from})");
            self.found.push(
                Diagnostic::new(Code::OutOfRange, table.span, message)
                    .help("let `until` lie after `from`; it is not included"),
            );
        }
        let calendar = &self.model.calendar;
        let begin = from.map_or(0, |date| calendar.step_of(date).unwrap_or(0));
        let end = until.map_or(all.end, |date| calendar.step_of(date).unwrap_or(0));
        begin..end
    }

    fn effects(&mut self, key: &str, fields: &Fields<'a, '_>) -> Vec<Arc<syntax::Effect>> {
        let expected = "a list of effects, such as [\"x += 0.1\"]";
        let texts = fields.texts(key, expected, &mut self.found).unwrap_or_default();
        let mut effects = Vec::with_capacity(texts.len());
        for text in texts {
            match syntax::parse_effect(text) {
                Ok(effect) => effects.push(effect),
                Err(diagnostic) => self.found.push(*diagnostic),
            }
        }
        effects
    }

    fn branches(&mut self, fields: &Fields<'a, '_>) -> Vec<BranchDefinition> {
        let Some(table) = fields.sub_table("branches", &mut self.found) else { return Vec::new() };
        let mut branches = Vec::new();
        for (name, Entry { key, node }) in &table.entries {
            self.check_name(name, *key, "branch");
            let Value::Table(table) = &node.value else {
                let message = format!("branch `{name}` is a table, not {}", node.describe());
                let help = format!("write branches.{name} = {{ weight = 1, effects = [] }}");
                self.found.push(Diagnostic::new(Code::WrongType, node.span, message).help(help));
                continue;
            };
            let what = What::NamedPart("branch", name, &fields.what);
            let branch = Fields::new(table, what, BRANCH, *key, &mut self.found);
            self.about(&branch);
            let weight = branch.expression("weight", &mut self.found);
            let effects = self.effects("effects", &branch);
            branches.push(BranchDefinition { name: name.clone(), weight, effects });
        }
        branches.sort_by(|a, b| a.name.cmp(&b.name));
        branches
    }

    // ---- types

    pub(super) fn type_rules(&mut self) {
        let places = 0..self.definitions.rules.len();
        for place in places {
            // History functions look at the definitions of all rules, so one is taken out at a time and put back.
            let rule = &mut self.definitions.rules[place];
            let mut exprs = [rule.when.take(), rule.chance.take(), rule.hazard.take()];
            let filter = rule.filter.take();
            let names: Vec<Name> = rule.foreach.iter().map(|(name, _)| name.clone()).collect();
            let mut effects = std::mem::take(&mut rule.effects);
            let mut branch_parts: Vec<_> =
                rule.branches.iter_mut().map(|b| (b.weight.take(), std::mem::take(&mut b.effects))).collect();

            let mut scope = Scope::new();
            for name in &names {
                self.bind_name(name, &mut scope);
            }
            if let Some(filter) = &filter {
                if names.is_empty() {
                    let diagnostic =
                        Diagnostic::new(Code::Exclusive, filter.span, "`where` stands without `foreach`");
                    self.found.push(diagnostic.help("conditions on the state go to `when`"));
                } else {
                    self.want(filter, Type::Condition, &mut scope, Allowed::ACTORS);
                }
            }
            for (expr, ty) in exprs.iter_mut().zip([Type::Condition, Type::Number, Type::Number]) {
                self.keep_if(expr, ty, &mut scope);
            }
            effects.retain(|effect| self.type_effect(effect, &mut scope));
            for (weight, effects) in &mut branch_parts {
                self.keep_if(weight, Type::Number, &mut scope);
                effects.retain(|effect| self.type_effect(effect, &mut scope));
            }

            let rule = &mut self.definitions.rules[place];
            [rule.when, rule.chance, rule.hazard] = exprs;
            rule.filter = filter;
            rule.effects = effects;
            for (branch, (weight, effects)) in rule.branches.iter_mut().zip(branch_parts) {
                branch.weight = weight;
                branch.effects = effects;
            }
        }
    }

    fn keep_if(&mut self, expr: &mut Option<Arc<Expr>>, ty: Type, scope: &mut Scope) {
        if let Some(inner) = expr
            && !self.want(inner, ty, scope, Allowed::STATE)
        {
            *expr = None;
        }
    }

    fn type_effect(&mut self, effect: &syntax::Effect, scope: &mut Scope) -> bool {
        let outer = scope.len();
        let bound = effect.binders.as_ref().is_none_or(|binders| self.bind(binders, scope));
        let target = self.type_target(&effect.target, scope);
        let value = self.want(&effect.value, Type::Number, scope, Allowed::EFFECT);
        scope.truncate(outer);
        bound && target && value
    }

    /// A target is a tie, an attribute or a variable.
    fn type_target(&mut self, target: &Expr, scope: &mut Scope) -> bool {
        let (name, span) = match &target.kind {
            Kind::Name(name) => (name, target.span),
            Kind::Indexed(name, _) => (&name.text, name.span),
            _ => {
                let help = "a target is a tie, an attribute or a variable, such as arms[RUS,CHN]";
                self.found
                    .push(Diagnostic::new(Code::BadEffect, target.span, "this cannot be changed").help(help));
                return false;
            }
        };
        let symbol = self.symbols.get(name).map(|(symbol, _)| *symbol);
        let help = match symbol {
            Some(Symbol::Parameter(_)) => "parameters are constant in a trial; make it a variable",
            Some(Symbol::Index(_)) => "an index follows from the state; change what it is made of",
            Some(Symbol::Actor(_) | Symbol::Group(_) | Symbol::Rule(_)) => {
                "a target is a tie, an attribute or a variable"
            }
            None if matches!(name.as_str(), "step" | "years" | "dt") => "time passes by itself",
            None if scope.contains(name) => "name a tie or an attribute of it",
            _ => return self.want(target, Type::Number, scope, Allowed::EFFECT),
        };
        let what = symbol.map_or("no part of the state", Symbol::describe);
        let message = format!("`{name}` is {what} and cannot be changed by an effect");
        self.found.push(Diagnostic::new(Code::BadEffect, span, message).help(help));
        false
    }

    // ---- ground

    /// One rule for each way to bind its actors, in the order of full names.
    pub(super) fn expand_rules(&mut self) {
        let mut instances: Vec<(String, usize, Vec<ActorId>)> = Vec::new();
        for place in 0..self.definitions.rules.len() {
            let rule = &mut self.definitions.rules[place];
            let (name, filter) = (rule.name.clone(), rule.filter.take());
            let foreach = std::mem::take(&mut rule.foreach);
            let bindings = Bindings::new(foreach.iter().map(|(name, _)| name).collect(), filter.as_deref());
            let members = |_: &mut Checker<'_>, depth: usize, _: &Env| foreach[depth].1.clone();
            let mut env = Env { bound: Vec::new(), stream: String::new(), in_stream: 0 };
            self.bind_from(&bindings, &members, 0, &mut env, &mut |checker, env| {
                let actors: Vec<ActorId> = env.bound.iter().map(|(_, actor)| *actor).collect();
                let ids: Vec<&str> =
                    actors.iter().map(|a| checker.model.actors[a.index()].id.as_str()).collect();
                let full = if ids.is_empty() { name.clone() } else { format!("{name}[{}]", ids.join(",")) };
                instances.push((full, place, actors));
                instances.len() <= MAX_INSTANCES
            });
            let rule = &mut self.definitions.rules[place];
            rule.filter = filter;
            rule.foreach = foreach;
        }
        if instances.len() > MAX_INSTANCES {
            let last = instances.last().map(|(_, place, _)| self.definitions.rules[*place].span);
            let message = format!("up to this rule there are more than {MAX_INSTANCES} instances");
            let diagnostic = Diagnostic::new(Code::TooLargeModel, last, message);
            self.found.push(diagnostic.help("narrow the groups that its `foreach` runs over"));
        }
        instances.sort();
        self.model.rules = self.definitions.rules.iter().map(rule_of).collect();
        for (i, (name, place, actors)) in instances.into_iter().enumerate() {
            let id = InstanceId::new(i);
            self.ground.instances.insert(name.clone(), id);
            self.model.rules[place].instances.push(id);
            let instance = instance_of(&self.definitions.rules[place], RuleId::new(place), name, actors);
            self.model.instances.push(instance);
        }
    }

    pub(super) fn ground_rules(&mut self) {
        self.apply_disabled();
        let definitions = std::mem::take(&mut self.definitions.rules);
        for place in 0..self.model.instances.len() {
            let instance = &self.model.instances[place];
            self.ground_instance(&definitions[instance.rule.index()], place);
        }
        self.definitions.rules = definitions;
        self.apply_forced();
    }

    fn ground_instance(&mut self, definition: &RuleDefinition, place: usize) {
        let (name, actors) =
            (self.model.instances[place].name.clone(), self.model.instances[place].actors.clone());
        let bound: Vec<(String, ActorId)> =
            definition.foreach.iter().map(|(name, _)| name.text.clone()).zip(actors).collect();
        self.ground.instance = place;
        let mut env = Env { in_stream: bound.len(), bound, stream: String::new() };
        let when = definition.when.as_ref().map(|expr| self.ground(expr, &mut env));
        if let Some(when) = when {
            self.check_constant(when, format_args!("the condition of `{}`", definition.name));
        }
        let trigger = match (&definition.chance, &definition.hazard) {
            (Some(expr), _) => {
                let chance = self.ground(expr, &mut env);
                self.check_chance(chance, &definition.name);
                Trigger::Chance(chance)
            }
            (None, Some(expr)) => {
                let hazard = self.ground(expr, &mut env);
                self.check_not_negative(hazard, format_args!("the hazard of `{}`", definition.name));
                Trigger::Hazard(hazard)
            }
            (None, None) => Trigger::Always,
        };
        let mut assigned = HashMap::default();
        let effects =
            self.ground_effects(&definition.effects, &format!("rule/{name}"), &mut env, &mut assigned);
        let mut branches = Vec::with_capacity(definition.branches.len());
        for branch in &definition.branches {
            let weight = match &branch.weight {
                Some(expr) => self.ground(expr, &mut env),
                None => self.ground.push(Node::Number(1.0), definition.span),
            };
            self.check_not_negative(
                weight,
                format_args!("the weight of `{}.{}`", definition.name, branch.name),
            );
            let stream = format!("rule/{name}.{}", branch.name);
            let effects = self.ground_effects(&branch.effects, &stream, &mut env, &mut assigned.clone());
            branches.push(Branch { name: branch.name.clone(), weight, effects });
        }
        let instance = &mut self.model.instances[place];
        instance.when = when;
        instance.trigger = trigger;
        instance.effects = effects;
        instance.branches = branches;
    }

    fn check_chance(&mut self, chance: crate::model::ExprId, rule: &str) {
        self.check_constant(chance, format_args!("the chance of `{rule}`"));
        if let Some(value) = self.ground.number(chance).filter(|v| !(0.0..=1.0).contains(v)) {
            let message = format!("the chance of `{rule}` is {value}; a chance lies from 0 to 1");
            let help = "a rate a year is given by `hazard`";
            let span = self.ground.exprs.span(chance);
            self.report_once(Diagnostic::new(Code::ChanceRange, span, message).help(help));
        }
    }

    fn check_not_negative(&mut self, id: crate::model::ExprId, what: impl fmt::Display) {
        self.check_constant(id, &what);
        if let Some(value) = self.ground.number(id).filter(|v| *v < 0.0) {
            let span = self.ground.exprs.span(id);
            self.report_once(Diagnostic::new(
                Code::OutOfRange,
                span,
                format!("{what} is 0 or more, not {value}"),
            ));
        }
    }

    /// Writes out effects; `assigned` holds what the rule assigns so far, and where.
    fn ground_effects(
        &mut self,
        effects: &[Arc<syntax::Effect>],
        stream: &str,
        env: &mut Env,
        assigned: &mut HashMap<SlotId, Span>,
    ) -> Vec<Effect> {
        let mut ground = Vec::new();
        for (number, effect) in effects.iter().enumerate() {
            let instance_names = env.bound.len();
            let prefix = format!("{stream}/effect/{number}");
            match &effect.binders {
                None => {
                    env.stream = prefix;
                    self.ground_effect(effect, env, assigned, &mut ground);
                }
                Some(binders) => self.for_each_binding(binders, env, &mut |checker, env| {
                    let actors = &env.bound[instance_names..];
                    let ids: Vec<&str> =
                        actors.iter().map(|(_, a)| checker.model.actors[a.index()].id.as_str()).collect();
                    env.stream = format!("{prefix}[{}]", ids.join(","));
                    env.in_stream = env.bound.len();
                    checker.ground_effect(effect, env, assigned, &mut ground);
                    env.in_stream = instance_names;
                }),
            }
        }
        ground
    }

    fn ground_effect(
        &mut self,
        effect: &syntax::Effect,
        env: &mut Env,
        assigned: &mut HashMap<SlotId, Span>,
        ground: &mut Vec<Effect>,
    ) {
        let target = match &effect.target.kind {
            Kind::Name(name) => self.ground.variable(name),
            Kind::Indexed(name, actors) => {
                let target = self.slot_of(name, actors, effect.target.span, env);
                if let (Some(slot), [a, b]) = (target, actors.as_slice()) {
                    self.note_order(effect, slot, a, b, env);
                }
                target
            }
            _ => None,
        };
        let value = self.ground(&effect.value, env);
        self.check_constant(value, "the right side");
        let Some(target) = target else { return };
        let (kind, value) = match effect.operator {
            Operator::Add => (EffectKind::Add, value),
            Operator::Assign => (EffectKind::Assign, value),
            Operator::Subtract => (EffectKind::Add, self.ground.push(Node::Negate(value), effect.value.span)),
        };
        if kind == EffectKind::Assign {
            if let Some(first) = assigned.get(&target) {
                let name = &self.model.slots[target.index()].name;
                let diagnostic = Diagnostic::new(
                    Code::AssignedTwice,
                    effect.span,
                    format!("`{name}` is assigned twice in one firing"),
                )
                .related(*first, "first assigned here")
                .help("keep one of them, or add with `+=`");
                self.report_once(diagnostic);
            }
            assigned.entry(target).or_insert(effect.span);
        }
        ground.push(Effect { target, kind, value });
    }

    /// An undirected tie that one effect reaches as (a,b) and as (b,a) is reached twice, which is seldom meant.
    fn note_order(&mut self, effect: &syntax::Effect, slot: SlotId, a: &Name, b: &Name, env: &Env) {
        let Some(first) = env.actor(&a.text).or_else(|| env.actor(&b.text)) else { return };
        // Written with a bound name on either side: the first one bound tells the order.
        let first = env.actor(&a.text).unwrap_or(first);
        let instance = self.ground.instance;
        let of_rule = &env.bound[..self.model.instances[instance].actors.len()];
        let is_of_rule = |name: &Name| of_rule.iter().any(|(bound, _)| *bound == name.text);
        let by_pairs = is_of_rule(a) && is_of_rule(b);
        let noted = self.ground.orders.entry((effect.span, slot)).or_insert((first, instance));
        if noted.1 != instance && !by_pairs {
            // Where a firing changes all ties of one actor, each of them is changed once a firing.
            *noted = (first, instance);
        }
        if noted.0 != first && env.actor(&a.text).is_some() {
            let name = self.model.slots[slot.index()].name.clone();
            let message =
                format!("this effect reaches the undirected tie `{name}` in both orders, so it acts twice");
            let help = "add `if a < b` (with foreach: where = \"a < b\")";
            self.report_once(Diagnostic::new(Code::BothOrders, effect.span, message).help(help));
        }
    }
}

fn rule_of(definition: &RuleDefinition) -> Rule {
    Rule {
        name: definition.name.clone(),
        about: definition.about.clone(),
        branches: definition.branches.iter().map(|b| b.name.clone()).collect(),
        instances: Vec::new(),
        evidence: definition.evidence.clone(),
        span: definition.span,
    }
}

fn instance_of(
    definition: &RuleDefinition,
    rule: RuleId,
    name: String,
    actors: Vec<ActorId>,
) -> RuleInstance {
    RuleInstance {
        rule,
        name,
        actors,
        enabled: definition.enabled,
        window: definition.window.clone(),
        at: definition.at.clone(),
        forced: Vec::new(),
        cooldown: definition.cooldown,
        limit: definition.limit,
        when: None,
        trigger: Trigger::Always,
        effects: Vec::new(),
        branches: Vec::new(),
        priority: definition.priority,
    }
}
