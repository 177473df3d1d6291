//! An owner whose task was claimed by another member decides nothing more.

use std::time::Duration;

use palinode_engine::cycle::{Signal, Status};
use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn the_fenced_owner_writes_nothing_and_the_new_one_does_the_work() {
    let world = World::new();
    let mut one = world.task();
    one.take_over();
    let mut two = world.task_of("two", 0, MemoryStores::default());
    two.take_over();
    world.place("o-1");
    one.run();
    assert_eq!(world.story("o-1"), [""; 0]);
    let Status::TakingOver {
        trouble: Some(trouble), ..
    } = one.status()
    else {
        panic!("{:?}", one.status())
    };
    assert!(trouble.contains("another member"), "{trouble}");
    two.run();
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1");
    one.tell(Signal::Withdrawn);
    assert_eq!(one.status(), Status::Idle);
    one.pass(Duration::from_secs(600));
    two.run();
    assert!(two.is_running());
    two.ends_as_replayed();
}

#[test]
fn two_members_that_both_believe_to_be_wanted_claim_ever_more_seldom() {
    let world = World::new();
    let mut one = world.task();
    let mut two = world.task_of("two", 0, MemoryStores::default());
    one.take_over();
    two.take_over();
    for second in 0..600 {
        world.place(&format!("o-{second}"));
        one.run();
        two.run();
        world.later(Duration::from_secs(1));
    }
    let claims = world.books().iter().filter(|record| **record == "claimed").count();
    assert!(claims < 40, "{claims} claims in ten minutes");
    two.tell(Signal::Withdrawn);
    one.pass(Duration::from_secs(120));
    one.ends_as_replayed();
}

#[test]
fn a_withdrawal_ends_a_take_over_under_way() {
    let world = World::new();
    let mut one = world.task();
    one.tell(Signal::Proposed);
    one.tell(Signal::Withdrawn);
    assert_eq!(one.status(), Status::Idle);
    one.run();
    one.take_over();
    one.ends_as_replayed();
}
