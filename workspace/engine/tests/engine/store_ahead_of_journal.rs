//! A store that reflects more than the journal has is set aside and made again from the journal. The folder that is set
//! aside says whether the journal was made anew or has lost its end.

use std::{fs, path::Path, rc::Rc};

use palinode_engine::cycle::Signal;
use palinode_log::TopicPartition;
use palinode_store::{
    memory::MemoryStores,
    rocks::{RocksStores, Settings},
};
use tempfile::TempDir;

use crate::support::{Shell, World};

const TOPICS: [&str; 4] = [
    "palinode.journal",
    "payments.commands",
    "warehouse.commands",
    "orders.events",
];

/// The only member, with a disk.
fn member(world: &Rc<World>, disk: &Path) -> Shell<RocksStores> {
    let stores = RocksStores::new(Settings {
        data: disk.to_owned(),
        cluster: "test".into(),
        application: "shop".into(),
        partitions: 1,
        member: "one".into(),
        memory_bytes: 8 << 20,
    });
    world.task_of("one", 0, stores)
}

/// A member that has handled twenty orders and stopped.
fn has_worked(world: &Rc<World>, disk: &Path) {
    let mut one = member(world, disk);
    one.take_over();
    for order in 0..20 {
        world.place(&format!("before-{order}"));
        one.run();
    }
    one.tell(Signal::Stop);
    one.crash();
}

fn made_anew(world: &World) {
    for topic in TOPICS {
        world.broker.delete_topic(topic);
        world.broker.create_topic(topic, 1);
    }
}

/// Why the store was set aside.
fn reason(disk: &Path) -> String {
    fs::read_to_string(disk.join("shop/one/task-0.aside-1/reason.txt")).unwrap()
}

/// The journal's id in the file that says whose state the folder holds.
fn known_journal(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("identity.json")).unwrap();
    let (_, rest) = text.split_once("\"journal\": \"").expect("it names a journal");
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_journal_made_anew_that_nobody_has_opened_yet() {
    let (world, disk) = (World::new(), TempDir::new().unwrap());
    has_worked(&world, disk.path());
    let known = known_journal(&disk.path().join("shop/one/task-0"));
    made_anew(&world);
    let mut after = member(&world, disk.path());
    after.take_over();
    let reason = reason(disk.path());
    assert!(
        reason.starts_with(&format!(
            "the journal was made anew: the store reflects the journal '{known}', and this one is not opened yet"
        )),
        "{reason}"
    );
    assert!(after.saga("before-1").is_none());
    assert_ne!(known_journal(&disk.path().join("shop/one/task-0")), known);
    world.place("o-1");
    after.run();
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1");
    after.ends_as_replayed();
}

#[test]
fn a_journal_made_anew_that_another_member_has_opened() {
    let (world, disk) = (World::new(), TempDir::new().unwrap());
    has_worked(&world, disk.path());
    let known = known_journal(&disk.path().join("shop/one/task-0"));
    made_anew(&world);
    let mut two = world.task_of("two", 0, MemoryStores::default());
    two.take_over();
    world.place("o-1");
    two.run();
    two.tell(Signal::Withdrawn);
    let mut after = member(&world, disk.path());
    // The opening does not come with the first records of the journal.
    after.poll_max = 1;
    after.take_over();
    let opened = known_journal(&disk.path().join("shop/one/task-0"));
    let reason = reason(disk.path());
    assert!(
        reason.starts_with(&format!(
            "the journal was made anew: the store reflects the journal '{known}', and this one is '{opened}'"
        )),
        "{reason}"
    );
    assert!(after.saga("o-1").is_some() && after.saga("before-1").is_none());
    after.ends_as_replayed();
}

#[test]
fn the_same_journal_that_has_lost_its_end() {
    let (world, disk) = (World::new(), TempDir::new().unwrap());
    has_worked(&world, disk.path());
    let known = known_journal(&disk.path().join("shop/one/task-0"));
    let (_, end) = world
        .broker
        .bounds(&TopicPartition::new("palinode.journal", 0))
        .unwrap();
    world.broker.lose_records("palinode.journal", 0, end - 20);
    let mut after = member(&world, disk.path());
    after.take_over();
    let reason = reason(disk.path());
    assert!(
        reason.starts_with("the store reflects the journal up to offset") && !reason.contains("anew"),
        "{reason}"
    );
    assert!(after.saga("before-1").is_some());
    assert_eq!(known_journal(&disk.path().join("shop/one/task-0")), known);
}
