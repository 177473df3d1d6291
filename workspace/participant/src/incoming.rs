//! Records as they come from a topic.

use palinode_core::{RecordName, SchemaId};

use crate::{Codec, Record, SchemaError, headers};

/// A record that was read, owned, with the topic's name without the application's prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The topic, without the application's prefix.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// Milliseconds; -1 when it has none.
    pub timestamp: i64,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value.
    pub value: Option<Vec<u8>>,
    /// The headers, in order.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Incoming {
    /// The text of a header; `None` when it is missing or no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(header, _)| header == name)?;
        std::str::from_utf8(value).ok()
    }

    /// The key as text; empty when there is none or it is no text.
    pub fn key_text(&self) -> &str {
        self.key
            .as_deref()
            .and_then(|key| std::str::from_utf8(key).ok())
            .unwrap_or_default()
    }

    /// The correlation id; empty when there is none.
    pub fn correlation_id(&self) -> &str {
        self.header(headers::CORRELATION_ID).unwrap_or_default()
    }

    /// Where the record stands: `topic/partition/offset`.
    pub fn position(&self) -> String {
        format!("{}/{}/{}", self.topic, self.partition, self.offset)
    }

    /// Bytes of key, value and headers.
    pub fn bytes(&self) -> usize {
        self.key.as_ref().map_or(0, Vec::len)
            + self.value.as_ref().map_or(0, Vec::len)
            + self
                .headers
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum::<usize>()
    }

    /// The schema id and the Avro bytes of the value, when it stands in the Confluent format.
    pub fn framed(&self) -> Option<(SchemaId, &[u8])> {
        match self.value.as_deref()? {
            [0, a, b, c, d, avro @ ..] => Some((SchemaId(u32::from_be_bytes([*a, *b, *c, *d])), avro)),
            _ => None,
        }
    }

    /// The full name of the record that the value is.
    ///
    /// # Errors
    /// When the value is not in the Confluent format, or its schema is not known or not at hand.
    pub fn record(&self, codec: &Codec) -> Result<RecordName, SchemaError> {
        let (id, _) = self.framed().ok_or_else(|| self.unframed())?;
        codec.record_of(id)
    }

    /// The value.
    ///
    /// # Errors
    /// When the value is not in the Confluent format, or its schema is not at hand, or it does not fit `T`.
    pub fn decode<T: Record>(&self, codec: &Codec) -> Result<T, SchemaError> {
        let (id, avro) = self.framed().ok_or_else(|| self.unframed())?;
        codec.decode(id, avro)
    }

    fn unframed(&self) -> SchemaError {
        SchemaError::Value {
            record: self.topic.clone(),
            reason: "it is not in the Confluent format".into(),
        }
    }
}
