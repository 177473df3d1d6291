//! The end of a transaction: its markers, in every place that it wrote to.

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::{
    Place, Producer, Stage, Step,
    limits::{COORDINATOR_EPOCH, STORAGE_RETRY},
};
use crate::{
    Broker, Timestamp,
    log::{End, Marker},
};

impl Broker {
    /// Decides the end of a transaction. Its markers are written at once, or later as the settings say: the outcome stands
    /// either way.
    pub(super) fn begin_end(
        &mut self,
        transactional_id: &str,
        ending: Step,
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        self.step_transaction(transactional_id, ending, now)?;
        if self.settings.marker_delay.is_none() {
            self.complete_end(transactional_id, now);
        }
        Ok(())
    }

    /// Writes the markers of a transaction whose end is decided. Where the storage fails it is done again, all of it: a
    /// second marker ends nothing.
    pub(super) fn complete_end(&mut self, transactional_id: &str, now: Timestamp) {
        if self.write_markers(transactional_id, now).is_err() {
            self.transactions.rest_until = now.plus(STORAGE_RETRY);
        }
    }

    fn write_markers(&mut self, transactional_id: &str, now: Timestamp) -> Result<(), ResponseError> {
        let transaction = self.transactions.find(transactional_id)?;
        let producer = transaction.producer;
        let committed = transaction.stage == Stage::PrepareCommit;
        for place in transaction.places.clone() {
            self.write_marker(&place, producer, committed, now)?;
        }
        self.step_transaction(transactional_id, Step::Ended, now)
    }

    fn write_marker(
        &mut self,
        place: &Place,
        producer: Producer,
        committed: bool,
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        match place {
            Place::Partition { topic, partition } => self.mark_partition(*topic, *partition, producer, committed, now),
            Place::Offsets { group } => self
                .end_group_transaction(group, producer.id, committed, now)
                .map_err(|_storage| ResponseError::CoordinatorNotAvailable),
        }
    }

    fn mark_partition(
        &mut self,
        topic: Uuid,
        partition: i32,
        producer: Producer,
        committed: bool,
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        let end = End {
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            coordinator_epoch: COORDINATOR_EPOCH,
            marker: if committed { Marker::Commit } else { Marker::Abort },
        };
        let written_at = now.plus(self.records_ahead);
        match self.append_marker(topic, partition, end, written_at) {
            // The partition knows a later instance of this producer: nothing of this one is open there.
            Err(ResponseError::InvalidProducerEpoch | ResponseError::TransactionCoordinatorFenced) => Ok(()),
            result => result,
        }
    }
}
