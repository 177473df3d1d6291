//! A success.

use super::Cell;
use crate::testing::reply_table::world::State;

pub(super) const CELLS: [Cell; 10] = [
    Cell {
        state: State::Pending,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock not requested, undo-stock not requested",
        attention: true,
        why: "Nobody asked for it. What was done without a command is not taken back by itself: a person should look.",
    },
    Cell {
        state: State::Requested,
        journaled: &["succeeded stock 1", "requested packing 1/1"],
        sent: &["do packing"],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "It is what the saga waits for.",
    },
    Cell {
        state: State::TimedOut,
        journaled: &["succeeded stock 1", "requested packing 1/1"],
        sent: &["do packing"],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "The wait had ended, the round had not: the next attempt is not sent.",
    },
    Cell {
        state: State::Succeeded,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "It was said already.",
    },
    Cell {
        state: State::Compensating,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock pending",
        attention: false,
        why: "It was said already, and is being taken back.",
    },
    Cell {
        state: State::Compensated,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock succeeded",
        attention: false,
        why: "It was said already, and was taken back.",
    },
    Cell {
        state: State::Closed,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "compensated",
        attention: false,
        why: "It was said already, and was taken back.",
    },
    Cell {
        state: State::Completed,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "completed",
        attention: false,
        why: "Every step was done: it says nothing new.",
    },
    Cell {
        state: State::Suspended,
        journaled: &["succeeded stock 1", "resumed", "requested packing 1/1"],
        sent: &["do packing"],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "What the saga waits for has come: it goes on by itself.",
    },
    Cell {
        state: State::Forgotten,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "It was done, and nobody will take it back: a person should look. The reply is a dead letter, too.",
    },
];
