//! The JSON Schema of scenario and world files, made from the table of keys, for editors.

use serde_json::{Map, Value, json};

use crate::keys::{EVERYWHERE, EVIDENCE, HINDCAST, Key, Kind, SECTIONS, Section};

const NAME: &str = "^[a-z][a-z0-9_]*$";
const ACTOR: &str = "^[A-Z][A-Z0-9_]*$";
const TIE: &str = "^[a-z][a-z0-9_]*\\[ *[A-Z][A-Z0-9_]* *, *[A-Z][A-Z0-9_]* *\\]$";

/// The schema of scenarios and worlds, draft 4 as TOML editors read it.
#[must_use]
pub fn json_schema() -> Value {
    of_sections(
        SECTIONS,
        "cordiale scenario or world",
        "A scenario ([scenario]) says what may happen and what is asked; a world ([world]) who the actors are and how they are tied.",
    )
}

/// The same of files that say what happened.
#[must_use]
pub fn hindcast_json_schema() -> Value {
    let mut schema = of_sections(
        HINDCAST,
        "cordiale hindcast",
        "What became of a scenario's outcomes ([observed.OUTCOME]), and how far that is known ([hindcast]).",
    );
    let mut demand = |of: &str, key: &str, what: Value| {
        if let Some(object) = schema.pointer_mut(of).and_then(Value::as_object_mut) {
            object.insert(key.into(), what);
        }
    };
    // Unlike a scenario it leaves nothing to a world.
    demand("", "required", json!(["hindcast", "observed"]));
    demand("/properties/hindcast", "required", json!(["scenario", "until"]));
    let one = ["reached", "value", "level"].map(|key| json!({ "required": [key] }));
    demand(&format!("/properties/observed/patternProperties/{NAME}"), "oneOf", json!(one));
    schema
}

fn of_sections(sections: &[Section], title: &str, description: &str) -> Value {
    let properties: Map<String, Value> = sections.iter().map(|s| (s.name.to_owned(), section(s))).collect();
    let evidence = table(EVIDENCE);
    json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": title,
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "definitions": {
            "evidence": evidence,
            "duration": {
                "description": "\"N days|weeks|months|quarters|years\", or a number of steps.",
                "anyOf": [
                    { "type": "string", "pattern": "^ *[0-9]+(\\.[0-9]+)? +(day|week|month|quarter|year)s? *$" },
                    { "type": "number", "minimum": 0 },
                ],
            },
        },
    })
}

fn section(section: &Section) -> Value {
    let mut schema = if section.named {
        let pattern = match section.name {
            "actors" => ACTOR,
            "ties" => TIE,
            _ => NAME,
        };
        json!({
            "type": "object",
            "additionalProperties": false,
            "patternProperties": { pattern: table(section.keys) },
        })
    } else {
        table(section.keys)
    };
    describe(&mut schema, section.doc);
    schema
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .chain(EVERYWHERE)
        .map(|key| {
            let mut schema = kind(key.kind);
            describe(&mut schema, key.doc);
            (key.name.to_owned(), schema)
        })
        .collect();
    // Nothing is required here: a file may leave to its world what the whole needs.
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn describe(schema: &mut Value, doc: &str) {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".into(), doc.into());
    }
}

/// A date of TOML is a string to its schema checkers.
fn date() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn names(pattern: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string", "pattern": pattern } })
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Whole(low, high) => {
            let mut schema = json!({ "type": "integer" });
            if let Some(object) = schema.as_object_mut() {
                if let Ok(low) = i64::try_from(low) {
                    object.insert("minimum".into(), low.into());
                }
                if let Ok(high) = i64::try_from(high) {
                    object.insert("maximum".into(), high.into());
                }
            }
            schema
        }
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::NumberExpression | Kind::Toward => json!({ "type": ["number", "string"] }),
        Kind::ConditionExpression => json!({ "type": ["boolean", "string"] }),
        Kind::Date => date(),
        Kind::Dates => json!({ "anyOf": [date(), { "type": "array", "items": date() }] }),
        Kind::Forced => {
            let dates = self::kind(Kind::Dates);
            json!({ "anyOf": [dates, { "type": "object", "additionalProperties": dates }] })
        }
        Kind::LooseDate => json!({ "type": "string" }),
        Kind::Duration => json!({ "$ref": "#/definitions/duration" }),
        Kind::Deadline => json!({ "anyOf": [date(), { "$ref": "#/definitions/duration" }] }),
        Kind::Range => {
            json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 })
        }
        Kind::Actors => names(ACTOR),
        Kind::ActorRange => json!({ "anyOf": [{ "type": "string", "pattern": NAME }, names(ACTOR)] }),
        Kind::Effects => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Names => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Table(keys) => table(keys),
        Kind::Map(inner) => json!({ "type": "object", "additionalProperties": self::kind(*inner) }),
        Kind::List(keys) => json!({ "type": "array", "items": table(keys) }),
        Kind::Any => json!({}),
        Kind::Reached => json!({ "anyOf": [date(), { "enum": [false] }] }),
        Kind::Numbers => json!({ "type": "array", "items": { "type": "number" }, "minItems": 1 }),
        Kind::Evidence => json!({
            "anyOf": [
                { "$ref": "#/definitions/evidence" },
                { "type": "array", "items": { "$ref": "#/definitions/evidence" } },
            ],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `force = { rule.branch = 2014-05-20 }`, which TOML reads as a table in a table.
    #[test]
    fn a_branch_may_be_forced_without_quotes() {
        let variants = &json_schema()["properties"]["variants"]["patternProperties"];
        let variant = variants.as_object().and_then(|patterns| patterns.values().next());
        let forced =
            &variant.map_or(&Value::Null, |variant| &variant["properties"]["force"])["additionalProperties"];
        let [dates, of_branches] = [&forced["anyOf"][0], &forced["anyOf"][1]];
        assert_eq!((&of_branches["type"], &of_branches["additionalProperties"]), (&json!("object"), dates));
    }

    #[test]
    fn every_section_and_key_is_in_the_schema_with_a_line_on_it() {
        let files = [(json_schema(), SECTIONS), (hindcast_json_schema(), HINDCAST)];
        for (schema, section) in files.iter().flat_map(|(schema, all)| all.iter().map(move |s| (schema, s))) {
            let found = &schema["properties"][section.name];
            assert_eq!(found["description"], section.doc);
            let keys = if section.named {
                let patterns = found["patternProperties"].as_object();
                patterns.and_then(|p| p.values().next()).map_or(&Value::Null, |t| &t["properties"])
            } else {
                &found["properties"]
            };
            for key in section.keys.iter().chain(EVERYWHERE) {
                assert_eq!(keys[key.name]["description"], key.doc, "{}.{}", section.name, key.name);
            }
        }
    }
}
