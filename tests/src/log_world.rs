//! A test's own corner of the broker: its topics and application, told apart by a prefix, and what it takes to use the
//! log as the engine does.

#![allow(clippy::expect_used, reason = "a test's helper: what is wrong shall end it")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use palinode_log::{
    Application, Consumed, Header, Log, Outcome, PollLimits, Produced, Slot, TaskLog, TopicPartition,
    kafka::{
        KafkaLog, KafkaTask, Settings,
        topics::{TopicSpec, Topics},
    },
};
use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, Producer},
};

use crate::broker;

/// The partitions of a test's topics.
pub const PARTITIONS: i32 = 4;
/// What a test waits for at the most.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// The topic of the snapshots.
pub const SNAPSHOTS: &str = "palinode.snapshots";
/// More than any test writes.
pub const EVERYTHING: PollLimits = PollLimits {
    records_max: 100_000,
    bytes_max: usize::MAX,
};

/// A corner of the broker.
pub struct World {
    /// How the broker is reached.
    pub settings: Settings,
    /// The application, with a prefix of its own.
    pub application: Application,
}

impl World {
    /// A new corner with the topics palinode.journal, palinode.inbox, palinode.members, in and out.
    pub fn new() -> Self {
        Self::on(&broker::shared().bootstrap())
    }

    /// The same on the broker at `bootstrap`.
    pub fn on(bootstrap: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let prefix = format!("w{}.", NEXT.fetch_add(1, Ordering::Relaxed));
        Self::named(bootstrap, &prefix, "member-1").with_topics()
    }

    /// The same corner by another way to its broker.
    pub fn by(&self, bootstrap: &str) -> Self {
        let mut settings = self.settings.clone();
        settings.bootstrap_servers = bootstrap.into();
        Self {
            settings,
            application: self.application.clone(),
        }
    }

    /// The corner with this prefix as `member` sees it.
    pub fn named(bootstrap: &str, prefix: &str, member: &str) -> Self {
        let application = Application {
            name: "shop".into(),
            topic_prefix: prefix.into(),
            partitions: PARTITIONS,
            member: member.into(),
        };
        Self {
            settings: Settings::new(bootstrap),
            application,
        }
    }

    /// The same corner as another member sees it.
    pub fn seen_by(&self, member: &str) -> Self {
        let application = Application {
            member: member.into(),
            ..self.application.clone()
        };
        Self {
            settings: self.settings.clone(),
            application,
        }
    }

    fn with_topics(self) -> Self {
        let names = ["palinode.journal", "palinode.inbox", "palinode.members", "in", "out"];
        let specs: Vec<_> = names.iter().map(|name| self.spec(name)).collect();
        Topics::connect(&self.settings)
            .and_then(|topics| topics.create(&specs))
            .expect("the topics");
        self
    }

    /// A plain topic of this corner.
    pub fn spec(&self, name: &str) -> TopicSpec {
        TopicSpec {
            name: self.topic(name).to_string(),
            partitions: PARTITIONS,
            replication: 1,
            configs: BTreeMap::new(),
        }
    }

    /// Makes the topic of the snapshots, which worlds do not have otherwise.
    pub fn create_snapshots(&self) {
        let mut spec = self.spec(SNAPSHOTS);
        spec.configs.insert("cleanup.policy".into(), "compact".into());
        let topics = Topics::connect(&self.settings).expect("a client");
        topics.create(&[spec]).expect("the topic");
    }

    /// The full name of a topic.
    pub fn topic(&self, name: &str) -> Arc<str> {
        format!("{}{name}", self.application.topic_prefix).into()
    }

    /// A partition of a topic.
    pub fn at(&self, name: &str, partition: i32) -> TopicPartition {
        TopicPartition::new(self.topic(name), partition)
    }

    /// The log.
    pub fn log(&self) -> KafkaLog {
        KafkaLog::new(self.settings.clone(), self.application.clone()).expect("the log")
    }

    /// A task whose wake-ups go nowhere.
    pub fn task(&self, task: i32) -> KafkaTask {
        self.log().open(task, Arc::new(|| {})).expect("the task")
    }

    /// A task whose ids are initialised.
    pub fn owner(&self, task: i32) -> KafkaTask {
        let mut owner = self.task(task);
        fence_all(&mut owner);
        owner
    }

    /// A record for a topic.
    pub fn record(&self, name: &str, partition: Option<i32>, key: &str, value: &str) -> Produced {
        Produced {
            topic: self.topic(name),
            partition,
            key: Some(Bytes::copy_from_slice(key.as_bytes())),
            value: Some(Bytes::copy_from_slice(value.as_bytes())),
            headers: vec![Header {
                name: "ce_type".into(),
                value: Bytes::from_static(b"test"),
            }],
        }
    }

    /// A record for the journal of `task`.
    pub fn journal(&self, task: i32, value: &str) -> Produced {
        self.record("palinode.journal", Some(task), "key", value)
    }

    /// A producer of transactions that is no log of ours, so that a test can stop between its steps.
    pub fn raw_producer(&self, transactional_id: &str) -> BaseProducer {
        let producer: BaseProducer = ClientConfig::new()
            .set("bootstrap.servers", &self.settings.bootstrap_servers)
            .set("transactional.id", transactional_id)
            .set("transaction.timeout.ms", "60000")
            .set("linger.ms", "0")
            .create()
            .expect("a producer");
        producer.init_transactions(PATIENCE).expect("an initialised id");
        producer
    }

    /// The transactional id of one of a task's slots.
    pub fn transactional_id(&self, task: i32, slot: Slot) -> String {
        format!(
            "{}{}-{task}-{}",
            self.application.topic_prefix,
            self.application.name,
            slot.as_str()
        )
    }

    /// The end of each partition's log. Unlike the end for readers of committed records, it counts a transaction that
    /// was committed a moment ago and whose markers are still on their way.
    pub fn ends(&self, sources: &[TopicPartition]) -> Vec<i64> {
        let client: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.settings.bootstrap_servers)
            .set("isolation.level", "read_uncommitted")
            .create()
            .expect("a client");
        // A broker leads a partition a little later than it says so.
        let leads_soon =
            |error: &KafkaError| error.rdkafka_error_code() == Some(RDKafkaErrorCode::NotLeaderForPartition);
        let end = |source: &TopicPartition| {
            let deadline = Instant::now() + PATIENCE;
            loop {
                match client.fetch_watermarks(&source.topic, source.partition, PATIENCE) {
                    Err(error) if leads_soon(&error) && Instant::now() < deadline => {
                        thread::sleep(Duration::from_millis(10));
                    }
                    ends => return ends.expect("the end").1,
                }
            }
        };
        sources.iter().map(end).collect()
    }

    /// All that a reader of committed records finds on a partition, as a new reader with its own clients.
    pub fn read(&self, name: &str, partition: i32) -> Vec<Consumed> {
        let source = self.at(name, partition);
        let ends = self.ends(std::slice::from_ref(&source));
        let mut reader = self.task(partition);
        reader.assign(&[(source, 0)]).expect("the assignment");
        read_to(&mut reader, &ends)
    }

    /// The values of [`World::read`], as text.
    pub fn values(&self, name: &str, partition: i32) -> Vec<String> {
        self.read(name, partition).iter().map(value).collect()
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Initialises all ids of a task, in the order of a take-over.
pub fn fence_all(task: &mut KafkaTask) {
    for slot in Slot::ALL {
        task.fence(slot).expect("an initialised id");
    }
}

/// Polls until every input's position has reached `ends`, in their order.
pub fn read_to(task: &mut KafkaTask, ends: &[i64]) -> Vec<Consumed> {
    let mut read = Vec::new();
    until("the end of the inputs", || {
        task.poll(EVERYTHING, Duration::from_millis(20), &mut read)
            .expect("a poll");
        let positions = task.positions().expect("positions");
        positions.iter().zip(ends).all(|((_, position), end)| position >= end)
    });
    read
}

/// The value of a record, as text.
pub fn value(record: &Consumed) -> String {
    String::from_utf8_lossy(record.value.as_deref().unwrap_or_default()).into_owned()
}

/// Whether it was committed.
pub fn is_committed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Committed { .. })
}

/// Waits until `condition` holds.
///
/// # Panics
/// When it does not within [`PATIENCE`].
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long for {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
