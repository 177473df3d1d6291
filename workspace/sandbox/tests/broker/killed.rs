//! A broker that is killed in the middle of its work and started again on its folder has all that it acknowledged.

use std::{
    collections::BTreeMap,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use palinode_sandbox::{ports, process::Process};
use rdkafka::{
    ClientConfig, ClientContext,
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, CommitMode, Consumer},
    message::DeliveryResult,
    producer::{BaseProducer, BaseRecord, Producer, ProducerContext, ThreadedProducer},
    topic_partition_list::{Offset, TopicPartitionList},
};

use crate::client::{DEADLINE, read_to_end, wait};

/// How much must have been acknowledged before the broker is killed, and again after it.
const ACKNOWLEDGED_MIN: u64 = 300;
const COMMITTED_MIN: u64 = 20;
/// Records of each transaction.
const RECORDS: u64 = 3;

/// The process of a broker on a folder and a port that stay; when it forces to the disk what it writes.
fn start(folder: &Path, port: u16, sync: &str) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palinode-keep"));
    command.arg(folder.join("data")).arg(port.to_string()).arg(sync);
    let mut process = Process::spawn("broker", command, folder.join("broker.log")).unwrap();
    process
        .wait_until("was not ready", DEADLINE, |process| process.output().contains("ready"))
        .unwrap();
    process
}

fn config(port: u16, settings: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", format!("127.0.0.1:{port}"));
    config
        .set("reconnect.backoff.ms", "20")
        .set("reconnect.backoff.max.ms", "100");
    for (name, value) in settings {
        config.set(*name, *value);
    }
    config
}

fn reader(port: u16, topic: &str) -> BaseConsumer {
    let settings = [
        ("group.id", "none"),
        ("isolation.level", "read_committed"),
        ("enable.auto.commit", "false"),
        ("enable.partition.eof", "true"),
    ];
    let consumer: BaseConsumer = config(port, &settings).create().unwrap();
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
    consumer.assign(&from).unwrap();
    consumer
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < end, "not within {DEADLINE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Counts what was acknowledged; an idempotent producer may not fail.
#[derive(Clone, Default)]
struct Acknowledged(Arc<AtomicU64>);

impl ClientContext for Acknowledged {}

impl ProducerContext for Acknowledged {
    type DeliveryOpaque = ();

    fn delivery(&self, delivered: &DeliveryResult<'_>, (): ()) {
        assert!(delivered.is_ok(), "{delivered:?}");
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Sends 0, 1, 2, … until told to stop, and gives how many.
fn send_numbers(port: u16, acknowledged: Acknowledged, stop: &AtomicBool) -> u64 {
    let settings = [("enable.idempotence", "true"), ("acks", "all"), ("linger.ms", "1")];
    let producer: ThreadedProducer<_> = config(port, &settings).create_with_context(acknowledged).unwrap();
    let mut sent = 0;
    while !stop.load(Ordering::SeqCst) {
        let value = sent.to_string();
        producer
            .send(BaseRecord::<str, str>::to("numbers").partition(0).payload(&value))
            .map_err(|(error, _)| error)
            .unwrap();
        sent += 1;
        thread::sleep(Duration::from_micros(500));
    }
    producer.flush(DEADLINE).unwrap();
    sent
}

/// Commits transactions of some records each until told to stop; gives how each ended.
fn commit_transactions(port: u16, committed: &AtomicU64, stop: &AtomicBool) -> Vec<bool> {
    let producer: BaseProducer = config(port, &[("transactional.id", "task")]).create().unwrap();
    producer.init_transactions(DEADLINE).unwrap();
    let mut ended = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        producer.begin_transaction().unwrap();
        for record in 0..RECORDS {
            let value = format!("{} {record}", ended.len());
            producer
                .send(BaseRecord::<str, str>::to("transactions").partition(0).payload(&value))
                .map_err(|(error, _)| error)
                .unwrap();
        }
        let commit = producer.commit_transaction(DEADLINE);
        if commit.is_err() {
            producer.abort_transaction(DEADLINE).unwrap();
        }
        committed.fetch_add(u64::from(commit.is_ok()), Ordering::SeqCst);
        ended.push(commit.is_ok());
    }
    ended
}

fn position(port: u16) -> Option<Offset> {
    let consumer: BaseConsumer = config(port, &[("group.id", "readers")]).create().unwrap();
    let mut asked = TopicPartitionList::new();
    asked.add_partition("numbers", 0);
    let found = consumer.committed_offsets(asked, DEADLINE).unwrap();
    found.find_partition("numbers", 0).map(|found| found.offset())
}

#[test]
fn a_broker_killed_in_the_middle_of_its_work_has_all_that_it_acknowledged() {
    kill_and_look("never");
}

#[test]
fn so_has_one_that_forces_each_write_to_the_disk() {
    kill_and_look("always");
}

#[test]
fn so_has_one_that_forces_writes_to_the_disk_again_and_again() {
    kill_and_look("20");
}

/// Kills a broker with this policy of forcing writes to the disk.
fn kill_and_look(sync: &str) {
    // Given a broker on a folder, topics with a setting, a group's offset and an open transaction
    let folder = tempfile::tempdir().unwrap();
    let port = ports::free().unwrap();
    let mut broker = start(folder.path(), port, sync);
    let admin: AdminClient<DefaultClientContext> = config(port, &[]).create().unwrap();
    let topics = ["numbers", "transactions", "open"]
        .map(|name| NewTopic::new(name, 1, TopicReplication::Fixed(1)).set("retention.ms", "123456789"));
    wait(admin.create_topics(&topics, &AdminOptions::new())).unwrap();
    let consumer: BaseConsumer = config(port, &[("group.id", "readers")]).create().unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset("numbers", 0, Offset::Offset(7)).unwrap();
    consumer.commit(&offsets, CommitMode::Sync).unwrap();
    let open: BaseProducer = config(port, &[("transactional.id", "open")]).create().unwrap();
    open.init_transactions(DEADLINE).unwrap();
    open.begin_transaction().unwrap();
    open.send(BaseRecord::<str, str>::to("open").partition(0).payload("before"))
        .map_err(|(error, _)| error)
        .unwrap();
    open.flush(DEADLINE).unwrap();

    // When it is killed while two producers are at work, and started again
    let (acknowledged, committed, stop) = (Acknowledged::default(), AtomicU64::new(0), AtomicBool::new(false));
    let both_reach = |times: u64| {
        acknowledged.0.load(Ordering::SeqCst) >= times * ACKNOWLEDGED_MIN
            && committed.load(Ordering::SeqCst) >= times * COMMITTED_MIN
    };
    let (sent, ended) = thread::scope(|scope| {
        let numbers = scope.spawn(|| send_numbers(port, acknowledged.clone(), &stop));
        let transactions = scope.spawn(|| commit_transactions(port, &committed, &stop));
        until("both producers are at work", || both_reach(1));
        broker.kill9().unwrap();
        broker = start(folder.path(), port, sync);
        until("both producers go on", || both_reach(2));
        stop.store(true, Ordering::SeqCst);
        (numbers.join().unwrap(), transactions.join().unwrap())
    });

    // Then every record of the idempotent producer is there once and in order
    let expected: Vec<String> = (0..sent).map(|number| number.to_string()).collect();
    assert_eq!(read_to_end(&reader(port, "numbers")), expected);
    // And each transaction as a whole if it was committed, and nothing of it otherwise
    let mut found: BTreeMap<usize, u64> = BTreeMap::new();
    for value in read_to_end(&reader(port, "transactions")) {
        *found
            .entry(value.split(' ').next().unwrap().parse().unwrap())
            .or_default() += 1;
    }
    let expected = (0..).zip(&ended).filter(|(_, committed)| **committed);
    assert_eq!(found, expected.map(|(number, _)| (number, RECORDS)).collect());
    // And the open transaction goes on: nothing of it is seen until it is committed
    assert!(read_to_end(&reader(port, "open")).is_empty());
    open.send(BaseRecord::<str, str>::to("open").partition(0).payload("after"))
        .map_err(|(error, _)| error)
        .unwrap();
    open.commit_transaction(DEADLINE).unwrap();
    assert_eq!(read_to_end(&reader(port, "open")), ["before", "after"]);
    // And the group's offset and the topics' settings are as before
    assert_eq!(position(port), Some(Offset::Offset(7)));
    let resources = [ResourceSpecifier::Topic("open")];
    let configs = wait(admin.describe_configs(&resources, &AdminOptions::new())).unwrap();
    let retention = configs[0].as_ref().unwrap().get("retention.ms").unwrap().value.clone();
    assert_eq!(retention.as_deref(), Some("123456789"));
}
