//! What RocksDB's and the operating system's words mean for us.

use std::{io, path::Path};

use rocksdb::ErrorKind;

use crate::Error;

/// What a process hears that opens or moves what another one has open.
pub(super) const IN_USE: &str = "it is in use by another process";

/// The bytes are not what was written.
pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Error {
    Error::Damaged {
        path: path.to_owned(),
        what: what.into(),
    }
}

/// The operating system refused what was tried.
pub(super) fn refused(path: &Path, tried: &str, error: &io::Error) -> Error {
    Error::Disk {
        path: path.to_owned(),
        what: format!("{tried}: {error}"),
    }
}

/// RocksDB refused what was tried. Files that are missing or that do not fit together are damage, which a rebuild
/// mends; the rest is the disk's.
pub(super) fn rocks(path: &Path, tried: &str, error: &rocksdb::Error) -> Error {
    let words: &str = error.as_ref();
    let damage = match error.kind() {
        ErrorKind::Corruption | ErrorKind::InvalidArgument | ErrorKind::NotSupported | ErrorKind::NotFound => true,
        ErrorKind::IOError => words.contains("No such file or directory"),
        _ => false,
    };
    let what = format!("{tried}: {words}");
    if damage {
        damaged(path, what)
    } else {
        Error::Disk {
            path: path.to_owned(),
            what,
        }
    }
}
