//! Keys as a page of the manual tells them: `name`, or `name` { `inner`, ... } of what holds others.

use std::collections::BTreeMap;

use serde_json::Value;

/// Keys, each with those that the page says it holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Keys(BTreeMap<String, Keys>);

impl Keys {
    /// Reads a cell of a table; what stands in parentheses is no key.
    pub(super) fn of(cell: &str) -> Self {
        Self::until(&mut cell.chars(), '\0')
    }

    fn until(rest: &mut std::str::Chars<'_>, end: char) -> Self {
        let mut keys = Self::default();
        let mut last = None;
        while let Some(c) = rest.next() {
            match c {
                '`' => last = Some(rest.by_ref().take_while(|c| *c != '`').collect::<String>()),
                '(' => drop(Self::until(rest, ')')),
                '{' => {
                    let inner = Self::until(rest, '}');
                    keys.0.insert(last.take().unwrap_or_default(), inner);
                }
                c if c == end => break,
                _ => {}
            }
            if c == '`' {
                keys.0.insert(last.clone().unwrap_or_default(), Self::default());
            }
        }
        keys
    }

    /// With more, which the page tells elsewhere.
    pub(super) fn with(mut self, more: &[&str]) -> Self {
        self.0.extend(more.iter().map(|key| ((*key).to_owned(), Self::default())));
        self
    }

    /// Where they are not those of a place of a schema.
    pub(super) fn errors(&self, whole: &Value, place: &Value) -> Vec<String> {
        let Some(properties) = properties(whole, place) else { return vec![": it holds no keys".to_owned()] };
        let missing = properties.keys().filter(|key| !self.0.contains_key(*key));
        let mut errors: Vec<String> = missing.map(|key| format!(": `{key}` is missing")).collect();
        for (key, inner) in &self.0 {
            match properties.get(key) {
                None => errors.push(format!(": there is no `{key}`")),
                Some(_) if inner.0.is_empty() => {}
                Some(place) => {
                    let errors_within = inner.errors(whole, place);
                    errors.extend(errors_within.iter().map(|error| format!("/{key}{error}")));
                }
            }
        }
        errors
    }
}

/// The keys of an object, or of each of those in it that have any name.
fn properties<'s>(whole: &'s Value, place: &'s Value) -> Option<&'s serde_json::Map<String, Value>> {
    if let Some(to) = place["$ref"].as_str() {
        return properties(whole, whole.pointer(to.strip_prefix('#')?)?);
    }
    let either = || place["anyOf"].as_array()?.iter().find_map(|one| properties(whole, one));
    let each = || properties(whole, place.get("additionalProperties")?);
    place["properties"].as_object().or_else(either).or_else(each)
}
