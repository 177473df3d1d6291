//! Records that no definition names cost no transaction of their own; their positions go along with the next one.

use std::time::Duration;

use crate::support::World;

fn stranger(world: &World) {
    world.send(
        "payments.events",
        "c-1",
        "shop.payments.AccountOpened",
        &[("customer_id", crate::support::text("c"))],
        vec![],
    );
}

#[test]
fn foreign_records_wait_for_the_next_transaction() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let before = task.transactions;
    for _ in 0..50 {
        stranger(&world);
        task.run();
    }
    assert_eq!(task.transactions, before);
    world.place("o-1");
    task.run();
    assert_eq!(task.transactions, before + 1);
    assert_eq!(world.positions()[&("payments.events".to_owned(), 0)], 50);
    task.ends_as_replayed();
}

#[test]
fn their_positions_are_written_after_a_while_by_themselves() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let before = task.transactions;
    for _ in 0..100 {
        stranger(&world);
        task.pass(Duration::from_millis(400));
    }
    let written = task.transactions - before;
    assert!((3..=4).contains(&written), "{written} transactions in 40 s");
    task.pass(Duration::from_secs(11));
    task.ends_as_replayed();
}

#[test]
fn timers_fire_although_only_foreign_records_came() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    for _ in 0..10 {
        stranger(&world);
        task.pass(Duration::from_millis(600));
    }
    assert!(world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()));
    task.pass(Duration::from_secs(11));
    task.ends_as_replayed();
}
