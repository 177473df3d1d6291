//! About how much memory a saga takes.

use palinode_core::Saga;

/// What a saga takes beside its payloads: its parts, their counters, its place in a map, its timers.
const SAGA_BYTES: usize = 1024;

/// What a request takes that waits for a lock: its names and its key.
const WAITING_BYTES: usize = 200;

/// About how many bytes a saga takes.
pub(super) fn size(saga: &Saga) -> usize {
    let payloads = saga.open().map_or(0, |state| {
        let replies = state.steps.iter().filter_map(|step| step.reply.as_ref());
        replies.map(|reply| reply.bytes.len()).sum::<usize>() + state.start.bytes.len()
    });
    let waiting = saga.lock().map_or(0, |lock| lock.waiting.len() * WAITING_BYTES);
    SAGA_BYTES + payloads + waiting
}
