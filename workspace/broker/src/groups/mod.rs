//! Groups: who reads together, and how far each group has read.
//!
//! Only committed offsets (and those that wait for the end of a transaction) are durable. Members are not: after a
//! restart they are told that they are unknown, and join again.

mod answers;
mod change;
mod classic;
mod consumer;
mod entry;
mod limits;
mod member_ids;
mod offsets;
mod owned;
mod registry;
mod retention;
mod summary;
mod turn;
mod turns;

#[cfg(test)]
mod offsets_tests;

pub(crate) use answers::{Answers, Waiting};
pub(crate) use change::{Change, CommittedOffset, PartitionOffset, TopicOffsets};
pub(crate) use classic::{Commit, Join, Leave, Protocol, Sync};
pub(crate) use consumer::{Assignor, Departure, Heartbeat, Partitions, Refusal};
pub(crate) use entry::{Entry, Kind};
#[cfg(test)]
pub(crate) use limits::MEMBERS_MAX;
pub(crate) use limits::{
    ASSIGNMENTS_BYTES_MAX, MEMBER_BYTES_MAX, PROTOCOLS_MAX, SESSION_TIMEOUT_MS, SUBSCRIBED_TOPICS_MAX, metadata_fits,
};
pub(crate) use offsets::{GroupOffsets, Stability, Unstable};
pub(crate) use owned::owned;
pub(crate) use registry::Groups;
pub(crate) use turn::Turn;
