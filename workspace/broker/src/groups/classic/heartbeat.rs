//! Heartbeats: a member says that it is there, and hears whether it must join again.

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{ClassicGroup, State};
use crate::groups::Turn;

impl ClassicGroup {
    /// Hears a member.
    pub(crate) fn heartbeat(
        &mut self,
        member_id: &StrBytes,
        instance: Option<&StrBytes>,
        generation: i32,
        turn: &Turn<'_>,
    ) -> Result<(), ResponseError> {
        self.check_member(member_id, instance)?;
        if generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        self.hear(member_id, turn);
        match self.state {
            State::Empty => Err(ResponseError::UnknownMemberId),
            State::PreparingRebalance => Err(ResponseError::RebalanceInProgress),
            State::CompletingRebalance | State::Stable => Ok(()),
        }
    }

    /// Hears a member that commits offsets, which only counts once it knows of a rebalance or its assignment.
    pub(crate) fn hear_commit(&mut self, member_id: &StrBytes, turn: &Turn<'_>) {
        if matches!(self.state, State::Stable | State::PreparingRebalance) {
            self.hear(member_id, turn);
        }
    }
}
