//! A success for another saga.

use super::Cell;
use crate::testing::reply_table::world::State;

pub(super) const CELLS: [Cell; 10] = [
    Cell {
        state: State::Pending,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "The saga that it names decides, not those that are known: nothing is known of it. The reply is a dead letter, too.",
    },
    Cell {
        state: State::Requested,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::TimedOut,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::Succeeded,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::Compensating,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::Compensated,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::Closed,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::Completed,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::Suspended,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
    Cell {
        state: State::Forgotten,
        journaled: &["rejected: UNKNOWN_SAGA"],
        sent: &[],
        shown: "nothing is known",
        attention: true,
        why: "As before.",
    },
];
