//! A wish to cancel: accepted before the pivot, refused after it, kept when it comes before the start.

use crate::support::World;

#[test]
fn an_order_that_is_cancelled_takes_back_what_was_done() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    world.obey();
    world.cancel("o-1");
    for _ in 0..4 {
        task.run();
        world.obey();
    }
    // Packing answered before the wish was read, or the wish came first: either way all three are taken back, unless the
    // shipment was asked for.
    let story = world.story("o-1");
    assert!(story.last().unwrap().starts_with("SagaCom"), "{story:#?}");
    task.ends_as_replayed();
}

#[test]
fn a_wish_before_the_start_cancels_the_order_when_it_comes() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.cancel("o-1");
    task.run();
    assert_eq!(world.story("o-1"), ["CancellationKept"]);
    world.place("o-1");
    task.run();
    assert_eq!(world.last("o-1"), "SagaCompensated CANCELLED");
    assert_eq!(world.told(), [""; 0], "nobody is asked for anything");
    task.ends_as_replayed();
}

#[test]
fn a_wish_after_the_shipment_is_refused_and_everybody_is_told() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    for _ in 0..2 {
        task.run();
        world.obey();
    }
    task.run();
    let before = world.broker.read("orders.status").len();
    world.cancel("o-1");
    task.run();
    assert_eq!(world.last("o-1"), "InputRejected CANCEL_AFTER_PIVOT");
    assert_eq!(world.broker.read("orders.status").len(), before + 1);
    task.ends_as_replayed();
}
