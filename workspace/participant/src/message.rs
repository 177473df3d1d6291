//! Messages to publish.

use std::borrow::Cow;

use crate::headers;

/// A message to publish. It is put into the outbox in the same database transaction as what it tells of.
///
/// Made by a [`crate::Composer`]; the bytes are fixed from then on, so that every copy of it is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutMessage {
    /// The topic, without the application's prefix.
    pub topic: Cow<'static, str>,
    /// The key; none only for dead letters of records that had none.
    pub key: Option<Vec<u8>>,
    /// The value; none for a tombstone.
    pub value: Option<Vec<u8>>,
    /// The headers, in order.
    pub headers: Vec<(Cow<'static, str>, Vec<u8>)>,
    /// The idempotency key of the command that this message answers for good; none for an event.
    pub answers: Option<String>,
}

impl OutMessage {
    /// The text of a header; `None` when it is missing or no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(header, _)| header == name)?;
        std::str::from_utf8(value).ok()
    }

    /// The message's id.
    pub fn id(&self) -> Option<&str> {
        self.header(headers::CE_ID)
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
}
