//! Whether a step begins, is passed over, or is not at its turn.

use crate::{Event, Purpose, RequestStatus, Round, SagaState, StepIndex, StepPlan, reasons};

use super::{Draft, condition::holds, items};

enum Turn {
    Later,
    PassedOver,
    Now,
}

/// Begins `step` when its predecessors are settled, or lets those of its items begin that may.
pub(super) fn begin(draft: &mut Draft<'_>, step: StepIndex) {
    let Some(state) = draft.open() else { return };
    let plan = draft.plan().step(step);
    match state.step(step).forward.status {
        RequestStatus::NotRequested => {}
        RequestStatus::Expanded => return items::go_on(draft, step),
        _ => return,
    }
    match turn(state, plan) {
        Turn::Later => {}
        Turn::PassedOver => draft.push(Event::PassedOver { step }),
        Turn::Now => match plan
            .when
            .as_ref()
            .map_or(Ok(true), |when| holds(draft, when, step, None))
        {
            Ok(true) if plan.items.is_some() => items::expand(draft, step),
            Ok(true) => draft.request(step, Purpose::Forward, Round(1)),
            Ok(false) => draft.push(Event::PassedOver { step }),
            Err(error) => draft.suspend(step, Purpose::Forward, reasons::expression_failed(&error)),
        },
    }
}

/// A step behind others of which none was done goes with them; an alternative goes with the first that was taken.
fn turn(state: &SagaState, plan: &StepPlan) -> Turn {
    let mut all_went_by = !plan.after.is_empty();
    for before in &plan.after {
        let before = &state.step(*before).forward;
        if !before.is_settled() {
            return Turn::Later;
        }
        all_went_by &= before.status != RequestStatus::Succeeded;
    }
    if all_went_by {
        return Turn::PassedOver;
    }
    for other in &plan.unless {
        match state.step(*other).forward.status {
            RequestStatus::NotRequested => return Turn::Later,
            RequestStatus::PassedOver => {}
            _ => return Turn::PassedOver,
        }
    }
    Turn::Now
}

#[cfg(test)]
mod tests {
    use crate::{Purpose, testing::*};

    fn wrapped() -> crate::Plan {
        plan([
            step("payment").compensated(),
            step("wrap").after(&[0]).when(Is("start.gift", "yes")).compensated(),
            step("card").after(&[1]),
            step("packing").after(&[0, 1]),
        ])
    }

    #[test]
    fn a_step_whose_condition_is_false_is_passed_over_with_those_behind_it_alone() {
        let mut story = Story::of(wrapped()).given([start_with("order_id=o-1;gift=no")]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            [
                "succeeded payment 1",
                "passed over wrap",
                "passed over card",
                "requested packing 1/1"
            ]
        );
        assert_eq!(story.when(&done(SHIPMENT, 1)), ["succeeded packing 1", "completed"]);
    }

    #[test]
    fn a_step_whose_condition_is_true_is_requested() {
        let mut story = Story::of(wrapped()).given([start_with("order_id=o-1;gift=yes"), done(PAYMENT, 1)]);
        assert_eq!(story.request(STOCK, Purpose::Forward), "pending 1/1");
        assert_eq!(
            story.when(&done(STOCK, 1)),
            ["succeeded wrap 1", "requested card 1/1", "requested packing 1/1"]
        );
    }

    #[test]
    fn a_step_that_was_passed_over_is_not_taken_back_and_its_success_is_an_alert() {
        let mut story = Story::of(wrapped()).given([start_with("order_id=o-1;gift=no"), done(PAYMENT, 1)]);
        assert_eq!(story.when(&done(STOCK, 1)), ["rejected: NEVER_REQUESTED"]);
        assert!(story.last_event().needs_attention());
        assert_eq!(
            story.when(&refused(SHIPMENT, 1)),
            [
                "failed packing 1",
                "turned back: STEP_FAILED",
                "requested undo-payment 1/1"
            ]
        );
    }

    #[test]
    fn a_condition_without_a_value_suspends_the_saga_and_is_evaluated_again() {
        let plan = plan([step("payment"), step("wrap").after(&[0]).when(Field("start.gift"))]);
        let mut story = Story::of(plan).given([start()]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded payment 1", "suspended on wrap: EXPRESSION_FAILED"]
        );
        assert_eq!(
            story.when(&resume(Some(STOCK))),
            ["resumed", "suspended on wrap: EXPRESSION_FAILED"]
        );
        assert_eq!(
            story.when(&cancel())[1..],
            ["turned back: CANCELLED", "compensated: CANCELLED"]
        );
    }

    #[test]
    fn nothing_but_passed_over_steps_is_a_completed_saga() {
        let mut story = Story::of(plan([step("wrap").when(Is("start.gift", "yes"))]));
        assert_eq!(
            story.when(&start_with("order_id=o-1;gift=no")),
            ["started", "passed over wrap", "completed"]
        );
    }

    fn delivery() -> crate::Plan {
        plan([
            step("drone").when(Is("start.by", "drone")).compensated(),
            step("bike").when(Is("start.by", "bike")).unless(&[0]).compensated(),
            step("van").unless(&[0, 1]).compensated(),
            step("mail").after(&[0, 1, 2]),
        ])
    }

    #[test]
    fn the_first_alternative_that_fits_is_taken_and_no_other() {
        for (by, expected) in [
            ("drone", ["requested drone 1/1", "passed over bike", "passed over van"]),
            ("bike", ["passed over drone", "requested bike 1/1", "passed over van"]),
            ("boat", ["passed over drone", "passed over bike", "requested van 1/1"]),
        ] {
            let mut story = Story::of(delivery());
            assert_eq!(story.when(&start_with(&format!("order_id=o-1;by={by}")))[1..], expected);
        }
    }

    #[test]
    fn what_comes_after_a_choice_comes_after_the_alternative_that_was_taken() {
        let mut story = Story::of(delivery()).given([start_with("order_id=o-1;by=bike")]);
        assert_eq!(story.when(&done(STOCK, 1)), ["succeeded bike 1", "requested mail 1/1"]);
        assert_eq!(
            story.when(&refused(SHIPMENT, 1))[1..],
            ["turned back: STEP_FAILED", "requested undo-bike 1/1"]
        );
        assert_eq!(
            story.when(&undone(STOCK, 1)),
            ["succeeded undo-bike 1", "compensated: STEP_FAILED"]
        );
    }
}
