//! Leaving out orders that lead to the same leaves nothing else out.

mod common;

use std::collections::BTreeSet;

use common::{Step, broken_files, definition, order_fulfilment, plan, step};
use palinode_core::CompensationOrder;
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
    same_in_order(text, CompensationOrder::Reverse)
}

fn same_in_order(text: &str, order: CompensationOrder) -> [Report; 2] {
    let reports = [false, true].map(|reduced| {
        let settings = Settings {
            reduced,
            ..Settings::default()
        };
        let mut plan = plan(text);
        plan.compensation_order = order;
        verify(plan, settings)
    });
    assert_eq!(found(&reports[0]), found(&reports[1]), "{text}");
    reports
}

/// Definitions that are made at random.
const DEFINITIONS: usize = 24;

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

/// A generator of numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn step(&mut self, name: &str, before: &[&str]) -> Step {
        let after: Vec<&str> = before.iter().copied().filter(|_| self.below(3) == 0).collect();
        let mut made = step(name).after(&after);
        let is_refused = self.below(3) > 0;
        if !is_refused {
            made = made.never_refused();
        }
        made = match self.below(4) {
            0 => made,
            1 => made.stubbornly_compensated(),
            _ => made.compensated(),
        };
        match self.below(5) {
            0 => made.with("onExhausted: suspend"),
            1 => made.with("onExhausted: continue"),
            2 if is_refused => made.with("retry: { attempts: 2, when: \"reply.code == 'BUSY'\" }"),
            _ => made.with("retry: { attempts: 1 }"),
        }
    }
}

#[test]
fn definitions_made_at_random_find_the_same() {
    let names = ["hotel", "flight", "car"];
    let orders = [
        CompensationOrder::Reverse,
        CompensationOrder::Sequential,
        CompensationOrder::Parallel,
    ];
    let mut numbers = Numbers(7);
    let mut saved = 0;
    for number in 0..DEFINITIONS {
        let steps: Vec<Step> = (0..names.len())
            .map(|at| numbers.step(names[at], &names[..at]))
            .collect();
        let [full, reduced] = same_in_order(&definition(&steps), orders[number % orders.len()]);
        saved += full.explored.states - reduced.explored.states;
    }
    assert!(saved > 0);
}
