//! A success that comes twice.

use super::Cell;
use crate::testing::reply_table::world::State;

pub(super) const CELLS: [Cell; 10] = [
    Cell {
        state: State::Pending,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock not requested, undo-stock not requested",
        attention: true,
        why: "The first one was refused, and so is the second.",
    },
    Cell {
        state: State::Requested,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "The first one was taken.",
    },
    Cell {
        state: State::TimedOut,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "The first one was taken.",
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
        why: "It was said already.",
    },
    Cell {
        state: State::Compensated,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock succeeded",
        attention: false,
        why: "It was said already.",
    },
    Cell {
        state: State::Closed,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "compensated",
        attention: false,
        why: "It was said already.",
    },
    Cell {
        state: State::Completed,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "completed",
        attention: false,
        why: "It was said already.",
    },
    Cell {
        state: State::Suspended,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: false,
        why: "The first one was taken, and let the saga go on.",
    },
    Cell {
        state: State::Forgotten,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "Nothing is remembered of the first one.",
    },
];
