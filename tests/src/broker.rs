//! One Kafka for all tests of a binary.

use std::sync::OnceLock;

use palinode_sandbox::kafka::{Kafka, Settings};

/// The binary's broker, started by the first test that asks. It ends with the process.
///
/// # Panics
/// When it does not start.
pub fn shared() -> &'static Kafka {
    static KAFKA: OnceLock<Kafka> = OnceLock::new();
    KAFKA.get_or_init(|| Kafka::start(Settings::default()).unwrap_or_else(|error| panic!("no Kafka: {error}")))
}
