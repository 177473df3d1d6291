//! Worlds decided by one number: the real cycle and core against a model of everything around them.
//!
//! A seed decides a [`plan::Plan`]: how many nodes, what customers do, how services behave, and which faults happen when.
//! A world carries the plan out in virtual time, with no thread, clock, socket or disk: the task cycle of
//! `palinode-engine` runs as it does in production; the broker is the embedded broker's state machine; network, disk,
//! services, membership and the registry are models that misbehave. What happened is a [`history::History`], which
//! checkers judge and a story tells. The same seed gives the same history, byte for byte.

pub mod broker;
pub mod checks;
mod client;
pub mod coverage;
pub mod history;
mod judgement;
mod node;
pub mod plan;
mod random;
pub mod reference;
mod remains;
pub mod report;
pub mod scenarios;
pub mod setting;
pub mod shop;
mod shrink;
mod simulate;
mod store;
pub mod story;
pub mod world;

pub use judgement::Judgement;
pub use random::Random;
pub use remains::{Contents, Remains, TaskRemains};
pub use shrink::shrink;
pub use simulate::{Summary, simulate};
