//! Committed offsets, as clients see them.

use std::time::Duration;

use kafka_protocol::{
    messages::{
        DeleteGroupsRequest, GroupId, ListGroupsRequest, OffsetCommitRequest, OffsetFetchRequest, OffsetFetchResponse,
        TopicName,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics},
    },
    protocol::StrBytes,
};

use super::{
    Change, CommittedOffset, PartitionOffset, TopicOffsets,
    classic::testing::{GROUP, join, sync, text},
};
use crate::{Change as BrokerChange, Settings, Timestamp, testing::World};

const OFFSET_METADATA_TOO_LARGE: i16 = 12;
const ILLEGAL_GENERATION: i16 = 22;
const UNKNOWN_MEMBER_ID: i16 = 25;
const REBALANCE_IN_PROGRESS: i16 = 27;
const NON_EMPTY_GROUP: i16 = 68;
const GROUP_ID_NOT_FOUND: i16 = 69;
const UNSTABLE_OFFSET_COMMIT: i16 = 88;

fn commit(member_id: &str, generation: i32, offset: i64) -> OffsetCommitRequest {
    let partition = OffsetCommitRequestPartition::default().with_committed_offset(offset);
    let topic = OffsetCommitRequestTopic::default()
        .with_name(TopicName(text("orders")))
        .with_partitions(vec![partition.with_committed_metadata(Some(text("note")))]);
    OffsetCommitRequest::default()
        .with_group_id(GROUP)
        .with_member_id(text(member_id))
        .with_generation_id_or_member_epoch(generation)
        .with_topics(vec![topic])
}

fn code(world: &mut World, request: OffsetCommitRequest) -> i16 {
    world.call(request).topics[0].partitions[0].error_code
}

fn fetch(world: &mut World, require_stable: bool) -> OffsetFetchResponse {
    let topic = OffsetFetchRequestTopics::default()
        .with_name(TopicName(text("orders")))
        .with_partition_indexes(vec![0]);
    let group = OffsetFetchRequestGroup::default()
        .with_group_id(GROUP)
        .with_topics(Some(vec![topic]));
    let request = OffsetFetchRequest::default()
        .with_groups(vec![group])
        .with_require_stable(require_stable);
    world.call(request)
}

fn committed(world: &mut World) -> i64 {
    fetch(world, false).groups[0].topics[0].partitions[0].committed_offset
}

fn held(offset: i64) -> Vec<TopicOffsets> {
    let committed = CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: String::new(),
        committed_at: Timestamp(0),
        expires_at: None,
    };
    vec![TopicOffsets {
        topic: "orders".to_owned(),
        partitions: vec![PartitionOffset {
            partition: 0,
            committed,
        }],
    }]
}

fn world() -> World {
    let mut world = World::new();
    world.topic("orders", 1);
    world
}

#[test]
fn an_outsider_commits_while_the_group_has_no_members_and_is_refused_when_it_has() {
    let mut world = world();
    assert_eq!(code(&mut world, commit("", -1, 5)), 0);
    assert_eq!(committed(&mut world), 5);
    let [leader, _] = world.stable_pair();
    assert_eq!(code(&mut world, commit("", -1, 6)), UNKNOWN_MEMBER_ID);
    assert_eq!(code(&mut world, commit(&leader, 1, 6)), ILLEGAL_GENERATION);
    assert_eq!(code(&mut world, commit("stranger", 2, 6)), UNKNOWN_MEMBER_ID);
    assert_eq!(committed(&mut world), 5);
    assert_eq!(code(&mut world, commit(&leader, 2, 7)), 0);
    assert_eq!(committed(&mut world), 7);
}

#[test]
fn in_a_transaction_an_outsider_is_never_refused_and_a_member_is_checked() {
    let mut world = world();
    let [leader, _] = world.stable_pair();
    let check = |world: &World, member_id: &str, generation| {
        let checked = world
            .broker
            .groups
            .check_transactional_member(&GROUP, &text(member_id), None, generation);
        checked.err().map_or(0, |error| error.code())
    };
    assert_eq!(check(&world, "", -1), 0);
    assert_eq!(check(&world, &leader, 2), 0);
    assert_eq!(check(&world, &leader, 1), ILLEGAL_GENERATION);
    assert_eq!(check(&world, "stranger", 2), UNKNOWN_MEMBER_ID);
    let elsewhere = GroupId(text("elsewhere"));
    let unknown = |generation| {
        let groups = &world.broker.groups;
        groups
            .check_transactional_member(&elsewhere, &text("m"), None, generation)
            .is_ok()
    };
    assert!(unknown(-1) && !unknown(0));
}

#[test]
fn between_the_generation_and_the_assignment_nobody_commits() {
    let mut world = world();
    let id = world.member_id();
    assert_eq!(world.call(join(&id, None)).generation_id, 1);
    assert_eq!(code(&mut world, commit(&id, 1, 5)), REBALANCE_IN_PROGRESS);
    assert_eq!(world.call(sync(&id, 1, &[])).error_code, 0);
    assert_eq!(code(&mut world, commit(&id, 1, 5)), 0);
}

#[test]
fn a_generation_of_a_group_that_is_not_there_is_refused() {
    let mut world = world();
    assert_eq!(code(&mut world, commit("m", 1, 5)), GROUP_ID_NOT_FOUND);
    let old = world.call_at(8, commit("m", 1, 5));
    assert_eq!(old.topics[0].partitions[0].error_code, ILLEGAL_GENERATION);
}

#[test]
fn what_is_not_there_or_too_long_is_refused_alone() {
    let mut world = world();
    let mut request = commit("", -1, 5);
    let long = OffsetCommitRequestPartition::default().with_committed_metadata(Some(text(&"x".repeat(4_097))));
    let missing = OffsetCommitRequestPartition::default().with_partition_index(7);
    request.topics.push(request.topics[0].clone());
    request.topics[0].partitions = vec![long, missing];
    let response = world.call(request);
    let codes = response.topics[0]
        .partitions
        .iter()
        .map(|partition| partition.error_code);
    assert_eq!(codes.collect::<Vec<_>>(), [OFFSET_METADATA_TOO_LARGE, 3]);
    assert_eq!(committed(&mut world), 5);
}

#[test]
fn every_version_of_offset_fetch_tells_the_offset() {
    let mut world = world();
    assert_eq!(code(&mut world, commit("", -1, 5)), 0);
    for version in 1..8 {
        let topic = OffsetFetchRequestTopic::default()
            .with_name(TopicName(text("orders")))
            .with_partition_indexes(vec![0, 1]);
        let request = OffsetFetchRequest::default()
            .with_group_id(GROUP)
            .with_topics(Some(vec![topic]));
        let response = world.call_at(version, request);
        let offsets = response.topics[0]
            .partitions
            .iter()
            .map(|partition| partition.committed_offset);
        assert_eq!(offsets.collect::<Vec<_>>(), [5, -1], "in version {version}");
    }
    let all = OffsetFetchRequestGroup::default()
        .with_group_id(GROUP)
        .with_topics(None);
    let response = world.call(OffsetFetchRequest::default().with_groups(vec![all]));
    let partition = &response.groups[0].topics[0].partitions[0];
    assert_eq!(partition.committed_offset, 5);
    assert_eq!(partition.metadata, Some(text("note")));
}

#[test]
fn a_held_offset_is_unstable_until_its_transaction_ends() {
    let mut world = world();
    assert_eq!(code(&mut world, commit("", -1, 5)), 0);
    world
        .broker
        .hold_offsets("readers", 7, held(9))
        .expect("a storage that works");
    assert_eq!(committed(&mut world), 5);
    let unstable = &fetch(&mut world, true).groups[0].topics[0].partitions[0];
    assert_eq!(
        (unstable.error_code, unstable.committed_offset),
        (UNSTABLE_OFFSET_COMMIT, -1)
    );
    let now = world.now;
    let ended = world.broker.end_group_transaction("readers", 7, true, now);
    ended.expect("a storage that works");
    let stable = &fetch(&mut world, true).groups[0].topics[0].partitions[0];
    assert_eq!((stable.error_code, stable.committed_offset), (0, 9));
}

#[test]
fn a_group_with_members_cannot_be_deleted_and_one_without_goes_with_its_offsets() {
    let mut world = world();
    let delete = || DeleteGroupsRequest::default().with_groups_names(vec![GROUP, GROUP]);
    let [leader, second] = world.stable_pair();
    assert_eq!(code(&mut world, commit(&leader, 2, 5)), 0);
    let results = world.call(delete()).results;
    assert_eq!((results.len(), results[0].error_code), (1, NON_EMPTY_GROUP));
    world.leave(&leader, None);
    world.leave(&second, None);
    assert_eq!(world.call(delete()).results[0].error_code, 0);
    assert_eq!(world.call(delete()).results[0].error_code, GROUP_ID_NOT_FOUND);
    assert_eq!(committed(&mut world), -1);
}

#[test]
fn groups_are_listed_by_state_and_type() {
    let mut world = world();
    assert_eq!(code(&mut world, commit("", -1, 5)), 0);
    let other = join("", Some("i")).with_group_id(GroupId(text("others")));
    assert_eq!(world.call(other).error_code, 0);
    let mut listed = |states: &[&'static str], types: &[&'static str]| {
        let names = |names: &[&'static str]| names.iter().map(|name| StrBytes::from_static_str(name)).collect();
        let request = ListGroupsRequest::default()
            .with_states_filter(names(states))
            .with_types_filter(names(types));
        let groups = world.call(request).groups;
        groups
            .iter()
            .map(|group| group.group_id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(&[], &[]), ["others", "readers"]);
    assert_eq!(listed(&["empty"], &["Classic"]), ["readers"]);
    assert_eq!(listed(&["CompletingRebalance"], &[]), ["others"]);
    assert_eq!(listed(&[], &["share"]), [""; 0]);
}

#[test]
fn offsets_of_a_group_without_members_go_after_the_retention() {
    let settings = Settings {
        offsets_retention: Duration::from_secs(24 * 3_600),
        ..Settings::default()
    };
    let mut world = World::with(settings);
    world.topic("orders", 1);
    let [leader, second] = world.stable_pair();
    assert_eq!(code(&mut world, commit(&leader, 2, 5)), 0);
    world.leave(&leader, None);
    world.leave(&second, None);
    world.advance(Duration::from_secs(23 * 3_600));
    assert_eq!(committed(&mut world), 5);
    world.advance(Duration::from_secs(2 * 3_600));
    assert_eq!(committed(&mut world), -1);
    assert!(world.call(ListGroupsRequest::default()).groups.is_empty());
}

#[test]
fn the_offsets_of_a_deleted_topic_are_forgotten() {
    let mut world = world();
    assert_eq!(code(&mut world, commit("", -1, 5)), 0);
    world.broker.groups.forget_topic("orders");
    assert_eq!(committed(&mut world), -1);
}

#[test]
fn changes_applied_again_give_the_same_offsets() {
    let changes = [
        Change::Held {
            group: "readers".to_owned(),
            producer_id: 7,
            offsets: held(3),
        },
        Change::Committed {
            group: "readers".to_owned(),
            offsets: held(4),
        },
        Change::Ended {
            group: "readers".to_owned(),
            producer_id: 7,
            committed: true,
        },
    ];
    let mut world = world();
    for change in changes {
        world
            .broker
            .change(BrokerChange::Groups(change))
            .expect("a storage that works");
    }
    assert_eq!(committed(&mut world), 4);
}
