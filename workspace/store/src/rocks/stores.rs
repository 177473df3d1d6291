//! The stores of a node in RocksDB.

use std::fmt;

use super::{
    database::Database, failure, folder::TaskFolder, identity::Identity, options::Resources, settings::Settings,
    store::RocksStore,
};
use crate::{Error, Stores};

/// Bytes of changed sagas that a task keeps before it writes them, about. A saga that starts and ends meanwhile is
/// written once; what is lost in a crash is replayed from the journal in a fraction of a second.
const UNWRITTEN_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The stores of a node in RocksDB. They share one cache, one bound for write buffers, and RocksDB's threads.
pub struct RocksStores {
    settings: Settings,
    resources: Resources,
    unwritten_bytes_max: usize,
}

impl RocksStores {
    /// Stores as `settings` say. Nothing is read or written before the first is opened.
    pub fn new(settings: Settings) -> Self {
        let resources = Resources::new(settings.memory_bytes);
        Self {
            settings,
            resources,
            unwritten_bytes_max: UNWRITTEN_BYTES_MAX,
        }
    }

    /// The same, but a task keeps other than the usual number of bytes of changed sagas before it writes them. With 0 it
    /// writes each change when the next one comes, or when it is dropped.
    pub fn with_unwritten_bytes_max(self, unwritten_bytes_max: usize) -> Self {
        Self {
            unwritten_bytes_max,
            ..self
        }
    }
}

impl Stores for RocksStores {
    type Store = RocksStore;

    fn open(&self, task: i32) -> Result<RocksStore, Error> {
        let Settings {
            cluster,
            application,
            partitions,
            ..
        } = &self.settings;
        let identity = Identity::new(cluster, application, *partitions, task);
        let folder = TaskFolder::lock(&self.settings, task)?;
        let mut options = self.resources.database();
        if folder.create()? {
            options.create_if_missing(true);
            options.create_missing_column_families(true);
            let database = Database::open(folder, &options, self.resources.families())?;
            // Last: a folder without an identity was never finished, and is rebuilt.
            identity.write(database.path())?;
            return RocksStore::new(database, identity, self.unwritten_bytes_max);
        }
        let identity = identity.check(folder.path())?;
        if let Some(what) = folder.condemnation() {
            return Err(failure::damaged(folder.path(), what));
        }
        let database = Database::open(folder, &options, self.resources.families())?;
        RocksStore::new(database, identity, self.unwritten_bytes_max)
    }

    fn set_aside(&self, task: i32, reason: &str) -> Result<(), Error> {
        TaskFolder::lock(&self.settings, task)?.set_aside(reason)
    }
}

impl fmt::Debug for RocksStores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RocksStores")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
