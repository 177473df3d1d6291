//! Writing records from values in the order of a message plan.

use std::sync::Arc;

use palinode_core::{FieldName, RecordName, SchemaId, Value};
use thiserror::Error;

use super::{EncodeError, NodeId, Shape, write_node};
use crate::frame;

/// A record's fields, matched once with the names that values come under.
#[derive(Clone, Debug)]
pub struct Encoder {
    shape: Arc<Shape>,
    schema: SchemaId,
    fields: Vec<Source>,
    values: usize,
}

/// Where a field of the record comes from.
#[derive(Clone, Debug)]
enum Source {
    Value {
        index: usize,
        node: NodeId,
        name: FieldName,
    },
    Default(Arc<[u8]>),
}

/// Names and a schema do not match.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncoderError {
    /// The schema is no record.
    #[error("the schema is no record")]
    NotARecord,
    /// The record has no such field.
    #[error("the record {record} has no field '{field}'")]
    UnknownField {
        /// The record.
        record: RecordName,
        /// The field.
        field: FieldName,
    },
    /// A field is named twice.
    #[error("the field '{field}' of the record {record} is named twice")]
    NamedTwice {
        /// The record.
        record: RecordName,
        /// The field.
        field: FieldName,
    },
    /// A field has neither a value nor a default.
    #[error("the field '{field}' of the record {record} is not filled and has no default")]
    NotFilled {
        /// The record.
        record: RecordName,
        /// The field.
        field: FieldName,
    },
}

impl Encoder {
    /// An encoder of the record `shape`, registered as `schema`, from values that stand in the order of `names`. Fields
    /// that are not named take their defaults.
    ///
    /// # Errors
    /// When a name is not in the record or stands twice, or a field is neither named nor has a default.
    pub fn new(shape: Arc<Shape>, schema: SchemaId, names: &[FieldName]) -> Result<Self, EncoderError> {
        let Some(of) = shape.root_record() else {
            return Err(EncoderError::NotARecord);
        };
        let record = || of.name.clone();
        for (index, field) in names.iter().enumerate() {
            if of.position(field.as_str()).is_none() {
                return Err(EncoderError::UnknownField {
                    record: record(),
                    field: field.clone(),
                });
            }
            if names[..index].contains(field) {
                return Err(EncoderError::NamedTwice {
                    record: record(),
                    field: field.clone(),
                });
            }
        }
        let mut fields = Vec::with_capacity(of.fields.len());
        for field in &of.fields {
            let index = names.iter().position(|name| *name == field.name);
            fields.push(match (index, &field.default) {
                (Some(index), _) => Source::Value {
                    index,
                    node: field.node,
                    name: field.name.clone(),
                },
                (None, Some(default)) => Source::Default(Arc::clone(default)),
                (None, None) => {
                    return Err(EncoderError::NotFilled {
                        record: record(),
                        field: field.name.clone(),
                    });
                }
            });
        }
        Ok(Self {
            shape,
            schema,
            fields,
            values: names.len(),
        })
    }

    /// The schema's id, which every record carries.
    pub fn schema(&self) -> SchemaId {
        self.schema
    }

    /// Appends the record with its frame to `out`; on an error `out` is left as it was.
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn encode(&self, values: &[Value], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        frame::write_header(out, self.schema);
        let result = self.write(values, out);
        if result.is_err() {
            out.truncate(start);
        }
        result
    }

    fn write(&self, values: &[Value], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if values.len() != self.values {
            let reason = format!("has {} values instead of {}", values.len(), self.values);
            return Err(EncodeError::new(reason).within("*"));
        }
        for field in &self.fields {
            match field {
                Source::Value { index, node, name } => write_node(&self.shape, *node, &values[*index], out, 1)
                    .map_err(|error| error.within(name.as_str()))?,
                Source::Default(bytes) => out.extend_from_slice(bytes),
            }
        }
        Ok(())
    }
}
