//! Reads batches of committed records for a plain consumer group.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer as _},
    error::{KafkaError, RDKafkaErrorCode},
    message::{BorrowedMessage, Headers},
};
use tracing::{debug, warn};

use crate::{Error, Incoming, ServiceSettings, client};

/// The consumer of a service.
pub(crate) struct Consumer {
    client: BaseConsumer,
    prefix: String,
    records_max: usize,
    bytes_max: usize,
    /// The next offsets of the partitions that went on since the last commit.
    positions: BTreeMap<(String, i32), i64>,
    committed_at: Instant,
}

impl Consumer {
    /// # Errors
    /// When the client refuses its settings.
    pub(crate) fn new(settings: &ServiceSettings) -> Result<Self, Error> {
        let refused = |source| Error::Kafka {
            what: "the consumer's settings".into(),
            source,
        };
        let client: BaseConsumer = client::consumer(&settings.kafka, &settings.group())
            .create()
            .map_err(refused)?;
        let prefix = settings.kafka.topic_prefix.clone();
        let topics: Vec<String> = settings.topics.iter().map(|topic| format!("{prefix}{topic}")).collect();
        client
            .subscribe(&topics.iter().map(String::as_str).collect::<Vec<_>>())
            .map_err(refused)?;
        Ok(Self {
            client,
            prefix,
            records_max: settings.batch_records_max,
            bytes_max: settings.batch_bytes_max,
            positions: BTreeMap::new(),
            committed_at: Instant::now(),
        })
    }

    /// What is there, waiting at most `wait` for the first record.
    ///
    /// # Errors
    /// When the client can never go on, for example because another instance of the service took its place.
    pub(crate) fn poll(&self, wait: Duration) -> Result<Vec<Incoming>, Error> {
        let (mut batch, mut bytes, mut wait) = (Vec::new(), 0, wait);
        while batch.len() < self.records_max && bytes < self.bytes_max {
            match self.client.poll(wait) {
                None => break,
                Some(Ok(message)) => {
                    let incoming = self.incoming(&message);
                    bytes += incoming.bytes();
                    batch.push(incoming);
                }
                Some(Err(source)) if is_final(&source) => {
                    return Err(Error::Kafka {
                        what: "to let the consumer read on".into(),
                        source,
                    });
                }
                Some(Err(error)) => {
                    debug!(%error, "the consumer waits");
                    break;
                }
            }
            wait = Duration::ZERO;
        }
        Ok(batch)
    }

    /// Notes that `batch` is done, and commits the positions now and then. Losing a commit is harmless: what is read
    /// again gets the same answers.
    pub(crate) fn done(&mut self, batch: &[Incoming]) {
        for incoming in batch {
            self.positions
                .insert((incoming.topic.clone(), incoming.partition), incoming.offset + 1);
        }
        if !self.positions.is_empty() && self.committed_at.elapsed() >= COMMIT_EVERY {
            self.commit(CommitMode::Async);
            self.committed_at = Instant::now();
        }
    }

    /// Commits what is not committed yet.
    pub(crate) fn close(&mut self) {
        if !self.positions.is_empty() {
            self.commit(CommitMode::Sync);
        }
    }

    fn commit(&mut self, mode: CommitMode) {
        let mut positions = TopicPartitionList::with_capacity(self.positions.len());
        for ((topic, partition), offset) in std::mem::take(&mut self.positions) {
            let topic = format!("{}{topic}", self.prefix);
            if let Err(error) = positions.add_partition_offset(&topic, partition, Offset::Offset(offset)) {
                warn!(%error, topic, partition, offset, "a position cannot be named");
            }
        }
        if let Err(error) = self.client.commit(&positions, mode) {
            warn!(%error, "the positions were not committed; the records will be read again");
        }
    }

    fn incoming(&self, message: &BorrowedMessage<'_>) -> Incoming {
        let topic = message.topic();
        let headers = message.headers().map(|headers| {
            let named = headers
                .iter()
                .map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec()));
            named.collect()
        });
        Incoming {
            topic: topic.strip_prefix(&self.prefix).unwrap_or(topic).to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp().to_millis().unwrap_or(-1),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: headers.unwrap_or_default(),
        }
    }
}

fn is_final(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::Fatal | RDKafkaErrorCode::FencedInstanceId | RDKafkaErrorCode::GroupAuthorizationFailed)
    )
}

/// How often positions are committed: each batch would cost the broker more than what is read again after a crash.
const COMMIT_EVERY: Duration = Duration::from_millis(100);
