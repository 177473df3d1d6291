//! Values against the fields of Avro schemas.

use palinode_core::DefaultValue;
use serde_json::{Value as Json, json};

/// The schema of a record, as JSON.
pub(super) struct RecordSchema(Json);

impl RecordSchema {
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// A record without fields.
    pub(super) fn empty(name: &str) -> Self {
        Self(json!({ "type": "record", "name": name, "fields": [] }))
    }

    /// The fields.
    fn fields(&self) -> &[Json] {
        self.0["fields"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.fields().iter().filter_map(|field| field["name"].as_str())
    }

    pub(super) fn field(&self, name: &str) -> Option<&Json> {
        self.fields().iter().find(|field| field["name"] == name)
    }

    /// With a field of another schema, when it has none of this name.
    pub(super) fn add(&mut self, field: &Json) {
        let known = field["name"].as_str().is_some_and(|name| self.field(name).is_some());
        if let (false, Some(fields)) = (known, self.0["fields"].as_array_mut()) {
            fields.push(field.clone());
        }
    }

    pub(super) fn text(&self) -> String {
        self.0.to_string()
    }

    /// Whether `field` can have `value`.
    pub(super) fn takes(&self, field: &Json, value: &DefaultValue) -> bool {
        self.is(&field["type"], value)
    }

    fn is(&self, kind: &Json, value: &DefaultValue) -> bool {
        match kind {
            Json::Array(branches) => branches.iter().any(|branch| self.is(branch, value)),
            Json::Object(kind) if kind.contains_key("symbols") => match value {
                DefaultValue::String(text) => kind["symbols"]
                    .as_array()
                    .is_some_and(|all| all.contains(&json!(**text))),
                _ => false,
            },
            Json::Object(kind) => kind.get("type").is_some_and(|inner| self.is(inner, value)),
            Json::String(name) => match (name.as_str(), value) {
                ("null", DefaultValue::Null)
                | ("boolean", DefaultValue::Boolean(_))
                | ("long", DefaultValue::Long(_))
                | ("string", DefaultValue::String(_)) => true,
                ("int", DefaultValue::Long(number)) => i32::try_from(*number).is_ok(),
                (name, _) => named(&self.0, name).is_some_and(|kind| self.is(kind, value)),
            },
            _ => false,
        }
    }
}

/// The enum called `name` inside `schema`.
fn named<'j>(schema: &'j Json, name: &str) -> Option<&'j Json> {
    let short = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    match schema {
        Json::Object(map) => {
            let is_it = map.contains_key("symbols")
                && map
                    .get("name")
                    .and_then(Json::as_str)
                    .is_some_and(|known| short(known) == short(name));
            if is_it {
                Some(schema)
            } else {
                map.values().find_map(|inner| named(inner, name))
            }
        }
        Json::Array(all) => all.iter().find_map(|inner| named(inner, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_the_type_of_its_field() {
        let text = json!({ "type": "record", "name": "a.B", "fields": [
            { "name": "flag", "type": ["null", "boolean"] },
            { "name": "count", "type": "int" },
            { "name": "at", "type": { "type": "long", "logicalType": "timestamp-millis" } },
            { "name": "size", "type": { "type": "enum", "name": "Size", "symbols": ["S", "L"] } },
            { "name": "other", "type": "Size" },
            { "name": "list", "type": { "type": "array", "items": "string" } },
        ]});
        let schema = RecordSchema::parse(&text.to_string()).unwrap();
        let takes = |name: &str, value: DefaultValue| schema.takes(schema.field(name).unwrap(), &value);
        let text = |text: &str| DefaultValue::String(text.into());
        assert!(takes("flag", DefaultValue::Null) && takes("flag", DefaultValue::Boolean(true)));
        assert!(takes("count", DefaultValue::Long(7)) && !takes("count", DefaultValue::Long(1 << 40)));
        assert!(takes("at", DefaultValue::Long(1 << 40)) && !takes("at", DefaultValue::Null));
        assert!(takes("size", text("S")) && takes("other", text("L")) && !takes("other", text("M")));
        assert!(!takes("list", text("x")) && !takes("flag", text("true")));
    }
}
