//! The store of one task in RocksDB.

use std::{fmt, ops::ControlFlow, sync::Arc, thread};

use palinode_core::{Saga, SagaId, Timer, TimerKind, Timestamp};

use super::{
    database::Database,
    identity::Identity,
    kept::Kept,
    key,
    key_kind::KeyKind,
    recent::Recent,
    unwritten::{OnDisk, TimerOf, Unwritten},
};
use crate::{Change, ChangedSaga, Checkpoint, Checkpoints, Error, Restored, Snapshotted, Store, restoring::Restoring};

/// Changes after which all of them are written, however little memory they take: this many are replayed in a fraction of
/// a second.
const UNWRITTEN_CHANGES_MAX: usize = 16 * 1024;

/// The state of one task in RocksDB, and what RocksDB does not have yet.
///
/// After a write has failed RocksDB may refuse all later ones: open the store again then.
pub struct RocksStore {
    pub(super) database: Database,
    identity: Identity,
    pub(super) kept: Kept,
    /// Whether the checkpoint or a saga has changed since RocksDB was written to.
    pub(super) behind: bool,
    unwritten: Unwritten,
    unwritten_bytes_max: usize,
    recent: Recent,
    /// While it is made from snapshots.
    pub(super) restoring: Option<Restoring>,
}

impl RocksStore {
    /// The store over `database` with this identity, with what the last change left.
    pub(super) fn new(database: Database, identity: Identity, unwritten_bytes_max: usize) -> Result<Self, Error> {
        Ok(Self {
            kept: Kept::read(&database)?,
            database,
            identity,
            behind: false,
            unwritten: Unwritten::default(),
            unwritten_bytes_max,
            recent: Recent::default(),
            restoring: None,
        })
    }

    /// The error for what is not as it was written.
    pub(super) fn damaged(&self, what: impl Into<String>) -> Error {
        self.database.damaged(what)
    }

    /// Takes in a saga's timers.
    fn retime(&mut self, id: &SagaId, removed: &[Timer], added: &[Timer]) {
        let mut key = Vec::new();
        for timer in removed {
            if self.unwritten.timer_removed(id, timer) == OnDisk::Gone {
                key.clear();
                key::timer(&mut key, id, timer);
                self.kept.first_timer.removed(&key);
            }
        }
        for timer in added {
            if self.unwritten.timer_added(id, timer) == OnDisk::Back {
                key.clear();
                key::timer(&mut key, id, timer);
                self.kept.first_timer.added(&key);
            }
        }
    }

    /// Writes everything that RocksDB does not have.
    pub(super) fn catch_up(&mut self) -> Result<(), Error> {
        let mut first_timer = self.kept.first_timer.clone();
        let mut batch = self.database.batch()?;
        for (id, changed) in self.unwritten.sagas() {
            batch
                .saga(id, &changed.saga)
                .map_err(|error| self.not_encoded(&error))?;
            batch.changed(self.kept.checkpoints.lines, id);
            match (changed.was_open, changed.saga.open().is_some()) {
                (false, true) => batch.opened(id),
                (true, false) => batch.closed(id),
                (false, false) | (true, true) => {}
            }
        }
        let (added, removed) = self.unwritten.timers();
        let timer = |due: Timestamp, kind: TimerKind| Timer { due, kind };
        for (due, id, kind) in removed {
            batch.timer_removed(id, &timer(*due, *kind));
        }
        for (due, id, kind) in added {
            first_timer.added(batch.timer_added(id, &timer(*due, *kind)));
        }
        for (input, offset) in &self.kept.checkpoint.positions {
            batch
                .position(input, *offset)
                .map_err(|error| self.not_encoded(&error))?;
        }
        for (definition, versions) in self.kept.checkpoint.activations.versions() {
            batch
                .activations(definition, versions)
                .map_err(|error| self.not_encoded(&error))?;
        }
        let summary = self.kept.as_summary(&first_timer);
        let batch = batch.finish(&summary).map_err(|error| self.not_encoded(&error))?;
        self.database.write(batch)?;
        self.kept.batch += 1;
        self.kept.first_timer = first_timer;
        self.behind = false;
        for (id, saga) in self.unwritten.written() {
            self.recent.written(id, saga);
        }
        Ok(())
    }

    /// The timers of RocksDB from the first one to before `end` that are not gone, `limit` at the most. Remembers the
    /// first.
    fn timers_on_disk(&mut self, end: &[u8], limit: usize) -> Result<Vec<TimerOf>, Error> {
        let (mut timers, mut first) = (Vec::new(), None);
        self.database
            .scan(KeyKind::Timer, self.kept.first_timer.from(), end, |key, _| {
                let (id, timer) = key::read_timer(key).ok_or_else(|| self.database.no_key(key))?;
                let timer = (timer.due, id, timer.kind);
                if self.unwritten.is_gone(&timer) {
                    return Ok(ControlFlow::Continue(()));
                }
                if first.is_none() {
                    first = Some(key.to_vec());
                }
                timers.push(timer);
                Ok(if timers.len() < limit {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })?;
        match first {
            Some(key) => self.kept.first_timer.found(Some(&key)),
            None if end == KeyKind::Timer.end() => self.kept.first_timer.found(None),
            None => self.kept.first_timer.not_found_before(end),
        }
        Ok(timers)
    }

    pub(super) fn not_encoded(&self, error: &postcard::Error) -> Error {
        Error::Disk {
            path: self.database.path().to_owned(),
            what: format!("encoding a change: {error}"),
        }
    }
}

impl Store for RocksStore {
    fn saga(&self, id: &SagaId) -> Result<Option<Saga>, Error> {
        if let Some(saga) = self.unwritten.saga(id).or_else(|| self.recent.saga(id)) {
            return Ok(Some(saga.clone()));
        }
        let mut key = Vec::new();
        key::saga(&mut key, KeyKind::Saga, id);
        let bytes = self.database.get(KeyKind::Saga, &key)?;
        bytes.map(|bytes| self.database.decode(&key, &bytes)).transpose()
    }

    fn sagas(&self, ids: &[SagaId]) -> Result<Vec<Option<Saga>>, Error> {
        let found = self.database.look_up(KeyKind::Saga, ids)?;
        let mut key = Vec::new();
        let mut decode = |id: &SagaId, bytes: &[u8]| {
            key.clear();
            key::saga(&mut key, KeyKind::Saga, id);
            self.database.decode(&key, bytes)
        };
        ids.iter()
            .zip(found)
            .map(|(id, bytes)| match self.unwritten.saga(id) {
                Some(saga) => Ok(Some(saga.clone())),
                None => bytes.map(|bytes| decode(id, &bytes)).transpose(),
            })
            .collect()
    }

    fn write(&mut self, change: Change) -> Result<(), Error> {
        self.database.check()?;
        // Before anything of the change is taken in: when this fails nothing of it is known.
        if self.behind
            && (self.unwritten.bytes() >= self.unwritten_bytes_max || self.unwritten.changes() >= UNWRITTEN_CHANGES_MAX)
        {
            self.catch_up()?;
        }
        self.kept.checkpoint.advance(&change);
        self.kept.is_new = false;
        self.behind = true;
        for saga in change.sagas {
            self.retime(&saga.id, &saga.timers_removed, &saga.timers_added);
            self.kept.count(saga.was_open, saga.saga.open().is_some());
            self.recent.forget(&saga.id);
            self.unwritten.put(saga.id, saga.saga, saga.was_open);
        }
        Ok(())
    }

    fn due_timers(&mut self, now: Timestamp, limit: usize) -> Result<Vec<(SagaId, Timer)>, Error> {
        self.database.check()?;
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut timers = Vec::new();
        if self.kept.first_timer.due().is_some_and(|due| due <= now) {
            let mut end = Vec::new();
            match now.0.checked_add(1) {
                Some(after) => key::due(&mut end, Timestamp(after)),
                None => end.extend(KeyKind::Timer.end()),
            }
            timers = self.timers_on_disk(&end, limit)?;
        }
        timers.extend(self.unwritten.due(now).take(limit).cloned());
        timers.sort_unstable();
        timers.truncate(limit);
        let timer = |(due, id, kind)| (id, Timer { due, kind });
        Ok(timers.into_iter().map(timer).collect())
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, Error> {
        self.database.check()?;
        if !self.kept.first_timer.is_known() {
            self.timers_on_disk(&KeyKind::Timer.end(), 1)?;
        }
        let both = [self.kept.first_timer.due(), self.unwritten.next_due()];
        Ok(both.into_iter().flatten().min())
    }

    fn checkpoint(&self) -> &Checkpoint {
        &self.kept.checkpoint
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
        self.kept.open
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
                let id = key::read_saga(key, KeyKind::Open).ok_or_else(|| self.database.no_key(key))?;
                if self.unwritten.saga(&id).is_none() {
                    ids.push(id);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        let changed = self.unwritten.open().filter(|id| after.is_none_or(|after| *id > after));
        ids.extend(changed.cloned());
        ids.sort_unstable();
        ids.truncate(limit);
        let sagas = self.sagas(&ids)?;
        let missing = |id: &SagaId| self.database.damaged(format!("the open saga {id} has no state"));
        ids.into_iter()
            .zip(sagas)
            .map(|(id, saga)| saga.ok_or_else(|| missing(&id)).map(|saga| (id, saga)))
            .collect()
    }

    fn checkpoints(&self) -> &Checkpoints {
        &self.kept.checkpoints
    }

    fn draw_line(&mut self, lineage: &Arc<str>) -> Result<(), Error> {
        self.draw(lineage)
    }

    fn changed(&self, after: Option<&ChangedSaga>, limit: usize) -> Result<Vec<ChangedSaga>, Error> {
        self.changed_after(after, limit)
    }

    fn have_snapshots(&self, sagas: &[ChangedSaga]) -> Result<Vec<bool>, Error> {
        self.which_have_snapshots(sagas)
    }

    fn snapshotted(&mut self, sagas: &[(ChangedSaga, Snapshotted)]) -> Result<(), Error> {
        self.settle(sagas)
    }

    fn checkpoint_done(&mut self, journal: i64) {
        self.kept.checkpoints.journal = Some(journal);
        self.behind = true;
    }

    fn is_new(&self) -> bool {
        self.kept.is_new
    }

    fn restore(&mut self, restored: Vec<Restored>) -> Result<(), Error> {
        self.take_restored(restored)
    }

    fn end_restore(&mut self, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Result<(), Error> {
        self.restored(checkpoint, checkpoints)
    }
}

impl Drop for RocksStore {
    /// Writes what RocksDB does not have, so that an orderly end leaves nothing to replay.
    fn drop(&mut self) {
        // A panic may have come in the middle of a change, and what is damaged is made again as a whole.
        if !self.behind || thread::panicking() || self.database.is_condemned() {
            return;
        }
        if let Err(error) = self.catch_up() {
            tracing::warn!(%error, "the last changes were not written: they are replayed from the journal");
        }
    }
}

impl fmt::Debug for RocksStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RocksStore")
            .field("path", &self.database.path())
            .finish_non_exhaustive()
    }
}
