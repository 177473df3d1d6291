//! A copy of a task's store, also of one that a running process has open.
//!
//! RocksDB's tables never change, so the copy shares them by hard links; its log and its list of tables only grow. A table
//! or a file of the log goes only after the list was written to. So: when the list is the same before and after, all that
//! it names was there, and the beginnings of what grows make a state that the store had.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{failure, folder::TaskFolder, identity, place::Place};
use crate::Error;

/// How often a copy is tried while the store changes its list of tables, which it does every few seconds at the most.
const TRIES_MAX: usize = 20;

/// The file that names the list of tables.
const CURRENT: &str = "CURRENT";

/// A copy of a task's store, in a folder beside it. It is deleted when this goes.
#[derive(Debug)]
pub struct StoreCopy {
    path: PathBuf,
    files: Vec<PathBuf>,
    _lock: File,
}

/// A list of tables as it was at a moment.
#[derive(PartialEq, Eq)]
struct Tables {
    current: String,
    length: u64,
}

impl StoreCopy {
    /// Copies the store at `place`.
    ///
    /// # Errors
    /// When there is none, it is known to be damaged, another copy of it is being made, or the disk refuses.
    pub fn make(place: &Place) -> Result<Self, Error> {
        let store = place.path();
        let path = store.with_extension("backup");
        let refused = |error: io::Error| failure::refused(&store, "copying it", &error);
        if let Some(what) = TaskFolder::unshared(&store).condemnation() {
            return Err(failure::damaged(&store, what));
        }
        fs::metadata(&store).map_err(refused)?;
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true);
        let lock = lock.open(store.with_extension("backup.lock")).map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Disk {
                    path: store,
                    what: "another copy of it is being made".into(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        let mut copy = Self {
            path,
            files: Vec::new(),
            _lock: lock,
        };
        for _ in 0..TRIES_MAX {
            match copy.attempt(&store) {
                Ok(true) => return Ok(copy),
                Ok(false) => {}
                // A table went between the look at the folder and the link.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(refused(error)),
            }
        }
        Err(Error::Disk {
            path: store,
            what: "copying it: its files are not all there, or change all the time".into(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its files. Beside them an [`inspect`](super::inspect) leaves what RocksDB writes about itself.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// True when the copy is whole.
    fn attempt(&mut self, store: &Path) -> io::Result<bool> {
        self.files.clear();
        remove(&self.path)?;
        fs::create_dir(&self.path)?;
        let before = Tables::of(store)?;
        let mut names = Vec::new();
        for entry in fs::read_dir(store)? {
            names.extend(entry?.file_name().into_string());
        }
        // Of the log's files that are there by now, all but the last are full.
        fs::write(self.add(CURRENT), &before.current)?;
        copy_beginning(&store.join(before.name()), &self.add(before.name()), before.length)?;
        fs::copy(store.join(identity::FILE), self.add(identity::FILE))?;
        for name in names {
            let from = store.join(&name);
            if name.ends_with(".sst") {
                let to = self.add(&name);
                if fs::hard_link(&from, &to).is_err() {
                    fs::copy(from, to)?;
                }
            } else if name.ends_with(".log") {
                copy_beginning(&from, &self.add(&name), u64::MAX)?;
            }
        }
        Ok(before == Tables::of(store)?)
    }

    /// Where the file `name` of the copy is.
    fn add(&mut self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        self.files.push(path.clone());
        path
    }
}

impl Tables {
    fn of(store: &Path) -> io::Result<Self> {
        let current = fs::read_to_string(store.join(CURRENT))?;
        let length = fs::metadata(store.join(current.trim()))?.len();
        Ok(Self { current, length })
    }

    fn name(&self) -> &str {
        self.current.trim()
    }
}

impl Drop for StoreCopy {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.path) {
            tracing::warn!(folder = %self.path.display(), %error, "a copy of the store could not be deleted");
        }
    }
}

/// Copies `length` bytes at the most.
fn copy_beginning(from: &Path, to: &Path, length: u64) -> io::Result<()> {
    let mut beginning = io::Read::take(File::open(from)?, length);
    io::copy(&mut beginning, &mut File::create(to)?)?;
    Ok(())
}

/// Deletes a folder that need not be there.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
