//! TxnOffsetCommit: how far a group has read, to count when the transaction is committed.

use kafka_protocol::{
    ResponseError,
    messages::{
        TxnOffsetCommitRequest, TxnOffsetCommitResponse,
        txn_offset_commit_request::{TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic},
        txn_offset_commit_response::{TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic},
    },
};

use crate::{
    Broker, Call, Reply, Timestamp,
    groups::{CommittedOffset, PartitionOffset, TopicOffsets, metadata_fits},
    transactions::Producer,
};

/// What becomes of a partition of the request.
type Verdict = Result<(), ResponseError>;

impl Broker {
    pub(crate) fn txn_offset_commit(&mut self, call: &Call, request: TxnOffsetCommitRequest) -> Reply {
        let is_known = |topic: &TxnOffsetCommitRequestTopic, partition: &TxnOffsetCommitRequestPartition| {
            self.topics.partition(&topic.name, partition.partition_index).is_some()
        };
        let mut verdicts = Verdicts::of(&request, |topic, partition| {
            is_known(topic, partition)
                .then_some(())
                .ok_or(ResponseError::UnknownTopicOrPartition)
        });
        if verdicts.any_ok() {
            if let Err(error) = self.admit_offsets(call, &request) {
                verdicts.refuse(|_| Err(error));
            } else {
                verdicts.refuse(|partition| {
                    let fits = partition.committed_metadata.as_deref().is_none_or(metadata_fits);
                    fits.then_some(()).ok_or(ResponseError::OffsetMetadataTooLarge)
                });
                if let Err(error) = self.hold(&request, verdicts.accepted(call.now)) {
                    verdicts.refuse(|_| Err(error));
                }
            }
        }
        let response = TxnOffsetCommitResponse::default().with_topics(verdicts.answer());
        Reply::Now(response.into())
    }

    /// Whether the instance may commit for the group at all: the transaction first, then the member, as in Kafka.
    fn admit_offsets(&mut self, call: &Call, request: &TxnOffsetCommitRequest) -> Verdict {
        if request.group_id.is_empty() {
            return Err(ResponseError::InvalidGroupId);
        }
        let producer = Producer {
            id: request.producer_id.0,
            epoch: request.producer_epoch,
        };
        let (id, group) = (&request.transactional_id, &request.group_id);
        self.join_transaction_with_offsets(id, producer, group, call.version, call.now)?;
        self.groups.check_transactional_member(
            group,
            &request.member_id,
            request.group_instance_id.as_ref(),
            request.generation_id,
        )
    }

    fn hold(&mut self, request: &TxnOffsetCommitRequest, offsets: Vec<TopicOffsets>) -> Verdict {
        if offsets.is_empty() {
            return Ok(());
        }
        self.hold_offsets(&request.group_id, request.producer_id.0, offsets)
            .map_err(|_storage| ResponseError::CoordinatorNotAvailable)
    }
}

/// The partitions of a request with what becomes of each.
struct Verdicts<'a> {
    topics: Vec<(
        &'a TxnOffsetCommitRequestTopic,
        Vec<(&'a TxnOffsetCommitRequestPartition, Verdict)>,
    )>,
}

impl<'a> Verdicts<'a> {
    fn of(
        request: &'a TxnOffsetCommitRequest,
        judge: impl Fn(&TxnOffsetCommitRequestTopic, &TxnOffsetCommitRequestPartition) -> Verdict,
    ) -> Self {
        let judged = |topic: &'a TxnOffsetCommitRequestTopic| {
            let partitions = topic
                .partitions
                .iter()
                .map(|partition| (partition, judge(topic, partition)));
            (topic, partitions.collect())
        };
        Self {
            topics: request.topics.iter().map(judged).collect(),
        }
    }

    fn any_ok(&self) -> bool {
        self.topics
            .iter()
            .any(|(_, partitions)| partitions.iter().any(|(_, verdict)| verdict.is_ok()))
    }

    /// Judges again those partitions that stand.
    fn refuse(&mut self, judge: impl Fn(&TxnOffsetCommitRequestPartition) -> Verdict) {
        for (partition, verdict) in self.topics.iter_mut().flat_map(|(_, partitions)| partitions) {
            if verdict.is_ok() {
                *verdict = judge(partition);
            }
        }
    }

    fn accepted(&self, now: Timestamp) -> Vec<TopicOffsets> {
        let of_topic = self.topics.iter().map(|(topic, partitions)| TopicOffsets {
            topic: topic.name.to_string(),
            partitions: partitions
                .iter()
                .filter(|(_, verdict)| verdict.is_ok())
                .map(|(partition, _)| offset(partition, now))
                .collect(),
        });
        of_topic.filter(|topic| !topic.partitions.is_empty()).collect()
    }

    fn answer(self) -> Vec<TxnOffsetCommitResponseTopic> {
        let of_partition = |(partition, verdict): (&TxnOffsetCommitRequestPartition, Verdict)| {
            TxnOffsetCommitResponsePartition::default()
                .with_partition_index(partition.partition_index)
                .with_error_code(verdict.map_or_else(|error| error.code(), |()| 0))
        };
        let of_topic = |(topic, partitions): (&TxnOffsetCommitRequestTopic, Vec<_>)| {
            TxnOffsetCommitResponseTopic::default()
                .with_name(topic.name.clone())
                .with_partitions(partitions.into_iter().map(of_partition).collect())
        };
        self.topics.into_iter().map(of_topic).collect()
    }
}

fn offset(partition: &TxnOffsetCommitRequestPartition, now: Timestamp) -> PartitionOffset {
    PartitionOffset {
        partition: partition.partition_index,
        committed: CommittedOffset {
            offset: partition.committed_offset,
            leader_epoch: partition.committed_leader_epoch,
            metadata: partition.committed_metadata.as_deref().unwrap_or_default().to_owned(),
            committed_at: now,
            expires_at: None,
        },
    }
}
