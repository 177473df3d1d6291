//! A store whose bytes go wrong while it is in use: the task comes back by itself, with a store that is made again from
//! the journal, and decides as if nothing had been.

use std::{fs, path::Path, rc::Rc, time::Duration};

use palinode_engine::cycle::Signal;
use palinode_store::{
    Stores,
    rocks::{RocksStores, Settings},
};
use tempfile::TempDir;

use crate::support::World;

/// Enough for several blocks of a table.
const ORDERS: usize = 60;

fn stores(disk: &Path) -> RocksStores {
    RocksStores::new(Settings {
        data: disk.to_owned(),
        cluster: "test".into(),
        application: "shop".into(),
        partitions: 1,
        member: "one".into(),
        memory_bytes: 8 << 20,
    })
}

/// Flips a bit of every table, far from the place that an open reads. Says whether there was a table.
fn flip_tables(folder: &Path) -> bool {
    let tables = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut flipped = false;
    for table in tables.filter(|path| path.extension().is_some_and(|extension| extension == "sst")) {
        let mut bytes = fs::read(&table).unwrap();
        if bytes.len() > 8 * 1024 {
            // Sagas stand in the middle.
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
            fs::write(&table, bytes).unwrap();
            flipped = true;
        }
    }
    flipped
}

/// A member that has begun many sagas and stopped.
fn has_worked(world: &Rc<World>, disk: &Path) {
    let mut before = world.task_of("one", 0, stores(disk));
    before.take_over();
    for order in 0..ORDERS {
        world.place(&format!("o-{order:03}"));
        before.run();
    }
    before.tell(Signal::Stop);
    before.crash();
    // What the log has becomes tables with the next open.
    drop(stores(disk).open(0).unwrap());
}

#[test]
fn damage_that_is_met_while_the_task_runs_is_made_again_without_a_person() {
    let (world, disk) = (World::new(), TempDir::new().unwrap());
    let folder = disk.path().join("shop/one/task-0");
    has_worked(&world, disk.path());
    assert!(flip_tables(&folder), "there is no table to damage");

    let mut after = world.task_of("one", 0, stores(disk.path()));
    after.propose();
    assert!(after.is_running(), "nobody has read the place yet");
    // The replies are for sagas all over the tables.
    world.obey();
    after.run();
    assert!(!after.is_running(), "the damage was not met");
    for _ in 0..8 {
        after.pass(Duration::from_secs(2));
        world.obey();
        after.run();
    }

    assert!(after.is_running());
    let reason = fs::read_to_string(disk.path().join("shop/one/task-0.aside-1/reason.txt")).unwrap();
    assert!(reason.contains("is damaged: reading: Corruption"), "{reason}");
    assert!(
        !disk.path().join("shop/one/task-0.aside-2").exists(),
        "it was made again once"
    );
    for order in 0..ORDERS {
        assert_eq!(world.last(&format!("o-{order:03}")), "SagaCompleted");
    }
    after.ends_as_replayed();
}

/// Somebody asks for a saga and meets the damage: the answer is an error, and the task hears of it though no record comes.
#[test]
fn damage_that_a_query_meets_is_made_again_too() {
    let (world, disk) = (World::new(), TempDir::new().unwrap());
    let folder = disk.path().join("shop/one/task-0");
    has_worked(&world, disk.path());
    assert!(flip_tables(&folder), "there is no table to damage");
    let mut after = world.task_of("one", 0, stores(disk.path()));
    after.take_over();

    let all = after.cycle().open_sagas(None, ORDERS).expect("it runs");

    assert!(all.is_err(), "{all:?}");
    after.pass(Duration::from_secs(4));
    assert!(after.is_running());
    assert_eq!(after.cycle().open_sagas(None, ORDERS).unwrap().unwrap().len(), ORDERS);
    after.ends_as_replayed();
}
