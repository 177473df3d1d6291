//! The wish that a service ends.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};

/// A flag that threads look at and wait on. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    requested: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Stop {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks all that share the flag to end.
    pub fn request(&self) {
        let _guard = self.inner.lock.lock();
        self.inner.requested.store(true, Ordering::Release);
        self.inner.changed.notify_all();
    }

    /// Whether the end was asked for.
    pub fn is_requested(&self) -> bool {
        self.inner.requested.load(Ordering::Acquire)
    }

    /// Waits until the end is asked for, at most `wait`; whether it was.
    pub fn wait(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        let mut guard = self.inner.lock.lock();
        while !self.is_requested() {
            if self.inner.changed.wait_until(&mut guard, until).timed_out() {
                return self.is_requested();
            }
        }
        true
    }
}
