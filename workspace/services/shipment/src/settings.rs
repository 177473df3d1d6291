//! What the service can be told.

use std::path::PathBuf;

use palinode_participant::ServiceSettings;
use serde::{Deserialize, Serialize};

/// Settings of the shipment service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name, Kafka, batches. Topics: `shipments.commands`.
    pub service: ServiceSettings,
    /// The database file; without it the data lives in memory and ends with the process.
    #[serde(default)]
    pub database: Option<PathBuf>,
    /// Where the HTTP side listens (`host:port`, port 0 for any).
    #[serde(default = "listen")]
    pub listen: String,
}

impl Settings {
    /// The topic of the service's commands.
    pub const COMMANDS: &'static str = "shipments.commands";

    /// Settings with defaults for the business.
    pub fn new(service: ServiceSettings) -> Self {
        Self {
            service,
            database: None,
            listen: listen(),
        }
    }
}

fn listen() -> String {
    "127.0.0.1:0".into()
}
