//! What can be said only with a clock: whether the deadline leaves participants the time that they were promised.

mod bounds;
mod play;
mod rules;

pub use bounds::Bounds;
pub(crate) use play::{Played, play};
pub(crate) use rules::{Late, late, late_with_longest_arrays};
