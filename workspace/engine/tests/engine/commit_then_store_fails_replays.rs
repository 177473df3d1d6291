//! Between Kafka's commit and the store's write anything may happen: the journal is ahead, and the gap is replayed.

use std::time::Duration;

use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn a_full_disk_after_a_commit_leads_to_a_replay() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut task = world.task_of("one", 0, stores.clone());
    task.take_over();
    stores.fail_next_write(0);
    world.place("o-1");
    task.run();
    assert!(!task.is_running(), "no further transaction follows");
    let transactions = task.transactions;
    world.obey();
    task.run();
    assert_eq!(task.transactions, transactions);
    task.pass(Duration::from_secs(2));
    assert_eq!(world.told(), ["packing 1/1"]);
    task.ends_as_replayed();
}

#[test]
fn a_crash_between_commit_and_write_loses_nothing_and_repeats_nothing() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut task = world.task_of("one", 0, stores.clone());
    task.take_over();
    world.place("o-1");
    task.dies_after_commits = Some(1);
    task.run();
    assert!(task.is_dead());
    task.crash();
    let mut again = world.task_of("one", 0, stores);
    again.take_over();
    assert_eq!(world.obey(), ["payment 1/1", "stock 1/1"]);
    again.run();
    assert_eq!(world.told(), ["packing 1/1"]);
    again.ends_as_replayed();
}

#[test]
fn a_store_that_fails_during_the_replay_is_tried_again() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut task = world.task_of("one", 0, stores.clone());
    stores.fail_next_write(0);
    task.propose();
    assert!(!task.is_running());
    task.pass(Duration::from_secs(2));
    assert!(task.is_running());
    task.ends_as_replayed();
}
