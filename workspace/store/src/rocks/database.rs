//! One task's RocksDB, as far as the store uses it: look up, scan, write.

use std::{cell::Cell, collections::BTreeSet, ops::ControlFlow, path::Path};

use palinode_core::SagaId;
use rocksdb::{
    ColumnFamily, ColumnFamilyDescriptor, DBPinnableSlice, DBWithThreadMode, Options, ReadOptions, SingleThreaded,
    WriteBatch, WriteOptions,
};
use serde::Deserialize;

use super::{batch::Batch, failure, folder::TaskFolder, key, key_kind::KeyKind, key_list::KeyList, options, value};
use crate::Error;

/// The open database of a task and its locked folder.
pub(super) struct Database {
    // Before the folder, so that RocksDB is closed when the lock goes.
    rocks: DBWithThreadMode<SingleThreaded>,
    folder: TaskFolder,
    /// Whether damage was found. What else is read may be right, but the state as a whole is not.
    condemned: Cell<bool>,
}

impl Database {
    /// Opens what is in `folder`.
    pub(super) fn open(
        folder: TaskFolder,
        options: &Options,
        families: [ColumnFamilyDescriptor; 2],
    ) -> Result<Self, Error> {
        let rocks = DBWithThreadMode::open_cf_descriptors(options, folder.path(), families)
            .map_err(|error| failure::rocks(folder.path(), "opening it", &error))?;
        Ok(Self {
            rocks,
            folder,
            condemned: Cell::new(false),
        })
    }

    /// Opens what is in `folder` and changes nothing in it.
    pub(super) fn open_read_only(
        folder: TaskFolder,
        options: &Options,
        families: [ColumnFamilyDescriptor; 2],
    ) -> Result<Self, Error> {
        let rocks = DBWithThreadMode::open_cf_descriptors_read_only(options, folder.path(), families, false)
            .map_err(|error| failure::rocks(folder.path(), "opening it", &error))?;
        Ok(Self {
            rocks,
            folder,
            condemned: Cell::new(false),
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The names of the files of its tables.
    pub(super) fn tables(&self) -> Result<BTreeSet<String>, Error> {
        let files = self.rocks.live_files().map_err(|error| self.unread(&error))?;
        Ok(files
            .into_iter()
            .map(|file| file.name.trim_start_matches('/').to_owned())
            .collect())
    }

    /// What stands under `key` of `kind`.
    pub(super) fn get(&self, kind: KeyKind, key: &[u8]) -> Result<Option<DBPinnableSlice<'_>>, Error> {
        self.rocks
            .get_pinned_cf(self.family(kind)?, key)
            .map_err(|error| self.unread(&error))
    }

    /// What stands under the keys of `kind` of several sagas, in their order.
    pub(super) fn look_up<'a>(
        &self,
        kind: KeyKind,
        ids: impl IntoIterator<Item = &'a SagaId>,
    ) -> Result<Vec<Option<DBPinnableSlice<'_>>>, Error> {
        let mut keys = KeyList::default();
        for id in ids {
            keys.push(|bytes| key::saga(bytes, kind, id));
        }
        let found = self.rocks.batched_multi_get_cf(&self.family(kind)?, keys.iter(), false);
        found
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|error| self.unread(&error))
    }

    /// Shows `visit` the keys and values of `kind` from `from` to before `end`, until it has enough.
    pub(super) fn scan(
        &self,
        kind: KeyKind,
        from: &[u8],
        end: impl Into<Vec<u8>>,
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let mut bounds = ReadOptions::default();
        bounds.set_iterate_upper_bound(end);
        let mut entries = self.rocks.raw_iterator_cf_opt(self.family(kind)?, bounds);
        entries.seek(from);
        while let Some((key, value)) = entries.item() {
            if visit(key, value)?.is_break() {
                return Ok(());
            }
            entries.next();
        }
        entries.status().map_err(|error| self.unread(&error))
    }

    /// An empty batch for [`Database::write`].
    pub(super) fn batch(&self) -> Result<Batch<'_>, Error> {
        Ok(Batch::new(self.family(KeyKind::Timer)?))
    }

    /// Writes all of `batch` or nothing.
    pub(super) fn write(&self, batch: WriteBatch) -> Result<(), Error> {
        self.written(self.rocks.write(batch))
    }

    /// The same without the log: a crash takes what [`Database::flush`] has not brought to the disk.
    pub(super) fn write_unlogged(&self, batch: WriteBatch) -> Result<(), Error> {
        let mut options = WriteOptions::default();
        options.disable_wal(true);
        self.written(self.rocks.write_opt(batch, &options))
    }

    /// Makes tables of what was written.
    pub(super) fn flush(&self) -> Result<(), Error> {
        for kind in [KeyKind::Saga, KeyKind::Timer] {
            self.written(self.rocks.flush_cf(self.family(kind)?))?;
        }
        Ok(())
    }

    /// Reads the value of `key`.
    pub(super) fn decode<'a, T: Deserialize<'a>>(&self, key: &[u8], bytes: &'a [u8]) -> Result<T, Error> {
        value::decode(key, bytes).map_err(|what| self.damaged(what))
    }

    /// The error for a key that cannot be read.
    pub(super) fn no_key(&self, key: &[u8]) -> Error {
        self.damaged(format!("{} is no key", key.escape_ascii()))
    }

    /// The error for what is not as it was written.
    pub(super) fn damaged(&self, what: impl Into<String>) -> Error {
        self.noted(failure::damaged(self.path(), what))
    }

    /// Whether damage was found since it was opened.
    pub(super) fn is_condemned(&self) -> bool {
        self.condemned.get()
    }

    /// Fails when damage was found since it was opened, whoever met it: a query, for example, whose error goes to
    /// somebody else than the task.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.is_condemned() {
            let what = self
                .folder
                .condemnation()
                .unwrap_or_else(|| "damage was found in it".into());
            return Err(failure::damaged(self.path(), what));
        }
        Ok(())
    }

    /// Notes damage in the folder, so that whoever opens it next knows: RocksDB finds most of it only when it reads the
    /// place again, and would open without a word.
    fn noted(&self, error: Error) -> Error {
        if let Error::Damaged { what, .. } = &error
            && !self.condemned.replace(true)
        {
            self.folder.condemn(what);
        }
        error
    }

    fn family(&self, kind: KeyKind) -> Result<&ColumnFamily, Error> {
        let name = options::family(kind);
        let missing = || self.damaged(format!("it has no column family {name}"));
        self.rocks.cf_handle(name).ok_or_else(missing)
    }

    fn written(&self, result: Result<(), rocksdb::Error>) -> Result<(), Error> {
        result.map_err(|error| self.noted(failure::rocks(self.path(), failure::WRITING, &error)))
    }

    fn unread(&self, error: &rocksdb::Error) -> Error {
        self.noted(failure::rocks(self.path(), "reading", error))
    }
}
