//! The life of a transactional id as clients drive it: decided, made durable, and ended.

use kafka_protocol::ResponseError;

use super::{Change, Init, Producer, Step, Transaction};
use crate::{Broker, Timestamp};

/// How a client ends its transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The epoch stays: EndTxn up to version 4.
    InPlace,
    /// The epoch rises with each end: `transaction.version` 2 (KIP-890), EndTxn from version 5.
    Rising,
}

impl Broker {
    /// Initialises an instance of a transactional id; those before it are fenced.
    ///
    /// # Errors
    /// Kafka's error codes; CONCURRENT_TRANSACTIONS when a transaction of the instance before had to be aborted first: the
    /// client asks again.
    pub(crate) fn init_transaction(
        &mut self,
        transactional_id: &str,
        expected: Option<Producer>,
        timeout_ms: i32,
        now: Timestamp,
    ) -> Result<Producer, ResponseError> {
        let next_id = self.transactions.next_producer_id();
        let init = match self.transactions.of(transactional_id) {
            Some(transaction) => transaction.init(expected, timeout_ms, next_id)?,
            None if !self.transactions.has_room_for(transactional_id) => return Err(ResponseError::PolicyViolation),
            None => Init::Ready(Step::Initialised {
                producer: Producer { id: next_id, epoch: 0 },
                last_epoch: None,
                timeout_ms,
            }),
        };
        match init {
            Init::Ready(step) => {
                self.step_transaction(transactional_id, step, now)?;
                Ok(self.transactions.find(transactional_id)?.producer)
            }
            Init::Fence => {
                self.fence_transaction(transactional_id, now)?;
                Err(ResponseError::ConcurrentTransactions)
            }
        }
    }

    /// Aborts the open transaction of an instance, which may write no more.
    pub(super) fn fence_transaction(&mut self, transactional_id: &str, now: Timestamp) -> Result<(), ResponseError> {
        let step = self
            .transactions
            .find(transactional_id)?
            .fence(self.transactions.next_producer_id());
        self.begin_end(transactional_id, step, now)
    }

    /// Ends a transaction. The instance that goes on.
    ///
    /// # Errors
    /// Kafka's error codes.
    pub(crate) fn end_transaction(
        &mut self,
        transactional_id: &str,
        producer: Producer,
        committed: bool,
        protocol: Protocol,
        now: Timestamp,
    ) -> Result<Producer, ResponseError> {
        let transaction = self.transactions.find(transactional_id)?;
        let next_id = self.transactions.next_producer_id();
        let step = match protocol {
            Protocol::InPlace => transaction.end_in_place(producer, committed)?,
            Protocol::Rising => transaction.end_and_rise(producer, committed, next_id)?,
        };
        let Some(step) = step else {
            return Ok(transaction.producer);
        };
        let successor = Transaction::successor_of(&step, transaction.producer);
        self.begin_end(transactional_id, step, now)?;
        Ok(successor)
    }

    /// Gives a producer id to a producer without a transactional id.
    ///
    /// # Errors
    /// COORDINATOR_NOT_AVAILABLE: the storage failed.
    pub(crate) fn give_producer_id(&mut self) -> Result<Producer, ResponseError> {
        let producer_id = self.transactions.next_producer_id();
        self.transactional_change(Change::ProducerIdGiven { producer_id })?;
        Ok(Producer {
            id: producer_id,
            epoch: 0,
        })
    }

    /// Makes a step durable.
    pub(super) fn step_transaction(
        &mut self,
        transactional_id: &str,
        step: Step,
        at: Timestamp,
    ) -> Result<(), ResponseError> {
        let change = Change::Stepped {
            transactional_id: transactional_id.to_owned(),
            step,
            at,
        };
        self.transactional_change(change)
    }

    /// Makes a change of transactions durable. Where the storage fails the client is told to come again.
    pub(super) fn transactional_change(&mut self, change: Change) -> Result<(), ResponseError> {
        self.change(crate::Change::Transactions(change))
            .map_err(|_storage| ResponseError::CoordinatorNotAvailable)
    }
}
