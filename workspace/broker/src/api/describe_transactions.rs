//! DescribeTransactions: where transactional ids stand.

use std::collections::BTreeMap;

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeTransactionsRequest, DescribeTransactionsResponse, ProducerId, TopicName, TransactionalId,
        describe_transactions_response::{TopicData, TransactionState},
    },
    protocol::StrBytes,
};

use crate::{
    Broker, Call, Reply,
    transactions::{Place, Transaction},
};

/// The topic under whose name groups' offsets are shown.
const OFFSETS_TOPIC: StrBytes = StrBytes::from_static_str("__consumer_offsets");
/// Kafka's `offsets.topic.num.partitions`: by it the number that a group's offsets are shown under is found.
const OFFSETS_PARTITIONS: i32 = 50;

impl Broker {
    pub(crate) fn describe_transactions(&mut self, _call: &Call, request: DescribeTransactionsRequest) -> Reply {
        let states = request
            .transactional_ids
            .into_iter()
            .map(|id| self.describe_transaction(id));
        let response = DescribeTransactionsResponse::default().with_transaction_states(states.collect());
        Reply::Now(response.into())
    }

    fn describe_transaction(&self, id: TransactionalId) -> TransactionState {
        let state = TransactionState::default().with_transactional_id(id.clone());
        if id.is_empty() {
            return state.with_error_code(ResponseError::InvalidRequest.code());
        }
        let Some(transaction) = self.transactions.of(&id) else {
            return state.with_error_code(ResponseError::TransactionalIdNotFound.code());
        };
        state
            .with_producer_id(ProducerId(transaction.producer.id))
            .with_producer_epoch(transaction.producer.epoch)
            .with_transaction_state(StrBytes::from_static_str(transaction.stage.name()))
            .with_transaction_timeout_ms(transaction.timeout_ms)
            .with_transaction_start_time_ms(transaction.started.map_or(-1, |started| started.0))
            .with_topics(self.topics_of(transaction))
    }

    fn topics_of(&self, transaction: &Transaction) -> Vec<TopicData> {
        let mut topics: BTreeMap<StrBytes, Vec<i32>> = BTreeMap::new();
        for place in &transaction.places {
            let (name, partition) = match place {
                Place::Partition { topic, partition } => match self.topics.name_of(*topic) {
                    Some(name) => (name.clone(), *partition),
                    None => continue,
                },
                Place::Offsets { group } => (OFFSETS_TOPIC, offsets_partition(group)),
            };
            topics.entry(name).or_default().push(partition);
        }
        let data = |(name, mut partitions): (StrBytes, Vec<i32>)| {
            partitions.sort_unstable();
            partitions.dedup();
            TopicData::default()
                .with_topic(TopicName(name))
                .with_partitions(partitions)
        };
        topics.into_iter().map(data).collect()
    }
}

/// The partition of the offsets topic that Kafka keeps a group's offsets in: by Java's hash of its name.
fn offsets_partition(group: &str) -> i32 {
    let hash = group
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    hash.checked_abs().unwrap_or_default() % OFFSETS_PARTITIONS
}

#[cfg(test)]
mod tests {
    use super::offsets_partition;

    #[test]
    fn a_group_is_shown_where_kafka_keeps_it() {
        // Java: "a".hashCode() is 97, and the last one is the smallest int, which has no absolute value.
        assert_eq!(offsets_partition("a"), 47);
        assert_eq!(offsets_partition(""), 0);
        assert_eq!(offsets_partition("polygenelubricants"), 0);
    }
}
