//! Why a request is refused, with the codes that Confluent's registry uses.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use crate::{Level, Mode, VersionNumber};

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request is refused, or why the registry's journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing was registered under the subject.
    #[error("Subject '{0}' not found.")]
    SubjectNotFound(String),
    /// The subject has no such version.
    #[error("Version {0} not found.")]
    VersionNotFound(i32),
    /// The id or GUID is unknown.
    #[error("Schema {0} not found")]
    IdNotFound(String),
    /// The subject does not have this schema, or nothing has this id.
    #[error("Schema not found")]
    SchemaNotFound,
    /// A deleted subject can only be deleted permanently.
    #[error("Subject '{0}' was soft deleted. Set permanent=true to delete permanently")]
    SubjectDeleted(String),
    /// Permanent deletion comes after the soft one.
    #[error("Subject '{0}' was not deleted first before being permanently deleted")]
    SubjectNotDeleted(String),
    /// A deleted version can only be deleted permanently.
    #[error("Subject '{subject}' Version {version} was soft deleted. Set permanent=true to delete permanently")]
    VersionDeleted {
        /// The subject.
        subject: String,
        /// The version.
        version: VersionNumber,
    },
    /// Permanent deletion comes after the soft one.
    #[error("Subject '{subject}' Version {version} was not deleted first before being permanently deleted")]
    VersionNotDeleted {
        /// The subject.
        subject: String,
        /// The version.
        version: VersionNumber,
    },
    /// The subject follows the global config.
    #[error("Subject '{0}' does not have subject-level compatibility configured")]
    ConfigNotFound(String),
    /// The subject follows the global mode.
    #[error("Subject '{0}' does not have subject-level mode configured")]
    ModeNotFound(String),
    /// The schema would break readers or writers of the subject.
    #[error("Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{}]", messages.join(", "))]
    Incompatible {
        /// The subject.
        subject: String,
        /// What is wrong, and beside what.
        messages: Vec<String>,
    },
    /// The schema is not one, refers to something unknown, or is not Avro.
    #[error("Invalid schema: {0}")]
    InvalidSchema(String),
    /// A version is a number from 1 on, or "latest".
    #[error(
        "The specified version '{0}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""
    )]
    InvalidVersion(String),
    /// The level is none of those that Confluent's registry knows.
    #[error("Invalid compatibility level '{0}'. Valid values are {known}", known = Level::NAMES.join(", "))]
    InvalidLevel(String),
    /// The mode is none of those that Confluent's registry knows, or has no place there.
    #[error("Invalid mode '{0}'. Valid values are READWRITE, READONLY, IMPORT, and for the whole registry FORWARD.")]
    InvalidMode(String),
    /// The mode forbids the change.
    #[error("Subject {subject} is in mode {mode}: {refused}")]
    ModeForbids {
        /// The subject, or none for the whole registry.
        subject: String,
        /// The mode that holds for it.
        mode: Mode,
        /// What is not done in this mode.
        refused: &'static str,
    },
    /// Import begins with nothing, unless it is forced.
    #[error("Cannot import since found existing subjects")]
    SubjectsExist,
    /// Another schema has the id that an import asks for.
    #[error("Overwrite new schema with id {0} is not permitted.")]
    IdTaken(u32),
    /// Other schemas refer to what would be deleted.
    #[error("One or more references exist to the schema {{subject={subject},version={version}}}.")]
    Referenced {
        /// The subject.
        subject: String,
        /// The version.
        version: VersionNumber,
    },
    /// The name is empty, reserved, or has control characters in it.
    #[error("The specified subject '{0}' is not a valid.")]
    InvalidSubject(String),
    /// [`crate::limits::SCHEMA_BYTES_MAX`].
    #[error(
        "Register operation failed because schema is too large: the limit is {} bytes",
        crate::limits::SCHEMA_BYTES_MAX
    )]
    SchemaTooLarge,
    /// The request's body is not what belongs there.
    #[error("Unreadable request: {0}")]
    UnreadableRequest(String),
    /// The path holds something else than a number where one belongs.
    #[error("HTTP 404 Not Found")]
    PathNotFound,
    /// One of [`crate::limits`].
    #[error("{what} above the limit of {limit}")]
    AboveLimit {
        /// What is too large or too many.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The registry is being shut down.
    #[error("the registry is shutting down")]
    ShuttingDown,
    /// The registry's file could not be read or written.
    #[error("could not {action} {}", file.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The journal is kept elsewhere, and could not be read or written there.
    #[error("could not {action} the registry's journal")]
    Journal {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A record of the journal is not one of a registry.
    #[error("record {record} of {journal} is not a registry's: {reason}")]
    UnreadableRecord {
        /// The journal.
        journal: String,
        /// The record's number in the journal, from 1 on; in a file, its line.
        record: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// The `error_code` of Confluent's registry (from 8.2 on: incompatible was 409 before). The first three digits are
    /// the HTTP status.
    pub fn code(&self) -> u32 {
        match self {
            Error::UnreadableRequest(_) => 400,
            Error::PathNotFound => 404,
            Error::SubjectNotFound(_) => 40401,
            Error::VersionNotFound(_) => 40402,
            Error::IdNotFound(_) | Error::SchemaNotFound => 40403,
            Error::SubjectDeleted(_) => 40404,
            Error::SubjectNotDeleted(_) => 40405,
            Error::VersionDeleted { .. } => 40406,
            Error::VersionNotDeleted { .. } => 40407,
            Error::ConfigNotFound(_) => 40408,
            Error::ModeNotFound(_) => 40409,
            Error::Incompatible { .. } => 40901,
            Error::AboveLimit { .. } => 422,
            Error::InvalidSchema(_) => 42201,
            Error::InvalidVersion(_) => 42202,
            Error::InvalidLevel(_) => 42203,
            Error::InvalidMode(_) => 42204,
            Error::ModeForbids { .. } | Error::SubjectsExist | Error::IdTaken(_) => 42205,
            Error::Referenced { .. } => 42206,
            Error::InvalidSubject(_) => 42208,
            Error::SchemaTooLarge => 42209,
            Error::File { .. } | Error::Journal { .. } | Error::UnreadableRecord { .. } | Error::ShuttingDown => 50001,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        let code = self.code();
        (if code > 999 { code / 100 } else { code }) as u16
    }

    /// Whether the same request may succeed later without a change.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Error::File { .. } | Error::Journal { .. } | Error::ShuttingDown)
    }
}
