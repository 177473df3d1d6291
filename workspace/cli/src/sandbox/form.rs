//! A record type that can be filled in.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, ensure};
use palinode_core::{FieldName, SchemaId, Value};
use palinode_wire::{
    Encoder, Schemas,
    avro::{Kind, Shape, Type},
};
use serde_json::Value as Json;

use super::{dice::Dice, invent::Inventor};

/// Values that somebody gave, by field.
pub(super) type Given = BTreeMap<String, Json>;

/// A record type with all that it takes to write it.
pub(super) struct Form {
    record: String,
    shape: Arc<Shape>,
    schema: Json,
    encoder: Encoder,
    names: Vec<FieldName>,
}

/// A record that was read: what a reply takes its values from.
pub(super) struct Source<'a> {
    pub(super) shape: &'a Shape,
    pub(super) fields: Vec<(FieldName, Value)>,
}

impl Form {
    /// The form of a record type.
    pub(super) fn new(schemas: &Schemas, record: &str) -> anyhow::Result<Self> {
        let missing = || format!("there is no schema of {record} in the folder of schemas");
        let id: SchemaId = schemas.id_of(record).with_context(missing)?;
        let shape = Arc::clone(schemas.shape(id).with_context(missing)?);
        let schema: Json = serde_json::from_str(schemas.text(id).with_context(missing)?)?;
        let Kind::Record(view) = shape.root().kind() else {
            anyhow::bail!("{record} is no record");
        };
        let names: Vec<FieldName> = view.fields().map(|field| field.name().clone()).collect();
        let encoder = Encoder::new(Arc::clone(&shape), id, &names)?;
        Ok(Self {
            record: record.to_owned(),
            shape,
            schema,
            encoder,
            names,
        })
    }

    /// The full name of the record.
    pub(super) fn record(&self) -> &str {
        &self.record
    }

    /// The first field of text, which is the key of most records.
    pub(super) fn first_text(&self) -> Option<&str> {
        let Kind::Record(view) = self.shape.root().kind() else {
            return None;
        };
        view.fields()
            .find(|field| matches!(field.of().kind(), Kind::String))
            .map(|field| field.name().as_str())
    }

    /// Says whether there is such a field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.names.iter().any(|name| name.as_str() == field)
    }

    /// The framed bytes of a record: given values first, then those of fields of the same name and type in `source`, and
    /// the rest is thrown.
    pub(super) fn fill(
        &self,
        dice: Dice,
        now_millis: i64,
        source: Option<&Source<'_>>,
        given: &Given,
    ) -> anyhow::Result<Vec<u8>> {
        if let Some(unknown) = given.keys().find(|field| !self.has(field)) {
            anyhow::bail!("{} has no field '{unknown}'", self.record);
        }
        let fields = self.schema["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
        ensure!(
            fields.len() == self.names.len(),
            "the schema of {} is no record's",
            self.record
        );
        let mut inventor = Inventor::new(dice, now_millis, &self.schema);
        let mut values = Vec::with_capacity(fields.len());
        for (name, field) in self.names.iter().zip(fields) {
            let invented = inventor.value(name.as_str(), &field["type"]);
            values.push(match given.get(name.as_str()) {
                Some(given) => value_of(given),
                None => source.and_then(|source| self.copied(source, name)).unwrap_or(invented),
            });
        }
        let mut out = Vec::new();
        self.encoder
            .encode(&values, &mut out)
            .with_context(|| format!("{} could not be written", self.record))?;
        Ok(out)
    }

    fn copied(&self, source: &Source<'_>, name: &FieldName) -> Option<Value> {
        let path = std::slice::from_ref(name);
        let (ours, theirs) = (self.shape.type_at(path)?, source.shape.type_at(path)?);
        if !is_same(ours, theirs) {
            return None;
        }
        source
            .fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.clone())
    }
}

/// Whether values of the one type are values of the other.
fn is_same(ours: Type<'_>, theirs: Type<'_>) -> bool {
    if theirs.is_nullable() && !ours.is_nullable() {
        return false;
    }
    match (ours.kind(), theirs.kind()) {
        (Kind::Null, Kind::Null)
        | (Kind::Boolean, Kind::Boolean)
        | (Kind::Int, Kind::Int)
        | (Kind::Long, Kind::Long)
        | (Kind::Float, Kind::Float)
        | (Kind::Double, Kind::Double)
        | (Kind::Bytes, Kind::Bytes)
        | (Kind::String, Kind::String) => true,
        (Kind::Fixed(ours), Kind::Fixed(theirs)) => ours == theirs,
        (Kind::Enum(ours), Kind::Enum(theirs)) => ours == theirs,
        (Kind::Array(ours), Kind::Array(theirs)) | (Kind::Map(ours), Kind::Map(theirs)) => is_same(ours, theirs),
        // The same name: a record may hold itself, and teams give one name to one thing.
        (Kind::Record(ours), Kind::Record(theirs)) => ours.name() == theirs.name(),
        _ => false,
    }
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Double(number.as_f64().unwrap_or_default()), Value::Long),
        Json::String(text) => Value::String(text.as_str().into()),
        Json::Array(items) => Value::List(items.iter().map(value_of).collect()),
        Json::Object(parts) => {
            let fields = parts
                .iter()
                .map(|(name, value)| (FieldName::from(name.as_str()), value_of(value)));
            Value::Record(fields.collect())
        }
    }
}
