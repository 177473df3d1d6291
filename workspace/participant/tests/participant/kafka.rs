//! The loop of a participant on real Kafka.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, LazyLock},
    thread,
    time::{Duration, Instant},
};

use crate::till::{COMMANDS, EVENTS, Pay, Till, forward, pay, payments};
use palinode_participant::{
    Codec, Composer, Database, Desk, Durability, Incoming, KafkaSettings, LocalSchemas, Participant, ServiceSettings,
    Stop, now, testing,
};
use palinode_sandbox::kafka::{Kafka, Settings};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::{Header, Headers, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer},
};

static KAFKA: LazyLock<Kafka> = LazyLock::new(|| Kafka::start(Settings::default()).expect("Kafka starts"));

const PARTITIONS: i32 = 3;
const IN_TIME: Duration = Duration::from_secs(30);

/// One test's topics and service.
pub(crate) struct World {
    pub(crate) settings: ServiceSettings,
    pub(crate) composer: Composer,
    folder: tempfile::TempDir,
    events: BaseConsumer,
}

/// Key, value and headers of a record.
pub(crate) type Seen = (String, Vec<u8>, BTreeMap<String, String>);

impl World {
    pub(crate) fn new(name: &str) -> Self {
        Self::on(&KAFKA.bootstrap(), name)
    }

    fn on(bootstrap: &str, name: &str) -> Self {
        let client = |more: &[(&str, &str)]| client_of(bootstrap, more);
        let kafka = KafkaSettings {
            bootstrap_servers: bootstrap.to_owned(),
            topic_prefix: format!("{name}."),
        };
        let admin: AdminClient<DefaultClientContext> = client(&[]).create().unwrap();
        let topics = [COMMANDS, EVENTS, "palinode.dead-letters"].map(|topic| format!("{name}.{topic}"));
        let wanted: Vec<_> = topics
            .iter()
            .map(|topic| NewTopic::new(topic, PARTITIONS, TopicReplication::Fixed(1)))
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let made = runtime
            .block_on(admin.create_topics(&wanted, &AdminOptions::new()))
            .unwrap();
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        let events: BaseConsumer = client(&[
            ("group.id", "the-test"),
            ("enable.auto.commit", "false"),
            ("isolation.level", "read_committed"),
        ])
        .create()
        .unwrap();
        let mut all = TopicPartitionList::new();
        for topic in &topics[1..] {
            for partition in 0..PARTITIONS {
                all.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
            }
        }
        events.assign(&all).unwrap();
        let composer = Composer::new("till", Codec::new(Arc::new(LocalSchemas::default())));
        let settings = ServiceSettings::new("till", kafka, &[COMMANDS]);
        Self {
            settings,
            composer,
            folder: tempfile::tempdir().unwrap(),
            events,
        }
    }

    pub(crate) fn database(&self) -> Database {
        Database::open(&self.folder.path().join("till.db"), Durability::ProcessEnd).unwrap()
    }

    pub(crate) fn command(&self, order: &str, content: &Pay) -> Incoming {
        testing::command(&self.composer, &forward(order, 1), content).unwrap()
    }

    /// Sends commands; in transactions when the producer was told so.
    pub(crate) fn send(&self, producer: &BaseProducer, commands: &[Incoming]) {
        let topic = format!("{}{COMMANDS}", self.settings.kafka.topic_prefix);
        for command in commands {
            let mut headers = OwnedHeaders::new();
            for (key, value) in &command.headers {
                headers = headers.insert(Header {
                    key,
                    value: Some(value),
                });
            }
            let record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&topic).headers(headers);
            let record = record
                .key(command.key.as_deref().unwrap())
                .payload(command.value.as_deref().unwrap());
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        producer.flush(IN_TIME).unwrap();
    }

    /// Runs the service while `work` runs, in a thread of its own.
    fn serving<T>(&self, work: impl FnOnce(&Database) -> T) -> T {
        let (database, stop) = (self.database(), Stop::new());
        let till = Till::new(&self.composer, &database).unwrap();
        let service = Participant::new(self.settings.clone(), database.clone(), self.composer.clone(), till);
        let service_stop = stop.clone();
        let running = thread::spawn(move || service.run(&service_stop));
        let result = work(&database);
        stop.request();
        running.join().unwrap().unwrap();
        result
    }

    /// Commands that the service has not committed yet.
    pub(crate) fn lag(&self) -> i64 {
        let topic = format!("{}{COMMANDS}", self.settings.kafka.topic_prefix);
        let group: BaseConsumer = client(&[("group.id", &self.settings.group())]).create().unwrap();
        let mut asked = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            asked.add_partition(&topic, partition);
        }
        let committed = group.committed_offsets(asked, IN_TIME).unwrap();
        let lag = |partition| {
            let (_, end) = group.fetch_watermarks(&topic, partition, IN_TIME).unwrap();
            let position = committed
                .find_partition(&topic, partition)
                .and_then(|found| found.offset().to_raw());
            end - position.filter(|offset| *offset >= 0).unwrap_or(0)
        };
        (0..PARTITIONS).map(lag).sum()
    }

    /// The next `count` records of replies and dead letters.
    fn next(&self, count: usize) -> Vec<Seen> {
        let until = Instant::now() + IN_TIME;
        let mut seen = Vec::new();
        while seen.len() < count {
            assert!(Instant::now() < until, "{} of {count} records came in time", seen.len());
            let Some(Ok(message)) = self.events.poll(Duration::from_millis(100)) else {
                continue;
            };
            let text = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
            let headers = message.headers().map(|headers| {
                headers
                    .iter()
                    .map(|header| (header.key.to_owned(), text(header.value)))
                    .collect()
            });
            seen.push((
                text(message.key()),
                message.payload().unwrap().to_vec(),
                headers.unwrap_or_default(),
            ));
        }
        seen
    }

    /// Nothing but what is sent now comes: a marker command and its answer, which stand behind everything.
    pub(crate) fn nothing_more(&self, producer: &BaseProducer, marker: &str) {
        let command = self.command(marker, &pay(marker, 1));
        self.send(producer, &[command]);
        let (key, _, _) = self.next(1).remove(0);
        assert_eq!(key, marker);
    }
}

fn client(more: &[(&str, &str)]) -> ClientConfig {
    client_of(&KAFKA.bootstrap(), more)
}

fn client_of(bootstrap: &str, more: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap);
    for (name, value) in more {
        config.set(*name, *value);
    }
    config
}

pub(crate) fn producer() -> BaseProducer {
    client(&[("partitioner", "murmur2_random"), ("linger.ms", "0")])
        .create()
        .unwrap()
}

#[test]
fn a_crash_between_commit_and_publishing_gives_the_reply_once_more_under_the_same_id() {
    let (world, producer) = (World::new("crash"), producer());
    let command = world.command("7", &pay("7", 5));
    world.send(&producer, std::slice::from_ref(&command));
    // The transaction with the answer commits, and the process ends before it publishes or commits offsets.
    let database = world.database();
    let mut desk = Desk::new(world.composer.clone(), Till::new(&world.composer, &database).unwrap());
    desk.process(&database, &[command], now()).unwrap();
    drop((desk, database));
    world.serving(|database| {
        let seen = world.next(2);
        assert_eq!(
            seen[0], seen[1],
            "the unsent answer, and the answer to the command that was read again"
        );
        assert_eq!(
            seen[0].2["ce_id"],
            "order-fulfilment/7/payment/forward/1/reply/shop.payments.PaymentRefunded"
        );
        assert_eq!(payments(database), 1, "it was done once");
        world.nothing_more(&producer, "marker");
    });
}

#[test]
fn a_service_goes_on_where_it_stopped() {
    let (world, producer) = (World::new("restart"), producer());
    for start in 0..2 {
        world.serving(|database| {
            let order = format!("order-{start}");
            world.send(&producer, &[world.command(&order, &pay(&order, 5))]);
            assert_eq!(world.next(1)[0].0, order, "only what is new is answered");
            assert_eq!(payments(database), start + 1);
        });
    }
}

#[test]
fn commands_of_aborted_transactions_are_not_seen() {
    let world = World::new("aborted");
    let transactional: BaseProducer = client(&[("transactional.id", "aborted"), ("partitioner", "murmur2_random")])
        .create()
        .unwrap();
    transactional.init_transactions(IN_TIME).unwrap();
    transactional.begin_transaction().unwrap();
    world.send(&transactional, &[world.command("7", &pay("7", 5))]);
    transactional.abort_transaction(IN_TIME).unwrap();
    transactional.begin_transaction().unwrap();
    world.send(&transactional, &[world.command("7", &pay("7", 6))]);
    transactional.commit_transaction(IN_TIME).unwrap();
    world.serving(|database| {
        let (_, value, _) = world.next(1).remove(0);
        let amount = world
            .composer
            .codec()
            .decode::<crate::till::Paid>(&value)
            .unwrap()
            .amount_minor;
        assert_eq!(
            (amount, payments(database)),
            (6, 1),
            "the aborted command would have been the first"
        );
    });
}

#[test]
fn poison_becomes_a_dead_letter_and_does_not_stop_the_service() {
    let (world, producer) = (World::new("poison"), producer());
    let mut poison = world.command("7", &pay("7", 5));
    poison.value = Some(b"poison".to_vec());
    world.send(&producer, &[poison, world.command("7", &pay("7", 5))]);
    world.serving(|_| {
        let mut seen = world.next(2);
        seen.sort_by_key(|(_, value, _)| value.clone());
        assert_eq!(
            (seen[1].1.as_slice(), seen[1].2["palinode-error-code"].as_str()),
            (&b"poison"[..], "NOT_CONFLUENT")
        );
        assert_eq!(seen[1].2["palinode-origin-topic"], COMMANDS);
    });
}

#[test]
fn many_commands_are_answered_once_each_and_in_the_order_of_their_key() {
    let (world, producer) = (World::new("many"), producer());
    let commands: Vec<_> = (0..2_000)
        .map(|number| {
            let key = format!("order-fulfilment/order-{}/payment/forward/{number}", number % 50);
            testing::command(&world.composer, &key, &pay("x", number)).unwrap()
        })
        .collect();
    world.send(&producer, &commands);
    let seen = world.serving(|database| {
        let seen = world.next(commands.len());
        assert_eq!(payments(database), 2_000);
        seen
    });
    let mut by_key: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (key, value, _) in seen {
        let paid = world.composer.codec().decode::<crate::till::Paid>(&value).unwrap();
        by_key.entry(key).or_default().push(paid.amount_minor);
    }
    assert_eq!(by_key.values().map(Vec::len).sum::<usize>(), 2_000);
    assert!(by_key.values().all(|amounts| amounts.is_sorted()));
}

#[test]
fn a_database_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file: &Path = &folder.path().join("till.db");
    std::fs::write(
        file,
        "this is no database, and it is long enough to be looked at".repeat(100),
    )
    .unwrap();
    let error = Database::open(file, Durability::PowerLoss).unwrap_err();
    assert!(error.to_string().contains("till.db"), "{error}");
}

#[test]
fn a_service_outlives_its_broker_and_can_be_stopped_without_it() {
    let mut kafka = Kafka::start(Settings::default()).expect("Kafka starts");
    let world = World::on(&kafka.bootstrap(), "outage");
    let producer: BaseProducer = client_of(&kafka.bootstrap(), &[("partitioner", "murmur2_random")])
        .create()
        .unwrap();
    let stopping = world.serving(|database| {
        world.send(&producer, &[world.command("before", &pay("before", 5))]);
        assert_eq!(world.next(1)[0].0, "before");
        kafka.kill9().unwrap();
        let late = world.command("late", &pay("late", 5));
        let mut desk = Desk::new(world.composer.clone(), Till::new(&world.composer, database).unwrap());
        desk.process(database, &[late], now()).unwrap();
        kafka.restart().unwrap();
        assert_eq!(
            world.next(1)[0].0,
            "late",
            "what waited in the outbox is sent by itself"
        );
        world.nothing_more(&producer, "after");
        kafka.kill9().unwrap();
        let unsent = world.command("unsent", &pay("unsent", 5));
        desk.process(database, &[unsent], now()).unwrap();
        Instant::now()
    });
    assert!(
        stopping.elapsed() < Duration::from_secs(10),
        "the stop took {:?}",
        stopping.elapsed()
    );
    let left = world.database().read(palinode_participant::Outbox::depth).unwrap();
    assert_eq!(left, 1, "what could not be sent waits for the next start");
}
