//! Cancellations that come before the start or after the end.

use palinode_order::OrderCancellationRequested;

use super::early::placed;
use crate::support::{Wanted, World, eventually};

pub(super) fn before_the_start(world: &World<'_>) {
    let order = "o-cancelled-early";
    let wish = OrderCancellationRequested {
        order_id: order.into(),
        reason: "changed my mind".into(),
        requested_at: 1_800_000_000_000,
    };

    world.produce(&[world.plain("orders.requests", order, &wish)]);
    eventually("the wish is kept", || (!world.journal(order).is_empty()).then_some(()));
    world.produce(&[world.plain("orders.events", order, &placed(order, "lea"))]);

    eventually("the order ends", || {
        (!world.records_of("palinode.outcomes", order).is_empty()).then_some(())
    });
    let story = world.story(order);
    assert!(story.contains(&"SagaCompensated".to_owned()), "{story:?}");
    assert!(
        !story.iter().any(|event| event.starts_with("StepRequested")),
        "{story:?}"
    );
    assert_eq!(world.records_of("payments.commands", order).len(), 0);
    assert_eq!(world.records_of("warehouse.commands", order).len(), 0);
    assert_eq!(world.account("lea"), None);
}

pub(super) fn after_the_end(world: &World<'_>) {
    let order = world.place(&Wanted::by("max"));
    world.await_status(&order, "completed");

    assert_eq!(world.wish(&order, "cancel"), 409);
    assert_eq!(world.wish(&order, "payment"), 409);
    assert_eq!(world.wish("o-of-nobody", "cancel"), 404);
    assert_eq!(world.status(&order), "completed");
}
