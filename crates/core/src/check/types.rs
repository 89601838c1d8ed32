//! Every expression is looked at once, before it is written out: do its names exist, do its types fit?

use std::fmt;

use super::Checker;
use super::actors::stands_twice;
use super::symbols::Symbol;
use crate::diagnostic::{Code, Diagnostic};
use crate::elsewhere;
use crate::functions::{self, Aggregate, Meaning};
use crate::names;
use crate::source::Span;
use crate::syntax::{Binders, Expr, HistoryFunction, Kind, Name, Range, Reference};

/// What to do where an expression names an outcome.
pub(super) const NO_OUTCOME: &str =
    "it is an outcome, which no expression can ask for: make an index of its condition, and use that in both";

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Condition,
    Actor,
}

impl Type {
    fn describe(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Condition => "a condition",
            Self::Actor => "an actor",
        }
    }
}

/// What an expression may use at its place.
#[derive(Clone, Copy)]
pub(super) struct Allowed {
    state: bool,
    draws: bool,
    parameters: bool,
    place: &'static str,
}

impl Allowed {
    /// Parameters and starts.
    pub(super) const START: Self =
        Self { state: false, draws: true, parameters: true, place: "a parameter or a start" };
    /// Rates, levels of decay, volatility.
    pub(super) const PARAMETERS: Self =
        Self { state: false, draws: false, parameters: true, place: "a decay or a volatility" };
    /// Guards, chances, indices, outcomes.
    pub(super) const STATE: Self = Self { state: true, draws: false, parameters: true, place: "here" };
    /// The right side of an effect.
    pub(super) const EFFECT: Self = Self { state: true, draws: true, parameters: true, place: "here" };
    /// `where` and the `if` of an aggregate.
    pub(super) const ACTORS: Self = Self {
        state: false,
        draws: false,
        parameters: false,
        place: "`where` and `if` behind `for`, which know the bound actors alone",
    };
    /// The ends of `to`, values and weights of `discrete`.
    const CONSTANT: Self = Self { state: false, draws: false, parameters: false, place: "a constant" };
}

/// Names that are bound around an expression.
pub(super) type Scope = Vec<String>;

impl Checker<'_> {
    /// Whether an expression is of this type, with nothing wrong in it.
    pub(super) fn want(&mut self, expr: &Expr, wanted: Type, scope: &mut Scope, allowed: Allowed) -> bool {
        match self.type_of(expr, scope, allowed) {
            Some(found) if found == wanted => true,
            Some(found) => {
                let message = format!("{} is needed here, not {}", wanted.describe(), found.describe());
                let help = match (wanted, found) {
                    (Type::Number, Type::Condition) => Some("if(condition, 1, 0) makes a number of it"),
                    (Type::Condition, Type::Number) => Some("compare it, as in `x > 0.5`"),
                    (_, Type::Actor) => {
                        Some("an actor is compared by id or with `in`, and put in brackets: arms[RUS,CHN]")
                    }
                    _ => None,
                };
                let diagnostic = Diagnostic::new(Code::TypeMismatch, expr.span, message);
                self.found.push(diagnostic.maybe_help(help.map(str::to_owned)));
                false
            }
            None => false,
        }
    }

    fn want_all<'b>(
        &mut self,
        exprs: impl IntoIterator<Item = &'b Expr>,
        ty: Type,
        scope: &mut Scope,
        allowed: Allowed,
    ) -> Option<Type> {
        let mut fits = true;
        for expr in exprs {
            fits &= self.want(expr, ty, scope, allowed);
        }
        fits.then_some(ty)
    }

    /// The type of an expression; nothing where something in it is wrong, which is then reported.
    pub(super) fn type_of(&mut self, expr: &Expr, scope: &mut Scope, allowed: Allowed) -> Option<Type> {
        match &expr.kind {
            Kind::Number(_) => Some(Type::Number),
            Kind::Condition(_) => Some(Type::Condition),
            Kind::Infinity => {
                let help = "inf may be compared with: since(rule) < inf is fired(rule)";
                self.found.push(
                    Diagnostic::new(Code::NotFinite, expr.span, "an infinite number has no meaning here")
                        .help(help),
                );
                None
            }
            Kind::Name(name) => self.type_of_name(name, expr.span, scope, allowed),
            Kind::Indexed(name, actors) => self.type_of_indexed(name, actors, expr.span, scope, allowed),
            Kind::Call(function, arguments) => match function.meaning {
                Meaning::If => self.type_of_if(arguments, scope, allowed),
                Meaning::Start => {
                    self.needs_state(expr.span, allowed, "start()")?;
                    let inner = Allowed { draws: false, ..allowed };
                    let ty = self.type_of(arguments.first()?, scope, inner)?;
                    if ty == Type::Actor {
                        return self
                            .mismatch(expr.span, "start() takes a number or a condition, not an actor");
                    }
                    Some(ty)
                }
                Meaning::Call(_) | Meaning::Extreme { .. } | Meaning::Clamp => {
                    self.want_all(arguments, Type::Number, scope, allowed)
                }
                // Never so: the parser makes no calls of these.
                Meaning::Aggregate(_)
                | Meaning::Fired
                | Meaning::Since
                | Meaning::Count
                | Meaning::Draw(_)
                | Meaning::Discrete => None,
            },
            Kind::Aggregate(aggregate, body, binders) => {
                self.type_of_aggregate(*aggregate, body, binders, scope, allowed)
            }
            Kind::History(function, reference) => {
                self.needs_state(expr.span, allowed, "the past of a rule")?;
                self.check_reference(reference, scope)?;
                Some(if *function == HistoryFunction::Fired { Type::Condition } else { Type::Number })
            }
            Kind::Draw(_, arguments, _) => {
                self.needs_draws(expr.span, allowed)?;
                self.want_all(arguments, Type::Number, scope, allowed)
            }
            Kind::Discrete(pairs, _) => {
                self.needs_draws(expr.span, allowed)?;
                self.want_all(pairs.iter().flat_map(|(v, w)| [v, w]), Type::Number, scope, Allowed::CONSTANT)
            }
            Kind::Interval(low, high, _) => {
                self.needs_draws(expr.span, allowed)?;
                self.want_all([&**low, &**high], Type::Number, scope, Allowed::CONSTANT)
            }
            Kind::Negate(operand) => self.want_all([&**operand], Type::Number, scope, allowed),
            Kind::Not(operand) => self.want_all([&**operand], Type::Condition, scope, allowed),
            Kind::Sum(operands) | Kind::Product(operands) => {
                self.want_all(operands.iter().map(|(_, e)| e), Type::Number, scope, allowed)
            }
            Kind::Power(base, exponent) => {
                self.want_all([&**base, &**exponent], Type::Number, scope, allowed)
            }
            Kind::Compare(_, left, right) => self.type_of_comparison(left, right, expr.span, scope, allowed),
            Kind::In(actor, range) => {
                let fits = self.want(actor, Type::Actor, scope, allowed);
                self.range(range, scope)?;
                fits.then_some(Type::Condition)
            }
            Kind::And(operands) | Kind::Or(operands) => {
                self.want_all(operands, Type::Condition, scope, allowed)
            }
        }
    }

    fn mismatch(&mut self, span: Span, message: &str) -> Option<Type> {
        self.error(Code::TypeMismatch, span, message);
        None
    }

    fn needs_state(&mut self, span: Span, allowed: Allowed, what: impl fmt::Display) -> Option<()> {
        if allowed.state {
            return Some(());
        }
        self.not_allowed(span, what, allowed)
    }

    fn not_allowed(&mut self, span: Span, what: impl fmt::Display, allowed: Allowed) -> Option<()> {
        let (code, help) = if allowed.place == Allowed::CONSTANT.place {
            (
                Code::NotConstant,
                "write a number; an interval or weight that varies is a distribution with parameters for arguments",
            )
        } else if allowed.parameters {
            (Code::NotAllowedHere, "this is settled before the first step: use numbers and parameters")
        } else {
            (Code::NotAllowedHere, "conditions on the state go to `when`, or into if(...)")
        };
        let message = format!("{what} has no place in {}", allowed.place);
        self.found.push(Diagnostic::new(code, span, message).help(help));
        None
    }

    fn needs_draws(&mut self, span: Span, allowed: Allowed) -> Option<()> {
        if allowed.draws {
            return Some(());
        }
        let diagnostic = Diagnostic::new(Code::DrawNotAllowed, span, "nothing is drawn here")
            .help("name the distribution under [parameters] and use the name");
        self.found.push(diagnostic);
        None
    }

    fn type_of_name(&mut self, name: &str, span: Span, scope: &Scope, allowed: Allowed) -> Option<Type> {
        if scope.iter().any(|bound| bound == name) {
            return Some(Type::Actor);
        }
        match name {
            "dt" => return Some(Type::Number),
            "step" | "years" => {
                self.needs_state(span, allowed, format_args!("`{name}`"))?;
                return Some(Type::Number);
            }
            _ => {}
        }
        let Some((symbol, _)) = self.symbols.get(name).copied() else {
            return self.unknown_value(name, span, scope);
        };
        let wrong = |help: String| {
            let message = format!("`{name}` is {}, which has no value by itself", symbol.describe());
            Diagnostic::new(Code::TypeMismatch, span, message).help(help)
        };
        let diagnostic = match symbol {
            Symbol::Actor(_) => {
                self.used.insert(name.to_owned());
                return Some(Type::Actor);
            }
            Symbol::Variable(_) => {
                self.needs_state(span, allowed, format_args!("the variable `{name}`"))?;
                return Some(Type::Number);
            }
            Symbol::Parameter(_) => {
                self.used.insert(name.to_owned());
                if !allowed.parameters {
                    self.not_allowed(span, format_args!("the parameter `{name}`"), allowed)?;
                }
                return Some(Type::Number);
            }
            Symbol::Index(place) => {
                self.needs_state(span, allowed, format_args!("the index `{name}`"))?;
                let definition = self.definitions.indices.get(place)?;
                if definition.of.is_empty() {
                    return definition.ty;
                }
                let of: Vec<&str> = definition.of.iter().map(|n| n.text.as_str()).collect();
                let message = format!("the index `{name}` needs its actors");
                Diagnostic::new(Code::ActorCount, span, message)
                    .help(format!("write {name}[{}]", of.join(",")))
            }
            Symbol::Channel(_) => wrong(format!("name a tie: {name}[A,B]")),
            Symbol::Attribute(_) => wrong(format!("name an actor: {name}[A]")),
            Symbol::Group(_) => {
                wrong(format!("run over it: mean(x[a] for a in {name}), or ask `a in {name}`"))
            }
            Symbol::Rule(_) => wrong(format!("ask fired({name}), count({name}) or since({name})")),
        };
        self.found.push(diagnostic);
        None
    }

    fn unknown_value(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Type> {
        let declares = |section: &&str| {
            self.document.root.table(section).is_some_and(|section| section.get(name).is_some())
        };
        if ["variables", "parameters", "indices"].iter().any(declares) {
            // What is wrong with that is told where it stands.
            return None;
        }
        let mut candidates: Vec<String> = scope.clone();
        #[expect(clippy::iter_over_hash_type, reason = "sorted at once")]
        for (candidate, (symbol, _)) in &self.symbols {
            if matches!(
                symbol,
                Symbol::Actor(_) | Symbol::Variable(_) | Symbol::Parameter(_) | Symbol::Index(_)
            ) {
                candidates.push(candidate.clone());
            }
        }
        candidates.extend(["dt", "step", "years"].map(str::to_owned));
        candidates.sort_unstable();
        let near = names::nearest(name, candidates.iter().map(String::as_str));
        let help = match (near, elsewhere::name(name)) {
            _ if name == "actors" => {
                "it is the group of all: mean(x[a] for a in actors), or `a in actors`".to_owned()
            }
            _ if functions::find(name).is_some() => format!("it is a function: write {name}(...)"),
            _ if self.is_outcome(name) => NO_OUTCOME.to_owned(),
            (None | Some("dt" | "step" | "years"), Some(meant)) => meant.to_owned(),
            // Of another kind, and so no slip.
            (Some(near), Some(meant)) if names::is_actor_id(near) && names::is_name(name) => meant.to_owned(),
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, None) if names::is_actor_id(name) => "declare it under [actors]".to_owned(),
            (None, None) if name.len() == 1 => unbound(scope),
            (None, None) => "declare it under [variables], [parameters] or [indices]".to_owned(),
        };
        let message = format!("there is no `{name}`");
        self.found.push(Diagnostic::new(Code::UnknownName, span, message).help(help));
        None
    }

    fn type_of_indexed(
        &mut self,
        name: &Name,
        actors: &[Name],
        span: Span,
        scope: &Scope,
        allowed: Allowed,
    ) -> Option<Type> {
        let symbol = match self.symbols.get(&name.text).copied() {
            Some((symbol, _)) => symbol,
            None => {
                let wanted = |s| matches!(s, Symbol::Channel(_) | Symbol::Attribute(_) | Symbol::Index(_));
                self.unknown_name(&name.text, name.span, "channel, attribute or index", wanted);
                self.check_actors(actors, scope);
                return None;
            }
        };
        let (wanted, ty) = match symbol {
            Symbol::Channel(_) => (2, Some(Type::Number)),
            Symbol::Attribute(_) => (1, Some(Type::Number)),
            Symbol::Index(place) => {
                let definition = self.definitions.indices.get(place)?;
                (definition.of.len(), definition.ty)
            }
            other => {
                let help = if matches!(other, Symbol::Rule(_)) {
                    "ask fired(...), count(...) or since(...)"
                } else {
                    "leave the brackets out"
                };
                let message = format!("`{}` is {} and takes no actors", name.text, other.describe());
                self.found.push(Diagnostic::new(Code::ActorCount, span, message).help(help));
                return None;
            }
        };
        self.needs_state(span, allowed, format_args!("`{}`, a part of the state,", name.text))?;
        let known = self.check_actors(actors, scope);
        if actors.len() != wanted {
            let message = format!(
                "`{}` takes {wanted} actor{}, not {}",
                name.text,
                if wanted == 1 { "" } else { "s" },
                actors.len()
            );
            let help = match wanted {
                0 => format!("write `{0}`, or give the index actors: of = [\"a\"]", name.text),
                1 => format!("write {}[A]", name.text),
                2 => format!("write {}[A,B]", name.text),
                n => format!("name {n} actors"),
            };
            self.found.push(Diagnostic::new(Code::ActorCount, span, message).help(help));
            return None;
        }
        known?;
        ty
    }

    /// Whether these are bound names or actors.
    fn check_actors(&mut self, actors: &[Name], scope: &Scope) -> Option<()> {
        let mut known = Some(());
        for name in actors.iter().filter(|name| !scope.contains(&name.text)) {
            if names::is_name(&name.text) && !self.symbols.contains_key(&name.text) {
                let message = format!("there is no actor `{}`", name.text);
                let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message);
                self.found.push(diagnostic.help(unbound(scope)));
                known = None;
            } else if self.actor(&name.text, name.span).is_none() {
                known = None;
            }
        }
        known
    }

    fn type_of_if(&mut self, arguments: &[Expr], scope: &mut Scope, allowed: Allowed) -> Option<Type> {
        let [condition, yes, no] = arguments else { return None };
        let fits = self.want(condition, Type::Condition, scope, allowed);
        let yes = self.type_of(yes, scope, allowed);
        let no_type = self.type_of(no, scope, allowed);
        let (yes, no_type) = (yes?, no_type?);
        if yes != no_type {
            let message = format!("the arms of `if` are {} and {}", yes.describe(), no_type.describe());
            self.found
                .push(Diagnostic::new(Code::TypeMismatch, no.span, message).help("both must be of one type"));
            return None;
        }
        fits.then_some(yes)
    }

    fn type_of_comparison(
        &mut self,
        left: &Expr,
        right: &Expr,
        span: Span,
        scope: &mut Scope,
        allowed: Allowed,
    ) -> Option<Type> {
        let mut side = |checker: &mut Self, expr: &Expr| match infinity(expr) {
            true => Some(Type::Number),
            false => checker.type_of(expr, scope, allowed),
        };
        let (a, b) = (side(self, left), side(self, right));
        match (a?, b?) {
            (Type::Number, Type::Number) | (Type::Actor, Type::Actor) => Some(Type::Condition),
            (Type::Condition, Type::Condition) => {
                let help = "join conditions by `and`, `or` and `not`";
                self.found.push(
                    Diagnostic::new(Code::TypeMismatch, span, "conditions are not compared").help(help),
                );
                None
            }
            (a, b) => {
                let message = format!("{} is compared with {}", a.describe(), b.describe());
                self.mismatch(span, &message)
            }
        }
    }

    fn type_of_aggregate(
        &mut self,
        aggregate: Aggregate,
        body: &Expr,
        binders: &Binders,
        scope: &mut Scope,
        allowed: Allowed,
    ) -> Option<Type> {
        let (body_type, result) = match aggregate {
            Aggregate::Sum | Aggregate::Mean | Aggregate::Min | Aggregate::Max => {
                (Type::Number, Type::Number)
            }
            Aggregate::Count => (Type::Condition, Type::Number),
            Aggregate::Any | Aggregate::All => (Type::Condition, Type::Condition),
        };
        let outer = scope.len();
        let bound = self.bind(binders, scope);
        let fits = self.want(body, body_type, scope, allowed);
        scope.truncate(outer);
        (fits && bound).then_some(result)
    }

    /// Binds names for what stands before `for`; the caller takes them off the scope.
    pub(super) fn bind(&mut self, binders: &Binders, scope: &mut Scope) -> bool {
        let mut fits = true;
        for (name, range) in &binders.names {
            fits &= self.range(range, scope).is_some();
            fits &= self.bind_name(name, scope);
        }
        if let Some(filter) = &binders.filter {
            fits &= self.want(filter, Type::Condition, scope, Allowed::ACTORS);
        }
        fits
    }

    /// Binds a name that `foreach`, `for` or `of` gives.
    pub(super) fn bind_name(&mut self, name: &Name, scope: &mut Scope) -> bool {
        let taken = match self.symbols.get(&name.text).filter(|_| !self.aliases.contains(&name.text)) {
            Some((symbol, first)) => Some((symbol.describe(), Some(*first))),
            None if scope.contains(&name.text) => Some(("a bound name", None)),
            None => None,
        };
        let fits = names::is_name(&name.text) && !names::is_reserved(&name.text);
        if let Some((what, first)) = taken {
            let message = format!("`{}` is {what} already", name.text);
            let diagnostic = Diagnostic::new(Code::BoundName, name.span, message).help("bind another name");
            self.found.push(match first {
                Some(first) => diagnostic.related(first, "it is declared here"),
                None => diagnostic,
            });
        } else if !fits {
            self.check_name(&name.text, name.span, "bound name");
        }
        scope.push(name.text.clone());
        taken.is_none() && fits
    }

    fn range(&mut self, range: &Range, scope: &Scope) -> Option<()> {
        match range {
            Range::Group(name) => self.group(&name.text, name.span).map(|_| ()),
            Range::List(actors, _) => {
                for (place, name) in actors.iter().enumerate() {
                    if actors[..place].iter().any(|before| before.text == name.text) {
                        self.report_once(stands_twice(&name.text, name.span));
                    }
                }
                self.check_actors(actors, scope)
            }
        }
    }

    /// Whether a reference names a rule, with actors as its `foreach` has them, and a branch of it.
    pub(super) fn check_reference(&mut self, reference: &Reference, scope: &Scope) -> Option<usize> {
        let place = match self.symbols.get(&reference.rule.text) {
            Some((Symbol::Rule(place), _)) => *place,
            _ => {
                self.unknown_name(&reference.rule.text, reference.rule.span, "rule", |s| {
                    matches!(s, Symbol::Rule(_))
                });
                return None;
            }
        };
        let rule = self.definitions.rules.get(place)?;
        let wanted = rule.foreach.len();
        let branches: Vec<String> = rule.branches.iter().map(|b| b.name.clone()).collect();
        let mut fits = true;
        if let Some(actors) = &reference.actors {
            fits &= self.check_actors(actors, scope).is_some();
            if actors.len() != wanted {
                let message = format!(
                    "the rule `{}` has instances of {wanted} actors, not {}",
                    reference.rule.text,
                    actors.len()
                );
                let help = if wanted == 0 {
                    "it has no `foreach`: leave the brackets out"
                } else {
                    "name them in the order of its `foreach`"
                };
                self.found.push(Diagnostic::new(Code::ActorCount, reference.span, message).help(help));
                fits = false;
            }
        }
        if let Some(branch) = &reference.branch
            && !branches.contains(&branch.text)
        {
            let message = format!("the rule `{}` has no branch `{}`", reference.rule.text, branch.text);
            let help = names::suggest(&branch.text, branches.iter().map(String::as_str));
            self.found.push(Diagnostic::new(Code::UnknownName, branch.span, message).maybe_help(help));
            fits = false;
        }
        fits.then_some(place)
    }

    /// Indices in an order in which each comes after those that it uses, and their types.
    pub(super) fn type_indices(&mut self) {
        let definitions = std::mem::take(&mut self.definitions.indices);
        let values: Vec<Option<&Expr>> = definitions.iter().map(|d| d.value.as_deref()).collect();
        let order = self.in_order_of_use(&values, "index", |s| match s {
            Symbol::Index(place) => Some(place),
            _ => None,
        });
        self.definitions.indices = definitions;
        for &place in &order {
            let of = self.definitions.indices[place].of.clone();
            let Some(value) = self.definitions.indices[place].value.take() else { continue };
            let mut scope = Scope::new();
            let mut bound = true;
            for name in &of {
                bound &= self.bind_name(name, &mut scope);
            }
            let mut ty = self.type_of(&value, &mut scope, Allowed::STATE);
            if ty == Some(Type::Actor) {
                ty = self.mismatch(value.span, "an index is a number or a condition, not an actor");
            }
            let definition = &mut self.definitions.indices[place];
            definition.value = Some(value);
            definition.ty = ty.filter(|_| bound);
        }
        self.ground.index_order = order;
    }
}

/// Whether it is `inf` or `-inf`.
pub(super) fn infinity(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Infinity => true,
        Kind::Negate(inner) => matches!(inner.kind, Kind::Infinity),
        _ => false,
    }
}

/// What to do about a small name that stands for no actor.
fn unbound(scope: &Scope) -> String {
    let bound: Vec<&str> = scope.iter().map(String::as_str).collect();
    let here =
        if bound.is_empty() { "here none is".to_owned() } else { format!("here {}", names::list(&bound)) };
    format!("small names are bound by `of`, `foreach` or `for`; {here}")
}
