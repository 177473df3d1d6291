//! Writing and reading a task's snapshots.

use std::time::{Duration, Instant};

use palinode_log::{Consumed, Error, Outcome, Produced, Slot, TaskLog};
use palinode_tests::log_world::{EVERYTHING, PATIENCE, SNAPSHOTS, World, is_committed, until};
use rdkafka::producer::{BaseRecord, Producer};

fn with_snapshots() -> World {
    let world = World::new();
    world.create_snapshots();
    world
}

fn snapshot(world: &World, key: &str, value: Option<&str>) -> Produced {
    Produced {
        value: value.map(|value| value.to_owned().into()),
        ..world.record(SNAPSHOTS, Some(1), key, "")
    }
}

/// Everything up to the end.
fn read(task: &mut impl TaskLog) -> Vec<Consumed> {
    let mut records = Vec::new();
    let began = Instant::now();
    while !task
        .poll_snapshots(EVERYTHING, Duration::from_millis(20), &mut records)
        .unwrap()
    {
        assert!(began.elapsed() < PATIENCE, "the end does not come");
    }
    task.close_snapshots();
    records
}

#[test]
fn snapshots_are_read_to_their_end_with_tombstones_and_without_what_was_aborted() {
    let world = with_snapshots();
    let mut task = world.owner(1);
    assert_eq!(task.open_snapshots().unwrap(), (0, 0));
    assert_eq!(read(&mut task), []);
    let first = [snapshot(&world, "a", Some("1")), snapshot(&world, "b", Some("1"))];
    assert!(is_committed(&task.commit(Slot::Snapshot, &first)));
    assert!(is_committed(
        &task.commit(Slot::Snapshot, &[snapshot(&world, "a", None)])
    ));
    let raw = world.raw_producer("aborts");
    raw.begin_transaction().unwrap();
    let topic = world.topic(SNAPSHOTS);
    let aborted = BaseRecord::to(&topic).partition(1).key("c").payload("aborted");
    raw.send(aborted).unwrap();
    raw.flush(Duration::from_secs(10)).unwrap();
    raw.abort_transaction(Duration::from_secs(10)).unwrap();
    let mut next = world.seen_by("member-2").owner(1);
    until("the marker of the abort", || next.open_snapshots().unwrap() == (0, 7));
    let told: Vec<_> = read(&mut next)
        .into_iter()
        .map(|record| (record.key.unwrap(), record.value))
        .collect();
    let one = || Some(b"1"[..].into());
    assert_eq!(
        told,
        [
            (b"a"[..].into(), one()),
            (b"b"[..].into(), one()),
            (b"a"[..].into(), None)
        ]
    );
}

#[test]
fn an_owner_that_was_fenced_writes_no_snapshot() {
    let world = with_snapshots();
    let mut zombie = world.owner(1);
    let mut owner = world.seen_by("member-2").owner(1);
    assert!(!is_committed(
        &zombie.commit(Slot::Snapshot, &[snapshot(&world, "a", Some("old"))])
    ));
    assert!(is_committed(
        &owner.commit(Slot::Snapshot, &[snapshot(&world, "a", Some("new"))])
    ));
    owner.open_snapshots().unwrap();
    let values: Vec<_> = read(&mut owner).into_iter().map(|record| record.value).collect();
    assert_eq!(values, [Some(b"new"[..].into())]);
}

#[test]
fn a_missing_topic_is_told_by_name() {
    let world = World::new();
    let error = world.task(1).open_snapshots().unwrap_err();
    assert!(
        matches!(&error, Error::MissingTopic { topic } if topic.contains(SNAPSHOTS)),
        "{error}"
    );
}

#[test]
fn a_missing_topic_costs_an_owner_nothing_and_takes_snapshots_once_it_is_there() {
    let world = World::new();
    let mut owner = world.owner(1);
    let began = Instant::now();
    for _ in 0..2 {
        let outcome = owner.commit(Slot::Snapshot, &[snapshot(&world, "a", Some("1"))]);
        assert!(
            matches!(&outcome, Outcome::Aborted { reason, .. } if reason.contains(SNAPSHOTS)),
            "{outcome:?}"
        );
    }
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    world.create_snapshots();
    until("the topic takes snapshots", || {
        is_committed(&owner.commit(Slot::Snapshot, &[snapshot(&world, "a", Some("1"))]))
    });
}

#[test]
fn what_is_written_while_they_are_read_is_read_as_well() {
    let world = with_snapshots();
    let mut owner = world.owner(1);
    for key in ["a", "b"] {
        assert!(is_committed(
            &owner.commit(Slot::Snapshot, &[snapshot(&world, key, Some("1"))])
        ));
    }
    let mut standby = world.seen_by("member-2").task(1);
    until("the marker", || standby.open_snapshots().unwrap().1 == 4);
    assert!(is_committed(
        &owner.commit(Slot::Snapshot, &[snapshot(&world, "a", Some("2"))])
    ));
    let mut other = world.seen_by("member-3").task(1);
    until("its marker", || other.open_snapshots().unwrap().1 == 6);
    let keys: Vec<_> = read(&mut standby)
        .into_iter()
        .map(|record| record.key.unwrap())
        .collect();
    assert_eq!(keys, [&b"a"[..], b"b", b"a"]);
}
