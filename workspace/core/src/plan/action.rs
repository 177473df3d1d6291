//! What a step does.

use std::{sync::Arc, time::Duration};

use crate::{LockPlan, MessageIndex, RecordName, SubSagaPlan, TopicName, WaitPlan};

/// What a step does.
#[derive(Debug)]
pub enum Action {
    /// A participant is asked, and answers.
    Command {
        /// What it is asked.
        message: MessageIndex,
        /// What it answers.
        replies: Replies,
    },
    /// The saga waits for a time or an event.
    Wait(WaitPlan),
    /// A person decides.
    Decision(DecisionPlan),
    /// The saga takes a lock.
    Lock(LockPlan),
    /// Another saga does it.
    SubSaga(SubSagaPlan),
}

/// The record types that answer a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replies {
    /// The topic they stand on.
    pub topic: TopicName,
    /// It was done.
    pub succeeded: RecordName,
    /// It was refused, and nothing was done.
    pub failed: Option<RecordName>,
}

/// A question to people, and what their answers mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionPlan {
    /// The question.
    pub question: Arc<str>,
    /// The answers to choose from.
    pub options: Vec<DecisionOption>,
    /// How long people may take.
    pub deadline: Duration,
    /// The answer when nobody decided in time: its position in `options`.
    pub default: usize,
}

impl DecisionPlan {
    /// The option called `name`.
    pub fn option(&self, name: &str) -> Option<&DecisionOption> {
        self.options.iter().find(|option| *option.name == *name)
    }
}

/// One answer to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionOption {
    /// Its name, for example `approve`.
    pub name: Arc<str>,
    /// Whether the step fails by it; otherwise it succeeds.
    pub fails: bool,
}
