//! How long to leave a webhook alone that does not take messages.

use std::time::Duration;

/// The pause after the first failure: a restart of the webhook is over in less than a few of these.
const INITIAL: Duration = Duration::from_millis(100);
/// The longest pause: what a customer waits for at most once the webhook is back.
const MAX: Duration = Duration::from_secs(15);

/// Pauses that double from failure to failure.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after one more failure; longer when the webhook asks for it, but never above the longest.
    pub(crate) fn pause(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = INITIAL.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        doubled.max(asked.unwrap_or_default()).min(MAX)
    }

    /// The webhook took messages: the next failure is a first one.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_start_anew_after_a_success() {
        let mut backoff = Backoff::default();
        let millis: Vec<_> = (0..10).map(|_| backoff.pause(None).as_millis()).collect();
        assert_eq!(
            millis,
            [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]
        );
        backoff.reset();
        assert_eq!(backoff.pause(None), INITIAL);
    }

    #[test]
    fn a_webhook_may_ask_for_more() {
        assert_eq!(
            Backoff::default().pause(Some(Duration::from_secs(2))),
            Duration::from_secs(2)
        );
        assert_eq!(Backoff::default().pause(Some(Duration::from_secs(3_600))), MAX);
    }
}
