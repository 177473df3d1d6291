//! The consumer group protocol (KIP-848): the broker assigns the partitions, and every member is led to its new ones
//! step by step, by the answers to its heartbeats.
//!
//! Left out: groups of members of both protocols.

mod assignors;
mod checks;
mod describe;
mod group;
mod heartbeat;
mod leave;
mod matches;
mod member;
mod partitions;
mod reconcile;
mod target;

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod matches_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub(crate) use assignors::Assignor;
pub(crate) use group::ConsumerGroup;
pub(crate) use heartbeat::{Heartbeat, Refusal};
pub(crate) use leave::Departure;
use member::{Member, Progress};
pub(crate) use partitions::Partitions;
