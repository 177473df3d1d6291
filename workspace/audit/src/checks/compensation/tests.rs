//! Compensations that are as they should be, and that are not.

use crate::{Options, testing::World};

fn finds(events: &[&str], what: &str) {
    let mut world = World::clean();
    world.start("o-9");
    world.on_timer("o-9", events);
    world.finds("compensation", "o-9", what);
}

#[test]
fn a_step_that_was_not_taken_back_is_found_with_and_without_a_graph() {
    let what = "the saga was compensated, and step 'stock' was not taken back";
    let events = ["succeeded stock 1", "failed payment 1", "turned back", "compensated"];
    finds(&events, what);
    let mut world = World::clean();
    world.start("o-9");
    world.on_timer("o-9", &events);
    let report = world.audit(Options {
        graphs: Default::default(),
        ..World::options()
    });
    assert!(
        report.violations.iter().any(|violation| violation.what == what),
        "{report}"
    );
}

#[test]
fn a_step_of_unknown_outcome_that_was_not_taken_back_is_found() {
    let what = "the saga was compensated, and step 'stock' was not taken back";
    finds(
        &["failed payment 1", "turned back", "timed out stock 1/1", "compensated"],
        what,
    );
}

#[test]
fn a_step_that_was_done_late_must_be_taken_back_again() {
    let what = "the saga was compensated, and step 'stock' was not taken back";
    let events = [
        "failed payment 1",
        "turned back",
        "timed out stock 1/1",
        "requested undo-stock 1/1",
        "succeeded undo-stock 1",
        "compensated",
        "reopened",
        "succeeded stock 1",
        "compensated",
    ];
    finds(&events, what);
}

#[test]
fn compensation_that_goes_wrong_is_found() {
    let back = ["failed payment 1", "turned back"];
    let with = |more: &[&'static str]| [&back[..], more].concat();
    finds(
        &["succeeded stock 1", "requested undo-stock 1/1"],
        "step 'stock' is taken back while the saga goes forward",
    );
    finds(
        &with(&["requested undo-stock 1/1"]),
        "step 'stock' is taken back while its command waits for an answer",
    );
    finds(
        &with(&["requested undo-payment 1/1"]),
        "step 'payment' is taken back although it was never done",
    );
    let undone = [
        "succeeded stock 1",
        "requested undo-stock 1/1",
        "succeeded undo-stock 1",
    ];
    finds(
        &with(&[&undone[..], &["succeeded undo-stock 1"]].concat()),
        "step 'stock' was taken back twice",
    );
    finds(
        &with(&[&undone[..], &["requested undo-stock 2/2"]].concat()),
        "step 'stock' is taken back again, after it was taken back",
    );
}

#[test]
fn the_wrong_order_is_found() {
    let events = [
        "succeeded payment 1",
        "succeeded stock 1",
        "requested packing 1/1",
        "turned back",
        "requested undo-payment 1/1",
    ];
    let what = "step 'payment' is taken back before step 'packing', which comes after it, is settled";
    finds(&events, what);
    let mut events = events.to_vec();
    events.insert(4, "succeeded packing 1");
    finds(&events, what);
    events.insert(5, "requested undo-packing 1/1");
    finds(&events, what);
}

#[test]
fn an_end_while_something_is_awaited_is_found() {
    finds(
        &["failed payment 1", "turned back", "compensated"],
        "the saga was compensated while step 'stock' waits for an answer",
    );
    finds(
        &[
            "failed payment 1",
            "turned back",
            "succeeded stock 1",
            "requested undo-stock 1/1",
            "compensated",
        ],
        "the saga was compensated while the compensation of step 'stock' waits for an answer",
    );
}

#[test]
fn a_completed_saga_that_left_a_step_out_or_took_one_back_is_found() {
    finds(
        &["succeeded payment 1", "succeeded stock 1", "completed"],
        "the saga was completed, and step 'packing' was not done",
    );
    finds(
        &[
            "succeeded payment 1",
            "turned back",
            "requested undo-payment 1/1",
            "completed",
        ],
        "the saga was completed, and step 'payment' was taken back",
    );
}

/// What the checker says of an order with these events.
fn said(events: &[&str]) -> Vec<String> {
    let mut world = World::clean();
    world.start("o-9");
    world.on_timer("o-9", events);
    let report = world.audit(World::options());
    let of_this = report.violations.into_iter().filter(|violation| {
        violation.check == "compensation" && violation.saga.as_ref().is_some_and(|saga| saga.key.as_str() == "o-9")
    });
    of_this.map(|violation| violation.what.to_string()).collect()
}

#[test]
fn steps_that_were_passed_over_waited_for_or_given_up_are_no_fault() {
    let events = [
        "timed out payment 1/1",
        "given-up payment",
        "succeeded stock 1",
        "passed-over packing",
        "waited shipment",
        "passed-over capture",
        "completed",
    ];
    assert_eq!(said(&events), [""; 0]);
}

#[test]
fn a_step_that_may_have_been_done_is_owed_although_it_was_given_up() {
    let what = "the saga was compensated, and step 'payment' was not taken back";
    let events = [
        "timed out payment 1/1",
        "given-up payment",
        "failed stock 1",
        "turned back",
        "compensated",
    ];
    finds(&events, what);
}

#[test]
fn items_are_judged_by_the_step_that_they_are_items_of() {
    let begin = [
        "succeeded payment 1",
        "requested stock[0] 1/1",
        "succeeded stock[0] 1",
        "failed stock 1",
        "turned back",
    ];
    let with = |more: &[&'static str]| [&begin[..], more].concat();
    let what = "the saga was compensated, and step 'stock[0]' was not taken back";
    let back = ["requested undo-payment 1/1", "succeeded undo-payment 1", "compensated"];
    finds(&with(&back), what);
    let given_up = [
        &[
            "requested undo-stock[0] 1/1",
            "failed undo-stock[0] 1",
            "given-up undo-stock[0]",
        ][..],
        &back,
    ]
    .concat();
    assert_eq!(said(&with(&given_up)), [""; 0]);
}

#[test]
fn a_sub_saga_is_taken_back_while_it_is_under_way() {
    let mut world = World::clean();
    world.start("o-9");
    let events = [
        "named stock",
        "failed payment 1",
        "turned back",
        "requested undo-stock 1/1",
        "succeeded undo-stock 1",
        "compensated",
    ];
    world.on_timer("o-9", &events);
    let report = world.audit(World::options());
    let of_compensation = |what: &str| what.contains("taken back");
    assert!(
        !report
            .violations
            .iter()
            .any(|violation| of_compensation(&violation.what)),
        "{report}"
    );
}
