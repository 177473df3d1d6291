//! AddPartitionsToTxn: partitions come under a transaction (clients, up to version 3), or are checked to be (brokers,
//! several transactions in one request).

use kafka_protocol::{
    ResponseError,
    messages::{
        AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
        add_partitions_to_txn_request::{AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction},
        add_partitions_to_txn_response::{
            AddPartitionsToTxnPartitionResult, AddPartitionsToTxnResult, AddPartitionsToTxnTopicResult,
        },
    },
};

use crate::{
    Broker, Call, Reply,
    transactions::{Place, Producer, fenced_as_known},
};

/// The first version whose clients know PRODUCER_FENCED.
const KNOWS_FENCED: i16 = 2;
/// The first version with several transactions.
const BATCHED: i16 = 4;

impl Broker {
    pub(crate) fn add_partitions_to_txn(&mut self, call: &Call, request: AddPartitionsToTxnRequest) -> Reply {
        let response = AddPartitionsToTxnResponse::default();
        if call.version >= BATCHED {
            let add = |transaction| self.add_partitions(call, transaction);
            let results = request.transactions.into_iter().map(add).collect();
            return Reply::Now(response.with_results_by_transaction(results).into());
        }
        let transaction = AddPartitionsToTxnTransaction::default()
            .with_transactional_id(request.v3_and_below_transactional_id)
            .with_producer_id(request.v3_and_below_producer_id)
            .with_producer_epoch(request.v3_and_below_producer_epoch)
            .with_topics(request.v3_and_below_topics);
        let result = self.add_partitions(call, transaction);
        Reply::Now(response.with_results_by_topic_v3_and_below(result.topic_results).into())
    }

    fn add_partitions(&mut self, call: &Call, request: AddPartitionsToTxnTransaction) -> AddPartitionsToTxnResult {
        let result = AddPartitionsToTxnResult::default().with_transactional_id(request.transactional_id.clone());
        let producer = Producer {
            id: request.producer_id.0,
            epoch: request.producer_epoch,
        };
        let known =
            |topic: &AddPartitionsToTxnTopic, partition| self.topics.partition(&topic.name, partition).is_some();
        let are_known = |topic: &AddPartitionsToTxnTopic| topic.partitions.iter().all(|number| known(topic, *number));
        let topics = if !request.topics.iter().all(are_known) {
            // One that is missing fails them all.
            results(request.topics.clone(), |topic, partition| {
                if known(topic, partition) {
                    ResponseError::OperationNotAttempted.code()
                } else {
                    ResponseError::UnknownTopicOrPartition.code()
                }
            })
        } else if request.verify_only {
            results(request.topics.clone(), |topic, partition| {
                let place = self.place(topic, partition);
                let verify = |place| self.transactions.verify(&request.transactional_id, producer, &place);
                code(place.and_then(verify), call.version)
            })
        } else {
            let each = |topic: &AddPartitionsToTxnTopic| -> Result<Vec<_>, _> {
                topic
                    .partitions
                    .iter()
                    .map(|number| self.place(topic, *number))
                    .collect()
            };
            let places = request.topics.iter().map(each).collect::<Result<Vec<_>, _>>();
            let added = places.and_then(|places| {
                self.add_to_transaction(&request.transactional_id, producer, &places.concat(), call.now)
            });
            let code = code(added, call.version);
            results(request.topics, |_, _| code)
        };
        result.with_topic_results(topics)
    }

    fn place(&self, topic: &AddPartitionsToTxnTopic, partition: i32) -> Result<Place, ResponseError> {
        let topic = self
            .topics
            .topic(&topic.name)
            .ok_or(ResponseError::UnknownTopicOrPartition)?
            .id;
        Ok(Place::Partition { topic, partition })
    }
}

fn code(result: Result<(), ResponseError>, version: i16) -> i16 {
    result.map_or_else(|error| fenced_as_known(error, version, KNOWS_FENCED).code(), |()| 0)
}

fn results(
    topics: Vec<AddPartitionsToTxnTopic>,
    mut code: impl FnMut(&AddPartitionsToTxnTopic, i32) -> i16,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let mut of_topic = |topic: AddPartitionsToTxnTopic| {
        let of_partition = |number: &i32| {
            AddPartitionsToTxnPartitionResult::default()
                .with_partition_index(*number)
                .with_partition_error_code(code(&topic, *number))
        };
        let partitions = topic.partitions.iter().map(of_partition).collect();
        AddPartitionsToTxnTopicResult::default()
            .with_name(topic.name.clone())
            .with_results_by_partition(partitions)
    };
    topics.into_iter().map(&mut of_topic).collect()
}
