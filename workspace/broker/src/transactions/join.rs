//! Whether a place may come under a transaction, or is under it.

use kafka_protocol::ResponseError;

use super::{Place, Producer, Stage, Step, Transaction, limits::GROUPS_MAX};

impl Transaction {
    /// Decides whether places may come under the transaction of an instance; none when they all are already.
    pub(super) fn join(&self, producer: Producer, places: &[Place]) -> Result<Option<Step>, ResponseError> {
        self.admit(producer)?;
        let fresh: Vec<_> = places
            .iter()
            .filter(|place| !self.places.contains(place))
            .cloned()
            .collect();
        if fresh.is_empty() && self.stage == Stage::Ongoing {
            return Ok(None);
        }
        let groups = |place: &&Place| matches!(place, Place::Offsets { .. });
        if self.places.iter().filter(groups).count() + fresh.iter().filter(groups).count() > GROUPS_MAX {
            return Err(ResponseError::InvalidRequest);
        }
        Ok(Some(Step::Joined { places: fresh }))
    }

    /// Checks that a place is under the transaction of an instance (KIP-890, part 1).
    pub(super) fn verify(&self, producer: Producer, place: &Place) -> Result<(), ResponseError> {
        self.admit(producer)?;
        if self.places.contains(place) {
            Ok(())
        } else {
            Err(ResponseError::TransactionAbortable)
        }
    }

    fn admit(&self, producer: Producer) -> Result<(), ResponseError> {
        if self.producer.id != producer.id {
            return Err(ResponseError::InvalidProducerIdMapping);
        }
        if self.producer.epoch != producer.epoch {
            return Err(ResponseError::ProducerFenced);
        }
        if self.stage.is_ending() {
            return Err(ResponseError::ConcurrentTransactions);
        }
        Ok(())
    }
}
