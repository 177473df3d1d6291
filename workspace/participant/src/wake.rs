//! The clock, and a flag by which one thread wakes another.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use palinode_core::Timestamp;
use parking_lot::{Condvar, Mutex};

/// The wall clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A flag that wakes the thread that waits on it. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wake {
    inner: Arc<(Mutex<bool>, Condvar)>,
}

impl Wake {
    /// Wakes the waiting thread, or the next that waits.
    pub(crate) fn notify(&self) {
        *self.inner.0.lock() = true;
        self.inner.1.notify_one();
    }

    /// Waits for a call of `notify` since the last wait, at most `wait`.
    pub(crate) fn wait(&self, wait: Duration) {
        let mut woken = self.inner.0.lock();
        if !*woken {
            self.inner.1.wait_for(&mut woken, wait);
        }
        *woken = false;
    }
}
