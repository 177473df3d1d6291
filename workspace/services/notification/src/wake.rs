//! Tells the courier that messages wait.

use std::sync::Arc;

use tokio::sync::Notify;

/// Wakes the courier; notices while it is awake count as one. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wake(Arc<Notify>);

impl Wake {
    /// Messages may wait.
    pub(crate) fn notify(&self) {
        self.0.notify_one();
    }

    /// Waits for a notice since the last wait.
    pub(crate) async fn notified(&self) {
        self.0.notified().await;
    }
}
