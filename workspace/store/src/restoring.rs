//! Making a store from snapshots: of two states of a saga the later one counts.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::BuildHasher,
};

use foldhash::fast::RandomState;
use palinode_core::{Saga, SagaId, timers};

use crate::{Change, Error, Restored, SagaChange, Snapshotted};

/// Sagas that are remembered to have come, by 8 bytes each. Those behind them are looked up, each of them.
const SEEN_MAX: usize = 1_000_000;

/// A restore under way.
#[derive(Debug, Default)]
pub(crate) struct Restoring {
    /// Sagas that a list says have ended, and whose own snapshots still stand: a crash came before the tombstones.
    left_over: BTreeSet<SagaId>,
    seen: Seen,
}

/// What follows from some records of the snapshots.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The sagas that are new, or later than what was known.
    pub(crate) change: Change,
    /// The sagas of which it is known now whether they have a snapshot of their own.
    pub(crate) snapshots: Vec<(SagaId, bool)>,
}

/// Which sagas may have come before, by their hashes. Nearly all of them come once, and need no look-up.
#[derive(Debug, Default)]
struct Seen(HashSet<u64, RandomState>);

impl Restoring {
    /// Takes some records in, in order. `known` looks sagas up.
    pub(crate) fn take(
        &mut self,
        restored: Vec<Restored>,
        known: impl FnOnce(&[SagaId]) -> Result<Vec<Option<Saga>>, Error>,
    ) -> Result<Taken, Error> {
        let ids = restored.iter().filter_map(Restored::saga);
        let again: Vec<SagaId> = ids.filter(|id| self.seen.again(id)).cloned().collect();
        let found = known(&again)?;
        let before: HashMap<SagaId, Saga, RandomState> = again
            .into_iter()
            .zip(found)
            .filter_map(|(id, saga)| Some((id, saga?)))
            .collect();
        let mut taken = Taken::default();
        let mut after: HashMap<SagaId, Saga, RandomState> = HashMap::default();
        for item in restored {
            match item {
                Restored::Gone(id) => {
                    self.left_over.remove(&id);
                    taken.snapshots.push((id, false));
                }
                Restored::Saga { id, saga, from } => {
                    let known = after.get(&id).or_else(|| before.get(&id));
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
            .map(|(id, saga)| {
                let before = before.get(&id);
                SagaChange {
                    was_open: before.is_some_and(|before| before.open().is_some()),
                    timers_removed: timers(before),
                    timers_added: timers(Some(&saga)),
                    id,
                    saga,
                }
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
    /// The saga whose state it is.
    fn saga(&self) -> Option<&SagaId> {
        match self {
            Self::Saga { id, .. } => Some(id),
            Self::Gone(_) => None,
        }
    }
}

impl Seen {
    /// Notes a saga. Says whether it may have come before.
    fn again(&mut self, id: &SagaId) -> bool {
        let hash = self.0.hasher().hash_one(id);
        self.0.len() >= SEEN_MAX || !self.0.insert(hash)
    }
}

/// Whether a checkpoint gives it a snapshot of its own.
fn goes_on(saga: &Saga) -> bool {
    matches!(saga, Saga::Open(_) | Saga::Lock(_))
}
