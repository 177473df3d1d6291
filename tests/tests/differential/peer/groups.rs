//! Members come, agree, live and go.

use std::io;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerProtocolSubscription, DeleteGroupsRequest, DescribeGroupsRequest, DescribeGroupsResponse,
        HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, SyncGroupRequest,
        join_group_request::JoinGroupRequestProtocol, leave_group_request::MemberIdentity,
        sync_group_request::SyncGroupRequestAssignment,
    },
    protocol::{Encodable, StrBytes},
};

use super::Peer;
use crate::{
    aliases::error,
    steps::{Member, Wrong},
};

/// The first JoinGroup and SyncGroup with instances of static members, and with protocols in the answer.
const INSTANCES: i16 = 5;
const SESSION_MS: i32 = 30_000;
/// How long a rebalance waits for a member that does not come: it decides about a test that goes wrong only.
const REBALANCE_MS: i32 = 10_000;
const PATIENCE: Duration = Duration::from_millis(3);
const JOIN_TIME_MAX: Duration = Duration::from_secs(15);
const PROTOCOL: &str = "range";

/// A member as it presents itself in a request.
pub(super) struct Identity {
    pub(super) id: StrBytes,
    pub(super) instance: Option<StrBytes>,
    pub(super) generation: i32,
}

impl Peer {
    /// Who a request says that it is from.
    pub(super) fn identity(&self, by: Member) -> Identity {
        let mut identity = match self.slots.get(by.slot) {
            Some(slot) => Identity {
                id: slot.id.clone(),
                instance: slot.instance.clone(),
                generation: slot.generation,
            },
            None => Identity {
                id: StrBytes::default(),
                instance: None,
                generation: -1,
            },
        };
        match by.wrong {
            Wrong::Nothing | Wrong::Protocol => {}
            Wrong::Id => {
                identity.id = StrBytes::from_static_str("nobody");
                identity.generation = identity.generation.max(1);
            }
            Wrong::Generation(off) => identity.generation += off,
            Wrong::FormerId => {
                identity.id = self
                    .slots
                    .get(by.slot)
                    .map_or_else(StrBytes::default, |slot| slot.former.clone());
            }
            Wrong::Instance => identity.instance = Some(StrBytes::from_static_str("no-such-instance")),
        }
        identity
    }

    /// A member joins. When the group then waits for the other one, that joins too.
    pub(super) fn join(&mut self, slot: usize, anew: bool) -> io::Result<String> {
        // A member that is not static and comes without its id would leave its old self behind, to be waited for.
        if anew && self.slots[slot].instance.is_some() {
            self.forget(slot);
        }
        self.send_join(slot)?;
        let end = Instant::now() + JOIN_TIME_MAX;
        let mut joining = vec![slot];
        while !self.member_connections[slot].has_answer(PATIENCE) && Instant::now() < end {
            let other = 1 - slot;
            let waits = self.group_state()?.as_str() == "PreparingRebalance" && !self.slots[other].id.is_empty();
            if waits {
                self.send_join(other)?;
                joining.push(other);
                break;
            }
        }
        let mut told = Vec::new();
        for slot in joining {
            told.push(self.joined(slot)?);
        }
        Ok(told.join("; "))
    }

    fn send_join(&mut self, slot: usize) -> io::Result<()> {
        let version = self.slots[slot].version;
        if self.slots[slot].id.is_empty() && self.slots[slot].instance.is_none() && version > 3 {
            // A new member is given an id first, and comes again with it.
            let request = self.join_request(slot);
            let answer = self.member_connections[slot].call(version, &request)?;
            if answer.error_code == ResponseError::MemberIdRequired.code() {
                self.slots[slot].id = answer.member_id;
            }
        }
        let request = self.join_request(slot);
        self.member_connections[slot].send(version, &request)
    }

    fn join_request(&self, slot: usize) -> JoinGroupRequest {
        let slot = &self.slots[slot];
        let protocol = JoinGroupRequestProtocol::default()
            .with_name(StrBytes::from_static_str(PROTOCOL))
            .with_metadata(self.subscription());
        JoinGroupRequest::default()
            .with_group_id(self.group.clone())
            .with_session_timeout_ms(SESSION_MS)
            .with_rebalance_timeout_ms(REBALANCE_MS)
            .with_member_id(slot.id.clone())
            .with_group_instance_id(slot.instance.clone())
            .with_protocol_type(StrBytes::from_static_str("consumer"))
            .with_protocols(vec![protocol])
    }

    /// What a consumer of the sequence's topic tells its leader; in some sequences what nobody can read.
    fn subscription(&self) -> Bytes {
        if self.is_unreadable {
            return Bytes::from_static(b"topics");
        }
        let mut bytes = BytesMut::from(&[0, 0][..]);
        ConsumerProtocolSubscription::default()
            .with_topics(vec![self.topic.0.clone()])
            .encode(&mut bytes, 0)
            .expect("a subscription");
        bytes.freeze()
    }

    fn joined(&mut self, slot: usize) -> io::Result<String> {
        let version = self.slots[slot].version;
        let answer: JoinGroupResponse = self.member_connections[slot].receive::<JoinGroupRequest>(version)?;
        self.keep_or_forget(slot, answer.error_code);
        if answer.error_code == 0 {
            let held = &mut self.slots[slot];
            held.id = answer.member_id.clone();
            held.generation = answer.generation_id;
            held.roster = answer.members.iter().map(|member| member.member_id.clone()).collect();
        }
        let own = self.aliases.member(&answer.member_id);
        let leader = self.aliases.member(&answer.leader);
        let mut roster: Vec<String> = answer
            .members
            .iter()
            .map(|member| {
                let name = self.aliases.member(&member.member_id);
                format!("{name} {:?} {:?}", member.group_instance_id.as_deref(), member.metadata)
            })
            .collect();
        roster.sort();
        Ok(format!(
            "{} {own} generation {} led by {leader} type {:?} protocol {:?} skips {} {roster:?}",
            error(answer.error_code),
            answer.generation_id,
            answer.protocol_type.as_deref(),
            answer.protocol_name.as_deref(),
            answer.skip_assignment,
        ))
    }

    /// A client that is told that it is no member, or not that one, begins anew.
    fn keep_or_forget(&mut self, slot: usize, code: i16) {
        let gone = [ResponseError::UnknownMemberId, ResponseError::FencedInstanceId];
        if gone.iter().any(|gone| gone.code() == code) {
            self.forget(slot);
        }
    }

    fn forget(&mut self, slot: usize) {
        let held = &mut self.slots[slot];
        held.former = std::mem::take(&mut held.id);
        held.generation = -1;
        held.roster.clear();
    }

    pub(super) fn sync_all(&mut self) -> io::Result<String> {
        let mut order: Vec<usize> = (0..2).filter(|slot| !self.slots[*slot].id.is_empty()).collect();
        order.sort_by_key(|slot| !self.slots[*slot].roster.is_empty());
        for slot in &order {
            let request = self.sync_request(*slot, Wrong::Nothing);
            let version = self.sync_version(*slot);
            self.member_connections[*slot].send(version, &request)?;
        }
        let mut told = Vec::new();
        for slot in order {
            let version = self.sync_version(slot);
            let answer = self.member_connections[slot].receive::<SyncGroupRequest>(version)?;
            let (kind, protocol) = (answer.protocol_type.as_deref(), answer.protocol_name.as_deref());
            let given = String::from_utf8_lossy(&answer.assignment).into_owned();
            let error = error(answer.error_code);
            told.push(format!(
                "{slot}: {error} type {kind:?} protocol {protocol:?} given {given:?}"
            ));
        }
        Ok(told.join("; "))
    }

    fn sync_version(&self, slot: usize) -> i16 {
        if self.slots[slot].version < INSTANCES { 2 } else { 5 }
    }

    fn sync_request(&mut self, slot: usize, wrong: Wrong) -> SyncGroupRequest {
        let identity = self.identity(Member { slot, wrong });
        let says_protocol = self.sync_version(slot) >= INSTANCES;
        let protocol = match wrong {
            Wrong::Protocol => "roundrobin",
            _ => PROTOCOL,
        };
        let said = |text| says_protocol.then(|| StrBytes::from_static_str(text));
        let roster = self.slots[slot].roster.clone();
        let assignments = roster.iter().map(|member| {
            SyncGroupRequestAssignment::default()
                .with_member_id(member.clone())
                .with_assignment(Bytes::from(format!("of {}", self.aliases.member(member))))
        });
        SyncGroupRequest::default()
            .with_assignments(assignments.collect())
            .with_group_id(self.group.clone())
            .with_generation_id(identity.generation)
            .with_member_id(identity.id)
            .with_group_instance_id(identity.instance.filter(|_| says_protocol))
            .with_protocol_type(said("consumer"))
            .with_protocol_name(said(protocol))
    }

    pub(super) fn sync_wrong(&mut self, slot: usize, wrong: Wrong) -> io::Result<String> {
        let version = self.sync_version(slot);
        if matches!(wrong, Wrong::Protocol | Wrong::Instance) && version < INSTANCES {
            return Ok("a version that cannot say it".to_owned());
        }
        let request = self.sync_request(slot, wrong);
        let answer = self.connection.call(version, &request)?;
        Ok(error(answer.error_code))
    }

    pub(super) fn heartbeat(&mut self, by: Member) -> io::Result<String> {
        let identity = self.identity(by);
        let request = HeartbeatRequest::default()
            .with_group_id(self.group.clone())
            .with_generation_id(identity.generation)
            .with_member_id(identity.id)
            .with_group_instance_id(identity.instance);
        let answer = self.ask(4, &request, |answer| answer.error_code)?;
        Ok(error(answer.error_code))
    }

    pub(super) fn leave(&mut self, by: Member) -> io::Result<String> {
        let identity = self.identity(by);
        let member = MemberIdentity::default()
            .with_member_id(identity.id)
            .with_group_instance_id(identity.instance);
        let request = LeaveGroupRequest::default()
            .with_group_id(self.group.clone())
            .with_members(vec![member]);
        let answer = self.ask(4, &request, |answer| answer.error_code)?;
        let told: Vec<String> = answer.members.iter().map(|member| error(member.error_code)).collect();
        let is_gone = answer.error_code == 0 && answer.members.iter().all(|member| member.error_code == 0);
        if is_gone && by.slot < self.slots.len() {
            self.forget(by.slot);
        }
        Ok(format!("{} {told:?}", error(answer.error_code)))
    }

    fn described_group(&mut self, version: i16) -> io::Result<DescribeGroupsResponse> {
        let request = DescribeGroupsRequest::default().with_groups(vec![self.group.clone()]);
        self.ask(version, &request, |answer| answer.groups[0].error_code)
    }

    fn group_state(&mut self) -> io::Result<StrBytes> {
        Ok(self.described_group(5)?.groups[0].group_state.clone())
    }

    pub(super) fn describe_group(&mut self, version: i16) -> io::Result<String> {
        let answer = self.described_group(version)?;
        let told = &answer.groups[0];
        let mut members: Vec<String> = told
            .members
            .iter()
            .map(|member| {
                let name = self.aliases.member(&member.member_id);
                let (metadata, assignment) = (&member.member_metadata, &member.member_assignment);
                let (client, host) = (member.client_id.as_str(), member.client_host.as_str());
                format!("{name} {client} {host} {metadata:?} {assignment:?}")
            })
            .collect();
        members.sort();
        Ok(format!(
            "{} {} {:?} {:?} {members:?}",
            error(told.error_code),
            told.group_state.as_str(),
            told.protocol_type.as_str(),
            told.protocol_data.as_str()
        ))
    }

    pub(super) fn delete_group(&mut self) -> io::Result<String> {
        let request = DeleteGroupsRequest::default().with_groups_names(vec![self.group.clone()]);
        let answer = self.ask(2, &request, |answer| answer.results[0].error_code)?;
        Ok(error(answer.results[0].error_code))
    }
}
