//! One event may start sagas of several definitions; each goes its own way.

use std::sync::Arc;

use crate::support::{Setup, World, order_plan, plan_from};

const INSURANCE: &str = "
apiVersion: palinode/v1
saga: insurance
version: 1
owner: order-team
startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }
cancelledBy: { event: shop.orders.OrderCancellationRequested, topic: orders.requests }
steps:
  - id: insure
    command:
      topic: shipments.commands
      message: shop.shipments.CreateShipment
      fields: { order_id: start.order_id, customer_id: start.customer_id, promised_delivery_at: start.promised_delivery_at }
    replies: { topic: shipments.events, succeeded: shop.shipments.OrderShipped, failed: shop.shipments.ShipmentFailed }
    timeout: 30s
    retry: { attempts: 5, initial: 1s, factor: 2, max: 30s }
";

#[test]
fn both_sagas_start_and_replies_find_theirs() {
    let plans = vec![Arc::new(order_plan()), Arc::new(plan_from(INSURANCE))];
    let world = World::with(Setup {
        plans,
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    assert_eq!(world.obey(), ["payment 1/1", "stock 1/1", "insure 1/1"]);
    task.run();
    assert!(
        world.story("o-1").contains(&"SagaCompleted".to_owned()),
        "the insurance is done"
    );
    assert_eq!(world.obey(), ["packing 1/1"]);
    for _ in 0..3 {
        task.run();
        world.obey();
    }
    assert_eq!(
        world
            .story("o-1")
            .iter()
            .filter(|event| *event == "SagaCompleted")
            .count(),
        2
    );
    task.ends_as_replayed();
}

#[test]
fn a_reply_without_headers_goes_to_the_saga_that_waits_for_it() {
    let plans = vec![Arc::new(order_plan()), Arc::new(plan_from(INSURANCE))];
    let world = World::with(Setup {
        plans,
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.send("shipments.events", "o-1", "shop.shipments.OrderShipped", &[], vec![]);
    task.run();
    assert_eq!(world.last("o-1"), "SagaCompleted");
    assert_eq!(world.saga_events().last().unwrap().id.definition.as_str(), "insurance");
    task.ends_as_replayed();
}

#[test]
fn one_wish_cancels_both() {
    let plans = vec![Arc::new(order_plan()), Arc::new(plan_from(INSURANCE))];
    let world = World::with(Setup {
        plans,
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.cancel("o-1");
    task.run();
    let accepted = world
        .story("o-1")
        .iter()
        .filter(|event| *event == "CancellationAccepted")
        .count();
    assert_eq!(accepted, 2);
    task.ends_as_replayed();
}
