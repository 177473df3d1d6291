//! The definition of the order saga, read and compared with what it means.

use std::time::Duration;

use palinode_core::{Milestone, OnExhausted, Plan, Purpose, RetryPolicy, StepIndex, StepPlan, Zone};
use palinode_definition::{defaults, hash, read};

const TEXT: &str = include_str!("../../../sagas/order-fulfilment.yaml");

fn plan() -> Plan {
    read("order-fulfilment.yaml", TEXT).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

fn step<'a>(plan: &'a Plan, name: &str) -> &'a StepPlan {
    plan.step(plan.step_named(name).unwrap())
}

fn names(plan: &Plan, indexes: &[StepIndex]) -> Vec<String> {
    indexes.iter().map(|index| plan.step(*index).name.to_string()).collect()
}

fn seconds(retry: &RetryPolicy) -> (u32, u64, f64, u64) {
    (
        retry.attempts,
        retry.initial.as_secs(),
        retry.factor,
        retry.max.as_secs(),
    )
}

#[test]
fn the_saga_starts_ends_and_is_cancelled_as_written() {
    let plan = plan();
    assert_eq!(plan.name.as_str(), "order-fulfilment");
    assert_eq!((plan.version, &*plan.owner), (1, "order-team"));
    assert_eq!(&*plan.hash, hash(TEXT));
    assert_eq!(plan.hash.len(), 64);
    assert_eq!(plan.started_by.record.as_str(), "shop.orders.OrderPlaced");
    assert_eq!(plan.started_by.topic.as_str(), "orders.events");
    let cancelled_by = plan.cancelled_by.unwrap();
    assert_eq!(cancelled_by.record.as_str(), "shop.orders.OrderCancellationRequested");
    assert_eq!(cancelled_by.topic.as_str(), "orders.requests");
    assert_eq!(plan.deadline, Some(Duration::from_secs(72 * 60 * 60)));
}

#[test]
fn the_steps_stand_in_topological_order_with_their_zones() {
    let plan = plan();
    let steps: Vec<_> = plan
        .steps
        .iter()
        .map(|step| {
            (
                step.name.to_string(),
                names(&plan, &step.after),
                names(&plan, &step.dependents),
                step.zone,
            )
        })
        .collect();
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let expected = vec![
        (
            "payment".to_owned(),
            owned(&[]),
            owned(&["packing"]),
            Zone::Compensatable,
        ),
        ("stock".to_owned(), owned(&[]), owned(&["packing"]), Zone::Compensatable),
        (
            "packing".to_owned(),
            owned(&["payment", "stock"]),
            owned(&["shipment"]),
            Zone::Compensatable,
        ),
        (
            "shipment".to_owned(),
            owned(&["packing"]),
            owned(&["capture"]),
            Zone::Pivot,
        ),
        (
            "capture".to_owned(),
            owned(&["shipment"]),
            owned(&[]),
            Zone::ForwardOnly,
        ),
    ];
    assert_eq!(steps, expected);
    assert_eq!(plan.pivot, plan.step_named("shipment"));
}

#[test]
fn commands_replies_and_compensations_are_those_of_the_contract() {
    let plan = plan();
    let told: Vec<String> = plan
        .steps
        .iter()
        .map(|step| {
            let command = plan.message(step.command_for(Purpose::Forward).unwrap());
            let replies = step.replies().unwrap();
            let failed = replies.failed.as_ref().map_or("-", |record| record.as_str());
            let mut told = format!(
                "{}: {} on {} → {} | {failed} on {}",
                step.name, command.record, command.topic, replies.succeeded, replies.topic
            );
            if let Some(compensation) = &step.compensation {
                let command = plan.message(compensation.command);
                let replies = &compensation.replies;
                told += &format!(
                    "; {} on {} → {} on {}",
                    command.record, command.topic, replies.succeeded, replies.topic
                );
            }
            told.replace("shop.", "")
        })
        .collect();
    let expected = [
        "payment: payments.ReservePayment on payments.commands → payments.PaymentSucceeded | payments.PaymentFailed on \
         payments.events; payments.RefundPayment on payments.commands → payments.PaymentRefunded on payments.events",
        "stock: warehouse.PickItems on warehouse.commands → warehouse.StockReserved | warehouse.StockUnavailable on \
         warehouse.events; warehouse.ReleaseStock on warehouse.commands → warehouse.StockReleased on warehouse.events",
        "packing: warehouse.StartFulfilment on warehouse.commands → warehouse.OrderReadyForShipment | \
         warehouse.PackingFailed on warehouse.events; warehouse.UnpackOrder on warehouse.commands → \
         warehouse.OrderUnpacked on warehouse.events",
        "shipment: shipments.CreateShipment on shipments.commands → shipments.OrderShipped | shipments.ShipmentFailed on \
         shipments.events",
        "capture: payments.CapturePayment on payments.commands → payments.PaymentCaptured | - on payments.events",
    ];
    assert_eq!(told, expected);
}

#[test]
fn time_outs_and_retries_are_as_written() {
    let plan = plan();
    let payment = step(&plan, "payment");
    assert_eq!(payment.timeout, Duration::from_secs(5));
    assert_eq!(seconds(&payment.retry), (3, 1, 2.0, 30));
    assert_eq!(
        payment.retry.when.as_ref().unwrap().source(),
        "reply.code == 'BANK_UNAVAILABLE'"
    );
    assert_eq!(payment.on_exhausted, OnExhausted::Suspend);
    assert_eq!(
        payment.resumed_by.as_ref().unwrap().record.as_str(),
        "shop.orders.PaymentRetryRequested"
    );
    assert_eq!(seconds(&payment.compensation.as_ref().unwrap().retry), (10, 1, 2.0, 60));
    let shipment = step(&plan, "shipment");
    assert_eq!(
        shipment.on_exhausted,
        OnExhausted::Suspend,
        "the pivot cannot go back by itself"
    );
    assert!(shipment.retry.when.is_none());
}

#[test]
fn milestones_emit_the_order_status() {
    let plan = plan();
    let [emission] = plan.emits.as_slice() else {
        panic!("{:?}", plan.emits)
    };
    let names: Vec<_> = emission
        .on
        .iter()
        .map(|milestone| milestone.name(&plan).to_string())
        .collect();
    let expected = [
        "started",
        "payment.succeeded",
        "payment.failed",
        "suspended",
        "resumed",
        "shipment.succeeded",
        "cancelRefused",
        "compensating",
        "completed",
        "compensated",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        emission.on[5],
        Milestone::StepSucceeded(plan.step_named("shipment").unwrap())
    );
    let message = plan.message(emission.message);
    assert_eq!(
        (message.topic.as_str(), message.record.as_str()),
        ("orders.status", "shop.orders.OrderStatusChanged")
    );
}

#[test]
fn block_and_inline_forms_mean_the_same_and_the_rest_is_default() {
    let head = "apiVersion: palinode/v1\nsaga: s\nversion: 7\nowner: o\nstartedBy: { event: a.Started, topic: in }\n";
    let inline = format!(
        "{head}steps:\n  - {{ id: one, command: {{ topic: c, message: a.Do, fields: {{ id: 'start.id' }} }}, replies: \
         {{ topic: r, succeeded: a.Done }}, compensation: {{ command: {{ message: a.Undo, fields: {{}} }}, replies: {{ \
         succeeded: a.Undone }} }} }}\n"
    );
    let block = format!(
        "{head}steps:\n- id: one\n  command:\n    topic: c\n    message: a.Do\n    fields:\n      id: start.id\n  \
         replies:\n    topic: r\n    succeeded: a.Done\n  compensation:\n    command:\n      message: a.Undo\n      \
         fields: {{}}\n    replies:\n      succeeded: a.Undone\n"
    );
    let told = |text: &str| {
        let mut plan = read("s.yaml", text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        plan.hash = "".into();
        let step = &plan.steps[0];
        assert_eq!(step.timeout, defaults::TIMEOUT);
        assert_eq!(seconds(&step.retry), (3, 1, 2.0, 30));
        assert_eq!(step.on_exhausted, OnExhausted::Compensate);
        assert_eq!(seconds(&step.compensation.as_ref().unwrap().retry), (10, 1, 2.0, 60));
        format!("{plan:?}").replace(|c: char| c.is_ascii_digit(), "#")
    };
    assert_eq!(told(&inline), told(&block));
}
