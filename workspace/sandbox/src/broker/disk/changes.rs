//! The log of changes: appended to, read at the start, and summed up then and whenever it has become long.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use palinode_broker::{Change, StorageError, Summary};

use super::{
    failure::{damaged, failed, sync_folder},
    frame,
    sync::{Part, Syncer},
    tail,
};

const FILE: &str = "changes";
/// How many bytes the log may have before it is summed up: to read as many takes a fraction of a second.
const BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How many times longer than its last summary the log becomes before it is summed up again, if that is more.
const GROWTH: u64 = 4;

/// The log of changes.
#[derive(Debug)]
pub(super) struct Changes {
    path: PathBuf,
    file: Arc<File>,
    bytes: u64,
    /// It is summed up when it has more.
    pub(super) bytes_max: u64,
    frames: Vec<u8>,
}

impl Changes {
    /// The log of a folder.
    pub(super) fn open(folder: &Path) -> Result<Self, StorageError> {
        let path = folder.join(FILE);
        let file = open(&path).map_err(failed("open", &path))?;
        Ok(Self {
            path,
            file: Arc::new(file),
            bytes: 0,
            bytes_max: BYTES_MAX,
            frames: Vec::new(),
        })
    }

    /// Reads what is kept and writes it down in few words.
    ///
    /// # Errors
    /// The file is damaged, or the disk failed.
    pub(super) fn recover(&mut self, syncer: &Syncer) -> Result<Summary, StorageError> {
        let kept = self.read()?;
        let summary = Summary::of(kept);
        self.replace(&summary, syncer)?;
        Ok(summary)
    }

    /// Keeps a change.
    ///
    /// # Errors
    /// The disk failed.
    pub(super) fn note(&mut self, change: &Change, syncer: &mut Syncer) -> Result<(), StorageError> {
        if self.bytes > self.bytes_max {
            let kept = self.read()?;
            self.replace(&Summary::of(kept), syncer)?;
        }
        let (file, bytes) = (&self.file, self.bytes);
        self.frames.clear();
        push(&mut self.frames, bytes, change)?;
        let written = file
            .write_all_at(&self.frames, bytes)
            .and_then(|()| syncer.wrote(Part::Changes, file));
        if let Err(error) = written {
            file.set_len(bytes).unwrap_or_else(|_| syncer.fail());
            return Err(failed("write", &self.path)(error));
        }
        self.bytes += self.frames.len() as u64;
        Ok(())
    }

    /// Reads all changes; the end of one that was not written to its end is cut off.
    fn read(&mut self) -> Result<Vec<Change>, StorageError> {
        let bytes = fs::read(&self.path).map_err(failed("read", &self.path))?;
        let whole = tail::whole(bytes.len(), |at| frame::at(&bytes, at))
            .map_err(|at| damaged(&self.path, at as u64, "no change stands there"))?;
        self.bytes = whole.end as u64;
        self.file.set_len(self.bytes).map_err(failed("cut", &self.path))?;
        let changes = whole.entries.into_iter().map(|(at, content)| {
            postcard::from_bytes(content).map_err(|_| {
                let what = "a change that this version does not know";
                damaged(&self.path, at as u64, what)
            })
        });
        changes.collect()
    }

    /// Puts a summary in the place of what is kept, as a whole or not at all.
    fn replace(&mut self, summary: &Summary, syncer: &Syncer) -> Result<(), StorageError> {
        let mut frames = Vec::new();
        for change in &summary.changes {
            let at = frames.len() as u64;
            push(&mut frames, at, change)?;
        }
        let new = self.path.with_extension("new");
        let file = self.written(&new, &frames, syncer).map_err(failed("write", &new))?;
        self.file = Arc::new(file);
        self.bytes = frames.len() as u64;
        self.bytes_max = BYTES_MAX.max(self.bytes * GROWTH);
        Ok(())
    }

    fn written(&self, new: &Path, frames: &[u8], syncer: &Syncer) -> io::Result<File> {
        let file = open(new)?;
        file.set_len(0)?;
        file.write_all_at(frames, 0)?;
        if syncer.is_asked() {
            file.sync_all()?;
        }
        fs::rename(new, &self.path)?;
        if syncer.is_asked() {
            self.path.parent().map_or(Ok(()), sync_folder)?;
        }
        Ok(file)
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).open(path)
}

fn push(frames: &mut Vec<u8>, at: u64, change: &Change) -> Result<(), StorageError> {
    let content = postcard::to_allocvec(change).map_err(|error| StorageError(format!("a change: {error}")))?;
    frame::push(frames, at, &content);
    Ok(())
}
