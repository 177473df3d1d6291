//! What a node can run, and who tells it. A task asks at every take-over, so that it knows every version that the owner
//! before it may have used.

use std::{collections::BTreeMap, sync::Arc};

use crate::Definitions;

/// The definitions that are published, ready for use, and how many partitions their inputs have.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The definitions.
    pub definitions: Arc<Definitions>,
    /// The number of partitions of each input topic, by full name.
    pub input_partitions: Arc<BTreeMap<Arc<str>, i32>>,
}

/// Knows what is published.
pub trait Library: Send + Sync {
    /// Everything that was published before the call. It may block.
    ///
    /// # Errors
    /// Why that cannot be told now, as a sentence without a full stop.
    fn current(&self) -> Result<Deployment, String>;
}
