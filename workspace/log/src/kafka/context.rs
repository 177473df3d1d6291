//! What librdkafka tells beside records: log lines and errors of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use rdkafka::{ClientContext, Statistics, config::RDKafkaLogLevel, consumer::ConsumerContext, error::KafkaError};

/// The context of a reader. It counts what its queue held beside records, because a poll that met such an event
/// returns nothing although records may stand behind it.
#[derive(Default)]
pub(super) struct ReaderContext {
    events: AtomicU64,
    reason: Mutex<String>,
}

impl ReaderContext {
    /// How many events, other than records, were taken from the queue so far.
    pub(super) fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// The words that came with the last error.
    pub(super) fn reason(&self) -> String {
        self.reason.lock().clone()
    }

    fn count(&self) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }
}

impl ClientContext for ReaderContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.count();
        trace_line(level, facility, message);
    }

    fn stats(&self, _: Statistics) {
        self.count();
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.count();
        tracing::debug!(%error, reason, "a reader reports an error");
        reason.clone_into(&mut self.reason.lock());
    }
}

impl ConsumerContext for ReaderContext {}

/// The context of a client that nobody listens to.
pub(super) struct QuietContext;

impl ClientContext for QuietContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        trace_line(level, facility, message);
    }

    fn stats(&self, _: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "a client reports an error");
    }
}

impl ConsumerContext for QuietContext {}

/// A log line of librdkafka. Its errors are warnings here: what they mean for the task is said by the call that fails.
pub(super) fn trace_line(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error
        | RDKafkaLogLevel::Warning => tracing::warn!(facility, "{message}"),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
            tracing::debug!(facility, "{message}");
        }
    }
}
