//! What can go wrong between us and Kafka.

use thiserror::Error;

/// An error of the environment.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The topic or partition does not exist.
    #[error("the topic '{topic}' does not exist; create it, for example by 'palinode topics create'")]
    MissingTopic {
        /// The topic.
        topic: String,
    },
    /// The offset that was to be read is not there: before the first or after the last record.
    #[error("the offset {offset} of '{topic}' partition {partition} is not there")]
    OffsetOutOfRange {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset; -1 when the client did not say.
        offset: i64,
    },
    /// The broker did not answer in time, or the connection is down.
    #[error("the broker did not answer: {what}")]
    Unavailable {
        /// What was asked.
        what: String,
    },
    /// The client or the broker refused.
    #[error("Kafka refused: {what}")]
    Refused {
        /// What was asked, and the client's words.
        what: String,
    },
}

impl Error {
    /// A short code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingTopic { .. } => "LOG_MISSING_TOPIC",
            Self::OffsetOutOfRange { .. } => "LOG_OFFSET_OUT_OF_RANGE",
            Self::Unavailable { .. } => "LOG_UNAVAILABLE",
            Self::Refused { .. } => "LOG_REFUSED",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether the topic does not exist.
    pub fn is_missing_topic(&self) -> bool {
        matches!(self, Self::MissingTopic { .. })
    }
}
