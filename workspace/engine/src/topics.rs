//! The names of our own topics.

use std::sync::Arc;

use palinode_wire::snapshots;

/// Our own topics, with the application's prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    prefix: Arc<str>,
    /// The truth: saga events and task events.
    pub journal: Arc<str>,
    /// Inputs that came by the wrong partition, and messages between sagas.
    pub inbox: Arc<str>,
    /// One row for each finished saga.
    pub outcomes: Arc<str>,
    /// Inputs that cannot be processed.
    pub dead_letters: Arc<str>,
    /// States of sagas as of the checkpoints.
    pub snapshots: Arc<str>,
}

impl Topics {
    /// The topics of the application with `prefix`.
    pub fn new(prefix: &str) -> Self {
        let name = |own: &str| -> Arc<str> { format!("{prefix}{own}").into() };
        Self {
            prefix: prefix.into(),
            journal: name("palinode.journal"),
            inbox: name("palinode.inbox"),
            outcomes: name("palinode.outcomes"),
            dead_letters: name("palinode.dead-letters"),
            snapshots: name(snapshots::TOPIC),
        }
    }

    /// `topic` with the prefix.
    pub fn full(&self, topic: &str) -> Arc<str> {
        format!("{}{topic}", self.prefix).into()
    }

    /// `topic` without the prefix.
    pub fn short<'a>(&self, topic: &'a str) -> &'a str {
        topic.strip_prefix(&*self.prefix).unwrap_or(topic)
    }
}
