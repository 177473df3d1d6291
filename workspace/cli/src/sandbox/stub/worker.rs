//! The thread of the stubs: commands in, replies out, and outcomes counted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::Context;
use bytes::Bytes;
use palinode_engine::Clock;
use palinode_wire::{Schemas, headers::MessageHeaders, outcome::OutcomeRecord, typed::RecordCodec};
use parking_lot::Mutex;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{BorrowedMessage, Headers},
};

use super::{Asked, Desk, Sagas, Stub, asked, reply::Command};
use crate::sandbox::senders::Sender;

/// The group under whose name the positions are kept. Its partitions are not shared out.
const GROUP: &str = "palinode-sandbox";
/// Where the orchestrator tells how sagas ended.
const OUTCOMES: &str = "palinode.outcomes";
/// The word of an outcome record for a saga that ended as wanted.
const COMPLETED: &str = "COMPLETED";
/// The longest wait: how soon a stop or a change is noticed.
const LOOK: Duration = Duration::from_millis(50);

/// What the stubs read.
pub(in super::super) struct TopicsRead<'a> {
    pub(in super::super) bootstrap: &'a str,
    pub(in super::super) stubs: &'a std::collections::BTreeMap<Asked, Stub>,
    pub(in super::super) partitions: i32,
}

/// The running stubs.
pub(in super::super) struct Workers {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
struct Worker {
    consumer: BaseConsumer,
    sender: Arc<Sender>,
    desk: Arc<Mutex<Desk>>,
    sagas: Arc<Mutex<Sagas>>,
    clock: Clock,
    schemas: Arc<Schemas>,
    outcomes: RecordCodec,
}

impl Workers {
    /// Starts the stubs.
    pub(in super::super) fn start(
        read: &TopicsRead<'_>,
        schemas: Arc<Schemas>,
        sender: Arc<Sender>,
        desk: Arc<Mutex<Desk>>,
        sagas: Arc<Mutex<Sagas>>,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", read.bootstrap)
            .set("group.id", GROUP)
            .set("auto.offset.reset", "earliest")
            .set("isolation.level", "read_committed")
            .set("socket.nagle.disable", "true")
            .create()
            .context("the stubs' consumer could not be made")?;
        let mut list = TopicPartitionList::new();
        for topic in asked::topics(read.stubs).into_iter().chain([OUTCOMES]) {
            for partition in 0..read.partitions {
                list.add_partition_offset(topic, partition, Offset::Stored)?;
            }
        }
        consumer.assign(&list)?;
        let outcome = schemas
            .id_of(palinode_wire::own::OUTCOME.name)
            .context("the schema of outcomes is missing")?;
        let worker = Worker {
            consumer,
            sender,
            desk,
            sagas,
            clock,
            schemas,
            outcomes: OutcomeRecord::codec(outcome)?,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("stubs".into())
            .spawn(move || worker.run(&stopped))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Ends the stubs; commands that wait for an answer are asked again by the orchestrator.
    pub(in super::super) fn stop(mut self) {
        self.stop.store(true, Ordering::Release);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the stubs panicked");
        }
    }
}

impl Worker {
    fn run(self, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            let now = Instant::now();
            let due = self.desk.lock().next_due();
            let wait = due.map_or(LOOK, |due| due.saturating_duration_since(now).min(LOOK));
            match self.consumer.poll(wait) {
                Some(Ok(message)) => self.take(&message),
                Some(Err(error)) => tracing::debug!(%error, "the stubs go on after an error"),
                None => {}
            }
            let replies = self.desk.lock().due(Instant::now(), self.clock.now());
            for reply in replies {
                if let Err(error) = self.sender.send(&reply.topic, &reply.key, &reply.value, &reply.headers) {
                    tracing::error!(%error, "a reply could not be sent");
                }
            }
            self.sender.look();
        }
    }

    fn take(&self, message: &BorrowedMessage<'_>) {
        if message.topic() == OUTCOMES {
            return self.count(message);
        }
        match command(message) {
            Some(command) => self.desk.lock().take(command, Instant::now()),
            None => tracing::warn!(
                topic = message.topic(),
                offset = message.offset(),
                "a record on a topic of commands has no idempotency key, which every command of the orchestrator has"
            ),
        }
    }

    fn count(&self, message: &BorrowedMessage<'_>) {
        let Some(value) = message.payload() else { return };
        match OutcomeRecord::decode(&self.outcomes, value, &self.schemas) {
            Ok(outcome) => {
                let mut sagas = self.sagas.lock();
                let kind = match &*outcome.outcome {
                    COMPLETED => &mut sagas.completed,
                    _ => &mut sagas.compensated,
                };
                *kind += 1;
            }
            Err(error) => tracing::warn!(%error, "an outcome could not be read"),
        }
    }
}

/// The command that a record is; none when it is not the orchestrator's.
fn command(message: &BorrowedMessage<'_>) -> Option<Command> {
    let headers = message.headers()?;
    let pairs = headers
        .iter()
        .map(|header| (header.key, header.value.unwrap_or_default()));
    let read = MessageHeaders::read(pairs);
    let key = read.parsed_idempotency_key()?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Some(Command {
        asked: Asked {
            definition: key.saga.definition,
            step: key.step.template().into(),
            purpose: key.purpose,
        },
        key: message.key()?.to_vec(),
        value: Bytes::copy_from_slice(message.payload()?),
        id: read.ce_id?.to_owned(),
        idempotency_key: read.idempotency_key?.to_owned(),
        saga_id: owned(read.saga_id),
        correlation_id: owned(read.correlation_id),
        traceparent: owned(read.traceparent),
    })
}
