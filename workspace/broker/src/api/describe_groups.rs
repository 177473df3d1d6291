//! DescribeGroups: classic groups and their members.

use kafka_protocol::{
    ResponseError,
    messages::{DescribeGroupsRequest, DescribeGroupsResponse, GroupId, describe_groups_response::DescribedGroup},
    protocol::StrBytes,
};

use crate::{Broker, Call, Reply, groups::Kind};

/// The first version in which a group that is not there has an error of its own (KIP-1043).
const NOT_FOUND_FROM: i16 = 6;
/// The state of a group that is not there.
const DEAD: &str = "Dead";
/// Every operation on a group that Kafka's ACLs know: read, delete, describe, describe and alter configuration, as bits.
pub(super) const GROUP_OPERATIONS: i32 = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11);

impl Broker {
    pub(crate) fn describe_groups(&mut self, call: &Call, request: DescribeGroupsRequest) -> Reply {
        let groups = request.groups.into_iter().map(|name| {
            let group = self.describe_group(call, name);
            if request.include_authorized_operations && group.error_code == 0 {
                group.with_authorized_operations(GROUP_OPERATIONS)
            } else {
                group
            }
        });
        let response = DescribeGroupsResponse::default().with_groups(groups.collect());
        Reply::Now(response.into())
    }

    fn describe_group(&self, call: &Call, name: GroupId) -> DescribedGroup {
        let group = match self.groups.entry(&name).map(|entry| &entry.kind) {
            Some(Kind::Classic(group)) => group.describe(),
            Some(Kind::Consumer(_)) => missing(call, &format!("Group {} is not a classic group.", name.as_str())),
            None => missing(call, &format!("Group {} not found.", name.as_str())),
        };
        group.with_group_id(name)
    }
}

fn missing(call: &Call, message: &str) -> DescribedGroup {
    let group = DescribedGroup::default().with_group_state(StrBytes::from_static_str(DEAD));
    if call.version < NOT_FOUND_FROM {
        return group;
    }
    group
        .with_error_code(ResponseError::GroupIdNotFound.code())
        .with_error_message(Some(StrBytes::from_string(message.to_owned())))
}
