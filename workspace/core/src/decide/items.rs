//! A step that is done for each element of an array.

use crate::{
    Event, ItemsPlan, Purpose, RequestStatus, Round, Scope, StepIndex, Value, limits::ITEMS_PER_SAGA_MAX, reasons,
};

use super::Draft;

/// Gives the step its items and begins the first of them. An array that cannot be used suspends the saga.
pub(super) fn expand(draft: &mut Draft<'_>, step: StepIndex) {
    let Some(plan) = &draft.plan().step(step).items else {
        return;
    };
    match count(draft, plan) {
        Ok(items) => {
            draft.push(Event::Expanded { step, items });
            go_on(draft, step);
        }
        Err(problem) => {
            let reason = reasons::items_unusable(draft.plan(), step, plan.list.source(), &problem);
            draft.suspend(step, Purpose::Forward, reason);
        }
    }
}

/// Begins items as long as no more than allowed are under way; when all are done, the step is.
pub(super) fn go_on(draft: &mut Draft<'_>, step: StepIndex) {
    let Some(plan) = &draft.plan().step(step).items else {
        return;
    };
    let Some(state) = draft.open() else { return };
    let is_under_way = |item: &StepIndex| {
        let status = state.step(*item).forward.status;
        matches!(status, RequestStatus::Pending { .. } | RequestStatus::Paused { .. })
    };
    let under_way = state.items(step).filter(is_under_way).count();
    let free = usize::from(plan.parallel).saturating_sub(under_way);
    let waits = |item: &StepIndex| state.step(*item).forward.status == RequestStatus::NotRequested;
    let next: Vec<StepIndex> = state.items(step).filter(waits).take(free).collect();
    for item in next {
        draft.request(item, Purpose::Forward, Round(1));
        if draft.is_suspended() {
            return;
        }
    }
    let all_done = draft
        .open()
        .is_some_and(|state| state.items(step).all(|item| state.step(item).forward.is_settled()));
    if all_done {
        draft.push(Event::ItemsSucceeded { step });
    }
}

/// How many items there are; a sentence when they cannot be used.
fn count(draft: &Draft<'_>, plan: &ItemsPlan) -> Result<u16, String> {
    let Some(state) = draft.open() else {
        return Err("the saga is not open".into());
    };
    let scope = Scope::new(draft.plan(), state, draft.context.decoder);
    let list = match plan.list.evaluate(&scope).map_err(|error| error.reason)? {
        Value::List(list) => list,
        _ => return Err("it is no array".into()),
    };
    let items = u16::try_from(list.len()).ok().filter(|items| *items <= plan.max);
    let items = items.ok_or_else(|| format!("it has {} elements, and {} are allowed", list.len(), plan.max))?;
    let all = state.steps.len() - state.static_steps() + usize::from(items);
    if all > ITEMS_PER_SAGA_MAX {
        return Err(format!(
            "the saga would have {all} items, and {ITEMS_PER_SAGA_MAX} are allowed"
        ));
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use crate::{Milestone, StepIndex, testing::*};

    fn picking() -> crate::Plan {
        plan([
            step("payment").compensated(),
            step("pick").after(&[0]).for_each("start.lines", 2).compensated(),
            step("packing").after(&[1]),
        ])
        .emitting(
            &[Milestone::StepSucceeded(STOCK), Milestone::StepFailed(STOCK)],
            Field("saga.milestone"),
        )
        .commanding(STOCK, Field("item"))
    }

    fn picked(number: u16) -> StepIndex {
        item(STOCK, number)
    }

    #[test]
    fn items_are_done_as_many_at_a_time_as_allowed_and_the_step_when_all_are() {
        let mut story = Story::of(picking()).given([start_with("order_id=o-1;lines=[a,b,c]")]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            [
                "succeeded payment 1",
                "pick has 3 items",
                "requested pick[0] 1/1",
                "requested pick[1] 1/1"
            ]
        );
        assert_eq!(story.sent(), ["a", "b"]);
        assert_eq!(
            story.when(&done(picked(1), 1)),
            ["succeeded pick[1] 1", "requested pick[2] 1/1"]
        );
        assert_eq!(story.sent(), ["c"]);
        assert_eq!(story.when(&done(picked(0), 1)), ["succeeded pick[0] 1"]);
        assert_eq!(
            story.when(&done(picked(2), 1)),
            [
                "succeeded pick[2] 1",
                "all items of pick are done",
                "requested packing 1/1"
            ]
        );
        assert_eq!(story.sent(), ["emit pick.succeeded", "do packing"]);
        assert_eq!(story.when(&done(picked(2), 1)), ["rejected: DUPLICATE_REPLY"]);
    }

    #[test]
    fn a_step_without_elements_is_done_at_once() {
        let mut story = Story::of(picking()).given([start_with("order_id=o-1;lines=[]")]);
        assert_eq!(
            story.when(&done(PAYMENT, 1))[1..],
            [
                "pick has 0 items",
                "all items of pick are done",
                "requested packing 1/1"
            ]
        );
    }

    #[test]
    fn an_item_that_is_refused_turns_back_and_what_was_done_is_taken_back_item_by_item() {
        let mut story = Story::of(picking()).given([
            start_with("order_id=o-1;lines=[a,b,c]"),
            done(PAYMENT, 1),
            done(picked(0), 1),
        ]);
        assert_eq!(
            story.when(&refused(picked(1), 1)),
            [
                "failed pick[1] 1",
                "turned back: STEP_FAILED",
                "requested undo-pick[0] 1/1"
            ]
        );
        assert_eq!(story.sent(), ["emit pick.failed", "undo pick"]);
        assert_eq!(
            story.when(&done(picked(2), 1)),
            ["succeeded pick[2] 1", "requested undo-pick[2] 1/1"]
        );
        assert_eq!(story.when(&undone(picked(0), 1)), ["succeeded undo-pick[0] 1"]);
        assert_eq!(
            story.when(&undone(picked(2), 1)),
            ["succeeded undo-pick[2] 1", "requested undo-payment 1/1"]
        );
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            ["succeeded undo-payment 1", "compensated: STEP_FAILED"]
        );
    }

    #[test]
    fn items_are_taken_back_after_what_came_after_their_step_and_no_more_at_a_time_than_they_were_done() {
        let mut story = Story::of(picking()).given([start_with("order_id=o-1;lines=[a,b,c]"), done(PAYMENT, 1)]);
        for number in 0..3 {
            story.when(&done(picked(number), 1));
        }
        assert_eq!(
            story.when(&refused(PACKING, 1))[2..],
            ["requested undo-pick[2] 1/1", "requested undo-pick[1] 1/1"]
        );
        assert_eq!(
            story.when(&undone(picked(2), 1)),
            ["succeeded undo-pick[2] 1", "requested undo-pick[0] 1/1"]
        );
    }

    #[test]
    fn an_item_is_tried_again_and_waited_for_by_its_own_name() {
        let mut story = Story::of(picking()).given([start_with("order_id=o-1;lines=[a,b]"), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&timed_out(picked(1), 1)),
            ["timed out pick[1] 1/1", "suspended on pick[1]: OUTCOME_UNKNOWN"]
        );
        assert_eq!(story.when(&resume(None)), ["resumed", "requested pick[1] 1/2"]);
    }

    #[test]
    fn an_array_that_cannot_be_used_suspends_the_saga() {
        for lines in ["[a,b,c,d,e,f,g,h,i,j,k]", "none"] {
            let start = start_with(&format!("order_id=o-1;lines={lines}"));
            let mut story = Story::of(picking()).given([start]);
            assert_eq!(
                story.when(&done(PAYMENT, 1)),
                ["succeeded payment 1", "suspended on pick: EXPRESSION_FAILED"]
            );
        }
    }

    #[test]
    fn a_reply_to_the_step_or_to_an_item_that_it_does_not_have_is_an_alert() {
        let mut story = Story::of(picking()).given([start_with("order_id=o-1;lines=[a]"), done(PAYMENT, 1)]);
        for stray in [STOCK, picked(1)] {
            assert_eq!(story.when(&done(stray, 1)), ["rejected: NEVER_REQUESTED"]);
        }
    }
}
