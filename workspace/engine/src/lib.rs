//! The task cycle, take-over and recovery.
//!
//! `cycle` is a state machine without IO; `task` carries out what it asks for, `thread` is where that blocks, and `node` has
//! the tasks of one process. Kafka,
//! RocksDB and the registry are reached through the traits of `palinode-log` and `palinode-store` only.

mod clock;
pub mod cycle;
mod definitions;
mod deployment;
mod error;
mod journal;
pub mod membership;
mod node;
mod outside;
mod restores;
mod routes;
mod settings;
mod snapshots;
mod task;
mod thread;
mod topics;

pub use clock::Clock;
pub use definitions::{Definitions, Edition, Loaded};
pub use deployment::{Deployment, Library};
pub use error::Error;
pub use node::{Node, Query};
pub use outside::{Answer, Letter, MAILBOX_LETTERS_MAX, Outside};
pub use restores::Restores;
pub use settings::Settings;
pub use task::Task;
pub use topics::Topics;
