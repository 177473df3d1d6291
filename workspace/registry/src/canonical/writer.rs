//! Writes a schema's JSON in a fixed form.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::names::{self, Definitions};
use crate::limits::NESTING_MAX;

/// How much is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Only what can be spelt in more than one way.
    Identity,
    /// Also the order of aliases, and empty documentation.
    Normal,
}

pub(super) struct Writer<'a> {
    form: Form,
    /// Types that are defined where they are first used, for want of a definition before.
    definitions: Definitions<'a>,
    /// The types that the text defines already.
    defined: BTreeSet<String>,
    nesting: usize,
    text: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(form: Form, definitions: Definitions<'a>) -> Writer<'a> {
        Writer {
            form,
            definitions,
            defined: BTreeSet::new(),
            nesting: 0,
            text: String::new(),
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn schema(&mut self, schema: &Value, namespace: &str) {
        match schema {
            Value::String(name) => self.reference(name, namespace),
            Value::Array(variants) => {
                self.list(variants, |writer, variant| writer.schema(variant, namespace));
            }
            Value::Object(members) => self.object(members, namespace),
            other => self.plain(other),
        }
    }

    fn reference(&mut self, name: &str, namespace: &str) {
        if names::is_primitive(name) {
            return self.string(name);
        }
        let name = names::full(name, namespace);
        let known = self.defined.contains(&name) || self.nesting >= NESTING_MAX;
        match self.definitions.get(&name).cloned() {
            Some((definition, enclosing)) if !known => {
                self.nesting += 1;
                self.schema(definition, &enclosing);
                self.nesting -= 1;
            }
            _ => self.string(&name),
        }
    }

    fn object(&mut self, members: &Map<String, Value>, namespace: &str) {
        match members.get("type") {
            Some(inner) if members.len() == 1 => self.schema(inner, namespace),
            Some(Value::String(kind)) if names::is_named(kind) => self.named(members, namespace),
            _ => self.members(members, |writer, key, value| match key {
                // The names of the kinds are no references.
                "type" if value == "array" || value == "map" => writer.plain(value),
                "type" | "items" | "values" => writer.schema(value, namespace),
                _ => writer.plain(value),
            }),
        }
    }

    fn named(&mut self, members: &Map<String, Value>, enclosing: &str) {
        let name = names::defined(members, enclosing);
        if !self.defined.insert(name.clone()) {
            return self.string(&name);
        }
        self.members(members, |writer, key, value| match key {
            "name" => writer.string(&name),
            "fields" => match value {
                Value::Array(fields) => writer.list(fields, |writer, field| {
                    writer.field(field, names::namespace(&name));
                }),
                other => writer.plain(other),
            },
            "aliases" => writer.aliases(value),
            _ => writer.plain(value),
        });
    }

    fn field(&mut self, field: &Value, namespace: &str) {
        match field {
            Value::Object(members) => self.members(members, |writer, key, value| match key {
                "type" => writer.schema(value, namespace),
                "aliases" => writer.aliases(value),
                _ => writer.plain(value),
            }),
            other => self.plain(other),
        }
    }

    fn aliases(&mut self, aliases: &Value) {
        match aliases {
            Value::Array(aliases) if self.form == Form::Normal => {
                let sorted: BTreeSet<&str> = aliases.iter().filter_map(Value::as_str).collect();
                self.list(sorted, Writer::string);
            }
            other => self.plain(other),
        }
    }

    /// Writes the members that say something, in the order of Confluent's normal form.
    fn members(&mut self, members: &Map<String, Value>, mut write: impl FnMut(&mut Self, &str, &Value)) {
        let form = self.form;
        let is_named = members.get("type").and_then(Value::as_str).is_some_and(names::is_named);
        let says_something = |(key, value): &(&String, &Value)| match key.as_str() {
            "namespace" => !is_named,
            "order" => *value != "ascending",
            "doc" => form == Form::Identity || *value != "",
            _ => true,
        };
        let mut members: Vec<(&String, &Value)> = members.iter().filter(says_something).collect();
        members.sort_by_key(|(key, _)| (rank(key), *key));
        self.braced(['{', '}'], members, |writer, (key, value)| {
            writer.string(key);
            writer.text.push(':');
            write(writer, key, value);
        });
    }

    fn plain(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_by_key(|(key, _)| *key);
                self.braced(['{', '}'], members, |writer, (key, value)| {
                    writer.string(key);
                    writer.text.push(':');
                    writer.plain(value);
                });
            }
            Value::Array(items) => self.list(items, Writer::plain),
            scalar => self.text.push_str(&scalar.to_string()),
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push_str(&Value::from(text).to_string());
    }

    fn list<T>(&mut self, items: impl IntoIterator<Item = T>, write: impl FnMut(&mut Self, T)) {
        self.braced(['[', ']'], items, write);
    }

    fn braced<T>(
        &mut self,
        [open, close]: [char; 2],
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.text.push(open);
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            write(self, item);
        }
        self.text.push(close);
    }
}

fn rank(key: &str) -> u8 {
    match key {
        "name" => 0,
        "type" => 1,
        "symbols" | "size" | "fields" | "items" | "values" => 2,
        "logicalType" => 3,
        "precision" => 4,
        "scale" => 5,
        "order" => 6,
        "doc" => 7,
        "aliases" => 8,
        "default" => 9,
        _ => 10,
    }
}
