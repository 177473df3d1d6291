//! Avro payloads as the core sees them: bytes that somebody else can look into.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{FieldError, FieldName, Value};

/// The id of a schema in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaId(pub u32);

/// An Avro value in binary form and the id of the schema it was written with; the bytes carry no frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The writer's schema.
    pub schema: SchemaId,
    /// The Avro binary encoding, without the magic byte and the schema id.
    pub bytes: Bytes,
}

/// Looks single fields up in payloads without decoding the rest.
pub trait Decoder {
    /// The value at `path` in `payload`; `None` when the writer's schema has no such field.
    ///
    /// # Errors
    /// When the schema is not known here, or the bytes do not follow it.
    fn value(&self, payload: &Payload, path: &[FieldName]) -> Result<Option<Value>, FieldError>;
}
