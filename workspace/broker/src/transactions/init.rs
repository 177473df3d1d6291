//! Whether an instance may be initialised, and as what.

use kafka_protocol::ResponseError;

use super::{Producer, Stage, Step, Transaction, limits::EPOCH_LAST};

/// What an initialisation leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Init {
    /// The instance is this one.
    Ready(Step),
    /// An open transaction is in the way: it is to be aborted first, and the client asks again.
    Fence,
}

impl Transaction {
    /// Decides on InitProducerId. `expected` is the instance that the client itself holds, if it says so (KIP-360);
    /// `next_id` the producer id to be given next.
    pub(super) fn init(
        &self,
        expected: Option<Producer>,
        timeout_ms: i32,
        next_id: i64,
    ) -> Result<Init, ResponseError> {
        if !expected.is_none_or(|expected| self.may_continue(expected)) {
            return Err(ResponseError::ProducerFenced);
        }
        match self.stage {
            Stage::PrepareCommit | Stage::PrepareAbort => Err(ResponseError::ConcurrentTransactions),
            Stage::Ongoing => Ok(Init::Fence),
            Stage::Empty | Stage::CompleteCommit | Stage::CompleteAbort => {
                let (producer, last_epoch) = self.successor(expected, next_id)?;
                Ok(Init::Ready(Step::Initialised {
                    producer,
                    last_epoch,
                    timeout_ms,
                }))
            }
        }
    }

    /// Whether the producer id that a client holds is of this line. The epoch is looked at by [`Self::successor`].
    fn may_continue(&self, expected: Producer) -> bool {
        let repeated = self.previous_producer_id == Some(expected.id) && expected.epoch >= EPOCH_LAST;
        expected.id == self.producer.id || repeated
    }

    fn successor(&self, expected: Option<Producer>, next_id: i64) -> Result<(Producer, Option<i16>), ResponseError> {
        let current = self.producer;
        let is_current = expected.is_none_or(|expected| expected.epoch == current.epoch);
        let kept = expected.map(|_| current.epoch);
        if self.is_exhausted() {
            // Kafka answers the same where an exhausted id is continued with another epoch than its own.
            let fresh = Producer { id: next_id, epoch: 0 };
            return is_current
                .then_some((fresh, kept))
                .ok_or(ResponseError::UnknownServerError);
        }
        if is_current {
            let next = Producer {
                epoch: current.epoch + 1,
                ..current
            };
            return Ok((next, kept));
        }
        if expected.map(|expected| expected.epoch) == self.last_epoch {
            return Ok((current, self.last_epoch));
        }
        Err(ResponseError::ProducerFenced)
    }
}
