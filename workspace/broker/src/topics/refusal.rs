//! Why a request about a topic is refused.

use kafka_protocol::{ResponseError, protocol::StrBytes};

use crate::StorageError;

/// Kafka's error code, and a sentence for whoever reads it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// The error.
    pub(crate) error: ResponseError,
    /// What is wrong, with its names and figures.
    pub(crate) message: String,
}

impl Refusal {
    /// A refusal.
    pub(crate) fn new(error: ResponseError, message: impl Into<String>) -> Self {
        Self {
            error,
            message: message.into(),
        }
    }

    /// The error's code on the wire.
    pub(crate) fn code(&self) -> i16 {
        self.error.code()
    }

    /// The sentence as a response carries it.
    pub(crate) fn text(&self) -> Option<StrBytes> {
        Some(StrBytes::from_string(self.message.clone()))
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self::new(ResponseError::KafkaStorageError, error.to_string())
    }
}
