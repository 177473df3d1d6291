//! DeleteRecords: a log begins later.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        DeleteRecordsRequest, DeleteRecordsResponse, TopicName,
        delete_records_request::DeleteRecordsPartition,
        delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult},
    },
};

use crate::{Broker, Call, LogId, Reply, topics::is_internal};

/// What a client says for "all that can be read".
const HIGH_WATERMARK: i64 = -1;

impl Broker {
    pub(crate) fn delete_records(&mut self, _call: &Call, request: DeleteRecordsRequest) -> Reply {
        let topics = request
            .topics
            .into_iter()
            .map(|topic| {
                let partitions = topic
                    .partitions
                    .iter()
                    .map(|wanted| {
                        let deleted = self.delete_before(&topic.name, wanted);
                        DeleteRecordsPartitionResult::default()
                            .with_partition_index(wanted.partition_index)
                            .with_low_watermark(deleted.unwrap_or(-1))
                            .with_error_code(deleted.err().map_or(0, |error| error.code()))
                    })
                    .collect();
                DeleteRecordsTopicResult::default()
                    .with_name(topic.name)
                    .with_partitions(partitions)
            })
            .collect();
        Reply::Now(DeleteRecordsResponse::default().with_topics(topics).into())
    }

    /// Lets a log begin where the client says; gives where it begins.
    fn delete_before(&mut self, topic: &TopicName, wanted: &DeleteRecordsPartition) -> Result<i64, ResponseError> {
        let absent = ResponseError::UnknownTopicOrPartition;
        let found = self.topics.topic(topic).ok_or(absent)?;
        let log = LogId {
            topic: found.id,
            partition: wanted.partition_index,
        };
        let partition = self.topics.log(log).ok_or(absent)?;
        if is_internal(&found.name) {
            return Err(ResponseError::InvalidTopicException);
        }
        if found.config.compact && !found.config.delete {
            return Err(ResponseError::PolicyViolation);
        }
        let end = partition.high_watermark();
        let offset = match wanted.offset {
            HIGH_WATERMARK => end,
            offset if (0..=end).contains(&offset) => offset,
            _ => return Err(ResponseError::OffsetOutOfRange),
        };
        let start = partition.log_start();
        if offset > start {
            self.start_log(log, offset)?;
        }
        Ok(offset.max(start))
    }
}
