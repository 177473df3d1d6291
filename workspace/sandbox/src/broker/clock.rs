//! The broker's time: the machine's, and how far it was moved.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::{Duration, Instant, SystemTime};

use palinode_broker::Timestamp;
use tokio::sync::Notify;

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
    /// A clock that shows the machine's time.
    pub(super) fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self(Arc::new(Hands {
            started: Instant::now(),
            started_at_ms: millis(since_epoch.unwrap_or_default()),
            moved_ms: AtomicI64::new(0),
            records_ahead_ms: AtomicI64::new(0),
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

    /// The time that records are written at.
    pub(super) fn now_for_records(&self) -> Timestamp {
        Timestamp(self.now().0 + self.0.records_ahead_ms.load(Ordering::SeqCst))
    }

    /// Moves the time that records are written at forward, and nothing else: a leap of days ends no member's session, no
    /// transaction and no long poll, and no retention. For those who move time for their own timers.
    pub fn advance_records(&self, span: Duration) {
        self.0.records_ahead_ms.fetch_add(millis(span), Ordering::SeqCst);
    }

    /// How far the clock was moved.
    pub fn moved(&self) -> Duration {
        Duration::from_millis(self.0.moved_ms.load(Ordering::SeqCst).unsigned_abs())
    }

    /// Resolves when the clock was moved.
    pub(super) async fn was_moved(&self) {
        self.0.moved.notified().await;
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
