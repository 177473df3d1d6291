//! One group, of whichever protocol, and its offsets.

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{Commit, GroupOffsets, Turn, classic::ClassicGroup, consumer::ConsumerGroup};
use crate::Timestamp;

/// The members of a group, by their protocol.
#[derive(Debug)]
pub(crate) enum Kind {
    /// The classic protocol; also groups that only ever committed offsets.
    Classic(Box<ClassicGroup>),
    /// The consumer group protocol.
    Consumer(ConsumerGroup),
}

/// A group.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its members.
    pub(crate) kind: Kind,
    /// How far it has read.
    pub(crate) offsets: GroupOffsets,
    /// When the registry looks at it again; not later than its next deadline.
    pub(super) wake: Option<Timestamp>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            kind: Kind::Classic(Box::default()),
            offsets: GroupOffsets::default(),
            wake: None,
        }
    }
}

impl Entry {
    /// Whether it has no members.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Classic(group) => group.is_empty(),
            Kind::Consumer(group) => group.is_empty(),
        }
    }

    /// The name of its state.
    pub(crate) fn state_name(&self) -> &'static str {
        match &self.kind {
            Kind::Classic(group) => group.state_name(),
            Kind::Consumer(group) => group.state_name(),
        }
    }

    /// The name of its protocol.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Classic(_) => "classic",
            Kind::Consumer(_) => "consumer",
        }
    }

    /// What the group is for.
    pub(crate) fn protocol_type(&self) -> StrBytes {
        match &self.kind {
            Kind::Classic(group) => group.protocol_type(),
            Kind::Consumer(_) => StrBytes::from_static_str("consumer"),
        }
    }

    /// Checks that a member may commit offsets.
    pub(crate) fn check_commit(
        &self,
        member_id: &StrBytes,
        instance: Option<&StrBytes>,
        generation: i32,
        commit: Commit,
    ) -> Result<(), ResponseError> {
        match &self.kind {
            Kind::Classic(group) => group.check_commit(member_id, instance, generation, commit),
            Kind::Consumer(group) => group.check_commit(member_id, instance, generation, commit),
        }
    }

    /// Checks that a member may fetch offsets; a classic group lets everyone.
    pub(crate) fn check_fetch(&self, member_id: Option<&StrBytes>, epoch: i32) -> Result<(), ResponseError> {
        match &self.kind {
            Kind::Classic(_) => Ok(()),
            Kind::Consumer(group) => group.check_fetch(member_id, epoch),
        }
    }

    /// Checks that offsets may be deleted.
    pub(crate) fn check_offset_delete(&self) -> Result<(), ResponseError> {
        match &self.kind {
            Kind::Classic(group) => group.check_offset_delete(),
            Kind::Consumer(_) => Ok(()),
        }
    }

    /// Whether a member reads a topic.
    pub(crate) fn reads(&self, topic: &str) -> bool {
        match &self.kind {
            Kind::Classic(group) => group.reads(topic),
            Kind::Consumer(group) => group.reads(topic),
        }
    }

    /// From when on the retention of an offset that was committed at `committed_at` counts; none while it is in use.
    pub(super) fn retained_since(&self, committed_at: Timestamp) -> Option<Timestamp> {
        match &self.kind {
            Kind::Classic(group) => group.retained_since(committed_at),
            Kind::Consumer(_) => Some(committed_at),
        }
    }

    /// When something is due.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        match &self.kind {
            Kind::Classic(group) => group.next_deadline(),
            Kind::Consumer(group) => group.next_deadline(),
        }
    }

    /// Does what is due.
    pub(super) fn expire(&mut self, turn: &mut Turn<'_>) {
        match &mut self.kind {
            Kind::Classic(group) => group.expire(turn),
            Kind::Consumer(group) => group.expire(turn.now),
        }
    }
}
