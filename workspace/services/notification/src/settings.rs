//! What the notification service can be told.

use std::path::PathBuf;

use palinode_participant::{KafkaSettings, ServiceSettings};
use serde::{Deserialize, Serialize};

use crate::TOPICS;

/// Settings of the notification service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name, Kafka, batches. Topics: all with events.
    pub service: ServiceSettings,
    /// The file of the database, made when it is not there.
    pub database: PathBuf,
    /// The address of the chat's webhook.
    pub webhook: String,
    /// Where health and metrics are served (`host:port`, port 0 for any).
    #[serde(default = "listen")]
    pub listen: String,
    /// Milliseconds that a message waits for others of its order that happened earlier and are read later.
    #[serde(default = "settling_ms")]
    pub settling_ms: u64,
}

impl Settings {
    /// The service's usual name.
    pub const NAME: &'static str = "notification";

    /// Settings under the usual name, with defaults for the rest.
    pub fn new(kafka: KafkaSettings, database: impl Into<PathBuf>, webhook: impl Into<String>) -> Self {
        Self {
            service: ServiceSettings::new(Self::NAME, kafka, &TOPICS),
            database: database.into(),
            webhook: webhook.into(),
            listen: listen(),
            settling_ms: settling_ms(),
        }
    }
}

/// This machine only: who serves others says so.
fn listen() -> String {
    "127.0.0.1:0".into()
}

/// More than the topics of one order are apart while all services keep up, and nothing that a customer notices.
fn settling_ms() -> u64 {
    300
}
