//! Why a record of the snapshots cannot be read.

use palinode_core::{RecordName, SchemaId};
use thiserror::Error;

use crate::{avro::Malformed, frame::FrameError, typed};

/// A record of the snapshots cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SnapshotError {
    /// The value is not framed.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The writer's schema is not known here.
    #[error("the schema {} is not known here", .0.0)]
    UnknownSchema(SchemaId),
    /// The record is none of the snapshots.
    #[error("the record {0} is none of the snapshots")]
    Foreign(RecordName),
    /// The bytes do not follow their schema.
    #[error("the record does not follow its schema: {0}")]
    Malformed(#[from] Malformed),
    /// A record of another schema cannot be understood.
    #[error("the record was written with another schema, by which it cannot be read: {0}")]
    OtherSchema(typed::Error),
}
