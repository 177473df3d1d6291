//! One partition of a topic.

/// One partition of a topic.
#[derive(Debug, Default)]
pub(crate) struct Partition {}

impl Partition {
    /// An empty partition.
    pub(crate) fn new() -> Self {
        Self::default()
    }
}
