//! Avro values in the Confluent format, by schemas that are fetched once and kept.

use std::{collections::HashMap, fmt, sync::Arc};

use palinode_core::{RecordName, SchemaId};
use palinode_wire::{
    Schemas, frame,
    typed::{self, RecordCodec},
};
use parking_lot::RwLock;

use crate::{Record, SchemaError, SchemaSource};

/// Reads and writes Avro for one service. Clones share what was fetched.
#[derive(Clone)]
pub struct Codec {
    inner: Arc<Inner>,
}

struct Inner {
    source: Arc<dyn SchemaSource>,
    /// The schemas that values were written with.
    schemas: RwLock<Schemas>,
    /// By record name: what the service writes.
    writers: RwLock<HashMap<&'static str, RecordCodec>>,
    /// By record name: what the service reads.
    readers: RwLock<HashMap<&'static str, RecordCodec>>,
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").finish_non_exhaustive()
    }
}

impl Codec {
    /// A codec over the schemas of `source`.
    pub fn new(source: Arc<dyn SchemaSource>) -> Self {
        let (schemas, writers, readers) = Default::default();
        Self {
            inner: Arc::new(Inner {
                source,
                schemas,
                writers,
                readers,
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
        self.writer::<T>()?.encode(value).map_err(unfit::<T>)
    }

    /// Reads a value in the Confluent format by the schema that it was written with. Fields that `T`'s schema does not
    /// have are passed over; fields that the writer did not have take its defaults.
    ///
    /// # Errors
    /// When the value is not framed, its schema is not at hand, the bytes do not follow it, or it is no `T`.
    pub fn decode<T: Record>(&self, framed: &[u8]) -> Result<T, SchemaError> {
        let id = frame::schema_id(framed).map_err(|error| SchemaError::Unframed {
            reason: error.to_string(),
        })?;
        self.fetch(id)?;
        self.reader::<T>()?
            .decode(framed, &self.inner.schemas.read())
            .map_err(unfit::<T>)
    }

    /// The full name of the record that the schema `id` describes.
    ///
    /// # Errors
    /// When the schema is not at hand, or describes no record.
    pub fn record_of(&self, id: SchemaId) -> Result<RecordName, SchemaError> {
        self.fetch(id)?;
        let name = self.inner.schemas.read().record_name(id).cloned();
        name.ok_or_else(|| refused(id, "it describes no record"))
    }

    /// Sees to it that the schema is among those that are kept.
    fn fetch(&self, id: SchemaId) -> Result<(), SchemaError> {
        if self.inner.schemas.read().contains(id) {
            return Ok(());
        }
        let text = self.inner.source.schema_of(id)?;
        self.inner
            .schemas
            .write()
            .add(id, text)
            .map_err(|error| refused(id, error))
    }

    fn writer<T: Record>(&self) -> Result<RecordCodec, SchemaError> {
        if let Some(codec) = self.inner.writers.read().get(T::NAME) {
            return Ok(codec.clone());
        }
        let codec = compile::<T>(self.inner.source.register(T::NAME, T::SCHEMA)?)?;
        self.inner.writers.write().insert(T::NAME, codec.clone());
        Ok(codec)
    }

    fn reader<T: Record>(&self) -> Result<RecordCodec, SchemaError> {
        if let Some(codec) = self.inner.readers.read().get(T::NAME) {
            return Ok(codec.clone());
        }
        let codec = compile::<T>(READING_ONLY)?;
        self.inner.readers.write().insert(T::NAME, codec.clone());
        Ok(codec)
    }
}

fn compile<T: Record>(id: SchemaId) -> Result<RecordCodec, SchemaError> {
    let refused = |reason: String| SchemaError::Refused {
        record: T::NAME.into(),
        reason,
    };
    let codec = RecordCodec::new(T::SCHEMA, id).map_err(|error| refused(error.to_string()))?;
    match codec.record_name() {
        Some(name) if name.as_str() == T::NAME => Ok(codec),
        other => Err(refused(format!("its text describes {other:?}"))),
    }
}

fn unfit<T: Record>(error: typed::Error) -> SchemaError {
    SchemaError::Value {
        record: T::NAME.into(),
        reason: error.to_string(),
    }
}

fn refused(id: SchemaId, reason: impl fmt::Display) -> SchemaError {
    SchemaError::Refused {
        record: format!("schema {}", id.0),
        reason: reason.to_string(),
    }
}

/// The id of a schema that nothing is written with: reading does not register it. Registries count from 1.
const READING_ONLY: SchemaId = SchemaId(u32::MAX);

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{LocalSchemas, record};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct AccountOpened {
        customer_id: String,
        balance_minor: i64,
        currency: String,
    }
    record!(
        AccountOpened,
        "shop.payments.AccountOpened",
        "../../../schemas/shop/payments/AccountOpened.avsc"
    );

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct RefundPayment {
        order_id: String,
        amount_minor: i64,
        currency: String,
    }
    record!(
        RefundPayment,
        "shop.payments.RefundPayment",
        "../../../schemas/shop/payments/RefundPayment.avsc"
    );

    fn opened() -> AccountOpened {
        AccountOpened {
            customer_id: "ada".into(),
            balance_minor: 5,
            currency: "EUR".into(),
        }
    }

    #[test]
    fn a_value_is_read_back_by_another_service() {
        let source = Arc::new(LocalSchemas::default());
        let framed = Codec::new(source.clone()).encode(&opened()).unwrap();
        let other = Codec::new(source);
        assert_eq!(other.decode::<AccountOpened>(&framed).unwrap(), opened());
        assert_eq!(
            other.record_of(SchemaId(1)).unwrap().as_str(),
            "shop.payments.AccountOpened"
        );
    }

    #[test]
    fn what_is_no_such_value_is_refused_with_its_class() {
        let codec = Codec::new(Arc::new(LocalSchemas::default()));
        let framed = codec.encode(&opened()).unwrap();
        let longer = [framed.as_slice(), b"x"].concat();
        for (bytes, code) in [
            (&b"{}"[..], "NOT_CONFLUENT"),
            (&[0, 0, 0, 0, 9, 1], "UNKNOWN_SCHEMA"),
            (&framed[..framed.len() - 1], "UNDECODABLE"),
            (&longer, "UNDECODABLE"),
        ] {
            assert_eq!(
                codec.decode::<AccountOpened>(bytes).unwrap_err().code(),
                code,
                "{bytes:?}"
            );
        }
        assert_eq!(
            codec.decode::<RefundPayment>(&framed).unwrap_err().code(),
            "UNDECODABLE"
        );
    }
}
