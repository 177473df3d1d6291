//! Making a store from snapshots: of two states of a saga the later one counts.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::{Saga, SagaId, timers};

use crate::{Change, Error, Restored, SagaChange, Snapshotted};

/// A restore under way.
#[derive(Debug, Default)]
pub(crate) struct Restoring {
    /// Sagas that a list says have ended, and whose own snapshots still stand: a crash came before the tombstones.
    left_over: BTreeSet<SagaId>,
}

/// What follows from some records of the snapshots.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The sagas that are new, or later than what was known.
    pub(crate) change: Change,
    /// The sagas of which it is known now whether they have a snapshot of their own.
    pub(crate) snapshots: Vec<(SagaId, bool)>,
}

impl Restoring {
    /// Takes some records in, in order. `known` looks sagas up.
    pub(crate) fn take(
        &mut self,
        restored: Vec<Restored>,
        known: impl FnOnce(&[SagaId]) -> Result<Vec<Option<Saga>>, Error>,
    ) -> Result<Taken, Error> {
        let ids: BTreeSet<&SagaId> = restored.iter().map(Restored::id).collect();
        let ids: Vec<SagaId> = ids.into_iter().cloned().collect();
        let before: BTreeMap<SagaId, Option<Saga>> = ids.iter().cloned().zip(known(&ids)?).collect();
        let mut taken = Taken::default();
        let mut after: BTreeMap<SagaId, Saga> = BTreeMap::new();
        for item in restored {
            match item {
                Restored::Gone(id) => {
                    self.left_over.remove(&id);
                    taken.snapshots.push((id, false));
                }
                Restored::Saga { id, saga, from } => {
                    let known = after.get(&id).or_else(|| before.get(&id)?.as_ref());
                    match from {
                        Snapshotted::OfItsOwn => {
                            self.left_over.remove(&id);
                            taken.snapshots.push((id.clone(), true));
                        }
                        Snapshotted::InAList if known.is_some_and(goes_on) => drop(self.left_over.insert(id.clone())),
                        Snapshotted::InAList | Snapshotted::Buried => {}
                    }
                    if known.is_some_and(|known| known.sequence() >= saga.sequence()) {
                        continue;
                    }
                    after.insert(id, saga);
                }
            }
        }
        taken.change.sagas = after
            .into_iter()
            .map(|(id, saga)| SagaChange {
                timers_removed: timers(before.get(&id).and_then(Option::as_ref)),
                timers_added: timers(Some(&saga)),
                id,
                saga,
            })
            .collect();
        Ok(taken)
    }

    /// Those whose snapshots a checkpoint still has to take away.
    pub(crate) fn left_over(self) -> BTreeSet<SagaId> {
        self.left_over
    }
}

impl Restored {
    fn id(&self) -> &SagaId {
        match self {
            Self::Saga { id, .. } | Self::Gone(id) => id,
        }
    }
}

/// Whether a checkpoint gives it a snapshot of its own.
fn goes_on(saga: &Saga) -> bool {
    matches!(saga, Saga::Open(_) | Saga::Lock(_))
}
