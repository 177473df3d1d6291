//! What a sandbox says of itself.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::stub::{Counts, Sagas};

/// Where a sandbox stands.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Status {
    /// Its time.
    pub(super) time: String,
    /// By how many seconds it is ahead of the machine's.
    pub(super) moved_seconds: i64,
    /// The tasks of the orchestrator that run, and that there are.
    pub(super) tasks: (usize, usize),
    /// The sagas.
    pub(super) sagas: Sagas,
    /// The stubs by the record types of their commands.
    pub(super) stubs: BTreeMap<String, StubStatus>,
}

/// Where a stub stands.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StubStatus {
    /// How it behaves.
    pub(super) rule: String,
    /// What it did.
    #[serde(flatten)]
    pub(super) counts: Counts,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sagas {
            sent,
            open,
            completed,
            compensated,
        } = self.sagas;
        writeln!(f, "Time   {} (moved by {} s)", self.time, self.moved_seconds)?;
        writeln!(f, "Tasks  {} of {} run", self.tasks.0, self.tasks.1)?;
        writeln!(
            f,
            "Sagas  {sent} sent, {open} open, {completed} completed, {compensated} compensated"
        )?;
        writeln!(f)?;
        let width = self.stubs.keys().map(String::len).max().unwrap_or_default();
        writeln!(
            f,
            "{:width$}  {:>7}  {:>7}  {:>7}  rule",
            "stub", "done", "refused", "waiting"
        )?;
        for (command, StubStatus { rule, counts }) in &self.stubs {
            let Counts {
                succeeded,
                failed,
                waiting,
                ..
            } = counts;
            writeln!(f, "{command:width$}  {succeeded:>7}  {failed:>7}  {waiting:>7}  {rule}")?;
        }
        Ok(())
    }
}
