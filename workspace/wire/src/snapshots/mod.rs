//! The records of the snapshots' topic: what a task writes at a checkpoint, and reads when it has lost its store.
//!
//! [`SagaSnapshot`] is one saga that goes on, under a key of its own; [`SagasClosed`] lists many that have ended;
//! [`CheckpointDone`] ends a checkpoint. The states in them are bytes here: whoever keeps states says how they are written.

mod codec;
mod done;
mod error;
mod key;
mod saga;

pub use codec::{SnapshotRecord, SnapshotSchemas};
pub use done::{ActivatedVersion, CheckpointDone};
pub use error::SnapshotError;
pub use key::SnapshotKey;
pub use saga::{ClosedSnapshot, SagaSnapshot, SagasClosed};

/// The topic, without the application's prefix.
pub const TOPIC: &str = "palinode.snapshots";
