//! A model of a node's disk and of the stores on it, at the granularity of RocksDB's write batches.

mod disk;
mod disk_store;
mod kept;

pub(crate) use disk::{Disk, DiskStores};
#[cfg(test)]
pub(crate) use disk_store::DiskStore;
