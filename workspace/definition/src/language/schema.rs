//! The JSON Schema of the language, for editors.

use serde_json::{Map, Value, json};

use super::{Need, Rule, Section};
use crate::raw;

/// The JSON Schema (draft 2020-12) of a definition, as text that ends with a line break.
pub fn json_schema() -> String {
    let mut schema = section(&raw::DEFINITION);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("A saga definition");
    let parts = sections().into_iter().filter(|part| part.name != raw::DEFINITION.name);
    schema["$defs"] = parts
        .map(|part| (part.name.to_owned(), section(part)))
        .collect::<Map<_, _>>()
        .into();
    let mut text = serde_json::to_string_pretty(&sorted(schema)).unwrap_or_default();
    text.push('\n');
    text
}

/// Every mapping of the language, in the order in which the keys lead to them.
pub(super) fn sections() -> Vec<&'static Section> {
    let mut found: Vec<&'static Section> = vec![&raw::DEFINITION];
    let mut next = 0;
    while let Some(part) = found.get(next) {
        let inside: Vec<_> = part.keys.iter().flat_map(|key| key.sections()).collect();
        for part in inside {
            if !found.iter().any(|known| known.name == part.name) {
                found.push(part);
            }
        }
        next += 1;
    }
    found
}

fn section(part: &Section) -> Value {
    let mut properties = Map::new();
    for key in part.keys {
        let mut schema = key.schema();
        // What stands beside a reference holds as well.
        schema["description"] = json!(plain(key.meaning()));
        if let Need::Usual(usual) = key.need()
            && let Some(value) = usual.value()
        {
            schema["default"] = value;
        }
        schema["examples"] = json!([example(key.example())]);
        properties.insert(key.name().to_owned(), schema);
    }
    let required: Vec<&str> = part
        .keys
        .iter()
        .filter(|key| matches!(key.need(), Need::Required))
        .map(|key| key.name())
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": plain(part.about),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    let rules: Vec<Value> = part.rules.iter().map(rule).collect();
    if !rules.is_empty() {
        schema["allOf"] = rules.into();
    }
    schema
}

/// A value that is written in YAML.
fn example(written: &str) -> Value {
    serde_saphyr::from_str(written).unwrap_or_else(|_| json!(written))
}

fn rule(rule: &Rule) -> Value {
    let there = |key: &str| json!({ "required": [key] });
    match rule {
        Rule::OneOf(keys) => json!({ "oneOf": keys.iter().map(|key| there(key)).collect::<Vec<_>>() }),
        Rule::NotBoth(first, second) => json!({ "not": { "required": [first, second] } }),
        Rule::WithOneOf(key, others) => {
            let one_of_them: Vec<Value> = others.iter().map(|other| there(other)).collect();
            json!({ "if": there(key), "then": { "anyOf": one_of_them } })
        }
        Rule::With(key, other) => json!({ "dependentRequired": { *key: [other] } }),
    }
}

/// Without marks of Markdown.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// With every mapping in the order of its keys, whatever the map of the JSON library does.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
