//! The fold: what each event does to the state of a saga. One file per family of events.
//!
//! `evolve` cannot fail and decides nothing: an event that does not fit the state (which `decide` never makes) changes
//! only the sequence number. Replay calls nothing else.

mod direction;
mod fold;
mod lifecycle;
mod lock;
mod migration;
mod passage;
mod request;
mod sub_saga;
mod suspension;
mod wait;

pub use fold::evolve;
pub(crate) use migration::moved;
