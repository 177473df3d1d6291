//! What time brings: markers that were put off, transactions open for too long, ids that nobody uses.

use std::time::Duration;

use super::{Change, limits::STORAGE_RETRY};
use crate::{Broker, Timestamp};

impl Broker {
    /// Writes the markers that are due, aborts the transactions that were open for too long, forgets idle ids. After a
    /// recovery the first tick writes the markers of the transactions whose end had been decided.
    pub(crate) fn tick_transactions(&mut self, now: Timestamp) {
        let delay = self.marker_delay();
        while let Some(id) = self.transactions.next_unmarked(delay, now) {
            self.complete_end(&id, now);
        }
        while let Some(id) = self.transactions.next_timed_out(now) {
            if self.fence_transaction(&id, now).is_err() {
                self.transactions.rest_until = now.plus(STORAGE_RETRY);
            }
        }
        for id in self.transactions.take_expired(now) {
            let transactional_id = id.as_ref().to_owned();
            if self.transactional_change(Change::Expired { transactional_id }).is_err() {
                break;
            }
        }
    }

    /// When [`Broker::tick_transactions`] has something to do next.
    pub(crate) fn next_transaction_deadline(&self) -> Option<Timestamp> {
        self.transactions.next_deadline(self.marker_delay())
    }

    fn marker_delay(&self) -> Duration {
        self.settings.marker_delay.unwrap_or_default()
    }
}
