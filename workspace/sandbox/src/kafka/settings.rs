//! How a Kafka node is wanted.

use std::path::PathBuf;

/// Enough for a node that moves some thousand records a second; it reserves only what it uses.
const HEAP_MIB: u32 = 768;

/// How a Kafka node is wanted. The default suits a test: a free port, and a folder that goes with the node.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the node keeps its data; it finds it again at the next start. Without one: a new temporary folder, which
    /// is removed with the node.
    pub data_dir: Option<PathBuf>,
    /// The port for clients; a free one by default.
    pub port: Option<u16>,
    /// The cluster's id; a new one by default. The nodes of one cluster have the same.
    pub cluster_id: Option<String>,
    /// The largest heap of the node's Java, in MiB.
    pub heap_mib: u32,
    /// More options of the node's Java.
    pub java_options: Vec<String>,
    /// More broker properties, or other values for those of deploy/kafka/node.properties.
    pub properties: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            data_dir: None,
            port: None,
            cluster_id: None,
            heap_mib: HEAP_MIB,
            java_options: Vec::new(),
            properties: Vec::new(),
        }
    }
}
