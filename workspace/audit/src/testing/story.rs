//! Events in few words: `requested undo-payment 1/1`, `failed? stock 1` (not definite), `turned back`.

use std::borrow::Cow;

use palinode_core::{Attempt, Payload, Purpose, Round, SagaId, Sequence, StepName, Timestamp};
use palinode_wire::journal::SagaRecord;

/// The record of `text`.
pub(super) fn event(saga: &SagaId, sequence: u64, cause: &str, text: &str, payload: Option<Payload>) -> SagaRecord {
    let words: Vec<&str> = text.split(' ').collect();
    let (kind, rest) = match words.as_slice() {
        ["timed", "out", rest @ ..] => ("timed out", rest),
        ["turned", "back"] => ("turned back", &[][..]),
        [kind, rest @ ..] => (*kind, rest),
        [] => panic!("an event has a word"),
    };
    let asked = rest.first().map(|step| step_of(step));
    let purpose = asked.as_ref().map_or(Purpose::Forward, |(_, purpose)| *purpose);
    let numbers = rest.get(1).map(|text| {
        text.split('/')
            .map(|number| number.parse().unwrap())
            .collect::<Vec<u32>>()
    });
    let number = |at: usize| numbers.as_ref().and_then(|numbers| numbers.get(at).copied());
    let of_step = |name: &'static str| {
        Cow::Owned(format!(
            "{}{name}",
            match purpose {
                Purpose::Forward => "Step",
                Purpose::Compensation => "Compensation",
            }
        ))
    };
    let event_type: Cow<'static, str> = match kind {
        "started" => "SagaStarted".into(),
        "requested" => of_step("Requested"),
        "succeeded" => of_step("Succeeded"),
        "failed" | "failed?" => of_step("Failed"),
        "timed out" => of_step("TimedOut"),
        "retry" => of_step("RetryScheduled"),
        "turned back" => "CompensationStarted".into(),
        "suspended" => "SagaSuspended".into(),
        "resumed" => "SagaResumed".into(),
        "reopened" => "SagaReopened".into(),
        "passed-over" => of_step("PassedOver"),
        "given-up" => of_step("GivenUp"),
        "waited" => "WaitEnded".into(),
        "named" => "SubSagaNamed".into(),
        "completed" => "SagaCompleted".into(),
        "compensated" => "SagaCompensated".into(),
        "rejected" => "InputRejected".into(),
        other => panic!("'{other}' is no event"),
    };
    let time = Timestamp(1_700_000_000_000);
    let mut record = SagaRecord::blank(saga, 1, Sequence(sequence), time, &cause.into(), event_type);
    record.purpose = asked.as_ref().map(|_| purpose);
    record.step = asked.map(|(step, _)| step);
    record.round = number(0).map(Round);
    record.attempt = number(1).map(Attempt);
    record.definite = kind.starts_with("failed").then_some(kind == "failed");
    record.retried = kind.starts_with("failed").then_some(false);
    record.payload = payload;
    record
}

/// `undo-payment` is the compensation of `payment`.
pub(super) fn step_of(word: &str) -> (StepName, Purpose) {
    match word.strip_prefix("undo-") {
        Some(step) => (step.into(), Purpose::Compensation),
        None => (word.into(), Purpose::Forward),
    }
}

/// The milestone that `text` is, of those that are emitted.
pub(super) fn milestone(text: &str) -> Option<&'static str> {
    match text.split(' ').collect::<Vec<_>>().as_slice() {
        ["succeeded", "payment", _] => Some("payment.succeeded"),
        ["suspended", ..] => Some("suspended"),
        ["completed"] => Some("completed"),
        ["compensated"] => Some("compensated"),
        _ => None,
    }
}
