//! Whom refusals by the broker concern.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::{Reason, SagaId, Timestamp};

use super::start_gate::REFUSAL_PAUSE;

/// Sagas and topics that are refused by ourselves, because the broker refused what they led to.
#[derive(Debug, Default)]
pub(super) struct Blame {
    sagas: BTreeMap<SagaId, Reason>,
    topics: BTreeMap<Arc<str>, (Reason, Timestamp)>,
    tried: BTreeSet<Arc<str>>,
    short_dead_letters: bool,
}

impl Blame {
    /// A transaction stands: its sagas are no longer blamed.
    pub(super) fn clear(&mut self) {
        self.sagas.clear();
        self.tried.clear();
        self.short_dead_letters = false;
    }

    /// `topic` refused a record of `saga`. When it is not known of which, or the topic refuses again in the same
    /// batch, the topic itself is to blame, and whoever wants to write there is refused for a while.
    pub(super) fn refused(&mut self, topic: &Arc<str>, saga: Option<SagaId>, reason: &Reason, now: Timestamp) {
        if saga.is_none() || !self.tried.insert(Arc::clone(topic)) {
            self.topics
                .insert(Arc::clone(topic), (reason.clone(), now.plus(REFUSAL_PAUSE)));
        }
        self.sagas.extend(saga.map(|saga| (saga, reason.clone())));
    }

    /// The dead-letter topic refused a record: values are left out. False when they were left out already.
    pub(super) fn shorten_dead_letters(&mut self) -> bool {
        !std::mem::replace(&mut self.short_dead_letters, true)
    }

    /// Whether dead letters go without their values.
    pub(super) fn dead_letters_are_short(&self) -> bool {
        self.short_dead_letters
    }

    /// Why nothing that this saga wants to send will be taken.
    pub(super) fn of_saga(&self, saga: &SagaId) -> Option<&Reason> {
        self.sagas.get(saga)
    }

    /// Why this topic takes nothing at `now`.
    pub(super) fn of_topic(&self, topic: &str, now: Timestamp) -> Option<&Reason> {
        if self.topics.is_empty() {
            return None;
        }
        self.topics
            .get(topic)
            .filter(|(_, until)| now < *until)
            .map(|(reason, _)| reason)
    }
}
