//! What others may know of a classic group.

use kafka_protocol::{
    messages::describe_groups_response::{DescribedGroup, DescribedGroupMember},
    protocol::StrBytes,
};

use super::{ClassicGroup, State};
use crate::Timestamp;

impl ClassicGroup {
    /// The name of its state.
    pub(crate) fn state_name(&self) -> &'static str {
        self.state.name()
    }

    /// What the group is for; empty for a group that only ever committed offsets.
    pub(crate) fn protocol_type(&self) -> StrBytes {
        self.protocol_type.clone().unwrap_or_default()
    }

    /// The group and its members. What members told their leader is shown in a stable group only.
    pub(crate) fn describe(&self) -> DescribedGroup {
        let protocol = self.protocol.clone().filter(|_| self.state == State::Stable);
        let members = self.members.iter().map(|(id, member)| {
            DescribedGroupMember::default()
                .with_member_id(id.clone())
                .with_group_instance_id(member.instance.clone())
                .with_client_id(member.client_id.clone())
                .with_client_host(member.client_host.clone())
                .with_member_metadata(protocol.as_ref().map(|name| member.metadata(name)).unwrap_or_default())
                .with_member_assignment(member.assignment.clone())
        });
        DescribedGroup::default()
            .with_group_state(StrBytes::from_static_str(self.state.name()))
            .with_protocol_type(self.protocol_type())
            .with_protocol_data(protocol.clone().unwrap_or_default())
            .with_members(members.collect())
    }

    /// From when on the retention of an offset that was committed at `committed_at` counts; none while it is in use.
    pub(crate) fn retained_since(&self, committed_at: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Empty if self.protocol_type.is_some() => Some(self.since.unwrap_or(committed_at)),
            State::Empty => Some(committed_at),
            State::Stable if self.subscribed.is_some() => Some(committed_at),
            _ => None,
        }
    }
}
