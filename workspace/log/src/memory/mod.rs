//! The log in memory, for tests of what stands on the traits: transactions that commit at once or not at all, fencing,
//! markers that take offsets, and faults on demand.
//!
//! It has no clock and no threads of its own: the same calls give the same log. It knows no open transactions, since
//! a commit is one call.

mod broker;
mod fault;
mod log;
mod partition;
mod state;
mod task;

pub use self::{broker::MemoryBroker, fault::Fault, log::MemoryLog, task::MemoryTask};
