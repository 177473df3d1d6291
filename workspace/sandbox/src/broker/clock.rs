//! The broker's time: the machine's, and how far it was moved.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::{Duration, Instant, SystemTime};

use palinode_broker::Timestamp;
use tokio::sync::Notify;

/// Where a clock begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begins {
    /// How many milliseconds it is ahead of the machine's; behind, if less than none.
    pub moved_ms: i64,
    /// How much further the time of written records is.
    pub records_ahead: Duration,
}

/// The broker's clock. It never goes back, even when the machine's does.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Hands>);

#[derive(Debug)]
struct Hands {
    started: Instant,
    started_at_ms: i64,
    moved_ms: AtomicI64,
    /// How much further the time of written records is.
    records_ahead_ms: AtomicI64,
    /// Told when the clock was moved, so that what has become due happens.
    moved: Notify,
}

impl Clock {
    /// A clock that begins this far from the machine's time.
    pub(super) fn new(begins: Begins) -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self(Arc::new(Hands {
            started: Instant::now(),
            started_at_ms: millis(since_epoch.unwrap_or_default()),
            moved_ms: AtomicI64::new(begins.moved_ms),
            records_ahead_ms: AtomicI64::new(millis(begins.records_ahead)),
            moved: Notify::new(),
        }))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        let hands = &*self.0;
        let moved_ms = hands.moved_ms.load(Ordering::SeqCst);
        Timestamp(hands.started_at_ms + millis(hands.started.elapsed()) + moved_ms)
    }

    /// Moves the clock forward. What falls due on the way happens at once, with the new time.
    pub fn advance(&self, span: Duration) {
        self.0.moved_ms.fetch_add(millis(span), Ordering::SeqCst);
        self.0.moved.notify_one();
    }

    /// How much further the time of written records is.
    pub fn records_ahead(&self) -> Duration {
        Duration::from_millis(self.0.records_ahead_ms.load(Ordering::SeqCst).unsigned_abs())
    }

    /// How far it is behind the machine's: a clock that goes on in the past.
    pub(super) fn behind(&self) -> Duration {
        let moved_ms = self.0.moved_ms.load(Ordering::SeqCst);
        Duration::from_millis(moved_ms.min(0).unsigned_abs())
    }

    /// Moves the time that records are written at forward, and nothing else: a leap of days ends no member's session, no
    /// transaction and no long poll, and no retention. For those who move time for their own timers.
    pub fn advance_records(&self, span: Duration) {
        self.0.records_ahead_ms.fetch_add(millis(span), Ordering::SeqCst);
    }

    /// How far the clock was moved.
    pub fn moved(&self) -> Duration {
        Duration::from_millis(self.0.moved_ms.load(Ordering::SeqCst).max(0).unsigned_abs())
    }

    /// Resolves when the clock was moved.
    pub(super) async fn was_moved(&self) {
        self.0.moved.notified().await;
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
