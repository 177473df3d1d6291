//! A transactional id, and the transactions that are written by it.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        AddPartitionsToTxnRequest, EndTxnRequest, InitProducerIdRequest, InitProducerIdResponse, ResponseKind,
        TopicName, TransactionalId, add_partitions_to_txn_request::AddPartitionsToTxnTopic,
    },
};
use palinode_broker::StrBytes;
use palinode_core::Timestamp;
use palinode_log::{Error, TopicPartition};

use super::{
    Link, Partitions,
    settings::{ADD_VERSION, CONCURRENT_MS, END_VERSION, FENCE_MS, INIT_VERSION, RETRY_MS, TRANSACTION_MS},
};

/// A producer whose id is initialised.
pub(super) struct Producer {
    pub(super) link: Link,
    pub(super) id: Arc<str>,
    pub(super) partitions: Rc<Partitions>,
    /// The producer id and its epoch.
    pub(super) instance: (i64, i16),
    /// The sequence number of the next record of each partition.
    pub(super) sequences: BTreeMap<TopicPartition, i32>,
    /// Whether the broker may know of the transaction.
    pub(super) may_be_open: bool,
    /// Whether it is not known what the broker has of a partition, so that an abort takes another epoch.
    pub(super) needs_epoch: bool,
}

/// Why a call of a transaction does not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The client takes no further call.
    Fatal(ResponseError),
    /// Time is up, or the broker refused in a way that says nothing of the transaction.
    Failed(String),
}

impl Producer {
    /// Initialises `id`: older instances are fenced and their transaction is ended.
    pub(super) async fn fence(link: Link, id: Arc<str>, partitions: Rc<Partitions>) -> Result<Self, Error> {
        let deadline = link.hold().after(FENCE_MS);
        let what = format!("initialising the transactional id '{id}'");
        let mut producer = Self {
            link,
            id,
            partitions,
            instance: (-1, -1),
            sequences: BTreeMap::new(),
            may_be_open: false,
            needs_epoch: false,
        };
        match producer.init(deadline).await {
            Ok(()) => Ok(producer),
            Err(Stop::Failed(words)) => Err(Error::Unavailable {
                what: format!("{what}: {words}"),
            }),
            Err(Stop::Fatal(error)) => Err(Error::Refused {
                what: format!("{what}: {error}"),
            }),
        }
    }

    /// Takes the next epoch; the first time, whatever the instance before held.
    pub(super) async fn init(&mut self, deadline: Timestamp) -> Result<(), Stop> {
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(TransactionalId(text(&self.id))))
            .with_transaction_timeout_ms(i32::try_from(TRANSACTION_MS).unwrap_or(i32::MAX))
            .with_producer_id(self.instance.0.into())
            .with_producer_epoch(self.instance.1);
        loop {
            let answer = self
                .link
                .insist(INIT_VERSION, || request.clone(), TRANSACTION_MS, deadline)
                .await;
            let Ok(ResponseKind::InitProducerId(answer)) = answer else {
                return Err(Stop::Failed("no answer came in time".into()));
            };
            match ResponseError::try_from_code(answer.error_code) {
                None => {
                    self.initialised(&answer);
                    return Ok(());
                }
                Some(error) if !may_pass(error) => return Err(Stop::Fatal(error)),
                Some(error) => self.pause(error, deadline).await?,
            }
        }
    }

    fn initialised(&mut self, answer: &InitProducerIdResponse) {
        self.instance = (answer.producer_id.0, answer.producer_epoch);
        self.sequences.clear();
        self.may_be_open = false;
        self.needs_epoch = false;
    }

    /// Adds partitions to the transaction. A topic that refuses is given back.
    pub(super) async fn add(
        &mut self,
        partitions: impl Iterator<Item = &TopicPartition>,
        deadline: Timestamp,
    ) -> Result<Option<(Arc<str>, ResponseError)>, Stop> {
        let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
        partitions.for_each(|at| topics.entry(&at.topic).or_default().push(at.partition));
        let topics = topics.into_iter().map(|(name, partitions)| {
            AddPartitionsToTxnTopic::default()
                .with_name(TopicName(text(name)))
                .with_partitions(partitions)
        });
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(TransactionalId(text(&self.id)))
            .with_v3_and_below_producer_id(self.instance.0.into())
            .with_v3_and_below_producer_epoch(self.instance.1)
            .with_v3_and_below_topics(topics.collect());
        self.may_be_open = true;
        loop {
            let answer = self
                .link
                .insist(ADD_VERSION, || request.clone(), TRANSACTION_MS, deadline)
                .await;
            let Ok(ResponseKind::AddPartitionsToTxn(answer)) = answer else {
                return Err(Stop::Failed("a record was not delivered in time".into()));
            };
            let results = answer.results_by_topic_v3_and_below.iter().flat_map(|topic| {
                let codes = topic.results_by_partition.iter();
                codes.filter_map(|result| {
                    let error = ResponseError::try_from_code(result.partition_error_code)?;
                    Some((&topic.name, error))
                })
            });
            let mut errors = results.filter(|(_, error)| *error != ResponseError::OperationNotAttempted);
            let Some((topic, error)) = errors.next() else {
                return Ok(None);
            };
            match error {
                ResponseError::TopicAuthorizationFailed => {
                    let topic: Arc<str> = topic.as_str().into();
                    return Ok(Some((topic, error)));
                }
                ResponseError::UnknownProducerId | ResponseError::InvalidProducerIdMapping => {
                    self.needs_epoch = true;
                    return Err(Stop::Failed(error.to_string()));
                }
                error if may_pass(error) || error == ResponseError::UnknownTopicOrPartition => {
                    self.pause(error, deadline).await?;
                }
                error => return Err(Stop::Fatal(error)),
            }
        }
    }

    /// Ends the transaction. As librdkafka does it: asked again and again until an answer comes.
    pub(super) async fn end(&mut self, commits: bool, deadline: Timestamp) -> Result<(), Stop> {
        let request = EndTxnRequest::default()
            .with_transactional_id(TransactionalId(text(&self.id)))
            .with_producer_id(self.instance.0.into())
            .with_producer_epoch(self.instance.1)
            .with_committed(commits);
        loop {
            let answer = self
                .link
                .insist(END_VERSION, || request.clone(), TRANSACTION_MS, deadline)
                .await;
            let Ok(ResponseKind::EndTxn(answer)) = answer else {
                return Err(Stop::Failed("no answer came in time".into()));
            };
            match ResponseError::try_from_code(answer.error_code) {
                None => {
                    self.may_be_open = false;
                    return Ok(());
                }
                Some(error) if may_pass(error) => self.pause(error, deadline).await?,
                Some(error @ (ResponseError::UnknownProducerId | ResponseError::InvalidProducerIdMapping)) => {
                    self.needs_epoch = true;
                    return Err(Stop::Failed(error.to_string()));
                }
                Some(error) => return Err(Stop::Fatal(error)),
            }
        }
    }

    /// Waits a little before the next try, if there is time for one.
    pub(super) async fn pause(&self, error: ResponseError, deadline: Timestamp) -> Result<(), Stop> {
        if self.link.hold().now() >= deadline {
            return Err(Stop::Failed(error.to_string()));
        }
        let pause = if error == ResponseError::ConcurrentTransactions {
            CONCURRENT_MS
        } else {
            RETRY_MS
        };
        self.link.hold().sleep(pause).await;
        Ok(())
    }
}

/// Whether the same request may succeed in a moment.
pub(super) fn may_pass(error: ResponseError) -> bool {
    matches!(
        error,
        ResponseError::ConcurrentTransactions
            | ResponseError::CoordinatorLoadInProgress
            | ResponseError::CoordinatorNotAvailable
            | ResponseError::NotCoordinator
            | ResponseError::NotEnoughReplicas
            | ResponseError::NotLeaderOrFollower
            | ResponseError::RequestTimedOut
            | ResponseError::KafkaStorageError
    )
}

pub(super) fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}
