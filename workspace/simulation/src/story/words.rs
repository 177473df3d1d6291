//! Plain words for what happened.

use palinode_core::{Purpose, Timestamp};
use palinode_log::Outcome;
use palinode_wire::journal::SagaRecord;

use crate::history::{Happened, Truth};

/// What happened, in words; none for what only judges want to know.
pub(super) fn words(what: &Happened) -> Option<String> {
    Some(match what {
        Happened::NodeBegan { node, run } => format!("node {node} starts, as '{run}'"),
        Happened::NodeEnded { node, why } => format!("node {node} is gone: {why}"),
        Happened::Membership {
            node,
            task,
            is_proposed,
        } => {
            let verb = if *is_proposed { "gives" } else { "takes" };
            let preposition = if *is_proposed { "to" } else { "from" };
            format!("membership {verb} task {task} {preposition} node {node}")
        }
        Happened::Fenced {
            node,
            task,
            error: None,
        } => format!("node {node} has fenced all others off task {task}"),
        Happened::Fenced {
            node,
            task,
            error: Some(error),
        } => format!("node {node} could not fence others off task {task}: {error}"),
        Happened::Began {
            node,
            task,
            slot,
            transaction,
            records,
            ..
        } => format!(
            "node {node} writes transaction {transaction} of task {task} by id {}, {} records",
            slot.as_str(),
            records.len()
        ),
        Happened::Ended {
            node,
            transaction,
            told,
            ..
        } => format!("node {node} is told of transaction {transaction}: {}", told_words(told)),
        Happened::Decided {
            transaction,
            truth: Truth::Stands,
        } => format!("the broker commits transaction {transaction}"),
        Happened::Decided {
            transaction,
            truth: Truth::Gone,
        } => format!("the broker aborts transaction {transaction}"),
        Happened::Read { .. } => return None,
        Happened::Status { node, task, status } => format!("node {node}, task {task}: {status}"),
        Happened::Store { node, task, what } => format!("the store of task {task} on node {node}: {what}"),
        Happened::Fault { kind, what } => format!("FAULT: {kind}: {what}"),
        Happened::Written { by, to, offset, what } => format!("{by} writes {what} ({to}/{offset})"),
        Happened::Asked { service, id, what } if what.is_empty() => format!("{service} reads '{id}'"),
        Happened::Asked { service, id, what } => format!("{service} reads '{id}', which {what}"),
        Happened::Healed => "all is healed; from here on nothing goes wrong".into(),
    })
}

fn told_words(told: &Outcome) -> String {
    match told {
        Outcome::Committed { .. } => "it stands".into(),
        Outcome::Aborted { reason, .. } => format!("it is aborted, {reason}"),
        Outcome::Fenced => "somebody else owns the task".into(),
        Outcome::Indefinite { reason } => format!("nobody knows, {reason}"),
    }
}

/// An event of a saga in words.
pub(super) fn event(event: &SagaRecord) -> String {
    let mut text = event.event_type.to_string();
    if let Some(step) = &event.step {
        text += &format!(" {step}");
    }
    if event.purpose == Some(Purpose::Compensation) && !text.starts_with("Compensation") {
        text += " (to take it back)";
    }
    if let Some(round) = event.round {
        text += &format!(", round {}", round.0);
    }
    if let Some(attempt) = event.attempt {
        text += &format!(", attempt {}", attempt.0);
    }
    if let Some(due) = event.due {
        text += &format!(", until {} s later", seconds(due.0 - event.time.0));
    }
    if let Some(code) = &event.code {
        text += &format!(", {code}");
    }
    text
}

/// The time since the world's beginning.
pub(super) fn clock(begin: Timestamp, at: Timestamp) -> String {
    format!("{:>9}", seconds(at.0 - begin.0))
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1_000, (ms % 1_000).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_the_beginning() {
        assert_eq!(clock(Timestamp(1_000), Timestamp(13_045)), "   12.045");
    }

    #[test]
    fn what_a_task_is_told_is_said_plainly() {
        let ended = Happened::Ended {
            node: 1,
            task: 0,
            transaction: 7,
            told: Outcome::Fenced,
        };
        let told = words(&ended);
        assert_eq!(
            told.as_deref(),
            Some("node 1 is told of transaction 7: somebody else owns the task")
        );
    }
}
