//! One transaction: its records are delivered, and then it is ended; as `palinode-log` does it with librdkafka.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        ProduceRequest, ProduceResponse, ResponseKind, TopicName, TransactionalId,
        produce_request::{PartitionProduceData, TopicProduceData},
    },
};
use palinode_core::Timestamp;
use palinode_log::{Outcome, Produced, Refused, TopicPartition};

use super::{
    producer::{Producer, Stop, may_pass, text},
    settings::{ABORT_MS, COMMIT_MS, PRODUCE_VERSION, TRANSACTION_MS},
};
use crate::broker::{Sender, encode};

/// In so many transactions the records of each partition are sent alone: one in this many.
const SENT_ALONE: u64 = 4;

/// Why a transaction is not committed.
enum Trouble {
    Stop(Stop),
    /// A topic refused: the record, when it is known, and in which words.
    Refused(Refused, String),
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// The records of each partition, by their places in the transaction.
type Batches = BTreeMap<TopicPartition, Vec<usize>>;

impl Producer {
    /// Writes `records` in one transaction. After `Fenced` and `Indefinite` the producer has to be dropped. The journal is
    /// the partition whose last offset is told.
    pub(super) async fn commit(&mut self, records: &[Produced], journal: &TopicPartition) -> Outcome {
        let started = self.link.hold().now();
        match self.deliver(records, journal, started).await {
            Ok(journal_offset) => {
                let deadline = Timestamp(started.0 + COMMIT_MS);
                match self.end(true, deadline).await {
                    Ok(()) => Outcome::Committed { journal_offset },
                    Err(stop) => self.lost(stop, started),
                }
            }
            Err(Trouble::Stop(stop @ Stop::Fatal(_))) => self.lost(stop, started),
            Err(Trouble::Stop(Stop::Failed(reason))) => self.abort(reason, None, started).await,
            Err(Trouble::Refused(refused, reason)) => self.abort(reason, Some(refused), started).await,
        }
    }

    /// Gives the offset of the last record of the journal.
    async fn deliver(
        &mut self,
        records: &[Produced],
        journal: &TopicPartition,
        started: Timestamp,
    ) -> Result<Option<i64>, Trouble> {
        let deadline = Timestamp(started.0 + TRANSACTION_MS);
        let mut batches = Batches::new();
        for (place, record) in records.iter().enumerate() {
            let Some(at) = self.partitions.of(record) else {
                let topic = Arc::clone(&record.topic);
                let reason = format!("'{topic}' refused a record: it does not exist");
                return Err(Trouble::Refused(
                    Refused {
                        topic,
                        record: Some(place),
                    },
                    reason,
                ));
            };
            batches.entry(at).or_default().push(place);
        }
        if let Some((topic, error)) = self.add(batches.keys(), deadline).await? {
            let reason = format!("the topic '{topic}' could not be added: {error}");
            return Err(Trouble::Refused(Refused { topic, record: None }, reason));
        }
        let alone = self.link.hold().space.borrow_mut().network.chance(1, SENT_ALONE);
        let mut journal_offset = None;
        if alone {
            for batch in batches {
                let batch = Batches::from([batch]);
                journal_offset = self.send(records, batch, journal, deadline).await?.or(journal_offset);
            }
        } else {
            journal_offset = self.send(records, batches, journal, deadline).await?;
        }
        Ok(journal_offset)
    }

    async fn send(
        &mut self,
        records: &[Produced],
        mut batches: Batches,
        journal: &TopicPartition,
        deadline: Timestamp,
    ) -> Result<Option<i64>, Trouble> {
        let mut journal_offset = None;
        loop {
            let now = self.link.hold().now();
            let request = self.produce(records, &batches, now);
            // Until they are acknowledged nobody knows what the broker has.
            let answer = self
                .link
                .insist(PRODUCE_VERSION, || request.clone(), TRANSACTION_MS, deadline)
                .await;
            let Ok(ResponseKind::Produce(answer)) = answer else {
                self.needs_epoch = true;
                return Err(Stop::Failed("a record was not delivered in time".into()).into());
            };
            let error = self.delivered(&answer, &mut batches, journal, &mut journal_offset)?;
            if batches.is_empty() {
                return Ok(journal_offset);
            }
            let error = error.unwrap_or(ResponseError::UnknownServerError);
            self.pause(error, deadline)
                .await
                .inspect_err(|_| self.needs_epoch = true)?;
        }
    }

    /// Takes in what was delivered and leaves what is to be sent again. A refusal is told when everything else is known: the
    /// broker may have taken what stands behind it in the answer.
    fn delivered(
        &mut self,
        answer: &ProduceResponse,
        batches: &mut Batches,
        journal: &TopicPartition,
        journal_offset: &mut Option<i64>,
    ) -> Result<Option<ResponseError>, Trouble> {
        let (mut again, mut refused) = (None, None);
        for topic in &answer.responses {
            for partition in &topic.partition_responses {
                let at = TopicPartition::new(topic.name.as_str(), partition.index);
                let Some(places) = batches.get(&at) else { continue };
                match ResponseError::try_from_code(partition.error_code) {
                    None => {
                        let count = i32::try_from(places.len()).unwrap_or(i32::MAX);
                        if at == *journal {
                            *journal_offset = Some(partition.base_offset + i64::from(count) - 1);
                        }
                        *self.sequences.entry(at.clone()).or_default() += count;
                        batches.remove(&at);
                    }
                    Some(error) if may_pass(error) || error == ResponseError::UnknownTopicOrPartition => {
                        again = Some(error);
                    }
                    Some(error) if is_refusal(error) => {
                        let record = places.first().copied();
                        let reason = format!("'{}' refused a record: {error}", at.topic);
                        let topic = Arc::clone(&at.topic);
                        refused.get_or_insert(Trouble::Refused(Refused { topic, record }, reason));
                        batches.remove(&at);
                    }
                    Some(error) if is_fenced(error) => return Err(Stop::Fatal(error).into()),
                    Some(error) => {
                        self.needs_epoch = true;
                        return Err(Stop::Failed(error.to_string()).into());
                    }
                }
            }
        }
        match refused {
            Some(trouble) => {
                // What is neither delivered nor refused may be there.
                self.needs_epoch |= !batches.is_empty();
                Err(trouble)
            }
            None => Ok(again),
        }
    }

    fn produce(&self, records: &[Produced], batches: &Batches, now: Timestamp) -> ProduceRequest {
        let mut topics: BTreeMap<&str, Vec<PartitionProduceData>> = BTreeMap::new();
        for (at, places) in batches {
            let sender = Sender {
                id: self.instance.0,
                epoch: self.instance.1,
                sequence: self.sequences.get(at).copied().unwrap_or(0),
                is_transactional: true,
            };
            let of_batch: Vec<&Produced> = places.iter().filter_map(|place| records.get(*place)).collect();
            topics.entry(&at.topic).or_default().push(
                PartitionProduceData::default()
                    .with_index(at.partition)
                    .with_records(Some(encode(sender, &of_batch, now.0))),
            );
        }
        let topics = topics.into_iter().map(|(name, partitions)| {
            TopicProduceData::default()
                .with_name(TopicName(text(name)))
                .with_partition_data(partitions)
        });
        ProduceRequest::default()
            .with_transactional_id(Some(TransactionalId(text(&self.id))))
            .with_acks(-1)
            .with_timeout_ms(i32::try_from(TRANSACTION_MS).unwrap_or(i32::MAX))
            .with_topic_data(topics.collect())
    }

    /// No commit was sent: aborts.
    async fn abort(&mut self, reason: String, refused: Option<Refused>, started: Timestamp) -> Outcome {
        let deadline = self.link.hold().after(ABORT_MS);
        while self.may_be_open || self.needs_epoch {
            let ended = if self.needs_epoch {
                self.init(deadline).await
            } else {
                self.end(false, deadline).await
            };
            match ended {
                Ok(()) => {}
                // The end itself asks for another epoch.
                Err(Stop::Failed(_)) if self.needs_epoch && self.link.hold().now() < deadline => {}
                Err(stop) => return self.lost(stop, started),
            }
        }
        Outcome::Aborted { reason, refused }
    }

    /// The producer is of no more use: tells whether another one has its id.
    fn lost(&self, stop: Stop, started: Timestamp) -> Outcome {
        let error = match stop {
            Stop::Failed(words) => {
                return Outcome::Indefinite {
                    reason: format!("'{}': {words}", self.id),
                };
            }
            Stop::Fatal(error) => error,
        };
        if !is_fenced(error) {
            return Outcome::Indefinite {
                reason: format!("'{}': {error}", self.id),
            };
        }
        if self.link.hold().now().0 - started.0 >= TRANSACTION_MS {
            let reason = format!("'{}' was silent longer than a transaction may take: {error}", self.id);
            return Outcome::Indefinite { reason };
        }
        Outcome::Fenced
    }
}

/// Whether the error says that another instance has the transactional id, or that the broker ended its transaction.
fn is_fenced(error: ResponseError) -> bool {
    matches!(
        error,
        ResponseError::ProducerFenced | ResponseError::InvalidProducerEpoch
    )
}

/// Whether the error blames the topic or the record.
fn is_refusal(error: ResponseError) -> bool {
    matches!(
        error,
        ResponseError::TopicAuthorizationFailed
            | ResponseError::MessageTooLarge
            | ResponseError::RecordListTooLarge
            | ResponseError::InvalidTopicException
            | ResponseError::InvalidRecord
            | ResponseError::InvalidTimestamp
            | ResponseError::PolicyViolation
    )
}
