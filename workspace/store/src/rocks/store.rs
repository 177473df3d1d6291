//! The store of one task in RocksDB.

use std::{collections::HashMap, fmt, path::Path};

use palinode_core::{Saga, SagaId, Timer, Timestamp};
use rocksdb::{
    ColumnFamily, ColumnFamilyDescriptor, DBPinnableSlice, DBRawIteratorWithThreadMode, DBWithThreadMode, Options,
    ReadOptions, SingleThreaded, WriteBatch,
};
use serde::Deserialize;

use super::{
    batch::Batch,
    failure,
    first_timer::FirstTimer,
    folder::TaskFolder,
    key,
    key_kind::KeyKind,
    key_list::KeyList,
    options::INDEXES,
    value::{self, Summary},
};
use crate::{Change, Checkpoint, Error, JournalPosition, Store};

type Database = DBWithThreadMode<SingleThreaded>;

/// The state of one task in RocksDB.
///
/// After a write has failed RocksDB may refuse all later ones: open the store again then.
pub struct RocksStore {
    // Before the folder, so that RocksDB is closed when the lock goes.
    database: Database,
    folder: TaskFolder,
    checkpoint: Checkpoint,
    open: u64,
    first_timer: FirstTimer,
}

impl RocksStore {
    pub(super) fn open(
        folder: TaskFolder,
        options: &Options,
        families: [ColumnFamilyDescriptor; 2],
    ) -> Result<Self, Error> {
        let database = Database::open_cf_descriptors(options, folder.path(), families)
            .map_err(|error| failure::rocks(folder.path(), "opening it", &error))?;
        let (checkpoint, first_timer) = (Checkpoint::default(), FirstTimer::none());
        let mut store = Self {
            database,
            folder,
            checkpoint,
            open: 0,
            first_timer,
        };
        store.read_checkpoint()?;
        Ok(store)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn read_checkpoint(&mut self) -> Result<(), Error> {
        let Some(bytes) = self
            .database
            .get_pinned(key::SUMMARY)
            .map_err(|error| self.unread(&error))?
        else {
            return Ok(());
        };
        let summary: Summary<'_> = self.decode(&bytes)?;
        let journal = summary.journal.map(|(offset, event_id)| JournalPosition {
            offset,
            event_id: event_id.into(),
        });
        let mut checkpoint = Checkpoint {
            journal,
            clock: summary.clock,
            ..Checkpoint::default()
        };
        let (open, first_timer) = (summary.open, FirstTimer::not_before(summary.no_timer_before));
        let mut options = ReadOptions::default();
        options.set_iterate_upper_bound(KeyKind::Position.end());
        let mut entries = self.database.raw_iterator_opt(options);
        entries.seek([KeyKind::Position.byte()]);
        while let Some((key, bytes)) = entries.item() {
            let input = key::read_position(key).ok_or_else(|| self.no_key(key))?;
            checkpoint.positions.insert(input, self.decode(bytes)?);
            entries.next();
        }
        entries.status().map_err(|error| self.unread(&error))?;
        drop((entries, bytes));
        (self.checkpoint, self.open, self.first_timer) = (checkpoint, open, first_timer);
        Ok(())
    }

    /// Everything that `change` writes, and what is known once it is written.
    fn prepare(&self, change: &Change) -> Result<(WriteBatch, u64, FirstTimer), Error> {
        let mut open_before = self.open_before(change)?;
        let (mut open, mut first_timer) = (self.open, self.first_timer.clone());
        let mut batch = Batch::new(self.indexes()?);
        for saga in &change.sagas {
            batch
                .saga(&saga.id, &saga.saga)
                .map_err(|error| self.not_encoded(&error))?;
            let is_open = saga.saga.open().is_some();
            match (open_before.insert(&saga.id, is_open).unwrap_or(false), is_open) {
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
    fn open_before<'a>(&self, change: &'a Change) -> Result<HashMap<&'a SagaId, bool>, Error> {
        let ids = || change.sagas.iter().map(|saga| &saga.id);
        let found = self.look_up(self.indexes()?, KeyKind::Open, ids())?;
        Ok(ids().zip(found).map(|(id, found)| (id, found.is_some())).collect())
    }

    fn read_sagas<'a>(&self, ids: impl IntoIterator<Item = &'a SagaId>) -> Result<Vec<Option<Saga>>, Error> {
        let found = self.look_up(self.state()?, KeyKind::Saga, ids)?;
        found
            .iter()
            .map(|bytes| bytes.as_deref().map(|bytes| self.decode(bytes)).transpose())
            .collect()
    }

    fn look_up<'a>(
        &self,
        family: &ColumnFamily,
        kind: KeyKind,
        ids: impl IntoIterator<Item = &'a SagaId>,
    ) -> Result<Vec<Option<DBPinnableSlice<'_>>>, Error> {
        let mut keys = KeyList::default();
        for id in ids {
            keys.push(|bytes| key::saga(bytes, kind, id));
        }
        let found = self.database.batched_multi_get_cf(&family, keys.iter(), false);
        found
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|error| self.unread(&error))
    }

    /// The keys of the indexes from `from` to before `to`.
    fn index_entries(
        &self,
        from: &[u8],
        to: impl Into<Vec<u8>>,
    ) -> Result<DBRawIteratorWithThreadMode<'_, Database>, Error> {
        let mut options = ReadOptions::default();
        options.set_iterate_upper_bound(to);
        let mut entries = self.database.raw_iterator_cf_opt(self.indexes()?, options);
        entries.seek(from);
        Ok(entries)
    }

    fn state(&self) -> Result<&ColumnFamily, Error> {
        self.family(rocksdb::DEFAULT_COLUMN_FAMILY_NAME)
    }

    fn indexes(&self) -> Result<&ColumnFamily, Error> {
        self.family(INDEXES)
    }

    fn family(&self, name: &str) -> Result<&ColumnFamily, Error> {
        let missing = || failure::damaged(self.path(), format!("it has no column family {name}"));
        self.database.cf_handle(name).ok_or_else(missing)
    }

    fn decode<'a, T: Deserialize<'a>>(&self, bytes: &'a [u8]) -> Result<T, Error> {
        value::decode(bytes).map_err(|what| failure::damaged(self.path(), what))
    }

    fn unread(&self, error: &rocksdb::Error) -> Error {
        failure::rocks(self.path(), "reading", error)
    }

    fn no_key(&self, key: &[u8]) -> Error {
        failure::damaged(self.path(), format!("{} is no key", key.escape_ascii()))
    }

    fn not_encoded(&self, error: &postcard::Error) -> Error {
        Error::Disk {
            path: self.path().to_owned(),
            what: format!("encoding a change: {error}"),
        }
    }
}

impl Store for RocksStore {
    fn saga(&self, id: &SagaId) -> Result<Option<Saga>, Error> {
        let mut key = Vec::new();
        key::saga(&mut key, KeyKind::Saga, id);
        let bytes = self.database.get_pinned(&key).map_err(|error| self.unread(&error))?;
        bytes.map(|bytes| self.decode(&bytes)).transpose()
    }

    fn sagas(&self, ids: &[SagaId]) -> Result<Vec<Option<Saga>>, Error> {
        self.read_sagas(ids)
    }

    fn write(&mut self, change: &Change) -> Result<(), Error> {
        let (batch, open, first_timer) = self.prepare(change)?;
        self.database
            .write(batch)
            .map_err(|error| failure::rocks(self.path(), "writing", &error))?;
        (self.open, self.first_timer) = (open, first_timer);
        self.checkpoint.advance(change);
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
        let mut entries = self.index_entries(self.first_timer.from(), end.as_slice())?;
        let first = entries.key().map(<[u8]>::to_vec);
        while let Some(key) = entries.key().filter(|_| timers.len() < limit) {
            timers.push(key::read_timer(key).ok_or_else(|| self.no_key(key))?);
            entries.next();
        }
        entries.status().map_err(|error| self.unread(&error))?;
        drop(entries);
        match first {
            Some(key) => self.first_timer.found(Some(&key)),
            None => self.first_timer.not_found_before(&end),
        }
        Ok(timers)
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, Error> {
        if !self.first_timer.is_known() {
            let entries = self.index_entries(self.first_timer.from(), KeyKind::Timer.end())?;
            entries.status().map_err(|error| self.unread(&error))?;
            let first = entries.key().map(<[u8]>::to_vec);
            drop(entries);
            self.first_timer.found(first.as_deref());
        }
        Ok(self.first_timer.due())
    }

    fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
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
        let mut entries = self.index_entries(&from, KeyKind::Open.end())?;
        let mut ids = Vec::new();
        while let Some(key) = entries.key().filter(|_| ids.len() < limit) {
            ids.push(key::read_saga(key, KeyKind::Open).ok_or_else(|| self.no_key(key))?);
            entries.next();
        }
        entries.status().map_err(|error| self.unread(&error))?;
        let sagas = self.read_sagas(&ids)?;
        let missing = |id: &SagaId| failure::damaged(self.path(), format!("the open saga {id} has no state"));
        ids.into_iter()
            .zip(sagas)
            .map(|(id, saga)| saga.ok_or_else(|| missing(&id)).map(|saga| (id, saga)))
            .collect()
    }
}

impl fmt::Debug for RocksStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RocksStore")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
