//! Records by name: writing and reading them.

use std::collections::BTreeMap;

use palinode_core::{FieldName, MessagePlan, Payload, RecordName, SchemaId, Value};
use palinode_wire::{
    Encoder, SchemaError, Schemas,
    avro::{Kind, RecordView, Shape},
    frame,
};

/// Schemas from texts by record name, with ids in the order of the names.
///
/// # Errors
/// When a text is no usable schema.
pub fn schemas_of(texts: &BTreeMap<String, String>) -> Result<Schemas, SchemaError> {
    let mut schemas = Schemas::default();
    for (id, text) in (1..).zip(texts.values()) {
        schemas.add(SchemaId(id), text.as_str())?;
    }
    Ok(schemas)
}

/// Writes and reads records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Records<'a> {
    pub(crate) schemas: &'a Schemas,
}

impl<'a> Records<'a> {
    /// The record type called `name`.
    pub(crate) fn view(self, name: &RecordName) -> Option<RecordView<'a>> {
        match self.schemas.shape_of(name.as_str())?.root().kind() {
            Kind::Record(view) => Some(view),
            _ => None,
        }
    }

    /// A record of these fields; otherwise why it cannot be written.
    pub(crate) fn write(self, name: &RecordName, value: &Value) -> Result<Payload, String> {
        let Value::Record(fields) = value else {
            return Err(format!("{name} is no record"));
        };
        let (names, values): (Vec<FieldName>, Vec<Value>) = fields.iter().cloned().unzip();
        let encoder = self.schemas.encoder(name, &names).map_err(|error| sentence(&error))?;
        encode(&encoder, &values)
    }

    /// The encoder of a message; otherwise why there is none.
    pub(crate) fn encoder(self, message: &MessagePlan) -> Result<Encoder, String> {
        let names: Vec<FieldName> = message.fields.iter().map(|field| field.name.clone()).collect();
        self.schemas
            .encoder(&message.record, &names)
            .map_err(|error| sentence(&error))
    }

    /// The whole content of a payload; null when it cannot be read.
    pub(crate) fn read(self, payload: &Payload) -> Value {
        let shape: Option<&Shape> = self.schemas.shape(payload.schema).map(AsRef::as_ref);
        shape
            .and_then(|shape| shape.value(&payload.bytes).ok())
            .unwrap_or(Value::Null)
    }
}

/// A payload of these values; otherwise which field does not fit.
pub(crate) fn encode(encoder: &Encoder, values: &[Value]) -> Result<Payload, String> {
    let mut framed = Vec::new();
    encoder.encode(values, &mut framed).map_err(|error| error.to_string())?;
    let (schema, bytes) = frame::split(&framed.into()).map_err(|error| error.to_string())?;
    Ok(Payload { schema, bytes })
}

fn sentence(error: &SchemaError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
