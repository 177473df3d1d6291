//! The storage: the broker's calls, carried out on files.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use bytes::{Bytes, BytesMut};
use palinode_broker::{Batch, Change, Found, LogId, Position, Storage, StorageError};

use super::{
    changes::Changes,
    failure::{failed, sync_folder},
    files::Files,
    identity::Identity,
    log::{Compacted, GAP, Log},
    names::{Name, folder_of, log_of},
    recovery,
    sync::{Part, Sync, Syncer},
};

/// A storage in a folder, which is its own until it is dropped.
#[derive(Debug)]
pub struct Disk {
    identity: Identity,
    pub(super) changes: Changes,
    files: Files,
    logs: BTreeMap<LogId, Log>,
    syncer: Syncer,
    /// What is written at a time.
    bytes: Vec<u8>,
    /// Held for as long as the storage lives.
    _lock: File,
}

impl Disk {
    /// Opens a folder; it comes into being if it is not there.
    ///
    /// # Errors
    /// Another broker works in it, another version wrote it, or the disk failed.
    pub fn open(folder: &Path, sync: Sync) -> Result<Self, StorageError> {
        let logs = folder.join("logs");
        fs::create_dir_all(&logs).map_err(failed("create", &logs))?;
        let lock = lock(folder)?;
        Ok(Self {
            identity: Identity::of(folder)?,
            changes: Changes::open(folder)?,
            files: Files::new(logs),
            logs: BTreeMap::new(),
            syncer: Syncer::new(sync).map_err(failed("start the thread that syncs", folder))?,
            bytes: Vec::new(),
            _lock: lock,
        })
    }

    /// Makes a folder for what another broker holds: it is the same cluster.
    ///
    /// # Errors
    /// The folder holds the data of a broker already, or the disk failed.
    pub(in super::super) fn create(folder: &Path, identity: &Identity) -> Result<Self, StorageError> {
        fs::create_dir_all(folder).map_err(failed("create", folder))?;
        identity.write(folder)?;
        Self::open(folder, Sync::Never)
    }

    /// The id of the cluster whose data this is.
    pub fn cluster_id(&self) -> &str {
        &self.identity.cluster_id
    }

    /// What the cluster's ids of topics and members are derived from.
    pub fn seed(&self) -> u64 {
        self.identity.seed
    }

    fn folder(&self, log: LogId) -> PathBuf {
        folder_of(self.files.logs(), log)
    }

    fn create_log(&mut self, log: LogId) -> Result<(), StorageError> {
        if !self.logs.contains_key(&log) {
            let folder = self.folder(log);
            fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
            if self.syncer.is_asked() {
                sync_folder(self.files.logs()).map_err(failed("sync", self.files.logs()))?;
            }
            self.logs.insert(log, Log::default());
        }
        Ok(())
    }

    fn remove_files(&mut self, log: LogId, names: Vec<Name>) -> Result<(), StorageError> {
        for name in names {
            let path = self.files.path(log, name);
            self.files.remove(log, name).map_err(failed("remove", &path))?;
        }
        Ok(())
    }

    /// The folders of logs; those of topics that are gone are removed.
    fn found_logs(&mut self, is_known: impl Fn(LogId) -> bool) -> Result<Vec<LogId>, StorageError> {
        let logs = self.files.logs().to_owned();
        let mut found = Vec::new();
        for entry in fs::read_dir(&logs).map_err(failed("read", &logs))? {
            let name = entry.map_err(failed("read", &logs))?.file_name();
            match name.to_str().and_then(log_of) {
                Some(log) if is_known(log) => found.push(log),
                Some(log) => self
                    .files
                    .remove_log(log)
                    .map_err(failed("remove", &folder_of(&logs, log)))?,
                None => {}
            }
        }
        found.sort();
        Ok(found)
    }
}

impl Storage for Disk {
    fn note(&mut self, change: &Change) -> Result<(), StorageError> {
        self.syncer.check()?;
        self.changes.note(change, &mut self.syncer)
    }

    fn append(&mut self, log: LogId, batch: Batch) -> Result<Position, StorageError> {
        self.syncer.check()?;
        self.create_log(log)?;
        let bytes = batch.len() as u64;
        let place = self
            .logs
            .get(&log)
            .map(|kept| kept.next(bytes))
            .ok_or_else(|| absent(log))?;
        let file = self.files.get(log, place.name());
        let file = file
            .cloned()
            .map_err(|error| failed("open", &self.files.path(log, place.name()))(error))?;
        if place.at == 0 && self.syncer.is_asked() {
            let folder = self.folder(log);
            sync_folder(&folder).map_err(failed("sync", &folder))?;
        }
        self.bytes.clear();
        self.bytes.extend_from_slice(batch.header());
        self.bytes.extend_from_slice(batch.records());
        let written = file
            .write_all_at(&self.bytes, place.at)
            .and_then(|()| self.syncer.wrote(Part::Batches, &file));
        if let Err(error) = written {
            file.set_len(place.at).unwrap_or_else(|_| self.syncer.fail());
            return Err(failed("write", &self.files.path(log, place.name()))(error));
        }
        if let Some(kept) = self.logs.get_mut(&log) {
            kept.took(place, bytes);
        }
        Ok(place.position())
    }

    fn read(&mut self, log: LogId, from: Position, bytes: usize) -> Result<Bytes, StorageError> {
        let found = self.logs.get(&log).and_then(|kept| kept.find(from.0, bytes as u64));
        let (name, at) = found.ok_or_else(|| absent(log))?;
        let mut read = BytesMut::zeroed(bytes);
        self.files
            .get(log, name)
            .and_then(|file| file.read_exact_at(&mut read, at))
            .map_err(|error| failed("read", &self.files.path(log, name))(error))?;
        Ok(read.freeze())
    }

    fn drop_before(&mut self, log: LogId, before: Position) -> Result<(), StorageError> {
        let gone = self.logs.get_mut(&log).map(|kept| kept.forget_before(before.0));
        self.remove_files(log, gone.unwrap_or_default())
    }

    fn replace_before(
        &mut self,
        log: LogId,
        before: Position,
        batches: Vec<Batch>,
    ) -> Result<Vec<Position>, StorageError> {
        self.syncer.check()?;
        let length: usize = batches.iter().map(Batch::len).sum();
        let start = before.0.checked_sub(GAP + length as u64).ok_or_else(|| {
            let before = before.0;
            StorageError(format!("{length} bytes do not fit before position {before}"))
        })?;
        let (mut positions, mut bytes) = (Vec::with_capacity(batches.len()), Vec::with_capacity(length));
        for batch in &batches {
            positions.push(Position(start).plus(bytes.len()));
            bytes.extend_from_slice(batch.header());
            bytes.extend_from_slice(batch.records());
        }
        let compacted = Compacted {
            start,
            bytes: length as u64,
            before: before.0,
        };
        let path = self.files.path(log, compacted.name());
        put(&path, &bytes, self.syncer.is_asked()).map_err(failed("write", &path))?;
        self.files.close(log, compacted.name());
        let mut gone = Vec::new();
        if let Some(kept) = self.logs.get_mut(&log) {
            gone = kept.forget_before(before.0);
            // Where nothing went, the new file has the old one's name and place.
            gone.retain(|name| *name != compacted.name());
            kept.compacted = Some(compacted);
        }
        self.remove_files(log, gone)?;
        Ok(positions)
    }

    fn remove(&mut self, log: LogId) -> Result<(), StorageError> {
        match self.logs.remove(&log) {
            Some(_) => {
                let folder = self.folder(log);
                self.files.remove_log(log).map_err(failed("remove", &folder))
            }
            None => Ok(()),
        }
    }

    fn recover(&mut self, found: &mut dyn FnMut(Found)) -> Result<(), StorageError> {
        let summary = self.changes.recover(&self.syncer)?;
        for change in summary.changes {
            found(Found::Change(change));
        }
        for log in self.found_logs(|log| summary.topics.contains(&log.topic))? {
            let kept = recovery::recover(&mut self.files, log, found)?;
            self.logs.insert(log, kept);
        }
        Ok(())
    }
}

/// Takes the folder for this process.
fn lock(folder: &Path) -> Result<File, StorageError> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(failed("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError(format!(
            "another broker works in {}: end that one, or name another folder",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed("lock", &path)(error)),
    }
}

/// Writes a file as a whole or not at all.
fn put(path: &Path, bytes: &[u8], sync: bool) -> std::io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, bytes)?;
    if sync {
        File::open(&new)?.sync_all()?;
    }
    fs::rename(&new, path)?;
    match path.parent() {
        Some(folder) if sync => sync_folder(folder),
        _ => Ok(()),
    }
}

fn absent(log: LogId) -> StorageError {
    StorageError(format!("there are no such batches in {log:?}"))
}
