//! Of an aborted transaction nothing stands: its inputs are taken again, in their order, after a pause.

use std::time::Duration;

use palinode_engine::cycle::{SchemaAnswer, Signal, Status};
use palinode_log::memory::Fault;

use crate::support::{Setup, World};

#[test]
fn an_aborted_batch_is_decided_again() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    for _ in 0..3 {
        world.broker.fail_next_commit(0, Fault::Abort);
    }
    world.place("o-1");
    world.cancel("o-2");
    task.run();
    assert_eq!(world.story("o-1"), [""; 0]);
    task.pass(Duration::from_secs(5));
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1");
    assert_eq!(world.last("o-2"), "CancellationKept");
    task.ends_as_replayed();
}

#[test]
fn aborts_without_end_park_the_task_and_say_so() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    for _ in 0..60 {
        world.broker.fail_next_commit(0, Fault::Abort);
    }
    world.place("o-1");
    task.pass(Duration::from_secs(300));
    let Status::Parked { reason, .. } = task.status() else {
        panic!("{:?}", task.status())
    };
    assert!(reason.contains("aborted"), "{reason}");
    assert!(task.transactions < 40, "it does not loop");
}

/// Of three records of one partition the last waits for its schema while the transaction of the first two is aborted.
#[test]
fn records_keep_their_order_when_one_is_kept_back_and_the_others_come_again() {
    for answered_during_pause in [false, true] {
        let world = World::with(Setup {
            unknown: vec!["shop.orders.OrderCancellationRequested"],
            ..Setup::default()
        });
        let mut task = world.task();
        task.take_over();
        world.retry_payment("o-1");
        world.retry_payment("o-2");
        world.cancel("o-1");
        world.broker.fail_next_commit(0, Fault::Abort);
        task.run();
        assert_eq!(task.asked.len(), 1);
        if answered_during_pause {
            let schema = task.asked.remove(0);
            let text = world.schemas.text(schema).unwrap().to_string();
            task.tell(Signal::Schema(schema, SchemaAnswer::Known(text)));
        }
        task.pass(Duration::from_millis(500));
        task.registry_answers();
        let causes: Vec<String> = world
            .saga_events()
            .iter()
            .map(|event| event.cause.to_string())
            .collect();
        assert_eq!(
            causes,
            ["orders.requests/0/0", "orders.requests/0/1", "orders.requests/0/2"]
        );
        assert_eq!(world.positions()[&("orders.requests".to_owned(), 0)], 3);
        task.ends_as_replayed();
    }
}
