//! The file of a reader, new or gone on with.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::BufReader,
    path::Path,
};

use anyhow::{Context, bail};
use palinode_audit::{Did, Notes, read_notes};

/// A file, and where its reader goes on.
pub(super) struct Kept {
    pub(super) notes: Notes<File>,
    next: BTreeMap<(String, i32), i64>,
}

impl Kept {
    /// Opens the file of the reader `by`. What was torn off at its end is cut away.
    pub(super) fn open(path: &Path, by: &str) -> anyhow::Result<Self> {
        open(path, by).with_context(|| path.display().to_string())
    }

    /// The first offset that it has not been handed, when it has read the partition before.
    pub(super) fn next(&self, topic: &str, partition: i32) -> Option<i64> {
        self.next.get(&(topic.to_owned(), partition)).copied()
    }
}

fn open(path: &Path, by: &str) -> anyhow::Result<Kept> {
    let mut options = OpenOptions::new();
    let file = options.create(true).read(true).append(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!("another process writes to it"),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    let (mut next, mut other) = (BTreeMap::new(), None);
    let whole = read_notes(BufReader::new(&file), |observation| {
        if *observation.by != *by {
            other.get_or_insert(observation.by);
        }
        let offset = match observation.did {
            Did::Sought { offset } => offset,
            Did::Polled { offset, .. } => offset + 1,
            Did::Acknowledged { .. } | Did::Confirmed { .. } | Did::Refused { .. } => return,
        };
        next.insert((observation.topic.to_string(), observation.partition), offset);
    })?;
    if let Some(other) = other {
        bail!("it is the file of '{other}', and not of '{by}'");
    }
    file.set_len(whole)?;
    let notes = match whole {
        0 => Notes::begin(file, by),
        _ => Notes::go_on(file),
    };
    Ok(Kept { notes, next })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_reader_goes_on_where_its_file_was_torn_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        // Given notes of a reader that was killed in the middle of a line
        let mut kept = Kept::open(&path, "reader").unwrap();
        kept.notes.note("in", 0, Did::Sought { offset: 3 });
        kept.notes.note("in", 1, Did::Sought { offset: 5 });
        kept.notes.note("in", 0, Did::Polled { offset: 4, digest: 1 });
        kept.notes.write().unwrap();
        drop(kept);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}polled in 0 5 00000")).unwrap();
        // When it is opened again
        let kept = Kept::open(&path, "reader").unwrap();
        // Then reading goes on behind the last whole line, and so does the file
        let next = [("in", 0), ("in", 1), ("in", 2)].map(|(topic, partition)| kept.next(topic, partition));
        assert_eq!(next, [Some(5), Some(5), None]);
        assert_eq!(fs::read_to_string(&path).unwrap(), whole);
    }

    #[test]
    fn a_file_has_one_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        let mut kept = Kept::open(&path, "reader").unwrap();
        kept.notes.note("in", 0, Did::Sought { offset: 3 });
        kept.notes.write().unwrap();
        let said = |by| format!("{:#}", Kept::open(&path, by).err().unwrap());
        assert!(said("reader").contains("another process writes to it"));
        drop(kept);
        assert!(said("other").contains("it is the file of 'reader', and not of 'other'"));
        fs::write(&path, "topics:\n").unwrap();
        assert!(said("reader").contains("the first line is not"));
    }
}
