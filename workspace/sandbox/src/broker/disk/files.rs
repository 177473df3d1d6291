//! Open files of logs: those that were used last.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use palinode_broker::LogId;

use super::names::{Name, folder_of};

/// The most files that are open at a time: a process may have 1,024, unless it was told otherwise, and connections take
/// some, too.
const OPEN_MAX: usize = 400;

/// Open files, by log and name.
#[derive(Debug)]
pub(super) struct Files {
    logs: PathBuf,
    open: BTreeMap<(LogId, Name), Used>,
    uses: u64,
}

#[derive(Debug)]
struct Used {
    file: Arc<File>,
    last: u64,
}

impl Files {
    /// The files of all logs of a folder.
    pub(super) fn new(logs: PathBuf) -> Self {
        Self {
            logs,
            open: BTreeMap::new(),
            uses: 0,
        }
    }

    /// The folder of all logs.
    pub(super) fn logs(&self) -> &Path {
        &self.logs
    }

    /// Where a file stands.
    pub(super) fn path(&self, log: LogId, name: Name) -> PathBuf {
        folder_of(&self.logs, log).join(name.file())
    }

    /// A file to read and write; it comes into being if it is not there.
    pub(super) fn get(&mut self, log: LogId, name: Name) -> io::Result<&Arc<File>> {
        self.uses += 1;
        if !self.open.contains_key(&(log, name)) {
            self.make_room();
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let file = Arc::new(options.open(self.path(log, name))?);
            self.open.insert((log, name), Used { file, last: 0 });
        }
        let used = self.open.get_mut(&(log, name)).ok_or(io::ErrorKind::NotFound)?;
        used.last = self.uses;
        Ok(&used.file)
    }

    /// Closes a file.
    pub(super) fn close(&mut self, log: LogId, name: Name) {
        self.open.remove(&(log, name));
    }

    /// Closes a file and removes it.
    pub(super) fn remove(&mut self, log: LogId, name: Name) -> io::Result<()> {
        self.close(log, name);
        std::fs::remove_file(self.path(log, name))
    }

    /// Closes all files of a log and removes its folder.
    pub(super) fn remove_log(&mut self, log: LogId) -> io::Result<()> {
        self.open.retain(|(open, _), _| *open != log);
        std::fs::remove_dir_all(folder_of(&self.logs, log))
    }

    fn make_room(&mut self) {
        if self.open.len() < OPEN_MAX {
            return;
        }
        let oldest = self.open.iter().min_by_key(|(_, used)| used.last).map(|(id, _)| *id);
        if let Some(id) = oldest {
            self.open.remove(&id);
        }
    }
}
