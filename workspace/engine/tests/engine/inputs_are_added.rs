//! An input that a later definition brings is journaled with its beginning before any of it is read.

use std::sync::Arc;

use palinode_store::memory::MemoryStores;
use palinode_wire::journal::{JournalRecord, TaskRecord};

use crate::support::{World, plan_from};

const GIFTS: &str = "
apiVersion: palinode/v1
saga: gifts
version: 1
owner: order-team
startedBy: { event: shop.orders.OrderPlaced, topic: gifts.events }
steps:
  - id: send
    command:
      topic: shipments.commands
      message: shop.shipments.CreateShipment
      fields: { order_id: start.order_id, customer_id: start.customer_id, promised_delivery_at: start.promised_delivery_at }
    replies: { topic: shipments.events, succeeded: shop.shipments.OrderShipped, failed: shop.shipments.ShipmentFailed }
    timeout: 30s
    retry: { attempts: 5, initial: 1s, factor: 2, max: 30s }
";

#[test]
fn one_that_a_new_definition_reads_begins_at_its_first_record() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut before = world.task_of("one", 0, stores.clone());
    before.take_over();
    world.place("o-1");
    before.run();
    before.crash();

    world.broker.create_topic("gifts.events", 1);
    world.plans.borrow_mut().push(Arc::new(plan_from(GIFTS)));
    let gift = |key| world.send("gifts.events", key, "shop.orders.OrderPlaced", &[], vec![]);
    gift("g-1");
    let written = world.journal().len();
    let mut after = world.task_of("one", 0, stores);
    after.take_over();
    gift("g-2");
    after.run();

    let added = world.journal()[written..]
        .iter()
        .filter_map(|entry| match &entry.record {
            JournalRecord::Task(TaskRecord::InputAdded(added)) => Some((added.topic.to_string(), added.offset)),
            _ => None,
        })
        .collect::<Vec<_>>();
    assert_eq!(added, [("gifts.events".to_owned(), 0)]);
    assert_eq!(world.last("g-1"), "StepRequested send 1/1");
    assert_eq!(world.last("g-2"), "StepRequested send 1/1");
    assert_eq!(
        world.last("o-1"),
        "StepRequested stock 1/1",
        "what was read before goes on"
    );
    after.ends_as_replayed();
}
