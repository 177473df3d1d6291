//! The tasks' clock: the machine's, and how far it was moved.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use palinode_core::Timestamp;

/// The clock that timers are compared with. Clones are one clock. In production nobody moves it; the sandbox does, so that
/// a deadline of days passes in a moment.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The time.
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(millis(since).saturating_add(self.0.load(Ordering::SeqCst)))
    }

    /// Moves the clock forward. A task notices when it looks next, a second later at the most.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(millis(span), Ordering::SeqCst);
    }

    /// A clock that is so many milliseconds ahead of the machine's; behind it, if less than none.
    pub fn moved_by(millis: i64) -> Self {
        Self(Arc::new(AtomicI64::new(millis)))
    }

    /// By how many milliseconds it is ahead of the machine's.
    pub fn moved_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Clock {}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_moved_together() {
        let clock = Clock::default();
        let (clone, before) = (clock.clone(), clock.now());

        clock.advance(Duration::from_secs(3 * 24 * 3600));

        assert!(clone.now().0 >= before.0 + 3 * 24 * 3_600_000);
        assert_eq!(clone.moved_ms(), 3 * 24 * 3_600_000);
    }

    #[test]
    fn a_clock_may_go_on_in_the_past() {
        let clock = Clock::moved_by(-60_000);

        clock.advance(Duration::from_secs(10));

        assert_eq!(clock.moved_ms(), -50_000);
        assert!(clock.now() < Clock::default().now());
    }
}
