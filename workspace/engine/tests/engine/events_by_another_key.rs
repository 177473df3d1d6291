//! An event whose record has another key reaches the saga that a field of it names, also on another partition.

use std::{sync::Arc, time::Duration};

use palinode_core::{Action, OnTimeout, WaitPlan};
use palinode_engine::cycle::Signal;
use palinode_store::memory::MemoryStores;
use palinode_wire::{headers, partition_of};

use crate::support::{Setup, World, field, header_of, order_plan, text, wait_for_wish, with_packing};

fn key_of(task: i32) -> String {
    (0..)
        .map(|number| format!("o-{number}"))
        .find(|key| partition_of(key.as_bytes(), 2) == task)
        .unwrap()
}

fn world() -> std::rc::Rc<World> {
    let plan = with_packing(wait_for_wish(Some(field("event.order_id"))));
    World::with(Setup {
        partitions: 2,
        plans: vec![Arc::new(plan)],
        ..Setup::default()
    })
}

/// An event with a key of task 1 for the saga `order`.
fn wish(world: &World, order: &str) -> String {
    let given = [("order_id", text(order))];
    world.send(
        "orders.wishes",
        &key_of(1),
        "shop.orders.PaymentRetryRequested",
        &given,
        vec![],
    )
}

#[test]
fn it_is_forwarded_to_the_task_of_its_saga() {
    let world = world();
    let mut zero = world.task_of("one", 0, MemoryStores::default());
    let mut one = world.task_of("one", 1, MemoryStores::default());
    zero.take_over();
    one.take_over();
    let order = key_of(0);
    world.place(&order);
    zero.run();
    world.obey();
    zero.run();
    assert_eq!(world.last(&order), "WaitStarted packing");
    let input = wish(&world, &order);
    one.run();
    let forwarded = world.broker.read("palinode.inbox");
    assert_eq!(forwarded.len(), 1);
    assert_eq!(forwarded[0].source.partition, 0);
    zero.run();
    assert_eq!(world.last(&order), "StepRequested shipment 1/1");
    let ended = world
        .saga_events()
        .into_iter()
        .find(|event| event.event_type == "WaitEnded")
        .unwrap();
    assert_eq!(ended.cause.as_str(), input, "the cause is where it stood first");
    one.tell(Signal::Stop);
    zero.ends_as_replayed();
}

#[test]
fn it_is_taken_at_once_when_its_saga_is_here() {
    let world = world();
    let mut one = world.task_of("one", 1, MemoryStores::default());
    one.take_over();
    let order = key_of(1);
    world.place(&order);
    one.run();
    wish(&world, &order);
    one.run();
    assert_eq!(world.last(&order), "EventArrived packing");
    assert!(world.broker.read("palinode.inbox").is_empty());
    one.ends_as_replayed();
}

#[test]
fn one_that_names_no_saga_is_a_dead_letter() {
    let world = world();
    let mut one = world.task_of("one", 1, MemoryStores::default());
    one.take_over();
    wish(&world, "");
    one.run();
    let letters = world.broker.read("palinode.dead-letters");
    assert_eq!(
        header_of(&letters[0], headers::ERROR_CODE).as_deref(),
        Some("KEY_MISSING")
    );
    one.ends_as_replayed();
}

#[test]
fn one_record_starts_a_saga_by_its_key_and_ends_the_wait_of_another_by_a_field() {
    let wait = Action::Wait(WaitPlan::Event {
        trigger: order_plan().started_by,
        key: Some(field("event.customer_id")),
        timeout: Duration::from_secs(60),
        on_timeout: OnTimeout::Fail,
    });
    let world = World::with(Setup {
        plans: vec![Arc::new(with_packing(wait))],
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    assert_eq!(world.last("o-1"), "WaitStarted packing");
    let given = [("customer_id", text("o-1"))];
    world.send("orders.events", "o-9", "shop.orders.OrderPlaced", &given, vec![]);
    task.run();
    assert_eq!(world.last("o-1"), "StepRequested shipment 1/1");
    assert_eq!(world.last("o-9"), "StepRequested stock 1/1");
    task.ends_as_replayed();
}
