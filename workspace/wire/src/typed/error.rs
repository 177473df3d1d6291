//! What can go wrong between a struct and its bytes.

use palinode_core::{RecordName, SchemaId};
use thiserror::Error;

use crate::{
    avro::{EncodeError, Malformed},
    frame::FrameError,
};

/// A struct cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The value is not framed.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The writer's schema is not known here.
    #[error("the schema {} is not known here", .0.0)]
    UnknownSchema(SchemaId),
    /// The value is another record.
    #[error("the value is a {found} instead of a {wanted}")]
    OtherRecord {
        /// The record that the codec reads.
        wanted: RecordName,
        /// The record that the value is.
        found: RecordName,
    },
    /// The bytes do not follow their schema.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The struct does not fit the schema.
    #[error(transparent)]
    Unfit(#[from] EncodeError),
    /// The struct's own serde code refused.
    #[error("{0}")]
    Serde(String),
}

impl serde::ser::Error for Error {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Serde(message.to_string())
    }
}

impl serde::de::Error for Error {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Serde(message.to_string())
    }
}
