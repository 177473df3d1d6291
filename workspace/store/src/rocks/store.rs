//! The store of one task in RocksDB.

use std::{collections::HashMap, fmt, ops::ControlFlow};

use foldhash::fast::RandomState;
use palinode_core::{Saga, SagaId, Timer, Timestamp};
use rocksdb::WriteBatch;

use super::{
    database::Database, failure, first_timer::FirstTimer, identity::Identity, key, key_kind::KeyKind, recent::Recent,
    value::Summary,
};
use crate::{Change, Checkpoint, Error, JournalPosition, Store};

/// The state of one task in RocksDB.
///
/// After a write has failed RocksDB may refuse all later ones: open the store again then.
pub struct RocksStore {
    database: Database,
    identity: Identity,
    checkpoint: Checkpoint,
    open: u64,
    first_timer: FirstTimer,
    recent: Recent,
}

impl RocksStore {
    /// The store over `database` with this identity, with what the last change left.
    pub(super) fn new(database: Database, identity: Identity) -> Result<Self, Error> {
        let (mut checkpoint, mut open, mut first_timer) = (Checkpoint::default(), 0, FirstTimer::none());
        if let Some(bytes) = database.get(KeyKind::Summary, &key::SUMMARY)? {
            let summary: Summary<'_> = database.decode(&bytes)?;
            checkpoint.journal = summary.journal.map(|(offset, event_id)| JournalPosition {
                offset,
                event_id: event_id.into(),
            });
            checkpoint.clock = summary.clock;
            open = summary.open;
            first_timer = FirstTimer::not_before(summary.no_timer_before);
        }
        database.scan(
            KeyKind::Position,
            &[KeyKind::Position.byte()],
            KeyKind::Position.end(),
            |key, offset| {
                let input = key::read_position(key).ok_or_else(|| database.no_key(key))?;
                checkpoint.positions.insert(input, database.decode(offset)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(Self {
            database,
            identity,
            checkpoint,
            open,
            first_timer,
            recent: Recent::default(),
        })
    }

    /// Everything that `change` writes, and what is known once it is written.
    fn prepare(&self, change: &Change) -> Result<(WriteBatch, u64, FirstTimer), Error> {
        let mut is_open = self.open_before(change)?;
        let (mut open, mut first_timer) = (self.open, self.first_timer.clone());
        let mut batch = self.database.batch()?;
        for saga in &change.sagas {
            batch
                .saga(&saga.id, &saga.saga)
                .map_err(|error| self.not_encoded(&error))?;
            let opens = saga.saga.open().is_some();
            match (is_open.insert(&saga.id, opens).unwrap_or(false), opens) {
                (false, true) => {
                    batch.opened(&saga.id);
                    open += 1;
                }
                (true, false) => {
                    batch.closed(&saga.id);
                    open = open.saturating_sub(1);
                }
                (false, false) | (true, true) => {}
            }
            for timer in &saga.timers_removed {
                first_timer.removed(batch.timer_removed(&saga.id, timer));
            }
            for timer in &saga.timers_added {
                first_timer.added(batch.timer_added(&saga.id, timer));
            }
        }
        for (input, offset) in &change.positions {
            batch
                .position(input, *offset)
                .map_err(|error| self.not_encoded(&error))?;
        }
        let journal = change.journal.as_ref().or(self.checkpoint.journal.as_ref());
        let summary = Summary {
            journal: journal.map(|journal| (journal.offset, &*journal.event_id)),
            clock: self.checkpoint.clock.max(change.clock),
            open,
            no_timer_before: first_timer.due().unwrap_or(Timestamp(i64::MAX)),
        };
        let batch = batch.finish(&summary).map_err(|error| self.not_encoded(&error))?;
        Ok((batch, open, first_timer))
    }

    /// Which sagas of `change` are open before it.
    fn open_before<'a>(&self, change: &'a Change) -> Result<HashMap<&'a SagaId, bool, RandomState>, Error> {
        let ids = || change.sagas.iter().map(|saga| &saga.id);
        let unsure = || ids().filter(|id| self.recent.saga(id).is_none());
        let found = self.database.look_up(KeyKind::Open, unsure())?;
        let mut open: HashMap<_, _, _> = ids().map(|id| (id, true)).collect();
        open.extend(unsure().zip(found).map(|(id, found)| (id, found.is_some())));
        Ok(open)
    }

    fn not_encoded(&self, error: &postcard::Error) -> Error {
        Error::Disk {
            path: self.database.path().to_owned(),
            what: format!("encoding a change: {error}"),
        }
    }
}

impl Store for RocksStore {
    fn saga(&self, id: &SagaId) -> Result<Option<Saga>, Error> {
        if let Some(saga) = self.recent.saga(id) {
            return Ok(Some(saga.clone()));
        }
        let mut key = Vec::new();
        key::saga(&mut key, KeyKind::Saga, id);
        let bytes = self.database.get(KeyKind::Saga, &key)?;
        bytes.map(|bytes| self.database.decode(&bytes)).transpose()
    }

    fn sagas(&self, ids: &[SagaId]) -> Result<Vec<Option<Saga>>, Error> {
        let found = self.database.look_up(KeyKind::Saga, ids)?;
        found
            .iter()
            .map(|bytes| bytes.as_deref().map(|bytes| self.database.decode(bytes)).transpose())
            .collect()
    }

    fn write(&mut self, change: Change) -> Result<(), Error> {
        let (batch, open, first_timer) = self.prepare(&change)?;
        self.database.write(batch)?;
        (self.open, self.first_timer) = (open, first_timer);
        self.checkpoint.advance(&change);
        self.recent.written(change.sagas);
        Ok(())
    }

    fn due_timers(&mut self, now: Timestamp, limit: usize) -> Result<Vec<(SagaId, Timer)>, Error> {
        let mut timers = Vec::new();
        if limit == 0 || self.first_timer.due().is_none_or(|due| due > now) {
            return Ok(timers);
        }
        let mut end = Vec::new();
        match now.0.checked_add(1) {
            Some(after) => key::due(&mut end, Timestamp(after)),
            None => end.extend(KeyKind::Timer.end()),
        }
        let mut first = None;
        self.database
            .scan(KeyKind::Timer, self.first_timer.from(), end.as_slice(), |key, _| {
                if first.is_none() {
                    first = Some(key.to_vec());
                }
                timers.push(key::read_timer(key).ok_or_else(|| self.database.no_key(key))?);
                Ok(if timers.len() < limit {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })?;
        match first {
            Some(key) => self.first_timer.found(Some(&key)),
            None => self.first_timer.not_found_before(&end),
        }
        Ok(timers)
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, Error> {
        if !self.first_timer.is_known() {
            let mut first = None;
            self.database.scan(
                KeyKind::Timer,
                self.first_timer.from(),
                KeyKind::Timer.end(),
                |key, _| {
                    first = Some(key.to_vec());
                    Ok(ControlFlow::Break(()))
                },
            )?;
            self.first_timer.found(first.as_deref());
        }
        Ok(self.first_timer.due())
    }

    fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    fn journal_id(&self) -> Option<&str> {
        self.identity.journal.as_deref()
    }

    fn set_journal_id(&mut self, id: &str) -> Result<(), Error> {
        let identity = Identity {
            journal: Some(id.into()),
            ..self.identity.clone()
        };
        identity.write(self.database.path())?;
        self.identity = identity;
        Ok(())
    }

    fn open_count(&self) -> u64 {
        self.open
    }

    fn open_sagas(&self, after: Option<&SagaId>, limit: usize) -> Result<Vec<(SagaId, Saga)>, Error> {
        let mut from = Vec::new();
        match after {
            Some(id) => {
                key::saga(&mut from, KeyKind::Open, id);
                // The first key after that of `after`.
                from.push(0);
            }
            None => from.push(KeyKind::Open.byte()),
        }
        let mut ids = Vec::new();
        self.database
            .scan(KeyKind::Open, &from, KeyKind::Open.end(), |key, _| {
                if ids.len() == limit {
                    return Ok(ControlFlow::Break(()));
                }
                ids.push(key::read_saga(key, KeyKind::Open).ok_or_else(|| self.database.no_key(key))?);
                Ok(ControlFlow::Continue(()))
            })?;
        let sagas = self.sagas(&ids)?;
        let missing = |id: &SagaId| failure::damaged(self.database.path(), format!("the open saga {id} has no state"));
        ids.into_iter()
            .zip(sagas)
            .map(|(id, saga)| saga.ok_or_else(|| missing(&id)).map(|saga| (id, saga)))
            .collect()
    }
}

impl fmt::Debug for RocksStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RocksStore")
            .field("path", &self.database.path())
            .finish_non_exhaustive()
    }
}
