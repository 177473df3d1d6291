//! A process that is killed takes the changes with it that RocksDB does not have. What is left is the state after some
//! whole change, and the checkpoint says after which.

use std::{fs, path::Path};

use palinode_core::Timestamp;
use palinode_store::{Change, Store, Stores, memory::MemoryStores};

use crate::{
    fixture::{closed, deadline, id, known, started_at, timers},
    twins::{Disk, Rocks, TASK},
};

/// More than a task keeps before it writes.
const CHANGES: i64 = 3_000;

/// What a kill would leave of `disk` now, as a disk of its own.
fn killed(disk: &Rocks) -> Rocks {
    let left = Rocks::default();
    fs::create_dir_all(left.folder()).unwrap();
    copy(&disk.folder(), &left.folder());
    left
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn what_is_left_is_a_prefix_of_the_changes_and_the_rest_can_be_replayed() {
    let disk = Rocks::default();
    let mut store = disk.open();
    (0..CHANGES).for_each(|offset| store.write(started_at(offset)).unwrap());

    let left = killed(&disk);

    let mut left = left.open();
    let reflected = left.checkpoint().journal.as_ref().unwrap().offset + 1;
    assert!((1..CHANGES).contains(&reflected), "{reflected}");
    let mut model = MemoryStores::default().open(TASK).unwrap();
    (0..reflected).for_each(|offset| model.write(started_at(offset)).unwrap());
    assert_eq!(left.checkpoint(), model.checkpoint());
    (reflected..CHANGES).for_each(|offset| left.write(started_at(offset)).unwrap());
    let now = Timestamp(i64::MAX);
    assert_eq!(left.checkpoint(), store.checkpoint());
    assert_eq!(left.open_count(), store.open_count());
    assert_eq!(
        left.open_sagas(None, usize::MAX).unwrap(),
        store.open_sagas(None, usize::MAX).unwrap()
    );
    assert_eq!(
        left.due_timers(now, usize::MAX).unwrap(),
        store.due_timers(now, usize::MAX).unwrap()
    );
}

#[test]
fn many_changes_of_few_sagas_are_written_before_they_are_too_many_to_replay() {
    let disk = Rocks::default();
    let mut store = disk.open();
    let changes = 20_000;
    for offset in 0..changes {
        let change = Change {
            sagas: started_at(0).sagas,
            ..started_at(offset)
        };
        store.write(change).unwrap();
    }

    let left = killed(&disk).open();

    assert!(left.checkpoint().journal.as_ref().unwrap().offset > 0);
}

#[test]
fn an_orderly_end_leaves_nothing_to_replay() {
    let disk = Rocks::default();
    let mut store = disk.open();
    store.write(started_at(1)).unwrap();
    let end = known(&store, timers(&id("order-0001"), closed(2), &[deadline(5_001)], &[]));
    store.write(end).unwrap();
    let expected = store.checkpoint().clone();
    drop(store);

    let mut store = killed(&disk).open();

    assert_eq!(*store.checkpoint(), expected);
    assert_eq!((store.open_count(), store.next_due().unwrap()), (0, None));
    assert_eq!(store.saga(&id("order-0001")).unwrap(), Some(closed(2)));
}
