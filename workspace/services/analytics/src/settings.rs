//! What the analytics service can be told.

use std::path::PathBuf;

use palinode_participant::{KafkaSettings, ServiceSettings};
use serde::{Deserialize, Serialize};

use crate::TOPICS;

/// Settings of the analytics service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name, Kafka, batches. Topics: outcomes and all with events.
    pub service: ServiceSettings,
    /// The file of the database, made when it is not there.
    pub database: PathBuf,
    /// Where the report, health and metrics are served (`host:port`, port 0 for any).
    #[serde(default = "listen")]
    pub listen: String,
}

impl Settings {
    /// The service's usual name.
    pub const NAME: &'static str = "analytics";

    /// Settings under the usual name, with defaults for the rest.
    pub fn new(kafka: KafkaSettings, database: impl Into<PathBuf>) -> Self {
        Self {
            service: ServiceSettings::new(Self::NAME, kafka, &TOPICS),
            database: database.into(),
            listen: listen(),
        }
    }
}

/// This machine only: who serves others says so.
fn listen() -> String {
    "127.0.0.1:0".into()
}
