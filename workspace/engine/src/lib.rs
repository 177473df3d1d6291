//! The task cycle, take-over and recovery.
//!
//! `cycle` is a state machine without IO; `task` is the thread around it and `node` the tasks of one process. Kafka,
//! RocksDB and the registry are reached through the traits of `palinode-log` and `palinode-store` only.

mod clock;
pub mod cycle;
mod definitions;
mod deployment;
mod error;
mod journal;
mod node;
mod routes;
mod settings;
mod task;
mod topics;

pub use clock::Clock;
pub use definitions::{Definitions, Edition, Loaded};
pub use deployment::{Deployment, Library};
pub use error::Error;
pub use node::{Node, Query};
pub use settings::Settings;
pub use topics::Topics;
