//! Parcels on their way.

use std::collections::BTreeSet;

use serde::Serialize;

use super::book::{Book, Work};
use crate::shop::answer::Answer;

const FAILED: &str = "shop.shipments.ShipmentFailed";

/// The shipment service's books.
#[derive(Default)]
pub(in super::super) struct Shipments {
    /// Orders on their way.
    shipped: BTreeSet<String>,
}

#[derive(Serialize)]
struct Shipped<'s> {
    order_id: &'s str,
    consignment: String,
    shipped_at: i64,
}

impl Book for Shipments {
    fn carry_out(&mut self, work: &Work<'_>) -> Option<Answer> {
        if work.command.record.as_str() != "shop.shipments.CreateShipment" {
            return None;
        }
        let order = work.order();
        if !self.shipped.contains(order)
            && let Some(refused) = work.refused(FAILED, "NO_LORRY", "ADDRESS_UNKNOWN")
        {
            return Some(refused);
        }
        self.shipped.insert(order.to_owned());
        let shipped = Shipped {
            order_id: order,
            consignment: format!("c-{order}"),
            shipped_at: work.now.0,
        };
        Some(work.answer("shop.shipments.OrderShipped", &shipped))
    }
}
