//! An order whose participants all do what they are asked is completed, one step after the other.

use crate::support::World;

#[test]
fn an_order_is_paid_and_picked_packed_shipped_and_charged() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    assert_eq!(world.obey(), ["payment 1/1", "stock 1/1"]);
    task.run();
    assert_eq!(world.obey(), ["packing 1/1"]);
    task.run();
    assert_eq!(world.obey(), ["shipment 1/1"]);
    task.run();
    assert_eq!(world.obey(), ["capture 1/1"]);
    task.run();
    assert_eq!(world.obey(), [""; 0]);
    assert_eq!(
        world.story("o-1"),
        [
            "SagaStarted",
            "StepRequested payment 1/1",
            "StepRequested stock 1/1",
            "StepSucceeded payment",
            "StepSucceeded stock",
            "StepRequested packing 1/1",
            "StepSucceeded packing",
            "StepRequested shipment 1/1",
            "StepSucceeded shipment",
            "StepRequested capture 1/1",
            "StepSucceeded capture",
            "SagaCompleted",
        ]
    );
    assert_eq!(world.ignored(), [""; 0]);
    task.ends_as_replayed();
}

#[test]
fn many_orders_go_side_by_side() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let orders: Vec<String> = (0..40).map(|number| format!("o-{number}")).collect();
    orders.iter().for_each(|order| drop(world.place(order)));
    for _ in 0..5 {
        task.run();
        world.obey();
    }
    task.run();
    assert!(orders.iter().all(|order| world.last(order) == "SagaCompleted"));
    assert_eq!(world.broker.read("palinode.outcomes").len(), 40);
    task.ends_as_replayed();
}
