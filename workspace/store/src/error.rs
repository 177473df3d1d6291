//! What can go wrong with the store.

use std::path::PathBuf;

use thiserror::Error;

/// An error of the environment.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The disk refused.
    #[error("the store at {} cannot be used: {what}", path.display())]
    Disk {
        /// The store's folder.
        path: PathBuf,
        /// What was tried, and RocksDB's words.
        what: String,
    },
    /// The bytes are not what was written.
    #[error("the store at {} is damaged: {what}", path.display())]
    Damaged {
        /// The store's folder.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The folder holds the state of another cluster, or of another number of partitions.
    #[error("the store at {} is not ours: {what}", path.display())]
    Foreign {
        /// The store's folder.
        path: PathBuf,
        /// What differs.
        what: String,
    },
}

impl Error {
    /// A short code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Disk { .. } => "STORE_DISK",
            Self::Damaged { .. } => "STORE_DAMAGED",
            Self::Foreign { .. } => "STORE_FOREIGN",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Disk { .. })
    }

    /// Whether setting the folder aside and replaying the journal mends it.
    pub fn is_rebuildable(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }
}
