//! Who holds a lock and who waits for it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{LockKey, Round, SagaId, Sequence, StepName, Timestamp};

/// Stands in place of a definition in the ids of locks. No definition has this name: it has a full stop.
pub const LOCK_DEFINITION: &str = "palinode.lock";

/// Names one request for a lock: a saga asks once under one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LockRequest {
    /// The saga that asks.
    pub saga: SagaId,
    /// Its step.
    pub step: StepName,
    /// The request of the step.
    pub round: Round,
}

/// A request and since when it stands where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The request.
    pub request: LockRequest,
    /// Since when it holds the lock, or waits for it.
    pub since: Timestamp,
}

/// The state of a lock: the fold of its journal events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockState {
    /// The number of its last event.
    pub sequence: Sequence,
    /// Who holds it; none when it is free, and then nobody waits.
    pub holder: Option<Standing>,
    /// Who waits for it, the first first.
    pub waiting: VecDeque<Standing>,
}

impl LockState {
    /// The id under which a lock is kept and journaled.
    pub fn id(key: &LockKey) -> SagaId {
        SagaId::new(LOCK_DEFINITION, key.as_str())
    }

    /// Whether `request` holds the lock.
    pub fn is_held_by(&self, request: &LockRequest) -> bool {
        self.holder.as_ref().is_some_and(|holder| holder.request == *request)
    }

    /// Whether `request` waits for the lock.
    pub fn is_awaited_by(&self, request: &LockRequest) -> bool {
        self.waiting.iter().any(|waiting| waiting.request == *request)
    }
}
