//! What all shops share: Kafka, a registry, the customers' chat.

use std::path::{Path, PathBuf};

use palinode_sandbox::{
    kafka::{self, Kafka},
    registry::{self, Registry},
};
use tempfile::TempDir;

use super::chat::Chat;

/// What all shops share.
pub(crate) struct Ground {
    pub(super) kafka: Kafka,
    pub(super) registry: Registry,
    pub(super) chat: Chat,
    folder: TempDir,
}

impl Ground {
    pub(crate) fn start() -> Self {
        Self {
            kafka: Kafka::start(kafka::Settings::default()).expect("Kafka"),
            registry: Registry::start(registry::Settings::default()).expect("a registry"),
            chat: Chat::start(),
            folder: tempfile::Builder::new()
                .prefix("palinode-end-to-end-")
                .tempdir()
                .expect("a folder"),
        }
    }

    /// Where the shops keep their data and logs.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves data and logs where they are.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// The root of the repository.
pub(super) fn repository() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    Path::new(root).canonicalize().expect("the repository")
}
