//! Fetch: batches from many partitions at once, or as soon as there are any.
//!
//! Sessions are declined: each answer has session id 0, so each request names all of its partitions.

use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        BrokerId, FetchRequest, FetchResponse, ProducerId,
        fetch_request::{FetchPartition, FetchTopic},
        fetch_response::{AbortedTransaction, FetchableTopicResponse, PartitionData},
    },
};

use crate::{
    Broker, Call, ConnectionId, LogId, Reply, Timestamp,
    log::{FetchId, Isolation, LogStore, Partition, Read, Wanted},
    topics::{Topic, Topics},
};

/// The first version that names topics by their ids.
const TOPIC_IDS: i16 = 13;
/// The first version that tells of a follower in a field of its own.
const REPLICA_STATE: i16 = 15;
/// The most bytes of records in a response, as `fetch.max.bytes` of a broker.
const BYTES_MAX: usize = 55 * 1024 * 1024;
/// The longest that a fetch waits; longer wishes are cut, so that no answer is due after its connection is forgotten.
const WAIT_MAX: Duration = Duration::from_secs(300);
/// The number in `isolation_level` of a reader of committed records.
const READ_COMMITTED: i8 = 1;
/// Who is no follower.
const CONSUMER: BrokerId = BrokerId(-1);

impl Broker {
    pub(crate) fn fetch(&mut self, call: &Call, request: FetchRequest) -> Reply {
        if request.session_id != 0 && request.session_epoch > 0 {
            let unknown = FetchResponse::default().with_error_code(ResponseError::FetchSessionIdNotFound.code());
            return Reply::Now(unknown.into());
        }
        let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or_default()).min(WAIT_MAX);
        if wait.is_zero() || request.topics.is_empty() || is_served(&self.topics, call.version, &request) {
            return Reply::Now(self.fetched(call, &request).into());
        }
        let isolation = isolation(&request);
        let wanted: Vec<(LogId, i64)> = logs_of(&self.topics, call.version, &request)
            .map(|(log, partition)| (log, partition.fetch_offset))
            .collect();
        let id = self.fetches.wait(call.clone(), request, call.now.plus(wait));
        for (log, offset) in wanted {
            if let Some((partition, _)) = self.topics.log_mut(log) {
                partition.wait(id, offset, isolation);
            }
        }
        Reply::Later
    }

    /// Answers the fetches for which there is something to read since they wait.
    pub(crate) fn serve_fetches(&mut self) {
        for id in self.fetches.take_woken() {
            let is_served = self
                .fetches
                .get(id)
                .is_some_and(|waiting| is_served(&self.topics, waiting.call.version, &waiting.request));
            if is_served {
                self.end_fetch(id);
            }
        }
    }

    /// Answers the fetches whose time is up.
    pub(crate) fn tick_fetches(&mut self, now: Timestamp) {
        for id in self.fetches.due(now) {
            self.end_fetch(id);
        }
    }

    /// Forgets the fetches of a connection.
    pub(crate) fn forget_fetches(&mut self, connection: ConnectionId) {
        for id in self.fetches.of(connection) {
            self.stop_waiting(id);
        }
    }

    fn end_fetch(&mut self, id: FetchId) {
        if let Some((call, request)) = self.stop_waiting(id) {
            let response = self.fetched(&call, &request);
            self.answer(call.id, response.into());
        }
    }

    fn stop_waiting(&mut self, id: FetchId) -> Option<(Call, FetchRequest)> {
        let waiting = self.fetches.remove(id)?;
        let logs: Vec<_> = logs_of(&self.topics, waiting.call.version, &waiting.request)
            .map(|(log, _)| log)
            .collect();
        for log in logs {
            if let Some((partition, _)) = self.topics.log_mut(log) {
                partition.stop_waiting(id);
            }
        }
        Some((waiting.call, waiting.request))
    }

    /// Reads what a fetch asks for, as far as it is there.
    fn fetched(&mut self, call: &Call, request: &FetchRequest) -> FetchResponse {
        let mut limits = Limits::of(request);
        let mut responses = Vec::with_capacity(request.topics.len());
        for topic in &request.topics {
            let found = find(&self.topics, call.version, topic);
            let partitions = topic
                .partitions
                .iter()
                .map(|wanted| {
                    let read = check(call.version, request, wanted).and(found).and_then(|found| {
                        let log = partition_of(found, wanted)?;
                        let mut store = LogStore {
                            storage: &mut *self.storage,
                            log: LogId {
                                topic: found.id,
                                partition: wanted.partition,
                            },
                        };
                        let read = log.read(&mut store, limits.wanted(request, wanted))?;
                        Ok((log, read))
                    });
                    if let Ok((_, read)) = &read {
                        limits.took(read.records.len());
                    }
                    partition_data(wanted.partition, isolation(request), read)
                })
                .collect();
            responses.push(
                FetchableTopicResponse::default()
                    .with_topic(topic.topic.clone())
                    .with_topic_id(topic.topic_id)
                    .with_partitions(partitions),
            );
        }
        FetchResponse::default().with_responses(responses)
    }
}

/// How much a response may still hold.
struct Limits {
    bytes_left: usize,
    is_empty: bool,
}

impl Limits {
    fn of(request: &FetchRequest) -> Self {
        Self {
            bytes_left: usize::try_from(request.max_bytes).unwrap_or_default().min(BYTES_MAX),
            is_empty: true,
        }
    }

    fn wanted(&self, request: &FetchRequest, partition: &FetchPartition) -> Wanted {
        let bytes_max = usize::try_from(partition.partition_max_bytes).unwrap_or_default();
        Wanted {
            offset: partition.fetch_offset,
            isolation: isolation(request),
            bytes_max: bytes_max.min(self.bytes_left),
            one_at_least: self.is_empty,
        }
    }

    fn took(&mut self, bytes: usize) {
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        self.is_empty &= bytes == 0;
    }
}

/// Whether a fetch is to be answered at once: there is enough to read, or something is wrong.
fn is_served(topics: &Topics, version: i16, request: &FetchRequest) -> bool {
    let bytes_min = usize::try_from(request.min_bytes).unwrap_or_default();
    let mut limits = Limits::of(request);
    let mut bytes = 0;
    for topic in &request.topics {
        let found = find(topics, version, topic);
        for wanted in &topic.partitions {
            let readable = check(version, request, wanted)
                .and(found)
                .and_then(|found| partition_of(found, wanted)?.readable(limits.wanted(request, wanted)));
            match readable {
                Ok(readable) => {
                    limits.took(readable);
                    bytes += readable;
                }
                Err(_) => return true,
            }
        }
    }
    bytes >= bytes_min
}

/// The logs that a request names, as far as there are such.
fn logs_of<'a>(
    topics: &'a Topics,
    version: i16,
    request: &'a FetchRequest,
) -> impl Iterator<Item = (LogId, &'a FetchPartition)> {
    request.topics.iter().flat_map(move |topic| {
        let found = find(topics, version, topic).ok().map(|found| found.id);
        topic.partitions.iter().filter_map(move |wanted| {
            let log = LogId {
                topic: found?,
                partition: wanted.partition,
            };
            Some((log, wanted))
        })
    })
}

fn find<'a>(topics: &'a Topics, version: i16, topic: &FetchTopic) -> Result<&'a Topic, ResponseError> {
    if version >= TOPIC_IDS {
        topics.by_id(topic.topic_id).ok_or(ResponseError::UnknownTopicId)
    } else {
        topics.topic(&topic.topic).ok_or(ResponseError::UnknownTopicOrPartition)
    }
}

fn partition_of<'a>(topic: &'a Topic, wanted: &FetchPartition) -> Result<&'a Partition, ResponseError> {
    usize::try_from(wanted.partition)
        .ok()
        .and_then(|number| topic.partitions.get(number))
        .ok_or(ResponseError::UnknownTopicOrPartition)
}

/// There are no followers, and one epoch of the leader.
fn check(version: i16, request: &FetchRequest, wanted: &FetchPartition) -> Result<(), ResponseError> {
    let replica = if version >= REPLICA_STATE {
        request.replica_state.replica_id
    } else {
        request.replica_id
    };
    Partition::check_leader_epoch(wanted.current_leader_epoch)?;
    match replica {
        CONSUMER => Ok(()),
        _ if wanted.current_leader_epoch >= 0 => Err(ResponseError::UnknownLeaderEpoch),
        _ => Err(ResponseError::NotLeaderOrFollower),
    }
}

fn isolation(request: &FetchRequest) -> Isolation {
    if request.isolation_level == READ_COMMITTED {
        Isolation::Committed
    } else {
        Isolation::Uncommitted
    }
}

fn partition_data(
    partition: i32,
    isolation: Isolation,
    read: Result<(&Partition, Read), ResponseError>,
) -> PartitionData {
    let data = PartitionData::default().with_partition_index(partition);
    match read {
        Ok((log, read)) => {
            let aborted = read.aborted.iter().map(|transaction| {
                AbortedTransaction::default()
                    .with_producer_id(ProducerId(transaction.producer_id))
                    .with_first_offset(transaction.first_offset)
            });
            data.with_high_watermark(log.high_watermark())
                .with_last_stable_offset(log.last_stable_offset())
                .with_log_start_offset(log.log_start())
                .with_aborted_transactions((isolation == Isolation::Committed).then(|| aborted.collect()))
                .with_records(Some(read.records))
        }
        Err(error) => data
            .with_error_code(error.code())
            .with_high_watermark(-1)
            .with_last_stable_offset(-1)
            .with_log_start_offset(-1)
            .with_aborted_transactions(None)
            .with_records(Some(Bytes::new())),
    }
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
