//! What a store knows of the snapshots of its sagas.

use std::sync::Arc;

use palinode_core::{Saga, SagaId};

/// How far the snapshots of a store's sagas are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoints {
    /// Names the checkpoints that go on from each other; the first of them holds all sagas. None before the first.
    pub lineage: Option<Arc<str>>,
    /// How many lines were drawn.
    pub lines: u64,
    /// The journal offset that the last checkpoint reflects that was done.
    pub journal: Option<i64>,
}

/// A saga that has changed before a line. The line after which it changed first is part of it, so that what changes
/// while a checkpoint is made belongs to the next one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedSaga {
    /// So many lines were drawn before it changed.
    pub line: u64,
    /// The saga.
    pub id: SagaId,
}

/// What a checkpoint did to a saga that has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshotted {
    /// It has a snapshot of its own.
    OfItsOwn,
    /// It stands in a list and has no snapshot of its own.
    InAList,
    /// It stands in a list, and the snapshot of its own is taken away.
    Buried,
}

/// One thing that a store takes from the snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restored {
    /// A saga as it was.
    Saga {
        /// The saga.
        id: SagaId,
        /// Its state.
        saga: Saga,
        /// Where it stood.
        from: Snapshotted,
    },
    /// The snapshot of its own is gone, since the saga stands in a list.
    Gone(SagaId),
}
