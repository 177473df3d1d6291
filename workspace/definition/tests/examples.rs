//! The definitions of the repository are right, and fit their schemas.

mod support;

use palinode_core::{Action, CompensationExhausted, CompensationOrder, OnExhausted, OnTimeout, Plan, WaitPlan, Zone};
use palinode_definition::{Definition, check_schemas};

fn plan(name: &str) -> Plan {
    let (file, text) = support::definitions()
        .into_iter()
        .find(|(file, _)| file == name)
        .unwrap();
    Definition::read(&file, &text)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
        .plan
}

#[test]
fn every_definition_fits_its_schemas() {
    for (file, text) in support::definitions() {
        let definition = Definition::read(&file, &text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let found: Vec<String> = check_schemas(&definition, &support::schema)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(found.is_empty(), "{}", found.join("\n\n"));
    }
}

#[test]
fn the_steps_of_the_travel_booking_are_what_they_say() {
    let plan = plan("travel-booking.yaml");
    let step = |name: &str| plan.step(plan.step_named(name).unwrap());
    let names = |indexes: &[palinode_core::StepIndex]| -> Vec<String> {
        indexes.iter().map(|index| plan.step_name(*index).to_string()).collect()
    };
    assert_eq!(plan.compensation_order, CompensationOrder::Sequential);
    assert_eq!(plan.cancel_until, plan.step_named("hotels"));
    assert_eq!(plan.attributes.len(), 2);

    assert!(step("approval").when.is_some());
    let Action::Decision(decision) = &step("approval").action else {
        panic!("{:?}", step("approval").action)
    };
    let options: Vec<_> = decision
        .options
        .iter()
        .map(|option| (&*option.name, option.fails))
        .collect();
    assert_eq!(options, [("approve", false), ("refuse", true)]);
    assert_eq!(decision.default, 1);
    assert_eq!(decision.deadline.as_secs(), 48 * 60 * 60);

    assert_eq!(names(&step("flight").after), ["quote", "approval"]);
    assert_eq!(names(&step("train").unless), ["flight"]);
    assert!(step("train").when.is_none() && step("flight").unless.is_empty());
    assert_eq!(names(&step("hotels").after), ["flight", "train"]);
    assert_eq!(step("flight").deadline.map(|deadline| deadline.as_secs()), Some(600));
    assert!((step("flight").retry.jitter - 0.2).abs() < f64::EPSILON);

    let items = step("hotels").items.as_ref().unwrap();
    assert_eq!((items.list.source(), items.parallel, items.max), ("start.stays", 3, 20));
    assert_eq!(step("insurance").on_exhausted, OnExhausted::Continue);
    let taking_back = step("quote").compensation.as_ref().unwrap();
    assert_eq!(taking_back.on_exhausted, CompensationExhausted::Continue);

    assert_eq!(step("payment").zone, Zone::Pivot);
    assert!(
        matches!(&step("day_before").action, Action::Wait(WaitPlan::Until(until)) if until.source() == "start.departs_at - 86400000")
    );
    let Action::Wait(WaitPlan::Event {
        trigger,
        timeout,
        on_timeout,
        key,
    }) = &step("boarding").action
    else {
        panic!("{:?}", step("boarding").action)
    };
    assert_eq!(
        (trigger.record.as_str(), trigger.topic.as_str()),
        ("travel.TravellerCheckedIn", "boarding.events")
    );
    assert_eq!(
        (timeout.as_secs(), *on_timeout),
        (3 * 24 * 60 * 60, OnTimeout::Continue)
    );
    assert_eq!(key.as_ref().map(|key| key.source()), Some("event.trip_id"));
}

#[test]
fn the_steps_of_returned_goods_are_what_they_say() {
    let plan = plan("goods-returned.yaml");
    let step = |name: &str| plan.step(plan.step_named(name).unwrap());
    assert_eq!(plan.compensation_order, CompensationOrder::Parallel);
    let Action::Lock(lock) = &step("turn").action else {
        panic!("{:?}", step("turn").action)
    };
    assert_eq!(
        (lock.key.source(), lock.timeout.as_secs()),
        ("'order/' + start.order_id", 600)
    );
    assert_eq!(
        (lock.on_timeout, lock.until.as_slice()),
        (OnTimeout::Continue, &[plan.step_named("inspection").unwrap()][..])
    );
    assert!(matches!(&step("photographed").action, Action::Wait(WaitPlan::For(span)) if span.as_secs() == 3_600));
    assert!(matches!(
        &step("parcel").action,
        Action::Wait(WaitPlan::Event {
            on_timeout: OnTimeout::Fail,
            ..
        })
    ));
    assert_eq!(step("refund").on_exhausted, OnExhausted::Suspend);
}
