//! Locks: a named key that one saga holds at a time.
//!
//! A lock is not part of any saga. It has a state, events and a place in the journal of its own, on the partition of its
//! key. Sagas and locks tell each other by messages, so that either side decides on what it knows alone: a saga asks and,
//! for whatever reason, lets go; a lock gives itself to who asked first. Who lets go of what it never got, because the two
//! messages passed each other on the way, gives it back by that.

mod decide;
mod event;
mod evolve;
mod state;

pub use decide::decide_lock;
pub use event::{LockAnswer, LockEvent, LockInput};
pub use evolve::evolve_lock;
pub use state::{LOCK_DEFINITION, LockRequest, LockState, Standing};

#[cfg(test)]
mod tests;
