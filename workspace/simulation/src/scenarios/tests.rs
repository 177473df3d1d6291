//! Every scenario meets what it is about, and keeps all laws.

use std::{collections::BTreeSet, thread};

use crate::scenarios::{Played, all, play};

#[test]
fn every_scenario_meets_what_it_is_about_and_keeps_all_laws() {
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let played = play(threads);
    assert!(
        played
            .iter()
            .map(|played| played.scenario.name)
            .eq(all().iter().map(|scenario| scenario.name))
    );
    let wrong: Vec<String> = played.iter().flat_map(Played::faults).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_scenario_that_meets_nothing_or_breaks_a_law_is_not_well() {
    let scenario = all()[0];
    let met = |met| Played {
        scenario,
        met,
        wrong: Vec::new(),
    };
    assert!(met(12).is_well());
    assert_eq!(
        met(0).faults(),
        [format!("'{}' was met by 0 of 12 worlds", scenario.name)]
    );
}

#[test]
fn names_are_given_once() {
    let names: BTreeSet<_> = all().iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), all().len());
}
