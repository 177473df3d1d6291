//! Timers fire once, and not early.

use std::collections::BTreeMap;

use palinode_core::{Purpose, Timestamp};
use palinode_wire::journal::SagaRecord;

use super::{Check, Found, Scene};

/// Whatever follows from a timer follows from one that was set, when it was due, and once.
pub(super) struct Timers;

/// What a timer is for, by the words of its cause, the step and the purpose.
type What = (String, String, Option<Purpose>);

impl Check for Timers {
    fn name(&self) -> &'static str {
        "timers"
    }

    fn law(&self) -> &'static str {
        "A timer fires once, not before it is due, and not after what it waited for has come."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for (saga, events) in scene.sagas() {
            let mut set: BTreeMap<What, Timestamp> = BTreeMap::new();
            let mut fired = "";
            for (_, entry) in events {
                let Some(event) = entry.event() else { continue };
                if let Some((kind, due)) = timer(event) {
                    if event.time < due {
                        found.of_saga(
                            saga,
                            format!("the timer '{}' fired early, at {}", event.cause, event.time),
                        );
                    }
                    // Only the first of the events that follow from it says what it was for.
                    if fired != event.cause.as_str() && !take(&mut set, kind, due, event) {
                        found.of_saga(
                            saga,
                            format!("the timer '{}' fired and was not set, or no longer", event.cause),
                        );
                    }
                }
                fired = event.cause.as_str();
                note(&mut set, event);
            }
        }
    }
}

/// The kind and the due time of the timer that the event follows from.
pub(super) fn timer(event: &SagaRecord) -> Option<(&str, Timestamp)> {
    let (kind, due) = event.cause.as_str().strip_prefix("timer/")?.split_once('/')?;
    Some((kind, Timestamp(due.parse().ok()?)))
}

/// Takes the timer that fired out of those that are set. One of a step is known by the step, when the event says it.
fn take(set: &mut BTreeMap<What, Timestamp>, kind: &str, due: Timestamp, event: &SagaRecord) -> bool {
    let fits = |(of, step, purpose): &What, at: Timestamp| {
        of == kind
            && at == due
            && (kind == "deadline"
                || event.step.as_ref().is_none_or(|named| named.as_str() == step)
                    && (event.purpose.is_none() || event.purpose == *purpose))
    };
    let found = set
        .iter()
        .find(|(what, at)| fits(what, **at))
        .map(|(what, _)| what.clone());
    found.is_some_and(|what| set.remove(&what).is_some())
}

/// Sets and removes timers as the event does.
fn note(set: &mut BTreeMap<What, Timestamp>, event: &SagaRecord) {
    let what = |kind: &str| {
        let step = event.step.as_ref().map(ToString::to_string).unwrap_or_default();
        (kind.to_owned(), step, event.purpose)
    };
    match &*event.event_type {
        "SagaStarted" => set.extend(event.due.map(|due| (what("deadline"), due))),
        "StepRequested" | "CompensationRequested" | "WaitStarted" | "DecisionAsked" | "LockAsked" => {
            set.remove(&what("retry"));
            set.extend(event.due.map(|due| (what("timeout"), due)));
        }
        "StepRetryScheduled" | "CompensationRetryScheduled" => {
            set.remove(&what("timeout"));
            set.extend(event.due.map(|due| (what("retry"), due)));
        }
        "StepSucceeded" | "CompensationSucceeded" | "WaitEnded" | "DecisionMade" | "LockGranted" | "LockMissed" => {
            set.remove(&what("timeout"));
            set.remove(&what("retry"));
        }
        "StepFailed" | "CompensationFailed" | "StepTimedOut" | "CompensationTimedOut" => {
            set.remove(&what("timeout"));
        }
        "CompensationStarted" => {
            set.retain(|(kind, _, purpose), _| kind == "timeout" && *purpose == Some(Purpose::Forward))
        }
        "SagaCompleted" | "SagaCompensated" => set.clear(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Timers;
    use crate::checks::testing::{Made, event};

    fn made() -> Made {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        made
    }

    #[test]
    fn a_timer_that_fires_when_it_is_due_is_right() {
        let mut made = made();
        let due = made.due();
        made.pass(5_000);
        let cause = format!("timer/timeout/{due}");
        made.write(0, 0, &[event("o-1", 3, "StepTimedOut", &cause).of("payment", 1, 1)]);
        assert_eq!(made.findings(&Timers), Vec::<String>::new());
    }

    #[test]
    fn a_timer_that_fires_early_is_found() {
        let mut made = made();
        let cause = format!("timer/timeout/{}", made.due());
        made.write(0, 0, &[event("o-1", 3, "StepTimedOut", &cause).of("payment", 1, 1)]);
        let found = made.findings(&Timers);
        assert!(found.len() == 1 && found[0].contains("fired early"), "{found:?}");
    }

    #[test]
    fn a_timer_that_fires_twice_is_found() {
        let mut made = made();
        let cause = format!("timer/timeout/{}", made.due());
        made.pass(5_000);
        made.write(0, 0, &[event("o-1", 3, "StepTimedOut", &cause).of("payment", 1, 1)]);
        made.write(
            0,
            0,
            &[event("o-1", 4, "StepTimedOut", "elsewhere/0/0").of("payment", 1, 1)],
        );
        made.write(0, 0, &[event("o-1", 5, "StepTimedOut", &cause).of("payment", 1, 1)]);
        let what = format!("order-fulfilment/o-1: the timer '{cause}' fired and was not set, or no longer");
        assert_eq!(made.findings(&Timers), [what]);
    }

    #[test]
    fn a_timer_that_fires_after_the_answer_is_found() {
        let mut made = made();
        let cause = format!("timer/timeout/{}", made.due());
        made.pass(5_000);
        let answered = event("o-1", 3, "StepSucceeded", "payments.events/0/0").of("payment", 1, 1);
        let fired = event("o-1", 4, "StepTimedOut", &cause).of("payment", 1, 1);
        made.write(0, 0, &[answered, fired]);
        assert_eq!(made.findings(&Timers).len(), 1);
    }
}
