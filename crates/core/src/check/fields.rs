//! Typed reading of one table: what is of the wrong kind or not known is reported, and read as missing.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::ParseError;
use crate::calendar::{Date, Duration, date_parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Entry, Node, Table, Text, Value};
use crate::elsewhere;
use crate::hindcast::GOES;
use crate::keys::{EVERYWHERE, Key, Kind, is_for_later};
use crate::names;
use crate::source::Span;
use crate::syntax::{self, Expr};

/// A table under reading.
pub(super) struct Fields<'a, 'w> {
    pub(super) table: &'a Table,
    pub(super) what: What<'w>,
}

/// What a table is, for messages. Nearly none of them is ever told, so their text is made where one is.
#[derive(Clone, Copy)]
pub(super) enum What<'w> {
    /// "the scenario"
    Section(&'static str),
    /// "rule `x`"
    Named(&'static str, &'w str),
    /// "the window of rule `x`"
    Part(&'static str, &'w Self),
    /// "branch `b` of rule `x`"
    NamedPart(&'static str, &'w str, &'w Self),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section(section) => write!(f, "the {section}"),
            Self::Named(kind, name) => write!(f, "{kind} `{name}`"),
            Self::Part(part, whole) => write!(f, "{part} of {whole}"),
            Self::NamedPart(kind, name, whole) => write!(f, "{kind} `{name}` of {whole}"),
        }
    }
}

/// A deadline as written.
pub(super) enum DateOrDuration {
    Date(Date),
    Duration(Duration),
}

impl<'a, 'w> Fields<'a, 'w> {
    /// Begins to read a table and reports the keys that it must not or must have.
    pub(super) fn new(
        table: &'a Table,
        what: What<'w>,
        keys: &[Key],
        at: Span,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let known = || keys.iter().chain(EVERYWHERE).map(|k| k.name);
        let mut meant = Vec::new();
        for (name, entry) in table.entries.iter().filter(|(name, _)| !known().any(|k| k == name.as_str())) {
            if matches!(what, What::Named(kind, _) if is_for_later(Some(kind), name)) {
                found.push(for_later(name, entry.key));
                continue;
            }
            let known: Vec<&str> = known().collect();
            let message = format!("{what} has no key `{name}`");
            let elsewhere = elsewhere::keys(name).iter().copied().find(|key| known.contains(key));
            let near = elsewhere.or_else(|| names::nearest(name, known.iter().copied()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its keys are {}", names::list(&known)),
            };
            found.push(Diagnostic::new(Code::UnknownKey, entry.key, message).help(help));
            meant.extend(near);
        }
        // A key that is there under a slip of its name is not missing as well.
        let is_missing = |k: &&Key| k.required && table.get(k.name).is_none() && !meant.contains(&k.name);
        for key in keys.iter().filter(is_missing) {
            let message = format!("{what} needs `{}`", key.name);
            found.push(
                Diagnostic::new(Code::MissingKey, at, message)
                    .help(format!("{} = ...  # {}", key.name, key.doc)),
            );
        }
        Self { table, what }
    }

    pub(super) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.table.get(key)
    }

    pub(super) fn span(&self, key: &str) -> Option<Span> {
        self.entry(key).map(|e| e.node.span)
    }

    fn wrong(&self, key: &str, node: &Node, expected: &str) -> Diagnostic {
        let message = format!("`{key}` of {} takes {expected}, not {}", self.what, node.describe());
        Diagnostic::new(Code::WrongType, node.span, message)
    }

    pub(super) fn text(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<&'a Text> {
        let node = &self.entry(key)?.node;
        match &node.value {
            Value::String(text) => Some(text),
            _ => {
                found.push(self.wrong(key, node, "a text in quotes"));
                None
            }
        }
    }

    /// A text that is printed as it stands: in a terminal, on a page, in a graph for another program.
    pub(super) fn string(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<String> {
        let text = self.text(key, found)?;
        if let Some((at, character)) = first_unprintable(&text.value) {
            let number = u32::from(character);
            let message = format!("`{key}` of {} holds the character U+{number:04X}", self.what);
            found.push(
                Diagnostic::new(Code::Unprintable, text.span(at..at + character.len_utf8()), message)
                    .help("take it out: a terminal or a page would obey it, not show it"),
            );
            return None;
        }
        Some(text.value.clone())
    }

    pub(super) fn boolean(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<bool> {
        let node = &self.entry(key)?.node;
        match node.value {
            Value::Boolean(value) => Some(value),
            _ => {
                let is_quoted = matches!(node.value, Value::String(_));
                let help = is_quoted.then(|| format!("write {key} = true or {key} = false, without quotes"));
                found.push(self.wrong(key, node, "true or false").maybe_help(help));
                None
            }
        }
    }

    pub(super) fn choice(&self, key: &str, allowed: &[&str], found: &mut Vec<Diagnostic>) -> Option<&'a str> {
        let text = self.text(key, found)?;
        if allowed.contains(&text.value.as_str()) {
            return Some(&text.value);
        }
        let message = format!("`{}` is no `{key}` of {}", text.value, self.what);
        let near = names::nearest(&text.value, allowed.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean \"{near}\"? It is one of {}", names::list(allowed)),
            None => format!("it is one of {}", names::list(allowed)),
        };
        found
            .push(Diagnostic::new(Code::BadChoice, self.entry(key).map(|e| e.node.span), message).help(help));
        None
    }

    /// A finite number.
    pub(super) fn number(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<f64> {
        let node = &self.entry(key)?.node;
        match node.value {
            Value::Number { value, .. } if value.is_finite() => Some(value),
            Value::Number { value, .. } => {
                found.push(not_finite(value, node.span));
                None
            }
            _ => {
                found.push(self.wrong(key, node, "a number"));
                None
            }
        }
    }

    pub(super) fn whole(
        &self,
        key: &str,
        allowed: RangeInclusive<i128>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<i128> {
        let node = &self.entry(key)?.node;
        let (value, whole) = match node.value {
            Value::Number { value, whole } => (value, whole),
            _ => {
                found.push(self.wrong(key, node, "a whole number"));
                return None;
            }
        };
        match whole {
            Some(whole) if allowed.contains(&whole) => Some(whole),
            _ if whole.is_some() || value.fract() == 0.0 && !allowed_float(value, &allowed) => {
                let bound =
                    |n: i128| if n == i128::from(i64::MAX) { "2^63 - 1".to_owned() } else { n.to_string() };
                let (low, high) = (*allowed.start(), *allowed.end());
                let range = if high >= i128::from(u32::MAX) && high != i128::from(i64::MAX) {
                    let most =
                        if whole.is_some_and(|whole| whole > high) { ", and this is too large" } else { "" };
                    format!("of {} or more{most}", bound(low))
                } else {
                    format!("from {} to {}", bound(low), bound(high))
                };
                let message = format!("`{key}` of {} is a whole number {range}", self.what);
                found.push(Diagnostic::new(Code::OutOfRange, node.span, message));
                None
            }
            _ => {
                let message = format!("`{key}` of {} takes a whole number, not {value:?}", self.what);
                found.push(Diagnostic::new(Code::WrongType, node.span, message));
                None
            }
        }
    }

    /// `[low, high]`, infinite ends allowed.
    pub(super) fn range(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<(f64, f64)> {
        let node = &self.entry(key)?.node;
        let ends: Result<Vec<f64>, &Node> = match &node.value {
            Value::Array(items) if items.len() == 2 => {
                items.iter().map(|item| number_of(item).ok_or(item)).collect()
            }
            _ => Err(node),
        };
        let told = |wrong| found.push(self.wrong(key, wrong, "two numbers, [low, high]"));
        let ends = ends.map_err(told).ok()?;
        let (low, high) = (ends[0], ends[1]);
        if low.is_nan() || high.is_nan() {
            found.push(not_finite(f64::NAN, node.span));
            return None;
        }
        if low > high || low == f64::INFINITY || high == f64::NEG_INFINITY {
            let message = format!("the range [{low}, {high}] of {} holds no number", self.what);
            found.push(
                Diagnostic::new(Code::OutOfRange, node.span, message).help("write the lower end first"),
            );
            return None;
        }
        Some((low, high))
    }

    pub(super) fn date(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<Date> {
        date_of(&self.entry(key)?.node, found)
    }

    /// A source's date: a TOML date, or a text `2013`, `2013-09` or `2013-09-05`.
    pub(super) fn loose_date(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<String> {
        let node = &self.entry(key)?.node;
        match &node.value {
            Value::Date(date) => Some(date.to_string()),
            Value::String(text) => {
                let padded = match text.value.len() {
                    4 => format!("{}-01-01", text.value),
                    7 => format!("{}-01", text.value),
                    _ => text.value.clone(),
                };
                if padded.parse::<Date>().is_ok() {
                    return Some(text.value.clone());
                }
                let message = format!("`{}` is no date", text.value);
                found
                    .push(bad_date(node.span, message).help("write \"2013-09-05\", \"2013-09\" or \"2013\""));
                None
            }
            _ => {
                found.push(self.wrong(key, node, "a date"));
                None
            }
        }
    }

    /// One date or a list of them, each with its place.
    pub(super) fn dates(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<Vec<(Date, Span)>> {
        Some(dates_of(&self.entry(key)?.node, found))
    }

    pub(super) fn duration(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<Duration> {
        let node = &self.entry(key)?.node;
        match duration_of(node) {
            Some(Ok(duration)) => Some(duration),
            Some(Err(error)) => {
                found.push(Diagnostic::new(Code::BadDuration, node.span, error.to_string()));
                None
            }
            None => {
                let wrong = self.wrong(key, node, "a duration such as \"6 months\", or a number of steps");
                found.push(wrong);
                None
            }
        }
    }

    pub(super) fn date_or_duration(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<DateOrDuration> {
        match &self.entry(key)?.node.value {
            Value::String(text) if date_parts(&text.value).is_some() => {
                self.date(key, found).map(DateOrDuration::Date)
            }
            Value::Date(_) | Value::OtherDate => self.date(key, found).map(DateOrDuration::Date),
            _ => self.duration(key, found).map(DateOrDuration::Duration),
        }
    }

    pub(super) fn sub_table(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<&'a Table> {
        let node = &self.entry(key)?.node;
        match &node.value {
            Value::Table(table) => Some(table),
            _ => {
                found.push(self.wrong(key, node, "a table").maybe_help(example(key)));
                None
            }
        }
    }

    /// A list of texts, or nothing of it where one is no text.
    pub(super) fn texts(
        &self,
        key: &str,
        expected: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Vec<&'a Text>> {
        let node = &self.entry(key)?.node;
        let Value::Array(items) = &node.value else {
            found.push(self.wrong(key, node, expected));
            return None;
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match &item.value {
                Value::String(text) => texts.push(text),
                _ => {
                    let message =
                        format!("`{key}` of {} takes {expected}; in it is {}", self.what, item.describe());
                    found.push(
                        Diagnostic::new(Code::WrongType, item.span, message)
                            .help("put a text in quotes here"),
                    );
                }
            }
        }
        Some(texts)
    }

    /// A list of finite numbers, one at least, or nothing of it where one is none.
    pub(super) fn numbers(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<Vec<f64>> {
        let node = &self.entry(key)?.node;
        let items = match &node.value {
            Value::Array(items) if !items.is_empty() => items,
            _ => {
                let message = format!("`{key}` of {} takes a list of numbers, one at least", self.what);
                found.push(Diagnostic::new(Code::WrongType, node.span, message));
                return None;
            }
        };
        let mut numbers = Vec::with_capacity(items.len());
        for item in items {
            match item.value {
                Value::Number { value, .. } if value.is_finite() => numbers.push(value),
                Value::Number { value, .. } => found.push(not_finite(value, item.span)),
                _ => {
                    let message = format!("`{key}` of {} takes numbers, not {}", self.what, item.describe());
                    found.push(Diagnostic::new(Code::WrongType, item.span, message));
                }
            }
        }
        (numbers.len() == items.len()).then_some(numbers)
    }

    /// An expression: a text, a number, true or false.
    pub(super) fn expression(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<Arc<Expr>> {
        expression_of(&self.entry(key)?.node, key, self.what, found)
    }
}

/// What is of no meaning yet.
pub(super) fn for_later(name: &str, key: Span) -> Diagnostic {
    let help = (name == "observed").then(|| GOES.to_owned());
    Diagnostic::new(Code::UnknownKey, key, format!("`{name}` is reserved for a later format"))
        .maybe_help(help)
}

/// A table as it may stand behind a key.
pub(crate) fn example(key: &str) -> Option<String> {
    let table = match key {
        "base_rate" => "{ hazard = 0.02 }",
        "branches" => "{ signed = { weight = 2 }, refused = { weight = 1 } }",
        "decay" => "{ half_life = \"2 years\", toward = 0 }",
        "force" => "{ rule = 2014-01-01 }",
        "foreach" => "{ a = \"group\" }",
        "set" => "{ parameter = 0.5 }",
        "values" => "{ ACTOR = 0.5 }",
        "window" => "{ from = 2014-01-01, until = 2015-01-01 }",
        _ => return None,
    };
    Some(format!("write a table, such as {key} = {table}"))
}

#[expect(clippy::cast_precision_loss, reason = "only asks on which side of the bounds a number lies")]
fn allowed_float(value: f64, allowed: &RangeInclusive<i128>) -> bool {
    value >= *allowed.start() as f64 && value <= *allowed.end() as f64
}

fn number_of(node: &Node) -> Option<f64> {
    match node.value {
        Value::Number { value, .. } => Some(value),
        _ => None,
    }
}

/// The first character of a text that is not seen but obeyed: a control character other than a tab or the end of a line,
/// or one that turns the direction in which what follows is read.
fn first_unprintable(text: &str) -> Option<(usize, char)> {
    // Most texts are of nothing else, and many at a time are looked at.
    if text.bytes().fold(true, |all, byte| all & ((b' '..=b'~').contains(&byte) | (byte == b'\n'))) {
        return None;
    }
    text.char_indices().find(|&(at, character)| match character {
        '\n' | '\t' => false,
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => character.is_control(),
    })
}

pub(super) fn not_finite(value: f64, span: Span) -> Diagnostic {
    let what = if value.is_nan() { "nan is no value" } else { "an infinite number has no meaning here" };
    Diagnostic::new(Code::NotFinite, span, what).help("write a finite number; inf may stand in `range` alone")
}

pub(super) fn bad_date(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::BadDate, span, message)
}

pub(super) fn date_of(node: &Node, found: &mut Vec<Diagnostic>) -> Option<Date> {
    let diagnostic = match &node.value {
        Value::Date(date) => return Some(*date),
        Value::OtherDate => {
            bad_date(node.span, "a date alone is needed").help("leave the time of day out: 2013-09-01")
        }
        Value::String(text) if text.value.parse::<Date>().is_ok() => {
            bad_date(node.span, "a date stands without quotes").help(format!("write {}", text.value))
        }
        Value::String(text) if date_parts(&text.value).is_some() => {
            bad_date(node.span, format!("the calendar has no {}", text.value)).help("write a day that it has")
        }
        value => {
            let example = match value {
                Value::Number { whole: Some(year @ 1..=9999), .. } => format!("write {year:04}-01-01"),
                _ => "write 2013-09-01".to_owned(),
            };
            bad_date(node.span, format!("a date is needed, not {}", node.describe())).help(example)
        }
    };
    found.push(diagnostic);
    None
}

pub(super) fn dates_of(node: &Node, found: &mut Vec<Diagnostic>) -> Vec<(Date, Span)> {
    match &node.value {
        Value::Array(items) => items.iter().filter_map(|n| Some((date_of(n, found)?, n.span))).collect(),
        _ => date_of(node, found).map(|date| (date, node.span)).into_iter().collect(),
    }
}

fn duration_of(node: &Node) -> Option<Result<Duration, ParseError>> {
    Some(match &node.value {
        Value::String(text) => text.value.parse(),
        Value::Number { value, whole } => match whole {
            Some(whole) => u64::try_from(*whole).map(Duration::steps).map_err(|_| {
                format!(
                    "`{whole}` is no duration; write how many steps, as in 60, or a text such as \"5 years\""
                )
                .into()
            }),
            None => Duration::parse_steps(&value.to_string()),
        },
        _ => return None,
    })
}

pub(super) fn expression_of(
    node: &Node,
    key: &str,
    what: What<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<Arc<Expr>> {
    match &node.value {
        Value::String(text) => match syntax::parse_expression(text) {
            Ok(expr) => Some(expr),
            Err(diagnostic) => {
                found.push(*diagnostic);
                None
            }
        },
        Value::Number { value, .. } if value.is_finite() => {
            Some(Arc::new(Expr { kind: syntax::Kind::Number(*value), span: node.span }))
        }
        Value::Number { value, .. } => {
            found.push(not_finite(*value, node.span));
            None
        }
        Value::Boolean(value) => {
            Some(Arc::new(Expr { kind: syntax::Kind::Condition(*value), span: node.span }))
        }
        _ => {
            let message = format!(
                "`{key}` of {what} takes a number or an expression in quotes, not {}",
                node.describe()
            );
            let is_list = matches!(node.value, Value::Array(_));
            let help = is_list.then(|| elsewhere::RANGE.to_owned());
            found.push(Diagnostic::new(Code::WrongType, node.span, message).maybe_help(help));
            None
        }
    }
}

/// The bounds of a whole-number key, from the table of keys.
pub(super) fn whole_bounds(keys: &[Key], name: &str) -> RangeInclusive<i128> {
    match keys.iter().find(|k| k.name == name).map(|k| k.kind) {
        Some(Kind::Whole(low, high)) => low..=high,
        _ => 0..=i128::MAX,
    }
}
