//! OffsetDelete: forgets how far a group has read, where it does not read any more.

use kafka_protocol::{
    ResponseError,
    messages::{
        OffsetDeleteRequest, OffsetDeleteResponse,
        offset_delete_request::OffsetDeleteRequestTopic,
        offset_delete_response::{OffsetDeleteResponsePartition, OffsetDeleteResponseTopic},
    },
};

use crate::{
    Broker, Call, Change, Reply,
    groups::{self, Entry},
};

impl Broker {
    pub(crate) fn offset_delete(&mut self, _call: &Call, request: OffsetDeleteRequest) -> Reply {
        let response = match self.delete_offsets(&request) {
            Ok(topics) => OffsetDeleteResponse::default().with_topics(topics),
            Err(error) => OffsetDeleteResponse::default().with_error_code(error.code()),
        };
        Reply::Now(response.into())
    }

    fn delete_offsets(
        &mut self,
        request: &OffsetDeleteRequest,
    ) -> Result<Vec<OffsetDeleteResponseTopic>, ResponseError> {
        if request.group_id.is_empty() {
            return Err(ResponseError::InvalidGroupId);
        }
        let entry = self.groups.entry(&request.group_id);
        let entry = entry.ok_or(ResponseError::GroupIdNotFound)?;
        entry.check_offset_delete()?;
        let mut partitions = Vec::new();
        let mut topics = Vec::with_capacity(request.topics.len());
        for asked in &request.topics {
            let answered = self.deletable(entry, asked);
            let deleted = answered.partitions.iter().filter(|partition| partition.error_code == 0);
            let deleted = deleted.map(|partition| partition.partition_index);
            let known = deleted.filter(|number| entry.offsets.knows(&asked.name, *number));
            let known: Vec<i32> = known.collect();
            if !known.is_empty() {
                partitions.push((asked.name.to_string(), known));
            }
            topics.push(answered);
        }
        if !partitions.is_empty() {
            let group = request.group_id.to_string();
            let change = Change::Groups(groups::Change::Forgotten { group, partitions });
            self.change(change).map_err(|_| ResponseError::UnknownServerError)?;
        }
        Ok(topics)
    }

    fn deletable(&self, entry: &Entry, asked: &OffsetDeleteRequestTopic) -> OffsetDeleteResponseTopic {
        let is_read = entry.reads(&asked.name);
        let partitions = asked.partitions.iter().map(|partition| {
            let number = partition.partition_index;
            let code = if self.topics.partition(&asked.name, number).is_none() {
                ResponseError::UnknownTopicOrPartition.code()
            } else if is_read {
                ResponseError::GroupSubscribedToTopic.code()
            } else {
                0
            };
            OffsetDeleteResponsePartition::default()
                .with_partition_index(number)
                .with_error_code(code)
        });
        OffsetDeleteResponseTopic::default()
            .with_name(asked.name.clone())
            .with_partitions(partitions.collect())
    }
}
