//! Worlds with a name: what random search may miss, planned on purpose.
//!
//! A scenario is a plan for every seed: the faults stand, chance decides the rest. Each says by which sign it is known that
//! what it is about was really met; without that it would prove nothing.

mod clocks;
mod commits;
mod parts;
mod played;
mod scenario;
mod stores;
mod take_overs;
#[cfg(test)]
mod tests;
mod topics;
mod versions;

pub use played::{Played, WORLDS, play};
pub use scenario::{End, Scenario, all};
