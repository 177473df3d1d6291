//! Scenarios, run and judged.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{End, Scenario, all};
use crate::{Judgement, checks::Violation};

/// Worlds of each scenario. Chance decides delays only.
pub const WORLDS: u64 = 12;

/// Laws of a world at rest, which one with a stuck task cannot keep.
const OF_REST: [&str; 2] = ["rest", "audit"];

/// What came of a scenario.
#[derive(Debug)]
pub struct Played {
    /// The scenario.
    pub scenario: Scenario,
    /// How many of its worlds met what it is about.
    pub met: u64,
    /// What is wrong, and with the world of which seed.
    pub wrong: Vec<(u64, Violation)>,
}

impl Played {
    /// Runs and judges the worlds of `scenario`.
    #[must_use]
    pub fn of(scenario: Scenario) -> Self {
        let mut played = Self {
            scenario,
            met: 0,
            wrong: Vec::new(),
        };
        for seed in 0..WORLDS {
            let judgement = Judgement::of(&(scenario.plan)(seed));
            played.met += u64::from(judgement.remains.as_ref().is_some_and(scenario.is_met));
            let counts = |found: &Violation| scenario.end == End::AtRest || !OF_REST.contains(&found.check);
            let wrong = judgement.violations.into_iter().filter(counts);
            played.wrong.extend(wrong.map(|found| (seed, found)));
        }
        played
    }

    /// Whether what it is about was met by enough worlds to say something, and all laws were kept.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.is_met() && self.wrong.is_empty()
    }

    fn is_met(&self) -> bool {
        self.met >= WORLDS / 4
    }

    /// What is wrong, as sentences.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let name = self.scenario.name;
        let wrong = self.wrong.iter();
        let mut faults: Vec<String> = wrong
            .map(|(seed, found)| format!("'{name}', seed {seed}: {found}"))
            .collect();
        if !self.is_met() {
            faults.push(format!("'{name}' was met by {} of {WORLDS} worlds", self.met));
        }
        faults
    }
}

/// Runs and judges all scenarios, on so many threads.
///
/// # Panics
/// When a thread panics outside of a world.
#[must_use]
pub fn play(threads: usize) -> Vec<Played> {
    let (scenarios, next) = (all(), AtomicUsize::new(0));
    let work = || {
        let mut played = Vec::new();
        while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
            played.push(Played::of(*scenario));
        }
        played
    };
    let mut played: Vec<Played> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().flat_map(|worker| match worker.join() {
            Ok(played) => played,
            Err(_) => panic!("a thread of the simulation panicked outside of a world"),
        });
        done.collect()
    });
    let place = |name: &str| scenarios.iter().position(|scenario| scenario.name == name);
    played.sort_by_key(|played| place(played.scenario.name));
    played
}
