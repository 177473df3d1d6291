//! What was counted.

use serde::{Deserialize, Serialize};

/// What a stub did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Counts {
    /// Replies that say that it is done.
    pub(in super::super) succeeded: u64,
    /// Replies that refuse.
    pub(in super::super) failed: u64,
    /// Replies that were sent once more.
    pub(in super::super) repeated: u64,
    /// Commands that wait for their answer.
    pub(in super::super) waiting: u64,
}

/// What became of the sagas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Sagas {
    /// Start events that this sandbox sent.
    pub(in super::super) sent: u64,
    /// Sagas that have not ended.
    pub(in super::super) open: u64,
    /// Sagas that ended as wanted.
    pub(in super::super) completed: u64,
    /// Sagas that were taken back.
    pub(in super::super) compensated: u64,
}
