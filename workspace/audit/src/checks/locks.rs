//! A lock is held by one saga at a time, and what locks and sagas tell each other arrives once.

use std::collections::{HashMap, HashSet, VecDeque};

use palinode_core::{LockEvent, LockRequest};
use palinode_wire::partition_of;

use crate::{
    Place,
    check::Check,
    facts::{Facts, SagaIndex},
    findings::Findings,
    seen::{Content, Seen},
};

/// Who takes a lock finds it free and stands first in its queue; a saga that has ended holds none and waits for none; and
/// each event that says something to a lock, or to a saga that asks for one, stands in the inbox once, as a copy.
#[derive(Default)]
pub(crate) struct Locks {
    locks: HashMap<SagaIndex, Lock>,
    /// What the journal says to somebody else, by the id of its event: where it stands.
    said: HashMap<String, Place>,
    /// What was told, by the same id.
    told: HashMap<String, Place>,
    twice: HashSet<String>,
}

#[derive(Default)]
struct Lock {
    holder: Option<LockRequest>,
    waiting: VecDeque<LockRequest>,
}

impl Check for Locks {
    fn name(&self) -> &'static str {
        "locks"
    }

    fn meaning(&self) -> &'static str {
        "two sagas work on what only one may have, or a saga waits for ever for what nobody has"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, found: &mut Findings) {
        match &seen.content {
            Content::Event(event) => {
                let Some(part) = &event.lock else { return };
                if part.told.is_some() {
                    self.said.insert(part.event_id.clone(), seen.place());
                }
                if let Some(happened) = &part.happened {
                    let lock = self.locks.entry(event.saga).or_default();
                    if let Some(fault) = lock.take(happened) {
                        found.of_saga(facts, event.saga, Some(seen.place()), || fault);
                    }
                }
            }
            Content::Told(part) => {
                let partition = part
                    .told
                    .as_ref()
                    .map(|told| partition_of(told.key().as_bytes(), facts.options.partitions));
                if partition != Some(seen.partition) {
                    found.add(Some(seen.place()), || {
                        format!("the event {} is not for partition {}", part.event_id, seen.partition)
                    });
                }
                if self.told.insert(part.event_id.clone(), seen.place()).is_some()
                    && self.twice.insert(part.event_id.clone())
                {
                    found.add(Some(seen.place()), || {
                        format!("the event {} was told twice", part.event_id)
                    });
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        let mut untold: Vec<_> = self
            .said
            .iter()
            .filter(|(id, _)| !self.told.contains_key(*id))
            .collect();
        untold.sort_by_key(|(id, _)| *id);
        for (id, place) in untold {
            found.add(Some(place.clone()), || format!("the event {id} was never told"));
        }
        let mut invented: Vec<_> = self
            .told
            .iter()
            .filter(|(id, _)| !self.said.contains_key(*id))
            .collect();
        invented.sort_by_key(|(id, _)| *id);
        for (id, place) in invented {
            found.add(Some(place.clone()), || {
                format!("the event {id} was told and is not in the journal")
            });
        }
        if !facts.options.expect.is_drained() {
            return;
        }
        let mut locks: Vec<_> = self.locks.iter().collect();
        locks.sort_by_key(|(index, _)| **index);
        for (index, lock) in locks {
            for request in lock.holder.iter().chain(&lock.waiting) {
                let is_open = facts.find(&request.saga).is_some_and(|saga| facts.saga(saga).is_open());
                if !is_open {
                    found.of_saga(facts, *index, facts.saga(*index).last_place(), || {
                        format!("the saga '{}' has ended, and has not let go of the lock", request.saga)
                    });
                }
            }
        }
    }
}

impl Lock {
    /// Folds an event; says what is wrong with it.
    fn take(&mut self, event: &LockEvent) -> Option<String> {
        match event {
            LockEvent::Taken { request } => {
                let held = self.holder.replace(request.clone());
                let first = self.waiting.front().is_none_or(|first| first == request);
                self.waiting.retain(|waiting| waiting != request);
                match held {
                    Some(other) => Some(format!(
                        "'{}' takes the lock while '{}' holds it",
                        request.saga, other.saga
                    )),
                    None if !first => Some(format!("'{}' takes the lock before its turn", request.saga)),
                    None => None,
                }
            }
            LockEvent::Awaited { request, .. } => {
                self.waiting.push_back(request.clone());
                None
            }
            LockEvent::Left { request } => {
                self.holder = self.holder.take().filter(|holder| holder != request);
                self.waiting.retain(|waiting| waiting != request);
                None
            }
            LockEvent::Overfull { .. } | LockEvent::Rejected { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use palinode_core::{LockEvent, LockRequest, Round, SagaId};

    use super::Lock;

    fn request(key: &str) -> LockRequest {
        LockRequest {
            saga: SagaId::new("booking", key),
            step: "seat".into(),
            round: Round(1),
        }
    }

    fn taken(key: &str) -> LockEvent {
        LockEvent::Taken { request: request(key) }
    }

    fn awaited(key: &str) -> LockEvent {
        LockEvent::Awaited {
            request: request(key),
            place: 1,
        }
    }

    fn left(key: &str) -> LockEvent {
        LockEvent::Left { request: request(key) }
    }

    fn faults(events: &[LockEvent]) -> Vec<String> {
        let mut lock = Lock::default();
        events.iter().filter_map(|event| lock.take(event)).collect()
    }

    #[test]
    fn one_after_the_other_is_right() {
        let events = [
            taken("b-1"),
            awaited("b-2"),
            awaited("b-3"),
            left("b-2"),
            left("b-1"),
            taken("b-3"),
            left("b-3"),
        ];
        assert_eq!(faults(&events), Vec::<String>::new());
    }

    #[test]
    fn two_at_a_time_are_found() {
        let told = faults(&[taken("b-1"), taken("b-2")]);
        assert_eq!(told, ["'booking/b-2' takes the lock while 'booking/b-1' holds it"]);
    }

    #[test]
    fn who_passes_the_queue_is_found() {
        let told = faults(&[taken("b-1"), awaited("b-2"), awaited("b-3"), left("b-1"), taken("b-3")]);
        assert_eq!(told, ["'booking/b-3' takes the lock before its turn"]);
    }
}
