//! Sagas that move, and sagas that stay.

use crate::{
    DefaultValue, Event, FieldDefault, Migration, Milestone, Purpose, RejectionCode, Rename, Unmovable, migrated,
    testing::*,
};

pub(super) fn to_two() -> Migration {
    Migration {
        from: 1,
        to: 2,
        renames: Vec::new(),
        passed_over: Vec::new(),
        defaults: Vec::new(),
    }
}

fn renaming(was: &str, is: &str) -> Migration {
    let (was, is) = (was.into(), is.into());
    Migration {
        renames: vec![Rename { was, is }],
        ..to_two()
    }
}

fn passing_over(step: &str, defaults: &[(&str, &str)]) -> Migration {
    let default = |(path, value): &(&str, &str)| FieldDefault {
        path: (*path).into(),
        value: DefaultValue::String((*value).into()),
    };
    Migration {
        passed_over: vec![step.into()],
        defaults: defaults.iter().map(default).collect(),
        ..to_two()
    }
}

/// Payment and stock, then packing.
fn before() -> crate::Plan {
    plan([
        step("payment").compensated(),
        step("stock").compensated(),
        step("packing").after(&[0, 1]),
    ])
}

/// With a check for fraud between payment and packing, which stands first.
fn with_fraud() -> crate::Plan {
    plan([
        step("payment").compensated(),
        step("fraud").after(&[0]),
        step("stock").compensated(),
        step("packing").after(&[1, 2]),
    ])
    .of_version(2)
}

#[test]
fn a_saga_goes_on_with_its_new_plan() {
    let mut story = Story::of(before()).given([start(), done(PAYMENT, 1)]);
    assert_eq!(
        story.migrate(with_fraud(), &to_two()).unwrap(),
        ["moved from 1 to 2", "requested fraud 1/1"]
    );
    assert_eq!(story.state().version, 2);
    assert_eq!(
        story.request(PACKING, Purpose::Forward),
        "pending 1/1",
        "stock stands third"
    );
    assert_eq!(story.when(&done(PACKING, 1)), ["succeeded stock 1"]);
    assert_eq!(
        story.when(&done(STOCK, 1)),
        ["succeeded fraud 1", "requested packing 1/1"]
    );
    assert_eq!(story.when(&done(SHIPMENT, 1)), ["succeeded packing 1", "completed"]);
}

#[test]
fn what_was_done_before_the_migration_is_taken_back_after_it() {
    let mut story = Story::of(before()).given([start(), done(PAYMENT, 1)]);
    story.migrate(with_fraud(), &to_two()).unwrap();
    assert_eq!(
        story.when(&refused(STOCK, 1)),
        [
            "failed fraud 1",
            "turned back: STEP_FAILED",
            "requested undo-payment 1/1"
        ]
    );
}

#[test]
fn a_new_step_that_comes_too_late_keeps_the_saga_unless_it_may_be_passed_over() {
    let begun = || Story::of(before()).given([start(), done(PAYMENT, 1), done(STOCK, 1)]);
    let mut story = begun();
    let (saga, journal) = (story.saga.clone(), story.journal.len());
    assert_eq!(
        story.migrate(with_fraud(), &to_two()),
        Err(Unmovable::TooLate {
            new: "fraud".into(),
            begun: "packing".into()
        })
    );
    assert_eq!((story.saga, story.journal.len()), (saga, journal), "it is untouched");
    let mut story = begun();
    assert_eq!(
        story.migrate(with_fraud(), &passing_over("fraud", &[])).unwrap(),
        ["moved from 1 to 2"]
    );
    assert_eq!(story.request(STOCK, Purpose::Forward), "passed over 0/0");
    assert_eq!(story.when(&done(SHIPMENT, 1)), ["succeeded packing 1", "completed"]);
}

#[test]
fn a_new_step_that_is_not_too_late_is_done_even_if_it_may_be_passed_over() {
    let mut story = Story::of(before()).given([start(), done(PAYMENT, 1)]);
    let events = story.migrate(with_fraud(), &passing_over("fraud", &[])).unwrap();
    assert_eq!(events[1..], ["requested fraud 1/1"]);
}

#[test]
fn defaults_stand_in_for_what_the_saga_does_not_have_and_for_nothing_else() {
    let next = || {
        plan([
            step("payment").compensated(),
            step("fraud").after(&[0]),
            step("stock").compensated(),
            step("packing").after(&[1, 2]),
            step("shipment").after(&[3]),
        ])
        .of_version(2)
    };
    let defaults = [
        ("start.gift", "no"),
        ("start.order_id", "never"),
        ("steps.fraud.reply.score", "low"),
    ];
    for (path, sent) in [
        ("start.gift", "no"),
        ("start.order_id", "o-1"),
        ("steps.fraud.reply.score", "low"),
        ("steps.payment.reply.reservation", "r-1"),
    ] {
        let mut story = Story::of(before()).given([start(), done(PAYMENT, 1), done(STOCK, 1)]);
        let next = next().commanding(CAPTURE, Field(path));
        story.migrate(next, &passing_over("fraud", &defaults)).unwrap();
        story.when(&done(SHIPMENT, 1));
        assert_eq!(story.sent(), [sent], "{path}");
    }
}

#[test]
fn what_people_and_clocks_do_may_have_another_name_and_what_participants_do_may_not() {
    let asking = |name: &str| plan([step("payment").compensated(), step(name).after(&[0]).decides()]);
    let mut story = Story::of(asking("approval")).given([start(), done(PAYMENT, 1)]);
    assert_eq!(
        story.migrate(asking("release").of_version(2), &to_two()),
        Err(Unmovable::Gone {
            step: "approval".into()
        })
    );
    story
        .migrate(asking("release").of_version(2), &renaming("approval", "release"))
        .unwrap();
    assert_eq!(
        story.when(&decide(STOCK, "approve")),
        ["ann decided approve for release", "completed"]
    );

    let paying = |name: &str| plan([step(name), step("stock").after(&[0])]);
    let mut story = Story::of(paying("payment")).given([start()]);
    assert_eq!(
        story.migrate(paying("charge").of_version(2), &renaming("payment", "charge")),
        Err(Unmovable::KnownByName { step: "payment".into() })
    );
}

#[test]
fn a_step_that_was_begun_has_to_be_the_same_to_others() {
    let other = plan([
        step("payment").waits_for(5),
        step("stock"),
        step("packing").after(&[0, 1]),
    ])
    .of_version(2);
    let items = |list| plan([step("payment").for_each(list, 1), step("stock"), step("packing")]);
    let picking = || Story::of(items("start.lines")).given([start_with("order_id=o-1;lines=[a,b];parcels=[c]")]);
    let paying = || Story::of(before()).given([start()]);
    for (mut story, to, what) in [
        (paying(), other, "does something else"),
        (
            paying(),
            items("start.lines").of_version(2),
            "is not done for the same items",
        ),
        (
            picking(),
            items("start.parcels").of_version(2),
            "is not done for the same items",
        ),
    ] {
        let step = "payment".into();
        assert_eq!(story.migrate(to, &to_two()), Err(Unmovable::Otherwise { step, what }));
    }
}

#[test]
fn what_may_be_asked_again_under_its_key_is_asked_with_the_same_fields() {
    let otherwise = || before().commanding(PAYMENT, Field("start.vip")).of_version(2);
    let refused = Err(Unmovable::Otherwise {
        step: "payment".into(),
        what: "is asked with other fields, though it may be asked again under its key",
    });
    let mut pending = Story::of(before()).given([start()]);
    assert_eq!(pending.migrate(otherwise(), &to_two()), refused);
    let mut unknown = Story::of(before()).given([start(), timed_out(PAYMENT, 1)]);
    assert_eq!(unknown.migrate(otherwise(), &to_two()), refused);
    let mut done_already = Story::of(before()).given([start(), done(PAYMENT, 1)]);
    assert_eq!(
        done_already.migrate(otherwise(), &to_two()).unwrap(),
        ["moved from 1 to 2"]
    );
}

#[test]
fn what_was_begun_does_not_wait_again() {
    let beside = plan([step("payment"), step("stock"), step("packing")]);
    let mut story = Story::of(beside).given([start()]);
    assert_eq!(
        story.migrate(before().of_version(2), &to_two()),
        Err(Unmovable::Order {
            begun: "packing".into(),
            before: "payment".into()
        })
    );
}

#[test]
fn of_a_choice_one_alternative_is_taken_also_when_a_new_one_stands_before_it() {
    let before = plan([step("bike").when(Is("start.by", "bike")), step("van").unless(&[0])]);
    let after = || {
        plan([
            step("drone").when(Is("start.by", "van")),
            step("bike").when(Is("start.by", "bike")).unless(&[0]),
            step("van").unless(&[0, 1]),
        ])
        .of_version(2)
    };
    let mut story = Story::of(before).given([start_with("order_id=o-1;by=van")]);
    let too_late = Unmovable::TooLate {
        new: "drone".into(),
        begun: "van".into(),
    };
    assert_eq!(story.migrate(after(), &to_two()), Err(too_late));
    story.migrate(after(), &passing_over("drone", &[])).unwrap();
    assert_eq!(story.when(&done(PACKING, 1)), ["succeeded van 1", "completed"]);
}

#[test]
fn items_move_with_their_step() {
    let picking = || {
        [
            step("pick").for_each("start.lines", 2).compensated(),
            step("packing").after(&[0]),
        ]
    };
    let [pick, packing] = picking();
    let mut story =
        Story::of(plan([pick, packing])).given([start_with("order_id=o-1;lines=[a,b,c]"), done(item(PAYMENT, 1), 1)]);
    let [pick, _] = picking();
    let to = plan([step("payment"), pick, step("packing").after(&[0, 1])]).of_version(2);
    assert_eq!(story.migrate(to, &to_two()).unwrap()[1..], ["requested payment 1/1"]);
    assert_eq!(story.request(item(STOCK, 1), Purpose::Forward), "succeeded 1/1");
    for number in [0, 2] {
        story.when(&done(item(STOCK, number), 1));
    }
    assert_eq!(
        story.when(&done(PAYMENT, 1)),
        ["succeeded payment 1", "requested packing 1/1"]
    );
}

#[test]
fn a_suspended_saga_moves_and_goes_on_when_it_is_resumed() {
    let broken = || before().commanding(PACKING, Field("start.nothing"));
    let mut story = Story::of(broken()).given([start(), done(PAYMENT, 1), done(STOCK, 1)]);
    assert_eq!(
        story.migrate(before().of_version(2), &to_two()).unwrap(),
        ["moved from 1 to 2"]
    );
    assert_eq!(story.when(&resume(None)), ["resumed", "requested packing 1/1"]);
}

#[test]
fn a_saga_that_goes_back_or_has_ended_or_follows_another_version_stays() {
    let next = || before().of_version(2);
    let mut unknown = Story::of(before());
    assert_eq!(unknown.migrate(next(), &to_two()), Err(Unmovable::NotOpen));
    let mut back = Story::of(before()).given([start(), done(PAYMENT, 1), cancel()]);
    assert_eq!(back.migrate(next(), &to_two()), Err(Unmovable::GoesBack));
    let mut other = Story::of(before().of_version(3)).given([start()]);
    assert_eq!(
        other.migrate(next(), &to_two()),
        Err(Unmovable::OtherVersion { version: 3 })
    );
    let mut twice = Story::of(before()).given([start()]);
    twice.migrate(next(), &to_two()).unwrap();
    let again = twice.migrate(next(), &to_two()).unwrap_err();
    assert_eq!(again, Unmovable::Already { version: 2 });
    assert_eq!(again.code(), RejectionCode::AlreadyMigrated);
}

#[test]
fn the_point_of_no_return_is_the_same_in_both_versions() {
    let pivot_first = plan([step("payment").pivot(), step("stock").after(&[0])]);
    let pivot_last = plan([step("payment"), step("stock").after(&[0]).pivot()]).of_version(2);
    let mut story = Story::of(pivot_first).given([start()]);
    assert_eq!(story.migrate(pivot_last, &to_two()), Err(Unmovable::Pivot));
}

#[test]
fn a_migration_is_taken_back_to_the_very_state_before() {
    let mut story = Story::of(before()).given([start()]);
    let untouched = story.state().clone();
    story.migrate(before().of_version(2), &to_two()).unwrap();
    story.when(&start());
    assert_eq!(story.undo_migration(before()).unwrap(), ["moved back"]);
    let mut expected = untouched;
    (expected.sequence, expected.changed_at) = (story.state().sequence, story.state().changed_at);
    assert_eq!(*story.state(), expected);
    assert_eq!(story.when(&done(PAYMENT, 1)), ["succeeded payment 1"]);
}

#[test]
fn a_migration_is_not_taken_back_once_something_has_followed() {
    let mut sent = Story::of(before()).given([start(), done(PAYMENT, 1)]);
    sent.migrate(with_fraud(), &to_two()).unwrap();
    assert_eq!(sent.undo_migration(before()), Err(Unmovable::WentOn));
    let mut answered = Story::of(before()).given([start()]);
    answered.migrate(before().of_version(2), &to_two()).unwrap();
    answered.when(&done(PAYMENT, 1));
    assert_eq!(answered.undo_migration(before()), Err(Unmovable::WentOn));
    let mut new = Story::of(before().of_version(2)).given([start()]);
    assert_eq!(new.undo_migration(before()), Err(Unmovable::NotMoved));
    let mut never = Story::of(before()).given([start()]);
    assert_eq!(never.undo_migration(before()), Err(Unmovable::Already { version: 1 }));
}

#[test]
fn a_refusal_is_recorded_and_changes_nothing_else() {
    let mut story = Story::of(before()).given([start()]);
    let why = crate::Input::RefuseMigration {
        code: RejectionCode::CannotMigrate,
        why: "step 'x' was begun".into(),
    };
    let before = story.state().clone();
    assert_eq!(story.when(&why), ["rejected: CANNOT_MIGRATE"]);
    assert!(matches!(story.last_event(), Event::InputRejected { reason, .. } if reason.text.contains("'x'")));
    assert_eq!(
        (before.steps, before.version),
        (story.state().steps.clone(), story.state().version)
    );
}

#[test]
fn a_migration_tells_nobody() {
    let told = |plan: crate::Plan| plan.emitting(&[Milestone::Started, Milestone::Resumed], Field("saga.key"));
    let mut story = Story::of(told(before())).given([start()]);
    story.migrate(told(before().of_version(2)), &to_two()).unwrap();
    assert!(story.sent().is_empty());
    assert!(migrated(&before(), &before(), story.saga.as_ref(), &to_two()).is_err());
}
