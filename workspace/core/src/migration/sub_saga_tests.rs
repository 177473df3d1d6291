//! Steps that are sagas of their own, and sagas that are such a step, when they move.

use super::tests::to_two;
use crate::{Action, Plan, Purpose, Unmovable, testing::*};

/// A stay, which is a saga of its own, and then a flight.
fn trip() -> Plan {
    plan([
        step("stay").sub_saga(Field("start.order_id")).compensated(),
        step("flight").after(&[0]).compensated(),
    ])
}

/// With a car that stands first, and waits for the stay.
fn with_car() -> Plan {
    plan([
        step("stay").sub_saga(Field("start.order_id")).compensated(),
        step("car").after(&[0]).compensated(),
        step("flight").after(&[1]).compensated(),
    ])
    .of_version(2)
}

fn stay() -> Plan {
    plan([step("room").compensated(), step("meal").after(&[0]).compensated()])
}

/// With a paper that is written when the room is taken.
fn stay_with_paper() -> Plan {
    plan([
        step("room").compensated(),
        step("paper").after(&[0]),
        step("meal").after(&[0]).compensated(),
    ])
    .of_version(2)
}

#[test]
fn a_saga_moves_while_the_saga_that_is_its_step_is_under_way() {
    let mut story = Story::of(trip()).given([start()]);
    assert_eq!(story.migrate(with_car(), &to_two()).unwrap(), ["moved from 1 to 2"]);
    assert_eq!(story.when(&done(PAYMENT, 1)), ["succeeded stay 1", "requested car 1/1"]);
    story.when(&refused(STOCK, 1));
    assert_eq!(story.sent(), ["take back stay/o-1"], "by the name that it got before");
}

#[test]
fn a_step_that_was_begun_stays_the_same_saga() {
    let other_definition = {
        let mut plan = trip().of_version(2);
        if let Action::SubSaga(stay) = &mut plan.steps[0].action {
            stay.definition = "hotel".into();
        }
        plan
    };
    let other_key = plan([step("stay").sub_saga(Field("start.customer_id")).compensated()]).of_version(2);
    let other_start = {
        let mut plan = trip().of_version(2);
        let start = plan
            .step(PAYMENT)
            .command_for(Purpose::Forward)
            .expect("it is asked for");
        plan.messages[start.at()].record = "BedWanted".into();
        plan
    };
    let no_saga = plan([step("stay").compensated()]).of_version(2);
    for (to, what) in [
        (other_definition, "is a saga of another definition"),
        (other_key, "is a saga with another key"),
        (other_start, "is asked by another record"),
        (no_saga, "does something else"),
    ] {
        let otherwise = Unmovable::Otherwise {
            step: "stay".into(),
            what,
        };
        let mut story = Story::of(trip()).given([start()]);
        assert_eq!(story.migrate(to, &to_two()), Err(otherwise));
    }
}

#[test]
fn a_step_that_was_not_begun_may_become_another_saga() {
    let before = plan([
        step("flight"),
        step("stay").after(&[0]).sub_saga(Field("start.order_id")),
    ]);
    let after = plan([step("flight"), step("stay").after(&[0]).sub_saga(Field("start.room"))]).of_version(2);
    let mut story = Story::of(before).given([start_with("order_id=o-1;room=r-7")]);
    story.migrate(after, &to_two()).unwrap();
    story.when(&done(PAYMENT, 1));
    assert_eq!(story.sent(), ["begin stay/r-7"]);
}

#[test]
fn what_could_not_be_begun_has_no_name_yet_and_is_begun_by_the_new_version() {
    let broken = trip().commanding(PAYMENT, Broken);
    let mut story = Story::of(broken).given([start_with("order_id=o-1;room=r-7")]);
    assert_eq!(story.state().step(PAYMENT).sub_saga, None);
    let repaired = plan([
        step("stay").sub_saga(Field("start.room")).compensated(),
        step("flight").after(&[0]),
    ]);
    story.migrate(repaired.of_version(2), &to_two()).unwrap();
    story.when(&resume(None));
    assert_eq!(story.sent(), ["begin stay/r-7"]);
}

#[test]
fn a_saga_that_is_a_step_moves_and_answers_its_parent_all_the_same() {
    let mut story = Story::of(stay()).given([begun_by(parent("t-1", 1)), done(PAYMENT, 1)]);
    assert_eq!(
        story.migrate(stay_with_paper(), &to_two()).unwrap()[1..],
        ["requested paper 1/1"]
    );
    story.when(&done(STOCK, 1));
    story.when(&done(PACKING, 1));
    assert!(
        story
            .sent()
            .contains(&"answer trip/t-1/stay/forward/1: done".to_owned()),
        "{:?}",
        story.sent()
    );
    story.when(&taken_back_by(parent("t-1", 1)));
    assert_eq!(
        story.state().version,
        2,
        "it goes back by the version that it ended with"
    );
    assert_eq!(story.sent(), ["undo meal"]);
}

#[test]
fn the_way_back_is_closed_when_the_parent_has_taken_it_back() {
    let mut story = Story::of(stay()).given([begun_by(parent("t-1", 1))]);
    story.migrate(stay_with_paper(), &to_two()).unwrap();
    story.when(&taken_back_by(parent("t-1", 1)));
    assert_eq!(story.undo_migration(stay()), Err(Unmovable::WentOn));
}
