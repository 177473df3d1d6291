//! A group of the protocol of KIP-848: its members say what they have, and are led step by step to what they should have.
//!
//! How many heartbeats that takes is a matter of time, since Kafka assigns in the background; what is compared is where
//! all members come to rest, and what somebody is told who says something wrong then. Kafka looks for the topics of a
//! regular expression every ten seconds at most, which is too long to wait for here: the Java client checks those.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, GroupId,
        OffsetCommitRequest, TopicName,
        consumer_group_heartbeat_request::TopicPartitions,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
    },
    protocol::StrBytes,
};

use super::Peer;
use crate::{
    aliases::error,
    steps::{Consumer, Subscription, Untrue},
};

/// The version in which members give themselves their ids.
const HEARTBEAT: i16 = 1;
const DESCRIBE: i16 = 1;
const COMMIT: i16 = 9;
const REBALANCE_TIMEOUT_MS: i32 = 60_000;
/// The epochs of members that join and that go.
const JOINS: i32 = 0;
const GOES: i32 = -1;
/// Errors that tell a member that it is none.
const ENDED: [ResponseError; 3] = [
    ResponseError::UnknownMemberId,
    ResponseError::FencedMemberEpoch,
    ResponseError::GroupIdNotFound,
];
/// How long members may take to come to rest, and how often they must have been told nothing new.
const REST_TIME_MAX: Duration = Duration::from_secs(10);
const RESTING_ROUNDS: usize = 4;
const PAUSE: Duration = Duration::from_millis(2);

/// What a member holds.
#[derive(Clone, Default)]
pub(super) struct Membership {
    joined: bool,
    epoch: i32,
    owned: Vec<i32>,
}

impl Peer {
    fn consumers(&self) -> GroupId {
        GroupId(StrBytes::from_string(format!("{}-consumers", self.group.0.as_str())))
    }

    /// A heartbeat of a member, with what it holds.
    fn beat(&self, slot: usize, epoch: i32) -> ConsumerGroupHeartbeatRequest {
        let owned = TopicPartitions::default()
            .with_topic_id(self.topic_id)
            .with_partitions(self.memberships[slot].owned.clone());
        let owned = if epoch == JOINS || self.memberships[slot].owned.is_empty() {
            vec![]
        } else {
            vec![owned]
        };
        ConsumerGroupHeartbeatRequest::default()
            .with_group_id(self.consumers())
            .with_member_id(StrBytes::from_string(format!("member-{slot}")))
            .with_member_epoch(epoch)
            .with_rebalance_timeout_ms(-1)
            .with_topic_partitions(Some(owned))
    }

    fn told(&mut self, slot: usize, answer: &ConsumerGroupHeartbeatResponse) -> bool {
        let before = (self.memberships[slot].epoch, self.memberships[slot].owned.clone());
        let member = &mut self.memberships[slot];
        if answer.error_code == 0 {
            member.epoch = answer.member_epoch;
            if let Some(assignment) = &answer.assignment {
                let topics = assignment.topic_partitions.iter();
                member.owned = topics.flat_map(|topic| topic.partitions.clone()).collect();
                member.owned.sort_unstable();
            }
        } else if ENDED.iter().any(|ended| ended.code() == answer.error_code) {
            *member = Membership::default();
        }
        (member.epoch, member.owned.clone()) != before
    }

    /// A member joins, and all come to rest.
    pub(super) fn consumer_join(&mut self, slot: usize, subscription: Subscription) -> io::Result<String> {
        let names = |name: &StrBytes| Some(vec![TopicName(name.clone())]);
        let topic = self.topic.0.clone();
        let request = self.beat(slot, JOINS).with_rebalance_timeout_ms(REBALANCE_TIMEOUT_MS);
        let request = match subscription {
            Subscription::Name => request.with_subscribed_topic_names(names(&topic)),
            Subscription::Missing => {
                request.with_subscribed_topic_names(names(&StrBytes::from_static_str("there-is-no-such-topic")))
            }
            Subscription::BadPattern => request.with_subscribed_topic_regex(Some(StrBytes::from_static_str("topic-["))),
            Subscription::Nothing => request,
        };
        let answer = self.connection.call(HEARTBEAT, &request)?;
        if answer.error_code == 0 {
            self.memberships[slot].joined = true;
        }
        self.told(slot, &answer);
        Ok(format!("{} {}", error(answer.error_code), self.rest()?))
    }

    /// Members send heartbeats until nothing changes; says what they have then.
    fn rest(&mut self) -> io::Result<String> {
        let end = Instant::now() + REST_TIME_MAX;
        let mut quiet = 0;
        while quiet < RESTING_ROUNDS && Instant::now() < end {
            sleep(PAUSE);
            let mut changed = false;
            for slot in 0..self.memberships.len() {
                if self.memberships[slot].joined {
                    let request = self.beat(slot, self.memberships[slot].epoch);
                    let answer = self.connection.call(HEARTBEAT, &request)?;
                    changed |= self.told(slot, &answer);
                }
            }
            quiet = if changed || !self.is_agreed() { 0 } else { quiet + 1 };
        }
        let counts = self.memberships.iter().map(|member| member.owned.len());
        let mut counts: Vec<usize> = counts.collect();
        counts.sort_unstable();
        Ok(format!("agreed {} having {counts:?}", self.is_agreed()))
    }

    /// Whether all members are in the same epoch.
    fn is_agreed(&self) -> bool {
        let mut epochs = self
            .memberships
            .iter()
            .filter(|member| member.joined)
            .map(|member| member.epoch);
        epochs.next().is_none_or(|first| epochs.all(|epoch| epoch == first))
    }

    /// A member sends a heartbeat in which something may not be true.
    pub(super) fn consumer_beat(&mut self, slot: usize, untrue: Untrue) -> io::Result<String> {
        let epoch = self.memberships[slot].epoch;
        let request = match untrue {
            Untrue::Nothing => self.beat(slot, epoch),
            Untrue::Epoch(by) => self.beat(slot, epoch + by),
            Untrue::Id => self
                .beat(slot, epoch.max(1))
                .with_member_id(StrBytes::from_static_str("nobody")),
            Untrue::Group => self
                .beat(slot, epoch.max(1))
                .with_group_id(GroupId(StrBytes::from_static_str("there-is-no-such-group"))),
        };
        let code = self.connection.call(HEARTBEAT, &request)?.error_code;
        Ok(format!("{} ", error(code)))
    }

    /// A member goes, and the others come to rest.
    pub(super) fn consumer_leave(&mut self, slot: usize) -> io::Result<String> {
        let code = self.connection.call(HEARTBEAT, &self.beat(slot, GOES))?.error_code;
        self.memberships[slot] = Membership::default();
        Ok(format!("{} {}", error(code), self.rest()?))
    }

    /// A member, or somebody, commits an offset.
    pub(super) fn consumer_commit(&mut self, by: Consumer) -> io::Result<String> {
        let (id, epoch) = match by {
            Consumer::Member { slot, epoch } => (format!("member-{slot}"), self.memberships[slot].epoch + epoch),
            Consumer::Nobody => (String::new(), -1),
        };
        let partition = OffsetCommitRequestPartition::default().with_committed_offset(7);
        let topic = OffsetCommitRequestTopic::default()
            .with_name(self.topic.clone())
            .with_partitions(vec![partition]);
        let request = OffsetCommitRequest::default()
            .with_group_id(self.consumers())
            .with_member_id(StrBytes::from_string(id))
            .with_generation_id_or_member_epoch(epoch)
            .with_topics(vec![topic]);
        let answer = self.connection.call(COMMIT, &request)?;
        Ok(format!("{} ", error(answer.topics[0].partitions[0].error_code)))
    }

    /// The group is described.
    pub(super) fn describe_consumers(&mut self) -> io::Result<String> {
        let request = ConsumerGroupDescribeRequest::default().with_group_ids(vec![self.consumers()]);
        let answer = self.connection.call(DESCRIBE, &request)?;
        let told = &answer.groups[0];
        let members = told.members.iter().map(|member| {
            let partitions = |assignment: &kafka_protocol::messages::consumer_group_describe_response::Assignment| {
                let topics = assignment.topic_partitions.iter();
                topics.map(|topic| topic.partitions.len()).sum::<usize>()
            };
            format!(
                "{} of type {} names {} pattern {} has {} of {}",
                member.member_id.as_str(),
                member.member_type,
                member.subscribed_topic_names.len(),
                member
                    .subscribed_topic_regex
                    .as_ref()
                    .is_some_and(|regex| !regex.is_empty()),
                partitions(&member.assignment),
                partitions(&member.target_assignment),
            )
        });
        let mut members: Vec<String> = members.collect();
        members.sort();
        Ok(format!(
            "{} {} by {:?} {members:?}",
            error(told.error_code),
            told.group_state.as_str(),
            told.assignor_name.as_str()
        ))
    }
}
