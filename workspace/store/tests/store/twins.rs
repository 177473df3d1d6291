//! The two twins as tests see them.

use palinode_store::{
    Stores,
    memory::MemoryStores,
    rocks::{RocksStores, Settings},
};
use tempfile::TempDir;

/// The task that tests open.
pub(crate) const TASK: i32 = 3;

/// A disk that stays while processes come and go.
pub(crate) trait Disk: Default {
    /// The stores on it.
    type Stores: Stores;

    /// The stores of a new process.
    fn stores(&self) -> Self::Stores;

    /// The test task's store, opened by a new process.
    fn open(&self) -> <Self::Stores as Stores>::Store {
        self.stores().open(TASK).unwrap()
    }
}

/// Memory that plays a disk.
#[derive(Default)]
pub(crate) struct Memory(pub(crate) MemoryStores);

impl Disk for Memory {
    type Stores = MemoryStores;

    fn stores(&self) -> MemoryStores {
        self.0.clone()
    }
}

/// A folder of its own.
pub(crate) struct Rocks(pub(crate) TempDir);

impl Default for Rocks {
    fn default() -> Self {
        Self(TempDir::new().unwrap())
    }
}

impl Rocks {
    /// In memory where the machine has a folder there: without waiting for syncs, of which each open has some. For a few
    /// MiB, as a container has no more.
    pub(crate) fn quick() -> Self {
        let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
        Self(folder.unwrap())
    }

    /// The settings of the test's node.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            data: self.0.path().to_owned(),
            cluster: "cluster-1".into(),
            application: "shop".into(),
            partitions: 12,
            member: "node-1".into(),
            memory_bytes: 32 * 1024 * 1024,
        }
    }

    /// The folder of the node's tasks.
    pub(crate) fn member(&self) -> std::path::PathBuf {
        self.0.path().join("shop/node-1")
    }

    /// The folder of the test's task.
    pub(crate) fn folder(&self) -> std::path::PathBuf {
        self.member().join(format!("task-{TASK}"))
    }
}

impl Disk for Rocks {
    type Stores = RocksStores;

    fn stores(&self) -> RocksStores {
        RocksStores::new(self.settings())
    }
}

/// The same, but every change is written when the next one comes.
#[derive(Default)]
pub(crate) struct RocksAtOnce(pub(crate) Rocks);

impl Disk for RocksAtOnce {
    type Stores = RocksStores;

    fn stores(&self) -> RocksStores {
        self.0.stores().with_unwritten_bytes_max(0)
    }
}

/// Makes three tests of each function over a [`Disk`]: one a twin, and one of RocksDB that is never far behind.
macro_rules! for_both_twins {
    ($($property:ident),* $(,)?) => {
        mod in_memory {
            $(#[test]
            fn $property() {
                super::$property(&crate::twins::Memory::default());
            })*
        }
        mod in_rocksdb {
            $(#[test]
            fn $property() {
                super::$property(&crate::twins::Rocks::default());
            })*
        }
        mod in_rocksdb_at_once {
            $(#[test]
            fn $property() {
                super::$property(&crate::twins::RocksAtOnce::default());
            })*
        }
    };
}
