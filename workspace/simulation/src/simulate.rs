//! Many worlds, one after the other on each of some threads.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use crate::{Judgement, checks::Violation, coverage::Coverage, plan::WorldPlan};

/// Failing worlds of which the violations are kept; of further ones only the seed.
const KEPT_MAX: usize = 50;

/// What came of many worlds.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many were run.
    pub worlds: u64,
    /// What they reached.
    pub coverage: Coverage,
    /// The seeds of those with which something was wrong, and what, in the order of seeds.
    pub failed: Vec<(u64, Vec<Violation>)>,
}

impl Summary {
    fn add(&mut self, seed: u64, judgement: Judgement) {
        self.worlds += 1;
        self.coverage.merge(&judgement.coverage);
        if !judgement.violations.is_empty() {
            let violations = if self.failed.len() < KEPT_MAX {
                judgement.violations
            } else {
                Vec::new()
            };
            self.failed.push((seed, violations));
        }
    }

    fn merge(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.coverage.merge(&other.coverage);
        self.failed.extend(other.failed);
        self.failed.sort_by_key(|(seed, _)| *seed);
    }
}

/// Runs and judges the worlds of `seeds` on so many threads. `progress` is told of each that is done, from any of them,
/// and says whether to go on.
///
/// # Panics
/// When a thread panics outside of a world.
#[must_use]
pub fn simulate(seeds: Range<u64>, threads: usize, progress: &(dyn Fn(u64, &Judgement) -> bool + Sync)) -> Summary {
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut summary = Summary::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return summary;
            }
            let judgement = Judgement::of(&WorldPlan::draw(seed));
            let goes_on = progress(seed, &judgement);
            summary.add(seed, judgement);
            if !goes_on {
                next.store(seeds.end, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut summary = Summary::default();
        for worker in workers {
            let Ok(part) = worker.join() else {
                panic!("a thread of the simulation panicked outside of a world")
            };
            summary.merge(part);
        }
        summary
    })
}
