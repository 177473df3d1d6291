//! The orders of the benchmark: all alike but for their ids.

use palinode_core::Timestamp;
use palinode_log::Header;
use palinode_wire::{
    headers::{Envelope, root},
    typed::RecordCodec,
};
use serde_json::json;

use super::{
    client::{Writer, owned},
    ground::Records,
};

/// The price of every order, in minor units.
pub(super) const AMOUNT_MINOR: i64 = 4_200;
/// The currency of every order.
pub(super) const CURRENCY: &str = "EUR";
/// The article of every order.
pub(super) const SKU: &str = "tea";
/// Pieces in every order.
pub(super) const QUANTITY: i32 = 2;
const RECORD: &str = "shop.orders.OrderPlaced";

/// Places orders as the order service does.
pub(super) struct Orders {
    codec: RecordCodec,
    topic: String,
}

impl Orders {
    /// Orders that go to `topic`.
    pub(super) fn new(records: &Records, topic: String) -> anyhow::Result<Self> {
        Ok(Self {
            codec: records.codec(RECORD)?,
            topic,
        })
    }

    /// The framed OrderPlaced of this order.
    pub(super) fn encode(&self, order: &str, now: i64) -> anyhow::Result<Vec<u8>> {
        Ok(self.codec.encode(&json!({
            "order_id": order,
            "customer_id": "customer-1",
            "customer_name": "Ada Lovelace",
            "items": [{"sku": SKU, "quantity": QUANTITY}],
            "total_minor": AMOUNT_MINOR,
            "currency": CURRENCY,
            "promised_delivery_at": now,
            "placed_at": now,
        }))?)
    }

    /// Hands the OrderPlaced of this order over.
    pub(super) fn place(&self, writer: &Writer, order: &str) -> anyhow::Result<()> {
        let now = jiff::Timestamp::now().as_millisecond();
        let value = self.encode(order, now)?;
        let id = format!("{order}/placed");
        let traceparent = root(order.as_bytes());
        let envelope = Envelope {
            id: &id,
            record: RECORD,
            source: "order",
            time: Timestamp(now),
            traceparent: Some(&traceparent),
            correlation_id: Some(order),
            idempotency_key: None,
            saga_id: None,
            attempt: None,
        };
        let headers: Vec<Header> = envelope
            .headers()
            .into_iter()
            .map(|(name, value)| Header {
                name: name.into(),
                value,
            })
            .collect();
        writer.send(&self.topic, order.as_bytes(), &value, owned(&headers))
    }
}
