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
        // Kafka compares the current epoch alone, and so takes the EndTxn of a zombie for a repeated one when its successor
        // speaks the first protocol: the zombie is then told the successor's epoch. The epoch before must be its own too.
        let was_before = self.last_epoch == Some(producer.epoch);
        let after_rise = was_before && i32::from(self.producer.epoch) == i32::from(producer.epoch) + 1;
        let after_rotation = was_before
            && self.previous_producer_id == Some(producer.id)
            && producer.epoch == EPOCH_LAST
            && self.producer.epoch == 0;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    const CURRENT: Producer = Producer { id: 7, epoch: 4 };
    const RETRY: Producer = Producer { id: 7, epoch: 3 };

    fn at(stage: Stage) -> Transaction {
        let mut transaction = Transaction::new(CURRENT, 60_000, Timestamp(0));
        transaction.stage = stage;
        transaction.last_epoch = Some(RETRY.epoch);
        transaction
    }

    /// What KIP-890 says of an end where nothing is open: fenced, refused, answered as before, or an epoch more.
    #[test]
    fn an_end_without_an_open_transaction_is_answered_by_the_table_of_kip_890() {
        let fenced = Err(ResponseError::ProducerFenced);
        let refused = Err(ResponseError::InvalidTxnState);
        let rises = |stage| Ok(Some(at(stage).rise(false, 9)));
        let (empty, aborted, done) = (Stage::Empty, Stage::CompleteAbort, Stage::CompleteCommit);
        let table = [
            (empty, RETRY, false, fenced.clone()),
            (empty, CURRENT, false, rises(empty)),
            (empty, RETRY, true, fenced),
            (empty, CURRENT, true, refused.clone()),
            (aborted, RETRY, false, Ok(None)),
            (aborted, CURRENT, false, rises(aborted)),
            (aborted, RETRY, true, refused.clone()),
            (aborted, CURRENT, true, refused.clone()),
            (done, RETRY, false, refused.clone()),
            (done, CURRENT, false, rises(done)),
            (done, RETRY, true, Ok(None)),
            (done, CURRENT, true, refused),
        ];
        for (stage, producer, committed, expected) in table {
            let decided = at(stage).end_and_rise(producer, committed, 9);
            assert_eq!(decided, expected, "{stage:?} {producer:?} committed: {committed}");
        }
    }

    #[test]
    fn a_fence_at_the_last_epoch_leads_to_a_new_producer_id() {
        let mut transaction = at(Stage::Ongoing);
        transaction.producer.epoch = EPOCH_LAST;
        let fence = transaction.fence(9);
        let successor = Producer { id: 9, epoch: 0 };
        assert_eq!(Transaction::successor_of(&fence, transaction.producer), successor);
        transaction.evolve(fence, Timestamp(1));
        assert_eq!(
            transaction.producer.epoch,
            i16::MAX,
            "the markers' epoch fences the old one"
        );
        transaction.evolve(Step::Ended, Timestamp(1));
        assert_eq!(transaction.producer, successor);
    }
}
