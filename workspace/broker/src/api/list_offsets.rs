//! ListOffsets: the ends of partitions, and offsets by time.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        ListOffsetsRequest, ListOffsetsResponse,
        list_offsets_request::ListOffsetsPartition,
        list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
    },
};

use super::repeated;
use crate::{
    Broker, Call, LogId, Reply,
    log::{Isolation, LEADER_EPOCH, LogStore, Partition, Timed},
};

/// Times that mean something else, with the first version that knows them.
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const MAX_TIMESTAMP_SINCE: i16 = 7;
const EARLIEST_LOCAL: i64 = -4;
const EARLIEST_LOCAL_SINCE: i16 = 8;
const LATEST_TIERED: i64 = -5;
const LATEST_TIERED_SINCE: i16 = 9;

/// The first version that tells the leader's epoch.
const LEADER_EPOCH_SINCE: i16 = 4;

/// The number in `isolation_level` of a reader of committed records.
const READ_COMMITTED: i8 = 1;

/// What is found.
#[derive(Clone, Copy)]
struct Found {
    timestamp: i64,
    offset: i64,
    leader_epoch: i32,
}

impl Found {
    const NOTHING: Self = Self {
        timestamp: -1,
        offset: -1,
        leader_epoch: -1,
    };

    fn end(offset: i64) -> Self {
        Self {
            timestamp: -1,
            offset,
            leader_epoch: LEADER_EPOCH,
        }
    }

    /// A record, if the reader may see it.
    fn record(timed: Option<Timed>, end: i64) -> Self {
        timed
            .filter(|timed| timed.offset < end)
            .map_or(Self::NOTHING, |timed| Self {
                timestamp: timed.timestamp,
                offset: timed.offset,
                leader_epoch: LEADER_EPOCH,
            })
    }
}

impl Broker {
    pub(crate) fn list_offsets(&mut self, call: &Call, request: ListOffsetsRequest) -> Reply {
        let isolation = if request.isolation_level == READ_COMMITTED {
            Isolation::Committed
        } else {
            Isolation::Uncommitted
        };
        let places = request.topics.iter().flat_map(|topic| {
            let partitions = topic.partitions.iter();
            partitions.map(|partition| (topic.name.clone(), partition.partition_index))
        });
        let repeated = repeated(places);
        let topics = request
            .topics
            .into_iter()
            .map(|topic| {
                let partitions = topic
                    .partitions
                    .iter()
                    .map(|wanted| {
                        let found = if repeated.contains(&(topic.name.clone(), wanted.partition_index)) {
                            Err(ResponseError::InvalidRequest)
                        } else {
                            self.list_offset(call.version, &topic.name, wanted, isolation)
                        };
                        response(call.version, wanted.partition_index, found)
                    })
                    .collect();
                ListOffsetsTopicResponse::default()
                    .with_name(topic.name)
                    .with_partitions(partitions)
            })
            .collect();
        Reply::Now(ListOffsetsResponse::default().with_topics(topics).into())
    }

    fn list_offset(
        &mut self,
        version: i16,
        topic: &str,
        wanted: &ListOffsetsPartition,
        isolation: Isolation,
    ) -> Result<Found, ResponseError> {
        let absent = ResponseError::UnknownTopicOrPartition;
        let id = self.topics.topic(topic).ok_or(absent)?.id;
        let log = LogId {
            topic: id,
            partition: wanted.partition_index,
        };
        let partition = self.topics.log(log).ok_or(absent)?;
        Partition::check_leader_epoch(wanted.current_leader_epoch)?;
        let mut store = LogStore {
            storage: &mut *self.storage,
            log,
        };
        let failed = |_| ResponseError::KafkaStorageError;
        let end = partition.end_for(isolation);
        match wanted.timestamp {
            LATEST => Ok(Found::end(end)),
            EARLIEST => Ok(Found::end(partition.log_start())),
            EARLIEST_LOCAL if version >= EARLIEST_LOCAL_SINCE => Ok(Found::end(partition.log_start())),
            LATEST_TIERED if version >= LATEST_TIERED_SINCE => Ok(Found::NOTHING),
            MAX_TIMESTAMP if version >= MAX_TIMESTAMP_SINCE => partition
                .latest_by_time(&mut store)
                .map(|timed| Found::record(timed, end))
                .map_err(failed),
            time @ 0.. => partition
                .first_since(&mut store, time)
                .map(|timed| Found::record(timed, end))
                .map_err(failed),
            _ => Err(ResponseError::UnsupportedVersion),
        }
    }
}

fn response(version: i16, partition: i32, found: Result<Found, ResponseError>) -> ListOffsetsPartitionResponse {
    let Found {
        timestamp,
        offset,
        leader_epoch,
    } = *found.as_ref().unwrap_or(&Found::NOTHING);
    let response = ListOffsetsPartitionResponse::default()
        .with_partition_index(partition)
        .with_error_code(found.err().map_or(0, |error| error.code()))
        .with_timestamp(timestamp)
        .with_offset(offset);
    if version >= LEADER_EPOCH_SINCE {
        response.with_leader_epoch(leader_epoch)
    } else {
        response
    }
}

#[cfg(test)]
#[path = "list_offsets_tests.rs"]
mod tests;
