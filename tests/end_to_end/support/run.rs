//! Plays scenarios, beside each other or one after the other, and tells how each ended.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Instant,
};

use palinode_sandbox::cluster::Kind;

use super::{Ground, World, plan::Plan};

/// A scenario: what it shows, and how.
pub(crate) type Scenario = (&'static str, for<'w> fn(&World<'w>));

/// A run of scenarios.
pub(crate) struct Run {
    kind: Kind,
    wanted: Vec<String>,
    only: Option<&'static [&'static str]>,
    began: Instant,
    played: Vec<&'static str>,
    passed: usize,
    failed: Vec<&'static str>,
}

impl Run {
    /// A run of those scenarios of the plan that the program's arguments name a part of.
    pub(crate) fn of(plan: &Plan) -> Self {
        let wanted = std::env::args()
            .skip(1)
            .filter(|argument| !argument.starts_with('-'))
            .collect();
        Self {
            kind: plan.kind.clone(),
            wanted,
            only: plan.only,
            began: Instant::now(),
            played: Vec::new(),
            passed: 0,
            failed: Vec::new(),
        }
    }

    /// Both runs as one.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.began = self.began.min(other.began);
        self.played.extend(other.played);
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self
    }

    /// Whether any of the names is wanted.
    pub(crate) fn wants(&self, names: &[&'static str]) -> bool {
        let is_planned = |name: &&str| self.only.is_none_or(|only| only.contains(name));
        let is_named =
            |name: &str| self.wanted.is_empty() || self.wanted.iter().any(|part| name.contains(part.as_str()));
        names.iter().any(|name| is_planned(name) && is_named(name))
    }

    /// Plays scenarios that do not disturb each other.
    pub(crate) fn together(&mut self, world: &World<'_>, scenarios: &[Scenario]) {
        let ends: Vec<_> = thread::scope(|scope| {
            let wanted = scenarios.iter().filter(|(name, _)| self.wants(&[*name]));
            let threads: Vec<_> = wanted
                .map(|(name, scenario)| {
                    let thread = thread::Builder::new().name((*name).to_owned());
                    (
                        *name,
                        thread
                            .spawn_scoped(scope, || attempt(|| scenario(world)))
                            .expect("a thread"),
                    )
                })
                .collect();
            threads
                .into_iter()
                .map(|(name, thread)| (name, thread.join().expect("its panics are caught")))
                .collect()
        });
        for (name, end) in ends {
            self.note(name, end);
        }
    }

    /// Plays one scenario.
    pub(crate) fn alone(&mut self, name: &'static str, scenario: impl FnOnce()) {
        if self.wants(&[name]) {
            let end = attempt(scenario);
            self.note(name, end);
        }
    }

    /// Plays what belongs to whatever was played, such as the audit after it.
    pub(crate) fn always(&mut self, name: &'static str, scenario: impl FnOnce()) {
        let end = attempt(scenario);
        self.note(name, end);
    }

    fn note(&mut self, name: &'static str, (has_passed, seconds): (bool, f64)) {
        println!(
            "test on {}: {name} ... {} ({seconds:.1} s)",
            self.kind,
            if has_passed { "ok" } else { "FAILED" }
        );
        self.played.push(name);
        match has_passed {
            true => self.passed += 1,
            false => self.failed.push(name),
        }
    }

    /// What the plan names and no group has played.
    fn unplayed(&self) -> Vec<&'static str> {
        let planned = self.only.unwrap_or_default().iter().copied();
        planned
            .filter(|name| self.wants(&[*name]) && !self.played.contains(name))
            .collect()
    }

    /// Says how it ended, and gives whether all passed. The logs of a run that failed are kept.
    pub(crate) fn finish(self, ground: Ground) -> bool {
        let unplayed = self.unplayed();
        let Self {
            kind,
            began,
            passed,
            mut failed,
            ..
        } = self;
        failed.extend(unplayed);
        println!(
            "on {kind}: {passed} scenarios passed, {} failed, in {:.1} s",
            failed.len(),
            began.elapsed().as_secs_f64()
        );
        if failed.is_empty() {
            return true;
        }
        println!("failed: {}", failed.join("; "));
        println!("the logs are in {}", ground.keep().display());
        false
    }
}

/// Whether it passed, and how long it took.
fn attempt(scenario: impl FnOnce()) -> (bool, f64) {
    let began = Instant::now();
    let end = catch_unwind(AssertUnwindSafe(scenario));
    (end.is_ok(), began.elapsed().as_secs_f64())
}
