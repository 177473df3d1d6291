//! What a failure means for the task: the next try, another owner, or a person.

use palinode_log::{Error as LogError, Outcome};

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

/// What to do when the inputs cannot be read. An offset that is not there does not come back by itself, and when a topic
/// that was made anew has grown to it, its first records would never be read.
pub(super) fn input_exit(error: &LogError) -> Exit {
    if matches!(error, LogError::OffsetOutOfRange { .. }) {
        return Exit::Park(format!(
            "{error}: the topic was truncated or made anew, so records may be lost that nobody has read. When it is sure \
             that none is missing and the topic holds this offset again, start the process again"
        ));
    }
    Exit::Again(format!("the inputs could not be read: {error}"))
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
