//! Why a log does not take or give something.

use kafka_protocol::error::ResponseError;

use crate::StorageError;

/// A refusal as Kafka answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The error code.
    pub(crate) error: ResponseError,
    /// What is wrong, where the code alone does not say it.
    pub(crate) message: Option<&'static str>,
    /// The records at fault by their place in the batch, where the fault is theirs.
    pub(crate) records: Vec<i32>,
}

impl Refusal {
    /// A refusal that says more than its code.
    pub(crate) fn because(error: ResponseError, message: &'static str) -> Self {
        Self {
            error,
            message: Some(message),
            records: Vec::new(),
        }
    }
}

impl From<ResponseError> for Refusal {
    fn from(error: ResponseError) -> Self {
        Self {
            error,
            message: None,
            records: Vec::new(),
        }
    }
}

impl From<StorageError> for Refusal {
    fn from(_: StorageError) -> Self {
        ResponseError::KafkaStorageError.into()
    }
}
