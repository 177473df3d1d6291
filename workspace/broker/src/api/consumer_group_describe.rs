//! ConsumerGroupDescribe: consumer groups and their members.

use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, GroupId,
        consumer_group_describe_response::DescribedGroup,
    },
    protocol::StrBytes,
};

use super::describe_groups::GROUP_OPERATIONS;
use crate::{Broker, Call, Reply, groups::Kind};

impl Broker {
    pub(crate) fn consumer_group_describe(&mut self, call: &Call, request: ConsumerGroupDescribeRequest) -> Reply {
        let groups = request.group_ids.into_iter().map(|name| {
            let group = self.describe_consumer_group(call, name);
            if request.include_authorized_operations && group.error_code == 0 {
                group.with_authorized_operations(GROUP_OPERATIONS)
            } else {
                group
            }
        });
        let response = ConsumerGroupDescribeResponse::default().with_groups(groups.collect());
        Reply::Now(response.into())
    }

    fn describe_consumer_group(&self, call: &Call, name: GroupId) -> DescribedGroup {
        let group = match self.groups.entry(&name).map(|entry| &entry.kind) {
            _ if name.is_empty() => refused(ResponseError::InvalidGroupId, String::new()),
            Some(Kind::Consumer(group)) => group.describe(&self.topics, call.version),
            Some(Kind::Classic(_)) => refused(
                ResponseError::GroupIdNotFound,
                format!("Group {} is not a consumer group.", name.as_str()),
            ),
            None => refused(
                ResponseError::GroupIdNotFound,
                format!("Group {} not found.", name.as_str()),
            ),
        };
        group.with_group_id(name)
    }
}

fn refused(error: ResponseError, message: String) -> DescribedGroup {
    DescribedGroup::default()
        .with_error_code(error.code())
        .with_error_message(Some(StrBytes::from_string(message)))
}
