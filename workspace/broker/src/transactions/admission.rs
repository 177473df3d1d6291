//! Places come under a transaction: at the coordinator, or by the writing request itself (KIP-890).

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::{Place, Producer};
use crate::{Broker, Timestamp};

/// The first Produce by which a partition comes under the transaction without AddPartitionsToTxn (KIP-890, part 2).
const PRODUCE_JOINS: i16 = 12;
/// The first Produce whose client knows TRANSACTION_ABORTABLE.
const PRODUCE_KNOWS_ABORTABLE: i16 = 11;
/// The first TxnOffsetCommit by which a group comes under the transaction without AddOffsetsToTxn.
const OFFSETS_JOIN: i16 = 5;
/// The first TxnOffsetCommit whose client knows TRANSACTION_ABORTABLE.
const OFFSETS_KNOW_ABORTABLE: i16 = 4;

/// What a client's version of a writing request can do.
#[derive(Clone, Copy, PartialEq)]
enum Client {
    Old,
    KnowsAbortable,
    Joins,
}

impl Client {
    fn of_produce(version: i16) -> Self {
        match version {
            PRODUCE_JOINS.. => Self::Joins,
            PRODUCE_KNOWS_ABORTABLE.. => Self::KnowsAbortable,
            _ => Self::Old,
        }
    }

    fn of_offsets(version: i16) -> Self {
        match version {
            OFFSETS_JOIN.. => Self::Joins,
            OFFSETS_KNOW_ABORTABLE.. => Self::KnowsAbortable,
            _ => Self::Old,
        }
    }

    /// The coordinator's error as a client that writes understands it.
    fn read(self, error: ResponseError) -> ResponseError {
        match error {
            ResponseError::ProducerFenced => ResponseError::InvalidProducerEpoch,
            ResponseError::TransactionAbortable if self == Self::Old => ResponseError::InvalidTxnState,
            ResponseError::ConcurrentTransactions if self != Self::Joins => ResponseError::NotEnoughReplicas,
            other => other,
        }
    }
}

impl Broker {
    /// Lets a transactional batch of a Produce of this version into a partition: it is under the transaction, or comes under
    /// it by the batch itself (from version 12). To be asked where the partition has no open transaction of this instance.
    ///
    /// # Errors
    /// Kafka's error codes, as a client of this version knows them.
    pub(crate) fn join_transaction(
        &mut self,
        transactional_id: &str,
        producer: Producer,
        topic: Uuid,
        partition: i32,
        version: i16,
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        let client = Client::of_produce(version);
        self.enter(
            transactional_id,
            producer,
            Place::Partition { topic, partition },
            client,
            now,
        )
        .map_err(|error| client.read(error))
    }

    /// Lets a TxnOffsetCommit of this version commit offsets of a group.
    ///
    /// # Errors
    /// Kafka's error codes, as a client of this version knows them.
    pub(crate) fn join_transaction_with_offsets(
        &mut self,
        transactional_id: &str,
        producer: Producer,
        group: &str,
        version: i16,
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        let client = Client::of_offsets(version);
        let place = Place::Offsets {
            group: group.to_owned(),
        };
        self.enter(transactional_id, producer, place, client, now)
            .map_err(|error| match client.read(error) {
                ResponseError::NotEnoughReplicas => ResponseError::CoordinatorNotAvailable,
                other => other,
            })
    }

    fn enter(
        &mut self,
        transactional_id: &str,
        producer: Producer,
        place: Place,
        client: Client,
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        match client {
            Client::Joins => self.add_to_transaction(transactional_id, producer, &[place], now),
            Client::Old | Client::KnowsAbortable => self.transactions.verify(transactional_id, producer, &place),
        }
    }

    /// Brings places under a transaction, and opens it if it is not open.
    ///
    /// # Errors
    /// Kafka's error codes: the id is unknown, held by another instance, or being ended.
    pub(crate) fn add_to_transaction(
        &mut self,
        transactional_id: &str,
        producer: Producer,
        places: &[Place],
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        match self.transactions.find(transactional_id)?.join(producer, places)? {
            Some(step) => self.step_transaction(transactional_id, step, now),
            None => Ok(()),
        }
    }
}
