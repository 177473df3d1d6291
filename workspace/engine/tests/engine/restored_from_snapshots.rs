//! A node that has lost its disk goes on from the snapshots and the journal's tail; when the snapshots are of no use, from
//! the journal alone.

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use palinode_engine::cycle::{Signal, Status};
use palinode_log::{Log, Outcome, Produced, Slot, TaskLog, TopicPartition, memory::Fault};
use palinode_store::{Store, Stores, memory::MemoryStores, rocks};
use palinode_wire::snapshots::SnapshotRecord;

use crate::{
    checkpoints::{INTERVAL, checkpoint, complete, world_with},
    support::{Shell, World},
};

/// An order that has ended, one that had ended before the line, and one that goes on, with a checkpoint between them.
fn history() -> (Rc<World>, Shell) {
    let world = world_with(u64::MAX);
    let mut task = world.task();
    task.take_over();
    world.place("o-ended");
    task.run();
    complete(&mut task);
    world.place("o-open");
    task.run();
    checkpoint(&mut task);
    world.place("o-later");
    task.run();
    (world, task)
}

/// Deletes the journal below the last checkpoint.
fn trim(world: &World) {
    let done = world.checkpoints().pop().unwrap();
    world.broker.delete_records("palinode.journal", 0, done.offset);
}

/// Another node takes the task over, with nothing on its disk.
fn another(world: &Rc<World>) -> Shell {
    let mut task = world.task_of("two", 0, MemoryStores::default());
    task.propose();
    task
}

fn parked(task: &Shell) -> String {
    match task.status() {
        Status::Parked { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

/// Writes a record of the snapshots as an owner does.
fn write(world: &World, key: &str, value: impl Into<Bytes>) {
    let mut log = world.log("forger").open(0, std::sync::Arc::new(|| ())).unwrap();
    log.fence(Slot::Snapshot).unwrap();
    let record = Produced {
        topic: "palinode.snapshots".into(),
        partition: Some(0),
        key: Some(Bytes::copy_from_slice(key.as_bytes())),
        value: Some(value.into()),
        headers: Vec::new(),
    };
    assert!(matches!(
        log.commit(Slot::Snapshot, &[record]),
        Outcome::Committed { .. }
    ));
}

#[test]
fn the_journal_below_the_checkpoint_is_not_needed() {
    let (world, task) = history();
    task.crash();
    trim(&world);
    let mut task = another(&world);
    assert!(task.is_running(), "{:?}", task.status());
    complete(&mut task);
    assert!(
        matches!(task.status(), Status::Running { open_sagas: 0, .. }),
        "{:?}",
        task.status()
    );
    assert_eq!(world.last("o-open"), "SagaCompleted");
    assert_eq!(world.last("o-later"), "SagaCompleted");
}

#[test]
fn a_saga_that_has_ended_is_not_started_again() {
    let (world, task) = history();
    task.crash();
    trim(&world);
    let mut task = another(&world);
    let before = world.all_commands().len();
    world.place("o-ended");
    task.run();
    assert_eq!(world.last("o-ended"), "InputRejected DUPLICATE_START");
    assert_eq!(world.all_commands().len(), before);
}

#[test]
fn timers_come_back() {
    let (world, task) = history();
    let due = task.crash().stores.open(0).unwrap().next_due().unwrap();
    trim(&world);
    let mut task = another(&world);
    assert_eq!(task.crash_and_look(), due);
    let mut task = another(&world);
    task.pass(Duration::from_secs(3_600));
    assert!(
        world
            .story("o-open")
            .iter()
            .any(|event| event.starts_with("StepTimedOut")),
        "{:?}",
        world.story("o-open")
    );
}

impl Shell {
    fn crash_and_look(&mut self) -> Option<palinode_core::Timestamp> {
        self.tell(Signal::Withdrawn);
        self.shared.stores.open(self.task).unwrap().next_due().unwrap()
    }
}

#[test]
fn rocksdb_is_made_from_snapshots_as_well() {
    let (world, task) = history();
    task.crash();
    trim(&world);
    let folder = tempfile::tempdir().unwrap();
    let stores = || {
        rocks::RocksStores::new(rocks::Settings {
            data: folder.path().into(),
            cluster: "memory".into(),
            application: "shop".into(),
            partitions: 1,
            member: "two".into(),
            memory_bytes: 16 * 1024 * 1024,
        })
    };
    let mut task = world.task_of("two", 0, stores());
    task.take_over();
    checkpoint(&mut task);
    drop(task.crash());
    // And the store that was made goes on by itself, also when there are no snapshots any more.
    world.broker.delete_topic("palinode.snapshots");
    let mut task = world.task_of("two", 0, stores());
    task.take_over();
    complete(&mut task);
    assert_eq!(world.last("o-open"), "SagaCompleted");
    assert_eq!(world.last("o-later"), "SagaCompleted");
}

#[test]
fn without_snapshots_a_trimmed_journal_parks_the_task() {
    let (world, task) = history();
    task.crash();
    trim(&world);
    let end = world
        .broker
        .bounds(&TopicPartition::new("palinode.snapshots", 0))
        .unwrap()
        .1;
    world.broker.delete_records("palinode.snapshots", 0, end);
    assert!(parked(&another(&world)).contains("The snapshots are of no use: "));
    world.broker.delete_topic("palinode.snapshots");
    let reason = parked(&another(&world));
    assert!(reason.contains("palinode.snapshots"), "{reason}");
}

#[test]
fn a_checkpoint_that_a_crash_cut_off_leads_to_the_same() {
    // Each transaction of the second checkpoint is the last one once.
    for cut in 1..=3 {
        let (world, mut task) = history();
        complete(&mut task);
        task.dies_after_commits = Some(cut);
        world.later(INTERVAL);
        task.tell(Signal::Tick);
        task.pass(Duration::from_secs(1));
        assert!(task.is_dead(), "cut {cut}: {:?}", world.snapshots());
        let stores = task.crash();
        drop(stores);
        another(&world).ends_as_replayed();
    }
}

#[test]
fn a_half_made_store_is_made_again() {
    let (world, task) = history();
    task.crash();
    let stores = MemoryStores::default();
    let mut half = world.task_of("two", 0, stores.clone());
    half.poll_max = 1;
    half.tell(Signal::Proposed);
    for _ in 0..2 {
        half.read();
    }
    assert!(!half.is_running());
    half.crash();
    assert!(!stores.open(0).unwrap().is_new());
    let mut again = world.task_of("two", 0, stores);
    again.take_over();
    again.ends_as_replayed();
}

#[test]
fn a_damaged_snapshot_makes_them_useless_and_the_journal_tells_all() {
    let (world, task) = history();
    task.crash();
    let records = world.broker.read("palinode.snapshots");
    let open = records
        .iter()
        .find(|record| record.key.as_deref() == Some(b"saga/order-fulfilment/o-open"))
        .unwrap();
    let value = open.value.clone().unwrap();
    write(&world, "saga/order-fulfilment/o-open", value.slice(..value.len() - 1));
    let task = another(&world);
    assert!(task.is_running());
    task.ends_as_replayed();
    trim(&world);
    let reason = parked(&another(&world));
    assert!(reason.contains("one of them cannot be read"), "{reason}");
}

#[test]
fn a_snapshot_of_another_format_is_not_read_until_it_is_written_again() {
    let (world, task) = history();
    task.crash();
    let records = world.broker.read("palinode.snapshots");
    for record in &records {
        let (Some(key), Some(value)) = (&record.key, &record.value) else {
            continue;
        };
        let schemas = &world.journal_schemas.snapshots;
        let mut read = schemas.read(&world.schemas, value).unwrap();
        match &mut read {
            SnapshotRecord::Saga(saga) => saga.format += 1,
            SnapshotRecord::Closed(list) => list.format += 1,
            SnapshotRecord::Done(_) => continue,
        }
        let mut value = Vec::new();
        read.encode(schemas, &mut value);
        write(&world, std::str::from_utf8(key).unwrap(), value);
    }
    let mut task = another(&world);
    assert!(task.is_running());
    // A node that began from the journal writes everything again, and what it cannot read does not matter any more.
    checkpoint(&mut task);
    task.crash();
    trim(&world);
    let mut task = another(&world);
    assert!(task.is_running(), "{:?}", task.status());
    complete(&mut task);
    assert_eq!(world.last("o-open"), "SagaCompleted");
}

#[test]
fn snapshots_of_another_journal_are_passed_over() {
    let (world, task) = history();
    task.crash();
    world.broker.delete_topic("palinode.journal");
    world.broker.create_topic("palinode.journal", 1);
    world.broker.delete_records("orders.events", 0, i64::MAX);
    // The journal made anew is shorter at first, and then longer than what the snapshots reflect.
    for orders in [0, 60] {
        let mut task = world.task_of(&format!("new-{orders}"), 0, MemoryStores::default());
        task.propose();
        assert!(task.is_running(), "{:?}", task.status());
        assert!(task.saga("o-ended").is_none(), "nothing of the old journal is known");
        for order in 0..orders {
            world.place(&format!("new-{order}"));
        }
        task.run();
        task.crash();
    }
    let mut task = another(&world);
    assert!(task.is_running());
    checkpoint(&mut task);
    task.crash();
    // And now they are those of the new one.
    trim(&world);
    let task = another(&world);
    assert!(task.is_running(), "{:?}", task.status());
    assert!(task.saga("new-7").is_some() && task.saga("o-open").is_none());
}

#[test]
fn a_record_that_is_no_snapshot_is_told() {
    let (world, task) = history();
    task.crash();
    write(&world, "something else", Bytes::from_static(b"x"));
    trim(&world);
    let reason = parked(&another(&world));
    assert!(reason.contains("one of them cannot be read"), "{reason}");
}

#[test]
fn a_broker_that_is_away_is_waited_for() {
    let (world, task) = history();
    task.crash();
    let mut task = world.task_of("two", 0, MemoryStores::default());
    task.poll_max = 1;
    task.tell(Signal::Proposed);
    world.broker.fail_next_commit(0, Fault::Abort);
    task.run();
    task.pass(Duration::from_secs(5));
    assert!(task.is_running());
    task.ends_as_replayed();
}

#[test]
fn without_the_topic_the_journal_tells_all_and_the_task_works_on() {
    let (world, task) = history();
    task.crash();
    world.broker.delete_topic("palinode.snapshots");
    let mut task = another(&world);
    assert!(task.is_running(), "{:?}", task.status());
    // Checkpoints come due and cannot be written: orders do not wait for them.
    for order in 0..3 {
        task.pass(INTERVAL);
        world.place(&format!("new-{order}"));
        task.run();
        complete(&mut task);
        assert_eq!(world.last(&format!("new-{order}")), "SagaCompleted");
    }
    // When it is there again, so are they.
    world.broker.create_topic("palinode.snapshots", 1);
    task.pass(Duration::from_secs(120));
    assert_eq!(world.checkpoints().len(), 1);
    task.ends_as_replayed();
}

#[test]
fn a_broker_that_does_not_tell_of_the_snapshots_is_asked_for_a_while_only() {
    let (world, task) = history();
    task.crash();
    let mut task = world.task_of("two", 0, MemoryStores::default());
    task.offer(Signal::Proposed);
    task.hides_snapshots = true;
    task.run();
    assert!(!task.is_running(), "{:?}", task.status());
    task.pass(Duration::from_secs(10));
    assert!(!task.is_running(), "{:?}", task.status());
    task.pass(Duration::from_secs(10));
    assert!(task.is_running(), "{:?}", task.status());
    task.ends_as_replayed();
}
