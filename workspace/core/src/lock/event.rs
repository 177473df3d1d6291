//! What happens to a lock, and what follows from it.

use crate::{LockRequest, Reason};

/// What a saga tells a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockInput {
    /// It wants the lock.
    Ask(LockRequest),
    /// It lets go: it gives the lock back, or waits for it no longer.
    LetGo(LockRequest),
}

/// What a lock tells a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockAnswer {
    /// The saga holds the lock.
    Granted,
    /// The saga waits.
    Queued {
        /// Its place, from 1: how many get the lock until it does, counted from the one that holds it.
        place: u16,
    },
    /// Too many wait already.
    Full,
}

/// What happened to a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockEvent {
    /// The request holds the lock from here on.
    Taken {
        /// The request.
        request: LockRequest,
    },
    /// The request waits.
    Awaited {
        /// The request.
        request: LockRequest,
        /// Its place in the queue, from 1.
        place: u16,
    },
    /// The request does not wait: too many do.
    Overfull {
        /// The request.
        request: LockRequest,
    },
    /// The request holds the lock, or waits for it, no longer.
    Left {
        /// The request.
        request: LockRequest,
    },
    /// The request was refused; the state stays as it is.
    Rejected {
        /// The request.
        request: LockRequest,
        /// Why.
        reason: Reason,
    },
}

impl LockEvent {
    /// The request that it happened to.
    pub fn request(&self) -> &LockRequest {
        match self {
            Self::Taken { request }
            | Self::Awaited { request, .. }
            | Self::Overfull { request }
            | Self::Left { request }
            | Self::Rejected { request, .. } => request,
        }
    }

    /// What the saga that asked is told.
    pub fn answer(&self) -> Option<LockAnswer> {
        match self {
            Self::Taken { .. } => Some(LockAnswer::Granted),
            Self::Awaited { place, .. } => Some(LockAnswer::Queued { place: *place }),
            Self::Overfull { .. } => Some(LockAnswer::Full),
            Self::Left { .. } | Self::Rejected { .. } => None,
        }
    }
}
