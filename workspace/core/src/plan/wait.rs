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
    /// An event with the saga's key. One that comes before the wait began ends it when it begins.
    Event {
        /// The event.
        trigger: Trigger,
        /// How long it is waited for.
        timeout: Duration,
        /// What happens when it has not come by then.
        on_timeout: OnTimeout,
    },
}

/// What happens when an event does not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTimeout {
    /// The step fails.
    Fail,
    /// The step succeeds without an event.
    Continue,
}
