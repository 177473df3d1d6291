//! What the order service can be told.

use std::{path::PathBuf, time::Duration};

use palinode_participant::{KafkaSettings, ServiceSettings};
use serde::{Deserialize, Serialize};

use crate::STATUS_TOPIC;

/// Settings of the order service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name, Kafka, batches. Topics: `orders.status`.
    pub service: ServiceSettings,
    /// The file of the database, made when it is not there.
    pub database: PathBuf,
    /// Where HTTP is served (`host:port`, port 0 for any).
    #[serde(default = "listen")]
    pub listen: String,
    /// Hours from an order to the delivery time that the customer is promised.
    #[serde(default = "delivery_promise_hours")]
    pub delivery_promise_hours: u32,
}

impl Settings {
    /// The service's usual name.
    pub const NAME: &'static str = "order";

    /// Settings under the usual name, with defaults for the rest.
    pub fn new(kafka: KafkaSettings, database: impl Into<PathBuf>) -> Self {
        Self {
            service: ServiceSettings::new(Self::NAME, kafka, &[STATUS_TOPIC]),
            database: database.into(),
            listen: listen(),
            delivery_promise_hours: delivery_promise_hours(),
        }
    }

    /// The promise as a duration.
    pub fn delivery_promise(&self) -> Duration {
        Duration::from_secs(u64::from(self.delivery_promise_hours) * 3_600)
    }
}

/// This machine only: who serves others says so.
fn listen() -> String {
    "127.0.0.1:0".into()
}

/// Two days.
fn delivery_promise_hours() -> u32 {
    48
}
