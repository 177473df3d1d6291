//! Checkpoints: what is written, when, and that inputs do not wait for them.

use std::{rc::Rc, time::Duration};

use palinode_engine::{Settings, cycle::Signal};
use palinode_log::{Consumed, memory::Fault};
use palinode_store::{Stores, memory::MemoryStores};
use palinode_wire::snapshots::{CheckpointDone, SnapshotKey, SnapshotRecord};

use crate::support::{Setup, Shell, World};

/// The time after which a checkpoint is due: shorter than any time-out.
pub(crate) const INTERVAL: Duration = Duration::from_secs(1);

/// A world with a checkpoint after so many journal records.
pub(crate) fn world_with(checkpoint_records: u64) -> Rc<World> {
    World::with(Setup {
        settings: Settings {
            checkpoint_records,
            checkpoint_interval: INTERVAL,
            ..Settings::default()
        },
        ..Setup::default()
    })
}

impl World {
    /// What stands in the snapshots, in short.
    pub(crate) fn snapshots(&self) -> Vec<String> {
        self.broker
            .read("palinode.snapshots")
            .iter()
            .map(|record| self.snapshot(record))
            .collect()
    }

    fn snapshot(&self, record: &Consumed) -> String {
        let key = std::str::from_utf8(record.key.as_ref().unwrap()).unwrap();
        let Some(value) = &record.value else {
            return format!("tombstone {}", key.strip_prefix("saga/order-fulfilment/").unwrap());
        };
        let read = self.journal_schemas.snapshots.read(&self.schemas, value).unwrap();
        match (SnapshotKey::parse(key).unwrap(), read) {
            (SnapshotKey::Saga(id), SnapshotRecord::Saga(saga)) => {
                assert_eq!(id, saga.id);
                format!("{} at {}", id.key, saga.sequence.0)
            }
            (SnapshotKey::Closed { .. }, SnapshotRecord::Closed(list)) => {
                let keys = list
                    .sagas
                    .iter()
                    .map(|saga| format!("{} at {}", saga.id.key, saga.sequence.0));
                format!("closed: {}", keys.collect::<Vec<_>>().join(", "))
            }
            (SnapshotKey::Done, SnapshotRecord::Done(_)) => "done".into(),
            (key, read) => panic!("{key:?}: {read:?}"),
        }
    }

    /// The ends of the checkpoints.
    pub(crate) fn checkpoints(&self) -> Vec<CheckpointDone> {
        let records = self.broker.read("palinode.snapshots");
        let values = records.iter().filter_map(|record| record.value.as_ref());
        let read = values.map(|value| self.journal_schemas.snapshots.read(&self.schemas, value));
        read.filter_map(|record| match record {
            Ok(SnapshotRecord::Done(done)) => Some(done),
            Ok(SnapshotRecord::Saga(_) | SnapshotRecord::Closed(_)) | Err(_) => None,
        })
        .collect()
    }
}

/// A task that makes a checkpoint when it is told to: nothing is written before.
fn task_of(world: &Rc<World>) -> Shell {
    let mut task = world.task();
    task.take_over();
    assert_eq!(world.snapshots(), [""; 0]);
    task
}

/// Lets the time pass after which a checkpoint is due.
pub(crate) fn checkpoint<St: Stores>(task: &mut Shell<St>) {
    let before = task.world.checkpoints().len();
    task.pass(INTERVAL);
    task.tell(Signal::Tick);
    task.pass(INTERVAL / 2);
    assert_eq!(task.world.checkpoints().len(), before + 1);
}

/// The order is carried out to its end.
pub(crate) fn complete<St: Stores>(task: &mut Shell<St>) {
    for _ in 0..4 {
        task.world.obey();
        task.run();
    }
}

#[test]
fn a_saga_that_goes_on_is_written_once_for_each_change() {
    let world = world_with(u64::MAX);
    let mut task = task_of(&world);
    world.place("o-1");
    world.place("o-2");
    task.run();
    world.commands();
    checkpoint(&mut task);
    let at_first = world.snapshots();
    assert_eq!(at_first.len(), 3, "{at_first:?}");
    assert!(
        at_first[0].starts_with("o-1 at") && at_first[1].starts_with("o-2 at"),
        "{at_first:?}"
    );
    world.cancel("o-2");
    task.run();
    checkpoint(&mut task);
    let then = world.snapshots().split_off(3);
    assert_eq!(then.len(), 2, "only the one that has changed: {then:?}");
    assert!(then[0].starts_with("o-2 at"));
    task.ends_as_replayed();
}

#[test]
fn a_saga_that_ends_between_two_checkpoints_has_no_record_of_its_own() {
    let world = world_with(u64::MAX);
    let mut task = task_of(&world);
    world.place("o-1");
    task.run();
    complete(&mut task);
    assert_eq!(world.last("o-1"), "SagaCompleted");
    checkpoint(&mut task);
    let written = world.snapshots();
    assert_eq!(written.len(), 2, "{written:?}");
    assert!(
        written[0].starts_with("closed: o-1 at") && written[1] == "done",
        "{written:?}"
    );
    task.ends_as_replayed();
}

#[test]
fn tombstones_of_ended_sagas_come_after_the_end_of_the_checkpoint() {
    let world = world_with(u64::MAX);
    let mut task = task_of(&world);
    world.place("o-1");
    task.run();
    checkpoint(&mut task);
    complete(&mut task);
    checkpoint(&mut task);
    let then = world.snapshots().split_off(2);
    assert!(then[0].starts_with("closed: o-1 at"), "{then:?}");
    assert_eq!(then[1..], ["done", "tombstone o-1"]);
    // And only once.
    world.place("o-2");
    task.run();
    checkpoint(&mut task);
    assert_eq!(
        world
            .snapshots()
            .iter()
            .filter(|record| record.starts_with("tombstone"))
            .count(),
        1
    );
    task.ends_as_replayed();
}

#[test]
fn a_task_without_changes_makes_no_checkpoint() {
    let world = world_with(u64::MAX);
    let mut task = task_of(&world);
    checkpoint(&mut task);
    task.pass(Duration::from_secs(3_600));
    task.tell(Signal::Tick);
    task.pass(Duration::from_secs(1));
    assert_eq!(world.checkpoints().len(), 1);
    task.ends_as_replayed();
}

#[test]
fn inputs_go_on_between_the_parts_of_a_checkpoint() {
    let world = world_with(u64::MAX);
    let mut task = task_of(&world);
    for order in 0..1_000 {
        world.place(&format!("o-{order}"));
    }
    task.run();
    task.commit_takes = Duration::from_millis(5);
    world.later(INTERVAL);
    task.tell(Signal::Tick);
    assert_eq!(task.snapshot_transactions, 1, "a bounded part, and then a pause");
    let (began, transactions) = (task.now(), task.transactions);
    world.place("o-meanwhile");
    task.run();
    assert!(task.transactions > transactions && task.snapshot_transactions == 1);
    assert_eq!(
        task.now().since(began),
        Duration::from_millis(5),
        "the order does not wait"
    );
    task.pass(INTERVAL / 2);
    assert_eq!(world.checkpoints().len(), 1);
    assert!(
        world.snapshots().iter().all(|record| !record.contains("meanwhile")),
        "it came after the line"
    );
    task.ends_as_replayed();
}

#[test]
fn a_checkpoint_reflects_the_journal_as_it_was_when_it_began() {
    let world = world_with(u64::MAX);
    let mut task = task_of(&world);
    world.place("o-1");
    task.run();
    let begun = world.broker.read("palinode.journal").last().unwrap().offset;
    checkpoint(&mut task);
    let done = world.checkpoints().pop().unwrap();
    assert_eq!((done.offset, done.open_sagas, done.task), (begun, 1, 0));
    assert!(!done.positions.is_empty() && done.activations.len() == 1);
    task.ends_as_replayed();
}

#[test]
fn an_aborted_part_is_tried_again() {
    let world = world_with(u64::MAX);
    let mut task = task_of(&world);
    world.place("o-1");
    task.run();
    for _ in 0..3 {
        world.broker.fail_next_commit(0, Fault::Abort);
    }
    checkpoint(&mut task);
    assert_eq!(world.snapshots().len(), 2);
    task.ends_as_replayed();
}

#[test]
fn an_owner_that_was_fenced_writes_no_more_snapshots() {
    let world = world_with(u64::MAX);
    let mut zombie = task_of(&world);
    world.place("o-1");
    zombie.run();
    let mut owner = world.task_of("two", 0, MemoryStores::default());
    owner.take_over();
    world.later(INTERVAL);
    zombie.tell(Signal::Tick);
    assert_eq!(world.snapshots(), [""; 0]);
    assert!(!zombie.is_running());
    owner.ends_as_replayed();
}

#[test]
fn after_an_unknown_end_the_task_works_on_and_is_taken_over_again_later() {
    for fault in [Fault::UnknownCommitted, Fault::UnknownAborted] {
        let world = world_with(u64::MAX);
        let mut task = task_of(&world);
        world.place("o-1");
        task.run();
        world.later(INTERVAL);
        world.broker.fail_next_commit(0, fault);
        task.tell(Signal::Tick);
        assert!(task.is_running());
        complete(&mut task);
        assert_eq!(world.last("o-1"), "SagaCompleted");
        let written = world.snapshots().len();
        task.pass(Duration::from_secs(500));
        assert_eq!(world.snapshots().len(), written, "its id is not used again");
        assert_eq!(world.checkpoints().len(), 0);
        task.pass(Duration::from_secs(200));
        task.tell(Signal::Tick);
        task.pass(Duration::from_secs(10));
        assert!(task.is_running());
        checkpoint(&mut task);
        task.ends_as_replayed();
    }
}
