//! Markers that are put off: what a client is told until they are written.

use std::time::Duration;

use kafka_protocol::ResponseError::ConcurrentTransactions;

use super::{
    client::{Client, TOPIC},
    reader::committed,
};
use crate::{
    Settings,
    testing::World,
    transactions::Protocol::{InPlace, Rising},
};

const DELAY: Duration = Duration::from_millis(20);

fn world() -> World {
    let mut world = World::with(Settings {
        marker_delay: Some(DELAY),
        ..Settings::default()
    });
    world.topic(TOPIC, 2);
    world
}

#[test]
fn the_next_transaction_of_the_id_waits_for_the_markers_of_the_one_before() {
    let mut world = world();
    let mut client = Client::ready(&mut world, "shop", InPlace);
    client.write(&mut world, 0, 1).expect("the first transaction");
    client.end(&mut world, true).expect("the end is answered at once");
    assert_eq!(client.add(&mut world, 1), Err(ConcurrentTransactions.code()));
    assert_eq!(client.end(&mut world, true), Err(ConcurrentTransactions.code()));
    assert_eq!(committed(&mut world, 0), []);
    world.advance(DELAY);
    assert_eq!(committed(&mut world, 0), [1]);
    client.add(&mut world, 1).expect("the markers are written");
}

#[test]
fn with_the_second_protocol_the_next_batch_waits_too() {
    let mut world = world();
    let mut client = Client::ready(&mut world, "shop", Rising);
    client.write(&mut world, 0, 1).expect("the first transaction");
    client.end(&mut world, true).expect("the end is answered at once");
    assert_eq!(client.write(&mut world, 0, 2), Err(ConcurrentTransactions.code()));
    assert_eq!(client.offsets(&mut world, 2), Err(ConcurrentTransactions.code()));
    world.advance(DELAY);
    client.write(&mut world, 0, 2).expect("the markers are written");
    client.end(&mut world, true).expect("the second end");
    world.advance(DELAY);
    assert_eq!(committed(&mut world, 0), [1, 2]);
}

#[test]
fn another_id_need_not_wait() {
    let mut world = world();
    let mut first = Client::ready(&mut world, "shop-a", InPlace);
    let mut second = Client::ready(&mut world, "shop-b", InPlace);
    first.write(&mut world, 0, 1).expect("the first transaction");
    first.end(&mut world, true).expect("its end");
    second.write(&mut world, 0, 2).expect("the second transaction");
    second.end(&mut world, true).expect("its end");
    world.advance(DELAY);
    assert_eq!(committed(&mut world, 0), [1, 2]);
}

#[test]
fn a_new_instance_is_told_to_wait_until_the_markers_of_the_abort_are_written() {
    let mut world = world();
    let mut zombie = Client::ready(&mut world, "shop", InPlace);
    zombie.write(&mut world, 0, 1).expect("an open transaction");
    let mut owner = Client::new("shop", InPlace);
    for _ in 0..3 {
        assert_eq!(owner.init(&mut world), Err(ConcurrentTransactions.code()));
    }
    world.advance(DELAY);
    owner.init(&mut world).expect("the markers are written");
    assert_eq!(committed(&mut world, 0), []);
}
