//! A node's disk, which outlives its processes.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use palinode_store::{Error, JournalPosition, Stores};
use parking_lot::Mutex;

use super::{
    disk_store::DiskStore,
    kept::{Kept, State},
};
use crate::{Contents, plan};

/// Changes that a store keeps before it writes them, in the first world; the others have fewer or more.
const UNWRITTEN_CHANGES: usize = 4;
/// So far ahead of its journal that no world writes so much.
const FAR_AHEAD: i64 = 1_000_000;

/// A node's disk. Clones are one disk.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    tasks: Arc<Mutex<BTreeMap<i32, Kept>>>,
    notes: Arc<Mutex<Vec<(i32, String)>>>,
    unwritten_max: usize,
}

impl Disk {
    /// An empty disk. Stores keep up to so many changes before they write them.
    #[must_use]
    pub(crate) fn new(unwritten_max: usize) -> Self {
        Self {
            tasks: Arc::default(),
            notes: Arc::default(),
            unwritten_max,
        }
    }

    /// How many changes stores keep at the most, in worlds in general.
    #[must_use]
    pub(crate) fn usual_unwritten() -> usize {
        UNWRITTEN_CHANGES
    }

    /// The stores of a process on this disk.
    #[must_use]
    pub(crate) fn stores(&self) -> DiskStores {
        DiskStores {
            disk: self.clone(),
            is_dead: Arc::default(),
        }
    }

    /// Lets the next write of a task fail.
    pub(crate) fn fail_next_write(&self, task: i32) {
        self.tasks.lock().entry(task).or_default().fails_next_write = true;
    }

    /// The process is dead, and this is what becomes of the disk.
    pub(crate) fn suffer(&self, disk: plan::Disk) {
        let mut tasks = self.tasks.lock();
        if disk == plan::Disk::Lost {
            tasks.clear();
        }
        for kept in tasks.values_mut() {
            match disk {
                plan::Disk::Kept | plan::Disk::Lost => {}
                plan::Disk::LostSuffix(writes) => {
                    let unsynced = kept.written.len() - kept.synced;
                    kept.cut(unsynced.min(writes as usize));
                }
                plan::Disk::Stale(writes) => kept.cut(writes as usize),
                plan::Disk::Foreign => kept.state = State::Foreign,
                plan::Disk::Damaged => kept.state = State::Damaged("a checksum is wrong"),
                plan::Disk::Torn => {
                    kept.cut(1);
                    kept.state = State::Damaged("a batch is torn");
                }
                plan::Disk::Ahead => {
                    kept.reflect(|known| JournalPosition {
                        offset: known.offset + FAR_AHEAD,
                        ..known
                    });
                }
                plan::Disk::OtherJournal => {
                    kept.is_of_other_journal |= kept.reflect(|known| JournalPosition {
                        event_id: "an event of another journal".into(),
                        ..known
                    });
                }
            }
        }
    }

    /// A person removes what belongs to others. True when there was something.
    pub(crate) fn remove_foreign(&self) -> bool {
        let mut tasks = self.tasks.lock();
        let before = tasks.len();
        tasks.retain(|_, kept| kept.state != State::Foreign && !kept.is_of_other_journal);
        tasks.len() < before
    }

    /// What the store of a task holds.
    #[must_use]
    pub(crate) fn contents(&self, task: i32) -> Contents {
        self.tasks.lock().get(&task).map(Kept::contents).unwrap_or_default()
    }

    /// The positions that the stores know, which all stand in the journals.
    #[must_use]
    pub(crate) fn positions(&self) -> BTreeMap<(String, i32), i64> {
        let tasks = self.tasks.lock();
        tasks.values().flat_map(|kept| kept.contents().positions).collect()
    }

    /// What was noted about stores since the last call, by task.
    #[must_use]
    pub(crate) fn notes(&self) -> Vec<(i32, String)> {
        std::mem::take(&mut *self.notes.lock())
    }

    pub(super) fn note(&self, task: i32, what: String) {
        self.notes.lock().push((task, what));
    }

    pub(super) fn with<T>(&self, task: i32, change: impl FnOnce(&mut Kept) -> T) -> T {
        change(self.tasks.lock().entry(task).or_default())
    }

    pub(super) fn unwritten_max(&self) -> usize {
        self.unwritten_max
    }
}

/// The stores of one process.
#[derive(Debug)]
pub(crate) struct DiskStores {
    disk: Disk,
    is_dead: Arc<AtomicBool>,
}

impl DiskStores {
    /// The process dies: nothing is written any more, and what it had in its memory is gone.
    pub(crate) fn die(&self) {
        self.is_dead.store(true, Ordering::Relaxed);
        for kept in self.disk.tasks.lock().values_mut() {
            kept.unwritten.clear();
            kept.is_open = false;
        }
    }
}

impl Stores for DiskStores {
    type Store = DiskStore;

    fn open(&self, task: i32) -> Result<DiskStore, Error> {
        let opened = self.disk.with(task, |kept| {
            if kept.is_open {
                return Err(Error::Disk {
                    path: path(task),
                    what: "it is in use by another process".into(),
                });
            }
            match kept.state {
                State::Fine => {}
                State::Foreign => {
                    return Err(Error::Foreign {
                        path: path(task),
                        what: "the cluster there is another one".into(),
                    });
                }
                State::Damaged(what) => {
                    return Err(Error::Damaged {
                        path: path(task),
                        what: what.into(),
                    });
                }
            }
            kept.is_open = true;
            Ok((kept.written.len(), kept.store(task)?))
        });
        match opened {
            Ok((writes, memory)) => {
                self.disk.note(task, format!("opened with {writes} writes"));
                Ok(DiskStore::open(
                    self.disk.clone(),
                    Arc::clone(&self.is_dead),
                    task,
                    memory,
                ))
            }
            Err(error) => {
                self.disk.note(task, format!("not opened: {error}"));
                Err(error)
            }
        }
    }

    fn set_aside(&self, task: i32, reason: &str) -> Result<(), Error> {
        self.disk.note(task, format!("set aside: {reason}"));
        self.disk.with(task, |kept| *kept = Kept::default());
        Ok(())
    }
}

pub(super) fn path(task: i32) -> PathBuf {
    PathBuf::from(format!("task-{task}"))
}
