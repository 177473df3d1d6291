//! The registry that all requests use.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::task::spawn_blocking;

use crate::{Error, Registry, Result};

/// What every request uses.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Registry>>);

impl Shared {
    pub(super) fn new(registry: Registry) -> Shared {
        Shared(Arc::new(Mutex::new(registry)))
    }

    /// Asks or changes the registry, on a thread that may wait for its journal. A change waits with the lock held: it
    /// is rare, and the order counts.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Registry) -> Result<T> + Send + 'static,
    {
        let registry = self.0.clone();
        spawn_blocking(move || work(&mut registry.lock()))
            .await
            .unwrap_or(Err(Error::ShuttingDown))
    }
}
