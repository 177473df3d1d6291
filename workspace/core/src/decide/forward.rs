//! The way forward.

use crate::{Event, Purpose};

use super::{
    Draft,
    advance::{stuck, wait_for},
    begin::begin,
    lock,
};

/// Begins every step whose predecessors are settled. A saga with a step that has no attempt left waits for it first: it
/// may have been resumed for another one.
pub(super) fn forward(draft: &mut Draft<'_>) {
    if draft.is_suspended() {
        return;
    }
    if let Some(step) = stuck(draft, Purpose::Forward) {
        return wait_for(draft, step, Purpose::Forward);
    }
    // What is settled at once makes way for steps behind it, which stand behind it in the plan, too.
    for step in draft.plan().step_indexes() {
        begin(draft, step);
        if draft.is_suspended() {
            return;
        }
    }
    lock::release_done(draft);
    if draft
        .open()
        .is_some_and(|state| state.steps.iter().all(|step| step.forward.is_settled()))
    {
        lock::release_all(draft);
        draft.push(Event::SagaCompleted);
    }
}
