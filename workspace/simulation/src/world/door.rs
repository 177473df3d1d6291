//! What turns requests away before the broker sees them: access rules, limits, and coordinators that are not ready.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::{
    ResponseError,
    messages::{
        AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, EndTxnResponse, InitProducerIdResponse, ProduceRequest,
        ProduceResponse, RequestKind, ResponseKind,
        add_partitions_to_txn_response::{AddPartitionsToTxnPartitionResult, AddPartitionsToTxnTopicResult},
        produce_response::{PartitionProduceResponse, TopicProduceResponse},
    },
};
use palinode_core::Timestamp;

/// What turns requests away.
#[derive(Debug, Default)]
pub(super) struct Door {
    /// Topics that refuse every record, and how.
    pub(super) refusing: BTreeMap<String, Refusal>,
    /// Coordinators are not ready until then.
    loading_until: Timestamp,
    /// How long they are not, after the broker's next start.
    loads_ms: Option<i64>,
}

/// How a topic refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nobody may write to it.
    Forbidden,
    /// Every record is too large for it.
    TooLarge,
}

impl Door {
    /// After the broker's next start its coordinators are not ready for so long.
    pub(super) fn load_after_start(&mut self, ms: i64) {
        self.loads_ms = Some(ms);
    }

    /// The broker starts.
    pub(super) fn broker_starts(&mut self, now: Timestamp) {
        if let Some(ms) = self.loads_ms.take() {
            self.loading_until = Timestamp(now.0 + ms);
        }
    }

    /// Nothing is turned away any more.
    pub(super) fn open(&mut self) {
        *self = Self::default();
    }

    /// The answer to a request that is turned away.
    pub(super) fn turn_away(&self, request: &RequestKind, now: Timestamp) -> Option<ResponseKind> {
        let is_loading = now < self.loading_until;
        let loading = ResponseError::CoordinatorLoadInProgress;
        match request {
            RequestKind::InitProducerId(_) if is_loading => {
                let answer = InitProducerIdResponse::default()
                    .with_error_code(loading.code())
                    .with_producer_id((-1).into())
                    .with_producer_epoch(-1);
                Some(answer.into())
            }
            RequestKind::EndTxn(_) if is_loading => {
                Some(EndTxnResponse::default().with_error_code(loading.code()).into())
            }
            RequestKind::AddPartitionsToTxn(add) => {
                let forbidden = self.topics(Refusal::Forbidden);
                let is_forbidden = add
                    .v3_and_below_topics
                    .iter()
                    .any(|topic| forbidden.contains(topic.name.as_str()));
                if is_loading {
                    return Some(added(add, |_| loading).into());
                }
                let code = |topic: &str| {
                    if forbidden.contains(topic) {
                        ResponseError::TopicAuthorizationFailed
                    } else {
                        ResponseError::OperationNotAttempted
                    }
                };
                is_forbidden.then(|| added(add, code).into())
            }
            RequestKind::Produce(produce) => {
                let strict = self.topics(Refusal::TooLarge);
                let is_refused = produce
                    .topic_data
                    .iter()
                    .any(|topic| strict.contains(topic.name.as_str()));
                let code = |topic: &str| {
                    if strict.contains(topic) {
                        ResponseError::MessageTooLarge
                    } else {
                        ResponseError::NotEnoughReplicas
                    }
                };
                is_refused.then(|| produced(produce, code).into())
            }
            _ => None,
        }
    }

    fn topics(&self, refusal: Refusal) -> BTreeSet<&str> {
        self.refusing
            .iter()
            .filter(|(_, how)| **how == refusal)
            .map(|(topic, _)| topic.as_str())
            .collect()
    }
}

fn added(request: &AddPartitionsToTxnRequest, code: impl Fn(&str) -> ResponseError) -> AddPartitionsToTxnResponse {
    let topics = request.v3_and_below_topics.iter().map(|topic| {
        let result = |partition: &i32| {
            AddPartitionsToTxnPartitionResult::default()
                .with_partition_index(*partition)
                .with_partition_error_code(code(&topic.name).code())
        };
        AddPartitionsToTxnTopicResult::default()
            .with_name(topic.name.clone())
            .with_results_by_partition(topic.partitions.iter().map(result).collect())
    });
    AddPartitionsToTxnResponse::default().with_results_by_topic_v3_and_below(topics.collect())
}

fn produced(request: &ProduceRequest, code: impl Fn(&str) -> ResponseError) -> ProduceResponse {
    let topics = request.topic_data.iter().map(|topic| {
        let partitions = topic.partition_data.iter().map(|data| {
            PartitionProduceResponse::default()
                .with_index(data.index)
                .with_error_code(code(&topic.name).code())
                .with_base_offset(-1)
        });
        TopicProduceResponse::default()
            .with_name(topic.name.clone())
            .with_partition_responses(partitions.collect())
    });
    ProduceResponse::default().with_responses(topics.collect())
}
