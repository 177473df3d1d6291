//! The classic protocol, as its clients see it.

use std::time::Duration;

use kafka_protocol::messages::{
    DescribeGroupsRequest, JoinGroupRequest, LeaveGroupRequest, OffsetDeleteRequest, TopicName,
    leave_group_request::MemberIdentity,
    offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic},
};

use super::testing::{GROUP, REBALANCE, SESSION, join, join_with, sync, text};
use crate::{Settings, testing::World};

const ILLEGAL_GENERATION: i16 = 22;
const INCONSISTENT_GROUP_PROTOCOL: i16 = 23;
const UNKNOWN_MEMBER_ID: i16 = 25;
const INVALID_SESSION_TIMEOUT: i16 = 26;
const REBALANCE_IN_PROGRESS: i16 = 27;
const MEMBER_ID_REQUIRED: i16 = 79;
const FENCED_INSTANCE_ID: i16 = 82;
const GROUP_SUBSCRIBED_TO_TOPIC: i16 = 86;

fn state(world: &mut World) -> String {
    let described = world.call(DescribeGroupsRequest::default().with_groups(vec![GROUP]));
    described.groups[0].group_state.to_string()
}

#[test]
fn a_new_member_must_come_back_with_the_id_that_it_was_given() {
    let mut world = World::new();
    let refused = world.call_at(4, join("", None));
    assert_eq!(refused.error_code, MEMBER_ID_REQUIRED);
    let joined = world.call(join(&refused.member_id, None));
    assert_eq!((joined.error_code, joined.generation_id), (0, 1));
    assert_eq!(joined.leader, refused.member_id);
    assert_eq!(joined.protocol_name, Some(text("range")));
}

#[test]
fn before_version_4_a_new_member_joins_at_once() {
    let mut world = World::new();
    for version in 0..4 {
        let joined = world.call_at(version, join("", Some("i")).with_group_instance_id(None));
        assert_eq!(joined.error_code, 0, "in version {version}");
        assert_eq!(
            world
                .call(
                    LeaveGroupRequest::default()
                        .with_group_id(GROUP)
                        .with_members(vec![MemberIdentity::default().with_member_id(joined.member_id)])
                )
                .members[0]
                .error_code,
            0
        );
    }
}

#[test]
fn a_second_member_makes_the_first_join_again_and_each_gets_its_assignment() {
    let mut world = World::new();
    let [leader, second] = world.stable_pair();
    assert_eq!(world.heartbeat(&leader, None, 2), 0);
    assert_eq!(world.heartbeat(&second, None, 2), 0);
    assert_eq!(world.heartbeat(&second, None, 1), ILLEGAL_GENERATION);
    assert_eq!(world.heartbeat("nobody", None, 2), UNKNOWN_MEMBER_ID);
    assert_eq!(state(&mut world), "Stable");
}

#[test]
fn a_member_that_leaves_makes_the_others_join_again() {
    let mut world = World::new();
    let [leader, second] = world.stable_pair();
    assert_eq!(world.leave(&leader, None), 0);
    assert_eq!(world.leave(&leader, None), UNKNOWN_MEMBER_ID);
    assert_eq!(world.heartbeat(&second, None, 2), REBALANCE_IN_PROGRESS);
    let joined = world.call(join(&second, None));
    assert_eq!((joined.generation_id, joined.leader.as_str()), (3, second.as_str()));
    assert_eq!(joined.members.len(), 1);
}

#[test]
fn a_silent_member_is_out_after_its_session() {
    let mut world = World::new();
    let [leader, second] = world.stable_pair();
    world.advance(SESSION - Duration::from_secs(1));
    assert_eq!(world.heartbeat(&leader, None, 2), 0);
    world.advance(Duration::from_secs(2));
    assert_eq!(world.heartbeat(&leader, None, 2), REBALANCE_IN_PROGRESS);
    let joined = world.call(join(&leader, None));
    assert_eq!((joined.generation_id, joined.members.len()), (3, 1));
    assert_eq!(world.heartbeat(&second, None, 2), UNKNOWN_MEMBER_ID);
}

#[test]
fn a_member_that_does_not_join_in_time_is_out() {
    let mut world = World::new();
    let [leader, second] = world.stable_pair();
    let third = world.member_id();
    let waiting = world.send(3, join(&third, None));
    let leading = world.send(1, join(&leader, None));
    for _ in 0..4 {
        // The second member is alive, but does not join.
        world.advance(SESSION - Duration::from_secs(1));
        world.heartbeat(&second, None, 2);
    }
    assert!(REBALANCE < 4 * (SESSION - Duration::from_secs(1)));
    assert_eq!(world.joined(leading).members.len(), 2);
    assert_eq!(world.joined(waiting).generation_id, 3);
    assert_eq!(world.heartbeat(&second, None, 3), UNKNOWN_MEMBER_ID);
}

#[test]
fn a_member_that_never_asks_for_its_assignment_is_out() {
    let mut world = World::new();
    let [leader, second] = world.stable_pair();
    let leading = world.send(1, join(&leader, None));
    let following = world.send(2, join(&second, None));
    assert_eq!(world.joined(leading).generation_id, 3);
    assert_eq!(world.joined(following).generation_id, 3);
    assert_eq!(world.call(sync(&leader, 3, &[(&leader, "0")])).error_code, 0);
    for _ in 0..4 {
        world.advance(SESSION - Duration::from_secs(1));
        world.heartbeat(&leader, None, 3);
        world.heartbeat(&second, None, 3);
    }
    assert_eq!(world.heartbeat(&leader, None, 3), REBALANCE_IN_PROGRESS);
    assert_eq!(world.heartbeat(&second, None, 3), UNKNOWN_MEMBER_ID);
}

#[test]
fn a_rebalance_sends_those_back_who_wait_for_their_assignment() {
    let mut world = World::new();
    let [leader, second] = world.stable_pair();
    let leading = world.send(1, join(&leader, None));
    let following = world.send(2, join(&second, None));
    assert!(world.is_answered(leading) && world.is_answered(following));
    let waiting = world.send(2, sync(&second, 3, &[]));
    assert_eq!(world.leave(&leader, None), 0);
    assert_eq!(world.synced(waiting).error_code, REBALANCE_IN_PROGRESS);
}

#[test]
fn a_follower_that_joins_a_stable_group_again_is_told_the_generation_and_the_leader_rebalances() {
    let mut world = World::new();
    let [leader, second] = world.stable_pair();
    let told = world.call(join(&second, None));
    assert_eq!((told.error_code, told.generation_id, told.members.len()), (0, 2, 0));
    assert_eq!(state(&mut world), "Stable");
    let leading = world.send(1, join(&leader, None));
    assert!(!world.is_answered(leading));
    assert_eq!(state(&mut world), "PreparingRebalance");
}

#[test]
fn the_protocol_is_one_that_all_offer_and_most_like_best() {
    let mut world = World::new();
    let calls = [
        (1, "a", &["x", "y"][..]),
        (2, "b", &["y", "x", "z"]),
        (3, "c", &["y", "x"]),
    ];
    let first = world.send(1, join_with("", Some("a"), calls[0].2));
    let leader = world.joined(first).member_id;
    let sent: Vec<_> = calls[1..]
        .iter()
        .map(|(connection, instance, protocols)| world.send(*connection, join_with("", Some(instance), protocols)))
        .collect();
    let strange = world.call(join_with("", Some("d"), &["z"]));
    assert_eq!(strange.error_code, INCONSISTENT_GROUP_PROTOCOL);
    let leading = world.send(1, join_with(&leader, Some("a"), &["x", "y"]));
    for call in sent.into_iter().chain([leading]) {
        let joined = world.joined(call);
        assert_eq!((joined.error_code, joined.protocol_name), (0, Some(text("y"))));
    }
}

#[test]
fn a_static_member_comes_back_without_a_rebalance_and_fences_its_old_id() {
    let mut world = World::new();
    let first = world.call(join("", Some("i")));
    let old = first.member_id.to_string();
    let mut given = sync(&old, 1, &[(&old, "0")]);
    given.group_instance_id = Some(text("i"));
    assert_eq!(world.call(given).assignment, "0");

    let again = world.call(join("", Some("i")));
    let id = again.member_id.to_string();
    assert_ne!(id, old);
    assert_eq!((again.error_code, again.generation_id), (0, 1));
    assert!(again.skip_assignment, "it leads, but need not assign");
    assert_eq!((again.leader.as_str(), again.members.len()), (id.as_str(), 1));
    assert_eq!(world.call(sync(&id, 1, &[])).assignment, "0");
    assert_eq!(world.heartbeat(&old, Some("i"), 1), FENCED_INSTANCE_ID);
    assert_eq!(world.heartbeat(&old, None, 1), UNKNOWN_MEMBER_ID);
    assert_eq!(world.heartbeat(&id, Some("i"), 1), 0);
    assert_eq!(world.call(join(&old, Some("i"))).error_code, FENCED_INSTANCE_ID);
    assert_eq!(world.leave(&old, Some("i")), FENCED_INSTANCE_ID);
}

#[test]
fn before_version_9_a_static_leader_that_comes_back_takes_the_old_id_for_the_leader() {
    let mut world = World::new();
    let first = world.call(join("", Some("i")));
    assert_eq!(world.call(sync(&first.member_id, 1, &[])).error_code, 0);
    let again = world.call_at(8, join("", Some("i")));
    assert_eq!((again.error_code, again.generation_id), (0, 1));
    assert_eq!((again.leader, again.members.len()), (first.member_id, 0));
}

#[test]
fn a_static_member_that_is_replaced_while_it_waits_is_told_that_it_is_fenced() {
    let mut world = World::new();
    let [leader, _] = world.stable_pair();
    let waiting = world.send(3, join("", Some("i")));
    let replacing = world.send(4, join("", Some("i")));
    assert_eq!(world.joined(waiting).error_code, FENCED_INSTANCE_ID);
    assert!(!world.is_answered(replacing), "the others have not joined");
    assert_eq!(world.heartbeat(&leader, None, 2), REBALANCE_IN_PROGRESS);
}

#[test]
fn a_static_member_that_comes_back_before_the_assignment_makes_all_join_again() {
    let mut world = World::new();
    let first = world.call(join("", Some("i")));
    let again = world.call(join("", Some("i")));
    assert_eq!((first.generation_id, again.generation_id), (1, 2));
    assert!(!again.skip_assignment);
    assert_eq!(again.members.len(), 1);
}

#[test]
fn a_static_member_stays_when_the_others_rebalance_without_it() {
    let mut world = World::new();
    let id = world
        .call(join("", Some("i")).with_session_timeout_ms(1_800_000))
        .member_id;
    assert_eq!(world.call(sync(&id, 1, &[(&id, "0,1")])).error_code, 0);
    let second = world.member_id();
    let waiting = world.send(2, join(&second, None));
    world.advance(REBALANCE + Duration::from_secs(1));
    let joined = world.joined(waiting);
    assert_eq!((joined.leader.as_str(), joined.members.len()), (second.as_str(), 2));
}

#[test]
fn an_administrator_removes_static_members_by_instance() {
    let mut world = World::new();
    let first = world.call(join("", Some("i")));
    let leave = |instance| MemberIdentity::default().with_group_instance_id(Some(text(instance)));
    let request = LeaveGroupRequest::default()
        .with_group_id(GROUP)
        .with_members(vec![leave("i"), leave("j")]);
    let codes: Vec<_> = world
        .call(request)
        .members
        .iter()
        .map(|member| member.error_code)
        .collect();
    assert_eq!(codes, [0, UNKNOWN_MEMBER_ID]);
    assert_eq!(world.heartbeat(&first.member_id, Some("i"), 1), UNKNOWN_MEMBER_ID);
    assert_eq!(state(&mut world), "Empty");
}

#[test]
fn the_first_member_waits_for_others_as_long_as_the_settings_say() {
    let settings = Settings {
        initial_rebalance_delay: Duration::from_secs(3),
        ..Settings::default()
    };
    let mut world = World::with(settings);
    let first = world.send(1, join("", Some("a")));
    world.advance(Duration::from_secs(2));
    let second = world.send(2, join("", Some("b")));
    assert!(!world.is_answered(first));
    world.advance(Duration::from_secs(2));
    assert!(!world.is_answered(first), "another came: the wait is prolonged");
    world.advance(Duration::from_secs(2));
    assert_eq!(world.joined(first).members.len(), 2);
    assert_eq!(world.joined(second).generation_id, 1);
}

#[test]
fn a_member_that_does_not_come_back_with_its_id_does_not_hold_up_the_others_for_ever() {
    let mut world = World::new();
    let first = world.member_id();
    let joined = world.call(join(&first, None));
    assert_eq!(joined.generation_id, 1);
    let _lost = world.member_id();
    let waiting = world.send(1, join(&first, None));
    assert!(
        world.is_answered(waiting),
        "the same member with the same subscription is told again"
    );
    let leading = world.send(2, join_with(&first, None, &["range", "other"]));
    assert!(!world.is_answered(leading), "an id was given to another");
    world.advance(SESSION + Duration::from_secs(1));
    assert_eq!(world.joined(leading).generation_id, 2);
}

#[test]
fn a_call_that_its_member_repeats_is_answered_too() {
    let mut world = World::new();
    let [leader, _] = world.stable_pair();
    let older = world.send(1, join(&leader, None));
    let newer = world.send(5, join(&leader, None));
    assert_eq!(world.joined(older).error_code, REBALANCE_IN_PROGRESS);
    assert!(!world.is_answered(newer));
}

#[test]
fn what_is_out_of_bounds_is_refused() {
    let mut world = World::new();
    let mut code = |request: JoinGroupRequest| world.call(request).error_code;
    assert_eq!(
        code(join("", None).with_session_timeout_ms(5_999)),
        INVALID_SESSION_TIMEOUT
    );
    assert_eq!(
        code(join("", None).with_session_timeout_ms(i32::MAX)),
        INVALID_SESSION_TIMEOUT
    );
    assert_eq!(code(join("", None).with_group_id(Default::default())), 24);
    assert_eq!(
        code(join("", None).with_protocols(Vec::new())),
        INCONSISTENT_GROUP_PROTOCOL
    );
    assert_eq!(code(join("stranger", None)), UNKNOWN_MEMBER_ID);
    let names: Vec<String> = (0..100).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(code(join_with("", None, &names)), 42);
}

#[test]
fn a_full_group_takes_no_more() {
    let mut world = World::new();
    for _ in 0..crate::groups::MEMBERS_MAX {
        world.member_id();
    }
    assert_eq!(world.call(join("", None)).error_code, 81);
}

#[test]
fn offsets_of_a_topic_that_is_read_cannot_be_deleted() {
    let mut world = World::new();
    world.topic("orders", 1);
    world.topic("others", 1);
    world.stable_pair();
    let topic = |name: &str| {
        OffsetDeleteRequestTopic::default()
            .with_name(TopicName(text(name)))
            .with_partitions(vec![OffsetDeleteRequestPartition::default()])
    };
    let request = OffsetDeleteRequest::default().with_group_id(GROUP).with_topics(vec![
        topic("orders"),
        topic("others"),
        topic("missing"),
    ]);
    let deleted = world.call(request);
    let codes: Vec<_> = deleted
        .topics
        .iter()
        .map(|topic| topic.partitions[0].error_code)
        .collect();
    assert_eq!((deleted.error_code, codes), (0, vec![GROUP_SUBSCRIBED_TO_TOPIC, 0, 3]));
}
