//! What is known besides the sagas, timers and positions.

use palinode_core::Timestamp;
use serde::{Deserialize, Serialize};

/// What is known besides the sagas, timers and positions.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Summary<'a> {
    /// Offset and event id of the last journal record.
    #[serde(borrow)]
    pub(super) journal: Option<(i64, &'a str)>,
    /// The last time that the task journaled.
    pub(super) clock: Timestamp,
    /// The number of open sagas.
    pub(super) open: u64,
    /// No timer is due before this.
    pub(super) no_timer_before: Timestamp,
    /// Names the checkpoints that this store's go on from.
    pub(super) lineage: Option<&'a str>,
    /// How many lines were drawn for checkpoints.
    pub(super) lines: u64,
    /// The journal offset that the last checkpoint reflects.
    pub(super) checkpointed: Option<i64>,
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::format::{FORMAT, decode};

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
            let bytes = [&[FORMAT][..], &bytes].concat();
            let _ = decode::<Summary<'_>>(&bytes);
        }
    }
}
