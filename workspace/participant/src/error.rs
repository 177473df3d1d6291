//! What can go wrong in a service's surroundings.

use palinode_core::SchemaId;
use palinode_wire::dead_letter::ErrorCode;
use thiserror::Error;

/// An error of the environment. A refusal for a business reason is no error: it is a reply.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The database could not be opened, read or written.
    #[error("the database '{path}' cannot be used")]
    Database {
        /// The file.
        path: String,
        /// The database's words.
        #[source]
        source: rusqlite::Error,
    },
    /// Kafka refused or did not answer.
    #[error("Kafka refused {what}")]
    Kafka {
        /// What was asked.
        what: String,
        /// The client's words.
        #[source]
        source: rdkafka::error::KafkaError,
    },
    /// A schema could not be registered or found.
    #[error("the schema is not at hand")]
    Schema(#[from] SchemaError),
    /// The service's own code could not handle a record, for another reason than the record.
    #[error("{what} failed")]
    Handler {
        /// What was done.
        what: &'static str,
        /// Why.
        #[source]
        source: HandlerError,
    },
    /// The HTTP address cannot be listened on.
    #[error("cannot listen on '{address}'")]
    Listen {
        /// The address.
        address: String,
        /// The operating system's words.
        #[source]
        source: std::io::Error,
    },
    /// The settings contradict themselves.
    #[error("the setting '{name}' is wrong: {reason}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// A thread broke.
    #[error("the thread '{name}' broke")]
    Broken {
        /// Its name.
        name: String,
    },
    /// A thread could not be started.
    #[error("the thread '{name}' cannot be started")]
    Thread {
        /// Its name.
        name: String,
        /// The operating system's words.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    /// A short code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Database { .. } => "PARTICIPANT_DATABASE",
            Self::Kafka { .. } => "PARTICIPANT_KAFKA",
            Self::Schema(_) => "PARTICIPANT_SCHEMA",
            Self::Handler { .. } => "PARTICIPANT_HANDLER",
            Self::Listen { .. } => "PARTICIPANT_LISTEN",
            Self::Setting { .. } => "PARTICIPANT_SETTING",
            Self::Broken { .. } => "PARTICIPANT_BROKEN",
            Self::Thread { .. } => "PARTICIPANT_THREAD",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Database { .. } | Self::Kafka { .. } => true,
            Self::Schema(error) => error.is_retriable(),
            Self::Handler { source, .. } => !source.is_unreadable(),
            Self::Listen { .. } | Self::Setting { .. } | Self::Broken { .. } | Self::Thread { .. } => false,
        }
    }
}

/// Why a handler could not do its work on a record.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// The record can never be handled: it becomes a dead letter and the next one is taken.
    #[error("the record cannot be read: {reason}")]
    Unreadable {
        /// Why not.
        reason: String,
    },
    /// The database refused: the batch is tried again after a pause.
    #[error("the database refused")]
    Database(#[from] rusqlite::Error),
    /// A schema is not at hand: the batch is tried again after a pause.
    #[error("a schema is not at hand")]
    Schema(#[source] SchemaError),
}

impl HandlerError {
    /// The record can never be handled, for this reason.
    pub fn unreadable(reason: impl Into<String>) -> Self {
        Self::Unreadable { reason: reason.into() }
    }

    /// Whether the record is to blame, so that trying again is in vain.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable { .. })
    }
}

impl From<SchemaError> for HandlerError {
    fn from(error: SchemaError) -> Self {
        if error.is_retriable() {
            Self::Schema(error)
        } else {
            Self::unreadable(error.to_string())
        }
    }
}

/// Why a schema, or a value under a schema, is not at hand.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The registry does not answer.
    #[error("the schema registry does not answer: {reason}")]
    Unavailable {
        /// What is known.
        reason: String,
    },
    /// The registry does not know the id.
    #[error("the schema registry does not know the schema {}", .id.0)]
    Unknown {
        /// The id.
        id: SchemaId,
    },
    /// A value names no schema.
    #[error("{reason}")]
    Unframed {
        /// Why not.
        reason: String,
    },
    /// The registry refused the schema, or the text is no schema.
    #[error("the schema of '{record}' is refused: {reason}")]
    Refused {
        /// The record.
        record: String,
        /// Why.
        reason: String,
    },
    /// A value does not fit its schema.
    #[error("a value of '{record}' does not fit its schema: {reason}")]
    Value {
        /// The record.
        record: String,
        /// Why not.
        reason: String,
    },
}

impl SchemaError {
    /// A short code for machines.
    pub fn code(&self) -> &'static str {
        self.dead_letter_code().map_or("SCHEMA_UNAVAILABLE", ErrorCode::as_str)
    }

    /// The class of reason under which the record becomes a dead letter; none when trying again may help.
    pub fn dead_letter_code(&self) -> Option<ErrorCode> {
        match self {
            Self::Unavailable { .. } => None,
            Self::Unknown { .. } => Some(ErrorCode::UnknownSchema),
            Self::Unframed { .. } => Some(ErrorCode::NotConfluent),
            Self::Refused { .. } => Some(ErrorCode::UnusableSchema),
            Self::Value { .. } => Some(ErrorCode::Undecodable),
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
