//! What a run says of itself.

use std::{fmt, ops::Range, time::Duration};

use super::page::with_run;
use crate::{
    Summary,
    coverage::Group,
    scenarios::{Played, WORLDS},
};

/// Worlds from which on a run must have reached everything.
pub const COMPLETE_FROM: u64 = 5_000;

/// Failing seeds that are named.
const NAMED_MAX: usize = 20;

/// What a run says of itself.
#[derive(Debug)]
pub struct Run<'a> {
    /// What came of it.
    pub summary: &'a Summary,
    /// What came of the named scenarios.
    pub scenarios: &'a [Played],
    /// Its seeds.
    pub seeds: Range<u64>,
    /// When it ended, for people.
    pub when: String,
    /// How long it took.
    pub took: Duration,
    /// On so many threads.
    pub threads: usize,
}

impl Run<'_> {
    /// What should have been reached and was not; nothing of a run that is too small to reach everything.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        if self.summary.worlds < COMPLETE_FROM {
            return Vec::new();
        }
        self.summary.coverage.missing()
    }

    /// Whether all is well.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let are_well = self.scenarios.iter().all(Played::is_well);
        self.summary.failed.is_empty() && self.missing().is_empty() && are_well
    }

    /// The whole page, with what was run.
    #[must_use]
    pub fn page(&self) -> String {
        let mut text = format!(
            "{}: seeds {} to {} on {} threads, {} s.\n\n",
            self.when,
            self.seeds.start,
            self.seeds.end.saturating_sub(1),
            self.threads,
            self.took.as_secs()
        );
        text += &format!(
            "{} worlds; with {} of them something was wrong.\n",
            self.summary.worlds,
            self.summary.failed.len()
        );
        text += &format!("\n{}.\n", self.of_scenarios());
        text += &format!("\n### Named scenarios\n\n| | met, of {WORLDS} worlds | all laws kept |\n|---|---|---|\n");
        for Played { scenario, met, wrong } in self.scenarios {
            let kept = if wrong.is_empty() { "yes" } else { "NO" };
            text += &format!("| {} | {met} | {kept} |\n", scenario.name);
        }
        for group in Group::ALL {
            text += &format!("\n### In how many worlds: {group}\n\n| | worlds |\n|---|---|\n");
            for (name, count) in self.summary.coverage.of_group(group) {
                text += &format!("| {name} | {count} |\n");
            }
        }
        with_run(&text)
    }

    fn of_scenarios(&self) -> String {
        let all = self.scenarios.len();
        let well = self.scenarios.iter().filter(|played| played.is_well()).count();
        format!("{well} of {all} named scenarios went as they should")
    }
}

impl fmt::Display for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for group in Group::ALL {
            let counts = self.summary.coverage.of_group(group);
            let reached = counts.values().filter(|count| **count > 0).count();
            writeln!(f, "{:<24}{reached:>4} of {}", group.to_string(), counts.len())?;
        }
        let missing = self.summary.coverage.missing();
        for what in missing.iter().filter(|_| self.summary.worlds >= COMPLETE_FROM) {
            writeln!(f, "NOT REACHED: {what}")?;
        }
        for fault in self.scenarios.iter().flat_map(Played::faults) {
            writeln!(f, "{fault}")?;
        }
        for (seed, violations) in self.summary.failed.iter().take(NAMED_MAX) {
            writeln!(f, "\nseed {seed}:")?;
            for violation in violations.iter().take(3) {
                writeln!(f, "  {violation}")?;
            }
        }
        let failed = self.summary.failed.len();
        if failed > NAMED_MAX {
            writeln!(f, "\n… and {} more seeds", failed - NAMED_MAX)?;
        }
        write!(
            f,
            "\n{}\n{} worlds in {:.1} s on {} threads; {failed} failed",
            self.of_scenarios(),
            self.summary.worlds,
            self.took.as_secs_f64(),
            self.threads
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Violation;

    #[test]
    fn a_run_with_a_failure_names_its_seed_and_what_is_wrong() {
        let violation = Violation {
            check: "rest",
            what: "it never ends".into(),
            saga: None,
        };
        let summary = Summary {
            worlds: 10,
            failed: vec![(7, vec![violation])],
            ..Summary::default()
        };
        let run = Run {
            summary: &summary,
            scenarios: &[],
            seeds: 0..10,
            when: "2026-11-23".into(),
            took: Duration::from_secs(1),
            threads: 2,
        };
        assert!(!run.is_clean());
        assert!(run.missing().is_empty(), "too few worlds to reach everything");
        assert!(run.to_string().contains("seed 7:\n  rest: it never ends"));
        assert!(run.page().contains("10 worlds; with 1 of them something was wrong."));
    }

    #[test]
    fn a_large_run_has_to_reach_everything() {
        let summary = Summary {
            worlds: COMPLETE_FROM,
            ..Summary::default()
        };
        let run = Run {
            summary: &summary,
            scenarios: &[],
            seeds: 0..COMPLETE_FROM,
            when: String::new(),
            took: Duration::from_secs(1),
            threads: 1,
        };
        assert!(!run.is_clean() && !run.missing().is_empty());
    }
}
