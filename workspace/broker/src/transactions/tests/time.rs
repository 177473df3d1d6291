//! What time brings: aborts of transactions that stay open, and the end of ids that nobody uses.

use std::time::Duration;

use kafka_protocol::{
    ResponseError,
    messages::{DescribeTransactionsRequest, InitProducerIdRequest, ListTransactionsRequest, TransactionalId},
    protocol::StrBytes,
};

use super::{
    client::{Client, TIMEOUT_MS, TOPIC},
    kept::Kept,
    reader::{committed, fetched},
};
use crate::{
    Settings,
    testing::World,
    transactions::Protocol::{InPlace, Rising},
};

const TIMEOUT: Duration = Duration::from_millis(TIMEOUT_MS as u64);
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn state_of(world: &mut World, id: &'static str) -> String {
    let ids = vec![TransactionalId(StrBytes::from_static_str(id))];
    let request = DescribeTransactionsRequest::default().with_transactional_ids(ids);
    world.call(request).transaction_states[0].transaction_state.to_string()
}

#[test]
fn a_transaction_that_stays_open_is_aborted_and_its_owner_fenced() {
    for protocol in [InPlace, Rising] {
        let kept = Kept::default();
        let mut world = kept.world(Settings::default());
        world.topic(TOPIC, 2);
        let mut client = Client::ready(&mut world, "shop", protocol);
        client.write(&mut world, 0, 1).expect("an open transaction");
        world.advance(TIMEOUT - Duration::from_millis(1));
        assert_eq!(state_of(&mut world, "shop"), "Ongoing");
        kept.restart(&mut world);
        world.advance(Duration::from_millis(1));
        assert_eq!(state_of(&mut world, "shop"), "CompleteAbort");
        assert_eq!(
            client.produce(&mut world, 0, 2),
            Err(ResponseError::InvalidProducerEpoch.code())
        );
        assert!(client.end(&mut world, true).is_err());
        let data = fetched(&mut world, 0, true);
        assert_eq!(data.last_stable_offset, data.high_watermark);
        assert_eq!(committed(&mut world, 0), []);
    }
}

#[test]
fn a_client_of_the_second_protocol_learns_of_the_abort_by_its_own_and_goes_on() {
    let mut world = World::new();
    world.topic(TOPIC, 2);
    let mut client = Client::ready(&mut world, "shop", Rising);
    client.write(&mut world, 0, 1).expect("an open transaction");
    world.advance(TIMEOUT);
    client.end(&mut world, false).expect("it was aborted so");
    client.write(&mut world, 0, 2).expect("the next transaction");
    client.end(&mut world, true).expect("its end");
    assert_eq!(committed(&mut world, 0), [2]);
}

#[test]
fn each_end_puts_the_time_out_off() {
    let mut world = World::new();
    world.topic(TOPIC, 2);
    let mut client = Client::ready(&mut world, "shop", InPlace);
    for value in 0..4 {
        client.write(&mut world, 0, value).expect("a transaction");
        world.advance(TIMEOUT - Duration::from_millis(1));
        client.end(&mut world, true).expect("its end");
    }
    assert_eq!(committed(&mut world, 0), [0, 1, 2, 3]);
}

#[test]
fn an_id_that_nobody_uses_is_forgotten_and_an_open_one_is_not() {
    let kept = Kept::default();
    let mut world = kept.world(Settings::default());
    world.topic(TOPIC, 2);
    let mut idle = Client::ready(&mut world, "idle", InPlace);
    world.advance(WEEK / 2);
    let mut busy = Client::ready(&mut world, "busy", InPlace);
    world.advance(WEEK / 2 + Duration::from_secs(60 * 60));
    let listed = world.call_at(1, ListTransactionsRequest::default().with_duration_filter(-1));
    let ids: Vec<_> = listed
        .transaction_states
        .iter()
        .map(|state| state.transactional_id.to_string())
        .collect();
    assert_eq!(ids, ["busy"]);
    kept.restart(&mut world);
    assert_eq!(
        idle.add(&mut world, 0),
        Err(ResponseError::InvalidProducerIdMapping.code())
    );
    busy.write(&mut world, 0, 1).expect("its id is known");
}

#[test]
fn a_time_out_beyond_the_limit_or_without_length_is_refused() {
    let mut world = World::new();
    for (timeout_ms, code) in [(0, 50), (-1, 50), (900_001, 50), (900_000, 0), (1, 0)] {
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(TransactionalId(StrBytes::from_static_str("shop"))))
            .with_transaction_timeout_ms(timeout_ms);
        assert_eq!(world.call_at(2, request).error_code, code, "{timeout_ms} ms");
    }
}
