//! After a transaction of which nobody knows the end only a take-over follows, and the journal tells how it ended.

use std::time::Duration;

use palinode_log::memory::Fault;

use crate::support::{Shell, World};

fn after(fault: Fault) -> (std::rc::Rc<World>, Shell) {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    world.broker.fail_next_commit(0, fault);
    task.run();
    assert!(!task.is_running());
    task.pass(Duration::from_secs(2));
    assert!(task.is_running(), "{:?}", task.status());
    (world, task)
}

#[test]
fn one_that_stands_is_replayed_and_not_decided_again() {
    let (world, task) = after(Fault::UnknownCommitted);
    assert_eq!(world.story("o-1").len(), 3);
    assert_eq!(world.all_commands().len(), 2);
    task.ends_as_replayed();
}

#[test]
fn one_that_does_not_stand_is_decided_anew() {
    let (world, task) = after(Fault::UnknownAborted);
    assert_eq!(world.story("o-1").len(), 3);
    task.ends_as_replayed();
}

#[test]
fn a_claim_of_which_nobody_knows_is_made_again() {
    for fault in [
        Fault::UnknownCommitted,
        Fault::UnknownAborted,
        Fault::Abort,
        Fault::Fence,
    ] {
        let world = World::new();
        let mut task = world.task();
        world.broker.fail_next_commit(0, fault);
        task.propose();
        assert!(!task.is_running());
        task.pass(Duration::from_secs(2));
        assert!(task.is_running());
        task.ends_as_replayed();
    }
}
