//! A group's clients, for tests.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::{
    messages::{
        ConsumerProtocolSubscription, GroupId, HeartbeatRequest, JoinGroupRequest, JoinGroupResponse,
        LeaveGroupRequest, SyncGroupRequest, SyncGroupResponse, join_group_request::JoinGroupRequestProtocol,
        leave_group_request::MemberIdentity, sync_group_request::SyncGroupRequestAssignment,
    },
    protocol::{Encodable, StrBytes},
};

use crate::{CallId, testing::World};

/// The group of the tests.
pub(crate) const GROUP: GroupId = GroupId(StrBytes::from_static_str("readers"));
/// How long a member of the tests may be silent.
pub(crate) const SESSION: Duration = Duration::from_secs(10);
/// How long a member of the tests may take to join a rebalance.
pub(crate) const REBALANCE: Duration = Duration::from_secs(30);

pub(crate) fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// What a consumer tells its leader: the topics that it reads.
pub(crate) fn subscription(topics: &[&str]) -> Bytes {
    let topics = topics.iter().map(|topic| text(topic));
    let subscription = ConsumerProtocolSubscription::default().with_topics(topics.collect());
    let mut bytes = BytesMut::new();
    bytes.put_i16(0);
    subscription.encode(&mut bytes, 0).expect("a subscription");
    bytes.freeze()
}

/// A JoinGroup of a consumer that reads `orders`.
pub(crate) fn join(member_id: &str, instance: Option<&str>) -> JoinGroupRequest {
    join_with(member_id, instance, &["range"])
}

/// A JoinGroup of a consumer that reads `orders` and offers these protocols.
pub(crate) fn join_with(member_id: &str, instance: Option<&str>, protocols: &[&str]) -> JoinGroupRequest {
    let protocols = protocols.iter().map(|name| {
        JoinGroupRequestProtocol::default()
            .with_name(text(name))
            .with_metadata(subscription(&["orders"]))
    });
    JoinGroupRequest::default()
        .with_group_id(GROUP)
        .with_session_timeout_ms(i32::try_from(SESSION.as_millis()).expect("a short time"))
        .with_rebalance_timeout_ms(i32::try_from(REBALANCE.as_millis()).expect("a short time"))
        .with_member_id(text(member_id))
        .with_group_instance_id(instance.map(text))
        .with_protocol_type(text("consumer"))
        .with_protocols(protocols.collect())
}

/// A SyncGroup that assigns to these members.
pub(crate) fn sync(member_id: &str, generation: i32, assignments: &[(&str, &'static str)]) -> SyncGroupRequest {
    let assignments = assignments.iter().map(|(member_id, assignment)| {
        SyncGroupRequestAssignment::default()
            .with_member_id(text(member_id))
            .with_assignment(Bytes::from_static(assignment.as_bytes()))
    });
    SyncGroupRequest::default()
        .with_group_id(GROUP)
        .with_generation_id(generation)
        .with_member_id(text(member_id))
        .with_protocol_type(Some(text("consumer")))
        .with_protocol_name(Some(text("range")))
        .with_assignments(assignments.collect())
}

impl World {
    /// Gets an id for a member that is not static.
    pub(crate) fn member_id(&mut self) -> String {
        let refused = self.call(join("", None));
        assert_eq!(refused.error_code, 79, "MEMBER_ID_REQUIRED");
        refused.member_id.to_string()
    }

    /// The answer to a JoinGroup, which must have come.
    pub(crate) fn joined(&mut self, call: CallId) -> JoinGroupResponse {
        self.answer::<JoinGroupRequest>(call)
            .expect("an answer to the JoinGroup")
    }

    /// The answer to a SyncGroup, which must have come.
    pub(crate) fn synced(&mut self, call: CallId) -> SyncGroupResponse {
        self.answer::<SyncGroupRequest>(call)
            .expect("an answer to the SyncGroup")
    }

    /// The error code of a heartbeat.
    pub(crate) fn heartbeat(&mut self, member_id: &str, instance: Option<&str>, generation: i32) -> i16 {
        let request = HeartbeatRequest::default()
            .with_group_id(GROUP)
            .with_member_id(text(member_id))
            .with_group_instance_id(instance.map(text))
            .with_generation_id(generation);
        self.call(request).error_code
    }

    /// The error code of a member's LeaveGroup.
    pub(crate) fn leave(&mut self, member_id: &str, instance: Option<&str>) -> i16 {
        let member = MemberIdentity::default()
            .with_member_id(text(member_id))
            .with_group_instance_id(instance.map(text));
        let request = LeaveGroupRequest::default()
            .with_group_id(GROUP)
            .with_members(vec![member]);
        self.call(request).members[0].error_code
    }

    /// A stable group of two members that are not static, each with its connection; gives their ids, leader first.
    pub(crate) fn stable_pair(&mut self) -> [String; 2] {
        let leader = self.member_id();
        let call = self.send(1, join(&leader, None));
        assert_eq!(self.joined(call).generation_id, 1);
        assert_eq!(self.call(sync(&leader, 1, &[(&leader, "0,1")])).error_code, 0);
        let second = self.member_id();
        let waiting = self.send(2, join(&second, None));
        assert!(!self.is_answered(waiting), "the leader has not joined again");
        let leading = self.send(1, join(&leader, None));
        assert_eq!(self.joined(leading).members.len(), 2);
        assert_eq!(self.joined(waiting).generation_id, 2);
        let follower = self.send(2, sync(&second, 2, &[]));
        assert!(!self.is_answered(follower), "the leader has assigned nothing");
        let given = self.call(sync(&leader, 2, &[(&leader, "0"), (&second, "1")]));
        assert_eq!(given.assignment, "0");
        assert_eq!(self.synced(follower).assignment, "1");
        [leader, second]
    }
}
