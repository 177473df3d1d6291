//! The state of a task beside Kafka: a cache of the journal's fold that may be deleted at any time.
//!
//! `Store` is the trait; `rocks` keeps it in RocksDB, `memory` in memory, and both pass the same tests. Nothing here
//! decides anything.

mod activation;
mod error;
mod format;
pub mod memory;
mod restoring;
pub mod rocks;
mod snapshots;
mod store;

pub use activation::{Activation, Activations, ActiveVersion};
pub use error::Error;
pub use format::{FORMAT, saga_from_bytes, saga_to_bytes};
pub use snapshots::{ChangedSaga, Checkpoints, Restored, Snapshotted};
pub use store::{Change, Checkpoint, InputKey, JournalPosition, SagaChange, Store, Stores};
