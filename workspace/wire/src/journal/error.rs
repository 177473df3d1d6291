//! Why a journal record cannot be read.

use palinode_core::{DefinitionName, RecordName, SchemaId};
use thiserror::Error;

use crate::{avro::Malformed, frame::FrameError, typed};

/// A journal record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JournalError {
    /// The value is not framed.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// One of our schemas has no id.
    #[error("the schema of {0} is not registered")]
    NotRegistered(&'static str),
    /// The writer's schema is not known here.
    #[error("the schema {} is not known here", .0.0)]
    UnknownSchema(SchemaId),
    /// The record is none of the journal's.
    #[error("the record {0} is none of the journal's")]
    Foreign(RecordName),
    /// The bytes do not follow their schema.
    #[error("the record does not follow its schema: {0}")]
    Malformed(#[from] Malformed),
    /// A record of another schema cannot be understood.
    #[error("the record was written with another schema, by which it cannot be read: {0}")]
    OtherSchema(typed::Error),
    /// A field holds a word that is not known here; a newer version may have written it.
    #[error("the field '{field}' holds '{word}', which is not known here")]
    UnknownWord {
        /// The field.
        field: &'static str,
        /// The word.
        word: String,
    },
    /// A field that this type of event needs is null.
    #[error("an event of the type {event_type} has no '{field}'")]
    Missing {
        /// The type of the event.
        event_type: String,
        /// The field.
        field: &'static str,
    },
    /// The plan has no such step.
    #[error("version {version} of the definition '{definition}' has no step '{step}'")]
    UnknownStep {
        /// The definition.
        definition: DefinitionName,
        /// Its version.
        version: u32,
        /// The step.
        step: String,
    },
}
