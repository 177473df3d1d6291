//! The auditor's judgement.

use std::fmt;

use serde::Serialize;

use crate::Violation;

/// The auditor's judgement on a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether all laws were kept.
    pub verdict: Verdict,
    /// What was seen.
    pub counts: Counts,
    /// Each checker by name, and how many violations it found.
    pub checks: Vec<(&'static str, u64)>,
    /// The first violations of each checker.
    pub violations: Vec<Violation>,
}

/// Whether all laws were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// They were.
    Passed,
    /// They were not.
    Failed,
}

/// What was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records of all topics.
    pub records: u64,
    /// Sagas that started.
    pub sagas: u64,
    /// Of these, completed.
    pub completed: u64,
    /// Of these, compensated.
    pub compensated: u64,
    /// Of these, waiting for a person or an event.
    pub suspended: u64,
    /// Of these, under way.
    pub open: u64,
    /// Saga events of the journal.
    pub journal_events: u64,
    /// Commands.
    pub commands: u64,
    /// Events for everybody.
    pub emissions: u64,
    /// Outcome rows.
    pub outcomes: u64,
    /// Inputs refused for a business reason.
    pub rejections: u64,
    /// Inputs forwarded to the right partition.
    pub forwarded: u64,
    /// Inputs that could not be processed.
    pub dead_letters: u64,
    /// What clients wrote down.
    pub observations: u64,
}

impl Report {
    /// All violations, also those that are not listed.
    pub fn violations_total(&self) -> u64 {
        self.checks.iter().map(|(_, total)| total).sum()
    }
}

impl Counts {
    fn rows(&self) -> [(&'static str, u64); 14] {
        [
            ("records", self.records),
            ("sagas started", self.sagas),
            ("  completed", self.completed),
            ("  compensated", self.compensated),
            ("  suspended", self.suspended),
            ("  open", self.open),
            ("journal events", self.journal_events),
            ("commands", self.commands),
            ("emissions", self.emissions),
            ("outcomes", self.outcomes),
            ("rejections", self.rejections),
            ("forwarded inputs", self.forwarded),
            ("dead letters", self.dead_letters),
            ("observations", self.observations),
        ]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in self.counts.rows() {
            writeln!(f, "{name:<20}{count:>10}")?;
        }
        writeln!(f)?;
        for (name, total) in &self.checks {
            match total {
                0 => writeln!(f, "{name:<24}kept")?,
                1 => writeln!(f, "{name:<24}1 violation")?,
                more => writeln!(f, "{name:<24}{more} violations")?,
            }
        }
        for violation in &self.violations {
            writeln!(f, "\n{violation}")?;
        }
        let total = self.violations_total();
        let listed = self.violations.len() as u64;
        if total > listed {
            writeln!(f, "\n… and {} more violations.", total - listed)?;
        }
        match self.verdict {
            Verdict::Passed => write!(f, "\nThe audit passed."),
            Verdict::Failed if total == 1 => write!(f, "\nThe audit failed: 1 violation."),
            Verdict::Failed => write!(f, "\nThe audit failed: {total} violations."),
        }
    }
}
