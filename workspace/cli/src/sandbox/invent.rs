//! Random values that follow an Avro schema.

use std::collections::BTreeMap;

use bytes::Bytes;
use palinode_core::{FieldName, Value};
use serde_json::Value as Json;

use super::dice::Dice;

/// Below this depth a value that may be null or empty is.
const DEPTH_MAX: u32 = 6;
/// What a field called `code` holds: a word that nobody takes for a real one.
const CODE: &str = "SANDBOX";
const DAY_MILLIS: i64 = 86_400_000;

/// Makes values up. Times are `now`, everything else is thrown.
pub(super) struct Inventor<'a> {
    dice: Dice,
    now_millis: i64,
    named: BTreeMap<&'a str, &'a Json>,
}

impl<'a> Inventor<'a> {
    /// An inventor for the types of `schema`.
    pub(super) fn new(dice: Dice, now_millis: i64, schema: &'a Json) -> Self {
        let mut named = BTreeMap::new();
        collect(schema, &mut named);
        Self {
            dice,
            now_millis,
            named,
        }
    }

    /// A value of this type for a field called `name`.
    pub(super) fn value(&mut self, name: &str, of: &'a Json) -> Value {
        self.at(name, of, 0)
    }

    fn at(&mut self, name: &str, of: &'a Json, depth: u32) -> Value {
        match of {
            Json::String(word) => match self.named.get(last(word)) {
                Some(named) => {
                    let named = *named;
                    self.complex(name, named, depth + 1)
                }
                None => self.plain(name, word),
            },
            Json::Array(branches) => self.union(name, branches, depth),
            other => self.complex(name, other, depth),
        }
    }

    fn union(&mut self, name: &str, branches: &'a [Json], depth: u32) -> Value {
        let nullable = branches.iter().any(|branch| branch == "null");
        let Some(other) = branches.iter().find(|branch| *branch != "null") else {
            return Value::Null;
        };
        if nullable && (depth > DEPTH_MAX || self.dice.falls(0.5)) {
            return Value::Null;
        }
        self.at(name, other, depth + 1)
    }

    fn complex(&mut self, name: &str, of: &'a Json, depth: u32) -> Value {
        if let Some(logical) = of["logicalType"].as_str().and_then(|logical| self.logical(logical)) {
            return logical;
        }
        match of["type"].as_str() {
            Some("record") => {
                let fields = of["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
                let mut values = Vec::with_capacity(fields.len());
                for field in fields {
                    let name = field["name"].as_str().unwrap_or_default();
                    values.push((FieldName::from(name), self.at(name, &field["type"], depth + 1)));
                }
                Value::Record(values)
            }
            Some("enum") => {
                let symbols = of["symbols"].as_array().map(Vec::as_slice).unwrap_or_default();
                let at = usize::try_from(self.dice.below(symbols.len() as u64)).unwrap_or_default();
                Value::String(symbols.get(at).and_then(Json::as_str).unwrap_or_default().into())
            }
            Some("array") => {
                let count = if depth > DEPTH_MAX { 0 } else { 1 + self.dice.below(3) };
                Value::List((0..count).map(|_| self.at(name, &of["items"], depth + 1)).collect())
            }
            Some("map") => {
                let count = if depth > DEPTH_MAX { 0 } else { 1 + self.dice.below(2) };
                let entry = |at| FieldName::from(format!("{name}-{at}"));
                Value::Record(
                    (0..count)
                        .map(|at| (entry(at), self.at(name, &of["values"], depth + 1)))
                        .collect(),
                )
            }
            Some("fixed") => {
                let size = usize::try_from(of["size"].as_u64().unwrap_or_default()).unwrap_or_default();
                Value::Bytes((0..size).map(|_| self.dice.number().to_le_bytes()[0]).collect())
            }
            Some(word) => self.plain(name, word),
            // A type in a type's place.
            None => self.at(name, &of["type"], depth + 1),
        }
    }

    /// The values that a number alone does not make sensible; none for types that their plain form serves.
    fn logical(&mut self, word: &str) -> Option<Value> {
        let now = self.now_millis;
        Some(match word {
            "timestamp-millis" | "local-timestamp-millis" => Value::Long(now),
            "timestamp-micros" | "local-timestamp-micros" => Value::Long(now * 1_000),
            "timestamp-nanos" | "local-timestamp-nanos" => Value::Long(now * 1_000_000),
            "date" => Value::Long(now / DAY_MILLIS),
            "time-millis" => Value::Long(now % DAY_MILLIS),
            "time-micros" => Value::Long(now % DAY_MILLIS * 1_000),
            "uuid" => {
                let (high, low) = (self.dice.number(), self.dice.number());
                let text = format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    high >> 32,
                    high >> 16 & 0xffff,
                    high & 0xfff,
                    low >> 48 & 0xfff,
                    low & 0xffff_ffff_ffff
                );
                Value::String(text.into())
            }
            _ => return None,
        })
    }

    fn plain(&mut self, name: &str, word: &str) -> Value {
        match word {
            "boolean" => Value::Boolean(self.dice.falls(0.5)),
            "int" => Value::Long(self.small(9)),
            "long" => Value::Long(self.small(10_000)),
            "float" | "double" => {
                let whole = i32::try_from(self.small(4_000)).unwrap_or(1);
                // Quarters, which floats and doubles both hold exactly.
                Value::Double(f64::from(whole) / 4.0)
            }
            // The first byte is the sign of a decimal.
            "bytes" => Value::Bytes(Bytes::copy_from_slice(&[0, self.dice.number().to_le_bytes()[0]])),
            "string" if name == "code" => Value::String(CODE.into()),
            "string" => Value::String(format!("{name}-{:06x}", self.dice.below(1 << 24)).into()),
            _ => Value::Null,
        }
    }

    /// From 1 to `max`.
    fn small(&mut self, max: u64) -> i64 {
        i64::try_from(1 + self.dice.below(max)).unwrap_or(1)
    }
}

/// The types with names, by the last part of their names.
fn collect<'a>(schema: &'a Json, named: &mut BTreeMap<&'a str, &'a Json>) {
    match schema {
        Json::Array(branches) => branches.iter().for_each(|branch| collect(branch, named)),
        Json::Object(parts) => {
            if let Some(name) = parts.get("name").and_then(Json::as_str)
                && parts.contains_key("type")
                && ["record", "enum", "fixed"].iter().any(|kind| parts["type"] == *kind)
            {
                named.insert(last(name), schema);
            }
            ["type", "items", "values"]
                .iter()
                .filter_map(|part| parts.get(*part))
                .for_each(|part| collect(part, named));
            let fields = parts.get("fields").and_then(Json::as_array);
            fields
                .into_iter()
                .flatten()
                .for_each(|field| collect(&field["type"], named));
        }
        _ => {}
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
