//! A commit is atomic over partitions and a group's offsets, also where the process ends in the midst of it.

use super::{
    client::{Client, TOPIC},
    kept::Kept,
    reader::{committed, fetched, group_offset},
};
use crate::{
    Settings,
    testing::World,
    transactions::Protocol::{InPlace, Rising},
};

fn seen(world: &mut World) -> (Vec<u32>, Vec<u32>, i64) {
    (committed(world, 0), committed(world, 1), group_offset(world))
}

fn writes(world: &mut World, client: &mut Client) {
    client.write(world, 0, 1).expect("partition 0");
    client.write(world, 1, 2).expect("partition 1");
    client.offsets(world, 7).expect("the group");
}

#[test]
fn nothing_is_seen_before_the_end_and_then_all_or_nothing() {
    for protocol in [InPlace, Rising] {
        for commits in [true, false] {
            let mut world = World::new();
            world.topic(TOPIC, 2);
            let mut client = Client::ready(&mut world, "shop", protocol);
            writes(&mut world, &mut client);
            assert_eq!(seen(&mut world), (vec![], vec![], -1));
            client.end(&mut world, commits).expect("the end");
            let expected = if commits {
                (vec![1], vec![2], 7)
            } else {
                (vec![], vec![], -1)
            };
            assert_eq!(seen(&mut world), expected, "{protocol:?}, commits: {commits}");
        }
    }
}

#[test]
fn an_open_transaction_goes_on_after_a_restart() {
    for protocol in [InPlace, Rising] {
        let kept = Kept::default();
        let mut world = kept.world(Settings::default());
        world.topic(TOPIC, 2);
        let mut client = Client::ready(&mut world, "shop", protocol);
        writes(&mut world, &mut client);
        kept.restart(&mut world);
        assert_eq!(seen(&mut world), (vec![], vec![], -1));
        client.write(&mut world, 0, 3).expect("the transaction is still open");
        client.end(&mut world, true).expect("the end");
        assert_eq!(seen(&mut world), (vec![1, 3], vec![2], 7), "{protocol:?}");
    }
}

#[test]
fn a_decided_end_is_completed_after_a_restart() {
    for commits in [true, false] {
        let kept = Kept::default();
        let delay = std::time::Duration::from_millis(50);
        let mut world = kept.world(Settings {
            marker_delay: Some(delay),
            ..Settings::default()
        });
        world.topic(TOPIC, 2);
        let mut client = Client::ready(&mut world, "shop", Rising);
        writes(&mut world, &mut client);
        client.end(&mut world, commits).expect("the end");
        kept.restart(&mut world);
        assert_eq!(seen(&mut world), (vec![], vec![], -1), "no marker yet");
        world.advance(delay);
        let expected = if commits {
            (vec![1], vec![2], 7)
        } else {
            (vec![], vec![], -1)
        };
        assert_eq!(seen(&mut world), expected);
        for partition in [0, 1] {
            let data = fetched(&mut world, partition, true);
            assert_eq!(data.last_stable_offset, data.high_watermark);
        }
    }
}

#[test]
fn markers_that_the_storage_refuses_are_written_later() {
    let kept = Kept::default();
    let delay = std::time::Duration::from_millis(50);
    let mut world = kept.world(Settings {
        marker_delay: Some(delay),
        ..Settings::default()
    });
    world.topic(TOPIC, 2);
    let mut client = Client::ready(&mut world, "shop", InPlace);
    writes(&mut world, &mut client);
    client.end(&mut world, true).expect("the end");
    kept.set_failing(true);
    world.advance(delay * 10);
    assert_eq!(seen(&mut world), (vec![], vec![], -1));
    kept.set_failing(false);
    world.advance(delay * 10);
    assert_eq!(seen(&mut world), (vec![1], vec![2], 7));
}
