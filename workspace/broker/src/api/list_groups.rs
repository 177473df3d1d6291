//! ListGroups: all groups, or those of some states and types.

use kafka_protocol::{
    messages::{GroupId, ListGroupsRequest, ListGroupsResponse, list_groups_response::ListedGroup},
    protocol::StrBytes,
};

use crate::{Broker, Call, Reply, groups::Entry};

impl Broker {
    pub(crate) fn list_groups(&mut self, _call: &Call, request: ListGroupsRequest) -> Reply {
        let groups = self.groups.iter();
        let wanted = groups.filter(|(_, entry)| {
            is_among(&request.states_filter, entry.state_name()) && is_among(&request.types_filter, entry.type_name())
        });
        let groups = wanted.map(|(name, entry)| listed(name, entry));
        let response = ListGroupsResponse::default().with_groups(groups.collect());
        Reply::Now(response.into())
    }
}

/// Whether a filter lets a name through; an empty one lets everything through.
fn is_among(filter: &[StrBytes], name: &str) -> bool {
    filter.is_empty() || filter.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(name))
}

fn listed(name: &StrBytes, entry: &Entry) -> ListedGroup {
    ListedGroup::default()
        .with_group_id(GroupId(name.clone()))
        .with_protocol_type(entry.protocol_type())
        .with_group_state(StrBytes::from_static_str(entry.state_name()))
        .with_group_type(StrBytes::from_static_str(entry.type_name()))
}
