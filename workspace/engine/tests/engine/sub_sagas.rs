//! A step that is another saga, on another partition: each of the two hears of the other exactly once.

use palinode_core::{Purpose, RequestStatus, Saga};
use palinode_wire::headers;

use crate::support::{OUTING, Outing, PARCEL, header_of};

#[test]
fn it_begins_and_answers_when_it_is_completed() {
    let mut outing = Outing::placed(&[OUTING, PARCEL]);
    outing.obey();
    let Outing {
        world, order, parcel, ..
    } = &outing;
    assert_eq!(
        world.story(order),
        [
            "SagaStarted",
            "SubSagaNamed parcel",
            "StepRequested parcel 1/1",
            "StepSucceeded parcel",
            "StepRequested send 1/1",
            "StepSucceeded send",
            "SagaCompleted",
        ]
    );
    assert_eq!(
        world.story(parcel)[..3],
        ["SagaStarted", "ParentNamed", "StepRequested money 1/1"]
    );
    assert_eq!(world.last(parcel), "SagaCompleted");
    let events = world.saga_events();
    let correlation = |key: &str| {
        let first = events.iter().find(|event| event.id.key.as_str() == key).unwrap();
        first.correlation.clone()
    };
    assert_eq!(correlation(order), correlation(parcel), "the correlation id goes on");
    let named = events.iter().find(|event| event.event_type == "SubSagaNamed").unwrap();
    assert_eq!(named.sub_saga.as_deref(), Some(&*format!("parcel/{parcel}")));
    let parent = events.iter().find(|event| event.event_type == "ParentNamed").unwrap();
    assert_eq!(
        parent.parent.as_deref(),
        Some(&*format!("outing/{order}/parcel/forward/1"))
    );
    outing.ends_as_replayed();
}

#[test]
fn a_sub_saga_that_is_compensated_turns_its_parent_back_for_the_same_reason() {
    let mut outing = Outing::placed(&[OUTING, PARCEL]);
    outing.run();
    let money = &outing.world.commands()[0];
    outing.world.refuse(money, "NO_FUNDS");
    outing.run();
    assert_eq!(outing.world.last(&outing.parcel), "SagaCompensated STEP_FAILED");
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated STEP_FAILED");
    let why = outing
        .world
        .saga_events()
        .into_iter()
        .rfind(|event| event.id.key.as_str() == outing.order);
    let why = why.unwrap().reason.unwrap().to_string();
    assert!(
        why.contains("step 'parcel' was refused: step 'money' was refused"),
        "{why}"
    );
    outing.ends_as_replayed();
}

#[test]
fn a_sub_saga_that_is_under_way_is_taken_back_when_its_parent_is_cancelled() {
    let mut outing = Outing::placed(&[OUTING, PARCEL]);
    outing.run();
    outing.world.obey();
    outing.run();
    outing.world.cancel(&outing.order);
    outing.run();
    assert_eq!(outing.world.last(&outing.order), "CompensationRequested parcel 1/1");
    assert_eq!(outing.world.last(&outing.parcel), "CompensationStarted TAKEN_BACK");
    outing.obey();
    assert_eq!(outing.world.last(&outing.parcel), "SagaCompensated TAKEN_BACK");
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated CANCELLED");
    outing.ends_as_replayed();
}

#[test]
fn a_sub_saga_that_is_done_is_opened_again_and_compensated() {
    let mut outing = Outing::placed(&[OUTING, PARCEL]);
    for _ in 0..2 {
        outing.run();
        outing.world.obey();
    }
    outing.run();
    assert_eq!(outing.world.last(&outing.parcel), "SagaCompleted");
    let send = &outing.world.commands()[0];
    outing.world.refuse(send, "NO_LORRY");
    outing.obey();
    let story = outing.world.story(&outing.parcel);
    let at = story.iter().position(|told| told == "SagaCompleted").unwrap();
    assert_eq!(
        story[at..],
        [
            "SagaCompleted",
            "SagaReopened TAKEN_BACK",
            "TakenBackByParent",
            "CompensationStarted TAKEN_BACK",
            "CompensationRequested pack 1/1",
            "CompensationSucceeded pack",
            "CompensationRequested money 1/1",
            "CompensationSucceeded money",
            "SagaCompensated TAKEN_BACK",
        ]
    );
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated STEP_FAILED");
    outing.ends_as_replayed();
}

#[test]
fn a_crash_between_asking_and_beginning_changes_nothing() {
    for dies in [0, 1] {
        let mut outing = Outing::placed(&[OUTING, PARCEL]);
        outing.tasks[dies].dies_after_commits = Some(1);
        outing.run();
        assert!(outing.tasks[dies].is_dead());
        let task = i32::try_from(dies).unwrap();
        outing.tasks[dies] = outing.world.task_of("two", task, Default::default());
        outing.tasks[dies].take_over();
        outing.obey();
        assert_eq!(outing.world.last(&outing.parcel), "SagaCompleted");
        assert_eq!(outing.world.last(&outing.order), "SagaCompleted");
        let commands = outing.world.all_commands();
        assert_eq!(commands.len(), 3, "money, pack and send, once each: {commands:?}");
        outing.ends_as_replayed();
    }
}

#[test]
fn an_unknown_definition_is_a_refusal_and_a_dead_letter() {
    let mut outing = Outing::placed(&[OUTING]);
    outing.run();
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated STEP_FAILED");
    let letters = outing.world.broker.read("palinode.dead-letters");
    assert_eq!(letters.len(), 1);
    assert_eq!(
        header_of(&letters[0], headers::ERROR_CODE).as_deref(),
        Some("UNKNOWN_DEFINITION")
    );
    outing.ends_as_replayed();
}

#[test]
fn what_could_not_begin_is_taken_back_at_once() {
    let mut outing = Outing::placed(&[OUTING]);
    outing.tasks[0].run();
    outing.world.cancel(&outing.order);
    // The wish comes before the refusal: the order takes back what it has only asked for.
    outing.tasks[0].run();
    assert_eq!(outing.world.last(&outing.order), "CompensationRequested parcel 1/1");
    outing.run();
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated CANCELLED");
    assert_eq!(outing.world.broker.read("palinode.dead-letters").len(), 1);
    outing.ends_as_replayed();
}

#[test]
fn a_definition_that_starts_by_another_event_is_a_refusal_too() {
    let other = PARCEL.replace(
        "shop.orders.PaymentRetryRequested",
        "shop.orders.OrderCancellationRequested",
    );
    let mut outing = Outing::placed(&[OUTING, &other]);
    outing.run();
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated STEP_FAILED");
    assert!(outing.saga("parcel", &outing.parcel).is_none());
    outing.ends_as_replayed();
}

#[test]
fn a_key_that_a_saga_has_already_is_a_refusal() {
    let mut outing = Outing::placed(&[OUTING, PARCEL]);
    let parcel = outing.parcel.clone();
    outing.world.send(
        "orders.wishes",
        &parcel,
        "shop.orders.PaymentRetryRequested",
        &[],
        vec![],
    );
    outing.tasks[1].run();
    outing.run();
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated STEP_FAILED");
    assert_eq!(outing.world.last(&parcel), "InputRejected DUPLICATE_START");
    assert!(matches!(outing.saga("parcel", &parcel), Some(Saga::Open(_))));
    outing.obey();
    outing.ends_as_replayed();
}

#[test]
fn a_request_that_comes_again_is_answered_once_more_and_taken_once() {
    let mut outing = Outing::placed(&[OUTING, PARCEL]);
    outing.obey();
    assert_eq!(outing.world.last(&outing.order), "SagaCompleted");
    let inbox = outing.world.broker.read("palinode.inbox");
    let again = inbox
        .iter()
        .find(|record| header_of(record, headers::SUB_SAGA).is_some())
        .unwrap();
    let (key, value) = (again.key.clone().unwrap(), again.value.clone().unwrap());
    outing
        .world
        .send_bytes("palinode.inbox", Some(1), &key, value, again.headers.clone());
    outing.tasks[1].run();
    assert_eq!(outing.world.last(&outing.parcel), "InputRejected DUPLICATE_START");
    outing.tasks[0].run();
    assert_eq!(outing.world.last(&outing.order), "InputRejected parcel DUPLICATE_REPLY");
    assert_eq!(outing.world.all_commands().len(), 3);
}

#[test]
fn the_wait_for_a_sub_saga_has_an_end_when_the_definition_says_so() {
    let text = OUTING.replace("  - id: send", "    timeout: 1h\n  - id: send");
    let mut outing = Outing::placed(&[&text, PARCEL]);
    outing.run();
    outing.tasks[0].pass(std::time::Duration::from_secs(3_601));
    outing.run();
    let Some(Saga::Open(state)) = outing.saga("outing", &outing.order) else {
        panic!("it is taken back");
    };
    let forward = state.steps[0].request(Purpose::Forward);
    assert_eq!(forward.status, RequestStatus::Unknown);
    assert_eq!(outing.world.last(&outing.order), "CompensationRequested parcel 1/1");
    outing.obey();
    assert_eq!(outing.world.last(&outing.order), "SagaCompensated OUTCOME_UNKNOWN");
    outing.ends_as_replayed();
}
