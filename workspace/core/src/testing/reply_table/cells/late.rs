//! A success of an attempt whose wait had ended.

use super::Cell;
use crate::testing::reply_table::world::State;

pub(super) const CELLS: [Cell; 10] = [
    Cell {
        state: State::Pending,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock not requested, undo-stock not requested",
        attention: true,
        why: "Nothing was asked, so that nothing can be late.",
    },
    Cell {
        state: State::Requested,
        journaled: &["succeeded stock 1", "requested packing 1/1"],
        sent: &["do packing"],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "The first attempt is answered while the second one waits: both are one request, and the participant does it once.",
    },
    Cell {
        state: State::TimedOut,
        journaled: &["succeeded stock 1", "requested packing 1/1"],
        sent: &["do packing"],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "It comes before the next attempt, which is not sent.",
    },
    Cell {
        state: State::Succeeded,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "Another attempt of the same request has told it already.",
    },
    Cell {
        state: State::Compensating,
        journaled: &["succeeded stock 1"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock pending",
        attention: false,
        why: "The unknown outcome is known now. It is being taken back already.",
    },
    Cell {
        state: State::Compensated,
        journaled: &["succeeded stock 1", "requested undo-stock 2/2"],
        sent: &["undo stock"],
        shown: "back: stock succeeded, undo-stock pending",
        attention: false,
        why: "It was done after it had been taken back, so that it is taken back again.",
    },
    Cell {
        state: State::Closed,
        journaled: &[
            "reopened: LATE_SUCCESS",
            "succeeded stock 1",
            "requested undo-stock 2/2",
        ],
        sent: &["undo stock"],
        shown: "back: stock succeeded, undo-stock pending",
        attention: false,
        why: "It was done after the end: the saga is opened again to take it back.",
    },
    Cell {
        state: State::Completed,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "completed",
        attention: false,
        why: "Another attempt of the same request has told it already.",
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
        why: "It was done, and nobody will take it back: a person should look.",
    },
];
