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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// A file that takes everything and that no disk holds: forcing it to the disk is an error.
    fn unsyncable() -> Arc<File> {
        Arc::new(File::options().write(true).open("/dev/null").unwrap())
    }

    #[test]
    fn with_always_nothing_is_said_to_be_written_before_the_disk_has_it() {
        // Given a policy that forces each write to the disk
        let mut syncer = Syncer::new(Sync::Always).unwrap();
        // When the disk refuses
        let wrote = syncer.wrote(Part::Batches, &unsyncable());
        // Then the write fails, and nothing is taken any more
        assert!(wrote.is_err());
        assert!(syncer.check().is_err());
    }

    #[test]
    fn with_an_interval_a_write_does_not_wait_and_a_refusal_stops_the_next_ones() {
        // Given a policy that forces writes to the disk again and again
        let mut syncer = Syncer::new(Sync::Every(Duration::from_millis(1))).unwrap();
        // When the disk refuses
        syncer.wrote(Part::Batches, &unsyncable()).unwrap();
        // Then nothing is taken soon after
        let end = Instant::now() + Duration::from_secs(30);
        while syncer.check().is_ok() {
            assert!(Instant::now() < end, "the disk was never asked");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn with_never_the_disk_is_not_asked() {
        let mut syncer = Syncer::new(Sync::Never).unwrap();
        syncer.wrote(Part::Changes, &unsyncable()).unwrap();
        assert!(!syncer.is_asked() && syncer.check().is_ok());
    }
}
