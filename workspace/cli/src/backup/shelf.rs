//! A place for files with names like `a/b/c`, as far as backups need one.

use std::io::{Read, Write};

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// The last part of its name.
    pub(super) name: String,
    /// How long it is.
    pub(super) bytes: u64,
}

/// A place for files. One that is there is whole: it appears when all of it is kept.
pub(super) trait Shelf {
    /// The files in `folder`; none when it is not there.
    fn files(&self, folder: &str) -> anyhow::Result<Vec<Kept>>;

    /// The names of the folders in `folder`; none when it is not there.
    fn folders(&self, folder: &str) -> anyhow::Result<Vec<String>>;

    /// Keeps what `content` gives to its end as `name`; nothing when it fails before.
    fn put(&self, name: &str, content: &mut dyn Read) -> anyhow::Result<()>;

    /// Writes the file `name` to `to`.
    fn get(&self, name: &str, to: &mut dyn Write) -> anyhow::Result<()>;

    /// Deletes the file `name`.
    fn delete(&self, name: &str) -> anyhow::Result<()>;
}
