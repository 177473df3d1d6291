//! Locks, as the saga sees them that wants one.
//!
//! A saga that has asked lets go once: when it has waited long enough, when it turns back before it got the lock, after
//! the steps that the lock is for, or at its end. So a grant that comes after it stopped waiting is given back already.

use crate::{
    Action, Attempt, EvaluationError, Event, LockAnswer, LockKey, LockPlan, OnTimeout, Plan, Purpose, Reason,
    RejectionCode, RequestStatus, Round, SagaState, Scope, StepIndex, Value, limits, reasons,
};

use super::{Draft, advance::advance, failure};

/// Asks for the lock.
pub(super) fn ask(draft: &mut Draft<'_>, step: StepIndex, round: Round, plan: &LockPlan) {
    match key(draft, step, plan) {
        Ok(lock) => {
            let due = draft.context.now.plus(plan.timeout);
            draft.push(Event::LockAsked { step, round, lock, due });
        }
        Err(error) => draft.suspend(step, Purpose::Forward, reasons::expression_failed(&error)),
    }
}

/// The lock has not come free in time, when it is `attempt` that waits.
pub(super) fn time_out(draft: &mut Draft<'_>, step: StepIndex, attempt: Attempt, plan: &LockPlan) {
    if draft.is_pending(step, attempt) {
        let reason = reasons::lock_timed_out(draft.plan(), step);
        missed(draft, step, plan, reason);
    }
}

/// The lock answers. An answer to what is not asked for any more is refused.
pub(super) fn answered(draft: &mut Draft<'_>, step: StepIndex, round: Round, answer: LockAnswer) {
    let named = Some((step, Purpose::Forward));
    if !draft.is_open_for(named) {
        return;
    }
    let plan = draft.plan();
    let asked = draft.request_of(step, Purpose::Forward);
    let waits =
        |request: &crate::Request| request.round == round && matches!(request.status, RequestStatus::Pending { .. });
    let lock = match &plan.steps.get(step.template().at()).map(|step| &step.action) {
        Some(Action::Lock(lock)) if asked.as_ref().is_some_and(waits) => lock,
        _ => return draft.reject(RejectionCode::NotAwaited, named),
    };
    match answer {
        LockAnswer::Granted => {
            draft.push(Event::LockGranted { step });
            draft.resume_after(step, Purpose::Forward);
            advance(draft);
        }
        LockAnswer::Queued { place } => draft.push(Event::LockQueued { step, place }),
        LockAnswer::Full => {
            let reason = reasons::lock_queue_full(draft.plan(), step);
            missed(draft, step, lock, reason);
        }
    }
}

/// Stops waiting for locks that the saga does not hold, because it turns back.
pub(super) fn withdraw(draft: &mut Draft<'_>) {
    let pending =
        |_: &Plan, state: &SagaState, step| matches!(state.step(step).forward.status, RequestStatus::Pending { .. });
    let_go(draft, pending);
}

/// Gives back the locks whose steps are settled.
pub(super) fn release_done(draft: &mut Draft<'_>) {
    let done = |plan: &Plan, state: &SagaState, step: StepIndex| {
        let Action::Lock(LockPlan { until, .. }) = &plan.step(step).action else {
            return false;
        };
        let is_held = state.step(step).forward.status == RequestStatus::Succeeded;
        is_held && !until.is_empty() && until.iter().all(|until| state.step(*until).forward.is_settled())
    };
    let_go(draft, done);
}

/// Gives back every lock: the saga ends.
pub(super) fn release_all(draft: &mut Draft<'_>) {
    let_go(draft, |_, _, _| true);
}

fn missed(draft: &mut Draft<'_>, step: StepIndex, plan: &LockPlan, reason: Reason) {
    let Some((lock, round)) = asked(draft.open(), step) else {
        return;
    };
    let fails = plan.on_timeout == OnTimeout::Fail;
    draft.push(Event::LockMissed {
        step,
        round,
        lock,
        fails,
        reason: reason.clone(),
    });
    if fails {
        failure::failed_for_good(draft, step, reason);
    } else {
        draft.resume_after(step, Purpose::Forward);
        advance(draft);
    }
}

/// Lets go of the locks that `goes` names, of those that the saga holds or waits for.
fn let_go(draft: &mut Draft<'_>, goes: impl Fn(&Plan, &SagaState, StepIndex) -> bool) {
    let plan = draft.plan();
    // Most definitions have none: nothing else is looked at then.
    if !plan.steps.iter().any(|step| matches!(step.action, Action::Lock(_))) {
        return;
    }
    let Some(state) = draft.open() else { return };
    let all: Vec<StepIndex> = state
        .indexes()
        .filter(|step| state.step(*step).lock.is_some() && goes(plan, state, *step))
        .collect();
    for step in all {
        if let Some((lock, round)) = asked(draft.open(), step) {
            draft.push(Event::LockReleased { step, round, lock });
        }
    }
}

/// The lock that the step holds or waits for, and the request.
fn asked(state: Option<&SagaState>, step: StepIndex) -> Option<(LockKey, Round)> {
    let step = state?.get(step)?;
    Some((step.lock.as_ref()?.key.clone(), step.forward.round))
}

fn key(draft: &Draft<'_>, step: StepIndex, plan: &LockPlan) -> Result<LockKey, EvaluationError> {
    let problem = |reason: String| EvaluationError {
        expression: plan.key.source().into(),
        reason,
    };
    let state = draft.open().ok_or_else(|| problem("the saga is not open".into()))?;
    let scope = Scope {
        step: Some(step),
        ..Scope::new(draft.plan(), state, draft.context.decoder)
    };
    let text = match plan.key.evaluate(&scope)? {
        Value::String(text) => text,
        Value::Long(number) => number.to_string().into(),
        _ => return Err(problem("it is neither text nor a whole number".into())),
    };
    match text.len() {
        0 => Err(problem("it is empty, and a lock has a name".into())),
        bytes if bytes > limits::LOCK_KEY_BYTES_MAX => Err(problem(format!(
            "it has {bytes} bytes, and a lock's key may have {}",
            limits::LOCK_KEY_BYTES_MAX
        ))),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Constant, LockAnswer, OnTimeout, Plan, Purpose, RequestStatus, Value, testing::*};

    /// Payment, then the lock of the seat, then packing under it, then shipment.
    fn booking(on_timeout: OnTimeout) -> Plan {
        plan([
            step("payment").compensated(),
            step("seat").after(&[0]).locks(Field("start.seat"), on_timeout),
            step("packing").after(&[1]).compensated(),
            step("shipment").after(&[2]),
        ])
    }

    fn asking(plan: Plan) -> Story {
        Story::of(plan).given([start_with("order_id=o-1;seat=seat/7"), done(PAYMENT, 1)])
    }

    #[test]
    fn a_lock_is_asked_for_and_held_to_the_end() {
        let mut story = Story::of(booking(OnTimeout::Fail)).given([start_with("order_id=o-1;seat=seat/7")]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded payment 1", "seat asked for seat/7 1"]
        );
        assert_eq!(
            story.when(&granted(STOCK, 1)),
            ["seat holds its lock", "requested packing 1/1"]
        );
        assert_eq!(story.state().step(STOCK).lock.as_ref().unwrap().key.as_str(), "seat/7");
        story.when(&done(PACKING, 1));
        assert_eq!(
            story.when(&done(SHIPMENT, 1)),
            ["succeeded shipment 1", "seat let go of seat/7", "completed"]
        );
    }

    #[test]
    fn the_place_in_the_queue_is_known() {
        let mut story = asking(booking(OnTimeout::Fail));
        let place = LockAnswer::Queued { place: 2 };
        assert_eq!(story.when(&lock(STOCK, 1, place)), ["seat waits at 2"]);
        assert_eq!(story.state().step(STOCK).lock.as_ref().unwrap().place, Some(2));
        story.when(&granted(STOCK, 1));
        assert_eq!(story.state().step(STOCK).lock.as_ref().unwrap().place, None);
    }

    #[test]
    fn a_lock_that_does_not_come_free_turns_the_saga_back() {
        let mut story = asking(booking(OnTimeout::Fail));
        assert_eq!(
            story.when(&timed_out(STOCK, 1)),
            [
                "seat missed seat/7: LOCK_TIMED_OUT",
                "turned back: LOCK_TIMED_OUT",
                "requested undo-payment 1/1"
            ]
        );
        assert_eq!(
            story.when(&granted(STOCK, 1)),
            ["rejected: NOT_AWAITED"],
            "it has let go"
        );
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            ["succeeded undo-payment 1", "compensated: LOCK_TIMED_OUT"]
        );
    }

    #[test]
    fn a_saga_may_go_on_without_its_lock() {
        let plan = booking(OnTimeout::Continue).commanding(PACKING, Field("steps.seat.lock"));
        let mut story = asking(plan);
        assert_eq!(
            story.when(&timed_out(STOCK, 1)),
            ["seat missed seat/7: LOCK_TIMED_OUT", "requested packing 1/1"]
        );
        assert_eq!(story.sent(), ["[Null]"]);
        story.when(&done(PACKING, 1));
        assert_eq!(story.when(&done(SHIPMENT, 1)), ["succeeded shipment 1", "completed"]);
    }

    #[test]
    fn the_held_lock_is_seen_by_the_steps_behind_it() {
        let mut story = asking(booking(OnTimeout::Continue).commanding(PACKING, Field("steps.seat.lock")));
        story.when(&granted(STOCK, 1));
        assert_eq!(story.sent(), ["seat/7"]);
    }

    #[test]
    fn a_full_queue_counts_like_a_time_out() {
        let mut story = asking(booking(OnTimeout::Fail));
        assert_eq!(
            story.when(&lock(STOCK, 1, LockAnswer::Full))[..2],
            ["seat missed seat/7: LOCK_QUEUE_FULL", "turned back: LOCK_QUEUE_FULL"]
        );
    }

    #[test]
    fn a_lock_is_held_until_everything_is_taken_back() {
        let mut story = asking(booking(OnTimeout::Fail)).given([granted(STOCK, 1), done(PACKING, 1)]);
        assert_eq!(
            story.when(&refused(SHIPMENT, 1)),
            [
                "failed shipment 1",
                "turned back: STEP_FAILED",
                "requested undo-packing 1/1"
            ]
        );
        story.when(&undone(PACKING, 1));
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            [
                "succeeded undo-payment 1",
                "seat let go of seat/7",
                "compensated: STEP_FAILED"
            ]
        );
    }

    #[test]
    fn a_saga_that_turns_back_waits_no_longer() {
        let mut story = asking(booking(OnTimeout::Fail));
        assert_eq!(
            story.when(&cancel()),
            [
                "cancellation accepted",
                "seat let go of seat/7",
                "turned back: CANCELLED",
                "requested undo-payment 1/1"
            ]
        );
        assert_eq!(story.state().step(STOCK).forward.status, RequestStatus::PassedOver);
        assert_eq!(story.when(&granted(STOCK, 1)), ["rejected: NOT_AWAITED"]);
    }

    #[test]
    fn a_suspended_saga_keeps_its_lock() {
        let mut story = asking(booking(OnTimeout::Fail)).given([granted(STOCK, 1), timed_out(PACKING, 1)]);
        assert!(story.state().suspended.is_some());
        assert!(story.state().step(STOCK).lock.is_some());
        story.when(&resume(None));
        story.when(&done(PACKING, 1));
        assert_eq!(story.when(&done(SHIPMENT, 1))[1], "seat let go of seat/7");
    }

    #[test]
    fn a_lock_is_given_back_after_the_steps_that_it_is_for() {
        let plan = plan([
            step("payment"),
            step("seat")
                .locks(Constant(Value::Long(7)), OnTimeout::Fail)
                .releases_after(&[2]),
            step("packing").after(&[1]),
            step("shipment").after(&[2]),
        ]);
        let mut story = Story::of(plan).given([start(), granted(STOCK, 1)]);
        assert_eq!(
            story.when(&done(PACKING, 1)),
            ["succeeded packing 1", "requested shipment 1/1", "seat let go of 7"]
        );
        assert_eq!(story.state().step(STOCK).lock, None);
        story.when(&done(PAYMENT, 1));
        assert_eq!(story.when(&done(SHIPMENT, 1)), ["succeeded shipment 1", "completed"]);
    }

    #[test]
    fn a_resumed_saga_asks_again_in_a_new_round() {
        let plan = plan([
            step("payment").pivot(),
            step("seat")
                .after(&[0])
                .locks(Constant(Value::Long(7)), OnTimeout::Fail),
        ]);
        let mut story = Story::of(plan).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&timed_out(STOCK, 1)),
            ["seat missed 7: LOCK_TIMED_OUT", "suspended on seat: LOCK_TIMED_OUT"]
        );
        assert_eq!(story.when(&resume(None)), ["resumed", "seat asked for 7 2"]);
        assert_eq!(
            story.when(&granted(STOCK, 1)),
            ["rejected: NOT_AWAITED"],
            "of the round before"
        );
        assert_eq!(
            story.when(&granted(STOCK, 2)),
            ["seat holds its lock", "seat let go of 7", "completed"]
        );
    }

    #[test]
    fn a_key_that_is_none_suspends_the_saga() {
        for key in [
            Value::Null,
            Value::Boolean(true),
            Value::String("".into()),
            Value::String("x".repeat(257).into()),
        ] {
            let plan = plan([step("seat").locks(Constant(key), OnTimeout::Fail)]);
            let mut story = Story::of(plan);
            assert_eq!(
                story.when(&start()),
                ["started", "suspended on seat: EXPRESSION_FAILED"]
            );
            assert_eq!(story.request(PAYMENT, Purpose::Forward), "not requested 0/0");
        }
    }

    #[test]
    fn an_answer_to_nobody_is_refused() {
        let mut story = Story::of(booking(OnTimeout::Fail));
        assert_eq!(story.when(&granted(STOCK, 1)), ["rejected: UNKNOWN_SAGA"]);
        story.when(&start_with("order_id=o-1;seat=seat/7"));
        assert_eq!(story.when(&granted(STOCK, 1)), ["rejected: NOT_AWAITED"]);
        assert_eq!(story.when(&granted(PAYMENT, 1)), ["rejected: NOT_AWAITED"]);
    }
}
