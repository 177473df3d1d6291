//! After a claim only the claimant writes.

use std::collections::BTreeSet;

use palinode_wire::journal::{JournalRecord, TaskRecord};

use super::{Check, Entry, Found, Scene};

/// Every transaction of a task is of the claim before it in the journal, and each claim is made once.
pub(super) struct Fencing;

impl Check for Fencing {
    fn name(&self) -> &'static str {
        "fencing"
    }

    fn law(&self) -> &'static str {
        "Once a newer claim of a task stands, nothing of an older one commits."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for (task, entries) in &scene.journal {
            let mut claimant: Option<&str> = None;
            let mut known = BTreeSet::new();
            for entry in entries {
                if let JournalRecord::Task(TaskRecord::TaskClaimed(claim)) = &entry.record {
                    if !known.insert(&*claim.incarnation) {
                        found.add(format!("task {task} was claimed twice by '{}'", claim.incarnation));
                    }
                    claimant = Some(&claim.incarnation);
                } else if let Some(writer) = writer(entry)
                    && claimant != Some(writer)
                {
                    found.add(format!(
                        "at offset {} of the journal of task {task} '{writer}' wrote, and the task is {}",
                        entry.offset,
                        claimant.map_or("nobody's".into(), |claimant| format!("that of '{claimant}'"))
                    ));
                }
            }
        }
    }
}

/// Who wrote a task's own record: its id is `task-<task>/<incarnation>/<number>`.
fn writer(entry: &Entry) -> Option<&str> {
    match entry.record {
        JournalRecord::Task(_) => {
            let (_, rest) = entry.id.split_once('/')?;
            Some(rest.rsplit_once('/')?.0)
        }
        JournalRecord::Saga(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Fencing;
    use crate::checks::testing::Made;

    #[test]
    fn claims_one_after_the_other_are_right() {
        let mut made = Made::new(2);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made.claim(1, 0);
        made.start(1, 0, "o-2");
        made.claim(0, 1);
        made.claim(0, 0);
        made.start(0, 0, "o-3");
        assert_eq!(made.findings(&Fencing), Vec::<String>::new());
    }

    #[test]
    fn a_zombie_that_writes_is_found() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.claim(1, 0);
        made.start(0, 0, "o-1");
        let what = "at offset 6 of the journal of task 0 'node-0-1' wrote, and the task is that of 'node-1-2'";
        assert_eq!(made.findings(&Fencing), [what]);
    }

    #[test]
    fn a_task_that_nobody_claimed_is_found() {
        let mut made = Made::new(1);
        made.start(0, 0, "o-1");
        let found = made.findings(&Fencing);
        assert!(found[0].ends_with("the task is nobody's"), "{found:?}");
    }
}
