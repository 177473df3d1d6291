//! Every scenario meets what it is about, and keeps all laws.

use crate::{
    checks::{Known, Scene, judge},
    scenarios::{End, Scenario, all},
    setting::Setting,
    world,
};

/// Worlds of each scenario. Chance decides delays only.
const SEEDS: u64 = 12;

/// Laws of a world at rest, which one with a stuck task cannot keep.
const OF_REST: [&str; 2] = ["rest", "audit"];

/// What is wrong with a scenario.
fn wrong(scenario: &Scenario) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut met = 0;
    for seed in 0..SEEDS {
        let plan = (scenario.plan)(seed);
        let known = Known::of(&Setting::new(&plan), plan.tasks);
        let remains = world::run(plan);
        met += u64::from((scenario.is_met)(&remains));
        for violation in judge(&Scene::new(&remains, &known)) {
            if scenario.end == End::AtRest || !OF_REST.contains(&violation.check) {
                let what: String = violation.what.chars().take(300).collect();
                wrong.push(format!("'{}', seed {seed}: {}: {what}", scenario.name, violation.check));
            }
        }
    }
    if met < SEEDS / 4 {
        wrong.push(format!("'{}' was met by {met} of {SEEDS} worlds", scenario.name));
    }
    wrong
}

#[test]
fn every_scenario_meets_what_it_is_about_and_keeps_all_laws() {
    let wrong: Vec<String> = all().iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_given_once() {
    let names: std::collections::BTreeSet<_> = all().iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), all().len());
}
