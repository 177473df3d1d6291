//! What RocksDB's and the operating system's words mean for us.

use std::{io, path::Path};

use rocksdb::ErrorKind;

use crate::Error;

/// What a process hears that opens or moves what another one has open.
pub(super) const IN_USE: &str = "it is in use by another process";

/// What was tried when a batch was written.
pub(super) const WRITING: &str = "writing";

/// What the operating system says of files that are not there or not what they were. A place of the disk that cannot be
/// read is like bytes that are wrong: what stood there is in the journal.
const DAMAGE: [&str; 4] = [
    "No such file or directory",
    "Is a directory",
    "Not a directory",
    "Input/output error",
];

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
    said(path, tried, &error.kind(), error.as_ref())
}

fn said(path: &Path, tried: &str, kind: &ErrorKind, words: &str) -> Error {
    let damage = match kind {
        ErrorKind::Corruption | ErrorKind::InvalidArgument | ErrorKind::NotSupported | ErrorKind::NotFound => true,
        // A place that cannot be written to is the disk's, whatever it says.
        ErrorKind::IOError if tried == WRITING => words.contains("No such file or directory"),
        ErrorKind::IOError => DAMAGE.iter().any(|damage| words.contains(damage)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_damage(tried: &str, words: &str) -> bool {
        let kind = match words.split(':').next() {
            Some("Corruption") => ErrorKind::Corruption,
            _ => ErrorKind::IOError,
        };
        said(Path::new("/data"), tried, &kind, words).is_rebuildable()
    }

    #[test]
    fn what_cannot_be_read_is_damage_and_what_cannot_be_written_is_the_disks() {
        for (words, reading, writing) in [
            ("Corruption: block checksum mismatch", true, true),
            ("IO error: No such file or directory: While open 000012.sst", true, true),
            ("IO error: Input/output error: While pread", true, false),
            ("IO error: Is a directory: While reading CURRENT", true, false),
            (
                "IO error: No space left on device: While appending to 000011.log",
                false,
                false,
            ),
            ("IO error: Permission denied: While open 000012.sst", false, false),
            ("IO error: Too many open files: While open 000012.sst", false, false),
        ] {
            let found = (is_damage("reading", words), is_damage(WRITING, words));
            assert_eq!(found, (reading, writing), "{words}");
        }
    }
}
