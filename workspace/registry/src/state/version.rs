//! Schemas in their subjects.

use serde::Serialize;

use crate::Submission;

/// The number by which records name their schema, from 1 on and the same for a schema in every subject.
pub type SchemaId = u32;

/// The place of a schema in its subject, from 1 on.
pub type VersionNumber = u32;

/// Which version of a subject is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedVersion {
    /// The newest one that is not deleted.
    Latest,
    /// The one with this number.
    Number(VersionNumber),
}

/// Where a schema is registered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The subject.
    pub subject: String,
    /// The version in that subject.
    pub version: VersionNumber,
}

/// A schema in a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The subject.
    pub subject: String,
    /// The schema's place in the subject.
    pub version: VersionNumber,
    /// The schema's id.
    pub id: SchemaId,
    /// The schema's name in every registry.
    pub guid: String,
    /// The schema.
    #[serde(flatten)]
    pub schema: Submission,
    /// Whether the version was deleted, though not for good.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}
