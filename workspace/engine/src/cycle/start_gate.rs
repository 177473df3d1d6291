//! Reads no further starts while a task has too much open work, or while a topic that starts lead to refuses records.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use palinode_core::Timestamp;
use palinode_log::TopicPartition;
use palinode_store::{InputKey, Stores};

use super::Shared;
use crate::Settings;

/// Below this share of the limit starts are read again, so that the gate does not flap.
const OPEN_AGAIN_PERCENT: u64 = 90;

/// How long starts wait after a topic refused a record, before one is tried again.
pub(super) const REFUSAL_PAUSE: Duration = Duration::from_secs(10);

/// The inputs that hold nothing but starts, and whether they are read.
#[derive(Debug)]
pub(super) struct StartGate {
    starts: Vec<TopicPartition>,
    too_much: bool,
    refused: Option<Refusal>,
}

#[derive(Debug)]
struct Refusal {
    topic: Arc<str>,
    until: Timestamp,
}

impl StartGate {
    /// The gate before the inputs of a task, open.
    pub(super) fn new<St: Stores>(shared: &Shared<St>, inputs: &BTreeMap<TopicPartition, InputKey>) -> Self {
        let starts_only = |input: &&TopicPartition| {
            shared
                .definitions
                .routes
                .topic(&input.topic)
                .is_some_and(|it| it.starts_only)
        };
        let starts = inputs.keys().filter(starts_only).cloned().collect();
        Self {
            starts,
            too_much: false,
            refused: None,
        }
    }

    /// Starts wait for a while, because `topic` refused what a saga wrote.
    pub(super) fn refused(&mut self, topic: Arc<str>, now: Timestamp) {
        self.refused = Some(Refusal {
            topic,
            until: now.plus(REFUSAL_PAUSE),
        });
    }

    /// Whether this input is not read at present.
    pub(super) fn is_paused(&self, input: &TopicPartition) -> bool {
        self.inputs().contains(input)
    }

    /// Opens or closes the gate as the state of things demands.
    pub(super) fn adjust(&mut self, open_sagas: u64, settings: &Settings, now: Timestamp) {
        if open_sagas >= settings.open_sagas_max {
            self.too_much = true;
        } else if open_sagas <= settings.open_sagas_max.saturating_mul(OPEN_AGAIN_PERCENT) / 100 {
            self.too_much = false;
        }
        if self.refused.as_ref().is_some_and(|refusal| now >= refusal.until) {
            self.refused = None;
        }
    }

    fn is_closed(&self) -> bool {
        self.too_much || self.refused.is_some()
    }

    /// The inputs that are not read at present.
    pub(super) fn inputs(&self) -> &[TopicPartition] {
        if self.is_closed() { &self.starts } else { &[] }
    }

    /// When the gate opens by itself.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        self.refused.as_ref().map(|refusal| refusal.until)
    }

    /// For people.
    pub(super) fn waiting(&self) -> Option<String> {
        match &self.refused {
            Some(refusal) => Some(format!(
                "starts wait, because the topic '{}' refuses records",
                refusal.topic
            )),
            None => self
                .too_much
                .then(|| "starts wait, because too many sagas are open".into()),
        }
    }
}
