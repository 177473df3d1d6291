//! Why a request is refused, with the codes that Confluent's registry uses.

use std::io;
use std::path::PathBuf;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request is refused, or why the registry's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing was registered under the subject.
    #[error("Subject '{0}' not found.")]
    SubjectNotFound(String),
    /// The subject has no such version.
    #[error("Version {0} not found.")]
    VersionNotFound(u32),
    /// The id is unknown.
    #[error("Schema {0} not found")]
    IdNotFound(u32),
    /// The subject does not have this schema.
    #[error("Schema not found")]
    SchemaNotFound,
    /// The subject follows the global level.
    #[error("Subject '{0}' does not have subject-level compatibility configured")]
    LevelNotFound(String),
    /// The schema is not one, refers to something unknown, or is not Avro.
    #[error("Invalid schema: {0}")]
    InvalidSchema(String),
    /// A version is a number from 1 on, or "latest".
    #[error(
        "The specified version '{0}' is not a valid version id. Allowed values are numbers from 1 on and the string \"latest\""
    )]
    InvalidVersion(String),
    /// The level is none of those that Confluent's registry knows.
    #[error("Invalid compatibility level '{0}'. Valid values are {known}", known = crate::Level::NAMES.join(", "))]
    InvalidLevel(String),
    /// The schema would break readers or writers of the subject.
    #[error("Schema being registered is incompatible with an earlier schema for subject \"{subject}\": {}", reasons.join("; "))]
    Incompatible {
        /// The subject.
        subject: String,
        /// What is wrong, by version.
        reasons: Vec<String>,
    },
    /// The request's body is not what belongs there.
    #[error("Unreadable request: {0}")]
    UnreadableRequest(String),
    /// One of [`crate::limits`].
    #[error("{what} above the limit of {limit}")]
    AboveLimit {
        /// What is too large or too many.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
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
    /// A line of the registry's file is not one of a registry.
    #[error("line {line} of {} is not a registry's: {reason}", file.display())]
    FileContent {
        /// The file.
        file: PathBuf,
        /// The line's number, from 1 on.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// The `error_code` of Confluent's registry. The first three digits are the HTTP status.
    pub fn code(&self) -> u32 {
        match self {
            Error::SubjectNotFound(_) => 40401,
            Error::VersionNotFound(_) => 40402,
            Error::IdNotFound(_) | Error::SchemaNotFound => 40403,
            Error::LevelNotFound(_) => 40408,
            Error::InvalidSchema(_) => 42201,
            Error::InvalidVersion(_) => 42202,
            Error::InvalidLevel(_) => 42203,
            Error::Incompatible { .. } => 409,
            Error::UnreadableRequest(_) => 400,
            Error::AboveLimit { .. } => 422,
            Error::File { .. } | Error::FileContent { .. } => 50001,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        let code = self.code();
        (if code > 999 { code / 100 } else { code }) as u16
    }

    /// Whether the same request may succeed later without a change.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Error::File { .. })
    }
}
