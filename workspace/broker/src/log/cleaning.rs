//! What a partition remembers of its compactions.

use std::collections::BTreeMap;

/// How far a partition is compacted.
#[derive(Debug, Default)]
pub(crate) struct Cleaning {
    /// The offset up to which records were compared by key; what follows is dirty.
    pub(crate) cleaned_to: i64,
    /// When the tombstones and markers of a batch may go, by the batch's base offset. They are not kept over a restart:
    /// tombstones then stay for their time once more.
    pub(crate) horizons: BTreeMap<i64, i64>,
}
