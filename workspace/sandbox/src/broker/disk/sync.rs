//! When what was written is forced to the disk.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use palinode_broker::StorageError;
use parking_lot::{Condvar, Mutex};

/// When what was written is forced to the disk. A killed process loses nothing that it acknowledged under any of these;
/// they differ in what a machine loses that stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// When the operating system does so.
    Never,
    /// Again and again: what was acknowledged since the last time may be lost, and not only the newest of it.
    Every(Duration),
    /// Before each answer: what was acknowledged stays.
    Always,
}

/// What was written to, in the order in which it is synced: changes tell of batches, and so come after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Batches,
    Changes,
}

/// Forces files to the disk as it was told.
#[derive(Debug)]
pub(super) struct Syncer {
    when: Sync,
    /// After a failure nothing is taken any more: nobody knows what the disk holds.
    failed: bool,
    background: Option<Background>,
}

#[derive(Debug)]
struct Background {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Debug, Default)]
struct State {
    written: BTreeMap<(Part, usize), Arc<File>>,
    failed: bool,
    stops: bool,
}

impl Syncer {
    /// One that does as told.
    pub(super) fn new(when: Sync) -> io::Result<Self> {
        let background = match when {
            Sync::Every(interval) => Some(Background::start(interval)?),
            Sync::Never | Sync::Always => None,
        };
        Ok(Self {
            when,
            failed: false,
            background,
        })
    }

    /// Whether anything is ever forced to the disk.
    pub(super) fn is_asked(&self) -> bool {
        self.when != Sync::Never
    }

    /// Whether anything may be written.
    ///
    /// # Errors
    /// The disk has failed.
    pub(super) fn check(&self) -> Result<(), StorageError> {
        let in_background = || {
            let background = self.background.as_ref();
            background.is_some_and(|background| background.shared.state.lock().failed)
        };
        if self.failed || in_background() {
            let what = "the disk has failed, and it is not known what it holds: start again when it works";
            return Err(StorageError(what.to_owned()));
        }
        Ok(())
    }

    /// A file was written to.
    ///
    /// # Errors
    /// It could not be forced to the disk; nothing is taken any more.
    pub(super) fn wrote(&mut self, part: Part, file: &Arc<File>) -> io::Result<()> {
        match (self.when, &self.background) {
            (Sync::Always, _) => file.sync_data().inspect_err(|_| self.failed = true),
            (Sync::Every(_), Some(background)) => {
                let mut state = background.shared.state.lock();
                let id = Arc::as_ptr(file) as usize;
                state.written.entry((part, id)).or_insert_with(|| file.clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What was written cannot be taken back: nothing is taken any more.
    pub(super) fn fail(&mut self) {
        self.failed = true;
    }
}

impl Background {
    fn start(interval: Duration) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let thread = thread::Builder::new()
            .name("broker-sync".into())
            .spawn(move || theirs.run(interval))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }
}

impl Shared {
    /// Syncs until told to stop, and then once more.
    fn run(&self, interval: Duration) {
        let mut state = self.state.lock();
        loop {
            if !state.stops {
                self.stopped.wait_for(&mut state, interval);
            }
            let (files, stops) = (std::mem::take(&mut state.written), state.stops);
            drop(state);
            let failed = files.values().any(|file| file.sync_data().is_err());
            state = self.state.lock();
            state.failed |= failed;
            if stops {
                return;
            }
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.shared.state.lock().stops = true;
        self.shared.stopped.notify_all();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
