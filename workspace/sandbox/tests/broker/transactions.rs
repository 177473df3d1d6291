//! Transactions of librdkafka: what is committed is seen, what is aborted is not, and an old owner is fenced.

use rdkafka::producer::Producer;

use crate::client::{DEADLINE, create_topic, flush, read_to_end, reader, send, server, transactional};

#[test]
fn committed_records_are_seen_and_aborted_ones_only_by_those_who_ask() {
    // Given a producer
    let server = server();
    create_topic(&server, "orders", 1);
    let producer = transactional(&server, "task-0");
    producer.init_transactions(DEADLINE).unwrap();
    // When it commits, aborts and commits
    for (value, commits) in [("first", true), ("second", false), ("third", true)] {
        producer.begin_transaction().unwrap();
        send(&producer, "orders", 0, value);
        flush(&producer);
        match commits {
            true => producer.commit_transaction(DEADLINE).unwrap(),
            false => producer.abort_transaction(DEADLINE).unwrap(),
        }
    }
    // Then readers of committed records see two of the three
    assert_eq!(
        read_to_end(&reader(&server, "orders", "read_committed")),
        ["first", "third"]
    );
    assert_eq!(
        read_to_end(&reader(&server, "orders", "read_uncommitted")),
        ["first", "second", "third"]
    );
}

#[test]
fn an_open_transaction_is_not_seen_until_it_is_committed() {
    let server = server();
    create_topic(&server, "orders", 1);
    let producer = transactional(&server, "task-0");
    producer.init_transactions(DEADLINE).unwrap();
    producer.begin_transaction().unwrap();
    send(&producer, "orders", 0, "pending");
    flush(&producer);
    assert!(read_to_end(&reader(&server, "orders", "read_committed")).is_empty());
    producer.commit_transaction(DEADLINE).unwrap();
    assert_eq!(read_to_end(&reader(&server, "orders", "read_committed")), ["pending"]);
}

#[test]
fn a_new_owner_of_an_id_fences_the_old_one() {
    // Given an owner with an open transaction
    let server = server();
    create_topic(&server, "orders", 1);
    let old = transactional(&server, "task-0");
    old.init_transactions(DEADLINE).unwrap();
    old.begin_transaction().unwrap();
    send(&old, "orders", 0, "old");
    flush(&old);
    // When another takes the id over
    let new = transactional(&server, "task-0");
    new.init_transactions(DEADLINE).unwrap();
    // Then the old one cannot commit, and nothing of it is seen
    assert!(old.commit_transaction(DEADLINE).is_err());
    new.begin_transaction().unwrap();
    send(&new, "orders", 0, "new");
    flush(&new);
    new.commit_transaction(DEADLINE).unwrap();
    assert_eq!(read_to_end(&reader(&server, "orders", "read_committed")), ["new"]);
}
