//! The point of no return.

use crate::{Plan, RequestStatus, SagaState, StepIndex, Zone};

/// Whether the pivot may have been done, so that the saga can only go on.
pub(crate) fn is_past_pivot(plan: &Plan, state: &SagaState) -> bool {
    plan.pivot.is_some_and(|pivot| {
        let pivot = &state.step(pivot).forward;
        match pivot.status {
            RequestStatus::Pending { .. } | RequestStatus::Succeeded | RequestStatus::Unknown => true,
            RequestStatus::Paused { .. } => pivot.unanswered,
            RequestStatus::NotRequested
            | RequestStatus::Failed
            | RequestStatus::PassedOver
            | RequestStatus::Expanded => false,
        }
    })
}

/// Whether the step until which the saga can be cancelled has begun.
pub(super) fn is_window_closed(plan: &Plan, state: &SagaState) -> bool {
    plan.cancel_until.is_some_and(|step| {
        let status = state.step(step).forward.status;
        !matches!(status, RequestStatus::NotRequested | RequestStatus::PassedOver)
    })
}

/// Whether a failure of `step` cannot turn the saga back: the step follows the pivot, or runs beside it and the pivot
/// may have been done.
pub(super) fn only_goes_forward(plan: &Plan, state: &SagaState, step: StepIndex) -> bool {
    match plan.step(step).zone {
        Zone::ForwardOnly => true,
        Zone::Pivot => false,
        Zone::Compensatable => is_past_pivot(plan, state),
    }
}
