//! The time that a task journals.

use palinode_core::Timestamp;
use palinode_wire::journal::{JournalRecord, TaskRecord};

use super::{Check, Found, Scene};

/// A task's time never goes back, whoever owns it, and is not ahead of its owner's clock and of what was journaled before.
/// A claim is made before the journal is read, so that it has the claimant's own time.
pub(super) struct Clock;

impl Check for Clock {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn law(&self) -> &'static str {
        "A task's journaled time never goes back, and runs ahead of no clock of its owners."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for (task, entries) in &scene.journal {
            let mut before = Timestamp(i64::MIN);
            for entry in entries {
                let time = entry.record.time();
                let offset = entry.offset;
                let is_claim = matches!(entry.record, JournalRecord::Task(TaskRecord::TaskClaimed(_)));
                if time < before && !is_claim {
                    found.add(format!(
                        "at offset {offset} of the journal of task {task} the time goes back from {before} to {time}"
                    ));
                }
                if let Some(transaction) = entry.transaction.map(|at| &scene.transactions[at])
                    && time > transaction.node_time.max(before)
                {
                    found.add(format!(
                        "at offset {offset} of the journal of task {task} stands {time}, and the clock of node {} showed {}",
                        transaction.node, transaction.node_time
                    ));
                }
                before = before.max(time);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use crate::checks::testing::Made;

    #[test]
    fn time_that_goes_on_is_right_also_after_an_owner_whose_clock_is_ahead() {
        let mut made = Made::new(1);
        made.ahead(5_000);
        made.claim(0, 0);
        made.ahead(0);
        made.journal_time_at_least(made.now() + 5_000);
        made.claim(1, 0);
        made.start(1, 0, "o-1");
        assert_eq!(made.findings(&Clock), Vec::<String>::new());
    }

    #[test]
    fn time_that_goes_back_is_found() {
        let mut made = Made::new(1);
        made.ahead(5_000);
        made.claim(0, 0);
        made.ahead(0);
        made.claim(1, 0);
        made.start(1, 0, "o-1");
        let found = made.findings(&Clock);
        assert!(found[0].contains("the time goes back"), "{found:?}");
    }

    #[test]
    fn time_that_nobody_has_is_found() {
        let mut made = Made::new(1);
        made.journal_time_at_least(made.now() + 60_000);
        made.claim(0, 0);
        let found = made.findings(&Clock);
        assert!(found[0].contains("the clock of node 0 showed"), "{found:?}");
    }
}
