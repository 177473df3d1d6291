//! Partitions: batches in order, and what readers may see of them.

mod change;
mod partition;

pub use change::Change;
pub(crate) use partition::Partition;
