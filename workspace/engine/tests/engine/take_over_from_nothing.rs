//! A member without a store of its own makes everything again from the journal.

use std::time::Duration;

use palinode_engine::cycle::{SchemaAnswer, Signal, Status};
use palinode_log::memory::Fault;
use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn a_new_journal_is_opened_and_tells_where_its_inputs_begin() {
    let world = World::new();
    world.place("before-we-came");
    let mut task = world.task();
    task.take_over();
    let mut expected = vec!["claimed", "opened"];
    expected.extend(["input added"; 6]);
    expected.extend(["definition activated", "positions"]);
    assert_eq!(world.books()[..10], expected);
    assert_eq!(world.last("before-we-came"), "StepRequested stock 1/1");
    task.ends_as_replayed();
}

#[test]
fn another_member_goes_on_where_the_first_one_died() {
    let world = World::new();
    let mut first = world.task();
    first.take_over();
    world.place("o-1");
    first.run();
    world.obey();
    first.crash();
    let mut second = world.task_of("two", 0, MemoryStores::default());
    second.take_over();
    for _ in 0..3 {
        world.obey();
        second.run();
    }
    assert_eq!(world.last("o-1"), "SagaCompleted");
    assert_eq!(world.all_commands().len(), 5, "nobody is asked twice");
    second.ends_as_replayed();
}

#[test]
fn a_journal_is_opened_also_when_its_first_owner_dies_after_the_claim() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut first = world.task_of("one", 0, stores.clone());
    first.tell(Signal::Proposed);
    world.broker.fail_next_commit(0, Fault::Fence);
    first.read();
    assert_eq!(world.books(), ["claimed"]);
    first.crash();
    let mut again = world.task_of("one", 0, stores);
    again.take_over();
    assert_eq!(world.books().iter().filter(|record| **record == "opened").count(), 1);
    again.ends_as_replayed();
}

#[test]
fn nothing_is_read_before_the_claim_was_read_back() {
    let world = World::new();
    let mut task = world.task();
    world.place("o-1");
    task.tell(Signal::Proposed);
    assert!(matches!(task.status(), Status::TakingOver { .. }));
    task.tell(Signal::Tick);
    task.tell(Signal::Schema(palinode_core::SchemaId(1), SchemaAnswer::Unknown));
    assert_eq!(world.story("o-1"), [""; 0]);
    task.run();
    assert!(!world.story("o-1").is_empty());
    task.ends_as_replayed();
}

#[test]
fn a_member_whose_broker_is_away_tries_again_ever_more_seldom() {
    let world = World::new();
    let mut task = world.task();
    world.broker.set_unavailable(true);
    task.propose();
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let next = task.deadline().unwrap().since(task.now());
        pauses.push(next);
        task.pass(next);
    }
    assert!(
        pauses[0] >= Duration::from_secs(1) && pauses[0] < Duration::from_secs(2),
        "{pauses:?}"
    );
    assert!(
        pauses[7] >= Duration::from_secs(60) && pauses[7] < Duration::from_secs(91),
        "{pauses:?}"
    );
    assert!(matches!(task.status(), Status::TakingOver { trouble: Some(_), .. }));
    world.broker.set_unavailable(false);
    task.pass(Duration::from_secs(91));
    assert!(task.is_running());
    task.ends_as_replayed();
}
