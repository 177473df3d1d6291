//! The consumer group protocol, as its clients see it.

use std::time::Duration;

use kafka_protocol::{
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
        DescribeGroupsRequest, GroupId, JoinGroupRequest, OffsetCommitRequest, TopicName,
        consumer_group_heartbeat_request::TopicPartitions,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
    },
    protocol::StrBytes,
};
use proptest::prelude::*;

use crate::{
    Timestamp,
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

/// The rebalance time-out of the tests' clients; sessions last longer.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A consumer as clients are written: it takes what it is given, and gives back what it is no longer given.
#[derive(Debug, Default)]
struct Client {
    id: &'static str,
    instance: Option<&'static str>,
    assignor: Option<&'static str>,
    epoch: i32,
    owned: Vec<i32>,
    /// Whether it does not give back what it should.
    keeps: bool,
    /// When it was last told that it may go on.
    heard: Timestamp,
}

impl Client {
    fn new(id: &'static str) -> Self {
        Self { id, ..Self::default() }
    }

    fn request(&self, world: &World) -> ConsumerGroupHeartbeatRequest {
        let topic = world.broker.topics.topic("orders").expect("the topic").id;
        let owned = TopicPartitions::default()
            .with_topic_id(topic)
            .with_partitions(self.owned.clone());
        let joins = self.epoch == 0;
        let topics = if joins || self.owned.is_empty() {
            vec![]
        } else {
            vec![owned]
        };
        ConsumerGroupHeartbeatRequest::default()
            .with_group_id(GROUP)
            .with_member_id(text(self.id))
            .with_member_epoch(self.epoch)
            .with_instance_id(self.instance.map(text))
            .with_server_assignor(self.assignor.map(text))
            .with_rebalance_timeout_ms(if joins { SHORTEST_TIMEOUT.as_millis() as i32 } else { -1 })
            .with_subscribed_topic_names(joins.then(|| vec![TopicName(text("orders"))]))
            .with_topic_partitions(Some(topics))
    }

    fn beat(&mut self, world: &mut World) -> i16 {
        let request = self.request(world);
        let response = world.call(request);
        self.heard = world.now;
        self.take(&response);
        response.error_code
    }

    fn take(&mut self, response: &ConsumerGroupHeartbeatResponse) {
        if response.error_code != 0 {
            self.epoch = 0;
            self.owned.clear();
            return;
        }
        self.epoch = response.member_epoch;
        if let Some(assignment) = &response.assignment {
            let topics = assignment.topic_partitions.iter();
            let given: Vec<i32> = topics.flat_map(|topic| topic.partitions.clone()).collect();
            if self.keeps {
                self.owned.extend(given);
                self.owned.sort_unstable();
                self.owned.dedup();
            } else {
                self.owned = given;
            }
        }
    }

    fn leave(&mut self, world: &mut World, epoch: i32) -> i16 {
        let request = self.request(world).with_member_epoch(epoch);
        self.epoch = 0;
        self.owned.clear();
        world.call(request).error_code
    }
}

fn world(partitions: i32) -> World {
    let mut world = World::new();
    world.topic("orders", partitions);
    world
}

fn state(world: &mut World) -> String {
    let described = world.call(ConsumerGroupDescribeRequest::default().with_group_ids(vec![GROUP]));
    described.groups[0].group_state.to_string()
}

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
    let regex = a.clone().with_subscribed_topic_regex(Some(text("o.*")));
    assert_eq!(refused(&mut world, regex), INVALID_REQUEST);
    let assignor = a.clone().with_server_assignor(Some(text("mine")));
    assert_eq!(refused(&mut world, assignor), UNSUPPORTED_ASSIGNOR);
    assert_eq!(refused(&mut world, a.clone().with_member_epoch(-3)), INVALID_REQUEST);
    assert_eq!(refused(&mut world, a.clone().with_member_id(text(""))), INVALID_REQUEST);
    assert_eq!(refused(&mut world, a.with_member_epoch(1)), UNKNOWN_MEMBER_ID);
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

#[derive(Clone, Debug)]
enum Action {
    Beat(usize),
    Leave(usize),
    Crash(usize),
    Pass(u64),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (0..4usize).prop_map(Action::Beat),
        1 => (0..4usize).prop_map(Action::Leave),
        1 => (0..4usize).prop_map(Action::Crash),
        2 => (1..50_000u64).prop_map(Action::Pass),
    ]
}

/// No two members own a partition; one that was silent for longer than it may be knows that it owns nothing.
fn check_owners(world: &World, clients: &[Client]) {
    let is_sure = |client: &&Client| world.now < client.heard.plus(SHORTEST_TIMEOUT);
    let mut owned: Vec<i32> = clients
        .iter()
        .filter(is_sure)
        .flat_map(|client| client.owned.clone())
        .collect();
    let all = owned.len();
    owned.sort_unstable();
    owned.dedup();
    assert_eq!(owned.len(), all, "a partition has two owners: {clients:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn any_interleaving_ends_with_an_owner_for_each_partition_and_never_has_two(
        actions in prop::collection::vec(action(), 0..80),
        range in any::<bool>(),
    ) {
        let mut world = world(7);
        let assignor = range.then_some("range");
        let mut clients = ["a", "b", "c", "d"].map(|id| Client { assignor, ..Client::new(id) });
        for action in actions {
            match action {
                Action::Beat(number) => {
                    clients[number].beat(&mut world);
                }
                Action::Leave(number) => {
                    clients[number].leave(&mut world, -1);
                }
                Action::Crash(number) => {
                    // It has forgotten everything; the broker takes it for one whose answer was lost, or fences it.
                    clients[number].epoch = 0;
                    clients[number].owned.clear();
                }
                Action::Pass(millis) => {
                    world.advance(Duration::from_millis(millis));
                }
            }
            check_owners(&world, &clients);
        }
        for _ in 0..40 {
            for client in &mut clients {
            client.beat(&mut world);
        }
            check_owners(&world, &clients);
            world.advance(Duration::from_secs(5));
        }
        let mut owned: Vec<i32> = clients.iter().flat_map(|client| client.owned.clone()).collect();
        owned.sort_unstable();
        prop_assert_eq!(owned, (0..7).collect::<Vec<_>>());
        prop_assert!(clients.iter().all(|client| client.owned.len() <= 2));
        prop_assert_eq!(state(&mut world), "Stable");
    }
}
