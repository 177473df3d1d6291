//! Backups in a folder, which may be another machine's.

use std::{
    fs::{self, DirEntry, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::shelf::{Kept, Shelf};

/// What the name of a file ends with that is not whole yet.
pub(super) const DRAFT: &str = ".draft";

/// A folder on a disk.
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder `root`.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn entries(&self, folder: &str) -> anyhow::Result<Vec<DirEntry>> {
        let path = self.root.join(folder);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.and_then(Iterator::collect),
        };
        entries.with_context(|| format!("{} cannot be read", path.display()))
    }
}

impl Shelf for Folder {
    fn files(&self, folder: &str) -> anyhow::Result<Vec<Kept>> {
        let mut files = Vec::new();
        for entry in self.entries(folder)? {
            let metadata = entry.metadata()?;
            let name = entry.file_name().into_string().ok().filter(|_| metadata.is_file());
            files.extend(name.map(|name| Kept {
                name,
                bytes: metadata.len(),
            }));
        }
        Ok(files)
    }

    fn folders(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let mut folders = Vec::new();
        for entry in self.entries(folder)? {
            folders.extend(entry.file_name().into_string().ok().filter(|_| entry.path().is_dir()));
        }
        Ok(folders)
    }

    fn put(&self, name: &str, content: &mut dyn Read) -> anyhow::Result<()> {
        let (path, draft) = (self.root.join(name), self.root.join(format!("{name}{DRAFT}")));
        let written = write(&path, &draft, content);
        if written.is_err() {
            // What cannot be deleted is deleted with the next backup.
            let _ = fs::remove_file(&draft);
        }
        written.with_context(|| format!("{} cannot be written", path.display()))
    }

    fn get(&self, name: &str, to: &mut dyn Write) -> anyhow::Result<()> {
        let path = self.root.join(name);
        let copied = File::open(&path).and_then(|mut file| io::copy(&mut file, to));
        copied.with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(())
    }

    fn delete(&self, name: &str) -> anyhow::Result<()> {
        let path = self.root.join(name);
        fs::remove_file(&path).with_context(|| format!("{} cannot be deleted", path.display()))
    }
}

/// Writes `path` by way of `draft`. A crash of the machine leaves all of it or nothing, too.
fn write(path: &Path, draft: &Path, content: &mut dyn Read) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let mut file = File::create(draft)?;
    io::copy(content, &mut file)?;
    file.sync_all()?;
    fs::rename(draft, path)?;
    // Some network file systems know no sync of a folder.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
