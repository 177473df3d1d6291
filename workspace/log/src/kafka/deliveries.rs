//! The delivery reports of one producer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use rdkafka::{
    ClientContext, Message, Statistics, config::RDKafkaLogLevel, error::KafkaError, message::DeliveryResult,
    producer::ProducerContext, types::RDKafkaErrorCode as Code,
};

use super::{context::trace_line, failure};

/// What is known of the open transaction's records.
#[derive(Default)]
struct State {
    /// Records handed over, or about to be, that have no report.
    outstanding: usize,
    journal_offset: Option<i64>,
    failure: Option<Failure>,
    /// A topic that librdkafka named in its log when the transaction could not be extended to it.
    blamed: Option<Arc<str>>,
    /// Somebody waits for room in the queue, not for the last report.
    room_wanted: bool,
    /// Somebody waits until no more records than these have no report.
    left_wanted: usize,
}

/// The first record that was not delivered; a real cause replaces a record that was only thrown away after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) record: usize,
    pub(super) code: Code,
}

/// How waiting for the reports ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    All { journal_offset: Option<i64> },
    Failed(Failure),
    TimedOut,
}

/// The context of a producer: collects its delivery reports.
pub(super) struct DeliveryContext {
    journal: Arc<str>,
    task: i32,
    state: Mutex<State>,
    changed: Condvar,
    /// When librdkafka last said that it lost a connection.
    connection_lost: Mutex<Option<Instant>>,
}

impl DeliveryContext {
    /// The context of a producer of task `task`, whose journal is `journal`.
    pub(super) fn new(journal: Arc<str>, task: i32) -> Self {
        Self {
            journal,
            task,
            state: Mutex::default(),
            changed: Condvar::new(),
            connection_lost: Mutex::default(),
        }
    }

    /// A transaction of `records` records begins.
    pub(super) fn begin(&self, records: usize) {
        *self.state.lock() = State {
            outstanding: records,
            ..State::default()
        };
    }

    /// Waits for the reports of all records but `left`, or for the first bad one.
    pub(super) fn wait(&self, left: usize, deadline: Instant) -> Delivered {
        let mut state = self.state.lock();
        state.left_wanted = left;
        loop {
            if let Some(failure) = &state.failure {
                return Delivered::Failed(failure.clone());
            }
            if state.outstanding <= left {
                return Delivered::All {
                    journal_offset: state.journal_offset,
                };
            }
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                return Delivered::TimedOut;
            }
        }
    }

    /// Waits for any report, so that there is room for further records.
    pub(super) fn wait_for_room(&self, at_most: Duration) {
        let mut state = self.state.lock();
        state.room_wanted = true;
        self.changed.wait_for(&mut state, at_most);
        state.room_wanted = false;
    }

    /// Whether librdkafka said within this time that it lost a connection.
    pub(super) fn has_lost_connection(&self, within: Duration) -> bool {
        self.connection_lost.lock().is_some_and(|lost| lost.elapsed() <= within)
    }

    /// The topic that the log named, when a transaction could not be extended to it.
    pub(super) fn blamed(&self) -> Option<Arc<str>> {
        self.state.lock().blamed.clone()
    }
}

impl ClientContext for DeliveryContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        trace_line(level, facility, message);
        if let Some(topic) = unadded_topic(message) {
            self.state.lock().blamed.get_or_insert_with(|| topic.into());
        }
        if is_lost_connection(facility, message) {
            *self.connection_lost.lock() = Some(Instant::now());
        }
    }

    fn stats(&self, _: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "a producer reports an error");
    }
}

impl ProducerContext for DeliveryContext {
    /// The record's place in its transaction.
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, record: usize) {
        let mut state = self.state.lock();
        state.outstanding = state.outstanding.saturating_sub(1);
        match result {
            Ok(message) => {
                if message.partition() == self.task && message.topic() == &*self.journal {
                    state.journal_offset = state.journal_offset.max(Some(message.offset()));
                }
            }
            Err((error, _)) => {
                let code = error.rdkafka_error_code().unwrap_or(Code::Unknown);
                if state
                    .failure
                    .as_ref()
                    .is_none_or(|known| failure::is_purged(known.code))
                {
                    state.failure = Some(Failure { record, code });
                }
            }
        }
        if state.outstanding <= state.left_wanted || state.failure.is_some() || state.room_wanted {
            self.changed.notify_all();
        }
    }
}

/// The topic in librdkafka's line 'Failed to add partition "topic" [3] to transaction: why': the only place where it
/// names the topic that an access rule refuses. Other lines, and those of a version that words it otherwise, name none; nor
/// do those of the partitions that were not tried because of the one that was refused.
fn unadded_topic(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("Failed to add partition \"")?;
    let (topic, why) = rest.split_once('"')?;
    (!why.contains(NOT_ATTEMPTED)).then_some(topic)
}

/// Whether librdkafka's line says that a connection which may have carried requests has ended.
fn is_lost_connection(facility: &str, line: &str) -> bool {
    facility == "FAIL" && !line.contains(NOT_CONNECTED)
}

/// librdkafka's words for a connection that was refused: nothing was under way on it.
const NOT_CONNECTED: &str = ": Connect to ";
/// librdkafka's words for `OPERATION_NOT_ATTEMPTED`.
const NOT_ATTEMPTED: &str = "Operation not attempted";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_topic_that_may_not_be_written() {
        let line = "[thrd:main]: 127.0.0.1:9092/1: Failed to add partition \"payments.commands\" [3] to transaction: \
                    Broker: Topic authorization failed";
        assert_eq!(unadded_topic(line), Some("payments.commands"));
        let untried = line.replace("Topic authorization failed", "Operation not attempted");
        assert_eq!(unadded_topic(&untried), None);
        assert_eq!(unadded_topic("127.0.0.1:9092/1: Disconnected"), None);
    }

    #[test]
    fn a_lost_connection_is_told_from_one_that_was_refused() {
        let lost = "[thrd:TxnCoordinator]: TxnCoordinator: 127.0.0.1:9092: Disconnected (after 5ms in state UP)";
        let refused =
            "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused";
        assert!(is_lost_connection("FAIL", lost));
        assert!(!is_lost_connection("FAIL", refused));
        assert!(!is_lost_connection("REQTMOUT", lost));
        let context = DeliveryContext::new("journal".into(), 0);
        assert!(!context.has_lost_connection(Duration::from_secs(1)));
        context.log(RDKafkaLogLevel::Info, "FAIL", lost);
        assert!(context.has_lost_connection(Duration::from_secs(1)));
    }

    #[test]
    fn waits_no_longer_than_told() {
        let context = DeliveryContext::new("journal".into(), 0);
        context.begin(1);
        assert_eq!(
            context.wait(0, Instant::now() + Duration::from_millis(1)),
            Delivered::TimedOut
        );
    }
}
