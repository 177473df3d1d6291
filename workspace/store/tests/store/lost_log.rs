//! A crash of the machine takes the end of RocksDB's log. What is left is the state after some whole change, and the
//! checkpoint says after which.

use std::{fs, path::PathBuf};

use palinode_core::Timestamp;
use palinode_store::{Store, Stores, memory::MemoryStores};

use crate::{
    fixture::started_at,
    twins::{Disk, Rocks, RocksAtOnce, TASK},
};

const CHANGES: i64 = 20;

/// RocksDB's log, the longest one.
fn log(disk: &Rocks) -> PathBuf {
    let files = fs::read_dir(disk.folder()).unwrap().map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap()
}

/// The store when only `percent` of the log is left.
fn is_a_prefix(percent: u64) -> i64 {
    let disk = RocksAtOnce::default();
    let mut store = disk.open();
    (0..CHANGES).for_each(|offset| store.write(started_at(offset)).unwrap());
    drop(store);
    let file = fs::OpenOptions::new().write(true).open(log(&disk.0)).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(length * percent / 100).unwrap();

    let mut left = disk.open();
    let reflected = left
        .checkpoint()
        .journal
        .as_ref()
        .map_or(0, |journal| journal.offset + 1);
    let mut model = MemoryStores::default().open(TASK).unwrap();
    (0..reflected).for_each(|offset| model.write(started_at(offset)).unwrap());
    assert_eq!(left.checkpoint(), model.checkpoint());
    assert_eq!(left.open_count(), model.open_count());
    assert_eq!(
        left.open_sagas(None, 100).unwrap(),
        model.open_sagas(None, 100).unwrap()
    );
    let now = Timestamp(i64::MAX);
    assert_eq!(left.due_timers(now, 100).unwrap(), model.due_timers(now, 100).unwrap());
    left.write(started_at(reflected)).unwrap();
    reflected
}

#[test]
fn what_is_left_of_the_log_is_a_prefix_of_the_changes() {
    let reflected: Vec<_> = [0, 13, 50, 77, 99, 100].into_iter().map(is_a_prefix).collect();
    assert!(reflected.is_sorted(), "{reflected:?}");
    assert_eq!(
        (reflected[0], reflected[4], reflected[5]),
        (0, CHANGES - 1, CHANGES),
        "{reflected:?}"
    );
}
