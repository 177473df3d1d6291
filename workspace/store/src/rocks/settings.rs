//! What a node says about its stores.

use std::path::PathBuf;

/// The settings of a node's stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The folder for all data of the node.
    pub data: PathBuf,
    /// The id of the Kafka cluster.
    pub cluster: String,
    /// The name of the application.
    pub application: String,
    /// The number of partitions of the application, fixed for life.
    pub partitions: i32,
    /// The name of this member; two members may share a data folder.
    pub member: String,
    /// Bytes of memory for the cache and the write buffers of all tasks together;
    /// [`Settings::MEMORY_BYTES_DEFAULT`] where nothing is known of the machine.
    pub memory_bytes: usize,
}

impl Settings {
    /// A quarter of the smallest node that is worth running, 1 GiB; the rest is for Kafka's client and the batches.
    pub const MEMORY_BYTES_DEFAULT: usize = 256 * 1024 * 1024;
}
