//! Waits: for a time, and for an event.

use crate::{
    Action, Attempt, EvaluationError, Event, Expression, OnTimeout, Payload, Purpose, RejectionCode, RequestStatus,
    Scope, StepIndex, Timestamp, Value, WaitPlan, reasons,
};

use super::{Draft, advance::advance, failure};

/// Lets the wait begin. It ends at once when its time has passed or its event has come before.
pub(super) fn begin(draft: &mut Draft<'_>, step: StepIndex, wait: &WaitPlan) {
    let now = draft.context.now;
    let until = match wait {
        WaitPlan::For(duration) => Ok(now.plus(*duration)),
        WaitPlan::Until(time) => point_in_time(draft, step, time.as_ref()),
        WaitPlan::Event { timeout, .. } => Ok(now.plus(*timeout)),
    };
    let until = match until {
        Ok(until) => until,
        Err(error) => return draft.suspend(step, Purpose::Forward, reasons::expression_failed(&error)),
    };
    let has_come = draft
        .open()
        .and_then(|state| state.get(step))
        .is_some_and(|state| state.reply.is_some());
    draft.push(Event::WaitStarted { step, until });
    let is_over = match wait {
        WaitPlan::For(_) | WaitPlan::Until(_) => until <= now,
        WaitPlan::Event { .. } => has_come,
    };
    if is_over {
        end(draft, step, false, None);
    }
}

/// The time of the wait is over, when it is `attempt` that lasts.
pub(super) fn time_out(draft: &mut Draft<'_>, step: StepIndex, attempt: Attempt, wait: &WaitPlan) {
    if !draft.is_pending(step, attempt) {
        return;
    }
    let fails = match wait {
        WaitPlan::For(_) | WaitPlan::Until(_) => false,
        WaitPlan::Event { on_timeout, .. } => *on_timeout == OnTimeout::Fail,
    };
    end(draft, step, fails, None);
    if fails {
        let reason = reasons::wait_timed_out(draft.plan(), step);
        failure::failed_for_good(draft, step, reason);
    } else {
        draft.resume_after(step, Purpose::Forward);
        advance(draft);
    }
}

/// An event that a step waits for, will wait for, or waits for no longer.
pub(super) fn event(draft: &mut Draft<'_>, step: StepIndex, payload: &Payload) {
    let named = Some((step, Purpose::Forward));
    if !draft.is_open_for(named) {
        return;
    }
    let waits_for_event =
        draft.plan().has_step(step) && matches!(draft.plan().step(step).action, Action::Wait(WaitPlan::Event { .. }));
    let state = draft
        .open()
        .and_then(|state| state.get(step))
        .filter(|_| waits_for_event);
    let Some(state) = state else {
        return draft.reject(RejectionCode::NotAwaited, named);
    };
    match state.forward.status {
        RequestStatus::Pending { .. } => {}
        RequestStatus::Failed if draft.waits_for(step, Purpose::Forward) => {}
        RequestStatus::NotRequested if state.reply.is_none() && draft.goes_forward() => {
            return draft.push(Event::EventArrived {
                step,
                payload: payload.clone(),
            });
        }
        _ => return draft.reject(RejectionCode::NotAwaited, named),
    }
    end(draft, step, false, Some(payload.clone()));
    draft.resume_after(step, Purpose::Forward);
    advance(draft);
}

fn end(draft: &mut Draft<'_>, step: StepIndex, fails: bool, payload: Option<Payload>) {
    draft.push(Event::WaitEnded { step, fails, payload });
}

fn point_in_time(draft: &Draft<'_>, step: StepIndex, time: &dyn Expression) -> Result<Timestamp, EvaluationError> {
    let problem = |reason: &str| EvaluationError {
        expression: time.source().into(),
        reason: reason.into(),
    };
    let state = draft.open().ok_or_else(|| problem("the saga is not open"))?;
    let scope = Scope {
        step: Some(step),
        ..Scope::new(draft.plan(), state, draft.context.decoder)
    };
    match time.evaluate(&scope)? {
        Value::Long(millis) => Ok(Timestamp(millis)),
        _ => Err(problem("it is no point in time")),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Constant, OnTimeout, Purpose, RequestStatus, StepIndex, Timestamp, Value, testing::*};

    #[test]
    fn a_wait_for_a_span_ends_by_its_timer() {
        let plan = plan([step("pause").waits_for(30), step("stock").after(&[0])]);
        let mut story = Story::of(plan);
        assert_eq!(story.when(&start()), ["started", "pause waits"]);
        assert!(story.sent().is_empty());
        let due = Timestamp(story.now.0 + 30_000);
        assert_eq!(
            story.state().step(PAYMENT).forward.status,
            RequestStatus::Pending { due }
        );
        assert!(story.when(&timed_out(PAYMENT, 2)).is_empty());
        assert_eq!(
            story.when(&timed_out(PAYMENT, 1)),
            ["wait of pause ended", "requested stock 1/1"]
        );
        assert!(story.when(&timed_out(PAYMENT, 1)).is_empty());
    }

    #[test]
    fn a_wait_until_a_time_that_has_passed_ends_at_once() {
        for (time, expected) in [(500, 3), (90_000, 2)] {
            let mut story = Story::of(plan([
                step("pause").waits_until(Constant(Value::Long(time))),
                step("stock").after(&[0]),
            ]));
            assert_eq!(
                story.when(&start()).len(),
                expected + usize::from(expected == 3),
                "{time}"
            );
        }
    }

    #[test]
    fn a_time_without_a_value_suspends_the_saga() {
        let mut story = Story::of(plan([step("pause").waits_until(Field("start.order_id"))]));
        assert_eq!(
            story.when(&start()),
            ["started", "suspended on pause: EXPRESSION_FAILED"]
        );
    }

    fn awaiting(on_timeout: OnTimeout) -> crate::Plan {
        plan([
            step("payment").compensated(),
            step("arrival").after(&[0]).waits_for_event(on_timeout),
            step("packing").after(&[1]),
        ])
        .commanding(PACKING, Field("steps.arrival.event.gate"))
    }

    #[test]
    fn an_event_ends_its_wait_and_is_seen_by_the_steps_behind_it() {
        let mut story = Story::of(awaiting(OnTimeout::Fail)).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&event(STOCK)),
            ["wait of arrival ended by its event", "requested packing 1/1"]
        );
        assert_eq!(story.sent(), ["7"]);
        assert_eq!(story.when(&event(STOCK)), ["rejected: NOT_AWAITED"]);
    }

    #[test]
    fn an_event_that_comes_early_ends_its_wait_when_it_begins_and_a_second_one_is_refused() {
        let mut story = Story::of(awaiting(OnTimeout::Fail)).given([start()]);
        assert_eq!(story.when(&event(STOCK)), ["event of arrival came early"]);
        assert_eq!(story.when(&event(STOCK)), ["rejected: NOT_AWAITED"]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            [
                "succeeded payment 1",
                "arrival waits",
                "wait of arrival ended",
                "requested packing 1/1"
            ]
        );
        assert_eq!(story.sent(), ["7"]);
    }

    #[test]
    fn an_event_that_does_not_come_fails_the_step_or_is_done_without() {
        let mut story = Story::of(awaiting(OnTimeout::Fail)).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&timed_out(STOCK, 1)),
            [
                "wait of arrival ended, in vain",
                "turned back: WAIT_TIMED_OUT",
                "requested undo-payment 1/1"
            ]
        );
        assert_eq!(story.when(&event(STOCK)), ["rejected: NOT_AWAITED"]);
        let plan = plan([
            step("arrival").waits_for_event(OnTimeout::Continue),
            step("stock").after(&[0]).when(IsNull("steps.arrival.event")),
        ]);
        let mut story = Story::of(plan).given([start()]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 1)),
            ["wait of arrival ended", "requested stock 1/1"]
        );
    }

    #[test]
    fn after_the_pivot_an_event_that_comes_late_after_all_lets_the_saga_go_on() {
        let plan = plan([
            step("shipment").pivot(),
            step("arrival").after(&[0]).waits_for_event(OnTimeout::Fail),
        ]);
        let mut story = Story::of(plan).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&timed_out(STOCK, 1)),
            ["wait of arrival ended, in vain", "suspended on arrival: WAIT_TIMED_OUT"]
        );
        assert_eq!(
            story.when(&event(STOCK)),
            ["wait of arrival ended by its event", "resumed", "completed"]
        );
    }

    #[test]
    fn after_the_pivot_a_wait_in_vain_can_be_begun_again() {
        let plan = plan([
            step("shipment").pivot(),
            step("arrival").after(&[0]).waits_for_event(OnTimeout::Fail),
        ]);
        let mut story = Story::of(plan).given([start(), done(PAYMENT, 1), timed_out(STOCK, 1)]);
        assert_eq!(story.when(&resume(None)), ["resumed", "arrival waits"]);
        assert!(story.when(&timed_out(STOCK, 1)).is_empty());
        assert_eq!(story.when(&timed_out(STOCK, 2)).len(), 2);
    }

    #[test]
    fn turning_back_calls_a_wait_off() {
        let mut story = Story::of(awaiting(OnTimeout::Fail)).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&cancel())[1..],
            ["turned back: CANCELLED", "requested undo-payment 1/1"]
        );
        assert_eq!(story.request(STOCK, Purpose::Forward), "passed over 1/1");
        assert!(story.when(&timed_out(STOCK, 1)).is_empty());
        assert_eq!(story.when(&event(STOCK)), ["rejected: NOT_AWAITED"]);
    }

    #[test]
    fn an_event_of_a_saga_that_is_not_there_is_refused() {
        let mut story = Story::of(awaiting(OnTimeout::Fail));
        assert_eq!(story.when(&event(STOCK)), ["rejected: UNKNOWN_SAGA"]);
        story.when(&start());
        assert_eq!(story.when(&event(PAYMENT)), ["rejected: NOT_AWAITED"]);
        assert_eq!(story.when(&event(StepIndex(9))), ["rejected: NOT_AWAITED"]);
    }
}
