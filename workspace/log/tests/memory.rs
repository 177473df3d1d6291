//! The log in memory keeps the promises of the traits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use palinode_log::{
    Application, Consumed, Error, Log, Outcome, Paused, PollLimits, Produced, Refused, Slot, TaskLog, TopicPartition,
    memory::{Fault, MemoryBroker, MemoryLog, MemoryTask},
};

const ALL: PollLimits = PollLimits {
    records_max: 100,
    bytes_max: usize::MAX,
};

fn broker() -> MemoryBroker {
    let broker = MemoryBroker::new();
    for topic in ["t.palinode.journal", "t.in", "t.out"] {
        broker.create_topic(topic, 2);
    }
    broker
}

fn log(broker: &MemoryBroker) -> MemoryLog {
    let application = Application {
        name: "shop".into(),
        topic_prefix: "t.".into(),
        partitions: 2,
        member: "member-1".into(),
    };
    MemoryLog::new(broker.clone(), application)
}

fn owner(broker: &MemoryBroker) -> MemoryTask {
    let mut task = log(broker).open(0, Arc::new(|| {})).unwrap();
    Slot::ALL.into_iter().for_each(|slot| task.fence(slot).unwrap());
    task
}

fn record(topic: &str, value: &'static str) -> Produced {
    Produced {
        topic: topic.into(),
        partition: Some(0),
        key: Some(Bytes::from_static(b"key")),
        value: Some(Bytes::from_static(value.as_bytes())),
        headers: Vec::new(),
    }
}

fn journal(value: &'static str) -> Produced {
    record("t.palinode.journal", value)
}

fn values(records: &[Consumed]) -> Vec<String> {
    records
        .iter()
        .map(|record| String::from_utf8_lossy(record.value.as_ref().unwrap()).into_owned())
        .collect()
}

fn input() -> TopicPartition {
    TopicPartition::new("t.in", 0)
}

fn poll(task: &mut MemoryTask) -> Vec<Consumed> {
    let mut read = Vec::new();
    task.poll(ALL, Duration::ZERO, &mut read).unwrap();
    read
}

#[test]
fn a_marker_takes_an_offset() {
    let mut task = owner(&broker());

    let first = task.commit(Slot::A, &[journal("one"), record("t.out", "x"), journal("two")]);
    let second = task.commit(Slot::B, &[journal("three")]);

    assert_eq!(
        first,
        Outcome::Committed {
            journal_offset: Some(1)
        }
    );
    assert_eq!(
        second,
        Outcome::Committed {
            journal_offset: Some(3)
        }
    );
    assert_eq!(task.journal_bounds().unwrap(), (0, 5));
}

#[test]
fn an_older_instance_is_fenced_and_then_gone() {
    let broker = broker();
    let (mut old, mut new) = (owner(&broker), owner(&broker));

    assert_eq!(old.commit(Slot::A, &[journal("late")]), Outcome::Fenced);
    assert!(matches!(
        old.commit(Slot::A, &[journal("late")]),
        Outcome::Indefinite { .. }
    ));
    assert!(matches!(
        new.commit(Slot::A, &[journal("claim")]),
        Outcome::Committed { .. }
    ));
    assert_eq!(values(&broker.read("t.palinode.journal")), ["claim"]);
}

#[test]
fn faults_end_commits_as_told_and_leave_what_they_say() {
    let broker = broker();
    let mut task = owner(&broker);
    broker.fail_next_commit(0, Fault::Abort);
    broker.fail_next_commit(0, Fault::Refuse("t.out".into()));
    broker.fail_next_commit(0, Fault::UnknownCommitted);

    let aborted = task.commit(Slot::A, &[journal("aborted")]);
    let refused = task.commit(Slot::A, &[journal("refused")]);
    let unknown = task.commit(Slot::A, &[journal("stands")]);
    broker.fail_next_commit(0, Fault::UnknownAborted);
    broker.fail_next_commit(0, Fault::Fence);

    assert!(matches!(aborted, Outcome::Aborted { refused: None, .. }));
    let blamed = Some(Refused {
        topic: "t.out".into(),
        record: None,
    });
    assert!(matches!(refused, Outcome::Aborted { refused, .. } if refused == blamed));
    assert!(matches!(unknown, Outcome::Indefinite { .. }));
    assert!(matches!(
        task.commit(Slot::B, &[journal("does not stand")]),
        Outcome::Indefinite { .. }
    ));
    assert_eq!(task.commit(Slot::Snapshot, &[journal("nor this")]), Outcome::Fenced);
    assert_eq!(values(&broker.read("t.palinode.journal")), ["stands"]);
}

#[test]
fn what_cannot_be_written_is_named_and_nothing_stands() {
    let broker = broker();
    broker.set_record_bytes_max("t.out", 10);
    let mut task = owner(&broker);

    for bad in [record("t.nowhere", "x"), record("t.out", "much too large")] {
        let topic = Arc::clone(&bad.topic);
        let outcome = task.commit(Slot::A, &[journal("one"), bad]);
        let blamed = Some(Refused { topic, record: Some(1) });
        assert!(
            matches!(&outcome, Outcome::Aborted { refused, .. } if *refused == blamed),
            "{outcome:?}"
        );
    }
    assert!(broker.read("t.palinode.journal").is_empty());
}

#[test]
fn inputs_are_read_in_the_order_in_which_they_were_written() {
    let broker = broker();
    let mut task = owner(&broker);
    for (partition, value) in [(0, "one"), (1, "two"), (0, "three")] {
        broker
            .produce("t.in", Some(partition), "key", Some(value.into()), Vec::new())
            .unwrap();
    }
    task.assign(&[(TopicPartition::new("t.in", 1), 0), (input(), 0)])
        .unwrap();

    assert_eq!(values(&poll(&mut task)), ["one", "two", "three"]);

    task.assign(&[(input(), 1)]).unwrap();
    task.set_paused(&[input()], Paused::Yes).unwrap();
    assert!(poll(&mut task).is_empty());
    task.set_paused(&[input()], Paused::No).unwrap();
    assert_eq!(values(&poll(&mut task)), ["three"]);
}

#[test]
fn positions_reach_the_ends_behind_markers_and_aborted_records() {
    let broker = broker();
    let mut task = owner(&broker);
    assert!(matches!(
        task.commit(Slot::A, &[record("t.in", "one")]),
        Outcome::Committed { .. }
    ));
    broker.fail_next_commit(0, Fault::Abort);
    assert!(matches!(
        task.commit(Slot::A, &[record("t.in", "aborted")]),
        Outcome::Aborted { .. }
    ));
    task.assign(&[(input(), 0)]).unwrap();

    assert_eq!(values(&poll(&mut task)), ["one"]);
    assert_eq!(task.positions().unwrap(), [(input(), 4)]);
    assert_eq!(task.ends(&[input()]).unwrap(), [4]);
}

#[test]
fn wakes_for_new_records_and_when_a_poll_stops_at_its_limits() {
    let broker = broker();
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let wake = move || {
        counted.fetch_add(1, Ordering::SeqCst);
    };
    let mut task = log(&broker).open(0, Arc::new(wake)).unwrap();
    task.assign(&[(input(), 0)]).unwrap();
    let before = wakes.load(Ordering::SeqCst);

    broker.produce("t.in", Some(1), "key", None, Vec::new()).unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), before);
    for _ in 0..2 {
        broker.produce("t.in", Some(0), "key", None, Vec::new()).unwrap();
    }
    assert_eq!(wakes.load(Ordering::SeqCst), before + 2);
    task.poll(
        PollLimits {
            records_max: 1,
            bytes_max: 100,
        },
        Duration::ZERO,
        &mut Vec::new(),
    )
    .unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), before + 3);
}

#[test]
fn deleted_records_are_out_of_range_and_a_journal_begins_behind_them() {
    let broker = broker();
    let mut task = owner(&broker);
    for value in ["one", "two"] {
        broker
            .produce("t.in", Some(0), "key", Some(value.into()), Vec::new())
            .unwrap();
        broker
            .produce("t.palinode.journal", Some(0), "key", Some(value.into()), Vec::new())
            .unwrap();
    }
    broker.delete_records("t.in", 0, 1);
    broker.delete_records("t.palinode.journal", 0, 1);

    task.assign(&[(input(), 0)]).unwrap();
    let refused = task.poll(ALL, Duration::ZERO, &mut Vec::new()).unwrap_err();
    assert!(
        matches!(refused, Error::OffsetOutOfRange { offset: 0, .. }),
        "{refused}"
    );
    task.open_journal(0).unwrap();
    let mut read = Vec::new();
    task.poll_journal(ALL, Duration::ZERO, &mut read).unwrap();
    assert_eq!(values(&read), ["two"]);
}

#[test]
fn a_broker_that_is_away_answers_nothing() {
    let broker = broker();
    let mut task = owner(&broker);
    broker.set_unavailable(true);

    assert!(task.fence(Slot::A).unwrap_err().is_retriable());
    assert!(task.ends(&[input()]).unwrap_err().is_retriable());
    assert!(matches!(
        task.commit(Slot::B, &[journal("lost")]),
        Outcome::Indefinite { .. }
    ));

    broker.set_unavailable(false);
    assert!(task.fence(Slot::B).is_ok());
    assert!(broker.read("t.palinode.journal").is_empty());
}
