//! Records as they come from a topic.

use palinode_core::RecordName;
use palinode_wire::frame;

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

    /// The full name of the record that the value is.
    ///
    /// # Errors
    /// When the value is not in the Confluent format, or its schema is not known or not at hand.
    pub fn record(&self, codec: &Codec) -> Result<RecordName, SchemaError> {
        let id =
            frame::schema_id(self.value.as_deref().unwrap_or_default()).map_err(|error| SchemaError::Unframed {
                reason: error.to_string(),
            })?;
        codec.record_of(id)
    }

    /// The value.
    ///
    /// # Errors
    /// When the value is not in the Confluent format, or its schema is not at hand, or it does not fit `T`.
    pub fn decode<T: Record>(&self, codec: &Codec) -> Result<T, SchemaError> {
        codec.decode(self.value.as_deref().unwrap_or_default())
    }
}
