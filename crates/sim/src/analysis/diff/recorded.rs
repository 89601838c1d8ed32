//! A result as its file holds it.

use std::fmt;

use cordiale_core::calendar::{Calendar, Date, MAX_STEPS, StepUnit};
use serde_json::{Map, Value};

use crate::part;
use crate::result::FORMAT;

/// The JSON of a result, read back and looked over.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedResult {
    root: Value,
}

/// Why a text is not a result that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableResult {
    /// It is no JSON, or was cut off or damaged.
    #[error(
        "it is no whole JSON: {why}; make it again with `cordiale run FILE --format json --out result.json`"
    )]
    Damaged {
        /// What the reader met, and where.
        why: String,
    },
    /// It is something else that cordiale writes, or no file of cordiale's.
    #[error("{}", other_format(found.as_deref()))]
    OtherFormat {
        /// The format that it names.
        found: Option<String>,
    },
    /// It holds several results, a line each.
    #[error("it holds {count} results, one a line; give a file with one of them")]
    Several {
        /// How many.
        count: usize,
    },
    /// Something that every result has is not there, or is no such thing.
    #[error(
        "its `{path}` is not {wanted}; make it again with `cordiale run FILE --format json --out result.json`"
    )]
    Lacks {
        /// Where.
        path: String,
        /// What should stand there.
        wanted: &'static str,
    },
}

fn other_format(found: Option<&str>) -> String {
    match found {
        Some(part::FORMAT) => {
            "it is a part of a run; put the parts together: `cordiale merge PART... --format json --out result.json`"
                .to_owned()
        }
        Some(other) => format!(
            "it is a {other}, and only results ({FORMAT}) can be compared; `cordiale run FILE --format json --out result.json` writes one"
        ),
        None => format!(
            "it is no result of cordiale (it does not say \"format\": \"{FORMAT}\"); `cordiale run FILE --format json --out result.json` writes one"
        ),
    }
}

impl RecordedResult {
    /// Reads the JSON of one result.
    ///
    /// # Errors
    /// Where it is damaged, of another format, or holds several results.
    pub fn from_json(text: &str) -> Result<Self, UnreadableResult> {
        let damaged = |error: serde_json::Error| UnreadableResult::Damaged { why: error.to_string() };
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let nothing = || UnreadableResult::Damaged { why: "it is empty".to_owned() };
        let root = values.next().ok_or_else(nothing)?.map_err(damaged)?;
        let result = Self { root };
        result.look_over()?;
        match values.next() {
            None => Ok(result),
            // What comes behind may be cut off; then that is what is wrong.
            Some(second) => {
                second.map_err(damaged)?;
                Err(UnreadableResult::Several { count: 2 + values.count() })
            }
        }
    }

    /// Whether all is there that a comparison reads.
    fn look_over(&self) -> Result<(), UnreadableResult> {
        let format = self.text("format");
        if format != Some(FORMAT) {
            return Err(UnreadableResult::OtherFormat { found: format.map(str::to_owned) });
        }
        let lacks = |path: &str, wanted| UnreadableResult::Lacks { path: path.to_owned(), wanted };
        for path in ["version", "scenario.id", "scenario.digest", "run.method", "run.step"] {
            self.text(path).ok_or_else(|| lacks(path, "a text"))?;
        }
        for path in ["run.seed", "run.steps", "run.first_trial"] {
            self.at(path).and_then(Value::as_u64).ok_or_else(|| lacks(path, "a whole number"))?;
        }
        self.start().ok_or_else(|| lacks("run.start", "a date"))?;
        for path in ["outcomes", "rules"] {
            self.at(path).and_then(Value::as_object).ok_or_else(|| lacks(path, "an object"))?;
            for (name, entry) in self.section(path) {
                let path = format!("{path}.{name}");
                entry.as_object().ok_or_else(|| lacks(&path, "an object"))?;
            }
        }
        for (name, outcome) in self.section("outcomes") {
            let kind = outcome.get("kind").and_then(Value::as_str);
            if !matches!(kind, Some("event" | "value" | "levels")) {
                let path = format!("outcomes.{name}.kind");
                return Err(lacks(&path, "one of event, value and levels"));
            }
        }
        Ok(())
    }

    /// The whole of it.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The date of step 0.
    #[must_use]
    pub fn start(&self) -> Option<Date> {
        self.text("run.start")?.parse().ok()
    }

    /// The dates of its steps; none where they lie beyond what dates can tell.
    #[must_use]
    pub fn calendar(&self) -> Option<Calendar> {
        let unit = StepUnit::from_name(self.text("run.step")?)?;
        let steps = self.at("run.steps")?.as_u64()?;
        let steps = u32::try_from(steps).ok().filter(|steps| *steps <= MAX_STEPS)?;
        Some(Calendar::new(self.start()?, unit, steps))
    }

    /// What stands at a path of keys with dots between.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        at(&self.root, path)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// The things of a section by name.
    pub(super) fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        let section: Option<&Map<String, Value>> = self.root.get(name).and_then(Value::as_object);
        section.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }
}

/// As in `quasi-alliance · variant no_arms_deal · 10000 trials · seed 2013`.
impl fmt::Display for RecordedResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text("scenario.id").unwrap_or_default())?;
        if let Some(variant) = self.text("run.variant") {
            write!(f, " · variant {variant}")?;
        }
        match self.at("run.trials").and_then(Value::as_u64) {
            Some(trials) => {
                write!(f, " · {trials} trials · seed {}", self.at("run.seed").unwrap_or(&Value::Null))
            }
            None => write!(f, " · {}", self.text("run.method").unwrap_or_default()),
        }
    }
}

/// What stands at a path of keys with dots between.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}
