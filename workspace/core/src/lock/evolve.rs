//! The fold of a lock's events.

use crate::{LockEvent, LockState, Standing, Timestamp};

/// The state of a lock after `event`, which happened at `at`. Every event raises the sequence number by one.
#[must_use]
pub fn evolve_lock(mut lock: LockState, event: &LockEvent, at: Timestamp) -> LockState {
    lock.sequence = lock.sequence.next();
    let standing = |request: &crate::LockRequest| Standing {
        request: request.clone(),
        since: at,
    };
    match event {
        LockEvent::Taken { request } => {
            lock.waiting.retain(|waiting| waiting.request != *request);
            lock.holder = Some(standing(request));
        }
        LockEvent::Awaited { request, .. } => lock.waiting.push_back(standing(request)),
        LockEvent::Left { request } => {
            lock.holder = lock.holder.filter(|holder| holder.request != *request);
            lock.waiting.retain(|waiting| waiting.request != *request);
        }
        LockEvent::Overfull { .. } | LockEvent::Rejected { .. } => {}
    }
    lock
}
