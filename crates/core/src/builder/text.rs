//! What the keys of a document take, as Rust writes it.

use toml::Value;

/// A number, a condition or an expression, as a key of a file takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity(pub(super) Value);

impl From<f64> for Quantity {
    fn from(number: f64) -> Self {
        Self(Value::Float(number))
    }
}

impl From<i32> for Quantity {
    fn from(number: i32) -> Self {
        Self(Value::Integer(i64::from(number)))
    }
}

impl From<bool> for Quantity {
    fn from(condition: bool) -> Self {
        Self(Value::Boolean(condition))
    }
}

impl From<&str> for Quantity {
    fn from(expression: &str) -> Self {
        Self(Value::String(expression.to_owned()))
    }
}

impl From<String> for Quantity {
    fn from(expression: String) -> Self {
        Self(Value::String(expression))
    }
}

/// A duration: a text such as `"18 months"`, or a number of steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Span(pub(super) Value);

impl From<&str> for Span {
    fn from(text: &str) -> Self {
        Self(Value::String(text.to_owned()))
    }
}

impl From<u32> for Span {
    fn from(steps: u32) -> Self {
        Self(Value::Integer(i64::from(steps)))
    }
}

/// When a question closes: a date as `"2018-09-01"`, or how long after the start, as a [`Span`].
#[derive(Clone, Debug, PartialEq)]
pub struct Deadline(pub(super) Value);

impl From<&str> for Deadline {
    fn from(text: &str) -> Self {
        Self(date(text))
    }
}

impl From<u32> for Deadline {
    fn from(steps: u32) -> Self {
        Span::from(steps).into()
    }
}

impl From<Span> for Deadline {
    fn from(after: Span) -> Self {
        Self(after.0)
    }
}

/// Whom a name of `foreach` runs over: a group by its name, or a list of actors.
#[derive(Clone, Debug, PartialEq)]
pub struct Actors(pub(super) Value);

impl From<&str> for Actors {
    fn from(group: &str) -> Self {
        Self(group.into())
    }
}

impl From<&[&str]> for Actors {
    fn from(actors: &[&str]) -> Self {
        Self(strings(actors))
    }
}

impl<const N: usize> From<&[&str; N]> for Actors {
    fn from(actors: &[&str; N]) -> Self {
        Self(strings(actors))
    }
}

pub(super) fn date(text: &str) -> Value {
    // What is no date stays a text, and the checks say so at its place.
    text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Datetime)
}

/// What is larger than numbers of TOML is a text, and the checks say so at its place.
pub(super) fn whole(number: u64) -> Value {
    i64::try_from(number).map_or_else(|_| Value::String(number.to_string()), Value::Integer)
}

pub(super) fn dates(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|text| date(text)).collect())
}

pub(super) fn strings(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|text| Value::String((*text).to_owned())).collect())
}
