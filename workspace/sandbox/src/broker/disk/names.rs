//! Names of the files and folders of logs.

use std::path::{Path, PathBuf};

use palinode_broker::LogId;
use uuid::Uuid;

/// A file of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// Batches as they were appended.
    Batches {
        /// The position of the first byte.
        start: u64,
    },
    /// What a compaction left.
    Compacted {
        /// The position of the first byte.
        start: u64,
        /// It stands for all batches before this position.
        before: u64,
    },
}

impl Name {
    /// The position of the first byte.
    pub(super) fn start(self) -> u64 {
        match self {
            Self::Batches { start } | Self::Compacted { start, .. } => start,
        }
    }

    /// The file's name.
    pub(super) fn file(self) -> String {
        match self {
            Self::Batches { start } => format!("{start:020}.batches"),
            Self::Compacted { start, before } => format!("{start:020}-{before:020}.compacted"),
        }
    }

    /// The name of a file; none when it is not one of a log.
    pub(super) fn of(file: &str) -> Option<Self> {
        if let Some(start) = file.strip_suffix(".batches") {
            let start = start.parse().ok()?;
            return Some(Self::Batches { start });
        }
        let (start, before) = file.strip_suffix(".compacted")?.split_once('-')?;
        Some(Self::Compacted {
            start: start.parse().ok()?,
            before: before.parse().ok()?,
        })
    }
}

/// The folder of a log, within that of all logs.
pub(super) fn folder_of(logs: &Path, log: LogId) -> PathBuf {
    logs.join(format!("{}-{}", log.topic, log.partition))
}

/// The log of a folder; none when it is not one of a log.
pub(super) fn log_of(folder: &str) -> Option<LogId> {
    let (topic, partition) = folder.rsplit_once('-')?;
    Some(LogId {
        topic: Uuid::parse_str(topic).ok()?,
        partition: partition.parse().ok()?,
    })
}
