//! Tokens to a tree: one pass of precedence climbing, in linear time.
//!
//! Loosest first: `or`; `and`; `not`; one comparison; `+ -`; `* /`; `to`; unary `-`; `^`.

use super::lexer::{LexError, Token, TokenKind, lex};
use super::{Binders, Effect, Expr, HistoryFunction, Kind, MAX_DEPTH, Name, Operator, Range, Reference};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Text;
use crate::elsewhere;
use crate::functions::{self, Aggregate, FunctionEntry, Meaning};
use crate::model::Relation;
use crate::names;
use crate::source::Span;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Parses a whole text as one expression.
pub(super) fn parse_expression(text: &Text) -> Result<Expr> {
    let mut parser = Parser::new(text)?;
    let expr = parser.expression()?;
    parser.end()?;
    Ok(expr)
}

/// Parses a whole text as one effect.
pub(super) fn parse_effect(text: &Text) -> Result<Effect> {
    let mut parser = Parser::new(text)?;
    let effect = parser.effect()?;
    parser.end()?;
    Ok(effect)
}

/// Parses a whole text as a name with what may stand behind it: `rule`, `arms[RUS,CHN]`, `rule[A,B].branch`.
pub(crate) fn parse_reference(text: &Text) -> Result<Reference> {
    let mut parser = Parser::new(text)?;
    let reference = parser.reference()?;
    parser.end()?;
    Ok(reference)
}

struct Parser<'a> {
    text: &'a Text,
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    draws: u32,
}

impl<'a> Parser<'a> {
    fn new(text: &'a Text) -> Result<Self> {
        match lex(&text.value) {
            Ok(tokens) => Ok(Self { text, tokens, at: 0, depth: 0, draws: 0 }),
            Err(LexError { range, message, help }) => {
                Err(Box::new(Diagnostic::new(Code::Syntax, text.span(range), message).maybe_help(help)))
            }
        }
    }

    // ---- tokens

    fn token(&self, ahead: usize) -> &Token {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    fn word(&self, ahead: usize) -> &'a str {
        let token = self.token(ahead);
        if token.kind == TokenKind::Word { &self.text.value[token.range.clone()] } else { "" }
    }

    fn is_symbol(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.token(ahead).kind, TokenKind::Symbol(s) if s == symbol)
    }

    fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(0, symbol);
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.word(0) == word;
        self.at += usize::from(found);
        found
    }

    fn span(&self) -> Span {
        self.text.span(self.token(0).range.clone())
    }

    fn last_span(&self) -> Span {
        self.text.span(self.tokens[self.at.saturating_sub(1)].range.clone())
    }

    /// The token behind which it stands, as it is written.
    fn before(&self) -> Option<&str> {
        self.at.checked_sub(1).map(|at| &self.text.value[self.tokens[at].range.clone()])
    }

    fn found(&self) -> String {
        match self.token(0).kind {
            TokenKind::End => "the end of the text".to_owned(),
            _ => format!("`{}`", &self.text.value[self.token(0).range.clone()]),
        }
    }

    fn wrong<T>(&self, message: impl Into<String>, help: Option<&str>) -> Result<T> {
        let diagnostic = Diagnostic::new(Code::Syntax, self.span(), message);
        Err(Box::new(diagnostic.maybe_help(self.foreign_operator().or(help).map(str::to_owned))))
    }

    /// What to write for what other languages write in two symbols, here.
    fn foreign_operator(&self) -> Option<&'static str> {
        let both = |first: usize| {
            let [a, b] = self.tokens.get(first..first + 2)? else { return None };
            let (TokenKind::Symbol(a), TokenKind::Symbol(b), true) =
                (a.kind, b.kind, a.range.end == b.range.start)
            else {
                return None;
            };
            elsewhere::operator(a, b)
        };
        both(self.at).or_else(|| both(self.at.checked_sub(1)?))
    }

    fn expect(&mut self, symbol: &str, why: &str) -> Result<()> {
        if self.eat_symbol(symbol) {
            return Ok(());
        }
        self.wrong(format!("expected `{symbol}` {why}, found {}", self.found()), self.goes_on())
    }

    /// There is none where one must be.
    fn no_value<T>(&self, found: &str) -> Result<T> {
        let help = self.before().map_or_else(
            || {
                "a value is a number, a name, a call such as `max(a, b)`, or some of these with operators"
                    .to_owned()
            },
            |before| format!("put a value behind `{before}`, or take `{before}` out"),
        );
        self.wrong(format!("expected a value, found {found}"), Some(&help))
    }

    fn end(&self) -> Result<()> {
        if self.token(0).kind == TokenKind::End {
            return Ok(());
        }
        let comparison = self.comparison_operator().is_some();
        if comparison || self.is_symbol(0, "=") {
            return self.no_chain();
        }
        self.wrong(format!("expected an operator or the end, found {}", self.found()), self.goes_on())
    }

    /// What to write where a text goes on from what was complete.
    fn goes_on(&self) -> Option<&'static str> {
        let is_number =
            |at: usize| self.tokens.get(at).is_some_and(|t| matches!(t.kind, TokenKind::Number(_)));
        let is_between_numbers = self.at > 0 && is_number(self.at - 1) && is_number(self.at + 1);
        match self.token(0).kind {
            TokenKind::Symbol(",") if is_between_numbers => Some(elsewhere::COMMA),
            TokenKind::Symbol(",") | TokenKind::Word if self.another_effect() => Some(elsewhere::EFFECTS),
            TokenKind::Symbol(".") if self.at > 0 && is_number(self.at - 1) => Some(elsewhere::RANGE),
            TokenKind::Symbol(".") => {
                Some("what an actor or a tie has is written with brackets: name[A], name[A,B]")
            }
            TokenKind::Word => elsewhere::word(self.before(), self.word(0))
                .or_else(|| (self.at > 0 && is_number(self.at - 1)).then_some(elsewhere::PRODUCT)),
            _ => None,
        }
    }

    /// Whether a whole effect begins here, behind a comma or at once.
    fn another_effect(&self) -> bool {
        let changes = |token: &Token| matches!(token.kind, TokenKind::Symbol("+=" | "-=" | "="));
        let begins = usize::from(self.is_symbol(0, ","));
        matches!(self.token(begins).kind, TokenKind::Word) && self.tokens[self.at..].iter().any(changes)
    }

    /// Goes one level deeper, as long as that is allowed.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            let diagnostic =
                Diagnostic::new(Code::TooDeep, self.span(), format!("nested deeper than {MAX_DEPTH} levels"))
                    .help("give parts of it names of their own under [indices]");
            return Err(Box::new(diagnostic));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    // ---- expressions, loosest first

    fn expression(&mut self) -> Result<Expr> {
        self.nested(Self::disjunction)
    }

    fn disjunction(&mut self) -> Result<Expr> {
        self.chain("or", Self::conjunction, Kind::Or)
    }

    fn conjunction(&mut self) -> Result<Expr> {
        self.chain("and", Self::negation, Kind::And)
    }

    fn chain(
        &mut self,
        word: &str,
        operand: fn(&mut Self) -> Result<Expr>,
        build: fn(Vec<Expr>) -> Kind,
    ) -> Result<Expr> {
        let first = operand(self)?;
        if self.word(0) != word {
            return Ok(first);
        }
        let start = first.span;
        let mut operands = vec![first];
        while self.eat_word(word) {
            operands.push(operand(self)?);
        }
        Ok(Expr { kind: build(operands), span: start.to(self.last_span()) })
    }

    fn negation(&mut self) -> Result<Expr> {
        if self.word(0) != "not" {
            return self.comparison();
        }
        let start = self.span();
        self.at += 1;
        let operand = self.nested(Self::negation)?;
        Ok(Expr { span: start.to(operand.span), kind: Kind::Not(Box::new(operand)) })
    }

    fn comparison_operator(&self) -> Option<Relation> {
        let TokenKind::Symbol(symbol) = self.token(0).kind else { return None };
        Some(match symbol {
            "==" => Relation::Equal,
            "!=" => Relation::NotEqual,
            "<" => Relation::Less,
            "<=" => Relation::LessEqual,
            ">" => Relation::Greater,
            ">=" => Relation::GreaterEqual,
            _ => return None,
        })
    }

    fn no_chain<T>(&self) -> Result<T> {
        if self.is_symbol(0, "=") {
            return self.wrong("`=` does not compare", Some("write `==`"));
        }
        let diagnostic = Diagnostic::new(Code::ChainedComparison, self.span(), "comparisons do not chain")
            .help("write `a < b and b < c`");
        Err(Box::new(diagnostic))
    }

    fn comparison(&mut self) -> Result<Expr> {
        let left = self.sum()?;
        let start = left.span;
        let kind = if let Some(comparison) = self.comparison_operator() {
            self.at += 1;
            let right = self.sum()?;
            Kind::Compare(comparison, Box::new(left), Box::new(right))
        } else if self.eat_word("in") {
            Kind::In(Box::new(left), self.range()?)
        } else {
            return Ok(left);
        };
        if self.comparison_operator().is_some() || self.word(0) == "in" {
            return self.no_chain();
        }
        Ok(Expr { kind, span: start.to(self.last_span()) })
    }

    fn sum(&mut self) -> Result<Expr> {
        self.signed_chain("+", "-", Self::product, Kind::Sum)
    }

    fn product(&mut self) -> Result<Expr> {
        self.signed_chain("*", "/", Self::interval, Kind::Product)
    }

    /// Operands joined by an operator or its inverse, from the left.
    fn signed_chain(
        &mut self,
        plain: &str,
        inverse: &str,
        operand: fn(&mut Self) -> Result<Expr>,
        build: fn(Vec<(bool, Expr)>) -> Kind,
    ) -> Result<Expr> {
        let first = operand(self)?;
        if !self.is_symbol(0, plain) && !self.is_symbol(0, inverse) {
            return Ok(first);
        }
        let start = first.span;
        let mut operands = vec![(false, first)];
        loop {
            let inverted = self.is_symbol(0, inverse);
            if !inverted && !self.is_symbol(0, plain) {
                break;
            }
            self.at += 1;
            operands.push((inverted, operand(self)?));
        }
        Ok(Expr { kind: build(operands), span: start.to(self.last_span()) })
    }

    fn interval(&mut self) -> Result<Expr> {
        let low = self.unary()?;
        if self.word(0) != "to" {
            return Ok(low);
        }
        self.at += 1;
        let number = self.next_draw();
        let high = self.unary()?;
        let span = low.span.to(high.span);
        if self.word(0) == "to" {
            return self.wrong("`to` does not chain", Some("an interval has two ends: `lo to hi`"));
        }
        Ok(Expr { kind: Kind::Interval(Box::new(low), Box::new(high), number), span })
    }

    fn unary(&mut self) -> Result<Expr> {
        if !self.is_symbol(0, "-") {
            if self.is_symbol(0, "+") {
                return self.wrong("there is no unary `+`", Some("leave it out"));
            }
            return self.power();
        }
        let start = self.span();
        self.at += 1;
        let operand = self.nested(Self::unary)?;
        Ok(Expr { span: start.to(operand.span), kind: Kind::Negate(Box::new(operand)) })
    }

    fn power(&mut self) -> Result<Expr> {
        let base = self.atom()?;
        if !self.eat_symbol("^") {
            return Ok(base);
        }
        let exponent = self.nested(Self::exponent)?;
        Ok(Expr { span: base.span.to(exponent.span), kind: Kind::Power(Box::new(base), Box::new(exponent)) })
    }

    /// What stands behind `^`: it may carry a sign, and binds to the right.
    fn exponent(&mut self) -> Result<Expr> {
        if self.eat_symbol("+") {
            return self.nested(Self::exponent);
        }
        if !self.is_symbol(0, "-") {
            return self.power();
        }
        let start = self.span();
        self.at += 1;
        let operand = self.nested(Self::exponent)?;
        Ok(Expr { span: start.to(operand.span), kind: Kind::Negate(Box::new(operand)) })
    }

    fn atom(&mut self) -> Result<Expr> {
        let span = self.span();
        match self.token(0).kind {
            TokenKind::Number(value) => {
                self.at += 1;
                Ok(Expr { kind: Kind::Number(value), span })
            }
            TokenKind::Symbol("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")", "to close the bracket")?;
                Ok(Expr { span: span.to(self.last_span()), ..inner })
            }
            TokenKind::Word => self.word_atom(span),
            TokenKind::Symbol("[") if matches!(self.token(1).kind, TokenKind::Number(_)) => {
                self.wrong("brackets hold actors, not numbers", Some(elsewhere::RANGE))
            }
            TokenKind::Symbol("[") => {
                self.wrong("a list of actors stands only behind `in`", Some("write `a in [CHN, RUS]`"))
            }
            _ => self.no_value(&self.found()),
        }
    }

    fn word_atom(&mut self, span: Span) -> Result<Expr> {
        let word = self.word(0);
        let simple = match word {
            "true" => Some(Kind::Condition(true)),
            "false" => Some(Kind::Condition(false)),
            "inf" => Some(Kind::Infinity),
            "and" | "or" | "not" | "for" | "in" | "else" | "to" => {
                return self.no_value(&format!("the reserved word `{word}`"));
            }
            _ => None,
        };
        if let Some(kind) = simple {
            self.at += 1;
            return Ok(Expr { kind, span });
        }
        if self.is_symbol(1, "(") {
            return self.call(span);
        }
        let name = self.name("a name")?;
        if !self.is_symbol(0, "[") {
            return Ok(Expr { kind: Kind::Name(name.text), span });
        }
        let actors = self.actor_list()?;
        Ok(Expr { kind: Kind::Indexed(name, actors), span: span.to(self.last_span()) })
    }

    // ---- names, lists, functions

    fn name(&mut self, what: &str) -> Result<Name> {
        let span = self.span();
        if self.token(0).kind != TokenKind::Word {
            let help = matches!(self.token(0).kind, TokenKind::Number(_))
                .then_some("brackets hold actors, as in trust[A,B]; there are no lists of numbers");
            return self.wrong(format!("expected {what}, found {}", self.found()), help);
        }
        let text = self.word(0).to_owned();
        self.at += 1;
        Ok(Name { text, span })
    }

    /// `[A, B]`
    fn actor_list(&mut self) -> Result<Vec<Name>> {
        self.expect("[", "before the actors")?;
        let mut actors = Vec::new();
        if self.is_symbol(0, "]") {
            return self.wrong("no actor between the brackets", None);
        }
        loop {
            actors.push(self.name("an actor")?);
            if !self.eat_symbol(",") {
                break;
            }
        }
        self.expect("]", "after the actors")?;
        Ok(actors)
    }

    fn range(&mut self) -> Result<Range> {
        let start = self.span();
        if self.is_symbol(0, "[") {
            if self.is_symbol(1, "]") {
                self.at += 2;
                return Ok(Range::List(Vec::new(), start.to(self.last_span())));
            }
            let actors = self.actor_list()?;
            return Ok(Range::List(actors, start.to(self.last_span())));
        }
        Ok(Range::Group(self.name("a group or a list of actors")?))
    }

    fn reference(&mut self) -> Result<Reference> {
        let rule = self.name("a name")?;
        let start = rule.span;
        let actors = if self.is_symbol(0, "[") { Some(self.actor_list()?) } else { None };
        let branch = if self.eat_symbol(".") { Some(self.name("a branch")?) } else { None };
        Ok(Reference { rule, actors, branch, span: start.to(self.last_span()) })
    }

    fn next_draw(&mut self) -> u32 {
        self.draws += 1;
        self.draws - 1
    }

    fn call(&mut self, start: Span) -> Result<Expr> {
        let name = self.word(0);
        let Some(function) = functions::find(name) else {
            let near = names::nearest(name, functions::FUNCTIONS.iter().map(|f| f.name));
            let help = match (elsewhere::function(name), near) {
                _ if matches!(name, "step" | "years" | "dt" | "inf") => {
                    format!("`{name}` is a number: leave out what is in parentheses")
                }
                (Some(meant), _) => meant.to_owned(),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => format!(
                    "a tie, an attribute or an index takes brackets, {name}[A,B], a variable or a parameter nothing; `cordiale check --explain E203` lists the functions"
                ),
            };
            let message = format!("there is no function `{name}`");
            return Err(Box::new(Diagnostic::new(Code::UnknownFunction, start, message).help(help)));
        };
        self.at += 2;
        let kind = match function.meaning {
            Meaning::Fired => self.history(HistoryFunction::Fired)?,
            Meaning::Since => self.history(HistoryFunction::Since)?,
            Meaning::Count if self.is_reference_ahead() => self.history(HistoryFunction::Count)?,
            Meaning::Discrete => self.discrete()?,
            Meaning::Draw(_) => {
                let number = self.next_draw();
                Kind::Draw(function, self.arguments()?, number)
            }
            Meaning::Count => self.aggregate_or_call(function, Some(Aggregate::Count))?,
            Meaning::Aggregate(aggregate) => self.aggregate_or_call(function, Some(aggregate))?,
            Meaning::Extreme { greatest } => {
                let aggregate = if greatest { Aggregate::Max } else { Aggregate::Min };
                self.aggregate_or_call(function, Some(aggregate))?
            }
            Meaning::Call(_) | Meaning::Clamp | Meaning::If | Meaning::Start => {
                self.aggregate_or_call(function, None)?
            }
        };
        self.expect(")", "to close the function")?;
        let span = start.to(self.last_span());
        check_arity(&kind, span)?;
        Ok(Expr { kind, span })
    }

    /// Whether what follows is a rule and then the closing bracket.
    fn is_reference_ahead(&self) -> bool {
        if self.token(0).kind != TokenKind::Word {
            return false;
        }
        let mut ahead = 1;
        if self.is_symbol(ahead, "[") {
            while !self.is_symbol(ahead, "]") {
                if !matches!(self.token(ahead).kind, TokenKind::Word | TokenKind::Symbol("[" | ",")) {
                    return false;
                }
                ahead += 1;
            }
            ahead += 1;
        }
        if self.is_symbol(ahead, ".") {
            ahead += 2;
        }
        self.is_symbol(ahead, ")")
    }

    fn history(&mut self, function: HistoryFunction) -> Result<Kind> {
        Ok(Kind::History(function, self.reference()?))
    }

    fn arguments(&mut self) -> Result<Vec<Expr>> {
        let mut arguments = Vec::new();
        if self.is_symbol(0, ")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.eat_symbol(",") {
                return Ok(arguments);
            }
        }
    }

    fn aggregate_or_call(
        &mut self,
        function: &'static FunctionEntry,
        aggregate: Option<Aggregate>,
    ) -> Result<Kind> {
        let arguments = self.arguments()?;
        if self.word(0) != "for" {
            return Ok(Kind::Call(function, arguments));
        }
        let Some(aggregate) = aggregate else {
            let message = format!("`{}` does not run over a group", function.name);
            return self.wrong(message, Some("sum, mean, min, max, count, any and all do"));
        };
        let mut arguments = arguments.into_iter();
        let (Some(body), None) = (arguments.next(), arguments.next()) else {
            return self.wrong("an aggregate has one expression before `for`", None);
        };
        Ok(Kind::Aggregate(aggregate, Box::new(body), self.binders()?))
    }

    fn binders(&mut self) -> Result<Binders> {
        if !self.eat_word("for") {
            return self.wrong(format!("expected `for`, found {}", self.found()), None);
        }
        let mut names = Vec::new();
        loop {
            let name = self.name("a name to bind")?;
            if !self.eat_word("in") {
                return self.wrong(format!("expected `in`, found {}", self.found()), None);
            }
            names.push((name, self.range()?));
            if !self.eat_symbol(",") {
                break;
            }
        }
        let filter = if self.eat_word("if") { Some(Box::new(self.expression()?)) } else { None };
        Ok(Binders { names, filter })
    }

    fn discrete(&mut self) -> Result<Kind> {
        let number = self.next_draw();
        let mut pairs = Vec::new();
        loop {
            let value = self.expression()?;
            if !self.eat_symbol(":") {
                let message = format!("expected `:` between a value and its weight, found {}", self.found());
                return self.wrong(message, Some("it is written discrete(value: weight, ...)"));
            }
            pairs.push((value, self.expression()?));
            if !self.eat_symbol(",") {
                return Ok(Kind::Discrete(pairs, number));
            }
        }
    }

    fn effect(&mut self) -> Result<Effect> {
        let target = self.unary()?;
        let operator = match self.token(0).kind {
            TokenKind::Symbol("+=") => Operator::Add,
            TokenKind::Symbol("-=") => Operator::Subtract,
            TokenKind::Symbol("=") => Operator::Assign,
            _ => {
                let message = format!("expected `+=`, `-=` or `=`, found {}", self.found());
                let help = "an effect is `target += value`, `target -= value` or `target = value`";
                let diagnostic = Diagnostic::new(Code::BadEffect, self.span(), message).help(help);
                return Err(Box::new(diagnostic));
            }
        };
        self.at += 1;
        let value = self.expression()?;
        let binders = if self.word(0) == "for" { Some(self.binders()?) } else { None };
        let span = target.span.to(self.last_span());
        Ok(Effect { target, operator, value, binders, span })
    }
}

fn check_arity(kind: &Kind, span: Span) -> Result<()> {
    let (function, count) = match kind {
        Kind::Call(function, arguments) => (function, arguments.len()),
        Kind::Draw(function, arguments, _) => (function, arguments.len()),
        _ => return Ok(()),
    };
    let fits = match (function.arity, function.meaning) {
        (Some(arity), _) => count == arity,
        (None, Meaning::Extreme { .. }) => count >= 2,
        (None, _) => false,
    };
    if fits {
        return Ok(());
    }
    let message = match function.meaning {
        Meaning::Aggregate(_) | Meaning::Count => format!("`{}` needs a group to run over", function.name),
        _ => {
            format!("`{}` does not take {count} argument{}", function.name, if count == 1 { "" } else { "s" })
        }
    };
    let help = format!("it is written `{}`", function.signature);
    Err(Box::new(Diagnostic::new(Code::Arguments, span, message).help(help)))
}

#[cfg(test)]
mod tests;
