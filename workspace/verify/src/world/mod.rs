//! One saga and the participants that it talks to, without time and without data.
//!
//! The saga's state is the core's own. The participants keep the contract: they do at most once what they are asked
//! under one idempotency key, answer a repeated command as they answered before, and a compensation bars its step.
//! A reply may come at any time or never; so may every timer that the saga has.

mod abstraction;
mod canonical;
mod check;
mod data;
mod moves;
mod participant;
mod state;
mod take;
mod truth;

pub(crate) use abstraction::{with_distinct_attempts, with_longest_arrays, with_unknown_arrays, without_content};
pub(crate) use canonical::{canonical, decode, encode};
pub(crate) use data::{Asked, ITEMS, Picks, Unknown, asks_too_much};
pub(crate) use moves::{Again, Made, Move, moves, moves_again};
pub(crate) use participant::Answer;
use participant::{Effect, Participant, Way};
pub(crate) use state::{Style, World};
pub(crate) use take::{Broken, Clock, Taken, Taker};
