//! A member with a store reads only what the journal has beyond it.

use palinode_engine::cycle::Signal;
use palinode_store::memory::MemoryStores;
use palinode_store::rocks::{RocksStores, Settings};

use crate::support::World;

#[test]
fn a_restart_goes_on_from_the_store() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut before = world.task_of("one", 0, stores.clone());
    before.take_over();
    world.place("o-1");
    before.run();
    world.obey();
    before.tell(Signal::Stop);
    before.crash();
    let mut after = world.task_of("one", 0, stores);
    after.take_over();
    for _ in 0..3 {
        world.obey();
        after.run();
    }
    assert_eq!(world.last("o-1"), "SagaCompleted");
    after.ends_as_replayed();
}

#[test]
fn a_store_that_missed_another_owners_time_catches_up() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut one = world.task_of("one", 0, stores.clone());
    one.take_over();
    world.place("o-1");
    one.run();
    one.tell(Signal::Withdrawn);
    let mut two = world.task_of("two", 0, MemoryStores::default());
    two.take_over();
    world.obey();
    two.run();
    two.tell(Signal::Withdrawn);
    one.take_over();
    world.obey();
    one.run();
    assert_eq!(world.told(), ["shipment 1/1"]);
    one.ends_as_replayed();
}

#[test]
fn rocksdb_on_a_disk_serves_as_well() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let stores = || {
        RocksStores::new(Settings {
            data: folder.path().into(),
            cluster: "memory".into(),
            application: "shop".into(),
            partitions: 1,
            member: "one".into(),
            memory_bytes: 16 * 1024 * 1024,
        })
    };
    let mut before = world.task_of("one", 0, stores());
    before.take_over();
    world.place("o-1");
    before.run();
    world.obey();
    before.run();
    drop(before.crash());
    let mut after = world.task_of("one", 0, stores());
    after.take_over();
    for _ in 0..3 {
        world.obey();
        after.run();
    }
    assert_eq!(world.last("o-1"), "SagaCompleted");
    after.ends_as_replayed();
}
