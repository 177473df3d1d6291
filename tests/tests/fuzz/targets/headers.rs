//! Headers, which anybody may write.

use palinode_wire::{
    Origin,
    dead_letter::DeadLetter,
    headers::{self, MessageHeaders, Traceparent, parse_saga_id, saga_id_text},
};

use crate::input::{INPUTS, Input, soon};

/// Headers as lines `name: value`.
const KNOWN: [&str; 4] = [
    "ce_id: order-fulfilment/o-1/payment/forward/1/1\nce_type: shop.payments.ReservePayment\nce_source: palinode/shop\n\
     ce_time: 2026-01-05T09:00:00Z\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n\
     correlation-id: c-1\nidempotency-key: order-fulfilment/o-1/payment/forward/1\nsaga-id: order-fulfilment/o-1",
    "saga-id: order%2Ffulfilment/o%20%C3%A4",
    "palinode-origin-topic: orders.events\npalinode-origin-partition: 3\npalinode-origin-offset: 42",
    "palinode-dead-letter-id: a/1/2\npalinode-dead-letter-reason: UNKNOWN_SCHEMA\npalinode-dead-letter-text: no",
];

fn read(bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n');
    let pairs: Vec<(&str, &[u8])> = lines
        .filter_map(|line| {
            let colon = line.windows(2).position(|pair| pair == b": ")?;
            Some((std::str::from_utf8(&line[..colon]).ok()?, &line[colon + 2..]))
        })
        .collect();
    let found = MessageHeaders::read(pairs.iter().copied());
    let _ = found.parsed_idempotency_key();
    if let Some(id) = found.parsed_saga_id() {
        assert_eq!(
            parse_saga_id(&saga_id_text(&id)),
            Some(id),
            "a saga id is written as it was"
        );
    }
    if let Some(parent) = found.traceparent.and_then(Traceparent::parse) {
        let child = parent.child(b"seed").to_string();
        assert!(Traceparent::parse(&child).is_some(), "{child}");
    }
    if let Some(origin) = Origin::read(pairs.iter().copied()) {
        let written = origin.headers();
        let again = written.iter().map(|(name, value)| (*name, &**value));
        assert_eq!(Origin::read(again), Some(origin), "an origin is written as it was");
    }
    let _ = DeadLetter::read(pairs.iter().copied());
    let _ = headers::last(pairs.iter().copied(), headers::CE_ID);
}

#[test]
fn headers_are_read_or_ignored() {
    let known: Vec<Vec<u8>> = KNOWN.iter().map(|text| text.as_bytes().to_vec()).collect();
    known.iter().for_each(|bytes| soon(bytes, read));
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
