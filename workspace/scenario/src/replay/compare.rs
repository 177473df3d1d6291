//! How a saga went then, and where the other story leaves it.

use palinode_wire::journal::SagaRecord;

use crate::{
    model::End,
    stage::{Moment, told},
};

/// Where the recorded saga was at last.
pub(super) fn recorded_end(records: &[&SagaRecord]) -> End {
    let mut end = End::NotStarted;
    for record in records {
        end = match &*record.event_type {
            "SagaCompleted" => End::Completed,
            "SagaCompensated" => End::Compensated,
            "SagaSuspended" => End::Suspended,
            // Turning back ends the wait for a person.
            "SagaStarted" | "SagaResumed" | "SagaReopened" | "CompensationStarted" => End::Open,
            _ => end,
        };
    }
    end
}

/// The number of the first recorded event that does not happen any more, its step, and both events in words.
pub(super) struct Fork {
    pub(super) sequence: u64,
    pub(super) step: Option<String>,
    pub(super) then: String,
    pub(super) now: String,
}

/// Where the stories part; refused inputs do not count, because a recording does not hold what they were, nor do moves to
/// another version: the story has one.
pub(super) fn fork(records: &[&SagaRecord], story: &[Moment]) -> Option<Fork> {
    let passed_by = ["InputRejected", "SagaMigrated", "MigrationUndone"];
    let counts = |record: &&SagaRecord| !passed_by.contains(&&*record.event_type);
    let mut then = records.iter().copied().filter(counts);
    let mut now = story
        .iter()
        .flat_map(|moment| moment.events.iter().map(|happened| &happened.record))
        .filter(counts);
    let mut sequence = 0;
    loop {
        let (before, after) = (then.next(), now.next());
        if let Some(record) = before {
            sequence = record.sequence.0;
        }
        if before.is_none() && after.is_none() {
            return None;
        }
        if before.map(essence) == after.map(essence) {
            continue;
        }
        let in_words = |record: Option<&SagaRecord>| record.map_or_else(|| "nothing more".to_owned(), told);
        let named = after.or(before).and_then(|record| record.step.as_ref());
        return Some(Fork {
            sequence,
            step: named.map(ToString::to_string),
            then: in_words(before),
            now: in_words(after),
        });
    }
}

/// What of an event makes it another one.
fn essence(record: &SagaRecord) -> (&str, Option<&str>, Option<u32>, Option<&str>) {
    (
        &record.event_type,
        record.step.as_ref().map(palinode_core::StepName::as_str),
        record.round.map(|round| round.0),
        record.code.as_deref(),
    )
}
