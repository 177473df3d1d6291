//! A writer of transactions that writes down what it was told of each: by the same log as the orchestrator's tasks, to
//! topics of its own, while everything is hit.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, anyhow, ensure};
use palinode_audit::{Did, Notes, content_digest};
use palinode_log::{
    Application, Log, Outcome, Produced, Slot, TaskLog,
    kafka::{
        KafkaLog, KafkaTask, Settings as Kafka,
        topics::{TopicSpec, Topics},
    },
};
use palinode_sandbox::shop::Settings;

/// Its topics: a journal of one task, records beside it, and one that takes small records only.
pub(crate) const TOPICS: [&str; 3] = [JOURNAL, BESIDE, SMALL];
pub(crate) const PARTITIONS: i32 = 2;

/// What stands before the names of its topics, so that it is no task of the orchestrator.
const PREFIX: &str = "writer.";
const JOURNAL: &str = "writer.palinode.journal";
const BESIDE: &str = "writer.beside";
const SMALL: &str = "writer.small";
const SMALL_BYTES_MAX: usize = 2_000;
const NAME: &str = "writer";
const TASK: i32 = 0;

/// Between two transactions.
const PAUSE: Duration = Duration::from_millis(200);
/// Of so many transactions one has a record that is too large: it is refused as a whole.
const REFUSED_EVERY: usize = 5;

/// A writer.
pub(crate) struct Writer {
    log: KafkaLog,
    prefix: String,
    notes: Mutex<Notes<File>>,
    written: AtomicUsize,
    ended: [AtomicUsize; 3],
}

/// How a transaction ended.
#[derive(Clone, Copy)]
enum Ended {
    Stands,
    Refused,
    Unknown,
}

impl Writer {
    /// A writer with its topics, by a way of its own to the brokers.
    pub(crate) fn start(settings: &Settings, folder: &Path, bootstrap: &str) -> anyhow::Result<Self> {
        let spec = |topic: &str| TopicSpec {
            name: format!("{}{topic}", settings.topic_prefix),
            partitions: PARTITIONS,
            replication: settings.replication,
            configs: match topic {
                SMALL => BTreeMap::from([("max.message.bytes".into(), SMALL_BYTES_MAX.to_string())]),
                _ => BTreeMap::new(),
            },
        };
        let kafka = Kafka::new(bootstrap);
        Topics::connect(&kafka)?.create(&TOPICS.map(spec))?;
        let application = Application {
            name: NAME.into(),
            topic_prefix: format!("{}{PREFIX}", settings.topic_prefix).into(),
            partitions: PARTITIONS,
            member: NAME.into(),
        };
        let file = File::create(notes(folder)).context("the writer's file")?;
        Ok(Self {
            log: KafkaLog::new(kafka, application)?,
            prefix: settings.topic_prefix.clone(),
            notes: Mutex::new(Notes::begin(file, NAME)),
            written: AtomicUsize::new(0),
            ended: Default::default(),
        })
    }

    /// Writes until the end is asked for.
    pub(crate) fn write_until(&self, ended: &AtomicBool) -> anyhow::Result<()> {
        let mut owner = None;
        let mut slot = Slot::A;
        while !ended.load(Ordering::Relaxed) {
            if owner.is_none() {
                owner = self.take_over()?;
            }
            if let Some(task) = &mut owner {
                let ended = self.write(task, slot)?;
                slot = slot.other();
                // Its producer is gone: the ids are taken over.
                if matches!(ended, Ended::Unknown) {
                    owner = None;
                }
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// How many transactions stand, were refused, and ended in a way that nobody knows.
    pub(crate) fn ended(&self) -> [usize; 3] {
        self.ended.each_ref().map(|count| count.load(Ordering::Relaxed))
    }

    /// An owner of the ids; none when the brokers are not well.
    fn take_over(&self) -> anyhow::Result<Option<KafkaTask>> {
        let mut task = self.log.open(TASK, Arc::new(|| {}))?;
        for slot in [Slot::A, Slot::B] {
            match task.fence(slot) {
                Ok(()) => {}
                Err(error) if error.is_retriable() => return Ok(None),
                Err(error) => return Err(anyhow!(error).context("taking over the writer's ids")),
            }
        }
        Ok(Some(task))
    }

    fn write(&self, task: &mut KafkaTask, slot: Slot) -> anyhow::Result<Ended> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let records = self.transaction(number);
        let outcome = task.commit(slot, &records);
        let ended = match &outcome {
            Outcome::Committed { .. } => Ended::Stands,
            Outcome::Aborted { .. } => Ended::Refused,
            Outcome::Fenced | Outcome::Indefinite { .. } => Ended::Unknown,
        };
        self.ended[ended as usize].fetch_add(1, Ordering::Relaxed);
        ensure!(
            !number.is_multiple_of(REFUSED_EVERY) || !matches!(ended, Ended::Stands),
            "a transaction stands that has a record too large for its topic"
        );
        let mut notes = self.notes.lock().map_err(|_| anyhow!("the writer panicked"))?;
        for record in &records {
            let topic = record.topic.strip_prefix(&self.prefix).unwrap_or(&record.topic);
            let digest = content_digest(record.value.as_deref());
            let did = match &outcome {
                Outcome::Committed {
                    journal_offset: Some(offset),
                } if topic == JOURNAL => Did::Acknowledged {
                    offset: *offset,
                    digest,
                },
                Outcome::Committed { .. } => Did::Confirmed { digest },
                Outcome::Aborted { .. } => Did::Refused { digest },
                Outcome::Fenced | Outcome::Indefinite { .. } => continue,
            };
            notes.note(topic, record.partition.unwrap_or_default(), did);
        }
        notes.write()?;
        Ok(ended)
    }

    /// A record of the journal, one beside it, and one that may be too large. No two have the same content.
    fn transaction(&self, number: usize) -> Vec<Produced> {
        let record = |topic: &str, partition: i32, value: String| Produced {
            topic: format!("{}{topic}", self.prefix).into(),
            partition: Some(partition),
            key: None,
            value: Some(value.into()),
            headers: Vec::new(),
        };
        let beside = i32::from(number.is_multiple_of(2));
        let filling = match number.is_multiple_of(REFUSED_EVERY) {
            true => "x".repeat(2 * SMALL_BYTES_MAX),
            false => String::new(),
        };
        vec![
            record(JOURNAL, TASK, format!("journal {number}")),
            record(BESIDE, beside, format!("beside {number}")),
            record(SMALL, beside, format!("small {number}{filling}")),
        ]
    }
}

/// The file of what it was told.
pub(crate) fn notes(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}.notes"))
}
