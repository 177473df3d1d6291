//! A node that does not run the version of a saga neither loses its inputs nor spins on its timers.

use std::{rc::Rc, sync::Arc, time::Duration};

use palinode_engine::cycle::Status;
use palinode_store::memory::MemoryStores;
use palinode_wire::headers;

use crate::support::{Shell, World, header_of, order_plan};

/// A saga of version 1, refused and closed when `closed` says so, on a node that runs version 2 only.
fn after_an_upgrade(closed: bool) -> (Rc<World>, MemoryStores, Shell) {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut before = world.task_of("one", 0, stores.clone());
    before.take_over();
    world.place("old");
    before.run();
    if closed {
        world
            .commands()
            .iter()
            .for_each(|command| drop(world.refuse(command, "NO")));
        before.run();
    }
    before.crash();
    let mut next = order_plan();
    next.version = 2;
    *world.plans.borrow_mut() = vec![Arc::new(next)];
    let mut task = world.task_of("one", 0, stores.clone());
    task.take_over();
    (world, stores, task)
}

#[test]
fn an_open_saga_parks_the_task_and_its_inputs_are_processed_once_the_version_is_back() {
    for by_timer in [false, true] {
        let (world, stores, mut task) = after_an_upgrade(false);
        let story = world.story("old");
        if !by_timer {
            world.obey();
        }
        task.pass(Duration::from_secs(20));
        let Status::Parked { reason, .. } = task.status() else {
            panic!("{:?}", task.status())
        };
        assert!(reason.contains("publish the version again"), "{reason}");
        assert_eq!(world.story("old"), story);
        assert!(world.broker.read("palinode.dead-letters").is_empty());
        task.crash();
        *world.plans.borrow_mut() = vec![Arc::new(order_plan())];
        let mut again = world.task_of("one", 0, stores);
        again.take_over();
        world.obey();
        again.pass(Duration::from_secs(1));
        assert!(world.story("old").contains(&"StepRequested packing 1/1".to_owned()));
        again.ends_as_replayed();
    }
}

#[test]
fn inputs_of_a_closed_saga_are_dead_letters_and_the_task_goes_on() {
    let (world, _, mut task) = after_an_upgrade(true);
    world.cancel("old");
    world.send("payments.events", "old", "shop.payments.PaymentSucceeded", &[], vec![]);
    world.place("new");
    task.pass(Duration::from_secs(20));
    let letters = world.broker.read("palinode.dead-letters");
    let codes: Vec<_> = letters
        .iter()
        .filter_map(|letter| header_of(letter, headers::ERROR_CODE))
        .collect();
    assert_eq!(codes, ["UNKNOWN_DEFINITION"; 2]);
    assert!(
        world.story("new").contains(&"StepRequested payment 1/2".to_owned()),
        "its timers fire"
    );
    assert_eq!(world.ignored(), [""; 0]);
}
