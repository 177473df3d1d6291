//! Steps that are not done, and steps that are done item by item.

use crate::{Expansion, RequestStatus, SagaState, StepIndex, StepState, Timestamp};

pub(super) fn passed_over(state: &mut SagaState, step: StepIndex) {
    if let Some(step) = state.get_mut(step) {
        step.forward.status = RequestStatus::PassedOver;
    }
}

/// The items stand behind all that were there. A step that has items already keeps them.
pub(super) fn expanded(state: &mut SagaState, step: StepIndex, items: u16, at: Timestamp) {
    let is_new = state.expansions.iter().all(|known| known.step != step);
    let (Ok(first), true) = (u16::try_from(state.steps.len()), is_new) else {
        return;
    };
    let Some(template) = state.get_mut(step) else { return };
    template.forward.status = RequestStatus::Expanded;
    template.forward.requested_at = Some(at);
    state.expansions.push(Expansion { step, first, items });
    let behind = state.steps.len() + usize::from(items);
    state.steps.resize_with(behind, StepState::default);
}

pub(super) fn items_succeeded(state: &mut SagaState, step: StepIndex, at: Timestamp) {
    if let Some(step) = state.get_mut(step) {
        step.forward.status = RequestStatus::Succeeded;
        step.forward.answered_at = Some(at);
    }
}
