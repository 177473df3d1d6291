//! Scenarios of locks, and recorded ones that are played again.

mod common;

use palinode_definition::Definition;
use palinode_scenario::{Rehearsal, Results, Suite, rehearse, text};

const DEFINITION: &str = r#"
apiVersion: palinode/v1
saga: seats
version: 1
owner: tests
startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }
steps:
  - id: seat
    lock: { key: "'customer/' + start.customer_id", timeout: 1m }
  - id: release
    after: [seat]
    command: { topic: stock.commands, message: shop.warehouse.ReleaseStock, fields: { order_id: start.order_id } }
    replies: { topic: stock.events, succeeded: shop.warehouse.StockReleased }
"#;

const SCENARIOS: &str = r#"
definition: seats.yaml
start:
  order_id: o-1
  customer_id: c-1
  customer_name: Ada
  items: []
  total_minor: 500
  currency: EUR
  promised_delivery_at: 1
  placed_at: 1
scenarios:
  - scenario: a lock is free
    expect: { commands: [{ step: release, at: 0s }], end: completed }

  - scenario: it comes free after a while
    participants: { seat: { succeeds: true, after: 20s } }
    expect: { commands: [{ step: release, at: 20s }], end: completed }

  - scenario: it does not come free
    participants: { seat: silent }
    expect: { commands: [], end: compensated, at: 1m, reason: LOCK_TIMED_OUT }

  - scenario: too many wait for it
    participants: { seat: { fails: true, after: 0s } }
    expect: { commands: [], end: compensated, at: 0s, reason: LOCK_QUEUE_FULL }
"#;

fn definition() -> Definition {
    common::definition(DEFINITION)
}

fn run() -> Results {
    let schemas = common::schemas();
    let definition = definition();
    let suite = Suite::read("seats.test.yaml", SCENARIOS, &definition.plan, &schemas)
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    suite.run(&definition.plan, &schemas).unwrap()
}

#[test]
fn a_lock_is_free_unless_the_scenario_says_otherwise() {
    let results = run();
    assert_eq!(results.failed(), 0, "{}", text(&results));
    let walked = |what: &str| {
        let mut edges = results.coverage.edges();
        edges.any(|(edge, walked)| walked && edge.part == "seat" && edge.what == what)
    };
    assert!(walked("held") && walked("not had"));
}

#[test]
fn a_recorded_lock_answers_as_it_did() {
    let texts = common::texts();
    let recording = common::recording_of(&run(), &texts);
    let rehearsal = Rehearsal {
        plan: &definition().plan,
        schemas: &texts,
    };
    let tally = rehearse(&recording, rehearsal).unwrap();
    assert_eq!((tally.same, tally.total()), (4, 4), "{tally:#?}");
}
