//! What the service can be told.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use palinode_participant::ServiceSettings;
use serde::{Deserialize, Serialize};

/// Settings of the warehouse service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name, Kafka, batches. Topics: `warehouse.commands`.
    pub service: ServiceSettings,
    /// The database file; without it the data lives in memory and ends with the process.
    #[serde(default)]
    pub database: Option<PathBuf>,
    /// Where the HTTP side listens (`host:port`, port 0 for any).
    #[serde(default = "listen")]
    pub listen: String,
    /// What is in stock when the database is new: article and pieces.
    #[serde(default)]
    pub stock: BTreeMap<String, i32>,
    /// Orders that are packed at the same time at the most.
    #[serde(default = "pickers")]
    pub pickers: u32,
    /// How long a picker packs an order, in milliseconds.
    #[serde(default = "packing_millis")]
    pub packing_millis: u64,
}

impl Settings {
    /// The topic of the service's commands.
    pub const COMMANDS: &'static str = "warehouse.commands";

    /// Settings with defaults for the business and no stock.
    pub fn new(service: ServiceSettings) -> Self {
        Self {
            service,
            database: None,
            listen: listen(),
            stock: BTreeMap::new(),
            pickers: pickers(),
            packing_millis: packing_millis(),
        }
    }
}

/// How fast the warehouse packs; it can be changed at run time. Clones share it.
#[derive(Clone, Debug)]
pub struct Pace {
    inner: Arc<(AtomicU32, AtomicU64)>,
}

impl Pace {
    /// So many pickers, each so long at an order.
    pub fn new(pickers: u32, packing_millis: u64) -> Self {
        Self {
            inner: Arc::new((AtomicU32::new(pickers), AtomicU64::new(packing_millis))),
        }
    }

    /// Orders that are packed at the same time at the most.
    pub fn pickers(&self) -> u32 {
        self.inner.0.load(Ordering::Relaxed)
    }

    /// How long a picker packs an order.
    pub fn packing(&self) -> Duration {
        Duration::from_millis(self.inner.1.load(Ordering::Relaxed))
    }

    /// Changes the pace, for orders whose packing has not begun.
    pub fn set(&self, pickers: u32, packing_millis: u64) {
        self.inner.0.store(pickers, Ordering::Relaxed);
        self.inner.1.store(packing_millis, Ordering::Relaxed);
    }
}

fn listen() -> String {
    "127.0.0.1:0".into()
}

/// A small team.
fn pickers() -> u32 {
    8
}

/// Quick enough for a demo to watch.
fn packing_millis() -> u64 {
    20
}
