//! The consumer group protocol, as its clients see it.

use std::time::Duration;

use kafka_protocol::{
    messages::{
        ConsumerGroupHeartbeatRequest, DescribeGroupsRequest, GroupId, JoinGroupRequest, OffsetCommitRequest,
        TopicName,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
    },
    protocol::StrBytes,
};

use super::testing::{Client, state, world};
use crate::{
    groups::classic::testing::{GROUP, join, text},
    testing::World,
};

const INCONSISTENT_GROUP_PROTOCOL: i16 = 23;
const UNKNOWN_MEMBER_ID: i16 = 25;
const UNSUPPORTED_VERSION: i16 = 35;
const INVALID_REQUEST: i16 = 42;
const GROUP_ID_NOT_FOUND: i16 = 69;
const FENCED_INSTANCE_ID: i16 = 82;
const FENCED_MEMBER_EPOCH: i16 = 110;
const UNRELEASED_INSTANCE_ID: i16 = 111;
const UNSUPPORTED_ASSIGNOR: i16 = 112;
const STALE_MEMBER_EPOCH: i16 = 113;

#[test]
fn the_first_member_gets_everything_at_once() {
    let mut world = world(3);
    let mut a = Client::new("a");
    assert_eq!(a.beat(&mut world), 0);
    assert_eq!((a.epoch, a.owned.as_slice()), (1, &[0, 1, 2][..]));
    assert_eq!(state(&mut world), "Stable");
    let quiet = a.request(&world);
    assert_eq!(world.call(quiet).assignment, None, "nothing has changed");
}

#[test]
fn a_second_member_gets_its_share_only_after_the_first_has_given_it_back() {
    let mut world = world(4);
    let [mut a, mut b] = ["a", "b"].map(Client::new);
    assert_eq!(a.beat(&mut world), 0);
    assert_eq!(b.beat(&mut world), 0);
    assert_eq!((b.epoch, b.owned.len()), (2, 0), "the first has everything still");
    assert_eq!(state(&mut world), "Reconciling");
    let all = a.owned.clone();
    assert_eq!(a.beat(&mut world), 0);
    assert_eq!(
        (a.epoch, a.owned.len()),
        (1, 2),
        "it stays in its epoch until it has given back"
    );
    assert_eq!(b.beat(&mut world), 0);
    assert_eq!(b.owned.len(), 0, "the first has not said that it gave back");
    assert_eq!(a.beat(&mut world), 0);
    assert_eq!(a.epoch, 2);
    assert_eq!(b.beat(&mut world), 0);
    let mut both = [a.owned.clone(), b.owned.clone()].concat();
    both.sort_unstable();
    assert_eq!(both, all);
    assert_eq!(state(&mut world), "Stable");
}

#[test]
fn a_member_that_keeps_what_it_should_give_back_is_out_after_its_rebalance_time_out() {
    let mut world = world(4);
    let [mut a, mut b] = ["a", "b"].map(Client::new);
    a.keeps = true;
    a.beat(&mut world);
    b.beat(&mut world);
    a.beat(&mut world);
    for _ in 0..4 {
        assert_eq!(a.beat(&mut world), 0);
        assert_eq!((a.epoch, a.owned.len()), (1, 4));
        world.advance(Duration::from_secs(8));
    }
    assert_eq!(a.beat(&mut world), UNKNOWN_MEMBER_ID);
    b.beat(&mut world);
    assert_eq!(b.owned, [0, 1, 2, 3]);
}

#[test]
fn a_silent_member_is_out_after_its_session() {
    let mut world = world(2);
    let [mut a, mut b] = ["a", "b"].map(Client::new);
    a.beat(&mut world);
    b.beat(&mut world);
    world.advance(Duration::from_secs(40));
    b.beat(&mut world);
    world.advance(Duration::from_secs(6));
    b.beat(&mut world);
    assert_eq!(b.owned, [0, 1]);
    assert_eq!(a.beat(&mut world), UNKNOWN_MEMBER_ID);
}

#[test]
fn a_member_that_leaves_gives_all_that_it_had() {
    let mut world = world(2);
    let [mut a, mut b] = ["a", "b"].map(Client::new);
    a.beat(&mut world);
    b.beat(&mut world);
    assert_eq!(a.leave(&mut world, -1), 0);
    assert_eq!(a.leave(&mut world, -1), UNKNOWN_MEMBER_ID);
    b.beat(&mut world);
    assert_eq!((b.epoch, b.owned.as_slice()), (3, &[0, 1][..]));
}

#[test]
fn epochs_that_are_not_the_members_are_fenced_but_for_the_one_before() {
    let mut world = world(2);
    let [mut a, mut b] = ["a", "b"].map(Client::new);
    a.beat(&mut world);
    let first = a.request(&world);
    b.beat(&mut world);
    b.leave(&mut world, -1);
    a.beat(&mut world);
    assert_eq!(a.epoch, 3);
    assert_eq!(world.call(first).error_code, 0, "the answer may have been lost");
    let future = a.request(&world).with_member_epoch(9);
    assert_eq!(world.call(future).error_code, FENCED_MEMBER_EPOCH);
    b.beat(&mut world);
    a.beat(&mut world);
    a.beat(&mut world);
    let old = a.request(&world).with_member_epoch(1);
    assert_eq!(world.call(old).error_code, FENCED_MEMBER_EPOCH);
    // One that joins once more is told all that it has.
    let anew = Client::new("a").request(&world);
    let told = world.call(anew);
    assert_eq!(told.error_code, 0);
    assert!(told.assignment.is_some());
}

#[test]
fn a_static_member_that_is_away_for_a_while_gets_the_same_back() {
    let mut world = world(4);
    let mut a = Client {
        instance: Some("i"),
        ..Client::new("a")
    };
    let mut b = Client::new("b");
    let mut again = Client {
        instance: Some("i"),
        ..Client::new("a2")
    };
    a.beat(&mut world);
    b.beat(&mut world);
    a.beat(&mut world);
    a.beat(&mut world);
    b.beat(&mut world);
    let (had, epoch) = (a.owned.clone(), a.epoch);
    assert_eq!(again.beat(&mut world), UNRELEASED_INSTANCE_ID);
    assert_eq!(a.leave(&mut world, -2), 0);
    assert_eq!(again.beat(&mut world), 0);
    assert_eq!((again.epoch, &again.owned), (epoch, &had));
    a.epoch = epoch;
    assert_eq!(a.beat(&mut world), FENCED_INSTANCE_ID);
    b.beat(&mut world);
    assert_eq!((b.epoch, b.owned.len()), (epoch, 2), "nothing moved");
}

#[test]
fn new_partitions_are_given_out() {
    let mut world = world(1);
    let mut a = Client::new("a");
    a.beat(&mut world);
    let id = world.broker.topics.topic("orders").expect("the topic").id;
    let grown = crate::Change::Topics(crate::topics::Change::Grown { id, partitions: 3 });
    world.broker.change(grown).expect("a storage that works");
    a.beat(&mut world);
    assert_eq!((a.epoch, a.owned.as_slice()), (2, &[0, 1, 2][..]));
}

#[test]
fn the_range_assignor_gives_ranges() {
    let mut world = world(5);
    let mut clients = ["a", "b"].map(|id| Client {
        assignor: Some("range"),
        ..Client::new(id)
    });
    for _ in 0..4 {
        for client in &mut clients {
            client.beat(&mut world);
        }
    }
    assert_eq!(clients[0].owned, [0, 1, 2]);
    assert_eq!(clients[1].owned, [3, 4]);
}

#[test]
fn what_is_not_supported_is_refused_with_words() {
    let mut world = world(1);
    let a = Client::new("a").request(&world);
    let refused = |world: &mut World, request: ConsumerGroupHeartbeatRequest| {
        let response = world.call(request);
        assert!(response.error_message.is_some_and(|message| !message.is_empty()));
        response.error_code
    };
    let assignor = a.clone().with_server_assignor(Some(text("mine")));
    assert_eq!(refused(&mut world, assignor), UNSUPPORTED_ASSIGNOR);
    assert_eq!(refused(&mut world, a.clone().with_member_epoch(-3)), INVALID_REQUEST);
    assert_eq!(refused(&mut world, a.clone().with_member_id(text(""))), INVALID_REQUEST);
    assert_eq!(refused(&mut world, a.with_member_epoch(1)), GROUP_ID_NOT_FOUND);
}

#[test]
fn a_group_changes_its_protocol_only_while_it_has_no_members() {
    let mut world = world(1);
    let mut a = Client::new("a");
    assert_eq!(a.beat(&mut world), 0);
    assert_eq!(world.call(join("", Some("i"))).error_code, INCONSISTENT_GROUP_PROTOCOL);
    let described = world.call(DescribeGroupsRequest::default().with_groups(vec![GROUP]));
    assert_eq!(described.groups[0].error_code, GROUP_ID_NOT_FOUND);
    assert_eq!(a.leave(&mut world, -1), 0);
    let joined: JoinGroupRequest = join("", Some("i"));
    assert_eq!(world.call(joined).error_code, 0);
    assert_eq!(a.beat(&mut world), GROUP_ID_NOT_FOUND);
}

#[test]
fn only_the_current_epoch_commits_offsets() {
    let mut world = world(1);
    let mut a = Client::new("a");
    a.beat(&mut world);
    let partition = OffsetCommitRequestPartition::default().with_committed_offset(5);
    let topic = OffsetCommitRequestTopic::default()
        .with_name(TopicName(text("orders")))
        .with_partitions(vec![partition]);
    let commit = |member: &'static str, epoch| {
        OffsetCommitRequest::default()
            .with_group_id(GROUP)
            .with_member_id(StrBytes::from_static_str(member))
            .with_generation_id_or_member_epoch(epoch)
            .with_topics(vec![topic.clone()])
    };
    let mut code =
        |version, request: OffsetCommitRequest| world.call_at(version, request).topics[0].partitions[0].error_code;
    assert_eq!(code(9, commit("a", 1)), 0);
    assert_eq!(code(9, commit("a", 0)), STALE_MEMBER_EPOCH);
    assert_eq!(code(9, commit("b", 1)), UNKNOWN_MEMBER_ID);
    assert_eq!(code(9, commit("", -1)), UNKNOWN_MEMBER_ID);
    assert_eq!(code(8, commit("a", 1)), UNSUPPORTED_VERSION);
    let groups = &world.broker.groups;
    let check =
        |member, epoch| groups.check_transactional_member(&GroupId(text("readers")), &text(member), None, epoch);
    assert!(check("", -1).is_ok() && check("a", 1).is_ok());
    assert_eq!(check("a", 0).err().map(|error| error.code()), Some(22));
}
