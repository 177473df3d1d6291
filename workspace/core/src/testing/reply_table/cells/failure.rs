//! A failure.

use super::Cell;
use crate::testing::reply_table::world::State;

pub(super) const CELLS: [Cell; 10] = [
    Cell {
        state: State::Pending,
        journaled: &["rejected: NEVER_REQUESTED"],
        sent: &[],
        shown: "forward: stock not requested, undo-stock not requested",
        attention: true,
        why: "Nobody asked for it.",
    },
    Cell {
        state: State::Requested,
        journaled: &[
            "failed stock 1",
            "turned back: STEP_FAILED",
            "requested undo-payment 1/1",
        ],
        sent: &["undo payment"],
        shown: "back: stock failed, undo-stock not requested",
        attention: false,
        why: "Nothing was done, and it is not worth another try: what was done before is taken back.",
    },
    Cell {
        state: State::TimedOut,
        journaled: &[
            "failed stock 1",
            "turned back: STEP_FAILED",
            "requested undo-payment 1/1",
        ],
        sent: &["undo payment"],
        shown: "back: stock failed, undo-stock not requested",
        attention: false,
        why: "The reply names its round, so that it speaks for all attempts of it.",
    },
    Cell {
        state: State::Succeeded,
        journaled: &["rejected: CONTRADICTORY_REPLY"],
        sent: &[],
        shown: "forward: stock succeeded, undo-stock not requested",
        attention: true,
        why: "It was done, said the participant before: two truths stand against each other, and the first one counts.",
    },
    Cell {
        state: State::Compensating,
        journaled: &["rejected: CONTRADICTORY_REPLY"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock pending",
        attention: true,
        why: "As before: the first one counts, and the step is taken back.",
    },
    Cell {
        state: State::Compensated,
        journaled: &["rejected: CONTRADICTORY_REPLY"],
        sent: &[],
        shown: "back: stock succeeded, undo-stock succeeded",
        attention: true,
        why: "As before: the first one counted, and the step was taken back.",
    },
    Cell {
        state: State::Closed,
        journaled: &["rejected: CONTRADICTORY_REPLY"],
        sent: &[],
        shown: "compensated",
        attention: true,
        why: "As before: the first one counted, and the step was taken back.",
    },
    Cell {
        state: State::Completed,
        journaled: &["rejected: SAGA_CLOSED"],
        sent: &[],
        shown: "completed",
        attention: false,
        why: "The steps of a completed saga are not remembered one by one.",
    },
    Cell {
        state: State::Suspended,
        journaled: &[
            "failed stock 1",
            "turned back: STEP_FAILED",
            "requested undo-payment 1/1",
        ],
        sent: &["undo payment"],
        shown: "back: stock failed, undo-stock not requested",
        attention: false,
        why: "The outcome is known after all: nothing was done.",
    },
    Cell {
        state: State::Forgotten,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: false,
        why: "Nothing was done, so that nothing is left to do.",
    },
];
