//! The replies of the participants: bytes made once, into which the order's id is put.

use std::collections::HashMap;

use anyhow::ensure;
use palinode_wire::{
    frame,
    headers::{CORRELATION_ID, IDEMPOTENCY_KEY, SAGA_ID, TRACEPARENT},
};
use serde_json::{Value, json};

use super::{
    ground::Records,
    orders::{AMOUNT_MINOR, CURRENCY, QUANTITY, SKU},
};

/// What a reply repeats of its command.
pub(super) const ECHOED: [&str; 4] = [IDEMPOTENCY_KEY, SAGA_ID, CORRELATION_ID, TRACEPARENT];

/// The success that answers one type of command.
pub(super) struct Reply {
    /// The full name of the topic that it goes to.
    pub(super) topic: String,
    frame: Vec<u8>,
    tail: Vec<u8>,
}

impl Reply {
    /// Writes the reply for this order into `out`, over what was there.
    pub(super) fn write(&self, order: &[u8], out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&self.frame);
        write_length(order.len(), out);
        out.extend_from_slice(order);
        out.extend_from_slice(&self.tail);
    }
}

/// The replies by the record type of the command.
pub(super) fn all(records: &Records, prefix: &str) -> anyhow::Result<HashMap<&'static str, Reply>> {
    let money = || json!({"order_id": "", "amount_minor": AMOUNT_MINOR, "currency": CURRENCY});
    let reserved = json!({
        "order_id": "", "reservation_id": "r-00000001", "amount_minor": AMOUNT_MINOR, "currency": CURRENCY
    });
    let picked = json!({"order_id": "", "items": [{"sku": SKU, "quantity": QUANTITY}]});
    let shipped = json!({"order_id": "", "consignment": "C-000001", "shipped_at": 1_800_000_000_000_i64});
    [
        (
            "shop.payments.ReservePayment",
            "payments.events",
            "shop.payments.PaymentSucceeded",
            reserved,
        ),
        (
            "shop.payments.CapturePayment",
            "payments.events",
            "shop.payments.PaymentCaptured",
            money(),
        ),
        (
            "shop.warehouse.PickItems",
            "warehouse.events",
            "shop.warehouse.StockReserved",
            picked,
        ),
        (
            "shop.warehouse.StartFulfilment",
            "warehouse.events",
            "shop.warehouse.OrderReadyForShipment",
            json!({"order_id": "", "parcels": 1}),
        ),
        (
            "shop.shipments.CreateShipment",
            "shipments.events",
            "shop.shipments.OrderShipped",
            shipped,
        ),
    ]
    .into_iter()
    .map(|(command, topic, record, value)| Ok((command, reply(records, format!("{prefix}{topic}"), record, &value)?)))
    .collect()
}

/// Cuts the record, which was made for an order without an id, where the id belongs.
fn reply(records: &Records, topic: String, record: &str, value: &Value) -> anyhow::Result<Reply> {
    let mut bytes = records.encode(record, value)?;
    let tail = bytes.split_off(frame::HEADER_BYTES + 1);
    ensure!(bytes.pop() == Some(0), "{record} does not begin with the order's id");
    Ok(Reply {
        topic,
        frame: bytes,
        tail,
    })
}

/// Writes the length of a text as Avro does.
fn write_length(length: usize, out: &mut Vec<u8>) {
    let mut rest = length << 1;
    while rest > 0x7f {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orders_id_stands_where_avro_wants_it() {
        let reply = Reply {
            topic: String::new(),
            frame: vec![0, 0, 0, 0, 1],
            tail: vec![9],
        };
        let mut out = b"before".to_vec();

        reply.write(b"o-1", &mut out);

        assert_eq!(out, [&[0, 0, 0, 0, 1, 6][..], b"o-1", &[9]].concat());
    }

    #[test]
    fn lengths_above_63_take_two_bytes() {
        let mut out = Vec::new();
        write_length(64, &mut out);
        assert_eq!(out, [0x80, 0x01]);
    }
}
