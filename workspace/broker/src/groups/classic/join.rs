//! JoinGroup: a member comes, or comes again.

use std::time::Duration;

use kafka_protocol::{
    ResponseError,
    messages::{JoinGroupResponse, join_group_response::JoinGroupResponseMember},
    protocol::StrBytes,
};

use super::{ClassicGroup, Member, Protocol, State};
use crate::groups::{Turn, Waiting, limits};

/// The first version in which a new member must come back with the id that it was given (KIP-394).
const KNOWN_MEMBER_ID_FROM: i16 = 4;
/// The first version in which a leader can be told not to assign anew (KIP-814).
const SKIPS_ASSIGNMENT_FROM: i16 = 9;

/// A JoinGroup request.
#[derive(Debug)]
pub(crate) struct Join {
    /// Who waits for the answer.
    pub(crate) waiting: Waiting,
    /// The member's id; empty for a new member.
    pub(crate) member_id: StrBytes,
    /// An id for it if it is new.
    pub(crate) fresh_id: StrBytes,
    /// The member's instance, if it is static.
    pub(crate) instance: Option<StrBytes>,
    /// Who the client is.
    pub(crate) client_id: StrBytes,
    /// Where the client is.
    pub(crate) client_host: StrBytes,
    /// What the group is for.
    pub(crate) protocol_type: StrBytes,
    /// What the member offers, best first, each name once.
    pub(crate) protocols: Vec<Protocol>,
    /// How long it may take to join a rebalance.
    pub(crate) rebalance_timeout: Duration,
    /// How long it may be silent.
    pub(crate) session_timeout: Duration,
}

impl ClassicGroup {
    /// Takes a member in, or lets it take part in the rebalance. The answer may come later.
    pub(crate) fn join(&mut self, join: Join, turn: &mut Turn<'_>) {
        if !self.has_room_for(&join.member_id) {
            self.remove(&join.member_id, turn);
            let nobody = StrBytes::default();
            return turn
                .answers
                .join_refused(join.waiting, nobody, ResponseError::GroupMaxSizeReached);
        }
        if !self.supports(&join.protocol_type, &join.protocols) {
            let error = ResponseError::InconsistentGroupProtocol;
            return turn.answers.join_refused(join.waiting, join.member_id, error);
        }
        if join.member_id.is_empty() {
            self.join_new(join, turn);
        } else {
            self.join_again(join, turn);
        }
    }

    /// A member is taken if it is there already or the group is not full. While a rebalance is prepared, those who have
    /// joined it count, so that a group that is too large loses those who come last.
    fn has_room_for(&self, member_id: &StrBytes) -> bool {
        if self.pending.contains_key(member_id) {
            return true;
        }
        match self.members.get(member_id) {
            Some(member) if self.state == State::PreparingRebalance => {
                member.joining.is_some() || self.waiting_to_join() < limits::MEMBERS_MAX
            }
            Some(_) => true,
            None => self.size() < limits::MEMBERS_MAX,
        }
    }

    pub(super) fn waiting_to_join(&self) -> usize {
        self.members.values().filter(|member| member.joining.is_some()).count()
    }

    fn join_new(&mut self, mut join: Join, turn: &mut Turn<'_>) {
        let id = join.fresh_id.clone();
        let replaced = join.instance.as_ref().and_then(|instance| self.instances.get(instance));
        if let Some(old) = replaced.cloned() {
            self.replace(&old, join, turn);
        } else if join.instance.is_none() && join.waiting.version >= KNOWN_MEMBER_ID_FROM {
            self.pending.insert(id.clone(), turn.after(join.session_timeout));
            let error = ResponseError::MemberIdRequired;
            turn.answers.join_refused(join.waiting, id, error);
        } else {
            join.member_id = id;
            self.add_joining(join, turn);
        }
    }

    fn join_again(&mut self, join: Join, turn: &mut Turn<'_>) {
        if self.pending.contains_key(&join.member_id) {
            if join.instance.is_some() {
                // Ids are only given in advance to members that are not static.
                let error = ResponseError::UnknownServerError;
                return turn.answers.join_refused(join.waiting, join.member_id, error);
            }
            return self.add_joining(join, turn);
        }
        if let Err(error) = self.check_member(&join.member_id, join.instance.as_ref()) {
            return turn.answers.join_refused(join.waiting, join.member_id, error);
        }
        let member = self.members.get(&join.member_id);
        let changed = member.is_none_or(|member| member.protocols != join.protocols);
        let rebalances = match self.state {
            State::PreparingRebalance => true,
            State::CompletingRebalance => changed,
            // The leader joins again when it wants to assign anew, as when a topic has got more partitions.
            State::Stable => changed || self.is_leader(&join.member_id),
            State::Empty => {
                let error = ResponseError::UnknownMemberId;
                return turn.answers.join_refused(join.waiting, join.member_id, error);
            }
        };
        if rebalances {
            let id = join.member_id.clone();
            self.update_joining(&id, join, turn);
            self.rebalance_or_complete(turn);
        } else {
            // It may not have got the answer to its first JoinGroup: it is told again.
            let response = self.joined(&join.member_id);
            turn.answers.joined(join.waiting, response);
        }
    }

    fn add_joining(&mut self, join: Join, turn: &mut Turn<'_>) {
        if self.state == State::PreparingRebalance && self.before == State::Empty {
            self.grew = true;
        }
        let member = Member {
            instance: join.instance,
            client_id: join.client_id,
            client_host: join.client_host,
            rebalance_timeout: join.rebalance_timeout,
            session_timeout: join.session_timeout,
            protocols: join.protocols,
            assignment: bytes::Bytes::new(),
            is_new: true,
            joining: Some(join.waiting),
            syncing: None,
            deadline: Some(turn.after(limits::NEW_MEMBER_JOIN_TIMEOUT)),
        };
        self.add(join.member_id, join.protocol_type, member);
        self.rebalance_or_complete(turn);
    }

    fn update_joining(&mut self, id: &StrBytes, join: Join, turn: &mut Turn<'_>) {
        let Some(member) = self.members.get_mut(id) else {
            return;
        };
        member.protocols = join.protocols;
        member.rebalance_timeout = join.rebalance_timeout;
        member.session_timeout = join.session_timeout;
        if let Some(superseded) = member.joining.replace(join.waiting) {
            // The member gave up its older call, which is answered all the same: nothing waits for ever.
            let error = ResponseError::RebalanceInProgress;
            turn.answers.join_refused(superseded, id.clone(), error);
        }
    }

    /// A static member comes back without its id: it gets a new one, and whoever still uses the old one is fenced. The
    /// group does not rebalance when it need not.
    fn replace(&mut self, old: &StrBytes, join: Join, turn: &mut Turn<'_>) {
        let Some(mut member) = self.members.remove(old) else {
            return;
        };
        let id = join.fresh_id.clone();
        if let Some(waiting) = member.joining.take() {
            let error = ResponseError::FencedInstanceId;
            turn.answers.join_refused(waiting, old.clone(), error);
        }
        if let Some(waiting) = member.syncing.take() {
            turn.answers.sync_refused(waiting, ResponseError::FencedInstanceId);
        }
        member.is_new = false;
        if let Some(instance) = &member.instance {
            self.instances.insert(instance.clone(), id.clone());
        }
        if self.is_leader(old) {
            self.leader = Some(id.clone());
        }
        if self.unsynced.remove(old) {
            self.unsynced.insert(id.clone());
        }
        self.members.insert(id.clone(), member);
        let waiting = join.waiting;
        self.update_joining(&id, join, turn);
        self.hear(&id, turn);
        match self.state {
            State::Stable if self.protocol == self.elected_protocol() => {
                if let Some(member) = self.members.get_mut(&id) {
                    member.joining = None;
                }
                let response = self.replaced(&id, old, waiting.version);
                turn.answers.joined(waiting, response);
            }
            // The leader may be assigning to the old id: it must join again and see the new one.
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(turn),
            State::PreparingRebalance | State::Empty => self.rebalance_or_complete(turn),
        }
    }

    /// What a static member that came back is told. It must not assign anew, even if it is the leader: before version 9
    /// that is said by naming the old id as the leader's.
    fn replaced(&self, id: &StrBytes, old: &StrBytes, version: i16) -> JoinGroupResponse {
        let mut response = self.joined(id);
        if self.is_leader(id) {
            if version >= SKIPS_ASSIGNMENT_FROM {
                response.skip_assignment = true;
            } else {
                response.leader = old.clone();
                response.members = Vec::new();
            }
        }
        response
    }

    /// What a member is told of the current generation; the leader also who is in it.
    pub(super) fn joined(&self, id: &StrBytes) -> JoinGroupResponse {
        let members = if self.is_leader(id) { self.roster() } else { Vec::new() };
        JoinGroupResponse::default()
            .with_generation_id(self.generation)
            .with_protocol_type(self.protocol_type.clone())
            .with_protocol_name(self.protocol.clone())
            .with_leader(self.leader.clone().unwrap_or_default())
            .with_member_id(id.clone())
            .with_members(members)
    }

    fn roster(&self) -> Vec<JoinGroupResponseMember> {
        let protocol = self.protocol.clone().unwrap_or_default();
        let members = self.members.iter().map(|(id, member)| {
            JoinGroupResponseMember::default()
                .with_member_id(id.clone())
                .with_group_instance_id(member.instance.clone())
                .with_metadata(member.metadata(&protocol))
        });
        members.collect()
    }
}
