//! Watching for records that clients write which are not part of the sandbox.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::Context;
use palinode_core::{SchemaId, Value};
use palinode_log::registry::{self, RegistryClient};
use palinode_wire::{Schemas, frame, headers};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{BorrowedMessage, Headers},
};
use serde_json::{Value as Json, json};
use tokio::runtime::Handle;

use super::{Event, KnownSchema, Outside, Recorder, event::Bytes};
use crate::sandbox::{senders::MARK, stub::Raw};

/// The longest wait: how soon a stop is noticed.
const LOOK: Duration = Duration::from_millis(50);
/// How often topics are looked for that somebody made.
const TOPICS_EVERY: Duration = Duration::from_secs(5);
const QUERY_AT_MOST: Duration = Duration::from_secs(5);
/// Topics of the orchestrator, the registry and Kafka itself: nobody else writes there.
const OURS: [&str; 2] = ["palinode.", "_"];
/// The one of them that people write to.
const CONTROL: &str = "palinode.control";
/// The beginning of `ce_source` in what the orchestrator writes.
const ORCHESTRATOR: &str = "palinode/";

/// Watches until it is stopped.
pub(in super::super) struct Watch {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
struct Watcher {
    consumer: BaseConsumer,
    /// The next offset, by topic and partition.
    next: BTreeMap<(String, i32), i64>,
    recorder: Arc<Recorder>,
    schemas: Schemas,
    /// The schemas that are written down.
    told: BTreeSet<u32>,
    /// Where schemas are asked for that the folder does not hold.
    registry: String,
    runtime: Handle,
}

impl Watch {
    /// Watches all topics from here on. `runtime` asks the registry for schemas that the folder does not hold.
    pub(in super::super) fn start(
        bootstrap: &str,
        registry: &str,
        schemas: &Schemas,
        recorder: Arc<Recorder>,
        runtime: Handle,
    ) -> anyhow::Result<Self> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", bootstrap)
            .set("group.id", "palinode-sandbox-scenario")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("isolation.level", "read_committed")
            // Questions for topics wait behind a fetch that waits for records.
            .set("fetch.wait.max.ms", "50")
            .set("queued.max.messages.kbytes", "4096")
            .set("socket.nagle.disable", "true")
            .create()
            .context("the consumer of the scenario could not be made")?;
        let mut watcher = Watcher {
            consumer,
            next: BTreeMap::new(),
            recorder,
            schemas: schemas.clone(),
            told: BTreeSet::new(),
            registry: registry.to_owned(),
            runtime,
        };
        watcher.find_topics(Offset::End)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("scenario".into())
            .spawn(move || watcher.run(&stopped))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Ends it.
    pub(in super::super) fn stop(mut self) {
        self.stop.store(true, Ordering::Release);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the scenario's watch panicked");
        }
    }
}

impl Watcher {
    fn run(mut self, stop: &AtomicBool) {
        let mut looked = Instant::now();
        while !stop.load(Ordering::Acquire) {
            match self.consumer.poll(LOOK) {
                Some(Ok(message)) => {
                    let noted = note(&message);
                    let place = (message.topic().to_owned(), message.partition());
                    let next = message.offset() + 1;
                    drop(message);
                    self.next.insert(place, next);
                    if let Some(outside) = noted {
                        self.write(outside);
                    }
                }
                Some(Err(error)) => tracing::debug!(%error, "the scenario's watch goes on after an error"),
                None => {}
            }
            if looked.elapsed() >= TOPICS_EVERY {
                if let Err(error) = self.find_topics(Offset::Beginning) {
                    tracing::debug!(error = format!("{error:#}"), "new topics are looked for again");
                }
                looked = Instant::now();
            }
        }
    }

    /// Reads topics that were not known, from their first record or their end.
    fn find_topics(&mut self, from: Offset) -> anyhow::Result<()> {
        let metadata = self.consumer.fetch_metadata(None, QUERY_AT_MOST)?;
        let mut found = TopicPartitionList::new();
        for topic in metadata.topics() {
            let is_ours = OURS.iter().any(|ours| topic.name().starts_with(ours));
            if is_ours && topic.name() != CONTROL {
                continue;
            }
            for partition in topic.partitions() {
                let place = (topic.name().to_owned(), partition.id());
                if !self.next.contains_key(&place) {
                    found.add_partition_offset(&place.0, place.1, from)?;
                }
            }
        }
        if found.count() == 0 {
            return Ok(());
        }
        let known = self.consumer.offsets_for_times(found, QUERY_AT_MOST)?;
        for element in known.elements() {
            let next = match element.offset() {
                Offset::Offset(next) => next,
                _ => 0,
            };
            self.next
                .insert((element.topic().to_owned(), element.partition()), next);
        }
        let mut all = TopicPartitionList::new();
        for ((topic, partition), next) in &self.next {
            all.add_partition_offset(topic, *partition, Offset::Offset(*next))?;
        }
        Ok(self.consumer.assign(&all)?)
    }

    fn write(&mut self, mut outside: Outside) {
        if let Some(id) = outside.schema {
            outside.reads = self.describe(id, &mut outside.value);
        }
        if let Err(error) = self.recorder.came(Event::Record(outside)) {
            tracing::error!(error = format!("{error:#}"), "a record is missing in the scenario");
        }
    }

    /// Writes the schema down before the first record that is in it, and reads the record with it.
    fn describe(&mut self, id: u32, value: &mut Option<Raw>) -> Option<Json> {
        let schema = SchemaId(id);
        if !self.schemas.contains(schema) {
            let client = RegistryClient::new(&self.registry).ok()?;
            let asked = self.runtime.block_on(client.by_id(registry::SchemaId(id)));
            let added = asked.ok().map(|text| self.schemas.add(schema, text));
            added?.ok()?;
        }
        if self.told.insert(id) {
            let known = KnownSchema {
                id,
                name: self.schemas.record_name(schema)?.to_string(),
                text: self.schemas.text(schema)?.to_string(),
            };
            self.recorder.came(Event::Schema(known)).ok()?;
        }
        let value = self.schemas.shape(schema)?.value(&value.as_ref()?.0).ok()?;
        Some(readable(&value))
    }
}

/// A record of a client; none when it is ours.
fn note(message: &BorrowedMessage<'_>) -> Option<Outside> {
    let all: Vec<(&str, &[u8])> = message
        .headers()
        .into_iter()
        .flat_map(|headers| headers.iter())
        .map(|header| (header.key, header.value.unwrap_or_default()))
        .collect();
    let source = headers::last(all.iter().copied(), headers::CE_SOURCE);
    let is_ours = source.is_some_and(|source| source.starts_with(ORCHESTRATOR));
    if is_ours || all.iter().any(|(name, _)| *name == MARK) {
        return None;
    }
    let payload = message.payload().map(bytes::Bytes::copy_from_slice);
    let framed = payload.as_ref().and_then(|payload| frame::split(payload).ok());
    let (schema, value) = match framed {
        Some((schema, value)) => (Some(schema.0), Some(Raw(value))),
        None => (None, payload.map(Raw)),
    };
    Some(Outside {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        key: message.key().map(Bytes::from),
        headers: all
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Bytes::from(*value)))
            .collect(),
        schema,
        value,
        reads: None,
    })
}

fn readable(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => json!(value),
        Value::Long(value) => json!(value),
        Value::Double(value) => json!(value),
        Value::String(text) => json!(&**text),
        Value::Bytes(bytes) => json!(Raw(bytes.clone())),
        Value::List(items) => items.iter().map(readable).collect(),
        Value::Record(fields) => fields
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), readable(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
