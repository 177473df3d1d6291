//! OffsetCommit: how far a group has read.

use std::time::Duration;

use kafka_protocol::{
    ResponseError,
    messages::{
        OffsetCommitRequest, OffsetCommitResponse,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic},
    },
};

use crate::{
    Broker, Call, Change, Reply, Timestamp,
    groups::{self, Commit, CommittedOffset, Entry, Kind, PartitionOffset, TopicOffsets, metadata_fits},
};

/// The first version of the consumer group protocol, in which a group that is not there has an error of its own (KIP-848).
const CONSUMER_PROTOCOL_FROM: i16 = 9;

impl Broker {
    pub(crate) fn offset_commit(&mut self, call: &Call, request: OffsetCommitRequest) -> Reply {
        let mut topics = self.known_partitions(&request.topics);
        let known = |partition: &OffsetCommitResponsePartition| partition.error_code == 0;
        if topics.iter().any(|topic| topic.partitions.iter().any(known)) {
            let committed = self.check_offset_commit(call, &request).and_then(|()| {
                let offsets = offsets(&request, &mut topics, call.now);
                self.commit_offsets(&request, offsets)
            });
            match committed {
                Ok(()) => self.hear_committer(call, &request),
                Err(error) => refuse(&mut topics, error),
            }
        }
        Reply::Now(OffsetCommitResponse::default().with_topics(topics).into())
    }

    /// The response so far: partitions that there are, and errors for those that there are not.
    fn known_partitions(&self, topics: &[OffsetCommitRequestTopic]) -> Vec<OffsetCommitResponseTopic> {
        let topics = topics.iter().map(|asked| {
            let topic = self.topics.topic(&asked.name);
            let count = topic.map_or(0, |topic| topic.partitions.len());
            let partitions = asked.partitions.iter().map(|partition| {
                let index = partition.partition_index;
                let is_there = usize::try_from(index).is_ok_and(|index| index < count);
                let code = if is_there {
                    0
                } else {
                    ResponseError::UnknownTopicOrPartition.code()
                };
                OffsetCommitResponsePartition::default()
                    .with_partition_index(index)
                    .with_error_code(code)
            });
            OffsetCommitResponseTopic::default()
                .with_name(asked.name.clone())
                .with_partitions(partitions.collect())
        });
        topics.collect()
    }

    fn check_offset_commit(&self, call: &Call, request: &OffsetCommitRequest) -> Result<(), ResponseError> {
        let generation = request.generation_id_or_member_epoch;
        match self.groups.entry(&request.group_id) {
            // Members of the consumer protocol say their epoch, which older versions have no place for.
            Some(Entry {
                kind: Kind::Consumer(group),
                ..
            }) if call.version < CONSUMER_PROTOCOL_FROM && group.has(&request.member_id) => {
                Err(ResponseError::UnsupportedVersion)
            }
            Some(entry) => {
                let instance = request.group_instance_id.as_ref();
                entry.check_commit(&request.member_id, instance, generation, Commit::Plain)
            }
            None if !self.groups.has_room_for(&request.group_id) => Err(ResponseError::GroupMaxSizeReached),
            None if generation < 0 => Ok(()),
            None if call.version >= CONSUMER_PROTOCOL_FROM => Err(ResponseError::GroupIdNotFound),
            None => Err(ResponseError::IllegalGeneration),
        }
    }

    fn commit_offsets(
        &mut self,
        request: &OffsetCommitRequest,
        offsets: Vec<TopicOffsets>,
    ) -> Result<(), ResponseError> {
        if offsets.is_empty() {
            return Ok(());
        }
        let change = Change::Groups(groups::Change::Committed {
            group: request.group_id.to_string(),
            offsets,
        });
        self.change(change).map_err(|_| ResponseError::UnknownServerError)
    }

    /// Who commits is there, as with a heartbeat.
    fn hear_committer(&mut self, call: &Call, request: &OffsetCommitRequest) {
        self.with_groups(call.now, |groups, turn| {
            groups.classic(&request.group_id, turn, |group, turn| {
                group.hear_commit(&request.member_id, turn);
            });
        });
    }
}

/// What is to be committed: partitions without an error whose metadata is not too long; the others get their error.
fn offsets(
    request: &OffsetCommitRequest,
    response: &mut [OffsetCommitResponseTopic],
    now: Timestamp,
) -> Vec<TopicOffsets> {
    let retention = u64::try_from(request.retention_time_ms).map(Duration::from_millis);
    let expires_at = retention.ok().map(|retention| now.plus(retention));
    let mut topics = Vec::with_capacity(request.topics.len());
    for (asked, answered) in request.topics.iter().zip(response) {
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for (partition, answer) in asked.partitions.iter().zip(&mut answered.partitions) {
            let fits = partition.committed_metadata.as_deref().is_none_or(metadata_fits);
            if answer.error_code == 0 && fits {
                partitions.push(committed(partition, expires_at, now));
            } else if answer.error_code == 0 {
                answer.error_code = ResponseError::OffsetMetadataTooLarge.code();
            }
        }
        if !partitions.is_empty() {
            topics.push(TopicOffsets {
                topic: asked.name.to_string(),
                partitions,
            });
        }
    }
    topics
}

fn committed(
    partition: &OffsetCommitRequestPartition,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> PartitionOffset {
    PartitionOffset {
        partition: partition.partition_index,
        committed: CommittedOffset {
            offset: partition.committed_offset,
            leader_epoch: partition.committed_leader_epoch,
            metadata: partition.committed_metadata.as_deref().unwrap_or_default().to_owned(),
            committed_at: now,
            expires_at,
        },
    }
}

fn refuse(topics: &mut [OffsetCommitResponseTopic], error: ResponseError) {
    let partitions = topics.iter_mut().flat_map(|topic| &mut topic.partitions);
    for partition in partitions.filter(|partition| partition.error_code == 0) {
        partition.error_code = error.code();
    }
}
