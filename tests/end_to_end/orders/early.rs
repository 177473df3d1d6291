//! Replies to what was never asked.

use palinode_order::{Item, OrderPlaced};
use palinode_shipment::OrderShipped;

use crate::support::{World, eventually, header};

pub(super) fn before_the_start(world: &World<'_>) {
    let order = "o-early";
    let reply = OrderShipped {
        order_id: order.into(),
        consignment: "c-early".into(),
        shipped_at: 0,
    };

    world.produce(&[world.plain("shipments.events", order, &reply)]);

    let rejected = eventually("the reply is refused", || world.journal(order).into_iter().next());
    assert_eq!(rejected.event_type, "InputRejected");
    assert_eq!(rejected.code.as_deref(), Some("UNKNOWN_SAGA"));
    // Somebody may have shipped what nobody ordered: a person has to look.
    let letters = world.records_of("palinode.dead-letters", order);
    assert_eq!(
        letters
            .iter()
            .map(|letter| header(letter, "palinode-error-code"))
            .collect::<Vec<_>>(),
        [Some("UNKNOWN_SAGA")]
    );

    world.produce(&[world.plain("orders.events", order, &placed(order, "kim"))]);

    eventually("the order ends", || {
        (!world.records_of("palinode.outcomes", order).is_empty()).then_some(())
    });
    assert!(world.is_shipped(order));
    let paid = world.account("kim").expect("an account");
    assert_eq!(
        paid,
        (world.settings().first_balance_minor - 700, 0),
        "by its own payment, once"
    );
}

/// An order that is announced past the order service.
pub(super) fn placed(order: &str, customer: &str) -> OrderPlaced {
    OrderPlaced {
        order_id: order.into(),
        customer_id: customer.into(),
        customer_name: "A Customer".into(),
        items: vec![Item {
            sku: "tea".into(),
            quantity: 1,
        }],
        total_minor: 700,
        currency: "EUR".into(),
        promised_delivery_at: 1_900_000_000_000,
        placed_at: 1_800_000_000_000,
    }
}
