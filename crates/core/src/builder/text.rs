//! What the keys of a document take, as Rust writes it.

use toml::Value;

/// Texts of any type, by what `&str` becomes.
macro_rules! texts {
    ($($name:ident)*) => {$(
        impl From<String> for $name {
            fn from(text: String) -> Self {
                text.as_str().into()
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                text.as_str().into()
            }
        }
    )*};
}

/// Lists of texts of any type, by what makes something of them.
macro_rules! lists {
    ($name:ident: $make:expr) => {
        lists!($name: $make; &[&str]; &[String]; &Vec<&str>; &Vec<String>; Vec<&str>; Vec<String>);

        impl<const N: usize> From<[&str; N]> for $name {
            fn from(texts: [&str; N]) -> Self {
                $make(&texts[..])
            }
        }

        impl<const N: usize> From<&[&str; N]> for $name {
            fn from(texts: &[&str; N]) -> Self {
                $make(&texts[..])
            }
        }
    };
    ($name:ident: $make:expr; $($list:ty);*) => {$(
        impl From<$list> for $name {
            fn from(texts: $list) -> Self {
                $make(texts)
            }
        }
    )*};
}

pub(super) use {lists, texts};

texts!(Quantity Span Deadline Actors Setting);
lists!(Actors: |texts| Self(strings(texts)));

/// A number, a condition or an expression, as a key of a file takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity(pub(super) Value);

/// Numbers of any type, and conditions.
macro_rules! numbers {
    ($($number:ty: $value:expr;)*) => {$(
        impl From<$number> for Quantity {
            fn from(number: $number) -> Self {
                Self($value(number))
            }
        }

        impl From<$number> for Setting {
            fn from(number: $number) -> Self {
                Self(Quantity::from(number).0)
            }
        }
    )*};
}

numbers! {
    f64: Value::Float;
    f32: |x| Value::Float(f64::from(x));
    i32: |n| Value::Integer(i64::from(n));
    u32: |n| Value::Integer(i64::from(n));
    i64: Value::Integer;
    u64: whole;
    usize: |n| whole(n as u64);
    bool: Value::Boolean;
}

impl From<&str> for Quantity {
    fn from(expression: &str) -> Self {
        Self(Value::String(expression.to_owned()))
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

/// What `set` of a variant puts somewhere, as a [`Quantity`]; dates, lists and tables are written as `--set` takes them:
/// `"2024-02-01"`, `"[0, 2]"`, `"{ toward = 0 }"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting(pub(super) Value);

impl From<&str> for Setting {
    fn from(text: &str) -> Self {
        match text.parse() {
            Ok(value @ (Value::Datetime(_) | Value::Array(_) | Value::Table(_))) => Self(value),
            _ => Self(Value::String(text.to_owned())),
        }
    }
}

pub(super) fn date(text: &str) -> Value {
    // What is no date stays a text, and the checks say so at its place.
    text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Datetime)
}

/// What is larger than whole numbers of TOML is a number with a point: rounded where any number will do, refused where a whole
/// one is needed.
#[expect(clippy::cast_precision_loss, reason = "numbers of the language are doubles")]
pub(super) fn whole(number: u64) -> Value {
    i64::try_from(number).map_or(Value::Float(number as f64), Value::Integer)
}

/// How many of something: more than TOML can say never come.
pub(super) fn count(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(super) fn dates(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    Value::Array(texts.into_iter().map(|text| date(text.as_ref())).collect())
}

pub(super) fn strings(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    Value::Array(texts.into_iter().map(|text| Value::String(text.as_ref().to_owned())).collect())
}
