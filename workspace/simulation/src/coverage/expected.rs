//! What should be reached by some world or other.

use palinode_core::{ReasonCode, RejectionCode};
use palinode_wire::{dead_letter::ErrorCode, journal::EVENT_TYPES};

use super::Group;
use crate::plan::{Definitions, Fault};

/// Kinds of trouble of which every pair should happen: what dies, what nobody knows, who takes over.
pub(super) const TROUBLES: [&str; 4] = ["a broker dies", "a node dies", "a take-over", "an EndTxn in doubt"];

/// Manners of services, as [`crate::history::Happened::Asked`] tells them.
const MANNERS: [&str; 10] = [
    "as it should be",
    "late",
    "twice",
    "will be answered wrongly",
    "will be done and not answered",
    "will be forgotten",
    "will be refused",
    "will fail",
    "with something that nobody asked",
    "without headers",
];

/// Ends of transactions.
const ENDS: [&str; 5] = [
    "aborted",
    "aborted, a topic refused",
    "committed",
    "fenced",
    "nobody knows",
];

/// States of tasks.
const TASKS: [&str; 7] = [
    "idle",
    "parked",
    "running",
    "running and waiting",
    "standby",
    "taking over",
    "taking over once more",
];

/// Events that no world writes: none moves a saga to another version.
const NOT_WRITTEN: [&str; 2] = ["SagaMigrated", "MigrationUndone"];

/// What should be reached in a group.
pub(super) fn expected(group: Group) -> Vec<&'static str> {
    match group {
        Group::Fault => Fault::DRAWN.to_vec(),
        Group::Pair => pairs(),
        Group::Definitions => Definitions::ALL.iter().map(|definitions| definitions.name()).collect(),
        Group::Service => MANNERS.to_vec(),
        Group::Transaction => ENDS.to_vec(),
        Group::Task => TASKS.to_vec(),
        Group::Event => EVENT_TYPES
            .into_iter()
            .filter(|name| !NOT_WRITTEN.contains(name))
            .collect(),
        Group::Reason => ReasonCode::ALL
            .iter()
            .filter(|code| !is_out_of_reach(**code))
            .map(|code| code.as_str())
            .collect(),
        Group::Rejection => RejectionCode::ALL
            .iter()
            .filter(|code| !is_refused_elsewhere(**code))
            .map(|code| code.as_str())
            .collect(),
        Group::DeadLetter => ErrorCode::ALL
            .iter()
            .filter(|code| !is_no_letter(**code))
            .map(|code| code.as_str())
            .collect(),
    }
}

/// The name of a pair of troubles.
pub(super) fn pair(one: usize, other: usize) -> &'static str {
    match (one.min(other), one.max(other)) {
        (0, 1) => "a broker dies, a node dies",
        (0, 2) => "a broker dies, a take-over",
        (0, 3) => "a broker dies, an EndTxn in doubt",
        (1, 2) => "a node dies, a take-over",
        (1, 3) => "a node dies, an EndTxn in doubt",
        _ => "a take-over, an EndTxn in doubt",
    }
}

fn pairs() -> Vec<&'static str> {
    let all = 0..TROUBLES.len();
    let of = |one: usize| (one + 1..TROUBLES.len()).map(move |other| pair(one, other));
    all.flat_map(of).collect()
}

/// Reasons that no world should have, or that need more than a world has.
fn is_out_of_reach(code: ReasonCode) -> bool {
    match code {
        // A defect.
        ReasonCode::InvariantBroken => true,
        // The definitions have a value for every order.
        ReasonCode::ExpressionFailed => true,
        // A thousand sagas would have to wait for one lock.
        ReasonCode::LockQueueFull => true,
        // It stands beside the class of a refusal, which the journal names instead.
        ReasonCode::Rejected => true,
        _ => false,
    }
}

/// Refusals of what no world does.
fn is_refused_elsewhere(code: RejectionCode) -> bool {
    match code {
        // Sagas within sagas are one level deep.
        RejectionCode::NestedTooDeep => true,
        // The saga within a saga has no pivot.
        RejectionCode::CannotBeTakenBack => true,
        // No world moves a saga to another version.
        RejectionCode::CannotMigrate | RejectionCode::AlreadyMigrated => true,
        _ => false,
    }
}

/// Dead letters of what no world writes, or that only participants write.
fn is_no_letter(code: ErrorCode) -> bool {
    match code {
        // The registry's schemas are good, and orders and their keys are small.
        ErrorCode::UnusableSchema | ErrorCode::PayloadTooLarge | ErrorCode::KeyTooLong => true,
        // Nothing is forwarded to the wrong task.
        ErrorCode::ForwardedTwice => true,
        // Participants write these.
        ErrorCode::IdempotencyKeyMissing | ErrorCode::CommandUnreadable => true,
        // A defect.
        ErrorCode::InvariantBroken => true,
        _ => false,
    }
}
