//! Avro values in the Confluent format, by schemas that are fetched once and kept.

use std::{collections::HashMap, fmt, sync::Arc};

use apache_avro::{Schema, reader::datum::GenericDatumReader, schema::Name, writer::datum::GenericDatumWriter};
use palinode_core::{RecordName, SchemaId};
use parking_lot::RwLock;

use crate::{Record, SchemaError, SchemaSource};

/// Reads and writes Avro for one service. Clones share what was fetched.
#[derive(Clone)]
pub struct Codec {
    inner: Arc<Inner>,
}

struct Inner {
    source: Arc<dyn SchemaSource>,
    read: RwLock<HashMap<SchemaId, Arc<Known>>>,
    written: RwLock<HashMap<&'static str, Arc<Known>>>,
}

/// A parsed schema with its id.
struct Known {
    id: SchemaId,
    record: RecordName,
    schema: Schema,
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").finish_non_exhaustive()
    }
}

impl Codec {
    /// A codec over the schemas of `source`.
    pub fn new(source: Arc<dyn SchemaSource>) -> Self {
        Self {
            inner: Arc::new(Inner {
                source,
                read: RwLock::default(),
                written: RwLock::default(),
            }),
        }
    }

    /// Registers the schema of `T`, so that the first message does not wait for it and a refusal shows at start.
    ///
    /// # Errors
    /// When the registry refuses the schema or does not answer.
    pub fn register<T: Record>(&self) -> Result<(), SchemaError> {
        self.writer::<T>().map(|_| ())
    }

    /// The value in the Confluent format, with its frame.
    ///
    /// # Errors
    /// When the schema is not at hand, or the value does not fit it.
    pub fn encode<T: Record>(&self, value: &T) -> Result<Vec<u8>, SchemaError> {
        let known = self.writer::<T>()?;
        let unfit = |error: apache_avro::Error| SchemaError::Value {
            record: T::NAME.into(),
            reason: error.to_string(),
        };
        let writer = GenericDatumWriter::builder(&known.schema).build().map_err(unfit)?;
        let mut bytes = Vec::with_capacity(FRAME_BYTES + VALUE_BYTES_TYPICAL);
        bytes.push(0);
        bytes.extend_from_slice(&known.id.0.to_be_bytes());
        writer.write_ser(&mut bytes, value).map_err(unfit)?;
        Ok(bytes)
    }

    /// Reads Avro bytes that were written with the schema `id`. Fields that `T` does not have are passed over.
    ///
    /// # Errors
    /// When the schema is not at hand, or the bytes do not follow it, or `T` needs a field that it has not.
    pub fn decode<T: Record>(&self, id: SchemaId, avro: &[u8]) -> Result<T, SchemaError> {
        let known = self.reader(id)?;
        let unfit = |error: apache_avro::Error| SchemaError::Value {
            record: T::NAME.into(),
            reason: error.to_string(),
        };
        let reader = GenericDatumReader::builder(&known.schema).build().map_err(unfit)?;
        let mut rest = avro;
        let value = reader.read_value(&mut rest).map_err(unfit)?;
        if !rest.is_empty() {
            let reason = format!("{} bytes follow the value", rest.len());
            return Err(SchemaError::Value {
                record: T::NAME.into(),
                reason,
            });
        }
        apache_avro::from_value(&value).map_err(unfit)
    }

    /// The full name of the record that the schema `id` describes.
    ///
    /// # Errors
    /// When the schema is not at hand.
    pub fn record_of(&self, id: SchemaId) -> Result<RecordName, SchemaError> {
        Ok(self.reader(id)?.record.clone())
    }

    fn writer<T: Record>(&self) -> Result<Arc<Known>, SchemaError> {
        if let Some(known) = self.inner.written.read().get(T::NAME) {
            return Ok(Arc::clone(known));
        }
        let id = self.inner.source.register(T::NAME, T::SCHEMA)?;
        let known = parse(id, T::SCHEMA)?;
        if known.record.as_str() != T::NAME {
            let reason = format!("its text names '{}'", known.record);
            return Err(SchemaError::Refused {
                record: T::NAME.into(),
                reason,
            });
        }
        self.inner.written.write().insert(T::NAME, Arc::clone(&known));
        Ok(known)
    }

    fn reader(&self, id: SchemaId) -> Result<Arc<Known>, SchemaError> {
        if let Some(known) = self.inner.read.read().get(&id) {
            return Ok(Arc::clone(known));
        }
        let known = parse(id, &self.inner.source.schema_of(id)?)?;
        self.inner.read.write().insert(id, Arc::clone(&known));
        Ok(known)
    }
}

fn parse(id: SchemaId, text: &str) -> Result<Arc<Known>, SchemaError> {
    let refused = |reason: String| SchemaError::Refused {
        record: format!("schema {}", id.0),
        reason,
    };
    let schema = Schema::parse_str(text).map_err(|error| refused(error.to_string()))?;
    let Schema::Record(record) = &schema else {
        return Err(refused("it is no record".into()));
    };
    let record = RecordName::from(full_name(&record.name));
    Ok(Arc::new(Known { id, record, schema }))
}

fn full_name(name: &Name) -> String {
    name.fullname(None).to_string()
}

/// The magic byte and the schema id.
const FRAME_BYTES: usize = 5;

/// Room for a common message without growing.
const VALUE_BYTES_TYPICAL: usize = 128;
