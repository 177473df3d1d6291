//! Whatever members do in whatever order: in the end all of those who are there are in one generation with one leader,
//! every partition has one owner, and no call waits.

use std::{collections::BTreeMap, time::Duration};

use kafka_protocol::messages::{DescribeGroupsRequest, JoinGroupResponse};
use proptest::prelude::*;

use super::testing::{GROUP, join, sync};
use crate::{CallId, Settings, testing::World};

const UNKNOWN_MEMBER_ID: i16 = 25;
const MEMBER_ID_REQUIRED: i16 = 79;
/// Partitions that the leader assigns.
const PARTITIONS: usize = 7;
/// More than it takes until silent members are out and the others have joined twice.
const ROUNDS_TO_SETTLE: usize = 60;

const ASSIGNMENTS: [&str; 8] = ["", "0", "1", "2", "3", "4", "5", "6"];

#[derive(Clone, Debug)]
enum Action {
    Step(usize),
    Leave(usize),
    Crash(usize),
    Start(usize),
    Pass(u64),
}

#[derive(Debug, Default, PartialEq)]
enum Phase {
    #[default]
    Outside,
    Joining(CallId),
    Joined,
    Syncing(CallId),
    Inside,
    Stopped,
}

/// A consumer as clients are written: it joins, asks for its assignment, and sends heartbeats until told to join again.
#[derive(Debug, Default)]
struct Client {
    connection: u64,
    instance: Option<&'static str>,
    id: String,
    generation: i32,
    roster: Vec<String>,
    leads: bool,
    owned: String,
    phase: Phase,
}

struct Group {
    world: World,
    clients: Vec<Client>,
    /// Calls whose answer no client has taken.
    calls: Vec<CallId>,
    connections: u64,
    /// Who led which generation.
    leaders: BTreeMap<i32, String>,
}

impl Group {
    fn new(delay: Duration) -> Self {
        let settings = Settings {
            initial_rebalance_delay: delay,
            ..Settings::default()
        };
        let instances = [None, Some("a"), None, Some("b")];
        let clients = instances.into_iter().enumerate().map(|(number, instance)| Client {
            connection: number as u64 + 1,
            instance,
            ..Client::default()
        });
        Self {
            world: World::with(settings),
            clients: clients.collect(),
            calls: Vec::new(),
            connections: 10,
            leaders: BTreeMap::new(),
        }
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Step(number) => self.step(number),
            Action::Leave(number) => {
                let client = &mut self.clients[number];
                if client.phase == Phase::Inside {
                    let (id, instance) = (client.id.clone(), client.instance);
                    client.phase = Phase::Stopped;
                    client.id.clear();
                    self.world.leave(&id, instance);
                }
            }
            Action::Crash(number) => {
                self.connections += 1;
                let client = &mut self.clients[number];
                let gone = std::mem::replace(&mut client.connection, self.connections);
                client.id.clear();
                client.phase = Phase::Outside;
                self.world.disconnect(gone);
            }
            Action::Start(number) => {
                let client = &mut self.clients[number];
                if client.phase == Phase::Stopped {
                    client.phase = Phase::Outside;
                }
            }
            Action::Pass(millis) => self.world.advance(Duration::from_millis(millis)),
        }
    }

    fn step(&mut self, number: usize) {
        let client = &self.clients[number];
        let (connection, instance) = (client.connection, client.instance);
        match client.phase {
            Phase::Outside => {
                let call = self.world.send(connection, join(&client.id, instance));
                self.calls.push(call);
                self.clients[number].phase = Phase::Joining(call);
            }
            Phase::Joining(call) if self.world.is_answered(call) => {
                self.calls.retain(|open| *open != call);
                let joined = self.world.joined(call);
                self.joined(number, joined);
            }
            Phase::Joined => {
                let mut request = sync(&client.id, client.generation, &client.assignment());
                request.group_instance_id = instance.map(super::testing::text);
                let call = self.world.send(connection, request);
                self.calls.push(call);
                self.clients[number].phase = Phase::Syncing(call);
            }
            Phase::Syncing(call) if self.world.is_answered(call) => {
                self.calls.retain(|open| *open != call);
                let synced = self.world.synced(call);
                let client = &mut self.clients[number];
                if synced.error_code == 0 {
                    client.owned = String::from_utf8(synced.assignment.to_vec()).expect("what was assigned");
                    client.phase = Phase::Inside;
                } else {
                    client.rejoin(synced.error_code);
                }
            }
            Phase::Inside => {
                let (id, generation) = (client.id.clone(), client.generation);
                let code = self.world.heartbeat(&id, instance, generation);
                if code != 0 {
                    self.clients[number].rejoin(code);
                }
            }
            Phase::Joining(_) | Phase::Syncing(_) | Phase::Stopped => {}
        }
    }

    fn joined(&mut self, number: usize, joined: JoinGroupResponse) {
        let client = &mut self.clients[number];
        match joined.error_code {
            0 => {
                client.id = joined.member_id.to_string();
                client.generation = joined.generation_id;
                client.leads = joined.leader == joined.member_id && !joined.skip_assignment;
                client.roster = joined
                    .members
                    .iter()
                    .map(|member| member.member_id.to_string())
                    .collect();
                client.phase = Phase::Joined;
                if client.leads {
                    let other = self.leaders.insert(client.generation, client.id.clone());
                    assert!(
                        other.is_none_or(|other| other == client.id),
                        "two leaders in a generation"
                    );
                }
            }
            MEMBER_ID_REQUIRED => {
                client.id = joined.member_id.to_string();
                client.phase = Phase::Outside;
            }
            code => client.rejoin(code),
        }
    }

    /// Everyone does as clients do until nothing changes any more.
    fn settle(&mut self) {
        for _ in 0..ROUNDS_TO_SETTLE {
            (0..self.clients.len()).for_each(|number| self.step(number));
            self.world.advance(Duration::from_secs(1));
            (0..self.clients.len()).for_each(|number| self.step(number));
            self.world.advance(Duration::from_secs(1));
        }
    }

    fn check(&mut self) {
        let waiting: Vec<_> = self
            .calls
            .iter()
            .filter(|call| !self.world.is_answered(**call))
            .collect();
        assert!(waiting.is_empty(), "calls wait: {waiting:?}");
        let inside: Vec<_> = self
            .clients
            .iter()
            .filter(|client| client.phase != Phase::Stopped)
            .collect();
        assert!(inside.iter().all(|client| client.phase == Phase::Inside), "{inside:?}");
        let described = self
            .world
            .call(DescribeGroupsRequest::default().with_groups(vec![GROUP]));
        let group = &described.groups[0];
        assert_eq!(group.members.len(), inside.len());
        if inside.is_empty() {
            return;
        }
        assert_eq!(group.group_state, super::testing::text("Stable"));
        let generation = inside[0].generation;
        assert!(inside.iter().all(|client| client.generation == generation));
        let mut owned: Vec<&str> = inside.iter().flat_map(|client| client.owned.split(',')).collect();
        owned.retain(|partition| !partition.is_empty());
        owned.sort_unstable();
        let members = inside.len().min(PARTITIONS);
        assert_eq!(owned, ASSIGNMENTS[1..=members], "each partition given has one owner");
    }
}

impl Client {
    /// One partition for each member.
    fn assignment(&self) -> Vec<(&str, &'static str)> {
        if !self.leads {
            return Vec::new();
        }
        let members = self.roster.iter().zip(&ASSIGNMENTS[1..]);
        members
            .map(|(member, partition)| (member.as_str(), *partition))
            .collect()
    }

    fn rejoin(&mut self, code: i16) {
        if code == UNKNOWN_MEMBER_ID {
            self.id.clear();
        }
        self.owned.clear();
        self.phase = Phase::Outside;
    }
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        12 => (0..4usize).prop_map(Action::Step),
        1 => (0..4usize).prop_map(Action::Leave),
        1 => (0..4usize).prop_map(Action::Crash),
        1 => (0..4usize).prop_map(Action::Start),
        3 => prop_oneof![1..500u64, 1_000..40_000u64].prop_map(Action::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn any_interleaving_ends_in_one_generation_with_an_owner_for_each_partition(
        actions in prop::collection::vec(action(), 0..120),
        delay_ms in prop_oneof![Just(0u64), Just(3_000u64)],
    ) {
        let mut group = Group::new(Duration::from_millis(delay_ms));
        actions.iter().for_each(|action| group.act(action));
        group.settle();
        group.check();
    }
}
