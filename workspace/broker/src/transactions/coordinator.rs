//! All transactional ids.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use kafka_protocol::ResponseError;

use super::{
    Change, Place, Producer, Step, Transaction,
    limits::{ID_BYTES_MAX, IDLE_LOOK, IDLE_MAX, IDS_MAX},
};
use crate::Timestamp;

/// All transactional ids of the broker.
#[derive(Debug, Default)]
pub(crate) struct Transactions {
    by_id: BTreeMap<Arc<str>, Transaction>,
    /// The producer id to be given next.
    next_producer_id: i64,
    /// The open transactions, by when they are aborted.
    open: BTreeSet<(Timestamp, Arc<str>)>,
    /// The transactions whose outcome is decided, by when that was, until their markers are written.
    ending: BTreeSet<(Timestamp, Arc<str>)>,
    /// When idle ids are looked for next.
    look_at: Timestamp,
    /// Nothing is done before this time: the storage failed.
    pub(super) rest_until: Timestamp,
}

impl Transactions {
    /// A transactional id.
    pub(crate) fn of(&self, transactional_id: &str) -> Option<&Transaction> {
        self.by_id.get(transactional_id)
    }

    /// All transactional ids, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Transaction)> {
        self.by_id.iter().map(|(id, transaction)| (&**id, transaction))
    }

    /// The producer id to be given next.
    pub(crate) fn next_producer_id(&self) -> i64 {
        self.next_producer_id
    }

    /// A transactional id for a request that must name one.
    pub(super) fn find(&self, transactional_id: &str) -> Result<&Transaction, ResponseError> {
        if transactional_id.is_empty() {
            return Err(ResponseError::InvalidRequest);
        }
        self.of(transactional_id).ok_or(ResponseError::InvalidProducerIdMapping)
    }

    /// Whether one more transactional id, this one, may be remembered.
    pub(super) fn has_room_for(&self, transactional_id: &str) -> bool {
        transactional_id.len() <= ID_BYTES_MAX && self.by_id.len() < IDS_MAX
    }

    /// Checks that a place is under the transaction of an instance.
    ///
    /// # Errors
    /// Kafka's error codes: the id is unknown, held by another instance, being ended, or the place is not under it.
    pub(crate) fn verify(
        &self,
        transactional_id: &str,
        producer: Producer,
        place: &Place,
    ) -> Result<(), ResponseError> {
        self.find(transactional_id)?.verify(producer, place)
    }

    /// The open transaction that is to be aborted next, if that is due.
    pub(super) fn next_timed_out(&self, now: Timestamp) -> Option<Arc<str>> {
        self.open
            .first()
            .filter(|(at, _)| *at.max(&self.rest_until) <= now)
            .map(|(_, id)| id.clone())
    }

    /// The transaction whose markers are to be written next, if they are due `delay` after its end was decided.
    pub(super) fn next_unmarked(&self, delay: Duration, now: Timestamp) -> Option<Arc<str>> {
        self.ending
            .first()
            .filter(|(at, _)| at.plus(delay).max(self.rest_until) <= now)
            .map(|(_, id)| id.clone())
    }

    /// The ids that nobody used for so long that they are forgotten, if it is time to look for them.
    pub(super) fn take_expired(&mut self, now: Timestamp) -> Vec<Arc<str>> {
        if now < self.look_at {
            return Vec::new();
        }
        self.look_at = now.plus(IDLE_LOOK);
        let is_expired = |t: &Transaction| t.stage.is_idle() && t.updated.plus(IDLE_MAX) <= now;
        self.by_id
            .iter()
            .filter(|(_, t)| is_expired(t))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// When there is something to do next, with markers written `delay` after an end was decided.
    pub(super) fn next_deadline(&self, delay: Duration) -> Option<Timestamp> {
        let open = self.open.first().map(|(at, _)| *at);
        let ending = self.ending.first().map(|(at, _)| at.plus(delay));
        let look = (!self.by_id.is_empty()).then_some(self.look_at);
        let next = [open, ending, look].into_iter().flatten().min()?;
        Some(next.max(self.rest_until))
    }

    /// Applies a durable change.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::ProducerIdGiven { producer_id } => self.give(producer_id),
            Change::Stepped {
                transactional_id,
                step,
                at,
            } => self.step(&transactional_id, step, at),
            Change::Expired { transactional_id } => {
                self.by_id.remove(&*transactional_id);
            }
            Change::Stands {
                transactional_id,
                transaction,
            } => self.stand(transactional_id.into(), transaction),
        }
    }

    fn stand(&mut self, id: Arc<str>, transaction: Transaction) {
        self.give(transaction.producer.id);
        self.open
            .extend(transaction.deadline().map(|deadline| (deadline, id.clone())));
        if transaction.stage.is_ending() {
            self.ending.insert((transaction.updated, id.clone()));
        }
        self.by_id.insert(id, transaction);
    }

    /// The fewest changes that lead to what is known here.
    pub(crate) fn summary(&self) -> impl Iterator<Item = Change> {
        let given = (self.next_producer_id > 0).then(|| Change::ProducerIdGiven {
            producer_id: self.next_producer_id - 1,
        });
        let stand = self.by_id.iter().map(|(id, transaction)| Change::Stands {
            transactional_id: id.as_ref().to_owned(),
            transaction: transaction.clone(),
        });
        given.into_iter().chain(stand)
    }

    fn give(&mut self, producer_id: i64) {
        self.next_producer_id = self.next_producer_id.max(producer_id.saturating_add(1));
    }

    fn step(&mut self, transactional_id: &str, step: Step, at: Timestamp) {
        match &step {
            Step::Initialised { producer, .. } => self.give(producer.id),
            Step::Ending { next_producer_id, .. } => next_producer_id.iter().for_each(|id| self.give(*id)),
            Step::Joined { .. } | Step::Ended => {}
        }
        let Some((id, _)) = self.by_id.get_key_value(transactional_id) else {
            if let Step::Initialised {
                producer, timeout_ms, ..
            } = step
            {
                self.by_id
                    .insert(transactional_id.into(), Transaction::new(producer, timeout_ms, at));
            }
            return;
        };
        let id = id.clone();
        let Some(transaction) = self.by_id.get_mut(&id) else {
            return;
        };
        let (deadline, updated, was_ending) = (
            transaction.deadline(),
            transaction.updated,
            transaction.stage.is_ending(),
        );
        transaction.evolve(step, at);
        let next_deadline = transaction.deadline();
        let is_ending = transaction.stage.is_ending();
        if deadline != next_deadline {
            deadline.into_iter().for_each(|deadline| {
                self.open.remove(&(deadline, id.clone()));
            });
            self.open.extend(next_deadline.map(|deadline| (deadline, id.clone())));
        }
        match (was_ending, is_ending) {
            (false, true) => {
                self.ending.insert((at, id));
            }
            (true, false) => {
                self.ending.remove(&(updated, id));
            }
            _ => {}
        }
    }
}
