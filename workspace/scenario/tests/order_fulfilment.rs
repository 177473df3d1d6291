//! The scenarios of the reference definition: they hold, and they walk nearly all of it.

mod common;

use palinode_scenario::{Head, table, text};

/// The share of the definition's edges that its own scenarios have to walk, in percent.
const COVERAGE_MIN: usize = 95;

#[test]
fn the_scenarios_of_the_order_hold_and_walk_its_definition() {
    let file = std::fs::read_to_string(common::root().join("sagas/order-fulfilment.test.yaml")).unwrap();
    let results = common::run(&file);

    assert_eq!(results.failed(), 0, "{}", text(&results));
    let table = table(&results.coverage);
    println!("{}{table}", text(&results));
    assert!(results.coverage.percent() >= COVERAGE_MIN, "{table}");
}

#[test]
fn a_file_names_its_definition_and_schemas() {
    let head = Head::read("scenarios.yaml", &common::head()).unwrap();
    assert_eq!(head.definition, "order-fulfilment.yaml");
    assert_eq!(head.schemas.as_deref(), Some("../schemas"));
}

#[test]
fn the_same_file_gives_the_same_stories() {
    let file = std::fs::read_to_string(common::root().join("sagas/order-fulfilment.test.yaml")).unwrap();
    let stories = |results: palinode_scenario::Results| format!("{:?}", results.played);
    assert_eq!(stories(common::run(&file)), stories(common::run(&file)));
}
