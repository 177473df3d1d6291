//! A store has one owner at a time.

use palinode_store::{Error, Stores};

use crate::twins::{Disk, TASK};

for_both_twins!(
    a_store_is_not_opened_twice,
    a_store_in_use_is_not_set_aside,
    other_tasks_are_not_in_the_way
);

fn is_in_use<T>(result: Result<T, Error>) {
    let error = result.err().unwrap();
    assert!(error.to_string().contains("is in use by another process"), "{error}");
    assert_eq!((error.code(), error.is_retriable()), ("STORE_DISK", true));
}

fn a_store_is_not_opened_twice(disk: &impl Disk) {
    let store = disk.open();
    is_in_use(disk.stores().open(TASK));
    drop(store);
    disk.open();
}

fn a_store_in_use_is_not_set_aside(disk: &impl Disk) {
    let store = disk.open();
    is_in_use(disk.stores().set_aside(TASK, "a test"));
    drop(store);
    disk.stores().set_aside(TASK, "a test").unwrap();
}

fn other_tasks_are_not_in_the_way(disk: &impl Disk) {
    let _store = disk.open();
    disk.stores().open(TASK + 1).unwrap();
}
