//! A record as it stands on a topic.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use palinode_core::{Timestamp, TopicName};
use serde::Serialize;

/// One record, read committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The topic, without the application's prefix.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// The record's own timestamp.
    pub timestamp: Timestamp,
    /// The key.
    pub key: Option<Bytes>,
    /// The value.
    pub value: Option<Bytes>,
    /// The headers, in order.
    pub headers: Vec<(Arc<str>, Bytes)>,
}

/// Where a record stands. Its text is `topic/partition/offset`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The topic, without the application's prefix.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

impl Record {
    /// The headers as pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &[u8])> + Clone {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.topic, self.partition, self.offset)
    }
}
