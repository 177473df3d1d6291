//! Whose a lock is: who asked first.

use crate::{LockEvent, LockInput, LockRequest, LockState, limits, reasons};

/// The events that follow from `input`, in order. A request that is known, or one that lets go and is not, is refused,
/// which is recorded.
pub fn decide_lock(lock: &LockState, input: &LockInput) -> Vec<LockEvent> {
    match input {
        LockInput::Ask(request) => vec![asked(lock, request.clone())],
        LockInput::LetGo(request) => let_go(lock, request.clone()),
    }
}

fn asked(lock: &LockState, request: LockRequest) -> LockEvent {
    if lock.is_held_by(&request) || lock.is_awaited_by(&request) {
        let reason = reasons::lock_asked_again();
        return LockEvent::Rejected { request, reason };
    }
    if lock.holder.is_none() {
        return LockEvent::Taken { request };
    }
    let place = u16::try_from(lock.waiting.len() + 1).ok();
    match place.filter(|place| *place <= limits::LOCK_QUEUE_MAX) {
        Some(place) => LockEvent::Awaited { request, place },
        None => LockEvent::Overfull { request },
    }
}

fn let_go(lock: &LockState, request: LockRequest) -> Vec<LockEvent> {
    if lock.is_held_by(&request) {
        let next = lock.waiting.front().map(|next| next.request.clone());
        let taken = next.map(|request| LockEvent::Taken { request });
        return std::iter::once(LockEvent::Left { request }).chain(taken).collect();
    }
    if lock.is_awaited_by(&request) {
        return vec![LockEvent::Left { request }];
    }
    let reason = reasons::lock_not_held();
    vec![LockEvent::Rejected { request, reason }]
}
