//! A saga waits for a time or an event; neither is lost when its task moves.

use std::{sync::Arc, time::Duration};

use palinode_core::{Action, WaitPlan};

use crate::support::{Setup, World, wait_for_wish, with_packing};

fn world(action: Action) -> std::rc::Rc<World> {
    World::with(Setup {
        plans: vec![Arc::new(with_packing(action))],
        ..Setup::default()
    })
}

fn wish(world: &World, key: &str) {
    world.send("orders.wishes", key, "shop.orders.PaymentRetryRequested", &[], vec![]);
}

#[test]
fn a_span_of_time_passes() {
    let world = world(Action::Wait(WaitPlan::For(Duration::from_secs(90))));
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.pass(Duration::from_secs(80));
    assert_eq!(world.last("o-1"), "WaitStarted packing");
    task.pass(Duration::from_secs(11));
    assert_eq!(world.last("o-1"), "StepRequested shipment 1/1");
    task.ends_as_replayed();
}

#[test]
fn an_event_ends_the_wait_and_one_that_came_early_does_so_after_a_take_over() {
    let world = world(wait_for_wish(None));
    let mut task = world.task();
    task.take_over();
    for order in ["o-1", "o-2"] {
        world.place(order);
    }
    task.run();
    wish(&world, "o-2");
    task.run();
    assert_eq!(world.last("o-2"), "EventArrived packing");
    task.crash();
    let mut task = world.task();
    task.take_over();
    world.obey();
    task.run();
    assert_eq!(world.last("o-1"), "WaitStarted packing");
    assert_eq!(world.last("o-2"), "StepRequested shipment 1/1");
    wish(&world, "o-1");
    task.run();
    assert_eq!(world.last("o-1"), "StepRequested shipment 1/1");
    task.ends_as_replayed();
}

#[test]
fn an_event_that_does_not_come_turns_the_saga_back() {
    let world = world(wait_for_wish(None));
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.pass(Duration::from_secs(61));
    assert!(
        world
            .story("o-1")
            .contains(&"CompensationStarted WAIT_TIMED_OUT".to_owned())
    );
    task.ends_as_replayed();
}
