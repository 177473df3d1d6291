//! Ending clients without the waits of rdkafka.

use std::{
    thread,
    time::{Duration, Instant},
};

use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use tracing::subscriber::NoSubscriber;

/// How long a consumer's end is waited for; it reads by itself and has no group that it would have to leave.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one look takes whether it has ended. A drop of rdkafka looks for 100 ms at a time.
const LOOK: Duration = Duration::from_millis(1);

/// Ends a consumer that reads by manual assignment, in some milliseconds.
pub(super) fn close<C: ConsumerContext>(consumer: BaseConsumer<C>) {
    if consumer.close_queue().is_ok() {
        let end = Instant::now() + CLOSE_TIMEOUT;
        while !consumer.closed() && Instant::now() < end {
            consumer.poll(LOOK);
        }
    }
    // It closes once more, and would log as an error that it is closed.
    tracing::subscriber::with_default(NoSubscriber::default(), || drop(consumer));
}

/// Drops what takes its time to end on a thread of its own; nobody waits for it.
pub(super) fn drop_aside<T: Send + 'static>(client: T, thread_name: &str) {
    let spawned = thread::Builder::new()
        .name(thread_name.into())
        .spawn(move || drop(client));
    if let Err(error) = spawned {
        tracing::warn!(%error, thread_name, "no thread to close a client on: it was closed in place");
    }
}
