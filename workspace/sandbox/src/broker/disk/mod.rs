//! The broker's storage on disk: what it acknowledged is there again after the process was killed.
//!
//! A folder holds an identity, a log of changes, and for each partition's log a folder with its batches in segments:
//!
//! ```text
//! lock                                   held by the broker that works here
//! identity.json                          the cluster's id and what ids are derived from
//! changes                                changes, framed and checked; summed up now and then
//! logs/<topic id>-<partition>/
//!     <position>.batches                 batches as clients fetch them, from a position on
//!     <position>-<before>.compacted      what a compaction left of all batches before `before`
//! ```
//!
//! Nothing waits in the process: a batch was handed to the operating system before its producer is answered. So what a
//! killed process had acknowledged stays; what a machine without power keeps is for [`Sync`] to say. At the next start the
//! end of a file that was being written is cut off, and damage before the end is an error. Batches are not kept in
//! memory: reads go to the operating system, which has those in its cache that were written or read lately.

mod changes;
mod failure;
mod files;
mod frame;
mod identity;
mod log;
mod names;
mod recovery;
mod storage;
mod sync;
mod tail;
#[cfg(test)]
mod tests;

pub(super) use identity::Identity;
pub use storage::Disk;
pub use sync::Sync;
