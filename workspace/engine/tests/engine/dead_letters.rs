//! What can never be processed becomes a dead letter with its reason, its bytes, its key and its headers.

use bytes::Bytes;
use palinode_core::SchemaId;
use palinode_engine::cycle::{SchemaAnswer, Signal};
use palinode_log::{Consumed, Header};
use palinode_wire::{frame, headers};

use crate::support::{World, encode, header_of, text};

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.into(),
        value: Bytes::copy_from_slice(value.as_bytes()),
    }
}

fn framed(schema: u32, bytes: &[u8]) -> Vec<u8> {
    let mut value = Vec::new();
    frame::write_header(&mut value, SchemaId(schema));
    value.extend_from_slice(bytes);
    value
}

/// Sends one record and gives the dead letter that it becomes.
fn letter_of(topic: &str, key: &[u8], value: impl Into<Bytes>, more: Vec<Header>, code: &str) -> Consumed {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let value = value.into();
    let mut sent = vec![header("x-own", "kept")];
    sent.extend(more);
    let input = world.send_bytes(topic, Some(0), key, value.clone(), sent.clone());
    task.run();
    for _ in 0..3 {
        for schema in std::mem::take(&mut task.asked) {
            let answer = if schema.0 == 7_001 {
                SchemaAnswer::Known("{".into())
            } else {
                SchemaAnswer::Unknown
            };
            task.tell(Signal::Schema(schema, answer));
        }
        task.pass(std::time::Duration::from_secs(1));
    }
    let letters = world.broker.read("palinode.dead-letters");
    assert_eq!(letters.len(), 1, "{code}");
    let letter = letters[0].clone();
    assert_eq!(header_of(&letter, headers::ERROR_CODE).as_deref(), Some(code));
    assert!(header_of(&letter, headers::ERROR_REASON).unwrap().len() > 10);
    assert_eq!(letter.value.clone().unwrap(), value, "{code}: its bytes are kept");
    assert_eq!(letter.key.as_deref(), Some(key), "{code}: its key is kept");
    assert_eq!(letter.headers[..sent.len()], sent, "{code}: its headers are kept");
    if !topic.ends_with("inbox") {
        assert_eq!(header_of(&letter, headers::DEAD_LETTER_ID), Some(input));
    }
    world.place("o-1");
    task.run();
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1", "{code}: the task goes on");
    task.ends_as_replayed();
    letter
}

fn placed() -> Bytes {
    encode(
        &World::new().schemas,
        "shop.orders.OrderPlaced",
        &[("order_id", text("o-9"))],
    )
}

#[test]
fn a_value_that_is_not_framed() {
    letter_of("orders.events", b"o-9", &b"{\"order\": 9}"[..], vec![], "NOT_CONFLUENT");
    letter_of("orders.events", b"o-9", &b""[..], vec![], "NOT_CONFLUENT");
}

#[test]
fn a_schema_that_the_registry_does_not_know() {
    letter_of("orders.events", b"o-9", framed(7_000, b"x"), vec![], "UNKNOWN_SCHEMA");
}

#[test]
fn a_schema_that_cannot_be_used() {
    letter_of("orders.events", b"o-9", framed(7_001, b"x"), vec![], "UNUSABLE_SCHEMA");
}

#[test]
fn bytes_that_do_not_follow_their_schema() {
    let value = placed();
    letter_of(
        "orders.events",
        b"o-9",
        value.slice(..value.len() - 3),
        vec![],
        "UNDECODABLE",
    );
}

#[test]
fn keys_that_are_no_saga_keys() {
    letter_of("orders.events", b"", placed(), vec![], "KEY_MISSING");
    letter_of("orders.events", &[b'k'; 300], placed(), vec![], "KEY_TOO_LONG");
    letter_of("orders.events", &[0xff, 0xfe], placed(), vec![], "KEY_NOT_TEXT");
}

#[test]
fn a_key_that_is_null_stays_null() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let sent = world
        .broker
        .produce_without_key("orders.events", Some(0), Some(placed()), Vec::new());
    sent.unwrap();
    task.run();
    let letters = world.broker.read("palinode.dead-letters");
    assert_eq!(
        header_of(&letters[0], headers::ERROR_CODE).as_deref(),
        Some("KEY_MISSING")
    );
    assert_eq!(letters[0].key, None);
}

#[test]
fn a_payload_that_is_too_large() {
    let schemas = &World::new().schemas;
    let name = "n".repeat(600 * 1024);
    let value = encode(schemas, "shop.orders.OrderPlaced", &[("customer_name", text(&name))]);
    letter_of("orders.events", b"o-9", value, vec![], "PAYLOAD_TOO_LARGE");
}

#[test]
fn an_idempotency_key_that_fits_no_step() {
    let value = encode(&World::new().schemas, "shop.payments.PaymentSucceeded", &[]);
    let claims = vec![header(
        headers::IDEMPOTENCY_KEY,
        "order-fulfilment/o-9/packing/forward/1",
    )];
    letter_of("payments.events", b"o-9", value, claims, "WRONG_SAGA_ID");
}

#[test]
fn an_inbox_record_without_origin() {
    letter_of("palinode.inbox", b"o-9", placed(), vec![], "ORIGIN_MISSING");
}

#[test]
fn a_success_for_a_saga_that_nobody_knows() {
    let value = encode(&World::new().schemas, "shop.payments.PaymentSucceeded", &[]);
    letter_of("payments.events", b"o-9", value, vec![], "UNKNOWN_SAGA");
}

#[test]
fn a_dead_letter_that_is_sent_again_is_an_input_of_its_own() {
    let earlier = vec![
        header(headers::ORIGIN_TOPIC, "orders.events"),
        header(headers::ORIGIN_PARTITION, "0"),
        header(headers::ORIGIN_OFFSET, "77"),
    ];
    let value = encode(&World::new().schemas, "shop.payments.PaymentSucceeded", &[]);
    letter_of("payments.events", b"o-9", value, earlier, "UNKNOWN_SAGA");
}
