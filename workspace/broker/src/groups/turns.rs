//! The broker's way into its groups.

use super::{Answers, Change, Groups, TopicOffsets, Turn, limits};
use crate::{Broker, Change as BrokerChange, StorageError, Timestamp};

impl Broker {
    /// Lets groups move, and gives their answers to those who wait.
    pub(crate) fn with_groups<T>(&mut self, now: Timestamp, step: impl FnOnce(&mut Groups, &mut Turn<'_>) -> T) -> T {
        let mut answers = Answers::default();
        let mut turn = Turn {
            now,
            settings: &self.settings,
            answers: &mut answers,
        };
        let outcome = step(&mut self.groups, &mut turn);
        for (call, response) in answers {
            self.answer(call, response);
        }
        outcome
    }

    /// Does what is due in groups: time-outs, and the search for offsets that are too old.
    pub(crate) fn tick_groups(&mut self, now: Timestamp) {
        self.with_groups(now, |groups, turn| groups.expire(turn));
        if self.groups.check_at.is_some_and(|at| at <= now) {
            self.groups.check_at = Some(now.plus(limits::RETENTION_CHECK_INTERVAL));
            for change in self.groups.outdated(now, self.settings.offsets_retention) {
                if self.change(BrokerChange::Groups(change)).is_err() {
                    // What could not be forgotten is found again by the next search.
                    return;
                }
            }
        }
    }

    /// Holds offsets of a group until the transaction of this producer ends.
    ///
    /// # Errors
    /// The storage failed; nothing is held then.
    pub(crate) fn hold_offsets(
        &mut self,
        group: &str,
        producer_id: i64,
        offsets: Vec<TopicOffsets>,
    ) -> Result<(), StorageError> {
        self.change(BrokerChange::Groups(Change::Held {
            group: group.to_owned(),
            producer_id,
            offsets,
        }))
    }

    /// A transaction with offsets of this group ended: they count from here on, or never did.
    ///
    /// # Errors
    /// The storage failed; the offsets are still held then.
    pub(crate) fn end_group_transaction(
        &mut self,
        group: &str,
        producer_id: i64,
        committed: bool,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.change(BrokerChange::Groups(Change::Ended {
            group: group.to_owned(),
            producer_id,
            committed,
        }))?;
        self.groups.moved(now);
        Ok(())
    }
}
