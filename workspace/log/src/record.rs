//! Records as they come from and go to Kafka.

use std::sync::Arc;

use bytes::Bytes;

/// A partition of a topic; the topic's full name, with the application's prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
}

impl TopicPartition {
    /// Partition `partition` of `topic`.
    pub fn new(topic: impl Into<Arc<str>>, partition: i32) -> Self {
        Self {
            topic: topic.into(),
            partition,
        }
    }
}

impl std::fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.topic, self.partition)
    }
}

/// The name of a header. Those that a program writes itself are constants: a shared counter for each would be written to
/// by all of its threads.
#[derive(Clone)]
pub enum HeaderName {
    /// A constant.
    Known(&'static str),
    /// A name that was read.
    Shared(Arc<str>),
}

impl std::ops::Deref for HeaderName {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Shared(name) => name,
        }
    }
}

impl From<Arc<str>> for HeaderName {
    fn from(name: Arc<str>) -> Self {
        Self::Shared(name)
    }
}

impl From<&str> for HeaderName {
    fn from(name: &str) -> Self {
        Self::Shared(name.into())
    }
}

impl From<HeaderName> for Arc<str> {
    fn from(name: HeaderName) -> Self {
        match name {
            HeaderName::Known(name) => name.into(),
            HeaderName::Shared(name) => name,
        }
    }
}

impl PartialEq for HeaderName {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for HeaderName {}

impl std::fmt::Debug for HeaderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&**self, f)
    }
}

/// A header of a record. The value is empty when Kafka holds null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: Bytes,
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// Where it stands.
    pub source: TopicPartition,
    /// Its offset there.
    pub offset: i64,
    /// Its timestamp in milliseconds; -1 when it has none.
    pub timestamp: i64,
    /// Its key.
    pub key: Option<Bytes>,
    /// Its value; none for a tombstone.
    pub value: Option<Bytes>,
    /// Its headers, in order.
    pub headers: Vec<Header>,
}

/// A record to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Produced {
    /// The topic's full name.
    pub topic: Arc<str>,
    /// The partition; none: by murmur2 of the key, as Java clients do, and no key counts as an empty one.
    pub partition: Option<i32>,
    /// Its key; none writes null.
    pub key: Option<Bytes>,
    /// Its value; none writes a tombstone.
    pub value: Option<Bytes>,
    /// Its headers, in order.
    pub headers: Vec<Header>,
}
