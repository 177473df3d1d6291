//! LeaveGroup: members go, or are made to go by an administrator.

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{ClassicGroup, State};
use crate::groups::Turn;

/// One who leaves: by member id, or a static member by instance id alone.
#[derive(Clone, Debug)]
pub(crate) struct Leave {
    /// The member; empty when only the instance is known.
    pub(crate) member_id: StrBytes,
    /// The instance, if it is static.
    pub(crate) instance: Option<StrBytes>,
}

impl ClassicGroup {
    /// Lets members go; says for each whether it was there.
    pub(crate) fn leave(&mut self, leaving: &[Leave], turn: &mut Turn<'_>) -> Vec<Result<(), ResponseError>> {
        let left: Vec<_> = leaving.iter().map(|leave| self.leave_one(leave, turn)).collect();
        if left.iter().any(Result::is_ok) {
            match self.state {
                State::Stable | State::CompletingRebalance => self.prepare_rebalance(turn),
                State::PreparingRebalance => self.complete_if_all_joined(turn),
                State::Empty => {}
            }
        }
        left
    }

    fn leave_one(&mut self, leave: &Leave, turn: &mut Turn<'_>) -> Result<(), ResponseError> {
        let id = if leave.member_id.is_empty() {
            let instance = leave.instance.as_ref();
            let member_id = instance.and_then(|instance| self.instances.get(instance));
            member_id.cloned().ok_or(ResponseError::UnknownMemberId)?
        } else {
            if !self.pending.contains_key(&leave.member_id) {
                self.check_member(&leave.member_id, leave.instance.as_ref())?;
            }
            leave.member_id.clone()
        };
        self.remove(&id, turn);
        Ok(())
    }
}
