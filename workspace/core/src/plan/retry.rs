//! When and how often a step is tried again.

use std::{sync::Arc, time::Duration};

use crate::Expression;

/// When and how often a step is tried again.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// Attempts in all, the first one counted; 1 or more.
    pub attempts: u32,
    /// The pause before the second attempt.
    pub initial: Duration,
    /// By how much each pause is longer than the one before it.
    pub factor: f64,
    /// The longest pause, before jitter.
    pub max: Duration,
    /// The largest share by which a pause is shorter or longer, 0 to 1, so that sagas that failed together are not tried
    /// again together. By how much follows from the request and the attempt.
    pub jitter: f64,
    /// Which definite failures are tried again (in a new round); `None`: no one. Time-outs always are (in the same round).
    pub when: Option<Arc<dyn Expression>>,
}

impl RetryPolicy {
    /// The pause after attempt number `attempt` (counted from 1) of this budget, without jitter.
    pub fn pause_after(&self, attempt: u32) -> Duration {
        let grown = self.initial.as_secs_f64()
            * self
                .factor
                .powi(i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX));
        if grown.is_finite() && grown < self.max.as_secs_f64() {
            Duration::from_secs_f64(grown.max(0.0))
        } else {
            self.max
        }
    }
}
