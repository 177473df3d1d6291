//! What is set aside is out of the way, and not at once lost.

use std::fs;

use palinode_store::{Checkpoint, Store, Stores};

use crate::{
    fixture::started_at,
    twins::{Disk, Rocks, TASK},
};

for_both_twins!(the_next_open_is_empty, nothing_is_set_aside_where_nothing_is);

fn the_next_open_is_empty(disk: &impl Disk) {
    disk.open().write(started_at(1)).unwrap();
    let stores = disk.stores();
    stores.set_aside(TASK, "a test").unwrap();
    let store = stores.open(TASK).unwrap();
    assert_eq!((store.checkpoint(), store.open_count()), (&Checkpoint::default(), 0));
}

fn nothing_is_set_aside_where_nothing_is(disk: &impl Disk) {
    disk.stores().set_aside(TASK, "a test").unwrap();
    disk.open();
}

#[test]
fn the_last_two_folders_are_kept_with_their_reasons() {
    let disk = Rocks::default();
    for reason in ["the first", "the second", "the third"] {
        disk.open();
        disk.stores().set_aside(TASK, reason).unwrap();
    }
    let reason = |number| fs::read_to_string(disk.member().join(format!("task-{TASK}.aside-{number}/reason.txt"))).ok();
    assert_eq!(
        [1, 2, 3].map(reason),
        [None, Some("the second\n".into()), Some("the third\n".into())]
    );
    assert!(!disk.folder().exists());
}

#[test]
fn what_was_set_aside_of_another_task_is_left_alone() {
    let disk = Rocks::default();
    let other = disk.member().join(format!("task-{TASK}0.aside-1"));
    fs::create_dir_all(&other).unwrap();
    for _ in 0..3 {
        disk.open();
        disk.stores().set_aside(TASK, "a test").unwrap();
    }
    assert!(other.exists());
}
