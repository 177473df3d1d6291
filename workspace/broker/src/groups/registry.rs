//! All groups.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{
    Change, Commit, Entry, Kind, Refusal, Turn, classic::ClassicGroup, consumer::ConsumerGroup, limits,
    member_ids::MemberIds, owned::owned,
};
use crate::Timestamp;

/// All groups of the broker.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    by_name: BTreeMap<StrBytes, Entry>,
    /// When to look at which group.
    wakes: BTreeSet<(Timestamp, StrBytes)>,
    ids: MemberIds,
    /// How many changes have written offsets.
    writes: u64,
    /// When offsets that are too old are looked for; none before the first group moves.
    pub(super) check_at: Option<Timestamp>,
    /// When the first group moved since the broker started.
    pub(super) started: Option<Timestamp>,
}

impl Groups {
    /// A group by name.
    pub(crate) fn entry(&self, name: &StrBytes) -> Option<&Entry> {
        self.by_name.get(name)
    }

    /// All groups, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&StrBytes, &Entry)> {
        self.by_name.iter()
    }

    /// Whether a group of this name can come into being.
    pub(crate) fn has_room_for(&self, name: &StrBytes) -> bool {
        self.by_name.len() < limits::GROUPS_MAX || self.by_name.contains_key(name)
    }

    /// A new member id that begins with `name`.
    pub(crate) fn member_id(&mut self, name: &str, turn: &Turn<'_>) -> StrBytes {
        self.ids.next(name, turn.settings.seed, turn.now)
    }

    /// Moves a group of the classic protocol, if it is there.
    pub(crate) fn classic<T>(
        &mut self,
        name: &StrBytes,
        turn: &mut Turn<'_>,
        step: impl FnOnce(&mut ClassicGroup, &mut Turn<'_>) -> T,
    ) -> Option<T> {
        let entry = self.by_name.get_mut(name)?;
        let Kind::Classic(group) = &mut entry.kind else {
            return None;
        };
        let outcome = step(group, turn);
        self.schedule(name, turn.now);
        Some(outcome)
    }

    /// Brings a group into being if it is not there.
    pub(crate) fn create(&mut self, name: &StrBytes) {
        if !self.by_name.contains_key(name) {
            self.by_name.insert(owned(name), Entry::default());
        }
    }

    /// Makes a group one of the classic protocol, which it can become while it has no members.
    ///
    /// # Errors
    /// It has members of the other protocol.
    pub(crate) fn make_classic(&mut self, name: &StrBytes) -> Result<(), ResponseError> {
        self.create(name);
        match self.by_name.get_mut(name) {
            Some(entry) if matches!(entry.kind, Kind::Consumer(_)) => {
                if !entry.is_empty() {
                    return Err(ResponseError::InconsistentGroupProtocol);
                }
                entry.kind = Kind::Classic(Box::default());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A group of the consumer protocol. Members do not outlive a restart, so that a member of a group that is not there
    /// is told that it is unknown, and joins again; Kafka, which keeps members, says that the group is not there.
    ///
    /// # Errors
    /// There is no such group, or its members are of the classic protocol.
    pub(crate) fn consumer(&mut self, name: &StrBytes) -> Result<&mut ConsumerGroup, Refusal> {
        match self.by_name.get_mut(name).map(|entry| &mut entry.kind) {
            None => {
                let message = format!("Group {} not found.", name.as_str());
                Err(Refusal::new(ResponseError::GroupIdNotFound, message))
            }
            Some(Kind::Consumer(group)) => Ok(group),
            Some(Kind::Classic(_)) => Err(not_of_consumers(name)),
        }
    }

    /// A group of the consumer protocol, which it becomes if it has no members.
    ///
    /// # Errors
    /// Its members are of the classic protocol, or there are too many groups.
    pub(crate) fn consumer_or_new(&mut self, name: &StrBytes) -> Result<&mut ConsumerGroup, Refusal> {
        if !self.has_room_for(name) {
            let message = "There are too many groups.";
            return Err(Refusal::new(ResponseError::GroupMaxSizeReached, message));
        }
        self.create(name);
        if let Some(entry) = self.by_name.get_mut(name)
            && matches!(entry.kind, Kind::Classic(_))
            && entry.is_empty()
        {
            entry.kind = Kind::Consumer(ConsumerGroup::default());
        }
        self.consumer(name)
    }

    /// Checks that a member of a group may commit offsets in a transaction. A generation that is not the member's is
    /// `ILLEGAL_GENERATION`, a member that is not there `UNKNOWN_MEMBER_ID`, one whose instance another has taken over
    /// `FENCED_INSTANCE_ID`; generation -1 without a member is not checked, as in Kafka.
    ///
    /// # Errors
    /// The error for the client.
    pub(crate) fn check_transactional_member(
        &self,
        group: &StrBytes,
        member_id: &StrBytes,
        instance: Option<&StrBytes>,
        generation: i32,
    ) -> Result<(), ResponseError> {
        match self.entry(group) {
            Some(entry) => entry.check_commit(member_id, instance, generation, Commit::Transactional),
            None if !self.has_room_for(group) => Err(ResponseError::GroupMaxSizeReached),
            None if generation < 0 => Ok(()),
            None => Err(ResponseError::IllegalGeneration),
        }
    }

    /// Applies a durable change.
    pub(crate) fn apply(&mut self, change: Change) {
        self.writes += 1;
        let written = self.writes;
        match change {
            Change::Committed { group, offsets } => self.offsets_of(group).commit(offsets, written),
            Change::Held {
                group,
                producer_id,
                offsets,
            } => self.offsets_of(group).hold(producer_id, offsets, written),
            Change::Ended {
                group,
                producer_id,
                committed,
            } => {
                if let Some(entry) = self.by_name.get_mut(group.as_bytes()) {
                    if committed {
                        entry.offsets.commit_pending(producer_id);
                    } else {
                        entry.offsets.drop_pending(producer_id);
                    }
                }
            }
            Change::Forgotten { group, partitions } => {
                if let Some(entry) = self.by_name.get_mut(group.as_bytes()) {
                    for (topic, numbers) in partitions {
                        numbers
                            .into_iter()
                            .for_each(|number| entry.offsets.forget(&topic, number));
                    }
                }
            }
            Change::Deleted { group } => {
                let removed = self.by_name.remove_entry(group.as_bytes());
                if let Some((name, Entry { wake: Some(wake), .. })) = removed {
                    self.wakes.remove(&(wake, name));
                }
            }
        }
    }

    /// A topic was deleted: nobody has read any of it. This is part of applying that change, not a change of its own.
    pub(crate) fn forget_topic(&mut self, topic: &str) {
        for entry in self.by_name.values_mut() {
            entry.offsets.forget_topic(topic);
        }
    }

    /// When [`Groups::expire`] or the search for old offsets has something to do next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let wake = self.wakes.first().map(|(at, _)| *at);
        wake.into_iter().chain(self.check_at).min()
    }

    /// Does what is due in each group.
    pub(crate) fn expire(&mut self, turn: &mut Turn<'_>) {
        while let Some((at, name)) = self.wakes.pop_first() {
            if at > turn.now {
                self.wakes.insert((at, name));
                return;
            }
            if let Some(entry) = self.by_name.get_mut(&name) {
                entry.wake = None;
                entry.expire(turn);
                self.schedule(&name, turn.now);
            }
        }
    }

    /// Sees to it that the group is looked at when its next deadline comes. Being looked at too early does no harm, so
    /// that a deadline which moves away, as with every heartbeat, costs nothing.
    pub(crate) fn schedule(&mut self, name: &StrBytes, now: Timestamp) {
        self.moved(now);
        let Some((name, entry)) = self.by_name.get_key_value(name) else {
            return;
        };
        let Some(deadline) = entry.next_deadline() else {
            return;
        };
        if entry.wake.is_some_and(|wake| wake <= deadline) {
            return;
        }
        let (name, earlier) = (name.clone(), entry.wake);
        if let Some(wake) = earlier {
            self.wakes.remove(&(wake, name.clone()));
        }
        self.wakes.insert((deadline, name.clone()));
        if let Some(entry) = self.by_name.get_mut(&name) {
            entry.wake = Some(deadline);
        }
    }

    /// Something happened: from the first time on, offsets that are too old are looked for.
    pub(super) fn moved(&mut self, now: Timestamp) {
        self.started.get_or_insert(now);
        self.check_at
            .get_or_insert_with(|| now.plus(limits::RETENTION_CHECK_INTERVAL));
    }

    fn offsets_of(&mut self, group: String) -> &mut super::GroupOffsets {
        &mut self.by_name.entry(StrBytes::from_string(group)).or_default().offsets
    }
}

fn not_of_consumers(name: &StrBytes) -> Refusal {
    let message = format!("Group {} is not a consumer group.", name.as_str());
    Refusal::new(ResponseError::GroupIdNotFound, message)
}
