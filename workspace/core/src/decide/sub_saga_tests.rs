//! Both sides of a sub-saga: the step that asks, and the saga that is asked.

use crate::{Constant, Input, Outcome, Purpose, Saga, Value, limits::SUB_SAGA_DEPTH_MAX, testing::*};

/// A trip: a stay, which is a saga of its own, and then a flight that may be refused.
fn trip() -> Story {
    Story::of(plan([
        step("stay").sub_saga(Field("start.order_id")).compensated(),
        step("flight").after(&[0]).compensated(),
    ]))
}

/// A stay: a room and a meal; the payment is its pivot when it has one.
fn stay() -> Story {
    Story::of(plan([
        step("room").compensated(),
        step("meal").after(&[0]).compensated(),
    ]))
}

fn stay_with_pivot() -> Story {
    Story::of(plan([step("room").compensated(), step("paid").after(&[0]).pivot()]))
}

fn ended(story: &Story) -> Option<Outcome> {
    match &story.saga {
        Some(Saga::Closed(closed)) => Some(closed.outcome),
        _ => None,
    }
}

#[test]
fn the_step_begins_a_saga_of_its_own_and_goes_on_when_that_is_done() {
    let mut story = trip();
    assert_eq!(
        story.when(&start()),
        ["started", "stay is the saga stay/o-1", "requested stay 1/1"]
    );
    assert_eq!(story.sent(), ["begin stay/o-1"]);
    assert_eq!(
        story.when(&done(PAYMENT, 1)),
        ["succeeded stay 1", "requested flight 1/1"]
    );
}

#[test]
fn a_sub_saga_that_was_compensated_is_a_refused_step() {
    let mut story = trip().given([start()]);
    assert_eq!(
        story.when(&refused(PAYMENT, 1)),
        ["failed stay 1", "turned back: STEP_FAILED", "compensated: STEP_FAILED"]
    );
}

#[test]
fn a_sub_saga_that_is_done_is_taken_back_with_its_step() {
    let mut story = trip().given([start(), done(PAYMENT, 1)]);
    assert_eq!(
        story.when(&refused(STOCK, 1)),
        ["failed flight 1", "turned back: STEP_FAILED", "requested undo-stay 1/1"]
    );
    assert_eq!(story.sent(), ["take back stay/o-1"]);
    assert_eq!(
        story.when(&undone(PAYMENT, 1)),
        ["succeeded undo-stay 1", "compensated: STEP_FAILED"]
    );
}

#[test]
fn a_sub_saga_that_is_under_way_is_taken_back_at_once() {
    let mut story = trip().given([start()]);
    assert_eq!(
        story.when(&cancel()),
        [
            "cancellation accepted",
            "turned back: CANCELLED",
            "requested undo-stay 1/1"
        ]
    );
    assert_eq!(story.request(PAYMENT, Purpose::Forward), "unknown 1/1, unanswered");
    assert_eq!(
        story.when(&undone(PAYMENT, 1)),
        ["succeeded undo-stay 1", "compensated: CANCELLED"]
    );
}

#[test]
fn an_end_that_crosses_the_taking_back_is_noted() {
    let mut story = trip().given([start(), cancel()]);
    assert_eq!(story.when(&done(PAYMENT, 1)), ["succeeded stay 1"]);
    assert_eq!(
        story.when(&undone(PAYMENT, 1)),
        ["succeeded undo-stay 1", "compensated: CANCELLED"]
    );
    let mut story = trip().given([start(), cancel()]);
    assert_eq!(story.when(&refused(PAYMENT, 1)), ["failed stay 1"]);
    assert_eq!(
        story.when(&undone(PAYMENT, 1)),
        ["succeeded undo-stay 1", "compensated: CANCELLED"]
    );
}

#[test]
fn a_sub_saga_that_cannot_be_taken_back_keeps_its_parent_waiting_with_the_reason() {
    let mut story = trip().given([start(), cancel(), undo_refused(PAYMENT, 1)]);
    assert_eq!(
        story.when(&undo_retry(PAYMENT, 1)),
        ["requested undo-stay 2/2"],
        "the policy of the tests has two attempts"
    );
    assert_eq!(
        story.when(&undo_refused(PAYMENT, 2)),
        ["failed undo-stay 2", "suspended on undo-stay: ATTEMPTS_EXHAUSTED"]
    );
}

#[test]
fn each_item_has_a_saga_of_its_own() {
    let items = plan([step("stay")
        .sub_saga(Field("item"))
        .compensated()
        .for_each("start.lines", 2)]);
    let mut story = Story::of(items);
    assert_eq!(
        story.when(&start_with("lines=[a,b]")),
        [
            "started",
            "stay has 2 items",
            "stay[0] is the saga stay/a",
            "requested stay[0] 1/1",
            "stay[1] is the saga stay/b",
            "requested stay[1] 1/1"
        ]
    );
    let events = story.when(&cancel());
    assert!(events.contains(&"requested undo-stay[0] 1/1".into()), "{events:?}");
    assert!(events.contains(&"requested undo-stay[1] 1/1".into()), "{events:?}");
}

#[test]
fn a_sub_saga_without_a_key_is_not_begun() {
    for key in [Value::Null, Value::Boolean(true), Value::String("".into())] {
        let mut story = Story::of(plan([step("stay").sub_saga(Constant(key)).compensated()]));
        assert_eq!(
            story.when(&start()),
            ["started", "suspended on stay: EXPRESSION_FAILED"]
        );
    }
}

#[test]
fn a_sub_saga_answers_when_it_is_completed() {
    let mut story = stay();
    assert_eq!(
        story.when(&begun_by(parent("t-1", 1))),
        ["started", "done for trip/t-1/stay", "requested room 1/1"]
    );
    story.when(&done(PAYMENT, 1));
    assert_eq!(story.when(&done(STOCK, 1)), ["succeeded meal 1", "completed"]);
    assert_eq!(
        story.sent(),
        ["outcome Completed", "answer trip/t-1/stay/forward/1: done"]
    );
}

#[test]
fn a_sub_saga_answers_why_it_was_compensated() {
    let mut story = stay().given([begun_by(parent("t-1", 1))]);
    assert_eq!(
        story.when(&refused(PAYMENT, 1)),
        ["failed room 1", "turned back: STEP_FAILED", "compensated: STEP_FAILED"]
    );
    assert_eq!(
        story.sent(),
        [
            "outcome Compensated",
            "answer trip/t-1/stay/forward/1: step 'room' was refused: the account is empty (NO_FUNDS)"
        ]
    );
}

#[test]
fn a_running_sub_saga_goes_back_when_its_parent_takes_it_back() {
    let mut story = stay().given([begun_by(parent("t-1", 1)), done(PAYMENT, 1)]);
    assert_eq!(
        story.when(&taken_back_by(parent("t-1", 1))),
        ["taken back by its parent in 1", "turned back: TAKEN_BACK"]
    );
    story.when(&refused(STOCK, 1));
    assert_eq!(
        story.when(&undone(PAYMENT, 1)),
        ["succeeded undo-room 1", "compensated: TAKEN_BACK"]
    );
    assert_eq!(
        story.sent(),
        ["outcome Compensated", "answer trip/t-1/stay/compensation/1: done"]
    );
}

#[test]
fn a_completed_sub_saga_is_opened_again_and_goes_back() {
    let mut story = stay().given([begun_by(parent("t-1", 1)), done(PAYMENT, 1), done(STOCK, 1)]);
    assert_eq!(ended(&story), Some(Outcome::Completed));
    assert_eq!(
        story.when(&taken_back_by(parent("t-1", 1))),
        [
            "reopened: TAKEN_BACK",
            "taken back by its parent in 1",
            "turned back: TAKEN_BACK",
            "requested undo-meal 1/1"
        ]
    );
    story.when(&undone(STOCK, 1));
    assert_eq!(
        story.when(&undone(PAYMENT, 1)),
        ["succeeded undo-room 1", "compensated: TAKEN_BACK"]
    );
    assert_eq!(
        story.sent(),
        ["outcome Compensated", "answer trip/t-1/stay/compensation/1: done"]
    );
}

#[test]
fn a_sub_saga_past_its_pivot_goes_on_and_says_that_it_cannot_be_taken_back() {
    let mut story = stay_with_pivot().given([begun_by(parent("t-1", 1)), done(PAYMENT, 1)]);
    assert_eq!(
        story.when(&taken_back_by(parent("t-1", 1))),
        ["taken back by its parent in 1"]
    );
    assert_eq!(story.when(&done(STOCK, 1)), ["succeeded paid 1", "completed"]);
    let too_late = "the sub-saga 'order/o-1' was completed past its pivot: it cannot be taken back";
    assert_eq!(
        story.sent(),
        [
            "outcome Completed".to_owned(),
            "answer trip/t-1/stay/forward/1: done".to_owned(),
            format!("answer trip/t-1/stay/compensation/1: {too_late}"),
        ]
    );
    assert_eq!(
        story.when(&taken_back_by(parent("t-1", 2))),
        ["rejected: CANNOT_BE_TAKEN_BACK"]
    );
    assert_eq!(
        story.sent(),
        [format!("answer trip/t-1/stay/compensation/2: {too_late}")]
    );
}

#[test]
fn a_pivot_that_is_refused_after_all_ends_the_sub_saga_as_taken_back() {
    let mut story = stay_with_pivot().given([
        begun_by(parent("t-1", 1)),
        done(PAYMENT, 1),
        taken_back_by(parent("t-1", 1)),
    ]);
    assert_eq!(
        story.when(&refused(STOCK, 1)),
        ["failed paid 1", "turned back: STEP_FAILED", "requested undo-room 1/1"]
    );
    story.when(&undone(PAYMENT, 1));
    assert_eq!(
        story.sent(),
        ["outcome Compensated", "answer trip/t-1/stay/compensation/1: done"]
    );
}

#[test]
fn what_is_asked_twice_is_done_once_and_answered_again() {
    let mut story = stay().given([begun_by(parent("t-1", 1))]);
    assert_eq!(story.when(&begun_by(parent("t-1", 1))), ["rejected: DUPLICATE_START"]);
    assert!(story.sent().is_empty(), "it answers when it ends");
    let mut story = story.given([done(PAYMENT, 1), done(STOCK, 1)]);
    assert_eq!(story.when(&begun_by(parent("t-1", 1))), ["rejected: DUPLICATE_START"]);
    assert_eq!(story.sent(), ["answer trip/t-1/stay/forward/1: done"]);
    let mut story = story.given([taken_back_by(parent("t-1", 1))]);
    assert_eq!(
        story.when(&taken_back_by(parent("t-1", 1))),
        ["rejected: ALREADY_CANCELLED"]
    );
    assert!(story.sent().is_empty(), "it answers when it ends");
    let mut story = story.given([undone(STOCK, 1), undone(PAYMENT, 1)]);
    assert_eq!(
        story.when(&taken_back_by(parent("t-1", 1))),
        ["rejected: ALREADY_CANCELLED"]
    );
    assert_eq!(story.sent(), ["answer trip/t-1/stay/compensation/1: done"]);
    assert_eq!(story.when(&begun_by(parent("t-1", 2))), ["rejected: DUPLICATE_START"]);
    assert_eq!(
        story.sent(),
        ["answer trip/t-1/stay/forward/2: the saga 'trip/t-1' takes back its step 'stay'"]
    );
}

#[test]
fn a_key_that_another_saga_has_is_refused_and_that_saga_is_left_alone() {
    for first in [start(), begun_by(parent("t-1", 1))] {
        let mut story = stay().given([first]);
        assert_eq!(story.when(&begun_by(parent("t-2", 1))), ["rejected: DUPLICATE_START"]);
        assert_eq!(
            story.sent(),
            ["answer trip/t-2/stay/forward/1: there is a saga 'order/o-1' already, which is no sub-saga of this step"]
        );
        assert_eq!(
            story.when(&taken_back_by(parent("t-2", 1))),
            ["rejected: ALREADY_CANCELLED"]
        );
        assert_eq!(story.sent(), ["answer trip/t-2/stay/compensation/1: done"]);
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded room 1", "requested meal 1/1"]
        );
    }
}

#[test]
fn a_sub_saga_that_was_cancelled_before_its_start_answers_that_it_was() {
    let mut story = stay().given([cancel()]);
    let events = story.when(&begun_by(parent("t-1", 1)));
    assert_eq!(events.last().map(String::as_str), Some("compensated: CANCELLED"));
    assert_eq!(
        story.sent(),
        [
            "outcome Compensated",
            "answer trip/t-1/stay/forward/1: a wish to cancel was accepted"
        ]
    );
}

#[test]
fn what_is_no_longer_remembered_cannot_be_taken_back() {
    let mut story = stay();
    assert_eq!(story.when(&taken_back_by(parent("t-1", 1))), ["rejected: UNKNOWN_SAGA"]);
    assert_eq!(
        story.sent(),
        [
            "answer trip/t-1/stay/compensation/1: the sub-saga 'order/o-1' is not known, or no longer: \
          what it did cannot be taken back"
        ]
    );
}

#[test]
fn too_many_sagas_above_are_refused() {
    let mut deep = parent("t-1", 1);
    deep.depth = SUB_SAGA_DEPTH_MAX + 1;
    let mut story = stay();
    assert_eq!(story.when(&begun_by(deep.clone())), ["rejected: NESTED_TOO_DEEP"]);
    assert_eq!(
        story.sent(),
        ["answer trip/t-1/stay/forward/1: more than 8 sagas stand above this one"]
    );
    assert!(story.saga.is_none());
    story.when(&taken_back_by(deep));
    assert_eq!(
        story.sent(),
        ["answer trip/t-1/stay/compensation/1: done"],
        "nothing was begun, so that nothing is left to take back"
    );
}

#[test]
fn a_saga_without_a_parent_answers_nobody() {
    let all: [Input; 3] = [start(), done(PAYMENT, 1), done(STOCK, 1)];
    let story = stay().given(all);
    assert_eq!(story.sent(), ["outcome Completed"]);
}
