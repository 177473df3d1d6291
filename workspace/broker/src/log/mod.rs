//! Partitions: batches in order, who writes them, and what readers may see of them.
//!
//! Batches pass through as they came: only their headers are looked at and patched. What needs records (compaction,
//! look-ups by time, keys of compacted topics) decodes them apart from the way of a record to its readers.

mod batch;
mod change;
mod cleaner;
mod cleaning;
mod compaction;
mod compression;
mod fetches;
mod incoming;
mod index;
mod lookup;
mod marker;
mod partition;
mod producers;
mod read;
mod records;
mod refusal;
mod retention;
#[cfg(test)]
pub(crate) mod samples;
mod segments;
#[cfg(test)]
mod tests;
mod times;
mod transactions;
mod waiters;
mod wakes;

pub use batch::Batch;
pub(crate) use change::Change;
pub(crate) use cleaner::Cleaner;
pub(crate) use cleaning::Cleaning;
pub(crate) use fetches::Fetches;
pub(crate) use incoming::single_batch;
pub(crate) use marker::{End, Marker};
pub(crate) use partition::{Appended, LEADER_EPOCH, LogStore, Partition};
pub(crate) use read::{Read, Wanted};
pub(crate) use refusal::Refusal;
pub(crate) use times::Timed;
pub(crate) use transactions::Aborted;
pub(crate) use waiters::{FetchId, Isolation};
