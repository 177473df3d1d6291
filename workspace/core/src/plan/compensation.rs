//! How steps are taken back.

use std::time::Duration;

use crate::{MessageIndex, Replies, RetryPolicy};

/// How a step is taken back. Its command goes to the topic of the step's command, so that it arrives after it.
#[derive(Debug)]
pub struct CompensationPlan {
    /// What the participant is asked.
    pub command: MessageIndex,
    /// What the participant answers.
    pub replies: Replies,
    /// How long one attempt waits for its reply.
    pub timeout: Duration,
    /// When and how often it is tried again.
    pub retry: RetryPolicy,
    /// What happens when no attempt is left.
    pub on_exhausted: CompensationExhausted,
}

/// What happens when a compensation has no attempt left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompensationExhausted {
    /// The saga waits for a person or a late success.
    #[default]
    Suspend,
    /// The compensation is given up, which a person should look at, and the saga goes on with the others.
    Continue,
}

/// In which order steps are taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompensationOrder {
    /// The reverse of the graph: a step when all that came after it are settled.
    #[default]
    Reverse,
    /// One at a time, the last step first.
    Sequential,
    /// All at once.
    Parallel,
}
