//! As much of JSON Schema as the schemas here use. What it does not know is an error, so nothing goes unchecked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

const DATE: &str = "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}$";
const DIGEST: &str = "^[0-9a-f]{64}$";

/// Where a document does not keep its schema, and why; nothing where it does.
pub(super) fn errors(schema: &Value, document: &Value) -> Vec<String> {
    Keeper { whole: schema }.check(schema, document)
}

struct Keeper<'s> {
    /// The schema in which definitions stand.
    whole: &'s Value,
}

impl Keeper<'_> {
    fn check(&self, schema: &Value, value: &Value) -> Vec<String> {
        let keywords = schema.as_object().into_iter().flatten();
        let errors = keywords.flat_map(|(keyword, wanted)| {
            let unknown = || vec![format!(": what does {keyword} {wanted} ask for?")];
            self.keeps(schema, keyword, wanted, value).unwrap_or_else(unknown)
        });
        errors.collect()
    }

    /// What of a value is not as one keyword has it; none where the keyword is not known.
    fn keeps(&self, schema: &Value, keyword: &str, wanted: &Value, value: &Value) -> Option<Vec<String>> {
        let number = value.as_f64().map(Some);
        let size = value.as_array().map(|items| Some(items.len() as u64));
        let entries = || value.as_object().into_iter().flatten();
        let named = |name: &str, wanted: &Value, value: &Value| -> Vec<String> {
            self.check(wanted, value).into_iter().map(|error| format!("/{name}{error}")).collect()
        };
        let keeps = match keyword {
            "$schema" | "$id" | "$defs" | "title" | "description" => true,
            "type" => match wanted {
                Value::Array(several) => several.iter().any(|one| is(one, value)),
                one => is(one, value),
            },
            "const" => value == wanted,
            "enum" => wanted.as_array()?.contains(value),
            "pattern" => value.as_str().map_or(Some(true), |text| fits(wanted.as_str()?, text))?,
            "minimum" => number.is_none_or(|x| x >= wanted.as_f64()),
            "exclusiveMinimum" => number.is_none_or(|x| x > wanted.as_f64()),
            "maximum" => number.is_none_or(|x| x <= wanted.as_f64()),
            "minItems" => size.is_none_or(|size| size >= wanted.as_u64()),
            "maxItems" => size.is_none_or(|size| size <= wanted.as_u64()),
            "required" => {
                let has = |key: &Value| value.get(key.as_str().unwrap_or_default()).is_some();
                !value.is_object() || wanted.as_array()?.iter().all(has)
            }
            "$ref" => {
                return Some(self.check(self.whole.pointer(wanted.as_str()?.strip_prefix('#')?)?, value));
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                return Some(
                    items.flat_map(|(place, item)| named(&place.to_string(), wanted, item)).collect(),
                );
            }
            "properties" => {
                let found = entries().filter_map(|(key, value)| Some((key, wanted.get(key)?, value)));
                return Some(found.flat_map(|(key, wanted, value)| named(key, wanted, value)).collect());
            }
            "additionalProperties" => {
                let others = entries().filter(|(key, _)| schema["properties"].get(key).is_none());
                if wanted.is_object() {
                    return Some(others.flat_map(|(key, value)| named(key, wanted, value)).collect());
                }
                if wanted != false {
                    return None;
                }
                return Some(
                    others.map(|(key, _)| format!(": `{key}` is no key that it knows here")).collect(),
                );
            }
            "anyOf" | "oneOf" => {
                let found: Vec<Vec<String>> =
                    wanted.as_array()?.iter().map(|one| self.check(one, value)).collect();
                match found.iter().filter(|errors| errors.is_empty()).count() {
                    0 => return found.into_iter().min_by_key(Vec::len),
                    fit => fit == 1 || keyword == "anyOf",
                }
            }
            _ => return None,
        };
        Some(if keeps { Vec::new() } else { vec![format!(": {} is not {keyword} {wanted}", short(value))] })
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("number") => value.is_number(),
        Some("integer") => value.as_f64().is_some_and(|x| x.fract() == 0.0),
        _ => false,
    }
}

/// Whether a text fits one of the patterns that are in use; none of another pattern.
fn fits(pattern: &str, text: &str) -> Option<bool> {
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match pattern {
        DATE => {
            let parts: Vec<&str> = text.strip_prefix('-').unwrap_or(text).split('-').collect();
            let [year, month, day] = parts[..] else { return Some(false) };
            Some(
                parts.iter().all(|part| are_digits(part))
                    && year.len() >= 4
                    && month.len() == 2
                    && day.len() == 2,
            )
        }
        DIGEST => {
            Some(text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
        }
        _ => None,
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::Object(_) => "{...}".to_owned(),
        Value::Array(_) => "[...]".to_owned(),
        other => other.to_string(),
    }
}

/// Which keys objects have: at each place of a schema how many objects came there, and how many of them had which key.
#[derive(Default)]
pub(super) struct Seen(BTreeMap<String, (u64, BTreeMap<String, u64>)>);

impl Seen {
    /// Adds a document that keeps the schema.
    pub(super) fn add(&mut self, schema: &Value, document: &Value) {
        self.at(schema, "", document);
    }

    fn at(&mut self, whole: &Value, place: &str, value: &Value) {
        let Some(schema) = whole.pointer(place) else { return };
        if let Some(place) = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#')) {
            self.at(whole, place, value);
        }
        for item in value.as_array().into_iter().flatten() {
            self.at(whole, &format!("{place}/items"), item);
        }
        if let (Some(known), Some(entries)) = (schema["properties"].as_object(), value.as_object()) {
            let (objects, keys) = self.0.entry(place.to_owned()).or_default();
            *objects += 1;
            let entries: Vec<_> = entries.iter().filter(|(key, _)| known.contains_key(*key)).collect();
            entries.iter().for_each(|(key, _)| *keys.entry((*key).clone()).or_default() += 1);
            for (key, value) in entries {
                self.at(whole, &format!("{place}/properties/{key}"), value);
            }
        }
        for (key, value) in value.as_object().into_iter().flatten() {
            if schema["properties"].get(key).is_none() {
                self.at(whole, &format!("{place}/additionalProperties"), value);
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            for (number, one) in schema[keyword].as_array().into_iter().flatten().enumerate() {
                if (Keeper { whole }).check(one, value).is_empty() {
                    self.at(whole, &format!("{place}/{keyword}/{number}"), value);
                }
            }
        }
    }

    /// Keys that every object had, at places where the schema does not require them.
    pub(super) fn not_required(&self, schema: &Value) -> Vec<String> {
        let mut found = Vec::new();
        for (place, (objects, keys)) in &self.0 {
            let required = schema.pointer(place).and_then(|at| at["required"].as_array());
            let is_required = |key: &str| required.is_some_and(|required| required.iter().any(|r| r == key));
            let always = keys.iter().filter(|(key, count)| *count == objects && !is_required(key));
            found.extend(always.map(|(key, _)| format!("#{place}: `{key}`, in all of {objects}")));
        }
        found
    }
}

/// What is broken on purpose in documents of one format, one place of every kind.
#[derive(Default)]
pub(super) struct Breaker {
    seen: BTreeSet<String>,
}

impl Breaker {
    /// Breaks a document in one place after the other, and mends it again: an object of every shape gets a key that nobody
    /// knows, and under every name something that is no object becomes one. No schema takes either. The places where
    /// `is_refused` says no come back.
    pub(super) fn passed(
        &mut self,
        document: &mut Value,
        is_refused: impl Fn(&Value) -> bool,
    ) -> Vec<String> {
        let mut places = Vec::new();
        self.look(document, "", "", &mut places);
        places.retain(|place| {
            let broken = |value: &Value| {
                let mut object = value.as_object().cloned().unwrap_or_default();
                if value.is_object() {
                    object.insert("surprise".to_owned(), Value::Null);
                }
                Value::Object(object)
            };
            let kept = document.pointer(place).cloned().unwrap_or_default();
            *document.pointer_mut(place).unwrap() = broken(&kept);
            let refused = is_refused(document);
            *document.pointer_mut(place).unwrap() = kept;
            !refused
        });
        places
    }

    fn look(&mut self, value: &Value, place: &str, name: &str, places: &mut Vec<String>) {
        let kind = match value {
            Value::Object(object) => object.keys().map(|key| format!("{key},")).collect(),
            _ => name.to_owned(),
        };
        if !value.is_array() && self.seen.insert(kind) {
            places.push(place.to_owned());
        }
        for (number, item) in value.as_array().into_iter().flatten().enumerate() {
            self.look(item, &format!("{place}/{number}"), name, places);
        }
        for (key, value) in value.as_object().into_iter().flatten() {
            let escaped = key.replace('~', "~0").replace('/', "~1");
            self.look(value, &format!("{place}/{escaped}"), key, places);
        }
    }
}
