//! Who may commit or fetch offsets.

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::ConsumerGroup;
use crate::groups::Commit;

impl ConsumerGroup {
    /// Checks that a member may commit offsets. One outside of the group may while it has no members, and in a
    /// transaction always.
    pub(crate) fn check_commit(
        &self,
        member_id: &StrBytes,
        instance: Option<&StrBytes>,
        epoch: i32,
        commit: Commit,
    ) -> Result<(), ResponseError> {
        let is_outside = epoch < 0 && member_id.is_empty() && instance.is_none();
        if epoch < 0 && self.members.is_empty() || is_outside && commit == Commit::Transactional {
            return Ok(());
        }
        self.check_epoch(member_id, epoch)
            .map_err(|error| match (error, commit) {
                (ResponseError::StaleMemberEpoch, Commit::Transactional) => ResponseError::IllegalGeneration,
                (error, _) => error,
            })
    }

    /// Checks that a member may fetch offsets; one that does not say who it is may.
    pub(crate) fn check_fetch(&self, member_id: Option<&StrBytes>, epoch: i32) -> Result<(), ResponseError> {
        match member_id {
            None if epoch < 0 => Ok(()),
            None => Err(ResponseError::UnknownMemberId),
            Some(member_id) => self.check_epoch(member_id, epoch),
        }
    }

    /// Whether an id is a member's.
    pub(crate) fn has(&self, member_id: &StrBytes) -> bool {
        self.members.contains_key(member_id)
    }

    fn check_epoch(&self, member_id: &StrBytes, epoch: i32) -> Result<(), ResponseError> {
        let member = self.members.get(member_id);
        let member = member.ok_or(ResponseError::UnknownMemberId)?;
        if member.epoch == epoch {
            Ok(())
        } else {
            Err(ResponseError::StaleMemberEpoch)
        }
    }

    /// Whether a member reads a topic.
    pub(crate) fn reads(&self, topic: &str) -> bool {
        let mut members = self.members.values();
        members.any(|member| member.topics.contains(topic.as_bytes()))
    }
}
