//! The way back.

use crate::{
    CompensationOrder, Event, Plan, Purpose, Reason, RequestStatus, Round, SagaState, StepIndex, StepPlan, StepState,
    limits::STEPS_MAX,
};

use super::{
    Draft,
    advance::{stuck, wait_for},
    lock,
};

/// Steps that nothing behind them keeps waiting, a bit each: no allocation on the way of every input.
#[derive(Clone, Copy, Default)]
struct Clear(u128);

const _: () = assert!(STEPS_MAX <= u128::BITS as usize);

impl Clear {
    fn insert(&mut self, step: StepIndex) {
        self.0 |= 1 << step.0;
    }

    fn contains(self, step: StepIndex) -> bool {
        self.0 & (1 << step.0) != 0
    }
}

/// Takes back every step whose turn it is. A suspension on one compensation blocks that one and the end, any other
/// suspension blocks all.
///
/// In the order of the graph a step waits for all that came after it, also behind steps that have nothing to take back.
pub(super) fn backward(draft: &mut Draft<'_>, reason: Reason) {
    if draft
        .open()
        .and_then(|state| state.suspended.as_ref())
        .is_some_and(|known| known.step.is_none())
    {
        return;
    }
    let plan = draft.plan();
    let mut clear = Clear::default();
    let mut all_settled = true;
    for step in plan.step_indexes().rev() {
        let none_after = plan.step(step).dependents.iter().all(|after| clear.contains(*after));
        let its_turn = match plan.compensation_order {
            CompensationOrder::Reverse => none_after,
            CompensationOrder::Sequential => all_settled,
            CompensationOrder::Parallel => true,
        };
        if its_turn {
            take_back(draft, step);
        }
        let settled = draft.open().is_some_and(|state| is_settled(state, plan, step));
        if settled && none_after {
            clear.insert(step);
        }
        all_settled &= settled;
    }
    if all_settled {
        lock::release_all(draft);
        draft.push(Event::SagaCompensated { reason });
    } else if !draft.is_suspended()
        && let Some(step) = stuck(draft, Purpose::Compensation)
    {
        wait_for(draft, step, Purpose::Compensation);
    }
}

/// Asks to take back the step, or as many of its items as may be under way at a time, the last ones first.
fn take_back(draft: &mut Draft<'_>, step: StepIndex) {
    let Some(items) = &draft.plan().step(step).items else {
        return take_back_one(draft, step);
    };
    let at_a_time = match draft.plan().compensation_order {
        CompensationOrder::Reverse => usize::from(items.parallel),
        CompensationOrder::Sequential => 1,
        CompensationOrder::Parallel => usize::MAX,
    };
    let (plan, Some(state)) = (draft.plan().step(step), draft.open()) else {
        return;
    };
    let under_way = |item: &StepIndex| {
        let compensation = &state.step(*item).compensation;
        !is_taken_back(state.step(*item), plan) && compensation.status != RequestStatus::NotRequested
    };
    let free = at_a_time.saturating_sub(state.items(step).filter(under_way).count());
    let owing = |item: &StepIndex| owes_compensation(state.step(*item), plan);
    let next: Vec<StepIndex> = state.items(step).rev().filter(owing).take(free).collect();
    for item in next {
        take_back_one(draft, item);
    }
}

fn take_back_one(draft: &mut Draft<'_>, step: StepIndex) {
    let plan = draft.plan().step(step);
    if draft
        .open()
        .is_some_and(|state| owes_compensation(state.step(step), plan))
        && let Some(request) = draft.request_of(step, Purpose::Compensation)
    {
        draft.request(step, Purpose::Compensation, Round(request.round.0.saturating_add(1)));
    }
}

/// Whether the step may have been done, can be taken back, and has not been asked to be.
fn owes_compensation(state: &StepState, plan: &StepPlan) -> bool {
    state.compensation.status == RequestStatus::NotRequested
        && plan.compensation.is_some()
        && matches!(state.forward.status, RequestStatus::Succeeded | RequestStatus::Unknown)
}

/// Whether nothing is left to wait for or to take back, of the step or of all of its items. A compensation that was asked
/// for is awaited, whatever the step itself turns out to have been.
fn is_settled(state: &SagaState, plan: &Plan, step: StepIndex) -> bool {
    let plan = plan.step(step);
    let alone = |state: &StepState| is_done(state) && is_taken_back(state, plan);
    if plan.items.is_some() {
        state.items(step).all(|item| alone(state.step(item)))
    } else {
        alone(state.step(step))
    }
}

fn is_done(state: &StepState) -> bool {
    !matches!(
        state.forward.status,
        RequestStatus::Pending { .. } | RequestStatus::Paused { .. }
    )
}

fn is_taken_back(state: &StepState, plan: &StepPlan) -> bool {
    match state.compensation.status {
        RequestStatus::NotRequested => !owes_compensation(state, plan),
        RequestStatus::Succeeded => true,
        _ => state.compensation.given_up,
    }
}

#[cfg(test)]
mod tests {
    use crate::{CompensationOrder, testing::*};

    fn chain(order: CompensationOrder) -> Story {
        let steps = [
            step("payment").compensated(),
            step("stock").compensated(),
            step("label").after(&[0]),
            step("packing").after(&[2]).compensated(),
            step("shipment").after(&[3]),
        ];
        Story::of(plan(steps).going_back(order)).given([
            start(),
            done(PAYMENT, 1),
            done(STOCK, 1),
            done(PACKING, 1),
            done(SHIPMENT, 1),
        ])
    }

    #[test]
    fn a_step_waits_for_all_that_came_after_it_also_behind_one_with_nothing_to_take_back() {
        let mut story = chain(CompensationOrder::Reverse);
        assert_eq!(
            story.when(&refused(CAPTURE, 1))[2..],
            ["requested undo-packing 1/1", "requested undo-stock 1/1"]
        );
        assert_eq!(
            story.when(&undone(SHIPMENT, 1)),
            ["succeeded undo-packing 1", "requested undo-payment 1/1"]
        );
    }

    #[test]
    fn steps_are_taken_back_one_at_a_time_when_the_definition_says_so() {
        let mut story = chain(CompensationOrder::Sequential);
        assert_eq!(story.when(&refused(CAPTURE, 1))[2..], ["requested undo-packing 1/1"]);
        assert_eq!(
            story.when(&undone(SHIPMENT, 1)),
            ["succeeded undo-packing 1", "requested undo-stock 1/1"]
        );
        assert_eq!(
            story.when(&undone(STOCK, 1)),
            ["succeeded undo-stock 1", "requested undo-payment 1/1"]
        );
    }

    #[test]
    fn steps_are_taken_back_at_once_when_the_definition_says_so() {
        let mut story = chain(CompensationOrder::Parallel);
        assert_eq!(
            story.when(&refused(CAPTURE, 1))[2..],
            [
                "requested undo-packing 1/1",
                "requested undo-stock 1/1",
                "requested undo-payment 1/1"
            ]
        );
    }

    #[test]
    fn items_are_taken_back_one_at_a_time_or_at_once_as_well() {
        for (order, expected) in [(CompensationOrder::Sequential, 1), (CompensationOrder::Parallel, 3)] {
            let steps = [
                step("pick").for_each("start.lines", 2).compensated(),
                step("packing").after(&[0]),
            ];
            let mut story = Story::of(plan(steps).going_back(order)).given([start_with("order_id=o-1;lines=[a,b,c]")]);
            for number in 0..3 {
                story.when(&done(item(PAYMENT, number), 1));
            }
            assert_eq!(story.when(&refused(STOCK, 1)).len(), 2 + expected, "{order:?}");
        }
    }

    #[test]
    fn a_compensation_that_may_be_given_up_does_not_keep_the_others() {
        let steps = [
            step("payment").compensated(),
            step("stock").after(&[0]).compensated().undone_if_possible(),
            step("packing").after(&[1]),
        ];
        let mut story = Story::of(plan(steps)).given([
            start(),
            done(PAYMENT, 1),
            done(STOCK, 1),
            refused(PACKING, 1),
            undo_refused(STOCK, 1),
            undo_retry(STOCK, 1),
        ]);
        assert_eq!(
            story.when(&undo_refused(STOCK, 2)),
            [
                "failed undo-stock 2",
                "gave up undo-stock: ATTEMPTS_EXHAUSTED",
                "requested undo-payment 1/1"
            ]
        );
        assert!(story.journal.iter().any(|(event, _)| event.needs_attention()));
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            ["succeeded undo-payment 1", "compensated: STEP_FAILED"]
        );
    }
}
