//! What can go wrong when a process is started, each with what to do about it.

use std::io;
use std::path::PathBuf;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something could not be started, stopped or watched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Kafka's jars are not in the cache.
    #[error("Kafka's jars are not in {}: run 'make setup'", folder.display())]
    JarsMissing {
        /// Where they were looked for.
        folder: PathBuf,
    },
    /// The environment asks for a broker that is not known.
    #[error("KAFKA={value} is unknown: use KAFKA=embedded or KAFKA=real, or leave it away")]
    KafkaUnknown {
        /// What it asks for.
        value: String,
    },
    /// No broker of an existing cluster takes a connection.
    #[error("no broker answers at {bootstrap}: look whether the cluster runs, or set BOOTSTRAP to another host:port")]
    NobodyAnswers {
        /// Where they were looked for.
        bootstrap: String,
    },
    /// The program to start does not exist.
    #[error("{program} is not installed: run 'make setup'")]
    ProgramMissing {
        /// The program's name or path.
        program: String,
    },
    /// Somebody listens on the port that was asked for.
    #[error("port {port} is taken by another process: choose another, or end that process")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// No port of the range was free.
    #[error("no port from {first} to {last} is free")]
    NoFreePort {
        /// The first port that was tried.
        first: u16,
        /// The last port that was tried.
        last: u16,
    },
    /// The process ended when it should have gone on, or ended with a failure.
    #[error("{name} has ended ({status}); its log is {}, which ends with:\n{lines}", log.display())]
    Ended {
        /// What ended.
        name: String,
        /// How it ended.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        lines: String,
    },
    /// The deadline passed before what was waited for.
    #[error("{name} {what} within {seconds} s; its log is {}, which ends with:\n{lines}", log.display())]
    Late {
        /// What was waited for.
        name: String,
        /// What it did not do, as in "was not ready".
        what: &'static str,
        /// How long it was waited for.
        seconds: u64,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        lines: String,
    },
    /// The registry could not be opened.
    #[error("the registry could not be opened")]
    Registry(#[from] palinode_registry::Error),
    /// What the embedded broker has kept cannot be read.
    #[error("the embedded broker could not be opened")]
    Broker(#[from] palinode_broker::StorageError),
    /// The operating system refused something.
    #[error("could not {action}")]
    Io {
        /// What was tried, as in "write /tmp/x".
        action: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Whether the error sends its reader to a log file.
    pub(crate) fn names_a_log(&self) -> bool {
        matches!(self, Error::Ended { .. } | Error::Late { .. })
    }

    /// For `map_err`: names what was tried.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let action = action.into();
        move |source| Error::Io { action, source }
    }
}
