//! Produce: batches are appended, each partition for itself.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        ProduceRequest, ProduceResponse,
        produce_request::{PartitionProduceData, TopicProduceData},
        produce_response::{BatchIndexAndErrorMessage, PartitionProduceResponse, TopicProduceResponse},
    },
    protocol::StrBytes,
};
use uuid::Uuid;

use crate::{
    Broker, Call, LogId, Reply,
    log::{Appended, Batch, LogStore, Refusal, single_batch},
    topics::is_internal,
    transactions::Producer,
};

/// The first version that names topics by their ids.
const TOPIC_IDS: i16 = 13;
/// The first version whose clients give each transaction an epoch of its own (KIP-890).
const EPOCH_BUMPS: i16 = 12;
/// What `acks` may be: none, the leader, all.
const ACKS: [i16; 3] = [0, 1, -1];

impl Broker {
    pub(crate) fn produce(&mut self, call: &Call, mut request: ProduceRequest) -> Reply {
        let acks = request.acks;
        let topics = std::mem::take(&mut request.topic_data);
        let responses = topics
            .into_iter()
            .map(|topic| self.produce_topic(call, &request, topic))
            .collect();
        if acks == 0 {
            return Reply::Never;
        }
        Reply::Now(ProduceResponse::default().with_responses(responses).into())
    }

    fn produce_topic(
        &mut self,
        call: &Call,
        request: &ProduceRequest,
        topic: TopicProduceData,
    ) -> TopicProduceResponse {
        let id = self.writable_topic(call, &topic);
        let partitions = topic
            .partition_data
            .into_iter()
            .map(|data| {
                let number = data.index;
                let appended = match id {
                    Ok(id) => self.produce_partition(call, request, id, &data),
                    Err(error) => Err(error.into()),
                };
                self.produced(number, id.ok(), appended)
            })
            .collect();
        TopicProduceResponse::default()
            .with_name(topic.name)
            .with_topic_id(topic.topic_id)
            .with_partition_responses(partitions)
    }

    fn writable_topic(&self, call: &Call, topic: &TopicProduceData) -> Result<Uuid, ResponseError> {
        let found = if call.version >= TOPIC_IDS {
            self.topics.by_id(topic.topic_id).ok_or(ResponseError::UnknownTopicId)?
        } else {
            self.topics
                .topic(&topic.name)
                .ok_or(ResponseError::UnknownTopicOrPartition)?
        };
        if is_internal(&found.name) {
            return Err(ResponseError::InvalidTopicException);
        }
        Ok(found.id)
    }

    fn produce_partition(
        &mut self,
        call: &Call,
        request: &ProduceRequest,
        topic: Uuid,
        data: &PartitionProduceData,
    ) -> Result<Appended, Refusal> {
        let log = LogId {
            topic,
            partition: data.index,
        };
        self.topics.log(log).ok_or(ResponseError::UnknownTopicOrPartition)?;
        let batch = single_batch(data.records.as_ref(), call.version)?;
        if batch.is_transactional() {
            self.verify(call, request, log, &batch)?;
        }
        // As in Kafka this comes last: by then the partition is under the transaction.
        if !ACKS.contains(&request.acks) {
            return Err(ResponseError::InvalidRequiredAcks.into());
        }
        let written_at = call.now.plus(self.records_ahead);
        let present = call.now.plus(self.clients_ahead).max(written_at);
        let (partition, config) = self.topics.log_mut(log).ok_or(ResponseError::UnknownTopicOrPartition)?;
        let mut store = LogStore {
            storage: &mut *self.storage,
            log,
        };
        let appended = partition.append(&mut store, batch, config, (written_at, present))?;
        self.cleaner.appended(call.now);
        for fetch in partition.served() {
            self.fetches.wake(fetch);
        }
        Ok(appended)
    }

    /// The first batch of a transaction in a partition is appended only if the coordinator knows of it.
    fn verify(
        &mut self,
        call: &Call,
        request: &ProduceRequest,
        log: LogId,
        batch: &Batch,
    ) -> Result<(), ResponseError> {
        let id = request
            .transactional_id
            .as_ref()
            .ok_or(ResponseError::TransactionalIdAuthorizationFailed)?;
        let (partition, _) = self.topics.log_mut(log).ok_or(ResponseError::UnknownTopicOrPartition)?;
        if !partition.needs_verification(batch) {
            return Ok(());
        }
        partition.verifying(batch, call.version >= EPOCH_BUMPS, call.now)?;
        let producer = Producer {
            id: batch.producer_id(),
            epoch: batch.producer_epoch(),
        };
        self.join_transaction(id, producer, log.topic, log.partition, call.version, call.now)
    }

    fn produced(
        &self,
        partition: i32,
        topic: Option<Uuid>,
        appended: Result<Appended, Refusal>,
    ) -> PartitionProduceResponse {
        let log_start = topic
            .and_then(|topic| self.topics.log(LogId { topic, partition }))
            .map_or(-1, |log| log.log_start());
        let response = PartitionProduceResponse::default().with_index(partition);
        match appended {
            Ok(appended) => response
                .with_base_offset(appended.base_offset)
                .with_log_append_time_ms(appended.append_time)
                .with_log_start_offset(log_start),
            Err(refusal) => {
                let faults = refusal
                    .records
                    .iter()
                    .map(|record| {
                        BatchIndexAndErrorMessage::default()
                            .with_batch_index(*record)
                            .with_batch_index_error_message(refusal.message.map(StrBytes::from_static_str))
                    })
                    .collect();
                response
                    .with_error_code(refusal.error.code())
                    .with_error_message(refusal.message.map(StrBytes::from_static_str))
                    .with_record_errors(faults)
                    .with_base_offset(-1)
                    .with_log_append_time_ms(-1)
                    .with_log_start_offset(-1)
            }
        }
    }
}

#[cfg(test)]
#[path = "produce_tests.rs"]
mod tests;
