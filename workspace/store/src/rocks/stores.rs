//! The stores of a node in RocksDB.

use std::fmt;

use super::{
    database::Database, folder::TaskFolder, identity::Identity, options::Resources, settings::Settings,
    store::RocksStore,
};
use crate::{Error, Stores};

/// The stores of a node in RocksDB. They share one cache, one bound for write buffers, and RocksDB's threads.
pub struct RocksStores {
    settings: Settings,
    resources: Resources,
}

impl RocksStores {
    /// Stores as `settings` say. Nothing is read or written before the first is opened.
    pub fn new(settings: Settings) -> Self {
        let resources = Resources::new(settings.memory_bytes);
        Self { settings, resources }
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
            return RocksStore::new(database, identity);
        }
        let identity = identity.check(folder.path())?;
        RocksStore::new(Database::open(folder, &options, self.resources.families())?, identity)
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
