//! The right to write to a compacted topic, held by one at a time: look first, then write, and nobody wrote in between.
//!
//! Kafka's fencing is the lock: whoever initialises the transactional id ends what another one has under way, and the
//! other one cannot commit any more.

use bytes::Bytes;
use rdkafka::{
    error::KafkaError,
    producer::{BaseProducer, BaseRecord, Producer},
};

use super::{
    client,
    compacted::{CompactedTopic, Writes, deliver},
    failure,
    settings::{ABORT_TIMEOUT, COMMIT_TIMEOUT, FENCE_TIMEOUT, TRANSACTION_TIMEOUT},
};
use crate::{Error, Outcome};

/// The right to write once. It ends with its one commit, or when another one takes it.
pub struct Exclusive {
    topic: CompactedTopic,
    producer: BaseProducer<Writes>,
}

impl Exclusive {
    pub(super) fn take(topic: &CompactedTopic, id: &str) -> Result<Self, Error> {
        let what = format!("initialising the transactional id '{id}'");
        let failed = |error: &KafkaError| failure::environment(error, &what);
        let producer: BaseProducer<Writes> = client::writer(&topic.settings)
            .set("transactional.id", id)
            .set("transaction.timeout.ms", TRANSACTION_TIMEOUT.as_millis().to_string())
            .create_with_context(Writes::default())
            .map_err(|error| failed(&error))?;
        client::connect_to_leader(&producer, &topic.name, 0);
        producer
            .init_transactions(FENCE_TIMEOUT)
            .map_err(|error| failed(&error))?;
        Ok(Self {
            topic: topic.clone(),
            producer,
        })
    }

    /// Writes a value under each key, all or nothing. [`Outcome::Fenced`]: somebody else took the right, and nothing was
    /// written; [`Outcome::Indefinite`]: reading the topic tells whether it was.
    pub fn commit(self, records: &[(Bytes, Bytes)]) -> Outcome {
        match self.write(records) {
            Ok(()) => Outcome::Committed { journal_offset: None },
            Err(error) => self.ended(&error),
        }
    }

    fn write(&self, records: &[(Bytes, Bytes)]) -> Result<(), KafkaError> {
        self.producer.begin_transaction()?;
        for (key, value) in records {
            self.producer
                .send(BaseRecord::to(&self.topic.name).key(&key[..]).payload(&value[..]))
                .map_err(|(error, _)| error)?;
        }
        deliver(&self.producer)?;
        if let Some(error) = self.producer.context().failed.lock().take() {
            return Err(error);
        }
        self.producer.commit_transaction(COMMIT_TIMEOUT)
    }

    fn ended(&self, error: &KafkaError) -> Outcome {
        let fatal = self.producer.client().fatal_error();
        let code = fatal.as_ref().map(|(code, _)| *code).or(error.rdkafka_error_code());
        let reason = format!("writing to '{}': {error}", self.topic.name);
        if code.is_some_and(failure::is_fenced) {
            return Outcome::Fenced;
        }
        match self.producer.abort_transaction(ABORT_TIMEOUT) {
            Ok(()) => Outcome::Aborted { reason, refused: None },
            Err(KafkaError::Transaction(error)) if failure::is_fenced(error.code()) => Outcome::Fenced,
            Err(_) => Outcome::Indefinite { reason },
        }
    }
}
