//! How a task deals with its transactions.

use std::collections::{BTreeMap, BTreeSet};

use palinode_log::{Outcome, Slot};

use super::{Check, Found, Scene};
use crate::history::Happened;

/// A task has one transaction at a time. After a fence it claims, alone and on the first id; after an end that nobody
/// knows, or when it was fenced itself, it writes nothing before it has initialised its ids anew. Of the id of the snapshots,
/// on which nothing else depends, an unknown end bars this id alone.
pub(super) struct Conduct;

/// What the task of a process may do next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum May {
    /// Initialise its ids.
    #[default]
    Fence,
    /// Claim.
    Claim,
    /// Write.
    Write,
    /// Wait for the end of this transaction.
    Wait(u64, What),
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Claim,
    Work,
    Snapshots,
}

impl Check for Conduct {
    fn name(&self) -> &'static str {
        "conduct"
    }

    fn law(&self) -> &'static str {
        "A task writes one transaction at a time, claims alone before it writes, and takes over again after an end that nobody knows."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        let mut may: BTreeMap<(usize, i32), May> = BTreeMap::new();
        let mut barred: BTreeSet<(usize, i32)> = BTreeSet::new();
        for entry in scene.remains.history.entries() {
            match &entry.what {
                Happened::NodeBegan { node, .. } | Happened::NodeEnded { node, .. } => {
                    may.retain(|(of, _), _| of != node);
                    barred.retain(|(of, _)| of != node);
                }
                Happened::Fenced { node, task, error } => {
                    let next = if error.is_none() { May::Claim } else { May::Fence };
                    may.insert((*node, *task), next);
                    barred.remove(&(*node, *task));
                }
                Happened::Began {
                    node,
                    task,
                    slot,
                    transaction,
                    records,
                    ..
                } => {
                    let before = may.get(&(*node, *task)).copied().unwrap_or_default();
                    let what = match (before, slot) {
                        (May::Claim, _) => What::Claim,
                        (_, Slot::Snapshot) => What::Snapshots,
                        _ => What::Work,
                    };
                    let is_barred = what == What::Snapshots && barred.contains(&(*node, *task));
                    let before = if is_barred { May::Fence } else { before };
                    if let Some(fault) = fault(before, *slot, records.len()) {
                        found.add(format!("node {node}, task {task}, transaction {transaction}: {fault}"));
                    }
                    may.insert((*node, *task), May::Wait(*transaction, what));
                }
                Happened::Ended {
                    node,
                    task,
                    transaction,
                    told,
                } => {
                    let before = may.get(&(*node, *task)).copied().unwrap_or_default();
                    if let May::Wait(number, what) = before
                        && number == *transaction
                    {
                        may.insert((*node, *task), after(told, what));
                        if what == What::Snapshots && matches!(told, Outcome::Indefinite { .. }) {
                            barred.insert((*node, *task));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

fn fault(before: May, slot: Slot, records: usize) -> Option<String> {
    match before {
        May::Fence => Some("it was begun before the task's ids were initialised anew".into()),
        May::Claim if records != 1 || slot != Slot::A => {
            Some("the first transaction after a fence is not a claim alone on the first id".into())
        }
        May::Claim | May::Write => None,
        May::Wait(other, _) => Some(format!("it was begun while transaction {other} was under way")),
    }
}

fn after(told: &Outcome, what: What) -> May {
    match told {
        Outcome::Committed { .. } => May::Write,
        Outcome::Aborted { .. } if what == What::Claim => May::Claim,
        Outcome::Aborted { .. } => May::Write,
        Outcome::Indefinite { .. } if what == What::Snapshots => May::Write,
        Outcome::Fenced | Outcome::Indefinite { .. } => May::Fence,
    }
}

#[cfg(test)]
mod tests {
    use palinode_log::Outcome;

    use super::Conduct;
    use crate::{checks::testing::Made, history::Truth};

    #[test]
    fn a_claim_and_then_one_transaction_after_the_other_is_right() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made.aborted(0, 0, "o-2");
        made.start(0, 0, "o-2");
        made.told(0, 0, "o-3", unknown(), Truth::Gone);
        made.claim(0, 0);
        made.start(0, 0, "o-3");
        assert_eq!(made.findings(&Conduct), Vec::<String>::new());
    }

    #[test]
    fn going_on_after_an_unknown_end_is_found() {
        for told in [unknown(), Outcome::Fenced] {
            let mut made = Made::new(1);
            made.claim(0, 0);
            made.told(0, 0, "o-1", told, Truth::Gone);
            made.start(0, 0, "o-2");
            let what = "node 0, task 0, transaction 2: it was begun before the task's ids were initialised anew";
            assert_eq!(made.findings(&Conduct), [what]);
        }
    }

    #[test]
    fn writing_before_the_claim_is_found() {
        let mut made = Made::new(1);
        made.fence(0, 0);
        made.start(0, 0, "o-1");
        let what =
            "node 0, task 0, transaction 0: the first transaction after a fence is not a claim alone on the first id";
        assert_eq!(made.findings(&Conduct), [what]);
    }

    #[test]
    fn two_transactions_at_once_are_found() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.begin(0, 0, "o-1");
        made.start(0, 0, "o-2");
        let what = "node 0, task 0, transaction 2: it was begun while transaction 1 was under way";
        assert_eq!(made.findings(&Conduct), [what]);
    }

    fn unknown() -> Outcome {
        Outcome::Indefinite { reason: "time".into() }
    }
}
