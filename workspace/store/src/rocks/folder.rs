//! The folders of a node's tasks: their names, their locks, and what is set aside.

use std::{
    fmt::Write,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{failure, settings::Settings};
use crate::Error;

/// How long a lock is waited for. A process that this one has forked holds a copy of it until it runs its own program,
/// and a process that was killed until the system has cleared it away: both are moments.
const LOCK_WAIT: Duration = Duration::from_millis(500);
/// How often the lock is tried meanwhile.
const LOCK_LOOK: Duration = Duration::from_millis(5);

/// How many folders of a task are kept that were set aside: the last two tell whether the same damage comes again, and
/// more would fill the disk.
const ASIDES_MAX: usize = 2;

/// The name of the file that says why a folder was set aside.
const REASON_FILE: &str = "reason.txt";

/// The folder of one task, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct TaskFolder {
    path: PathBuf,
    /// Stands beside the folder, so that moving the folder does not move its lock.
    _lock: File,
}

impl TaskFolder {
    /// Locks the folder of `task`, which need not be there yet.
    pub(super) fn lock(settings: &Settings, task: i32) -> Result<Self, Error> {
        let member = settings
            .data
            .join(folder_name(&settings.application))
            .join(folder_name(&settings.member));
        let path = member.join(format!("task-{task}"));
        let refused = |error: io::Error| failure::refused(&path, "locking it", &error);
        fs::create_dir_all(&member).map_err(refused)?;
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
                Ok(()) => return Ok(Self { path, _lock: file }),
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

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder if it is not there. Says whether it holds nothing yet.
    pub(super) fn create(&self) -> Result<bool, Error> {
        let refused = |error: io::Error| failure::refused(&self.path, "making it", &error);
        fs::create_dir_all(&self.path).map_err(refused)?;
        Ok(fs::read_dir(&self.path).map_err(refused)?.next().is_none())
    }

    /// Moves the folder aside, with `reason` in it, and deletes the oldest ones that were moved before.
    pub(super) fn set_aside(&self, reason: &str) -> Result<(), Error> {
        let refused = |error: io::Error| failure::refused(&self.path, "setting it aside", &error);
        if !self.path.try_exists().map_err(refused)? {
            return Ok(());
        }
        let mut asides = self.asides().map_err(refused)?;
        let number = asides.last().map_or(1, |(number, _)| number + 1);
        let aside = self.path.with_extension(format!("aside-{number}"));
        fs::rename(&self.path, &aside).map_err(refused)?;
        asides.push((number, aside.clone()));
        for (_, old) in asides.iter().rev().skip(ASIDES_MAX) {
            fs::remove_dir_all(old).map_err(refused)?;
        }
        tracing::warn!(from = %self.path.display(), to = %aside.display(), reason, "the store was set aside");
        fs::write(aside.join(REASON_FILE), format!("{reason}\n")).map_err(refused)
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

/// A folder's name for `name`: what is neither letter, digit, dash, dot nor underline is percent-encoded, and so is a
/// dot at the beginning. Two names never share a folder, and none leads out of its parent.
fn folder_name(name: &str) -> String {
    let mut folder = String::with_capacity(name.len());
    for byte in name.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-_".contains(&byte) || (byte == b'.' && !folder.is_empty());
        if plain {
            folder.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(folder, "%{byte:02X}");
        }
    }
    if folder.is_empty() { "%".into() } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_folders_that_stay_below_their_parent() {
        for (name, folder) in [
            ("shop-1.eu_west", "shop-1.eu_west"),
            ("", "%"),
            ("..", "%2E."),
            ("../etc", "%2E.%2Fetc"),
            ("a%2Fb", "a%252Fb"),
            ("Ä", "%C3%84"),
        ] {
            assert_eq!(folder_name(name), folder);
        }
    }
}
