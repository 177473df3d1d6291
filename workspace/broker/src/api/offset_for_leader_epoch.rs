//! OffsetForLeaderEpoch: where an epoch of the leader ended. There is one epoch, and it has not ended.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, TopicName,
        offset_for_leader_epoch_request::OffsetForLeaderPartition,
        offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderTopicResult},
    },
};

use crate::{
    Broker, Call, Reply,
    log::{LEADER_EPOCH, Partition},
};

/// The epoch and the offset of an epoch that is not known.
const UNDEFINED: (i32, i64) = (-1, -1);

impl Broker {
    pub(crate) fn offset_for_leader_epoch(&mut self, _call: &Call, request: OffsetForLeaderEpochRequest) -> Reply {
        let topics = request
            .topics
            .into_iter()
            .map(|topic| {
                let partitions = topic
                    .partitions
                    .iter()
                    .map(|wanted| {
                        let end = self.end_of_epoch(&topic.topic, wanted);
                        let (epoch, offset) = end.unwrap_or(UNDEFINED);
                        EpochEndOffset::default()
                            .with_partition(wanted.partition)
                            .with_error_code(end.err().map_or(0, |error| error.code()))
                            .with_leader_epoch(epoch)
                            .with_end_offset(offset)
                    })
                    .collect();
                OffsetForLeaderTopicResult::default()
                    .with_topic(topic.topic)
                    .with_partitions(partitions)
            })
            .collect();
        Reply::Now(OffsetForLeaderEpochResponse::default().with_topics(topics).into())
    }

    fn end_of_epoch(&self, topic: &TopicName, wanted: &OffsetForLeaderPartition) -> Result<(i32, i64), ResponseError> {
        let partition = self
            .topics
            .partition(topic, wanted.partition)
            .ok_or(ResponseError::UnknownTopicOrPartition)?;
        Partition::check_leader_epoch(wanted.current_leader_epoch)?;
        Ok(if wanted.leader_epoch == LEADER_EPOCH {
            (LEADER_EPOCH, partition.high_watermark())
        } else {
            UNDEFINED
        })
    }
}
