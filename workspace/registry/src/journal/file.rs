//! A journal in a file: one record a line, as JSON.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Journal, Record};
use crate::{Error, Result};

#[derive(Debug)]
pub(crate) struct FileJournal {
    path: PathBuf,
    file: File,
    /// Where the next line goes; what stands behind it is the rest of a write that failed.
    length: u64,
}

/// A record in its line: key and value stand there as JSON, and not as strings that hold it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    key: Value,
    value: Option<Value>,
}

impl FileJournal {
    /// Opens or creates the file.
    pub(crate) fn open(path: &Path) -> Result<FileJournal> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        Ok(FileJournal {
            file: file.map_err(failed("open", path))?,
            path: path.to_owned(),
            length: 0,
        })
    }

    fn write(&mut self, records: &[Record]) -> io::Result<()> {
        let mut lines = Vec::new();
        for record in records {
            serde_json::to_writer(&mut lines, &Line::of(record)?)?;
            lines.push(b'\n');
        }
        self.file.set_len(self.length)?;
        self.file.write_all(&lines)?;
        self.file.sync_data()?;
        self.length += lines.len() as u64;
        Ok(())
    }
}

impl Journal for FileJournal {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// A last line without an end is what a crash has left of a change that nobody was told of: it is cut off.
    fn replay(&mut self, apply: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text).map_err(failed("read", &self.path))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for (index, line) in text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let record = Line::record(line).map_err(|error| Error::UnreadableRecord {
                journal: self.name(),
                record: index + 1,
                reason: error.to_string(),
            })?;
            apply(record)?;
        }
        self.length = whole as u64;
        self.file.set_len(self.length).map_err(failed("cut", &self.path))
    }

    /// Writes the records and waits until they are on the disk: an id that was given out may never mean anything else.
    fn append(&mut self, records: &[Record]) -> Result<()> {
        self.write(records).map_err(failed("write", &self.path))
    }
}

impl Line {
    fn of(record: &Record) -> serde_json::Result<Line> {
        Ok(Line {
            key: serde_json::from_slice(&record.key)?,
            value: record.value.as_deref().map(serde_json::from_slice).transpose()?,
        })
    }

    fn record(line: &[u8]) -> serde_json::Result<Record> {
        let Line { key, value } = serde_json::from_slice(line)?;
        Ok(Record {
            key: serde_json::to_vec(&key)?,
            value: value.as_ref().map(serde_json::to_vec).transpose()?,
        })
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let file = path.to_owned();
    move |source| Error::File { action, file, source }
}
