//! Positions of the group are kept, told and deleted.

use std::io;

use kafka_protocol::{
    messages::{
        OffsetCommitRequest, OffsetCommitResponse, OffsetDeleteRequest, OffsetFetchRequest,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic},
        offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics},
    },
    protocol::StrBytes,
};

use super::Peer;
use crate::{aliases::error, steps::Member};

/// More characters than a note may have.
const LONG_NOTE: usize = 5_000;
/// The first OffsetCommit that knows instances of static members.
const INSTANCES: i16 = 7;

impl Peer {
    pub(super) fn offset_commit(
        &mut self,
        by: Member,
        partition: i32,
        offset: i64,
        long: bool,
        version: i16,
    ) -> io::Result<String> {
        let identity = self.identity(by);
        let note = if long {
            "n".repeat(LONG_NOTE)
        } else {
            format!("note {offset}")
        };
        let partition = OffsetCommitRequestPartition::default()
            .with_partition_index(partition)
            .with_committed_offset(offset)
            .with_committed_metadata(Some(StrBytes::from_string(note)));
        let topic = OffsetCommitRequestTopic::default()
            .with_name(self.topic.clone())
            .with_partitions(vec![partition]);
        let request = OffsetCommitRequest::default()
            .with_group_id(self.group.clone())
            .with_generation_id_or_member_epoch(identity.generation)
            .with_member_id(identity.id)
            .with_group_instance_id(identity.instance.filter(|_| version >= INSTANCES))
            .with_topics(vec![topic]);
        let code = |answer: &OffsetCommitResponse| answer.topics[0].partitions[0].error_code;
        let answer = self.ask(version, &request, code)?;
        Ok(error(code(&answer)))
    }

    pub(super) fn offset_fetch(&mut self, stable: bool, all: bool, version: i16) -> io::Result<String> {
        let topic = OffsetFetchRequestTopics::default()
            .with_name(self.topic.clone())
            .with_partition_indexes(vec![0, 1, 5]);
        let group = OffsetFetchRequestGroup::default()
            .with_group_id(self.group.clone())
            .with_topics((!all).then(|| vec![topic]));
        let request = OffsetFetchRequest::default()
            .with_groups(vec![group])
            .with_require_stable(stable);
        let answer = self.ask(version, &request, |answer| answer.groups[0].error_code)?;
        let told = &answer.groups[0];
        let mut offsets: Vec<String> = told
            .topics
            .iter()
            .flat_map(|topic| &topic.partitions)
            .map(|partition| {
                format!(
                    "{}: {} {} epoch {} {:?}",
                    partition.partition_index,
                    error(partition.error_code),
                    partition.committed_offset,
                    partition.committed_leader_epoch,
                    partition.metadata.as_deref()
                )
            })
            .collect();
        offsets.sort();
        Ok(format!("{} {offsets:?}", error(told.error_code)))
    }

    pub(super) fn offset_delete(&mut self) -> io::Result<String> {
        let partition = OffsetDeleteRequestPartition::default().with_partition_index(0);
        let topic = OffsetDeleteRequestTopic::default()
            .with_name(self.topic.clone())
            .with_partitions(vec![partition]);
        let request = OffsetDeleteRequest::default()
            .with_group_id(self.group.clone())
            .with_topics(vec![topic]);
        let answer = self.ask(0, &request, |answer| answer.error_code)?;
        let told: Vec<String> = answer
            .topics
            .iter()
            .flat_map(|topic| &topic.partitions)
            .map(|partition| error(partition.error_code))
            .collect();
        Ok(format!("{} {told:?}", error(answer.error_code)))
    }
}
