//! The thread that takes a producer's delivery reports.
//!
//! rdkafka's own polling thread wakes ten times a second for ever; with three producers a task that is a load of its
//! own. This one sleeps while no transaction is open.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use rdkafka::producer::BaseProducer;

use super::deliveries::DeliveryContext;
use crate::Error;

/// rdkafka's poll stays its whole time even when reports came, each of which is passed on at once; so this is how
/// long the thread looks on after the last transaction, and the longest that a retired producer lives on. The last
/// millisecond of it is spent spinning, because librdkafka waits in whole ones: so it is not short.
const LOOK: Duration = Duration::from_secs(1);
/// How often an idle producer's log lines and errors are fetched.
const IDLE: Duration = Duration::from_secs(2);

/// Polls a producer until it is dropped. The drop does not wait: the thread drops its share of the producer, which
/// can take a while, after the owner has gone on.
pub(super) struct Poller {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    busy: AtomicBool,
    stopped: AtomicBool,
}

impl Poller {
    pub(super) fn start(producer: Arc<BaseProducer<DeliveryContext>>, name: String) -> Result<Self, Error> {
        let shared = Arc::new(Shared::default());
        let handle = thread::Builder::new()
            .name(name)
            .spawn({
                let shared = Arc::clone(&shared);
                move || run(&producer, &shared)
            })
            .map_err(|error| Error::Refused {
                what: format!("no thread for a producer: {error}"),
            })?;
        Ok(Self {
            shared,
            thread: handle.thread().clone(),
        })
    }

    /// A transaction begins: reports are waited for.
    pub(super) fn wake(&self) {
        if !self.shared.busy.swap(true, Ordering::AcqRel) {
            self.thread.unpark();
        }
    }

    /// The transaction has ended.
    pub(super) fn rest(&self) {
        self.shared.busy.store(false, Ordering::Release);
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

fn run(producer: &BaseProducer<DeliveryContext>, shared: &Shared) {
    while !shared.stopped.load(Ordering::Acquire) {
        if shared.busy.load(Ordering::Acquire) {
            producer.poll(LOOK);
        } else {
            producer.poll(Duration::ZERO);
            thread::park_timeout(IDLE);
        }
    }
}
