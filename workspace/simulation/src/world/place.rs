//! A place where processes run, one after the other.

use std::collections::{BTreeMap, VecDeque};

use palinode_core::Timestamp;

use crate::plan::Answer;

/// A place where processes run, one after the other: a machine with its clock and its way to the broker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// How far its clock is ahead of the world's.
    pub(crate) ahead_ms: i64,
    /// The number of its process, when one runs.
    pub(crate) run: Option<u64>,
    /// Whether its process stands still.
    pub(crate) is_paused: bool,
    /// Whether nothing gets through between it and the broker.
    pub(crate) is_cut_off: bool,
    /// How many answers of each kind go astray next.
    pub(crate) lose: BTreeMap<Answer, u32>,
    /// By how much the next `EndTxn` are late.
    pub(crate) delay_end: VecDeque<i64>,
    /// After so many further commits its process dies, and for how long.
    pub(crate) dies_after: Option<(u32, i64)>,
}

impl Place {
    /// The time by its clock.
    #[must_use]
    pub(crate) fn now(&self, world: Timestamp) -> Timestamp {
        Timestamp(world.0 + self.ahead_ms)
    }

    /// Whether others find it.
    #[must_use]
    pub(crate) fn is_reachable(&self) -> bool {
        self.run.is_some() && !self.is_paused && !self.is_cut_off
    }

    /// Whether the answer of this kind goes astray.
    pub(crate) fn loses(&mut self, kind: Answer) -> bool {
        match self.lose.get_mut(&kind) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}
