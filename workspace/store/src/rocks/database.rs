//! One task's RocksDB, as far as the store uses it: look up, scan, write.

use std::{ops::ControlFlow, path::Path};

use palinode_core::SagaId;
use rocksdb::{
    ColumnFamily, ColumnFamilyDescriptor, DBPinnableSlice, DBWithThreadMode, Options, ReadOptions, SingleThreaded,
    WriteBatch,
};
use serde::Deserialize;

use super::{batch::Batch, failure, folder::TaskFolder, key, key_kind::KeyKind, key_list::KeyList, options};
use crate::{Error, format};

/// The open database of a task and its locked folder.
pub(super) struct Database {
    // Before the folder, so that RocksDB is closed when the lock goes.
    rocks: DBWithThreadMode<SingleThreaded>,
    folder: TaskFolder,
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
        Ok(Self { rocks, folder })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
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
        self.rocks
            .write(batch)
            .map_err(|error| failure::rocks(self.path(), "writing", &error))
    }

    /// Reads a value.
    pub(super) fn decode<'a, T: Deserialize<'a>>(&self, bytes: &'a [u8]) -> Result<T, Error> {
        format::decode(bytes).map_err(|what| failure::damaged(self.path(), what))
    }

    /// The error for a key that cannot be read.
    pub(super) fn no_key(&self, key: &[u8]) -> Error {
        failure::damaged(self.path(), format!("{} is no key", key.escape_ascii()))
    }

    fn family(&self, kind: KeyKind) -> Result<&ColumnFamily, Error> {
        let name = options::family(kind);
        let missing = || failure::damaged(self.path(), format!("it has no column family {name}"));
        self.rocks.cf_handle(name).ok_or_else(missing)
    }

    fn unread(&self, error: &rocksdb::Error) -> Error {
        failure::rocks(self.path(), "reading", error)
    }
}
