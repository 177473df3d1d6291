//! Names of types in a schema's JSON, and where they are defined.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The types that other schemas define: by full name, with the namespace around the definition.
pub(super) type Definitions<'a> = BTreeMap<String, (&'a Value, String)>;

const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

pub(super) fn is_primitive(name: &str) -> bool {
    PRIMITIVES.contains(&name)
}

/// Whether types of this kind have a name.
pub(super) fn is_named(kind: &str) -> bool {
    matches!(kind, "record" | "error" | "enum" | "fixed")
}

/// The full name that a reference stands for.
pub(super) fn full(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{namespace}.{name}")
    }
}

/// The full name of the type that is defined here.
pub(super) fn defined(definition: &Map<String, Value>, enclosing: &str) -> String {
    let name = definition.get("name").and_then(Value::as_str).unwrap_or_default();
    let namespace = definition.get("namespace").and_then(Value::as_str).unwrap_or(enclosing);
    full(name, namespace)
}

/// What stands before the last dot.
pub(super) fn namespace(full: &str) -> &str {
    full.rsplit_once('.').map_or("", |(namespace, _)| namespace)
}

/// Finds every named type of a schema.
pub(super) fn collect<'a>(schema: &'a Value, enclosing: &str, definitions: &mut Definitions<'a>) {
    match schema {
        Value::Array(variants) => variants
            .iter()
            .for_each(|variant| collect(variant, enclosing, definitions)),
        Value::Object(members) => {
            let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
            if !is_named(kind) {
                for inner in ["type", "items", "values"].iter().filter_map(|key| members.get(*key)) {
                    collect(inner, enclosing, definitions);
                }
                return;
            }
            let name = defined(members, enclosing);
            let inside = namespace(&name).to_owned();
            definitions.entry(name).or_insert((schema, enclosing.to_owned()));
            for field in members.get("fields").and_then(Value::as_array).into_iter().flatten() {
                if let Some(inner) = field.get("type") {
                    collect(inner, &inside, definitions);
                }
            }
        }
        _ => {}
    }
}
