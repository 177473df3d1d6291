//! Everybody around the orchestrator: customers, people, and services that misbehave.

mod actor;

pub use actor::Shop;
