//! A member leaves a consumer group, for good or, if it is static, for a while.

use kafka_protocol::{ResponseError, protocol::StrBytes};

use super::{ConsumerGroup, Partitions, Refusal, heartbeat};

/// In which way a member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    /// For good: its partitions go to others.
    ForGood,
    /// It will be back before its session ends, and keeps its partitions.
    ForAWhile,
}

impl ConsumerGroup {
    /// Lets a member go.
    pub(crate) fn leave(
        &mut self,
        id: &StrBytes,
        instance: Option<&StrBytes>,
        departure: Departure,
    ) -> Result<(), Refusal> {
        if let Some(instance) = instance {
            let message = |what: &str| format!("Instance id {} {what}.", instance.as_str());
            let Some(owner) = self.instances.get(instance) else {
                return Err(Refusal::new(ResponseError::UnknownMemberId, message("is unknown")));
            };
            if owner != id {
                let fenced = message("is another member's");
                return Err(Refusal::new(ResponseError::FencedInstanceId, fenced));
            }
        }
        let Some(member) = self.members.get_mut(id) else {
            return Err(heartbeat::unknown(id));
        };
        if departure == Departure::ForAWhile {
            member.epoch = heartbeat::AWAY;
            member.revoking = Partitions::default();
            member.revoke_deadline = None;
        } else {
            self.remove(id);
        }
        Ok(())
    }
}
