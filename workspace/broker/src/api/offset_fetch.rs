//! OffsetFetch: how far groups have read.

use kafka_protocol::{
    messages::{
        OffsetFetchRequest, OffsetFetchResponse, TopicName,
        offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics},
        offset_fetch_response::{
            OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
            OffsetFetchResponseTopic, OffsetFetchResponseTopics,
        },
    },
    protocol::StrBytes,
};

use kafka_protocol::ResponseError;

use crate::{
    Broker, Call, Reply,
    groups::{CommittedOffset, GroupOffsets, Stability, Unstable},
};

/// The first version that asks for several groups (KIP-709).
const SEVERAL_FROM: i16 = 8;
/// The first version that has a place for an error of the whole group.
const GROUP_ERROR_FROM: i16 = 2;
/// What stands for no offset.
const NO_OFFSET: i64 = -1;

impl Broker {
    pub(crate) fn offset_fetch(&mut self, call: &Call, request: OffsetFetchRequest) -> Reply {
        let stability = if request.require_stable {
            Stability::Required
        } else {
            Stability::Any
        };
        if call.version >= SEVERAL_FROM {
            let groups = request.groups.iter().map(|group| self.fetch_group(group, stability));
            let response = OffsetFetchResponse::default().with_groups(groups.collect());
            return Reply::Now(response.into());
        }
        let group = self.fetch_group(&one_group(request), stability);
        Reply::Now(one_response(group, call.version).into())
    }

    fn fetch_group(&self, asked: &OffsetFetchRequestGroup, stability: Stability) -> OffsetFetchResponseGroup {
        let response = OffsetFetchResponseGroup::default().with_group_id(asked.group_id.clone());
        let entry = self.groups.entry(&asked.group_id);
        let member = asked.member_id.as_ref();
        if let Some(Err(error)) = entry.map(|entry| entry.check_fetch(member, asked.member_epoch)) {
            return response.with_error_code(error.code());
        }
        let offsets = entry.map(|entry| &entry.offsets);
        let topics = match &asked.topics {
            Some(topics) => some(topics, offsets, stability),
            None => all(offsets, stability),
        };
        response.with_topics(topics)
    }
}

fn some(
    topics: &[OffsetFetchRequestTopics],
    offsets: Option<&GroupOffsets>,
    stability: Stability,
) -> Vec<OffsetFetchResponseTopics> {
    let topics = topics.iter().map(|topic| {
        let partitions = topic.partition_indexes.iter().map(|number| {
            let offset = offsets.map_or(Ok(None), |offsets| offsets.offset(&topic.name, *number, stability));
            partition(*number, offset)
        });
        OffsetFetchResponseTopics::default()
            .with_name(topic.name.clone())
            .with_partitions(partitions.collect())
    });
    topics.collect()
}

fn all(offsets: Option<&GroupOffsets>, stability: Stability) -> Vec<OffsetFetchResponseTopics> {
    let Some(offsets) = offsets else {
        return Vec::new();
    };
    let topics = offsets.iter().map(|(topic, committed)| {
        let partitions = committed.map(|(number, _)| partition(number, offsets.offset(topic, number, stability)));
        OffsetFetchResponseTopics::default()
            .with_name(TopicName(StrBytes::from_string(topic.to_owned())))
            .with_partitions(partitions.collect())
    });
    topics.collect()
}

fn partition(number: i32, offset: Result<Option<&CommittedOffset>, Unstable>) -> OffsetFetchResponsePartitions {
    let partition = OffsetFetchResponsePartitions::default()
        .with_partition_index(number)
        .with_committed_offset(NO_OFFSET)
        .with_committed_leader_epoch(-1)
        .with_metadata(Some(StrBytes::default()));
    match offset {
        Ok(Some(committed)) => partition
            .with_committed_offset(committed.offset)
            .with_committed_leader_epoch(committed.leader_epoch)
            .with_metadata(Some(StrBytes::from_string(committed.metadata.clone()))),
        Ok(None) => partition,
        Err(Unstable) => partition.with_error_code(ResponseError::UnstableOffsetCommit.code()),
    }
}

fn one_group(request: OffsetFetchRequest) -> OffsetFetchRequestGroup {
    let topics = request.topics.map(|topics| {
        let topics = topics.into_iter().map(|topic| {
            OffsetFetchRequestTopics::default()
                .with_name(topic.name)
                .with_partition_indexes(topic.partition_indexes)
        });
        topics.collect()
    });
    OffsetFetchRequestGroup::default()
        .with_group_id(request.group_id)
        .with_topics(topics)
}

fn one_response(group: OffsetFetchResponseGroup, version: i16) -> OffsetFetchResponse {
    let topics = group.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.into_iter().map(|partition| {
            let leader_epoch = partition.committed_leader_epoch;
            OffsetFetchResponsePartition::default()
                .with_partition_index(partition.partition_index)
                .with_committed_offset(partition.committed_offset)
                .with_committed_leader_epoch(leader_epoch)
                .with_metadata(partition.metadata)
                .with_error_code(partition.error_code)
        });
        OffsetFetchResponseTopic::default()
            .with_name(topic.name)
            .with_partitions(partitions.collect())
    });
    let response = OffsetFetchResponse::default().with_topics(topics.collect());
    if version >= GROUP_ERROR_FROM {
        response.with_error_code(group.error_code)
    } else {
        response
    }
}
