//! Reading by manual assignment: the inputs of a task, or its journal.
//!
//! # Wake-ups
//! librdkafka calls back when the consumer's queue goes from empty to not empty, and only then. So none is lost as
//! long as every poll either empties the queue or calls `wake` itself: a poll that stops at its limits does the
//! latter, and one that meets a log line or an error, after which rdkafka returns as if nothing were there, looks
//! again. A wake-up may come for an event that is no record.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    types::RDKafkaErrorCode as Code,
};

use super::{
    close::drop_aside,
    context::ReaderContext,
    failure,
    take::{self, Names},
};
use crate::{Consumed, Error, Paused, PollLimits, TopicPartition};

/// How long librdkafka may take to forget the positions of a replaced assignment: an exchange between its threads.
const FORGET_TIMEOUT: Duration = Duration::from_secs(5);
const FORGET_LOOK: Duration = Duration::from_micros(200);

/// What `wake` of [`Log::open`](crate::Log::open) is here.
pub(super) type Wake = Arc<dyn Fn() + Send + Sync>;

/// A consumer with its inputs. Dropping it does not wait.
pub(super) struct Reader {
    /// None only while it is dropped.
    consumer: Option<BaseConsumer<ReaderContext>>,
    inputs: Vec<Input>,
    names: Names,
    wake: Option<Wake>,
    failed: Option<ReadFailure>,
}

struct Input {
    source: TopicPartition,
    /// The offset after the last record that was handed out.
    next: i64,
}

/// Why reading cannot go on; librdkafka does not say which input it means.
#[derive(Clone, Debug)]
pub(super) struct ReadFailure {
    pub(super) code: Code,
    pub(super) reason: String,
}

impl Reader {
    pub(super) fn create(config: &ClientConfig, wake: Option<Wake>) -> Result<Self, Error> {
        let mut consumer: BaseConsumer<ReaderContext> = config
            .create_with_context(ReaderContext::default())
            .map_err(|error| failure::environment(&error, "making a consumer"))?;
        if let Some(wake) = wake.clone() {
            consumer.set_nonempty_callback(move || wake());
        }
        Ok(Self {
            consumer: Some(consumer),
            inputs: Vec::new(),
            names: Names::default(),
            wake,
            failed: None,
        })
    }

    fn consumer(&self) -> Result<&BaseConsumer<ReaderContext>, Error> {
        self.consumer.as_ref().ok_or_else(|| Error::Refused {
            what: "the consumer is closed".into(),
        })
    }

    /// Reads these from here on, and nothing else.
    pub(super) fn assign(&mut self, positions: &[(TopicPartition, i64)]) -> Result<(), Error> {
        let consumer = self.consumer()?;
        let mut list = TopicPartitionList::with_capacity(positions.len());
        for (source, next) in positions {
            list.add_partition_offset(&source.topic, source.partition, Offset::Offset(*next))
                .map_err(|error| failure::environment(&error, "assigning an input"))?;
        }
        consumer
            .assign(&list)
            .map_err(|error| failure::environment(&error, "assigning the inputs"))?;
        forget_positions(consumer)?;
        self.failed = None;
        self.inputs = positions
            .iter()
            .map(|(source, next)| Input {
                source: source.clone(),
                next: *next,
            })
            .collect();
        Ok(())
    }

    pub(super) fn set_paused(&mut self, inputs: &[TopicPartition], paused: Paused) -> Result<(), Error> {
        let mut list = TopicPartitionList::with_capacity(inputs.len());
        for input in inputs {
            list.add_partition(&input.topic, input.partition);
        }
        let consumer = self.consumer()?;
        match paused {
            Paused::Yes => consumer.pause(&list),
            Paused::No => consumer.resume(&list),
        }
        .map_err(|error| failure::environment(&error, "pausing or resuming inputs"))
    }

    /// Appends what is there, at most `limits`, waiting at most `wait` for the first record. A failure that comes
    /// after records is told by the next call.
    pub(super) fn poll(
        &mut self,
        limits: PollLimits,
        wait: Duration,
        into: &mut Vec<Consumed>,
    ) -> Result<(), ReadFailure> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let Self {
            consumer,
            inputs,
            names,
            wake,
            failed,
        } = self;
        let Some(consumer) = consumer else { return Ok(()) };
        let context = consumer.context();
        let (deadline, before) = (Instant::now() + wait, into.len());
        let mut bytes = 0;
        loop {
            let taken = into.len() - before;
            if taken >= limits.records_max || bytes >= limits.bytes_max {
                if let Some(wake) = wake {
                    wake();
                }
                return Ok(());
            }
            let patience = if taken == 0 {
                deadline.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            let events = context.events();
            match consumer.poll(patience) {
                Some(Ok(message)) => {
                    // What was fetched for an earlier assignment is not handed out.
                    let known = inputs.iter_mut().find(|input| {
                        input.source.partition == message.partition() && *input.source.topic == *message.topic()
                    });
                    if let Some(input) = known.filter(|input| message.offset() >= input.next) {
                        let size = take::size(&message);
                        input.next = message.offset() + 1;
                        bytes += size;
                        into.push(take::take(&message, input.source.clone(), size, names));
                    }
                }
                Some(Err(error)) => {
                    if let Some(failure) = read_failure(&error, context) {
                        if taken == 0 {
                            return Err(failure);
                        }
                        *failed = Some(failure);
                        return Ok(());
                    }
                }
                None if context.events() != events => {}
                None if patience.is_zero() => return Ok(()),
                None => {}
            }
        }
    }

    /// The position of each input: after the last record handed out, or further when markers and aborted records
    /// followed it.
    pub(super) fn positions(&self) -> Result<Vec<(TopicPartition, i64)>, Error> {
        if self.inputs.is_empty() {
            return Ok(Vec::new());
        }
        let known = self
            .consumer()?
            .position()
            .map_err(|error| failure::environment(&error, "reading positions"))?;
        let elements = known.elements();
        Ok(self
            .inputs
            .iter()
            .map(|Input { source, next }| {
                let further = elements
                    .iter()
                    .find(|element| element.partition() == source.partition && element.topic() == &*source.topic)
                    .and_then(|element| match element.offset() {
                        Offset::Offset(offset) => Some(offset),
                        _ => None,
                    });
                (source.clone(), further.map_or(*next, |offset| offset.max(*next)))
            })
            .collect())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Closing takes 100 ms and more, and has been seen to hang; nobody waits for it.
        if let Some(consumer) = self.consumer.take() {
            drop_aside(consumer, "close-reader");
        }
    }
}

/// librdkafka keeps the position of a partition until its thread has ended the assignment before. A position can
/// otherwise change only by our own polls, so once it is unknown it is that of the assignment in force.
fn forget_positions(consumer: &BaseConsumer<ReaderContext>) -> Result<(), Error> {
    let deadline = Instant::now() + FORGET_TIMEOUT;
    loop {
        let known = consumer
            .position()
            .map_err(|error| failure::environment(&error, "reading positions"))?;
        if known
            .elements()
            .iter()
            .all(|element| !matches!(element.offset(), Offset::Offset(_)))
        {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(Error::Unavailable {
                what: "the assignment before does not end".into(),
            });
        }
        thread::sleep(FORGET_LOOK);
    }
}

/// What the error means for reading on; none when the client goes on by itself.
fn read_failure(error: &KafkaError, context: &ReaderContext) -> Option<ReadFailure> {
    let code = error.rdkafka_error_code()?;
    if failure::is_transient(code) || code == Code::PartitionEOF {
        return None;
    }
    Some(ReadFailure {
        code,
        reason: context.reason(),
    })
}
