//! What is said when the disk fails or holds what it should not.

use std::{fmt::Display, io, path::Path};

use palinode_broker::StorageError;

/// For `map_err`: names what was tried on which file.
pub(super) fn failed<E: Display>(action: &str, path: &Path) -> impl FnOnce(E) -> StorageError {
    move |error| StorageError(format!("could not {action} {}: {error}", path.display()))
}

/// A file is damaged before its end.
pub(super) fn damaged(path: &Path, at: u64, what: &str) -> StorageError {
    StorageError(format!(
        "{} is damaged at byte {at} ({what}), and it is not the end of what was written: put the folder back from a copy, \
         or move this file away to go on without all that it holds",
        path.display()
    ))
}

/// Syncs a folder, so that the files in it keep their names.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}
