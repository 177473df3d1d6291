//! What a failure means for the task: the next try, another owner, or a person.

use palinode_log::Outcome;

use super::state_machine::Exit;

/// What was tried may go well at the next try.
pub(super) fn again(what: &str, error: &dyn std::fmt::Display) -> Exit {
    Exit::Again(format!("{what}: {error}"))
}

/// What to do when the store fails: another try may help against a full disk, nothing but a person against the rest.
pub(super) fn store_exit(error: palinode_store::Error) -> Exit {
    if error.is_retriable() || error.is_rebuildable() {
        Exit::Again(error.to_string())
    } else {
        Exit::Park(error.to_string())
    }
}

/// What to do when a transaction of the take-over did not stand.
pub(super) fn exit_for(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Fenced => Exit::Fenced,
        Outcome::Committed { .. } => Exit::Again("a transaction ended out of order".into()),
        Outcome::Aborted { reason, .. } | Outcome::Indefinite { reason } => {
            Exit::Again(format!("a transaction of the take-over did not stand: {reason}"))
        }
    }
}
