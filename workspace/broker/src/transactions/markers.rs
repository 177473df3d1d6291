//! The end of a transaction: its markers, in every place that it wrote to.

use kafka_protocol::ResponseError;

use super::{Step, limits::STORAGE_RETRY};
use crate::{Broker, Timestamp};

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
        self.step_transaction(transactional_id, Step::Ended, now)
    }
}
