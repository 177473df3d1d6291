//! How long inputs are gathered before the next transaction begins.
//!
//! Transactions, not records, are the cost of the broker and of a task. When commits are fast there is room for more of
//! them, and nothing waits. When they are slow the machine is busy with them, and fewer and larger ones end every saga
//! sooner: then a part of the time that the last commit took is spent gathering. So it regulates itself.

use std::time::Duration;

use palinode_core::Timestamp;

use crate::settings::{BATCH_RECORDS_MAX, GATHER_AFTER, GATHER_MAX};

/// The gathering before the next transaction.
#[derive(Debug, Default)]
pub(super) struct Gather {
    until: Option<Timestamp>,
}

impl Gather {
    /// A commit took this long and ended now.
    pub(super) fn committed(&mut self, took: Duration, now: Timestamp) {
        self.until = (took >= GATHER_AFTER).then(|| now.plus((took / 2).min(GATHER_MAX)));
    }

    /// Whether the next transaction waits for more than these inputs.
    pub(super) fn goes_on(&mut self, inputs: usize, now: Timestamp) -> bool {
        self.until = self.until.filter(|until| now < *until && inputs < BATCH_RECORDS_MAX);
        self.until.is_some()
    }

    /// When the next transaction may begin, if that is not now.
    pub(super) fn ends_at(&self) -> Option<Timestamp> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn after(millis: u64) -> Gather {
        let mut gather = Gather::default();
        gather.committed(Duration::from_millis(millis), NOW);
        gather
    }

    #[test]
    fn after_a_fast_commit_nothing_waits() {
        assert!(!after(4).goes_on(1, NOW));
    }

    #[test]
    fn after_a_slow_commit_inputs_are_gathered_for_half_its_time_and_no_longer() {
        let mut gather = after(20);
        assert!(gather.goes_on(1, NOW.plus(Duration::from_millis(9))));
        assert_eq!(gather.ends_at(), Some(Timestamp(1_010)));
        assert!(!gather.goes_on(1, NOW.plus(Duration::from_millis(10))));
        assert_eq!(gather.ends_at(), None);
    }

    #[test]
    fn the_wait_is_bounded_and_a_full_batch_does_not_wait() {
        assert_eq!(after(10_000).ends_at(), Some(NOW.plus(GATHER_MAX)));
        assert!(!after(20).goes_on(BATCH_RECORDS_MAX, NOW));
    }
}
