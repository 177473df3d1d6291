//! The folder of a task: its lock, and what is set aside.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{failure, place::Place, settings::Settings};
use crate::Error;

/// How long a lock is waited for. A process that this one has forked holds a copy of it until it runs its own program,
/// and a process that was killed until the system has cleared it away: both are moments.
const LOCK_WAIT: Duration = Duration::from_millis(500);
/// How often the lock is tried meanwhile.
const LOCK_LOOK: Duration = Duration::from_millis(5);

/// How many folders of a task are kept that were set aside: the last two tell whether the same damage comes again, and
/// more would fill the disk.
const ASIDES_MAX: usize = 2;

/// The name of the file that says why a folder is or was set aside. A folder that has it is not opened again.
const REASON_FILE: &str = "reason.txt";

/// The folder of one task, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct TaskFolder {
    path: PathBuf,
    /// Stands beside the folder, so that moving the folder does not move its lock.
    _lock: Option<File>,
}

impl TaskFolder {
    /// Locks the folder of `task`, which need not be there yet.
    pub(super) fn lock(settings: &Settings, task: i32) -> Result<Self, Error> {
        Self::lock_at(Place::new(&settings.data, &settings.application, &settings.member, task).path())
    }

    /// Locks the folder at `path`, which need not be there yet.
    pub(super) fn lock_at(path: PathBuf) -> Result<Self, Error> {
        let refused = |error: io::Error| failure::refused(&path, "locking it", &error);
        fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(refused)?;
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.with_extension("lock"))
            .map_err(refused)?;
        let give_up = Instant::now() + LOCK_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        path,
                        _lock: Some(file),
                    });
                }
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => thread::sleep(LOCK_LOOK),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Disk {
                        path,
                        what: failure::IN_USE.into(),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(refused(error)),
            }
        }
    }

    /// A folder that nobody else knows.
    pub(super) fn unshared(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            _lock: None,
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder if it is not there. Says whether it holds nothing yet.
    pub(super) fn create(&self) -> Result<bool, Error> {
        let refused = |error: io::Error| failure::refused(&self.path, "making it", &error);
        if let Err(error) = fs::create_dir_all(&self.path) {
            return Err(match fs::symlink_metadata(&self.path) {
                Ok(there) if !there.is_dir() => failure::damaged(&self.path, "it is no folder"),
                _ => refused(error),
            });
        }
        Ok(fs::read_dir(&self.path).map_err(refused)?.next().is_none())
    }

    /// Notes in the folder that it is damaged. When the disk refuses, the damage is found again.
    pub(super) fn condemn(&self, what: &str) {
        let file = self.path.join(REASON_FILE);
        if let Err(error) = fs::write(&file, format!("{what}\n")) {
            tracing::warn!(file = %file.display(), %error, what, "it could not be noted that the store is damaged");
        }
    }

    /// What was noted by [`TaskFolder::condemn`].
    pub(super) fn condemnation(&self) -> Option<String> {
        let what = match fs::read(self.path.join(REASON_FILE)) {
            Ok(what) => String::from_utf8_lossy(&what).trim().to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => String::new(),
        };
        // A full disk takes the file and not what was to be in it.
        Some(if what.is_empty() {
            "damage was found in it".into()
        } else {
            what
        })
    }

    /// Moves the folder aside, with `reason` in it, and deletes the oldest ones that were moved before. That the way is
    /// free for a new store is what counts: when only the rest fails, it is told.
    pub(super) fn set_aside(&self, reason: &str) -> Result<(), Error> {
        let refused = |error: io::Error| failure::refused(&self.path, "setting it aside", &error);
        match fs::symlink_metadata(&self.path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(refused(error)),
        }
        let mut asides = self.asides().map_err(refused)?;
        let number = asides.last().map_or(1, |(number, _)| number + 1);
        let aside = self.path.with_extension(format!("aside-{number}"));
        if self.path.is_dir() {
            fs::rename(&self.path, &aside).map_err(refused)?;
        } else {
            // Something else that has its name: it moves into a folder, where the reason has a place.
            fs::create_dir(&aside).map_err(refused)?;
            fs::rename(&self.path, aside.join("found")).map_err(refused)?;
        }
        tracing::warn!(from = %self.path.display(), to = %aside.display(), reason, "the store was set aside");
        asides.push((number, aside.clone()));
        for (_, old) in asides.iter().rev().skip(ASIDES_MAX) {
            if let Err(error) = fs::remove_dir_all(old) {
                tracing::warn!(folder = %old.display(), %error, "what was set aside before could not be deleted");
            }
        }
        let file = aside.join(REASON_FILE);
        if let Err(error) = fs::write(&file, format!("{reason}\n")) {
            tracing::warn!(file = %file.display(), %error, "why the store was set aside could not be noted beside it");
        }
        Ok(())
    }

    /// What was set aside, the oldest first.
    fn asides(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut asides = Vec::new();
        let Some(member) = self.path.parent() else {
            return Ok(asides);
        };
        for entry in fs::read_dir(member)? {
            let path = entry?.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            let number = extension.and_then(|extension| extension.strip_prefix("aside-")?.parse().ok());
            if let Some(number) = number.filter(|_| path.file_stem() == self.path.file_name()) {
                asides.push((number, path));
            }
        }
        asides.sort();
        Ok(asides)
    }
}
