//! What can go wrong with the engine as a whole; what goes wrong in a task is its status.

use thiserror::Error;

/// An error of the environment.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A version cannot be run here.
    #[error("version {version} of the definition '{definition}' cannot be run: {reason}")]
    NotReady {
        /// The definition.
        definition: String,
        /// The version.
        version: u32,
        /// Why.
        reason: String,
    },
    /// Two files hold the same version of a definition.
    #[error("version {version} of the definition '{definition}' stands twice; give one of them another version")]
    DefinitionTwice {
        /// The definition.
        definition: String,
        /// The version.
        version: u32,
    },
    /// An input topic cannot be used.
    #[error("the input topic '{topic}' cannot be read: {source}")]
    Topic {
        /// The topic.
        topic: String,
        /// Why.
        #[source]
        source: palinode_log::Error,
    },
    /// A task's Kafka clients cannot be made.
    #[error("the Kafka clients of task {task} cannot be made: {source}")]
    Client {
        /// The task.
        task: i32,
        /// Why.
        #[source]
        source: palinode_log::Error,
    },
    /// A task's thread cannot be made.
    #[error("a thread for task {task} cannot be started")]
    Thread {
        /// The task.
        task: i32,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    /// A short code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DefinitionTwice { .. } => "ENGINE_DEFINITION_TWICE",
            Self::NotReady { .. } => "ENGINE_DEFINITION_NOT_READY",
            Self::Topic { .. } => "ENGINE_TOPIC",
            Self::Client { .. } => "ENGINE_CLIENT",
            Self::Thread { .. } => "ENGINE_THREAD",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Topic { source, .. } if source.is_retriable())
    }
}
