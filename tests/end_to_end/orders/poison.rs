//! Bytes that nobody can read, on every topic that the orchestrator reads, and on every topic of commands.

use bytes::Bytes;
use palinode_log::Consumed;
use palinode_order::OrderCancellationRequested;
use palinode_payment::PaymentSucceeded;
use palinode_shipment::ShipmentFailed;
use palinode_warehouse::{StockItem, StockReserved};

use super::early::placed;
use crate::support::{Raw, Wanted, World, eventually, header};

/// By this header a dead letter is known again.
const MARK: &str = "x-poison";

pub(super) fn dead_letters(world: &World<'_>) {
    let mut poison = Vec::new();
    for (topic, record) in samples(world) {
        poison.extend(kinds(topic, &record));
    }
    let astray = marked("palinode.inbox", "astray", Some("o-poison"), b"{}");
    poison.push((astray, "ORIGIN_MISSING"));
    for topic in ["payments.commands", "warehouse.commands", "shipments.commands"] {
        poison.extend(no_commands(topic));
    }

    world.produce(&poison.iter().map(|(record, _)| record.clone()).collect::<Vec<_>>());

    let after = world.place(&Wanted::by("tess"));
    world.await_status(&after, "completed");
    for (record, code) in &poison {
        let mark = std::str::from_utf8(&record.headers[0].1).expect("text");
        let letter = eventually(&format!("a dead letter for {mark}"), || find(world, mark));
        assert_eq!(header(&letter, "palinode-error-code"), Some(*code), "{mark}");
        assert!(
            header(&letter, "palinode-error-reason").is_some_and(|reason| !reason.is_empty()),
            "{mark}"
        );
        assert_eq!(
            header(&letter, "palinode-origin-topic"),
            Some(record.topic.as_str()),
            "{mark}"
        );
        assert_eq!(
            letter.value.as_deref(),
            Some(&record.value[..]),
            "{mark}: the original bytes"
        );
        assert_eq!(
            letter.key.unwrap_or_default(),
            record.key.clone().unwrap_or_default(),
            "{mark}: the original key"
        );
    }
}

/// A record for each input that the orchestrator understands. Nobody holds the money and the stock that they tell of: as
/// dead letters they say nothing.
fn samples(world: &World<'_>) -> [(&'static str, Bytes); 5] {
    let (order_id, code, reason) = ("o-poison".to_owned(), "NO".to_owned(), "no".to_owned());
    let wish = OrderCancellationRequested {
        order_id: order_id.clone(),
        reason: reason.clone(),
        requested_at: 0,
    };
    let paid = PaymentSucceeded {
        order_id: order_id.clone(),
        reservation_id: "nobody's".into(),
        amount_minor: 1_250,
        currency: "EUR".into(),
    };
    let picked = StockReserved {
        order_id: order_id.clone(),
        items: vec![StockItem {
            sku: "rug".into(),
            quantity: 1,
        }],
    };
    [
        ("orders.events", world.encode(&placed(&order_id, "una"))),
        ("orders.requests", world.encode(&wish)),
        ("payments.events", world.encode(&paid)),
        ("warehouse.events", world.encode(&picked)),
        (
            "shipments.events",
            world.encode(&ShipmentFailed { order_id, code, reason }),
        ),
    ]
}

/// Each kind of poison for a topic, and the code of its dead letter.
fn kinds(topic: &str, sample: &Bytes) -> Vec<(Raw, &'static str)> {
    let unknown = [&[0, 0, 0x0f, 0xff, 0xff], &sample[5..]].concat();
    vec![
        (marked(topic, "json", Some("o-poison"), b"{}"), "NOT_CONFLUENT"),
        (
            marked(topic, "unknown-schema", Some("o-poison"), &unknown),
            "UNKNOWN_SCHEMA",
        ),
        (
            marked(topic, "truncated", Some("o-poison"), &sample[..sample.len() - 1]),
            "UNDECODABLE",
        ),
        (marked(topic, "no-key", None, sample), "KEY_MISSING"),
    ]
}

/// Each kind of record that is no command, for a topic of commands, and the code of its dead letter.
fn no_commands(topic: &str) -> Vec<(Raw, &'static str)> {
    let asks = |key: &str| ("idempotency-key".to_owned(), Bytes::copy_from_slice(key.as_bytes()));
    let mut without_parts = marked(topic, "no-request", Some("o-poison"), b"{}");
    without_parts.headers.push(asks("o-poison"));
    let mut unframed = marked(topic, "json-request", Some("o-poison"), b"{}");
    unframed
        .headers
        .push(asks("order-fulfilment/o-poison/payment/forward/1"));
    vec![
        (
            marked(topic, "json", Some("o-poison"), b"{}"),
            "IDEMPOTENCY_KEY_MISSING",
        ),
        (marked(topic, "no-key", None, b"{}"), "IDEMPOTENCY_KEY_MISSING"),
        (without_parts, "IDEMPOTENCY_KEY_MISSING"),
        (unframed, "NOT_CONFLUENT"),
    ]
}

fn marked(topic: &str, kind: &str, key: Option<&'static str>, value: &[u8]) -> Raw {
    Raw {
        topic: topic.into(),
        partition: None,
        key: key.map(|key| Bytes::from_static(key.as_bytes())),
        value: Bytes::copy_from_slice(value),
        headers: vec![(MARK.into(), format!("{topic}/{kind}").into())],
    }
}

fn find(world: &World<'_>, mark: &str) -> Option<Consumed> {
    world
        .records("palinode.dead-letters")
        .into_iter()
        .find(|letter| header(letter, MARK) == Some(mark))
}
