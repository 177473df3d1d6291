//! Groups of librdkafka: members share partitions, go on where they stopped, and take over from those who go.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use palinode_sandbox::broker::{Server, Settings};
use rdkafka::{
    consumer::{BaseConsumer, CommitMode, Consumer},
    message::Message,
    producer::{BaseProducer, Producer},
    topic_partition_list::{Offset, TopicPartitionList},
};

use crate::client::{DEADLINE, config, create_topic, flush, send, server};

const PARTITIONS: i32 = 4;

fn member(server: &Server, assignor: &str, isolation: &str) -> BaseConsumer {
    let settings = [
        ("group.id", "workers"),
        ("auto.offset.reset", "earliest"),
        ("enable.auto.commit", "false"),
        ("session.timeout.ms", "6000"),
        ("heartbeat.interval.ms", "200"),
        ("partition.assignment.strategy", assignor),
        ("isolation.level", isolation),
    ];
    let consumer: BaseConsumer = config(server, &settings).create().unwrap();
    consumer.subscribe(&["orders"]).unwrap();
    consumer
}

fn assigned(consumer: &BaseConsumer) -> BTreeSet<i32> {
    let assignment = consumer.assignment().unwrap();
    assignment
        .elements()
        .iter()
        .map(|element| element.partition())
        .collect()
}

/// Polls all members until their assignments are as wanted.
fn until(members: &[&BaseConsumer], wanted: impl Fn(&[BTreeSet<i32>]) -> bool) -> Vec<BTreeSet<i32>> {
    let end = Instant::now() + DEADLINE;
    loop {
        for member in members {
            if let Some(polled) = member.poll(Duration::from_millis(20)) {
                polled.unwrap();
            }
        }
        let assignments: Vec<_> = members.iter().map(|member| assigned(member)).collect();
        if wanted(&assignments) {
            return assignments;
        }
        assert!(Instant::now() < end, "assignments stay {assignments:?}");
    }
}

fn all() -> BTreeSet<i32> {
    (0..PARTITIONS).collect()
}

fn two_members_share(assignor: &str) {
    // Given a topic of four partitions and one member that has them all
    let server = server();
    create_topic(&server, "orders", PARTITIONS);
    let first = member(&server, assignor, "read_committed");
    until(&[&first], |assignments| assignments[0] == all());
    // When another joins
    let second = member(&server, assignor, "read_committed");
    // Then each has two, and together they have all
    let shared = until(&[&first, &second], |assignments| {
        assignments.iter().all(|own| own.len() == 2)
    });
    assert_eq!(&shared[0] | &shared[1], all());
    // And when the first goes, the second has all again
    drop(first);
    until(&[&second], |assignments| assignments[0] == all());
}

#[test]
fn two_members_share_partitions_eagerly() {
    two_members_share("range");
}

#[test]
fn two_members_share_partitions_cooperatively() {
    two_members_share("cooperative-sticky");
}

/// A member of KIP-848: the broker assigns the partitions, and tells how often it wants to hear of its members.
fn new_member(server: &Server) -> BaseConsumer {
    let settings = [
        ("group.id", "workers"),
        ("group.protocol", "consumer"),
        ("auto.offset.reset", "earliest"),
        ("enable.auto.commit", "false"),
    ];
    let consumer: BaseConsumer = config(server, &settings).create().unwrap();
    consumer.subscribe(&["orders"]).unwrap();
    consumer
}

#[test]
fn members_of_the_new_protocol_share_partitions_and_go_on_where_one_committed() {
    // Given a broker that wants to hear of members often, records, and one member that has all partitions
    let mut settings = Settings::default();
    settings.broker.consumer_heartbeat_interval = Duration::from_millis(100);
    let server = Server::start(settings).unwrap();
    create_topic(&server, "orders", PARTITIONS);
    let producer: BaseProducer = config(&server, &[("enable.idempotence", "true")]).create().unwrap();
    for value in ["a", "b"] {
        send(&producer, "orders", 0, value);
    }
    flush(&producer);
    let first = new_member(&server);
    until(&[&first], |assignments| assignments[0] == all());
    // When another joins
    let second = new_member(&server);
    // Then each has two, and together they have all
    let shared = until(&[&first, &second], |assignments| {
        assignments.iter().all(|own| own.len() == 2)
    });
    assert_eq!(&shared[0] | &shared[1], all());
    // And when the first goes, having committed, the second has all again and goes on behind it
    let mut committed = TopicPartitionList::new();
    committed.add_partition_offset("orders", 0, Offset::Offset(2)).unwrap();
    let owner = if shared[0].contains(&0) { &first } else { &second };
    owner.commit(&committed, CommitMode::Sync).unwrap();
    drop(first);
    until(&[&second], |assignments| assignments[0] == all());
    send(&producer, "orders", 0, "c");
    flush(&producer);
    let third = new_member(&server);
    drop(second);
    assert_eq!(next_value(&third), "c");
}

#[test]
fn a_member_goes_on_where_the_one_before_committed() {
    // Given records of which a member has committed the first two
    let server = server();
    create_topic(&server, "orders", PARTITIONS);
    let producer: BaseProducer = config(&server, &[("enable.idempotence", "true")]).create().unwrap();
    for value in ["a", "b", "c"] {
        send(&producer, "orders", 0, value);
    }
    flush(&producer);
    let first = member(&server, "range", "read_uncommitted");
    for expected in ["a", "b"] {
        assert_eq!(next_value(&first), expected);
    }
    // The list is a temporary: librdkafka does not end a consumer of whose partitions somebody holds a list.
    first.commit(&first.position().unwrap(), CommitMode::Sync).unwrap();
    drop(first);
    // When another comes
    let second = member(&server, "range", "read_uncommitted");
    // Then it begins with the third
    assert_eq!(next_value(&second), "c");
}

#[test]
fn offsets_sent_in_a_transaction_count_when_it_is_committed() {
    // Given a member that has read a record
    let server = server();
    create_topic(&server, "orders", PARTITIONS);
    let producer = crate::client::transactional(&server, "task-0");
    producer.init_transactions(DEADLINE).unwrap();
    producer.begin_transaction().unwrap();
    for value in ["a", "b"] {
        send(&producer, "orders", 0, value);
    }
    flush(&producer);
    producer.commit_transaction(DEADLINE).unwrap();
    let first = member(&server, "range", "read_committed");
    assert_eq!(next_value(&first), "a");
    // When its position is sent in a transaction that is aborted, and in one that is committed
    let metadata = first.group_metadata().unwrap();
    for commits in [false, true] {
        producer.begin_transaction().unwrap();
        producer
            .send_offsets_to_transaction(&first.position().unwrap(), &metadata, DEADLINE)
            .unwrap();
        match commits {
            false => producer.abort_transaction(DEADLINE).unwrap(),
            true => producer.commit_transaction(DEADLINE).unwrap(),
        }
    }
    drop(first);
    // Then the next member begins after it
    assert_eq!(next_value(&member(&server, "range", "read_committed")), "b");
}

fn next_value(consumer: &BaseConsumer) -> String {
    let end = Instant::now() + DEADLINE;
    loop {
        assert!(Instant::now() < end, "no record came");
        if let Some(message) = consumer.poll(Duration::from_millis(50)) {
            let message = message.unwrap();
            return String::from_utf8(message.payload().unwrap().to_vec()).unwrap();
        }
    }
}
