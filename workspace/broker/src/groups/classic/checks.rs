//! Who may commit offsets, delete them, or delete the group.

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{ClassicGroup, State};

/// In which way offsets are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    /// For themselves.
    Plain,
    /// As part of a transaction. An old producer does not say for which member it is.
    Transactional,
}

impl ClassicGroup {
    /// Checks that a member may commit offsets. Generation -1 with neither member nor instance is one outside of the
    /// group: it may commit while the group has no members, and in a transaction always.
    pub(crate) fn check_commit(
        &self,
        member_id: &StrBytes,
        instance: Option<&StrBytes>,
        generation: i32,
        commit: Commit,
    ) -> Result<(), ResponseError> {
        if generation < 0 && self.state == State::Empty {
            return Ok(());
        }
        if generation >= 0 || !member_id.is_empty() || instance.is_some() {
            self.check_member(member_id, instance)?;
            if generation != self.generation {
                return Err(ResponseError::IllegalGeneration);
            }
        } else if commit == Commit::Plain {
            return Err(ResponseError::UnknownMemberId);
        }
        if commit == Commit::Plain && self.state == State::CompletingRebalance {
            return Err(ResponseError::RebalanceInProgress);
        }
        Ok(())
    }

    /// Checks that offsets may be deleted: the group has no members, or they are consumers, whose topics are known.
    pub(crate) fn check_offset_delete(&self) -> Result<(), ResponseError> {
        if self.state == State::Empty || self.is_of_consumers() {
            Ok(())
        } else {
            Err(ResponseError::NonEmptyGroup)
        }
    }

    /// Whether a member reads a topic; all topics count as read when it cannot be told.
    pub(crate) fn reads(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.is_of_consumers(),
        }
    }
}
