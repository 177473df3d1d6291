//! The registry's file: one change a line, as JSON, appended before it becomes true.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::state::Change;
use crate::{Error, Result};

#[derive(Debug)]
pub(crate) struct ChangeFile {
    path: PathBuf,
    file: File,
    /// Where the next line goes; what stands behind it is the rest of a write that failed.
    length: u64,
}

impl ChangeFile {
    /// Opens or creates the file and gives its changes to `apply`. A last line without an end is what a crash has
    /// left of a change that nobody was told of: it is cut off.
    pub(crate) fn open(path: &Path, mut apply: impl FnMut(Change) -> Result<()>) -> Result<ChangeFile> {
        let failed = |action| {
            move |source| Error::File {
                action,
                file: path.to_owned(),
                source,
            }
        };
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(failed("open"))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed("read"))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for (index, line) in text[..whole].split(|byte| *byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let wrong = |reason| Error::FileContent {
                file: path.to_owned(),
                line: index + 1,
                reason,
            };
            let change = serde_json::from_slice(line).map_err(|error| wrong(error.to_string()))?;
            apply(change).map_err(|error| wrong(error.to_string()))?;
        }
        file.set_len(whole as u64).map_err(failed("cut"))?;
        Ok(ChangeFile {
            path: path.to_owned(),
            file,
            length: whole as u64,
        })
    }

    /// Writes one change and waits until it is on the disk: an id that was given out may never mean anything else.
    pub(crate) fn append(&mut self, change: &Change) -> Result<()> {
        self.write(change).map_err(|source| Error::File {
            action: "write",
            file: self.path.clone(),
            source,
        })
    }

    fn write(&mut self, change: &Change) -> io::Result<()> {
        let mut line = serde_json::to_vec(change)?;
        line.push(b'\n');
        self.file.set_len(self.length)?;
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.length += line.len() as u64;
        Ok(())
    }
}
