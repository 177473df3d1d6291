//! How orders end.

use palinode_sandbox::shop::Component;
use serde_json::Value;

use crate::support::{Wanted, World};

/// The articles of these scenarios: each has one of its own, so that its stock tells of it alone.
pub(super) const ARTICLES: [&str; 6] = ["lamp", "chair", "desk", "unpackable-mirror", "rug", "carpet"];
/// Pieces of each.
pub(super) const PIECES: i32 = 10;

pub(super) fn shipped(world: &World<'_>) {
    let order = world.place(&Wanted::by("ada").of("lamp"));

    let view = world.await_status(&order, "completed");

    assert_eq!(view["message"], "Your order has been shipped.");
    assert_eq!(
        history(&view),
        [
            "placed",
            "started",
            "payment.succeeded",
            "shipment.succeeded",
            "completed"
        ]
    );
    assert!(world.is_shipped(&order));
    assert_eq!(world.reserved("lamp"), Some(2));
    assert_eq!(
        world.account("ada"),
        Some((world.settings().first_balance_minor - 1_250, 0)),
        "charged, not reserved"
    );
    assert_eq!(world.records_of("palinode.outcomes", &order).len(), 1);
    let story = world.story(&order);
    assert!(
        !story.iter().any(|event| event.starts_with("InputRejected")),
        "{story:?}"
    );
    let saga = world
        .get(Component::Orchestrator(0), &format!("/sagas/order-fulfilment/{order}"))
        .expect("the saga");
    assert_eq!(saga["status"], "completed");
}

pub(super) fn payment_refused(world: &World<'_>) {
    let order = world.place(&Wanted::by("refused-ben").of("chair"));

    let view = world.await_status(&order, "compensated");

    assert_reason(&view, "BANK_REFUSED");
    assert_eq!(world.reserved("chair"), Some(0));
    assert!(!world.is_shipped(&order));
    assert_eq!(world.account("refused-ben"), None, "a refused customer has no account");
}

pub(super) fn stock_missing(world: &World<'_>) {
    let order = world.place(&Wanted::by("cleo").of("sold-out"));

    let view = world.await_status(&order, "compensated");

    assert_reason(&view, "OUT_OF_STOCK");
    assert!(!world.is_shipped(&order));
    assert_money_is_back(world, "cleo");
}

pub(super) fn packing_failed(world: &World<'_>) {
    let order = world.place(&Wanted::by("dora").of("unpackable-mirror"));

    let view = world.await_status(&order, "compensated");

    assert_reason(&view, "UNPACKABLE");
    assert!(!world.is_shipped(&order));
    assert_eq!(world.reserved("unpackable-mirror"), Some(0));
    assert_money_is_back(world, "dora");
}

pub(super) fn shipment_refused(world: &World<'_>) {
    let order = world.place(&Wanted::by("unreachable-eve").of("desk"));

    let view = world.await_status(&order, "compensated");

    assert_reason(&view, "CUSTOMER_UNREACHABLE");
    assert!(!world.is_shipped(&order));
    assert_eq!(world.reserved("desk"), Some(0));
    assert_money_is_back(world, "unreachable-eve");
    let story = world.story(&order);
    let at = |event: &str| {
        story
            .iter()
            .position(|it| it == event)
            .unwrap_or_else(|| panic!("no {event}: {story:?}"))
    };
    assert!(
        at("CompensationSucceeded packing") < at("CompensationRequested payment"),
        "{story:?}"
    );
    assert!(
        at("CompensationSucceeded packing") < at("CompensationRequested stock"),
        "{story:?}"
    );
    assert!(!story.iter().any(|event| event == "StepRequested capture"), "{story:?}");
}

/// The class of the reason is that a step failed; the words name what its participant said.
fn assert_reason(view: &Value, code: &str) {
    assert_eq!(view["reason_code"], "STEP_FAILED", "{view}");
    assert!(
        view["reason"].as_str().is_some_and(|reason| reason.contains(code)),
        "{view}"
    );
}

/// Nothing was charged and nothing is reserved; the account may never have been opened.
fn assert_money_is_back(world: &World<'_>, customer: &str) {
    let account = world
        .account(customer)
        .unwrap_or((world.settings().first_balance_minor, 0));
    assert_eq!(account, (world.settings().first_balance_minor, 0));
}

fn history(view: &Value) -> Vec<&str> {
    let entries = view["history"].as_array().expect("a history");
    entries.iter().filter_map(|entry| entry["status"].as_str()).collect()
}
