//! Leaving out orders that lead to the same leaves nothing else out.

mod common;

use std::collections::BTreeSet;

use common::{Step, broken_files, definition, order_fulfilment, plan, step};
use palinode_verify::{Report, Settings, verify};

/// The rules that were found, with their steps, and which ends are reached.
fn found(report: &Report) -> (BTreeSet<(String, Option<String>)>, [bool; 3]) {
    let explored = report.explored;
    let ends = [explored.completed, explored.compensated, explored.suspended].map(|states| states > 0);
    let findings = report.findings.iter();
    let findings = findings.map(|finding| (finding.rule.to_string(), finding.step.clone()));
    (findings.collect(), ends)
}

fn same(text: &str) -> [Report; 2] {
    let reports = [false, true].map(|reduced| {
        let settings = Settings {
            reduced,
            ..Settings::default()
        };
        verify(plan(text), settings)
    });
    assert_eq!(found(&reports[0]), found(&reports[1]), "{text}");
    reports
}

fn parallel() -> [Step; 3] {
    [
        step("hotel").compensated(),
        step("flight").stubbornly_compensated(),
        step("ticket").after(&["hotel", "flight"]).with("pivot: true"),
    ]
}

#[test]
fn parallel_steps_are_reduced_and_the_same_is_found() {
    let [full, reduced] = same(&definition(&parallel()));
    eprintln!(
        "{} states, reduced to {}",
        full.explored.states, reduced.explored.states
    );
    assert!(reduced.explored.states < full.explored.states);
}

#[test]
fn chains_find_the_same() {
    let [full, reduced] = same(&definition(&[
        step("hotel").compensated(),
        step("room").after(&["hotel"]).compensated(),
        step("flight").compensated(),
        step("seat").after(&["flight"]),
    ]));
    eprintln!(
        "{} states, reduced to {}",
        full.explored.states, reduced.explored.states
    );
    assert!(reduced.explored.states < full.explored.states);
}

#[test]
fn order_fulfilment_finds_the_same() {
    same(&order_fulfilment());
}

#[test]
fn broken_definitions_find_the_same() {
    for file in broken_files() {
        same(&std::fs::read_to_string(file).unwrap());
    }
}
