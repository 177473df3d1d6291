//! The transaction under construction: what the batch so far would write to Kafka and to the store.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use palinode_core::{Saga, SagaId, Timer, Timestamp, TopicName, timers};
use palinode_log::Produced;
use palinode_store::{Activation, Change, InputKey, JournalPosition, SagaChange, Store};

/// What a batch does. Dropped as it is when its transaction is aborted.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Records for Kafka, in order.
    pub(crate) records: Vec<Produced>,
    /// The next offset to read of each input that the batch touched.
    pub(crate) positions: BTreeMap<InputKey, i64>,
    /// For each input that wrote records: where its records begin, and the saga they belong to.
    pub(crate) owners: Vec<(usize, SagaId)>,
    /// The versions that the journal says starts follow from here on.
    pub(crate) activations: Vec<Activation>,
    /// The topics whose records had to be forwarded, without the application's prefix.
    pub(crate) forwarded_from: BTreeSet<TopicName>,
    /// Looked up several times an input.
    sagas: HashMap<SagaId, Touched, RandomState>,
}

/// A saga that the batch touched.
#[derive(Debug)]
struct Touched {
    was_open: bool,
    timers_before: Vec<Timer>,
    saga: Option<Saga>,
}

impl Draft {
    /// Takes the saga out, as the batch so far has left it; [`Draft::put`] must follow.
    pub(crate) fn take<S: Store>(&mut self, store: &S, id: &SagaId) -> Result<Option<Saga>, palinode_store::Error> {
        if let Some(touched) = self.sagas.get_mut(id) {
            return Ok(touched.saga.take());
        }
        let saga = store.saga(id)?;
        self.sagas.insert(id.clone(), Touched::before(saga.as_ref()));
        Ok(saga)
    }

    /// Puts the saga back in its new state.
    pub(crate) fn put(&mut self, id: &SagaId, saga: Option<Saga>) {
        if let Some(touched) = self.sagas.get_mut(id) {
            touched.saga = saga;
        }
    }

    /// Looks at a saga as the batch so far has left it.
    pub(crate) fn look<S: Store, T>(
        &mut self,
        store: &S,
        id: &SagaId,
        see: impl FnOnce(Option<&Saga>) -> T,
    ) -> Result<T, palinode_store::Error> {
        if let Some(touched) = self.sagas.get(id) {
            return Ok(see(touched.saga.as_ref()));
        }
        let saga = store.saga(id)?;
        let seen = see(saga.as_ref());
        let before = Touched::before(saga.as_ref());
        self.sagas.insert(id.clone(), Touched { saga, ..before });
        Ok(seen)
    }

    /// What the store has to take in once the transaction stands.
    pub(crate) fn into_change(self, journal: Option<JournalPosition>, clock: Timestamp) -> Change {
        let changed = self.sagas.into_iter().filter_map(|(id, touched)| {
            let saga = touched.saga?;
            let after = timers(Some(&saga));
            let removed = touched
                .timers_before
                .iter()
                .filter(|timer| !after.contains(timer))
                .copied()
                .collect();
            let added = after
                .iter()
                .filter(|timer| !touched.timers_before.contains(timer))
                .copied()
                .collect();
            Some(SagaChange {
                id,
                saga,
                was_open: touched.was_open,
                timers_removed: removed,
                timers_added: added,
            })
        });
        Change {
            sagas: changed.collect(),
            positions: self.positions.into_iter().collect(),
            journal,
            clock,
            activations: self.activations,
        }
    }
}

impl Touched {
    /// A saga that was as `saga` says, and is taken out.
    fn before(saga: Option<&Saga>) -> Self {
        Self {
            was_open: saga.is_some_and(|saga| saga.open().is_some()),
            timers_before: timers(saga),
            saga: None,
        }
    }
}
