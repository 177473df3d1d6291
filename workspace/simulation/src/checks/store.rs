//! The store is the journal, folded.

use std::{collections::BTreeMap, fmt::Debug};

use palinode_core::{SagaId, Timer, timers};

use super::{Check, Found, Scene};
use crate::{Contents, TaskRemains};

/// What the owner of a task keeps is what a replay of its journal leads to: the same sagas, timers and positions; and so is
/// what the snapshots lead to. Its
/// timers are those of its sagas, and each saga has the number of its last event.
pub(super) struct Store;

impl Check for Store {
    fn name(&self) -> &'static str {
        "store"
    }

    fn law(&self) -> &'static str {
        "What a task's store holds is what a replay of the journal from nothing leads to, and what the snapshots and the journal's tail do."
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        for (
            task,
            TaskRemains {
                kept,
                replayed,
                restored,
            },
        ) in &scene.remains.tasks
        {
            let task = format!("task {task}");
            differences(&task, "saga", &kept.sagas, &replayed.sagas, found);
            let places = |contents: &Contents| contents.positions.clone();
            differences(&task, "position", &places(kept), &places(replayed), found);
            if restored != replayed {
                let task = format!("{task}, from the snapshots");
                differences(&task, "saga", &restored.sagas, &replayed.sagas, found);
                differences(&task, "position", &places(restored), &places(replayed), found);
                if sorted(&restored.timers) != sorted(&replayed.timers) {
                    found.add(format!(
                        "{task}, has other timers than a replay of the journal leads to"
                    ));
                }
            }
            let (kept_timers, expected) = (sorted(&kept.timers), timers_of(kept));
            if kept_timers != expected {
                found.add(format!(
                    "{task} keeps the timers {kept_timers:?}, and its sagas have {expected:?}"
                ));
            }
            if kept_timers != sorted(&replayed.timers) {
                found.add(format!("{task} keeps other timers than a replay leads to"));
            }
        }
        self.sequences(scene, found);
    }
}

impl Store {
    fn sequences(&self, scene: &Scene<'_>, found: &mut Found) {
        for (saga, events) in scene.sagas() {
            let Some((task, last)) = events
                .iter()
                .rev()
                .find_map(|(task, entry)| Some((task, entry.event().filter(|event| event.sequence.0 > 0)?)))
            else {
                continue;
            };
            let Some(remains) = scene.remains.tasks.get(task) else {
                continue;
            };
            let kept = remains.kept.sagas.get(saga).map(|saga| saga.sequence());
            if kept != Some(last.sequence) {
                found.of_saga(
                    saga,
                    format!(
                        "its last event has the number {}, and task {task} keeps {kept:?}",
                        last.sequence.0
                    ),
                );
            }
        }
    }
}

fn sorted(timers: &[(SagaId, Timer)]) -> Vec<(SagaId, Timer)> {
    let mut sorted = timers.to_vec();
    sorted.sort();
    sorted
}

fn timers_of(contents: &Contents) -> Vec<(SagaId, Timer)> {
    let of_saga = |(id, saga): (&SagaId, &palinode_core::Saga)| {
        let id = id.clone();
        timers(Some(saga)).into_iter().map(move |timer| (id.clone(), timer))
    };
    let mut all: Vec<_> = contents.sagas.iter().flat_map(of_saga).collect();
    all.sort();
    all
}

fn differences<K: Ord + Debug, V: PartialEq + Debug>(
    task: &str,
    what: &str,
    kept: &BTreeMap<K, V>,
    replayed: &BTreeMap<K, V>,
    found: &mut Found,
) {
    for (key, value) in kept {
        match replayed.get(key) {
            None => found.add(format!(
                "{task} keeps the {what} {key:?}, and a replay does not lead to it"
            )),
            Some(other) if other != value => found.add(format!(
                "{task} keeps another {what} {key:?} than a replay leads to: {value:?} and not {other:?}"
            )),
            Some(_) => {}
        }
    }
    for key in replayed.keys().filter(|key| !kept.contains_key(key)) {
        found.add(format!(
            "{task} does not keep the {what} {key:?} to which a replay leads"
        ));
    }
}

#[cfg(test)]
mod tests {
    use palinode_core::{Saga, SagaId, Sequence, Timer, TimerKind, Timestamp};

    use super::Store;
    use crate::checks::testing::Made;

    /// A world with one saga, which the store keeps.
    fn made() -> (Made, SagaId) {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.start(0, 0, "o-1");
        let id = SagaId::new("order-fulfilment", "o-1");
        let saga = Saga::CancelledEarly {
            at: Timestamp(0),
            sequence: Sequence(2),
        };
        let remains = made.remains.tasks.get_mut(&0).unwrap();
        for contents in [&mut remains.kept, &mut remains.replayed, &mut remains.restored] {
            contents.sagas.insert(id.clone(), saga.clone());
            contents.positions.insert(("orders.events".into(), 0), 7);
        }
        (made, id)
    }

    #[test]
    fn a_store_that_holds_what_a_replay_leads_to_is_right() {
        assert_eq!(made().0.findings(&Store), Vec::<String>::new());
    }

    #[test]
    fn other_contents_are_found() {
        let (mut made, id) = made();
        let kept = &mut made.remains.tasks.get_mut(&0).unwrap().kept;
        kept.sagas.remove(&id);
        kept.positions.insert(("orders.events".into(), 0), 6);
        kept.positions.insert(("orders.requests".into(), 0), 1);
        let found = made.findings(&Store);
        let parts = [
            "does not keep the saga",
            "keeps another position",
            "keeps the position",
            "its last event has the number 2, and task 0 keeps None",
        ];
        assert_eq!(found.len(), parts.len(), "{found:?}");
        assert!(
            parts.iter().all(|part| found.iter().any(|what| what.contains(part))),
            "{found:?}"
        );
    }

    #[test]
    fn snapshots_that_lead_elsewhere_are_found() {
        let (mut made, id) = made();
        made.remains.tasks.get_mut(&0).unwrap().restored.sagas.remove(&id);
        let found = made.findings(&Store);
        assert!(found.len() == 1 && found[0].contains("from the snapshots"), "{found:?}");
    }

    #[test]
    fn timers_that_no_saga_has_are_found() {
        let (mut made, id) = made();
        let timer = Timer {
            due: Timestamp(5),
            kind: TimerKind::Deadline,
        };
        let remains = made.remains.tasks.get_mut(&0).unwrap();
        remains.kept.timers.push((id.clone(), timer));
        remains.restored.timers.push((id.clone(), timer));
        remains.replayed.timers.push((id, timer));
        let found = made.findings(&Store);
        assert!(found.len() == 1 && found[0].contains("keeps the timers"), "{found:?}");
    }
}
