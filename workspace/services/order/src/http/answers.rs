//! The bodies of answers about orders.

use serde::Serialize;

use crate::{
    Item, Message, Order, Status,
    counter::{Links, number_text},
    order::{PLACED, time_text},
};

/// The body of `GET /orders/{id}`.
#[derive(Serialize)]
pub(super) struct OrderView {
    order_id: String,
    order_number: String,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<String>,
    message: &'static str,
    customer_id: String,
    items: Vec<Item>,
    total_minor: i64,
    currency: String,
    placed_at: String,
    promised_delivery_at: String,
    correlation_id: String,
    history: Vec<StatusView>,
    links: Links,
}

/// One entry of the history.
#[derive(Serialize)]
struct StatusView {
    status: String,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<String>,
}

impl OrderView {
    /// The view of an order.
    pub(super) fn of(order: &Order) -> Self {
        let standing = order.status();
        Self {
            order_id: order.id.clone(),
            order_number: number_text(order.number),
            status: standing.map_or(PLACED, |entry| &entry.status).to_owned(),
            reason: standing.and_then(|entry| entry.reason.clone()),
            reason_code: standing.and_then(|entry| entry.reason_code.clone()),
            message: order.message().english(),
            customer_id: order.placement.customer_id.clone(),
            items: order.items().to_vec(),
            total_minor: order.placement.total_minor,
            currency: order.placement.currency.clone(),
            placed_at: time_text(order.placed_at),
            promised_delivery_at: time_text(order.promised_delivery_at),
            correlation_id: order.correlation.clone(),
            history: order.history.iter().map(StatusView::of).collect(),
            links: Links::of(&order.id),
        }
    }
}

impl StatusView {
    fn of(entry: &Status) -> Self {
        Self {
            status: entry.status.clone(),
            at: time_text(entry.at),
            reason: entry.reason.clone(),
            reason_code: entry.reason_code.clone(),
        }
    }
}

/// The body of the answer to a wish.
#[derive(Serialize)]
pub(super) struct WishView {
    order_id: String,
    status: String,
    message: &'static str,
    links: Links,
}

impl WishView {
    /// The wish for an order that stands at `status` is on its way.
    pub(super) fn of(order_id: String, status: String) -> Self {
        let links = Links::of(&order_id);
        Self {
            order_id,
            status,
            message: Message::Asked.english(),
            links,
        }
    }
}
