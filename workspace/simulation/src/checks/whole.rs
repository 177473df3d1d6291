//! A transaction stands as a whole or not at all, and nothing else stands.

use std::collections::BTreeMap;

use super::{Check, Found, Scene};
use crate::history::record_id;

/// Of each transaction that stands all records stand, once; of any other none does: neither what was aborted, nor what
/// somebody wrote who was fenced.
pub(super) struct Whole;

impl Check for Whole {
    fn name(&self) -> &'static str {
        "whole"
    }

    fn law(&self) -> &'static str {
        "A transaction stands with all of its records or with none, and nothing that was aborted or written by a fenced member is visible."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for what in &scene.unreadable {
            found.add(format!("the journal cannot be read at {what}"));
        }
        let expected = expected(scene);
        let actual = actual(scene);
        for (id, (times, by)) in &expected {
            let there = actual.get(*id).map_or(0, |(there, _)| *there);
            if there < *times {
                let words = scene.transactions[*by].words();
                found.add(format!("{words} stands, and its record '{id}' is not there"));
            }
        }
        for (id, (there, place)) in &actual {
            let times = expected.get(id.as_str()).map_or(0, |(times, _)| *times);
            if *there > times {
                found.add(format!("the record '{id}' at {place} {}", whose(scene, id)));
            }
        }
        self.order(scene, found);
    }
}

impl Whole {
    /// The records of a transaction stand in the journal in their order.
    fn order(&self, scene: &Scene<'_>, found: &mut Found) {
        for (task, entries) in &scene.journal {
            for group in
                entries.chunk_by(|one, other| one.transaction.is_some() && one.transaction == other.transaction)
            {
                let Some(transaction) = group[0].transaction.map(|at| &scene.transactions[at]) else {
                    found.add(format!(
                        "no node began the transaction of '{}' in the journal of task {task}",
                        group[0].id
                    ));
                    continue;
                };
                let mut ids = transaction.ids.iter();
                if let Some(entry) = group.iter().find(|entry| !ids.any(|id| *id == entry.id)) {
                    let words = transaction.words();
                    found.add(format!(
                        "the record '{}' stands among those of {words}, which did not write it there",
                        entry.id
                    ));
                }
            }
        }
    }
}

/// How often each record must stand, and a transaction that wrote it.
fn expected<'s>(scene: &'s Scene<'_>) -> BTreeMap<&'s str, (usize, usize)> {
    let mut expected: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, transaction) in scene.transactions.iter().enumerate() {
        if transaction.stands_at.is_some() {
            for id in transaction.ids.iter().filter(|id| !id.is_empty()) {
                expected.entry(id).or_insert((0, at)).0 += 1;
            }
        }
    }
    expected
}

/// How often each record of the orchestrator stands, and where.
fn actual(scene: &Scene<'_>) -> BTreeMap<String, (usize, String)> {
    let mut actual: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (at, records) in &scene.remains.topics {
        for record in records {
            let value = record.value.as_deref().unwrap_or_default();
            if let Some(id) = record_id(&at.topic, &record.headers, value) {
                let place = || (0, format!("{at}/{}", record.offset));
                actual.entry(id).or_insert_with(place).0 += 1;
            }
        }
    }
    actual
}

/// Who wrote a record that should not be there.
fn whose(scene: &Scene<'_>, id: &str) -> String {
    let of = |at: &usize| scene.transactions[*at].ids.iter().any(|known| known == id);
    let gone = (0..scene.transactions.len())
        .find(|at| scene.transactions[*at].stands_at.is_none() && of(at))
        .map(|at| scene.transactions[at].words());
    match gone {
        Some(words) => format!("is visible, and {words} does not stand"),
        None => "stands more often than it was written".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::Whole;
    use crate::checks::testing::Made;

    #[test]
    fn transactions_that_stand_and_others_that_do_not_are_right() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made.aborted(0, 0, "o-2");
        made.start(0, 0, "o-2");
        assert_eq!(made.findings(&Whole), Vec::<String>::new());
    }

    #[test]
    fn a_command_that_is_missing_is_found() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made.topic("payments.commands", 0).clear();
        let what = "transaction 1 (node 0, task 0) stands, and its record 'order-fulfilment/o-1/payment/forward/1/1' is not there";
        assert_eq!(made.findings(&Whole), [what]);
    }

    #[test]
    fn what_a_transaction_wrote_that_does_not_stand_is_found() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        let command = made.topic("payments.commands", 0).pop().unwrap();
        made.topic("palinode.journal", 0).truncate(1);
        made.topic("payments.commands", 0).push(command);
        let what = "the record 'order-fulfilment/o-1/payment/forward/1/1' at payments.commands/0/0 is visible, and transaction 1 (node 0, task 0) does not stand";
        assert_eq!(made.findings(&Whole), [what]);
    }

    #[test]
    fn records_out_of_order_are_found() {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made.topic("palinode.journal", 0).swap(1, 2);
        let found = made.findings(&Whole);
        assert!(found[0].contains("which did not write it there"), "{found:?}");
    }
}
