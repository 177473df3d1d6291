//! The stores of a node in memory.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::Mutex;

use super::{contents::Contents, store::MemoryStore};
use crate::{Error, Stores};

/// The stores of a node in memory. Clones share their contents, so that a clone is what a disk is to the next process.
#[derive(Clone, Debug, Default)]
pub struct MemoryStores {
    tasks: Arc<Mutex<BTreeMap<i32, Task>>>,
}

impl MemoryStores {
    /// Lets the next write of `task` fail as on a full disk, also when its store is in somebody else's hands.
    pub fn fail_next_write(&self, task: i32) {
        self.tasks
            .lock()
            .entry(task)
            .or_default()
            .fails_next_write
            .store(true, Ordering::Relaxed);
    }
}

impl Stores for MemoryStores {
    type Store = MemoryStore;

    fn open(&self, task: i32) -> Result<MemoryStore, Error> {
        let mut tasks = self.tasks.lock();
        let entry = tasks.entry(task).or_default();
        let contents = entry.contents.take().ok_or_else(|| in_use(task))?;
        let slot = Slot {
            task,
            tasks: Arc::clone(&self.tasks),
            fails_next_write: Arc::clone(&entry.fails_next_write),
        };
        Ok(MemoryStore::new(slot, contents))
    }

    fn set_aside(&self, task: i32, reason: &str) -> Result<(), Error> {
        let mut tasks = self.tasks.lock();
        let entry = tasks.entry(task).or_default();
        let contents = entry.contents.as_mut().ok_or_else(|| in_use(task))?;
        *contents = Contents::default();
        tracing::warn!(task, reason, "the store was set aside");
        Ok(())
    }
}

/// What is known of one task; the contents are away while a store has them.
#[derive(Debug)]
struct Task {
    contents: Option<Contents>,
    fails_next_write: Arc<AtomicBool>,
}

impl Default for Task {
    fn default() -> Self {
        Self {
            contents: Some(Contents::default()),
            fails_next_write: Arc::default(),
        }
    }
}

/// Where an open store came from.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) task: i32,
    tasks: Arc<Mutex<BTreeMap<i32, Task>>>,
    pub(super) fails_next_write: Arc<AtomicBool>,
}

impl Slot {
    /// Keeps the contents for the next open.
    pub(super) fn give_back(&self, contents: Contents) {
        self.tasks.lock().entry(self.task).or_default().contents = Some(contents);
    }
}

fn in_use(task: i32) -> Error {
    Error::Disk {
        path: PathBuf::from(format!("memory/task-{task}")),
        what: "it is in use by another process".into(),
    }
}
