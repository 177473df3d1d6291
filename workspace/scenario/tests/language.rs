//! Scenarios of what the order does not use: decisions, waits, items, choices.

mod common;

use palinode_definition::Definition;
use palinode_scenario::{Rehearsal, Results, Suite, rehearse, table, text};

const DEFINITION: &str = r#"
apiVersion: palinode/v1
saga: rehearsal
version: 1
owner: tests
startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }
steps:
  - id: approval
    decision: { question: "Ship it?", options: { approve: succeed, reject: fail }, deadline: 24h, default: reject }
  - id: asked
    after: [approval]
    wait: { event: shop.orders.PaymentRetryRequested, topic: orders.requests, timeout: 3d, onTimeout: fail }
  - id: pick
    after: [asked]
    forEach: { items: start.items, parallel: 2, max: 10 }
    command: { topic: warehouse.commands, message: shop.warehouse.StartFulfilment, fields: { order_id: item.sku } }
    replies: { topic: warehouse.events, succeeded: shop.warehouse.OrderReadyForShipment, failed: shop.warehouse.PackingFailed }
    compensation:
      command: { message: shop.warehouse.UnpackOrder, fields: { order_id: item.sku } }
      replies: { succeeded: shop.warehouse.OrderUnpacked }
  - choice: delivery
    after: [pick]
    alternatives:
      - id: release
        when: "start.total_minor > 100"
        command: { topic: stock.commands, message: shop.warehouse.ReleaseStock, fields: { order_id: start.order_id } }
        replies: { topic: stock.events, succeeded: shop.warehouse.StockReleased }
      - id: hold
        wait: { for: 2h }
"#;

const SCENARIOS: &str = r#"
definition: rehearsal.yaml
start:
  order_id: o-1
  customer_id: c-1
  customer_name: Ada
  items: [{ sku: chair, quantity: 1 }, { sku: table, quantity: 1 }, { sku: lamp, quantity: 1 }]
  total_minor: 500
  currency: EUR
  promised_delivery_at: 1
  placed_at: 1
scenarios:
  - scenario: approved, asked for, picked item by item and released
    happens:
      - { at: 1h, decide: approval, option: approve, by: ada, note: fine }
      - { at: 2h, event: asked }
    expect:
      commands:
        - { step: "pick[0]", at: 2h, fields: { order_id: chair } }
        - { step: "pick[1]", at: 2h, fields: { order_id: table } }
        - { step: "pick[2]", fields: { order_id: lamp } }
        - release
      end: completed

  - scenario: an event that comes early ends the wait when it begins
    start: { total_minor: 5, items: [] }
    happens:
      - { at: 1s, event: asked }
      - { at: 1h, decide: approval, option: approve }
    expect: { commands: [], end: completed, at: 3h }

  - scenario: an item that is refused takes the others back
    happens:
      - { at: 1s, event: asked }
      - { at: 2s, decide: approval, option: approve }
    participants:
      pick: succeeds
      "pick[1]": { fails: { reason: no table }, after: 3s }
    expect:
      never: [release]
      end: compensated
      says: no table

  - scenario: somebody rejects
    happens: [{ at: 1h, decide: approval, option: reject }]
    expect: { commands: [], end: compensated, at: 1h }

  - scenario: nobody decides
    expect: { commands: [], end: compensated, at: 24h }

  - scenario: nobody asks
    happens: [{ at: 1h, decide: approval, option: approve }]
    expect: { commands: [], end: compensated, at: 73h }
"#;

fn definition() -> Definition {
    common::definition(DEFINITION)
}

fn run(scenarios: &str) -> Results {
    let schemas = common::schemas();
    let definition = definition();
    let suite = Suite::read("rehearsal.test.yaml", scenarios, &definition.plan, &schemas)
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    suite.run(&definition.plan, &schemas).unwrap()
}

#[test]
fn decisions_waits_items_and_choices_are_played() {
    let results = run(SCENARIOS);
    assert_eq!(results.failed(), 0, "{}", text(&results));
}

#[test]
fn their_edges_are_walked() {
    let coverage = run(SCENARIOS).coverage;
    let walked: Vec<String> = coverage
        .edges()
        .filter(|(_, walked)| *walked)
        .map(|(edge, _)| format!("{}: {}", edge.part, edge.what))
        .collect();
    for edge in [
        "approval: decided approve",
        "approval: decided reject",
        "approval: decided by nobody",
        "asked: ended",
        "asked: ended without its event",
        "pick: item by item",
        "pick: refused",
        "pick.compensation: succeeded",
        "release: passed over",
        "hold: passed over",
        "hold: ended",
    ] {
        assert!(
            walked.contains(&edge.to_owned()),
            "{edge} is not walked:\n{}",
            table(&coverage)
        );
    }
}

#[test]
fn recorded_decisions_events_and_items_are_played_again() {
    let texts = common::texts();
    let recording = common::recording_of(&run(SCENARIOS), &texts);
    let replayed = |definition: &Definition| {
        let rehearsal = Rehearsal {
            plan: &definition.plan,
            schemas: &texts,
        };
        rehearse(&recording, rehearsal).unwrap()
    };
    let tally = replayed(&definition());
    assert_eq!((tally.same, tally.total()), (6, 6), "{tally:#?}");

    let hasty =
        common::definition(&DEFINITION.replace("deadline: 24h, default: reject", "deadline: 30m, default: reject"));
    let tally = replayed(&hasty);
    assert!(
        tally.other_end >= 2,
        "who was approved after an hour is rejected: {tally:#?}"
    );
}

#[test]
fn what_a_step_is_not_is_told_with_its_place() {
    let (head, _) = SCENARIOS.split_once("scenarios:\n").unwrap();
    let text = format!(
        "{head}scenarios:
  - scenario: a
    participants: {{ approval: succeeds }}
    happens:
      - {{ at: 1s, decide: pick, option: approve }}
      - {{ at: 1s, decide: approval, option: perhaps }}
      - {{ at: 1s, event: approval }}
    expect: {{ end: completed }}
"
    );
    let mistakes = Suite::read("a.test.yaml", &text, &definition().plan, &common::schemas()).unwrap_err();
    let told: Vec<&str> = mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
    let expected = [
        "no participant is asked for 'approval'",
        "nobody decides this step",
        "'perhaps' is none of approve, reject",
        "this step waits for no event",
    ];
    assert_eq!(told, expected);
}
