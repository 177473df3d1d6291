//! How much room there is on the disk of the stores.

use std::{io, path::Path};

use rustix::fs::statvfs;

/// Below this it is said that the disk fills up, in the log and, by the number of free bytes, in the metrics: what a busy
/// node writes in some hours, so that there is time to make room.
pub(crate) const LOW_BYTES: u64 = 1024 * 1024 * 1024;

/// Below this the disk counts as full: a store that writes its changes may not find the room for them.
pub(crate) const FULL_BYTES: u64 = 16 * 1024 * 1024;

/// The bytes that may still be written on the disk of `folder`, which need not exist yet.
///
/// # Errors
/// When the system refuses.
pub(crate) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let is_there = |path: &&Path| path.exists();
    let nearest = folder.ancestors().find(is_there).unwrap_or(Path::new("."));
    let found = statvfs(nearest)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_room_of_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let there = free_bytes(folder.path()).unwrap();
        let not_yet = free_bytes(&folder.path().join("data/node-1")).unwrap();
        assert!(there > 0);
        assert!(there.abs_diff(not_yet) < LOW_BYTES, "{there} and {not_yet}");
        assert!(free_bytes(Path::new("no-such-folder-here")).unwrap() > 0);
    }
}
