//! What this service tells the world: its records, and how they become messages.

use palinode_participant::{Composer, HandlerError, OutMessage, Timestamp, record};
use serde::{Deserialize, Serialize};

use crate::{Item, Millis, trace::CallIds};

/// The topic of what happens to orders at the counter.
pub const EVENTS_TOPIC: &str = "orders.events";
/// The topic of what customers ask for after they ordered.
pub const REQUESTS_TOPIC: &str = "orders.requests";
/// The topic of the milestones, which this service reads.
pub const STATUS_TOPIC: &str = "orders.status";

/// A customer placed an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The order.
    pub order_id: String,
    /// The customer.
    pub customer_id: String,
    /// The customer's name.
    pub customer_name: String,
    /// What was ordered.
    pub items: Vec<Item>,
    /// The price in minor units.
    pub total_minor: i64,
    /// The currency.
    pub currency: String,
    /// The delivery time that the customer was promised.
    pub promised_delivery_at: Millis,
    /// When the order was placed.
    pub placed_at: Millis,
}
record!(
    OrderPlaced,
    "shop.orders.OrderPlaced",
    "../../../../schemas/shop/orders/OrderPlaced.avsc"
);

/// A customer wishes to cancel an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancellationRequested {
    /// The order.
    pub order_id: String,
    /// Why, in the customer's words.
    pub reason: String,
    /// When the customer asked.
    pub requested_at: Millis,
}
record!(
    OrderCancellationRequested,
    "shop.orders.OrderCancellationRequested",
    "../../../../schemas/shop/orders/OrderCancellationRequested.avsc"
);

/// A customer asks to try the payment of a kept order again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRetryRequested {
    /// The order.
    pub order_id: String,
    /// When the customer asked.
    pub requested_at: Millis,
}
record!(
    PaymentRetryRequested,
    "shop.orders.PaymentRetryRequested",
    "../../../../schemas/shop/orders/PaymentRetryRequested.avsc"
);

/// Order fulfilment reached a milestone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStatusChanged {
    /// The order.
    pub order_id: String,
    /// The milestone.
    pub status: String,
    /// Why, in words.
    pub reason: Option<String>,
    /// The class of the reason.
    pub reason_code: Option<String>,
}
record!(
    OrderStatusChanged,
    "shop.orders.OrderStatusChanged",
    "../../../../schemas/shop/orders/OrderStatusChanged.avsc"
);

/// What a customer asks for after ordering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To cancel the order, for a reason in the customer's words.
    Cancel {
        /// The reason; empty when none was given.
        reason: String,
    },
    /// To try the payment again.
    Pay,
}

/// The message that an order was placed.
pub(crate) fn order_placed(
    composer: &Composer,
    event: &OrderPlaced,
    ids: &CallIds,
) -> Result<OutMessage, HandlerError> {
    composer.event_of(
        EVENTS_TOPIC,
        &event.order_id,
        &format!("{}/placed", event.order_id),
        event,
        &ids.correlation,
        Some(&ids.traceparent.to_string()),
        Timestamp(event.placed_at),
    )
}

/// The message of the order's wish number `number`, under the order's own correlation id.
pub(crate) fn wish(
    composer: &Composer,
    order_id: &str,
    wish: &Wish,
    number: i64,
    ids: &CallIds,
    now: Millis,
) -> Result<OutMessage, HandlerError> {
    let id = format!("{order_id}/wish/{number}");
    let (correlation, traceparent) = (ids.correlation.as_str(), ids.traceparent.to_string());
    let (traceparent, time) = (Some(traceparent.as_str()), Timestamp(now));
    let order = order_id.to_owned();
    match wish {
        Wish::Cancel { reason } => {
            let value = OrderCancellationRequested {
                order_id: order,
                reason: reason.clone(),
                requested_at: now,
            };
            composer.event_of(REQUESTS_TOPIC, order_id, &id, &value, correlation, traceparent, time)
        }
        Wish::Pay => {
            let value = PaymentRetryRequested {
                order_id: order,
                requested_at: now,
            };
            composer.event_of(REQUESTS_TOPIC, order_id, &id, &value, correlation, traceparent, time)
        }
    }
}
