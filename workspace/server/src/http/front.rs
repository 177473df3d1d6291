//! What the handlers work with: first only what a start waits for, then the tasks.

use std::sync::{Arc, OnceLock};

use metrics_exporter_prometheus::PrometheusHandle;
use palinode_engine::{Node, cycle::Shared};
use palinode_log::Outages;
use palinode_store::Stores;
use parking_lot::Mutex;

use crate::{definitions::Shelf, members::Board};

/// The tasks and what belongs to them.
pub(crate) struct App<St: Stores> {
    pub(crate) node: Arc<Node>,
    pub(crate) shared: Arc<Shared<St>>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) members: Arc<Board>,
}

/// What the handlers work with.
pub(crate) struct Front<St: Stores> {
    pub(super) metrics: PrometheusHandle,
    pub(super) outages: Outages,
    app: OnceLock<App<St>>,
    waits_for: Mutex<String>,
}

impl<St: Stores> Front<St> {
    /// The front of a node that is about to start.
    pub(crate) fn new(metrics: PrometheusHandle, outages: Outages) -> Self {
        Self {
            metrics,
            outages,
            app: OnceLock::new(),
            waits_for: Mutex::new("brokers and registry are being asked".into()),
        }
    }

    /// The start waits, because of this.
    pub(crate) fn waits_for(&self, reason: String) {
        *self.waits_for.lock() = reason;
    }

    /// The tasks are there.
    pub(crate) fn begin(&self, app: App<St>) {
        // A node starts once.
        let _ = self.app.set(app);
    }

    /// The tasks, once they are there; before, what the start waits for.
    pub(super) fn app(&self) -> Result<&App<St>, String> {
        self.app
            .get()
            .ok_or_else(|| format!("the node is starting: {}", self.waits_for.lock()))
    }
}
