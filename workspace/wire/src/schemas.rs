//! The schemas that are known here.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use palinode_core::{Decoder, FieldError, FieldName, Payload, RecordName, SchemaId, Value};
use thiserror::Error;

use crate::avro::{CompileError, Encoder, EncoderError, Malformed, Shape};

/// Schemas by id, compiled once. A clone shares what is compiled, so that every thread can have its own.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    by_id: HashMap<SchemaId, Arc<Entry>>,
    by_record: BTreeMap<RecordName, SchemaId>,
}

#[derive(Debug)]
struct Entry {
    text: Arc<str>,
    shape: Arc<Shape>,
}

/// A schema is not known or not usable.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// The id is not known.
    #[error("the schema {} is not known here", .0.0)]
    UnknownId(SchemaId),
    /// No schema of a record of that name is known.
    #[error("no schema of the record {0} is known here")]
    UnknownRecord(RecordName),
    /// The schema cannot be used.
    #[error("the schema {} cannot be used", .id.0)]
    Unusable {
        /// Its id.
        id: SchemaId,
        /// Why not.
        #[source]
        source: CompileError,
    },
    /// The record cannot be written from the named fields.
    #[error("messages of the schema {} cannot be written", .id.0)]
    Fields {
        /// The schema's id.
        id: SchemaId,
        /// Why not.
        #[source]
        source: EncoderError,
    },
    /// Bytes do not follow their schema.
    #[error("the bytes do not follow the schema {}", .id.0)]
    Malformed {
        /// The schema's id.
        id: SchemaId,
        /// How not.
        #[source]
        source: Malformed,
    },
}

impl Schemas {
    /// Compiles and keeps a schema. For writing, the schema of a record that was added last counts.
    ///
    /// # Errors
    /// When the text is no usable schema.
    pub fn add(&mut self, id: SchemaId, text: impl Into<Arc<str>>) -> Result<(), SchemaError> {
        self.add_with_references(id, text, &[])
    }

    /// As [`Schemas::add`], for a schema that refers to types that `references` define.
    ///
    /// # Errors
    /// When the text is no usable schema.
    pub fn add_with_references(
        &mut self,
        id: SchemaId,
        text: impl Into<Arc<str>>,
        references: &[&str],
    ) -> Result<(), SchemaError> {
        let text = text.into();
        let shape = Shape::parse_with(&text, references).map_err(|source| SchemaError::Unusable { id, source })?;
        if let Some(name) = shape.record_name() {
            self.by_record.insert(name.clone(), id);
        }
        self.by_id.insert(
            id,
            Arc::new(Entry {
                text,
                shape: Arc::new(shape),
            }),
        );
        Ok(())
    }

    /// Whether the id is known.
    pub fn contains(&self, id: SchemaId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// The full name of the record that the schema describes; `None` when the id is not known or it is no record.
    pub fn record_name(&self, id: SchemaId) -> Option<&RecordName> {
        self.by_id.get(&id)?.shape.record_name()
    }

    /// The schema by which a record is written: the one that was added last.
    pub fn id_of(&self, record: &str) -> Option<SchemaId> {
        self.by_record.get(record).copied()
    }

    /// The compiled schema.
    pub fn shape(&self, id: SchemaId) -> Option<&Arc<Shape>> {
        self.by_id.get(&id).map(|entry| &entry.shape)
    }

    /// The compiled schema by which a record is written.
    pub fn shape_of(&self, record: &str) -> Option<&Arc<Shape>> {
        self.shape(self.id_of(record)?)
    }

    /// The schema's text.
    pub fn text(&self, id: SchemaId) -> Option<&Arc<str>> {
        self.by_id.get(&id).map(|entry| &entry.text)
    }

    /// All ids, in order.
    pub fn ids(&self) -> Vec<SchemaId> {
        let mut ids: Vec<_> = self.by_id.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// An encoder of `record` from values in the order of `names`.
    ///
    /// # Errors
    /// When the record is not known, or cannot be written from these fields.
    pub fn encoder(&self, record: &RecordName, names: &[FieldName]) -> Result<Encoder, SchemaError> {
        let known = self.id_of(record.as_str()).and_then(|id| Some((id, self.shape(id)?)));
        let (id, shape) = known.ok_or_else(|| SchemaError::UnknownRecord(record.clone()))?;
        Encoder::new(Arc::clone(shape), id, names).map_err(|source| SchemaError::Fields { id, source })
    }

    /// Whether the payload's bytes are exactly one value of its schema, all of its text UTF-8. For inputs, at the door.
    ///
    /// # Errors
    /// When the schema is not known, or the bytes do not follow it.
    pub fn check(&self, payload: &Payload) -> Result<(), SchemaError> {
        let id = payload.schema;
        let shape = self.shape(id).ok_or(SchemaError::UnknownId(id))?;
        shape
            .check(&payload.bytes)
            .map_err(|source| SchemaError::Malformed { id, source })
    }
}

impl Decoder for Schemas {
    fn value(&self, payload: &Payload, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        match self.shape(payload.schema) {
            Some(shape) => shape.value_at(&payload.bytes, path),
            None => Err(FieldError {
                path: path.iter().map(FieldName::as_str).collect::<Vec<_>>().join("."),
                reason: SchemaError::UnknownId(payload.schema).to_string(),
            }),
        }
    }
}
