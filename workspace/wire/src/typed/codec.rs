//! Writing and reading one record type.

use std::sync::Arc;

use palinode_core::{RecordName, SchemaId};
use serde::{Serialize, de::DeserializeOwned};

use super::{Error, from_bytes, to_value};
use crate::{
    Schemas,
    avro::{CompileError, Shape, write_node},
    frame,
};

/// Writes structs as one record type, and reads that record type into structs.
#[derive(Clone, Debug)]
pub struct RecordCodec {
    shape: Arc<Shape>,
    schema: SchemaId,
}

impl RecordCodec {
    /// A codec of the record that `text` describes, registered as `schema`.
    ///
    /// # Errors
    /// When the text is no usable schema.
    pub fn new(text: &str, schema: SchemaId) -> Result<Self, CompileError> {
        Ok(Self {
            shape: Arc::new(Shape::parse(text)?),
            schema,
        })
    }

    /// A codec of a record whose schema is compiled already.
    pub fn of(shape: Arc<Shape>, schema: SchemaId) -> Self {
        Self { shape, schema }
    }

    /// The id that written records carry.
    pub fn schema(&self) -> SchemaId {
        self.schema
    }

    /// The full name of the record.
    pub fn record_name(&self) -> Option<&RecordName> {
        self.shape.record_name()
    }

    /// The framed bytes of `value`.
    ///
    /// # Errors
    /// When the struct does not fit the schema.
    pub fn encode<T: Serialize>(&self, value: &T) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        self.encode_into(value, &mut out)?;
        Ok(out)
    }

    /// Appends the framed bytes of `value` to `out`; on an error `out` is left as it was.
    ///
    /// # Errors
    /// When the struct does not fit the schema.
    pub fn encode_into<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) -> Result<(), Error> {
        let value = to_value(value)?;
        let start = out.len();
        frame::write_header(out, self.schema);
        write_node(&self.shape, self.shape.root, &value, out, 0).map_err(|error| {
            out.truncate(start);
            Error::from(error)
        })
    }

    /// Reads a framed value, by the schema that it was written with.
    ///
    /// # Errors
    /// When it is not framed, is another record, its schema is not known, or its bytes do not follow it.
    pub fn decode<T: DeserializeOwned>(&self, framed: &[u8], schemas: &Schemas) -> Result<T, Error> {
        let id = frame::schema_id(framed)?;
        let writer = if id == self.schema {
            &self.shape
        } else {
            schemas.shape(id).ok_or(Error::UnknownSchema(id))?
        };
        if let (Some(wanted), Some(found)) = (self.record_name(), writer.record_name())
            && wanted != found
        {
            return Err(Error::OtherRecord {
                wanted: wanted.clone(),
                found: found.clone(),
            });
        }
        from_bytes(&framed[frame::HEADER_BYTES..], writer, Some(&self.shape))
    }
}
