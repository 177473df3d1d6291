//! The classic group protocol: clients choose among themselves a leader that assigns the partitions, and the broker
//! only sees to it that all of them are in the same generation. Eager and cooperative rebalances look the same here.

mod checks;
mod describe;
mod group;
mod heartbeat;
mod join;
mod leave;
mod member;
mod rebalance;
mod state;
mod subscription;
mod sync;
mod timeouts;

#[cfg(test)]
mod interleavings;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use checks::Commit;
pub(crate) use group::ClassicGroup;
pub(crate) use join::Join;
pub(crate) use leave::Leave;
use member::Member;
pub(crate) use member::Protocol;
use state::State;
pub(crate) use sync::Sync;
