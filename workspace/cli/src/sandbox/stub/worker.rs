//! The thread of the stubs: commands in, replies out, and outcomes counted.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};

use anyhow::Context;
use palinode_engine::Clock;
use palinode_wire::{Schemas, headers::MessageHeaders, outcome::OutcomeRecord, typed::RecordCodec};
use parking_lot::Mutex;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{BorrowedMessage, Headers},
};

use super::{Asked, Desk, Stub, asked, reply::Command};
use crate::sandbox::senders::Sender;

/// The group under whose name the positions are kept. Its partitions are not shared out.
const GROUP: &str = "palinode-sandbox";
/// Where the orchestrator tells how sagas ended.
const OUTCOMES: &str = "palinode.outcomes";
/// The word of an outcome record for a saga that ended as wanted.
const COMPLETED: &str = "COMPLETED";
/// The longest wait: how soon a leap of time is noticed.
const LOOK: Duration = Duration::from_millis(50);
/// Records that one turn takes: whoever asks where the stubs stand waits for a turn.
const TURN_RECORDS_MAX: usize = 500;
/// How often the state is written down while it changes.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// The ends of topics are answered from memory.
const QUERY_AT_MOST: Duration = Duration::from_secs(5);

/// What the stubs read, and where they begin.
pub(in super::super) struct TopicsRead<'a> {
    pub(in super::super) bootstrap: &'a str,
    pub(in super::super) stubs: &'a std::collections::BTreeMap<Asked, Stub>,
    pub(in super::super) partitions: i32,
    /// On a Kafka of others what was answered before is not answered again; here positions are part of the state.
    pub(in super::super) by_group: bool,
}

/// Writes the state down; called with the stubs held still and all their replies delivered.
pub(in super::super) type Save = Box<dyn Fn(&Desk) -> anyhow::Result<()> + Send>;

/// The running stubs.
pub(in super::super) struct Workers {
    stop: Arc<AtomicBool>,
    consumer: Arc<BaseConsumer>,
    /// Asks where topics end: a question by the other one would wait behind its fetch.
    asks: OnceLock<BaseConsumer>,
    config: ClientConfig,
    topics: TopicPartitionList,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
struct Worker {
    consumer: Arc<BaseConsumer>,
    sender: Arc<Sender>,
    desk: Arc<Mutex<Desk>>,
    clock: Clock,
    schemas: Arc<Schemas>,
    outcomes: RecordCodec,
    save: Option<Save>,
}

impl Workers {
    /// Starts the stubs.
    pub(in super::super) fn start(
        read: &TopicsRead<'_>,
        schemas: Arc<Schemas>,
        sender: Arc<Sender>,
        desk: Arc<Mutex<Desk>>,
        clock: Clock,
        save: Option<Save>,
    ) -> anyhow::Result<Self> {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", read.bootstrap)
            .set("group.id", GROUP)
            .set("auto.offset.reset", "earliest")
            .set("enable.auto.commit", read.by_group.to_string())
            .set("isolation.level", "read_committed")
            .set("socket.nagle.disable", "true");
        let mut consumer: BaseConsumer = config.create().context("the stubs' consumer could not be made")?;
        let stub_thread: Arc<OnceLock<Thread>> = Arc::default();
        let woken = Arc::clone(&stub_thread);
        consumer.set_nonempty_callback(move || {
            if let Some(thread) = woken.get() {
                thread.unpark();
            }
        });
        let mut list = TopicPartitionList::new();
        for topic in asked::topics(read.stubs).into_iter().chain([OUTCOMES]) {
            let desk = desk.lock();
            for partition in 0..read.partitions {
                let known = desk.positions.get(topic).and_then(|topic| topic.get(&partition));
                let from = match known {
                    Some(next) => Offset::Offset(*next),
                    None if read.by_group => Offset::Stored,
                    // Not the beginning by name, which a new client finds half a second later.
                    None => Offset::Offset(0),
                };
                list.add_partition_offset(topic, partition, from)?;
            }
        }
        consumer.assign(&list)?;
        let outcome = schemas
            .id_of(palinode_wire::own::OUTCOME.name)
            .context("the schema of outcomes is missing")?;
        let consumer = Arc::new(consumer);
        let worker = Worker {
            consumer: Arc::clone(&consumer),
            sender,
            desk,
            clock,
            schemas,
            outcomes: OutcomeRecord::codec(outcome)?,
            save,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("stubs".into()).spawn(move || {
            stub_thread.get_or_init(thread::current);
            worker.run(&stopped);
        })?;
        Ok(Self {
            stop,
            consumer,
            asks: OnceLock::new(),
            config,
            topics: list,
            thread: Some(thread),
        })
    }

    /// Whether the stubs have taken everything that stands on their topics by now. They must be held still.
    pub(in super::super) fn are_at_end(&self, _held: &Desk) -> anyhow::Result<bool> {
        let mut ends = TopicPartitionList::new();
        for element in self.topics.elements() {
            ends.add_partition_offset(element.topic(), element.partition(), Offset::End)?;
        }
        let ends = self.asks()?.offsets_for_times(ends, QUERY_AT_MOST)?;
        let read = self.consumer.position()?;
        let next = |topic: &str, partition| read.find_partition(topic, partition).map(|found| found.offset());
        Ok(ends
            .elements()
            .iter()
            .all(|end| match (end.offset(), next(end.topic(), end.partition())) {
                (Offset::Offset(end), Some(Offset::Offset(next))) => next >= end,
                (Offset::Offset(end), _) => end == 0,
                _ => true,
            }))
    }

    fn asks(&self) -> anyhow::Result<&BaseConsumer> {
        if let Some(asks) = self.asks.get() {
            return Ok(asks);
        }
        let asks = self.config.create()?;
        Ok(self.asks.get_or_init(|| asks))
    }

    /// Wakes the stubs: something is due.
    pub(in super::super) fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    /// Ends the stubs. What waits for its answer is part of their state.
    pub(in super::super) fn stop(mut self) {
        self.stop.store(true, Ordering::Release);
        self.wake();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the stubs panicked");
        }
    }
}

impl Worker {
    fn run(self, stop: &AtomicBool) {
        let mut saved = Instant::now();
        while !stop.load(Ordering::Acquire) {
            let wait = self.turn();
            if saved.elapsed() >= SAVE_EVERY {
                self.save();
                saved = Instant::now();
            }
            thread::park_timeout(wait);
        }
        self.save();
    }

    /// Takes what is there, sends what is due, and says how long there is nothing to do. Whoever holds the stubs finds
    /// them between two turns.
    fn turn(&self) -> Duration {
        let mut desk = self.desk.lock();
        let mut taken = 0;
        while taken < TURN_RECORDS_MAX
            && let Some(polled) = self.consumer.poll(Duration::ZERO)
        {
            taken += 1;
            match polled {
                Ok(message) => self.take(&mut desk, &message),
                Err(error) => tracing::debug!(%error, "the stubs go on after an error"),
            }
        }
        for reply in desk.due(self.clock.now()) {
            if let Err(error) = self.sender.reply(&reply) {
                tracing::error!(%error, "a reply could not be sent");
            }
        }
        self.sender.look();
        if taken == TURN_RECORDS_MAX {
            return Duration::ZERO;
        }
        let due = desk.next_due();
        due.map_or(LOOK, |due| due.since(self.clock.now()).min(LOOK))
    }

    fn save(&self) {
        let Some(save) = &self.save else { return };
        let mut desk = self.desk.lock();
        if !desk.take_changed() {
            return;
        }
        if let Err(error) = self.sender.flush().and_then(|()| save(&desk)) {
            tracing::error!(
                error = format!("{error:#}"),
                "the state of the stubs is not kept over a restart"
            );
        }
    }

    fn take(&self, desk: &mut Desk, message: &BorrowedMessage<'_>) {
        desk.read(message.topic(), message.partition(), message.offset());
        if message.topic() == OUTCOMES {
            return self.count(desk, message);
        }
        match command(message) {
            Some(command) => desk.take(command, self.clock.now()),
            None => tracing::warn!(
                topic = message.topic(),
                offset = message.offset(),
                "a record on a topic of commands has no idempotency key, which every command of the orchestrator has"
            ),
        }
    }

    fn count(&self, desk: &mut Desk, message: &BorrowedMessage<'_>) {
        let Some(value) = message.payload() else { return };
        match OutcomeRecord::decode(&self.outcomes, value, &self.schemas) {
            Ok(outcome) => {
                let sagas = &mut desk.sagas;
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
        key: message.key()?.into(),
        value: message.payload()?.into(),
        id: read.ce_id?.to_owned(),
        idempotency_key: read.idempotency_key?.to_owned(),
        saga_id: owned(read.saga_id),
        correlation_id: owned(read.correlation_id),
        traceparent: owned(read.traceparent),
        attempt: owned(read.attempt),
    })
}
