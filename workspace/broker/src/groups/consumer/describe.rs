//! What others may know of a consumer group.

use kafka_protocol::{
    messages::{
        TopicName,
        consumer_group_describe_response::{Assignment, DescribedGroup, Member as DescribedMember, TopicPartitions},
    },
    protocol::StrBytes,
};

use super::{ConsumerGroup, Partitions};
use crate::{pattern::Pattern, topics::Topics};

/// What Kafka calls a member of this protocol, as opposed to one of the classic protocol.
const CONSUMER_MEMBER: i8 = 1;

impl ConsumerGroup {
    /// The group and its members; `version` 1 has the type of each member too.
    pub(crate) fn describe(&self, topics: &Topics, version: i16) -> DescribedGroup {
        let nothing = Partitions::default();
        let members = self.members.iter().map(|(id, member)| {
            let target = self.target.get(id).unwrap_or(&nothing);
            let described = DescribedMember::default()
                .with_member_id(id.clone())
                .with_instance_id(member.instance.clone())
                .with_rack_id(member.rack.clone())
                .with_member_epoch(member.epoch)
                .with_client_id(member.client_id.clone())
                .with_client_host(member.client_host.clone())
                .with_subscribed_topic_regex(member.pattern.as_ref().and_then(Pattern::text).cloned())
                .with_subscribed_topic_names(member.topics.iter().cloned().map(TopicName).collect())
                .with_assignment(assignment(&member.assigned, topics))
                .with_target_assignment(assignment(target, topics));
            if version >= 1 {
                described.with_member_type(CONSUMER_MEMBER)
            } else {
                described
            }
        });
        DescribedGroup::default()
            .with_group_state(StrBytes::from_static_str(self.state_name()))
            .with_group_epoch(self.epoch)
            .with_assignment_epoch(self.target_epoch)
            .with_assignor_name(StrBytes::from_static_str(self.preferred_assignor().name()))
            .with_members(members.collect())
    }
}

/// Partitions of topics that there are.
fn assignment(partitions: &Partitions, topics: &Topics) -> Assignment {
    let by_topic = partitions.topics().filter_map(|(id, numbers)| {
        let name = topics.name_of(id)?;
        let topic = TopicPartitions::default()
            .with_topic_id(id)
            .with_topic_name(TopicName(name.clone()))
            .with_partitions(numbers);
        Some(topic)
    });
    Assignment::default().with_topic_partitions(by_topic.collect())
}
