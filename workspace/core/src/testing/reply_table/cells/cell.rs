//! One cell, and where each stands.

use super::{duplicate, failure, late, never_requested, success, unknown_saga};
use crate::testing::reply_table::world::{Reply, State};

/// A cell that the core decides.
#[derive(Clone, Copy, Debug)]
pub(in crate::testing::reply_table) struct Cell {
    /// Where the step stands when the reply comes.
    pub(in crate::testing::reply_table) state: State,
    /// What is journaled, in order.
    pub(in crate::testing::reply_table) journaled: &'static [&'static str],
    /// What is sent, in order.
    pub(in crate::testing::reply_table) sent: &'static [&'static str],
    /// What a look at the saga shows then.
    pub(in crate::testing::reply_table) shown: &'static str,
    /// Whether a person should look.
    pub(in crate::testing::reply_table) attention: bool,
    /// Why it is so.
    pub(in crate::testing::reply_table) why: &'static str,
}

/// The cells of a reply, one for each state.
pub(in crate::testing::reply_table) fn cells(reply: Reply) -> &'static [Cell] {
    match reply {
        Reply::Success => &success::CELLS,
        Reply::Failure => &failure::CELLS,
        Reply::Duplicate => &duplicate::CELLS,
        Reply::UnknownSaga => &unknown_saga::CELLS,
        Reply::NeverRequested => &never_requested::CELLS,
        Reply::Late => &late::CELLS,
    }
}
