//! A success of a round that nobody asked for.

use super::Cell;
use crate::testing::reply_table::world::State;

pub(super) const CELLS: [Cell; 10] = [
    Cell {
        state: State::Pending,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock not requested, undo-stock not requested",
        attention: true,
        why: "Nobody asked for it: a person should look.",
    },
    Cell {
        state: State::Requested,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock pending, undo-stock not requested",
        attention: true,
        why: "The round that was asked for is still awaited.",
    },
    Cell {
        state: State::TimedOut,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock paused, undo-stock not requested",
        attention: true,
        why: "The round that was asked for is still awaited.",
    },
    Cell {
        state: State::Succeeded,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: true,
        why: "It may have been done twice: a person should look.",
    },
    Cell {
        state: State::Compensating,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock pending",
        attention: true,
        why: "It may have been done twice, and is taken back once: a person should look.",
    },
    Cell {
        state: State::Compensated,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock succeeded",
        attention: true,
        why: "It may have been done twice, and was taken back once: a person should look.",
    },
    Cell {
        state: State::Closed,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "compensated",
        attention: true,
        why: "It may have been done twice, and was taken back once: a person should look.",
    },
    Cell {
        state: State::Completed,
        journaled: &["rejected: DUPLICATE_REPLY"],
        sent: &[],
        shown: "completed",
        attention: false,
        why: "The rounds of a completed saga are not remembered: that the step was done is known.",
    },
    Cell {
        state: State::Suspended,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward, suspended: stock unknown, undo-stock not requested",
        attention: true,
        why: "It does not tell how the round that was asked for ended.",
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
