//! What a task is told of a transaction is the truth.

use palinode_log::{Outcome, Slot};

use super::{Check, Found, Scene, Transaction};
use crate::history::Truth;

/// Committed means that it stands, aborted that it does not; what the broker decided is what its topics say. Fenced says
/// nothing of it: the answer to a commit may be lost, and the next question come after another instance's.
pub(super) struct Told;

impl Check for Told {
    fn name(&self) -> &'static str {
        "told"
    }

    fn law(&self) -> &'static str {
        "A task that is told how its transaction ended is told the truth; when nobody can know, it is told that."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        // Snapshots have no record in the journal, which tells what stands; what they lead to is looked at by itself.
        let journaled = scene.transactions.iter().filter(|it| it.slot != Slot::Snapshot);
        for transaction in journaled {
            if let Some(lie) = lie(transaction) {
                found.add(format!("{} {lie}", transaction.words()));
            }
        }
    }
}

fn lie(transaction: &Transaction<'_>) -> Option<String> {
    match (transaction.told, transaction.stands_at) {
        (Some(Outcome::Committed { .. }), None) => return Some("was told to stand, and does not".into()),
        (Some(Outcome::Committed { journal_offset }), Some(at)) if *journal_offset != Some(at) => {
            return Some(format!(
                "stands at offset {at} of the journal, and was told {journal_offset:?}"
            ));
        }
        (Some(Outcome::Aborted { .. }), Some(_)) => return Some("was told to be aborted, and stands".into()),
        _ => {}
    }
    match (transaction.decided, transaction.stands_at) {
        (Some(Truth::Stands), None) => Some("was committed by the broker, and is not there".into()),
        (Some(Truth::Gone), Some(_)) => Some("was aborted by the broker, and is there".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use palinode_log::Outcome;

    use super::Told;
    use crate::{checks::testing::Made, history::Truth};

    fn made() -> Made {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made
    }

    #[test]
    fn the_truth_is_right_and_so_is_not_to_know() {
        let mut made = made();
        made.start(0, 0, "o-1");
        made.aborted(0, 0, "o-2");
        let unknown = Outcome::Indefinite { reason: "time".into() };
        made.told(0, 0, "o-3", unknown, Truth::Stands);
        made.claim(0, 0);
        made.told(0, 0, "o-4", Outcome::Fenced, Truth::Stands);
        assert_eq!(made.findings(&Told), Vec::<String>::new());
    }

    #[test]
    fn a_lie_is_found() {
        let committed = Outcome::Committed {
            journal_offset: Some(9),
        };
        let aborted = Outcome::Aborted {
            reason: "time".into(),
            refused: None,
        };
        for (told, truth, what) in [
            (committed.clone(), Truth::Gone, "was told to stand, and does not"),
            (aborted, Truth::Stands, "was told to be aborted, and stands"),
            (
                committed,
                Truth::Stands,
                "stands at offset 4 of the journal, and was told Some(9)",
            ),
        ] {
            let mut made = made();
            made.told(0, 0, "o-1", told, truth);
            assert_eq!(made.findings(&Told), [format!("transaction 1 (node 0, task 0) {what}")]);
        }
    }

    #[test]
    fn a_broker_that_does_not_do_what_it_decided_is_found() {
        let mut made = made();
        made.start(0, 0, "o-1");
        made.topic("palinode.journal", 0).truncate(1);
        let found = made.findings(&Told);
        assert!(found[0].ends_with("was told to stand, and does not"), "{found:?}");
    }
}
