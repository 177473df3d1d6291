//! What was done although it counted as taken back is taken back again.

use std::collections::BTreeSet;

use palinode_core::{IdempotencyKey, Plan, Purpose, SagaId};
use palinode_log::Consumed;
use palinode_wire::{frame, headers, journal::SagaRecord};

use super::{Check, Found, Scene};

/// In a saga that was compensated, every success of a step with a compensation is followed by the success of that
/// compensation, unless taking the step back was given up, of which people are told. No first success of a request is
/// turned away, unless it is a dead letter, of which people are told as well.
pub(super) struct LateSuccess;

const DEAD_LETTERS: &str = "palinode.dead-letters";

impl Check for LateSuccess {
    fn name(&self) -> &'static str {
        "late_success"
    }

    fn law(&self) -> &'static str {
        "A step that turns out to be done after its compensation was answered is taken back again; no success is dropped."
    }

    fn exceptions(&self) -> &'static [&'static str] {
        &[
            "A step whose compensation was given up, as its definition says: nothing takes it back, and people are told of that.",
            "A success that became a dead letter: the saga never heard of it, and people are told.",
        ]
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for (saga, events) in scene.sagas() {
            let events: Vec<&SagaRecord> = events.iter().filter_map(|(_, entry)| entry.event()).collect();
            let Some(plan) = events.first().and_then(|first| scene.known.plan(saga, first.version)) else {
                continue;
            };
            if ended_compensated(&events) {
                owed(plan, saga, &events, found);
            }
        }
        turned_away(scene, found);
    }
}

fn ended_compensated(events: &[&SagaRecord]) -> bool {
    let ends = ["SagaCompensated", "SagaCompleted", "SagaReopened"];
    let last = events.iter().rev().find(|event| ends.contains(&&*event.event_type));
    last.is_some_and(|last| &*last.event_type == "SagaCompensated")
}

/// Finds successes that nothing took back.
fn owed(plan: &Plan, saga: &SagaId, events: &[&SagaRecord], found: &mut Found) {
    for (at, success) in events.iter().enumerate() {
        let Some(step) = success
            .step
            .as_ref()
            .filter(|_| &*success.event_type == "StepSucceeded")
        else {
            continue;
        };
        let has_compensation = plan
            .step_named(step.template())
            .is_some_and(|index| plan.step(index).compensation.is_some());
        let of_step =
            |event: &&&SagaRecord, kind: &str| event.step.as_ref() == Some(step) && &*event.event_type == kind;
        let is_given_up = events.iter().any(|event| of_step(&event, "CompensationGivenUp"));
        let is_undone = events[at..]
            .iter()
            .any(|event| of_step(&event, "CompensationSucceeded"));
        if has_compensation && !is_undone && !is_given_up {
            found.of_saga(
                saga,
                format!(
                    "step '{step}' was done at event {}, and nothing took it back",
                    success.sequence.0
                ),
            );
        }
    }
}

/// Finds first successes of requests that were refused although they have to be reckoned with.
fn turned_away(scene: &Scene<'_>, found: &mut Found) {
    let sagas = scene.sagas();
    let told = dead_letters(scene);
    let mut seen: BTreeSet<IdempotencyKey> = BTreeSet::new();
    for (at, records) in &scene.remains.topics {
        if at.topic.starts_with("palinode.") || at.topic.ends_with(".commands") {
            continue;
        }
        for record in records {
            let Some(key) = success(scene, record).filter(|key| seen.insert(key.clone())) else {
                continue;
            };
            let input = format!("{at}/{}", record.offset);
            let events = sagas.get(&key.saga).map_or(&[][..], Vec::as_slice);
            let events = || events.iter().filter_map(|(_, entry)| entry.event());
            let is_known =
                events().any(|event| &*event.event_type == "StepSucceeded" && event.step.as_ref() == Some(&key.step));
            let refusal = events()
                .filter(|event| event.cause.as_str() == input)
                .find(|event| &*event.event_type == "InputRejected");
            if let Some(refusal) = refusal
                && !is_known
                && !told.contains(&input)
            {
                found.of_saga(
                    &key.saga,
                    format!(
                        "step '{}' was done, the reply {input} was refused with {:?}, and nothing takes it back",
                        key.step, refusal.code
                    ),
                );
            }
        }
    }
}

/// The inputs that are dead letters, by where they stood.
fn dead_letters(scene: &Scene<'_>) -> BTreeSet<String> {
    let id = |record: &Consumed| {
        let header = record
            .headers
            .iter()
            .find(|header| &*header.name == headers::DEAD_LETTER_ID)?;
        String::from_utf8(header.value.to_vec()).ok()
    };
    scene.records(DEAD_LETTERS).filter_map(id).collect()
}

/// The request that the record says was done.
fn success(scene: &Scene<'_>, record: &Consumed) -> Option<IdempotencyKey> {
    let header = record
        .headers
        .iter()
        .find(|header| &*header.name == headers::IDEMPOTENCY_KEY)?;
    let key = IdempotencyKey::parse(std::str::from_utf8(&header.value).ok()?)?;
    let schema = frame::schema_id(record.value.as_ref()?).ok()?;
    let name = scene.known.schemas.record_name(schema)?;
    let succeeds = |plan: &Plan| {
        let step = plan.step_named(key.step.template())?;
        let replies = plan.step(step).replies_for(Purpose::Forward)?;
        Some(replies.succeeded == *name)
    };
    let of_definition = scene.known.plans.iter().filter(|plan| plan.name == key.saga.definition);
    let fits = key.purpose == Purpose::Forward && of_definition.into_iter().any(|plan| succeeds(plan) == Some(true));
    fits.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::LateSuccess;
    use crate::checks::testing::{Made, event};

    fn turned_back() -> Made {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        let cause = "orders.requests/0/0";
        made.write(0, 0, &[event("o-1", 3, "CompensationStarted", cause)]);
        made
    }

    #[test]
    fn what_is_taken_back_after_its_late_success_is_right() {
        let mut made = turned_back();
        made.write(
            0,
            0,
            &[
                event("o-1", 4, "CompensationSucceeded", "payments.events/0/0").undoing("payment", 1),
                event("o-1", 5, "SagaCompensated", "payments.events/0/0"),
                event("o-1", 6, "SagaReopened", "payments.events/0/1"),
                event("o-1", 7, "StepSucceeded", "payments.events/0/1").of("payment", 1, 1),
                event("o-1", 8, "CompensationSucceeded", "payments.events/0/2").undoing("payment", 2),
                event("o-1", 9, "SagaCompensated", "payments.events/0/2"),
            ],
        );
        assert_eq!(made.findings(&LateSuccess), Vec::<String>::new());
    }

    #[test]
    fn a_late_success_that_stays_is_found() {
        let mut made = turned_back();
        made.write(
            0,
            0,
            &[
                event("o-1", 4, "CompensationSucceeded", "payments.events/0/0").undoing("payment", 1),
                event("o-1", 5, "StepSucceeded", "payments.events/0/1").of("payment", 1, 1),
                event("o-1", 6, "SagaCompensated", "payments.events/0/1"),
            ],
        );
        let what = "order-fulfilment/o-1: step 'payment' was done at event 5, and nothing took it back";
        assert_eq!(made.findings(&LateSuccess), [what]);
    }

    #[test]
    fn a_late_success_of_what_was_given_up_is_right() {
        let mut made = turned_back();
        made.write(
            0,
            0,
            &[
                event("o-1", 4, "CompensationGivenUp", "timer/timeout/7").undoing("payment", 1),
                event("o-1", 5, "StepSucceeded", "payments.events/0/1").of("payment", 1, 1),
                event("o-1", 6, "SagaCompensated", "payments.events/0/1"),
            ],
        );
        assert_eq!(made.findings(&LateSuccess), Vec::<String>::new());
    }

    #[test]
    fn a_success_that_was_turned_away_is_found_unless_somebody_is_told() {
        for is_told in [false, true] {
            let mut made = turned_back();
            made.reply("payments.events", 0, "order-fulfilment/o-1/payment/forward/1");
            let refusal = event("o-1", 4, "InputRejected", "payments.events/0/0").coded("SAGA_CLOSED");
            made.write(0, 0, &[refusal]);
            if is_told {
                made.dead_letter("payments.events/0/0");
            }
            assert_eq!(made.findings(&LateSuccess).len(), usize::from(!is_told));
        }
    }
}
