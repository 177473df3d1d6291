//! After a slow commit inputs are gathered for half of the time that it took, 20 ms at the most, and then go into one
//! transaction. Nothing waits after a fast commit, and a full batch waits for nothing.

use std::{rc::Rc, time::Duration};

use crate::support::{Shell, World};

/// Inputs that fill a batch.
const FULL: u32 = 500;

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A task whose last commit took so long, and how many transactions it has made.
fn after_a_commit_of(world: &Rc<World>, took: Duration) -> (Shell, u32) {
    let mut one = world.task();
    one.take_over();
    one.commit_takes = took;
    world.place("o-0");
    one.run();
    assert_eq!(world.last("o-0"), "StepRequested stock 1/1");
    let transactions = one.transactions;
    (one, transactions)
}

#[test]
fn after_a_fast_commit_an_input_is_handled_at_once() {
    let world = World::new();
    let (mut one, before) = after_a_commit_of(&world, millis(7));
    world.place("o-1");
    one.run();
    assert_eq!(one.transactions, before + 1);
    one.ends_as_replayed();
}

#[test]
fn after_a_slow_commit_inputs_wait_for_half_its_time_and_share_a_transaction() {
    let world = World::new();
    let (mut one, before) = after_a_commit_of(&world, millis(12));
    let begin = world.now();
    for elapsed in 0..6 {
        world.set_clock(begin.plus(millis(elapsed)).0);
        world.place(&format!("o-1{elapsed}"));
        one.run();
        assert_eq!(one.transactions, before, "{elapsed} ms after the commit");
        assert_eq!(
            one.deadline(),
            Some(begin.plus(millis(6))),
            "more inputs put nothing off"
        );
    }
    world.set_clock(begin.plus(millis(6)).0);
    one.run();
    assert_eq!(one.transactions, before + 1);
    for elapsed in 0..6 {
        assert_eq!(world.last(&format!("o-1{elapsed}")), "StepRequested stock 1/1");
    }
    one.ends_as_replayed();
}

#[test]
fn however_slow_the_commit_inputs_wait_for_twenty_milliseconds_at_the_most() {
    let world = World::new();
    let (mut one, before) = after_a_commit_of(&world, millis(2_000));
    let begin = world.now();
    world.place("o-1");
    world.set_clock(begin.plus(millis(19)).0);
    one.run();
    assert_eq!(one.transactions, before);
    world.set_clock(begin.plus(millis(20)).0);
    one.run();
    assert_eq!(one.transactions, before + 1);
    one.ends_as_replayed();
}

#[test]
fn a_full_batch_does_not_wait() {
    let world = World::new();
    let (mut one, before) = after_a_commit_of(&world, millis(12));
    for order in 1..FULL {
        world.place(&format!("o-{order}"));
    }
    one.run();
    assert_eq!(one.transactions, before, "one input is missing");
    world.place("the-last");
    one.run();
    assert_eq!(one.transactions, before + 1, "no time has passed");
    assert_eq!(world.last("the-last"), "StepRequested stock 1/1");
    one.ends_as_replayed();
}

#[test]
fn when_nothing_comes_nothing_is_written_and_the_next_input_is_handled_at_once() {
    let world = World::new();
    let (mut one, before) = after_a_commit_of(&world, millis(12));
    one.pass(millis(6));
    assert_eq!(one.transactions, before, "an empty batch opens no transaction");
    assert!(one.deadline().is_some_and(|at| at > world.now().plus(millis(1_000))));
    world.place("o-1");
    one.run();
    assert_eq!(one.transactions, before + 1, "it waits for nothing more");
    one.ends_as_replayed();
}

#[test]
fn a_timer_that_is_due_meanwhile_waits_for_the_same_bound() {
    let world = World::new();
    let placed = world.now();
    let (mut one, before) = after_a_commit_of(&world, millis(12));
    // The commit of another order ends 3 ms before the payment's time-out is due, and is gathered after for 6 ms.
    one.pass(millis(4_985) - world.now().since(placed));
    world.place("o-1");
    one.run();
    world.set_clock(placed.plus(millis(5_002)).0);
    one.run();
    assert_eq!(one.transactions, before + 1);
    world.set_clock(placed.plus(millis(5_003)).0);
    one.run();
    assert!(
        world.story("o-0").contains(&"StepTimedOut payment 1/1".into()),
        "{:?}",
        world.story("o-0")
    );
    one.ends_as_replayed();
}
