//! One transactional id, and its transaction.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Place, Producer, Stage, Step, limits::EPOCH_LAST};
use crate::Timestamp;

/// One transactional id, and its transaction. It is the fold of its steps; what may come next is decided in the files
/// `init`, `join` and `end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// The instance that may write.
    pub(crate) producer: Producer,
    /// The producer id before the last step: a repeated request of a client whose epochs were used up is known by it.
    pub(super) previous_producer_id: Option<i64>,
    /// The producer id that the instance gets when the markers are written.
    pub(super) next_producer_id: Option<i64>,
    /// The epoch before, if it belonged to the same client.
    pub(super) last_epoch: Option<i16>,
    /// How long a transaction may stay open, in milliseconds.
    pub(crate) timeout_ms: i32,
    /// Where it stands.
    pub(crate) stage: Stage,
    /// What the transaction writes to.
    pub(crate) places: BTreeSet<Place>,
    /// When the transaction was opened.
    pub(crate) started: Option<Timestamp>,
    /// When the last step was taken.
    pub(super) updated: Timestamp,
}

impl Transaction {
    /// A transactional id at its first initialisation.
    pub(super) fn new(producer: Producer, timeout_ms: i32, at: Timestamp) -> Self {
        Self {
            producer,
            previous_producer_id: None,
            next_producer_id: None,
            last_epoch: None,
            timeout_ms,
            stage: Stage::Empty,
            places: BTreeSet::new(),
            started: None,
            updated: at,
        }
    }

    /// Whether the instance holds the last epoch of its producer id.
    pub(super) fn is_exhausted(&self) -> bool {
        self.producer.epoch >= EPOCH_LAST
    }

    /// When the open transaction is aborted by the coordinator.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let timeout = Duration::from_millis(u64::try_from(self.timeout_ms).unwrap_or_default());
        match self.stage {
            Stage::Ongoing => self.started.map(|started| started.plus(timeout)),
            _ => None,
        }
    }

    /// The instance that goes on after an end was decided: as the client is told before the markers are written.
    pub(super) fn successor_of(ending: &Step, current: Producer) -> Producer {
        match ending {
            Step::Ending {
                next_producer_id: Some(id),
                ..
            } => Producer { id: *id, epoch: 0 },
            Step::Ending { epoch, .. } => Producer {
                epoch: *epoch,
                ..current
            },
            Step::Initialised { .. } | Step::Joined { .. } | Step::Ended => current,
        }
    }

    /// Takes a step.
    pub(super) fn evolve(&mut self, step: Step, at: Timestamp) {
        self.previous_producer_id = Some(self.producer.id);
        self.updated = at;
        match step {
            Step::Initialised {
                producer,
                last_epoch,
                timeout_ms,
            } => {
                self.producer = producer;
                self.last_epoch = last_epoch;
                self.timeout_ms = timeout_ms;
                self.stage = Stage::Empty;
                self.places.clear();
                self.started = None;
            }
            Step::Joined { places } => {
                if self.stage != Stage::Ongoing {
                    self.started = Some(at);
                    self.stage = Stage::Ongoing;
                }
                self.places.extend(places);
            }
            Step::Ending {
                committed,
                epoch,
                last_epoch,
                next_producer_id,
            } => {
                if self.stage != Stage::Ongoing {
                    self.started = Some(at);
                }
                self.stage = if committed {
                    Stage::PrepareCommit
                } else {
                    Stage::PrepareAbort
                };
                self.producer.epoch = epoch;
                self.last_epoch = last_epoch;
                self.next_producer_id = next_producer_id;
            }
            Step::Ended => {
                self.stage = match self.stage {
                    Stage::PrepareCommit => Stage::CompleteCommit,
                    _ => Stage::CompleteAbort,
                };
                if let Some(id) = self.next_producer_id.take() {
                    self.producer = Producer { id, epoch: 0 };
                }
                self.places.clear();
            }
        }
    }
}
