//! A sandbox's time, as it is written down: the machine's, and how far it was moved.

use std::time::Duration;

use palinode_engine::Clock;
use palinode_sandbox::broker::Begins;
use serde::{Deserialize, Serialize};

/// A sandbox's time when something was written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Time {
    /// The time, in milliseconds since 1970.
    pub(super) at_ms: i64,
    /// By how many milliseconds it was ahead of the machine's.
    moved_ms: i64,
    /// How many of these are leaps, which only records and the orchestrator made: sessions, transactions and retention did
    /// not.
    leaps_ms: u64,
    /// Whether it stood still since then, as a snapshot's does.
    stands: bool,
}

impl Time {
    /// The time of a clock, with the leaps that it made.
    pub(super) fn of(clock: &Clock, leaps: Duration) -> Self {
        Self {
            at_ms: clock.now().0,
            moved_ms: clock.moved_ms(),
            leaps_ms: u64::try_from(leaps.as_millis()).unwrap_or(u64::MAX),
            stands: false,
        }
    }

    /// A time that goes on from this one, whenever that is.
    pub(super) fn beginning_at(at_ms: i64) -> Self {
        Self {
            at_ms,
            moved_ms: 0,
            leaps_ms: 0,
            stands: true,
        }
    }

    /// This time, standing still.
    #[must_use]
    pub(super) fn standing(self) -> Self {
        Self { stands: true, ..self }
    }

    /// The clock that goes on from here, and where that of the broker begins.
    pub(super) fn clocks(self) -> (Clock, Begins) {
        let machine_ms = Clock::default().now().0;
        let moved_ms = if self.stands {
            self.at_ms - machine_ms
        } else {
            self.moved_ms
        };
        let leaps = Duration::from_millis(self.leaps_ms);
        let begins = Begins {
            moved_ms: moved_ms - i64::try_from(self.leaps_ms).unwrap_or(i64::MAX),
            records_ahead: leaps,
        };
        (Clock::moved_by(moved_ms), begins)
    }

    /// Whether it stands still.
    pub(super) fn stands(self) -> bool {
        self.stands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_stands_goes_on_from_where_it_was_and_another_has_passed() {
        let clock = Clock::moved_by(-5_000_000);
        clock.advance(Duration::from_secs(1_000));
        let time = Time::of(&clock, Duration::from_secs(1_000));

        let (running, begins) = time.clocks();
        assert_eq!(running.moved_ms(), -4_000_000);
        assert_eq!(
            (begins.moved_ms, begins.records_ahead),
            (-5_000_000, Duration::from_secs(1_000))
        );

        let long_ago = Time { at_ms: 77_000, ..time }.standing();
        let (standing, begins) = long_ago.clocks();
        assert!((77_000..87_000).contains(&standing.now().0));
        assert_eq!(begins.moved_ms, standing.moved_ms() - 1_000_000);
    }
}
