//! From where the first timer is looked for.
//!
//! Fired timers leave tombstones at the front of their keys, and a search from the front would step over all of them
//! each time. So the place before which there is no timer is remembered.

use palinode_core::Timestamp;

use super::{key, key_kind::KeyKind};

/// A key before which there is no timer.
#[derive(Clone, Debug)]
pub(super) struct FirstTimer {
    from: Vec<u8>,
    known: bool,
}

impl FirstTimer {
    /// What is known of a store of which only this is known: that no timer is due before `due`.
    pub(super) fn not_before(due: Timestamp) -> Self {
        let mut from = Vec::new();
        key::due(&mut from, due);
        Self { from, known: false }
    }

    /// What is known of a store without timers.
    pub(super) fn none() -> Self {
        Self {
            from: KeyKind::Timer.end().to_vec(),
            known: true,
        }
    }

    /// Where a search begins.
    pub(super) fn from(&self) -> &[u8] {
        &self.from
    }

    /// Whether `from` is the first timer's key, or the end of all timers when there is none.
    pub(super) fn is_known(&self) -> bool {
        self.known
    }

    /// No timer is due before this; none when there is no timer.
    pub(super) fn due(&self) -> Option<Timestamp> {
        key::read_due(&self.from)
    }

    /// Notes what a search from `from` found.
    pub(super) fn found(&mut self, key: Option<&[u8]>) {
        self.from.clear();
        self.from.extend_from_slice(key.unwrap_or(&KeyKind::Timer.end()));
        self.known = true;
    }

    /// Notes that a search from `from` found nothing before `key`.
    pub(super) fn not_found_before(&mut self, key: &[u8]) {
        self.from.clear();
        self.from.extend_from_slice(key);
        self.known = false;
    }

    /// Notes a new timer.
    pub(super) fn added(&mut self, key: &[u8]) {
        if key <= self.from.as_slice() {
            self.found(Some(key));
        }
    }

    /// Notes that a timer is gone.
    pub(super) fn removed(&mut self, key: &[u8]) {
        if key == self.from {
            self.known = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use palinode_core::{SagaId, Timer, TimerKind};

    use super::*;

    fn timer(due: i64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let timer = Timer {
            due: Timestamp(due),
            kind: TimerKind::Deadline,
        };
        key::timer(&mut bytes, &SagaId::new("definition", "key"), &timer);
        bytes
    }

    #[test]
    fn an_earlier_timer_moves_the_place_down_and_a_later_one_does_not() {
        let mut first = FirstTimer::none();
        for (added, expected) in [(50, 50), (70, 50), (20, 20)] {
            first.added(&timer(added));
            assert_eq!((first.due(), first.is_known()), (Some(Timestamp(expected)), true));
        }
    }

    #[test]
    fn when_the_first_timer_goes_the_place_stays_and_the_timer_is_unknown() {
        let mut first = FirstTimer::none();
        first.added(&timer(20));
        first.removed(&timer(30));
        assert!(first.is_known());
        first.removed(&timer(20));
        assert_eq!((first.due(), first.is_known()), (Some(Timestamp(20)), false));
        first.added(&timer(20));
        assert!(first.is_known());
    }

    #[test]
    fn a_later_timer_says_nothing_while_the_first_is_unknown() {
        let mut first = FirstTimer::not_before(Timestamp(10));
        first.added(&timer(40));
        assert_eq!((first.due(), first.is_known()), (Some(Timestamp(10)), false));
    }

    #[test]
    fn without_timers_nothing_is_due() {
        let mut first = FirstTimer::not_before(Timestamp(10));
        first.found(None);
        assert_eq!((first.due(), first.is_known()), (None, true));
    }
}
