//! One Kafka for all tests of a binary, and one broker inside it.

use std::sync::OnceLock;

use palinode_sandbox::{
    cluster::{Cluster, Kind},
    kafka::{Kafka, Settings},
};

/// The binary's broker, started by the first test that asks. It ends with the process.
///
/// # Panics
/// When it does not start.
pub fn shared() -> &'static Kafka {
    static KAFKA: OnceLock<Kafka> = OnceLock::new();
    KAFKA.get_or_init(|| Kafka::start(Settings::default()).unwrap_or_else(|error| panic!("no Kafka: {error}")))
}

/// The embedded broker, for what does not need the real one.
///
/// # Panics
/// When it does not start.
pub fn embedded() -> &'static Cluster {
    static BROKER: OnceLock<Cluster> = OnceLock::new();
    BROKER.get_or_init(|| Cluster::start(Kind::Embedded).unwrap_or_else(|error| panic!("no broker: {error}")))
}
