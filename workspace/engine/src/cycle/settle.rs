//! What follows from the end of a transaction.

use std::sync::Arc;

use palinode_core::{Reason, ReasonCode, Timestamp};
use palinode_log::{Consumed, Outcome, Produced, Refused};
use palinode_store::{Change, JournalPosition, Store, Stores};

use super::{draft::Draft, running::Running, state_machine::Exit};
use crate::{
    journal::Journal,
    settings::{ABORT_PAUSE_FIRST, ABORT_PAUSE_MAX, ABORTS_MAX},
};

/// A transaction under way.
#[derive(Debug)]
pub(super) struct InFlight {
    inputs: Vec<Consumed>,
    change: Change,
    last_event: Arc<str>,
    began: Timestamp,
    owners: Vec<(usize, palinode_core::SagaId)>,
}

impl InFlight {
    /// Ends the draft with the positions that it advances; gives the records to write as well.
    pub(super) fn new(
        mut draft: Draft,
        inputs: Vec<Consumed>,
        now: Timestamp,
        journal: &mut Journal,
    ) -> (Self, Vec<Produced>) {
        let mut records = std::mem::take(&mut draft.records);
        let owners = std::mem::take(&mut draft.owners);
        let (last, last_event) = journal.positions(draft.positions.iter(), now);
        records.push(last);
        (
            Self {
                inputs,
                change: draft.into_change(None, now),
                last_event,
                began: now,
                owners,
            },
            records,
        )
    }

    /// The saga that wrote the refused record, when that is known.
    fn owner(&self, refused: &Refused) -> Option<palinode_core::SagaId> {
        let position = refused.record?;
        let after = self.owners.partition_point(|(begin, _)| *begin <= position);
        after.checked_sub(1).map(|at| self.owners[at].1.clone())
    }
}

impl<St: Stores> Running<St> {
    /// Takes in how the transaction ended.
    pub(super) fn settle(&mut self, outcome: Outcome, now: Timestamp) -> Result<(), Exit> {
        let Some(mut in_flight) = self.in_flight.take() else {
            return Ok(());
        };
        match outcome {
            Outcome::Committed { journal_offset } => {
                let event_id = Arc::clone(&in_flight.last_event);
                in_flight.change.journal = journal_offset.map(|offset| JournalPosition { offset, event_id });
                // After a failed write only the replay of the gap may follow: the transaction stands.
                self.store
                    .write(in_flight.change)
                    .map_err(|error| Exit::Again(format!("a committed change could not be stored: {error}")))?;
                self.gather.committed(now.since(in_flight.began), now);
                self.slot = self.slot.other();
                self.aborts = 0;
                self.blame.clear();
                metrics::counter!("palinode_transactions_total", "outcome" => "committed").increment(1);
                Ok(())
            }
            Outcome::Aborted { reason, refused } => {
                metrics::counter!("palinode_transactions_total", "outcome" => "aborted").increment(1);
                self.aborted(in_flight, &reason, refused, now)
            }
            Outcome::Fenced => {
                metrics::counter!("palinode_transactions_total", "outcome" => "fenced").increment(1);
                Err(Exit::Fenced)
            }
            Outcome::Indefinite { reason } => {
                metrics::counter!("palinode_transactions_total", "outcome" => "indefinite").increment(1);
                Err(Exit::Again(format!("nobody knows how a transaction ended: {reason}")))
            }
        }
    }

    /// Nothing of it stands: the inputs are taken again, without what the broker refused.
    fn aborted(
        &mut self,
        in_flight: InFlight,
        reason: &str,
        refused: Option<Refused>,
        now: Timestamp,
    ) -> Result<(), Exit> {
        self.aborts += 1;
        tracing::warn!(
            task = self.task,
            aborts = self.aborts,
            reason,
            "a transaction was aborted"
        );
        if self.aborts > ABORTS_MAX {
            return Err(Exit::Park(format!(
                "{ABORTS_MAX} transactions in a row were aborted, the last because: {reason}"
            )));
        }
        match refused {
            Some(refused) => {
                let topics = &self.shared.definitions.topics;
                let is_ours = [&topics.journal, &topics.inbox, &topics.outcomes].contains(&&refused.topic);
                if refused.topic == topics.dead_letters && self.blame.shorten_dead_letters() {
                    tracing::warn!(
                        task = self.task,
                        "dead letters are written without their values and headers"
                    );
                } else if is_ours || refused.topic == topics.dead_letters {
                    return Err(Exit::Park(format!(
                        "our own topic '{}' refuses records: {reason}",
                        refused.topic
                    )));
                } else {
                    let text = format!("the topic '{}' refused a record: {reason}", refused.topic);
                    let why = Reason::new(ReasonCode::OutputRefused, text);
                    self.blame.refused(&refused.topic, in_flight.owner(&refused), &why, now);
                    self.gate.refused(refused.topic, now);
                }
            }
            None => {
                let doubled = ABORT_PAUSE_FIRST
                    .saturating_mul(1 << self.aborts.min(10))
                    .min(ABORT_PAUSE_MAX);
                self.pause_until = Some(now.plus(doubled));
            }
        }
        for record in in_flight.inputs.into_iter().rev() {
            self.backlog.push_front(record);
        }
        Ok(())
    }
}
