//! Writes and reads records as somebody who is not the orchestrator does.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{FieldName, RecordName, Timestamp, Value};
use palinode_log::{Header, HeaderName, Produced};
use palinode_wire::{
    Schemas,
    avro::{Kind, Type},
    frame,
    headers::Envelope,
    typed::RecordCodec,
};
use serde::{Serialize, de::DeserializeOwned};

/// Knows the schemas.
pub(super) struct Pen {
    schemas: Schemas,
}

impl Pen {
    pub(super) fn new(schemas: Schemas) -> Self {
        Self { schemas }
    }

    /// The framed bytes of a record.
    pub(super) fn value<T: Serialize>(&self, record: &str, content: &T) -> Bytes {
        let id = self.schemas.id_of(record);
        let Some((id, shape)) = id.and_then(|id| Some((id, self.schemas.shape(id)?))) else {
            panic!("the registry has the schema of {record}")
        };
        match RecordCodec::of(Arc::clone(shape), id).encode(content) {
            Ok(bytes) => bytes.into(),
            Err(error) => panic!("{record} has these fields: {error}"),
        }
    }

    /// The framed bytes of a record whose fields are `given` or nothing: no number, no text, no element.
    pub(super) fn filled(&self, record: &str, given: &[(&str, Value)]) -> Bytes {
        let Some(Kind::Record(of)) = self.schemas.shape_of(record).map(|shape| shape.root().kind()) else {
            panic!("the registry has the schema of {record}")
        };
        let value = |name: &str, of: Type<'_>| {
            let given = given.iter().find(|(field, _)| *field == name);
            given.map_or_else(|| nothing(of), |(_, value)| value.clone())
        };
        let (names, values): (Vec<FieldName>, Vec<Value>) = of
            .fields()
            .map(|field| (field.name().clone(), value(field.name().as_str(), field.of())))
            .unzip();
        let mut framed = Vec::new();
        let encoder = self.schemas.encoder(&RecordName::from(record), &names);
        let written = encoder.map(|encoder| encoder.encode(&values, &mut framed));
        assert!(
            matches!(written, Ok(Ok(()))),
            "{record} takes these values: {written:?}"
        );
        framed.into()
    }

    /// Reads a framed record; none when it is no such record.
    pub(super) fn read<T: DeserializeOwned>(&self, value: &Bytes) -> Option<T> {
        let schema = frame::schema_id(value).ok()?;
        let shape = Arc::clone(self.schemas.shape(schema)?);
        RecordCodec::of(shape, schema).decode(value, &self.schemas).ok()
    }
}

fn nothing(of: Type<'_>) -> Value {
    match of.kind() {
        _ if of.is_nullable() => Value::Null,
        Kind::Boolean => Value::Boolean(false),
        Kind::Int | Kind::Long => Value::Long(0),
        Kind::String => Value::String("nothing".into()),
        Kind::Array(_) => Value::List(Vec::new()),
        other => panic!("no record of the shop has a field like {other:?}"),
    }
}

/// Headers as a service writes them.
pub(super) fn headers(envelope: &Envelope<'_>) -> Vec<Header> {
    let header = |(name, value)| Header {
        name: HeaderName::Known(name),
        value,
    };
    envelope.headers().into_iter().map(header).collect()
}

/// The headers of something that nobody asked for.
pub(super) fn plain(id: &str, record: &str, source: &str, time: Timestamp) -> Vec<Header> {
    headers(&Envelope {
        id,
        record,
        source,
        time,
        traceparent: None,
        correlation_id: None,
        idempotency_key: None,
        saga_id: None,
        attempt: None,
    })
}

/// A record to write, to the partition of its key.
pub(super) fn keyed(topic: &str, key: &str, value: Bytes, headers: Vec<Header>) -> Produced {
    Produced {
        topic: topic.into(),
        partition: None,
        key: Some(Bytes::copy_from_slice(key.as_bytes())),
        value: Some(value),
        headers,
    }
}
