//! Waiting for a time or an event.

use std::{sync::Arc, time::Duration};

use crate::{Expression, Trigger};

/// What a step waits for.
#[derive(Debug)]
pub enum WaitPlan {
    /// A span of time, from when the wait begins.
    For(Duration),
    /// A point in time, in milliseconds since 1970; one that has passed ends the wait at once.
    Until(Arc<dyn Expression>),
    /// An event. One that comes before the wait began ends it when it begins.
    Event {
        /// The event.
        trigger: Trigger,
        /// The key of the saga that the event is for, from the fields of `event`; none: it is the key of its record.
        key: Option<Arc<dyn Expression>>,
        /// How long it is waited for.
        timeout: Duration,
        /// What happens when it has not come by then.
        on_timeout: OnTimeout,
    },
}

impl WaitPlan {
    /// The key of the saga that an event is for, when its record has another key.
    pub fn event_key(&self) -> Option<&Arc<dyn Expression>> {
        match self {
            Self::Event { key, .. } => key.as_ref(),
            Self::For(_) | Self::Until(_) => None,
        }
    }
}

/// What happens when an event or a lock does not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTimeout {
    /// The step fails.
    Fail,
    /// The step succeeds without it.
    Continue,
}
