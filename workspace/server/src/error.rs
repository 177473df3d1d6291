//! What can go wrong while an orchestrator starts or runs.

use std::path::PathBuf;

use palinode_log::registry::RegistryError;
use thiserror::Error;

/// An error of the environment or of what the orchestrator was given.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings cannot be used.
    #[error("the configuration cannot be used: {reason}")]
    Configuration {
        /// Why.
        reason: String,
    },
    /// A file or folder cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Definitions have errors.
    #[error("{diagnostics}")]
    Definitions {
        /// All of them, as people read them.
        diagnostics: String,
    },
    /// A version is published with another text.
    #[error(
        "version {version} of the definition '{definition}' is published already, with another text (its hash is \
         {published}, that of the text at hand {found}). What is published never changes: give the changed text a new version"
    )]
    PublishedOtherwise {
        /// The definition.
        definition: String,
        /// The version.
        version: u32,
        /// The hash of the published text.
        published: String,
        /// The hash of the text at hand.
        found: String,
    },
    /// The published definitions cannot be read or written.
    #[error("the published definitions cannot be used: {reason}")]
    Published {
        /// Why.
        reason: String,
    },
    /// The registry does not answer or refuses.
    #[error("the schema registry at {url} cannot be used: {reason}")]
    Registry {
        /// Its URL.
        url: String,
        /// Why.
        reason: String,
    },
    /// The registry does not answer, and what it would have told is not kept.
    #[error("the schema registry at {url} does not answer: {reason}")]
    RegistryAway {
        /// Its URL.
        url: String,
        /// What was asked, and what is missing.
        reason: String,
    },
    /// Kafka does not answer or refuses.
    #[error(transparent)]
    Log(#[from] palinode_log::Error),
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] palinode_engine::Error),
    /// The address is taken or not ours.
    #[error("the HTTP server cannot listen on {address}; is the port taken?")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The metrics recorder or the log cannot be set up.
    #[error("logging and metrics cannot be set up: {reason}")]
    Telemetry {
        /// Why.
        reason: String,
    },
}

impl Error {
    /// What the registry at `url` said when it was asked for `what`.
    pub(crate) fn registry(url: &str, what: &str, error: &RegistryError) -> Self {
        let (url, reason) = (url.to_owned(), format!("{what}: {error}"));
        match error {
            RegistryError::Unavailable { .. } => Self::RegistryAway { url, reason },
            _ => Self::Registry { url, reason },
        }
    }

    pub(crate) fn configuration(error: config::ConfigError) -> Self {
        Self::Configuration {
            reason: error.to_string(),
        }
    }

    /// A short code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Configuration { .. } => "SERVER_CONFIGURATION",
            Self::File { .. } => "SERVER_FILE",
            Self::Definitions { .. } => "SERVER_DEFINITIONS",
            Self::PublishedOtherwise { .. } => "SERVER_PUBLISHED_OTHERWISE",
            Self::Published { .. } => "SERVER_PUBLISHED",
            Self::Registry { .. } => "SERVER_REGISTRY",
            Self::RegistryAway { .. } => "SERVER_REGISTRY_AWAY",
            Self::Log(error) => error.code(),
            Self::Engine(error) => error.code(),
            Self::Listen { .. } => "SERVER_LISTEN",
            Self::Telemetry { .. } => "SERVER_TELEMETRY",
        }
    }

    /// Whether somebody is away who is needed, so that a start waits; everything else is for a person to mend.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::RegistryAway { .. } => true,
            Self::Log(error) => error.is_retriable(),
            Self::Engine(error) => error.is_retriable(),
            _ => false,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Registry { .. } | Self::RegistryAway { .. } => true,
            Self::Log(error) => error.is_retriable(),
            Self::Engine(error) => error.is_retriable(),
            _ => false,
        }
    }
}
