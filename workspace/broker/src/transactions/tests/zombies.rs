//! A zombie, whose id was initialised again, can write nothing.

use kafka_protocol::ResponseError::{self, ConcurrentTransactions, InvalidProducerEpoch, ProducerFenced};

use super::{
    client::{Client, TOPIC},
    reader::{committed, fetched, group_offset},
};
use crate::{
    testing::World,
    transactions::Protocol::{self, InPlace, Rising},
};

fn is(error: ResponseError) -> Result<(), i16> {
    Err(error.code())
}

fn world() -> World {
    let mut world = World::new();
    world.topic(TOPIC, 2);
    world
}

#[test]
fn a_zombie_without_a_transaction_is_refused_everywhere() {
    for protocol in [InPlace, Rising] {
        let mut world = world();
        let mut zombie = Client::ready(&mut world, "shop", protocol);
        let _owner = Client::ready(&mut world, "shop", protocol);
        assert_eq!(zombie.add(&mut world, 0), is(ProducerFenced), "{protocol:?}");
        assert_eq!(zombie.produce(&mut world, 0, 1), is(InvalidProducerEpoch));
        assert_eq!(zombie.commit_offsets(&mut world, 1, -1, ""), is(InvalidProducerEpoch));
        assert_eq!(zombie.end(&mut world, true), is(ProducerFenced));
        assert_eq!(zombie.end(&mut world, false), is(ProducerFenced));
        assert_eq!(fetched(&mut world, 0, false).high_watermark, 0);
        assert_eq!(group_offset(&mut world), -1);
    }
}

#[test]
fn an_open_transaction_is_aborted_first_and_nothing_of_it_is_seen() {
    for protocol in [InPlace, Rising] {
        let mut world = world();
        let mut zombie = Client::ready(&mut world, "shop", protocol);
        zombie.write(&mut world, 0, 1).expect("the owner writes");
        zombie.offsets(&mut world, 5).expect("the owner commits offsets");
        let mut owner = Client::new("shop", protocol);
        assert_eq!(owner.init(&mut world), is(ConcurrentTransactions), "{protocol:?}");
        owner.init(&mut world).expect("the markers are written");
        let end = fetched(&mut world, 0, false).high_watermark;
        assert_eq!(end, 2, "a record and its marker");
        assert_eq!(zombie.produce(&mut world, 0, 2), is(InvalidProducerEpoch));
        assert_eq!(zombie.produce(&mut world, 1, 2), is(InvalidProducerEpoch));
        assert_eq!(zombie.commit_offsets(&mut world, 6, -1, ""), is(InvalidProducerEpoch));
        assert_eq!(zombie.end(&mut world, true), is(ProducerFenced));
        assert_eq!(fetched(&mut world, 0, false).high_watermark, end);
        assert_eq!(committed(&mut world, 0), []);
        assert_eq!(group_offset(&mut world), -1);
        owner.write(&mut world, 0, 3).expect("the owner writes");
        owner.end(&mut world, true).expect("the owner commits");
        assert_eq!(committed(&mut world, 0), [3]);
    }
}

#[test]
fn each_init_fences_the_one_before_also_across_protocols() {
    let mut world = world();
    let mut clients: Vec<Client> = Vec::new();
    for round in 0..6_u32 {
        let protocol = if round % 2 == 0 {
            Protocol::InPlace
        } else {
            Protocol::Rising
        };
        let mut owner = Client::ready(&mut world, "shop", protocol);
        for zombie in &mut clients {
            assert!(zombie.write(&mut world, 0, 100).is_err());
            assert!(zombie.offsets(&mut world, 100).is_err());
            assert!(zombie.end(&mut world, true).is_err());
        }
        owner.write(&mut world, 0, round).expect("the owner writes");
        owner.end(&mut world, true).expect("the owner commits");
        clients.push(owner);
    }
    assert_eq!(committed(&mut world, 0), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_zombie_of_the_second_protocol_is_not_told_the_epoch_of_a_successor_of_the_first() {
    for commits in [true, false] {
        let mut world = world();
        let mut zombie = Client::ready(&mut world, "shop", Rising);
        let mut owner = Client::ready(&mut world, "shop", InPlace);
        owner.write(&mut world, 0, 1).expect("the owner writes");
        owner.end(&mut world, commits).expect("the owner's end");
        assert_eq!(zombie.end(&mut world, commits), is(ProducerFenced));
    }
}
