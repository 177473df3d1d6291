//! Whether a transaction may be ended, and how.

use kafka_protocol::ResponseError;

use super::{Producer, Stage, Step, Transaction, limits::EPOCH_LAST};

impl Transaction {
    /// Decides on EndTxn of the first transaction protocol: the epoch stays. None when the transaction has ended so already.
    pub(super) fn end_in_place(&self, producer: Producer, committed: bool) -> Result<Option<Step>, ResponseError> {
        if self.producer.id != producer.id {
            return Err(ResponseError::InvalidProducerIdMapping);
        }
        if self.producer.epoch != producer.epoch {
            return Err(ResponseError::ProducerFenced);
        }
        match (self.stage, committed) {
            (Stage::Ongoing, _) => Ok(Some(Step::Ending {
                committed,
                epoch: self.producer.epoch,
                last_epoch: self.last_epoch,
                next_producer_id: None,
            })),
            (Stage::CompleteCommit, true) | (Stage::CompleteAbort, false) => Ok(None),
            (Stage::PrepareCommit, true) | (Stage::PrepareAbort, false) => Err(ResponseError::ConcurrentTransactions),
            _ => Err(ResponseError::InvalidTxnState),
        }
    }

    /// Decides on EndTxn of the second transaction protocol (KIP-890, part 2): the epoch rises with each end, so that a late
    /// request of the transaction before cannot reach the next one. None when the request is a repeated one whose
    /// transaction has ended so already.
    ///
    /// A client may abort when it does not know whether anything was opened; the epoch rises then too.
    pub(super) fn end_and_rise(
        &self,
        producer: Producer,
        committed: bool,
        next_id: i64,
    ) -> Result<Option<Step>, ResponseError> {
        let is_current = self.producer.epoch == producer.epoch;
        let after_rise = i32::from(self.producer.epoch) == i32::from(producer.epoch) + 1;
        let after_rotation =
            self.previous_producer_id == Some(producer.id) && producer.epoch == EPOCH_LAST && self.producer.epoch == 0;
        let is_valid = match self.stage {
            Stage::Empty | Stage::Ongoing => is_current,
            Stage::PrepareCommit | Stage::PrepareAbort => after_rise,
            Stage::CompleteCommit | Stage::CompleteAbort => after_rise || after_rotation || is_current,
        };
        if self.producer.id != producer.id && !after_rotation {
            return Err(ResponseError::InvalidProducerIdMapping);
        }
        if !is_valid {
            return Err(ResponseError::ProducerFenced);
        }
        let is_repeated = after_rise || after_rotation;
        match (self.stage, committed) {
            (Stage::Ongoing, _) | (Stage::Empty, false) => Ok(Some(self.rise(committed, next_id))),
            (Stage::CompleteCommit, true) | (Stage::CompleteAbort, false) if is_repeated => Ok(None),
            (Stage::CompleteCommit | Stage::CompleteAbort, false) if !is_repeated => {
                Ok(Some(self.rise(committed, next_id)))
            }
            (Stage::PrepareCommit, true) | (Stage::PrepareAbort, false) => Err(ResponseError::ConcurrentTransactions),
            _ => Err(ResponseError::InvalidTxnState),
        }
    }

    /// The abort of an open transaction whose instance is fenced: by a new one, or by the time.
    pub(super) fn fence(&self, next_id: i64) -> Step {
        self.rise(false, next_id)
    }

    /// Ends with an epoch more. Where that is the last one of the producer id, the instance goes on under a new id when
    /// the markers are written.
    fn rise(&self, committed: bool, next_id: i64) -> Step {
        Step::Ending {
            committed,
            epoch: self.producer.epoch.saturating_add(1),
            last_epoch: Some(self.producer.epoch),
            next_producer_id: self.is_exhausted().then_some(next_id),
        }
    }
}
