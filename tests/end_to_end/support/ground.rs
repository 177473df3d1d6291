//! What shops stand on: brokers, and a registry and a chat that they share.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use palinode_sandbox::{
    cluster::{Cluster, Kind},
    registry::{self, Registry},
};
use tempfile::TempDir;

use super::chat::Chat;

/// What shops stand on.
pub(crate) struct Ground {
    kind: Kind,
    /// The broker that shops share, once there is one.
    shared: OnceLock<Arc<Cluster>>,
    pub(super) registry: Registry,
    pub(super) chat: Chat,
    folder: TempDir,
}

impl Ground {
    /// The ground for shops on a kind of broker.
    ///
    /// # Panics
    /// When something does not start.
    pub(crate) fn start(kind: Kind) -> Self {
        Self {
            kind,
            shared: OnceLock::new(),
            registry: Registry::start(registry::Settings::default()).expect("a registry"),
            chat: Chat::start(),
            folder: tempfile::Builder::new()
                .prefix("palinode-end-to-end-")
                .tempdir()
                .expect("a folder"),
        }
    }

    /// The kind of broker.
    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The broker for the next shop: an embedded one starts in a moment, so that each shop has its own; others are shared.
    pub(super) fn broker(&self) -> Arc<Cluster> {
        let start = || Arc::new(Cluster::start(self.kind.clone()).unwrap_or_else(|error| panic!("{error}")));
        match self.kind {
            Kind::Embedded => start(),
            Kind::Real | Kind::Existing(_) => Arc::clone(self.shared.get_or_init(start)),
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
