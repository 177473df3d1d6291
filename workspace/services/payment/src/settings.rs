//! What the service can be told.

use std::{collections::BTreeSet, path::PathBuf};

use palinode_participant::ServiceSettings;
use serde::{Deserialize, Serialize};

/// Settings of the payment service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name, Kafka, batches. Topics: `payments.commands`.
    pub service: ServiceSettings,
    /// The database file; without it the data lives in memory and ends with the process.
    #[serde(default)]
    pub database: Option<PathBuf>,
    /// Where the HTTP side listens (`host:port`, port 0 for any).
    #[serde(default = "listen")]
    pub listen: String,
    /// What an account holds that is opened by its first payment, in minor units.
    #[serde(default = "first_balance_minor")]
    pub first_balance_minor: i64,
    /// Customers whose bank refuses, beside those whose id begins with `refused-`.
    #[serde(default)]
    pub refused_customers: BTreeSet<String>,
}

impl Settings {
    /// The topic of the service's commands.
    pub const COMMANDS: &'static str = "payments.commands";

    /// Settings with defaults for the business.
    pub fn new(service: ServiceSettings) -> Self {
        Self {
            service,
            database: None,
            listen: listen(),
            first_balance_minor: first_balance_minor(),
            refused_customers: BTreeSet::new(),
        }
    }
}

fn listen() -> String {
    "127.0.0.1:0".into()
}

/// Ten thousand of a currency with two decimals: enough for a customer's orders in a demo.
fn first_balance_minor() -> i64 {
    1_000_000
}
