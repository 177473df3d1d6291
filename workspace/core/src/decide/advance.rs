//! What becomes possible: the next steps, the next compensations, the end.
//!
//! Everything here is read off the state, so that a saga whose decision was held goes on from where it is when it is
//! resumed.

use crate::{
    Direction, Event, Purpose, Reason, RequestStatus, Round, SagaState, StepIndex, StepPlan, StepState, reasons,
};

use super::Draft;

/// Pushes what the state of the saga makes possible.
pub(super) fn advance(draft: &mut Draft<'_>) {
    if draft.is_held() {
        return;
    }
    match draft.open().map(|state| state.direction.clone()) {
        Some(Direction::Forward) => forward(draft),
        Some(Direction::Backward(reason)) => backward(draft, reason),
        None => {}
    }
}

/// Requests every step whose predecessors have succeeded. A saga with a step that has no attempt left waits for it
/// first: it may have been resumed for another one.
fn forward(draft: &mut Draft<'_>) {
    if draft.open().is_none_or(|state| state.suspended.is_some()) {
        return;
    }
    if let Some(step) = given_up(draft, Purpose::Forward) {
        return wait_for(draft, step, Purpose::Forward);
    }
    let plan = draft.plan();
    for step in plan.step_indexes() {
        if draft
            .open()
            .is_some_and(|state| can_be_done(state, step, plan.step(step)))
        {
            draft.request(step, Purpose::Forward, Round(1));
        }
    }
    if draft.open().is_some_and(|state| {
        state
            .steps
            .iter()
            .all(|step| step.forward.status == RequestStatus::Succeeded)
    }) {
        draft.push(Event::SagaCompleted);
    }
}

/// Takes back every step whose dependents are settled. A suspension on one compensation blocks that one and the end,
/// any other suspension blocks all.
fn backward(draft: &mut Draft<'_>, reason: Reason) {
    if draft
        .open()
        .and_then(|state| state.suspended.as_ref())
        .is_some_and(|known| known.step.is_none())
    {
        return;
    }
    let plan = draft.plan();
    for step in plan.step_indexes().rev() {
        if draft
            .open()
            .is_some_and(|state| can_be_taken_back(state, step, plan.step(step), &plan.steps))
            && let Some(request) = draft.request_of(step, Purpose::Compensation)
        {
            draft.request(step, Purpose::Compensation, Round(request.round.0.saturating_add(1)));
        }
    }
    let Some(state) = draft.open() else { return };
    if state
        .steps
        .iter()
        .zip(&plan.steps)
        .all(|(state, plan)| is_settled(state, plan))
    {
        draft.push(Event::SagaCompensated { reason });
    } else if state.suspended.is_none()
        && let Some(step) = given_up(draft, Purpose::Compensation)
    {
        wait_for(draft, step, Purpose::Compensation);
    }
}

fn can_be_done(state: &SagaState, step: StepIndex, plan: &StepPlan) -> bool {
    state.step(step).forward.status == RequestStatus::NotRequested
        && plan
            .after
            .iter()
            .all(|before| state.step(*before).forward.status == RequestStatus::Succeeded)
}

fn can_be_taken_back(state: &SagaState, step: StepIndex, plan: &StepPlan, plans: &[StepPlan]) -> bool {
    owes_compensation(state.step(step), plan)
        && plan
            .dependents
            .iter()
            .all(|after| is_settled(state.step(*after), &plans[after.at()]))
}

/// Whether the step may have been done, can be taken back, and has not been asked to be.
fn owes_compensation(state: &StepState, plan: &StepPlan) -> bool {
    state.compensation.status == RequestStatus::NotRequested
        && plan.compensation.is_some()
        && matches!(state.forward.status, RequestStatus::Succeeded | RequestStatus::Unknown)
}

/// Whether nothing is left to wait for or to take back. A compensation that was asked for is awaited, whatever the
/// step itself turns out to have been.
fn is_settled(state: &StepState, plan: &StepPlan) -> bool {
    let done = match state.forward.status {
        RequestStatus::Pending { .. } | RequestStatus::Paused { .. } => false,
        RequestStatus::NotRequested | RequestStatus::Failed | RequestStatus::Succeeded | RequestStatus::Unknown => true,
    };
    let taken_back = match state.compensation.status {
        RequestStatus::NotRequested => !owes_compensation(state, plan),
        RequestStatus::Succeeded => true,
        RequestStatus::Pending { .. }
        | RequestStatus::Paused { .. }
        | RequestStatus::Failed
        | RequestStatus::Unknown => false,
    };
    done && taken_back
}

/// The first step that has ended without success and gets no further attempt of its own accord.
fn given_up(draft: &Draft<'_>, purpose: Purpose) -> Option<StepIndex> {
    let state = draft.open()?;
    draft.plan().step_indexes().find(|step| {
        matches!(
            state.step(*step).request(purpose).status,
            RequestStatus::Failed | RequestStatus::Unknown
        )
    })
}

fn wait_for(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose) {
    let unknown = draft
        .request_of(step, purpose)
        .is_some_and(|request| request.status == RequestStatus::Unknown);
    let reason = if unknown {
        reasons::outcome_unknown(draft.plan(), step, purpose)
    } else {
        reasons::no_attempt_left(draft.plan(), step, purpose)
    };
    draft.suspend(step, purpose, reason);
}

#[cfg(test)]
mod tests {
    use crate::{Purpose, testing::*};

    #[test]
    fn a_step_without_compensation_is_passed_over_on_the_way_back() {
        let steps = [
            step("payment").compensated(),
            step("stock").after(&[0]),
            step("packing").after(&[1]),
        ];
        let mut story = Story::of(plan(steps)).given([start(), done(PAYMENT, 1), done(STOCK, 1)]);
        assert_eq!(
            story.when(&refused(PACKING, 1)),
            [
                "failed packing 1",
                "turned back: STEP_FAILED",
                "requested undo-payment 1/1"
            ]
        );
    }

    #[test]
    fn a_step_waits_on_the_way_back_for_a_dependent_that_is_pending() {
        let steps = [
            step("payment").compensated(),
            step("stock").compensated(),
            step("packing").after(&[0]).compensated(),
        ];
        let mut story = Story::of(plan(steps)).given([start(), done(PAYMENT, 1), refused(STOCK, 1)]);
        assert_eq!(story.request(PAYMENT, Purpose::Compensation), "not requested 0/0");
        assert_eq!(
            story.when(&done(PACKING, 1)),
            ["succeeded packing 1", "requested undo-packing 1/1"]
        );
        assert_eq!(
            story.when(&undone(PACKING, 1)),
            ["succeeded undo-packing 1", "requested undo-payment 1/1"]
        );
    }

    #[test]
    fn two_compensations_without_attempts_are_waited_for_one_after_the_other() {
        let steps = [
            step("payment").compensated(),
            step("stock").compensated(),
            step("packing"),
        ];
        let mut story = Story::of(plan(steps)).given([start(), done(PAYMENT, 1), done(STOCK, 1), refused(PACKING, 1)]);
        for undo in [PAYMENT, STOCK] {
            story.when(&undo_refused(undo, 1));
            story.when(&undo_retry(undo, 1));
            story.when(&undo_refused(undo, 2));
        }
        assert_eq!(
            story.when(&resume(None)),
            [
                "resumed",
                "requested undo-payment 3/3",
                "suspended on undo-stock: ATTEMPTS_EXHAUSTED"
            ]
        );
        assert_eq!(story.when(&undone(PAYMENT, 3)), ["succeeded undo-payment 3"]);
        assert_eq!(story.when(&resume(None)), ["resumed", "requested undo-stock 3/3"]);
        assert_eq!(
            story.when(&undone(STOCK, 3)),
            ["succeeded undo-stock 3", "compensated: STEP_FAILED"]
        );
    }
}
