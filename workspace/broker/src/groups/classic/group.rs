//! A classic group and its members.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{Member, Protocol, State, timeouts::JoinTimer};
use crate::{Timestamp, groups::Turn};

/// A group of the classic protocol.
#[derive(Debug, Default)]
pub(crate) struct ClassicGroup {
    pub(super) state: State,
    /// The state before this one: a rebalance of an empty group waits for its delay, any other for its members.
    pub(super) before: State,
    /// Since when it is in its state; none for a group that only ever committed offsets.
    pub(super) since: Option<Timestamp>,
    pub(super) generation: i32,
    /// What the group is for: `consumer`, `connect`; none for a group that only ever committed offsets.
    pub(super) protocol_type: Option<StrBytes>,
    pub(super) protocol: Option<StrBytes>,
    pub(super) leader: Option<StrBytes>,
    pub(super) members: BTreeMap<StrBytes, Member>,
    /// The member id of each static member, by instance id.
    pub(super) instances: BTreeMap<StrBytes, StrBytes>,
    /// Ids that were given to members which have not come back with them yet, and until when they may.
    pub(super) pending: BTreeMap<StrBytes, Timestamp>,
    /// Members that have not asked for their assignment of this generation.
    pub(super) unsynced: BTreeSet<StrBytes>,
    /// The topics that its consumers read, if they can be told.
    pub(super) subscribed: Option<BTreeSet<String>>,
    /// Whether another member came while the group waited for its initial delay.
    pub(super) grew: bool,
    pub(super) join_timer: Option<JoinTimer>,
    pub(super) sync_deadline: Option<Timestamp>,
}

impl ClassicGroup {
    /// Whether it has no members.
    pub(crate) fn is_empty(&self) -> bool {
        self.state == State::Empty
    }

    pub(super) fn is_leader(&self, member_id: &StrBytes) -> bool {
        self.leader.as_ref() == Some(member_id)
    }

    /// Members, and ids given to members that have not come back.
    pub(super) fn size(&self) -> usize {
        self.members.len() + self.pending.len()
    }

    pub(super) fn move_to(&mut self, state: State, now: Timestamp) {
        self.before = self.state;
        self.state = state;
        self.since = Some(now);
    }

    /// Takes a member in. The first one becomes the leader and says what the group is for.
    pub(super) fn add(&mut self, id: StrBytes, protocol_type: StrBytes, member: Member) {
        if let Some(instance) = &member.instance {
            self.instances.insert(instance.clone(), id.clone());
        }
        if self.members.is_empty() {
            self.protocol_type = Some(protocol_type);
        }
        if self.leader.is_none() {
            self.leader = Some(id.clone());
        }
        self.pending.remove(&id);
        self.members.insert(id, member);
    }

    /// Lets a member go, or an id that was given away; calls of it that wait are told that they are unknown.
    pub(super) fn remove(&mut self, id: &StrBytes, turn: &mut Turn<'_>) {
        self.pending.remove(id);
        self.unsynced.remove(id);
        if let Some(member) = self.members.remove(id) {
            if let Some(instance) = &member.instance {
                self.instances.remove(instance);
            }
            if let Some(waiting) = member.joining {
                let nobody = StrBytes::default();
                turn.answers
                    .join_refused(waiting, nobody, ResponseError::UnknownMemberId);
            }
            if let Some(waiting) = member.syncing {
                turn.answers.sync_refused(waiting, ResponseError::UnknownMemberId);
            }
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
    }

    /// Checks that an id is a member's, and that no other member has taken over its instance.
    pub(super) fn check_member(&self, id: &StrBytes, instance: Option<&StrBytes>) -> Result<(), ResponseError> {
        if let Some(instance) = instance {
            match self.instances.get(instance) {
                None => return Err(ResponseError::UnknownMemberId),
                Some(current) if current != id => return Err(ResponseError::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.members.contains_key(id) {
            Ok(())
        } else {
            Err(ResponseError::UnknownMemberId)
        }
    }

    /// Whether a member that offers these protocols fits to those who are there.
    pub(super) fn supports(&self, protocol_type: &StrBytes, protocols: &[Protocol]) -> bool {
        if self.state == State::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let offered_by_all = |name: &StrBytes| {
            let mut members = self.members.values();
            members.all(|member| member.protocols.iter().any(|offered| offered.name == *name))
        };
        self.protocol_type.as_ref() == Some(protocol_type)
            && protocols.iter().any(|protocol| offered_by_all(&protocol.name))
    }

    /// The protocol that every member offers and most like best; of two, the first by name.
    pub(super) fn elected_protocol(&self) -> Option<StrBytes> {
        let mut offers: BTreeMap<&StrBytes, usize> = BTreeMap::new();
        for protocol in self.members.values().flat_map(|member| &member.protocols) {
            *offers.entry(&protocol.name).or_default() += 1;
        }
        let common = offers.iter().filter(|(_, count)| **count == self.members.len());
        let candidates: BTreeSet<&StrBytes> = common.map(|(name, _)| *name).collect();
        let mut votes: BTreeMap<&StrBytes, usize> = BTreeMap::new();
        for name in self.members.values().filter_map(|member| member.vote(&candidates)) {
            *votes.entry(name).or_default() += 1;
        }
        let most = votes.values().max()?;
        let winner = votes.iter().find(|(_, count)| *count == most);
        winner.map(|(name, _)| (*name).clone())
    }

    /// How long the slowest member may take to join a rebalance.
    pub(super) fn rebalance_timeout(&self) -> Duration {
        let timeouts = self.members.values().map(|member| member.rebalance_timeout);
        timeouts.max().unwrap_or_default()
    }

    /// Starts a member's session again.
    pub(super) fn hear(&mut self, id: &StrBytes, turn: &Turn<'_>) {
        if let Some(member) = self.members.get_mut(id) {
            member.deadline = Some(turn.after(member.session_timeout));
        }
    }
}
