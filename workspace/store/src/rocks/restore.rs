//! A task's store that is put together from files of another one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    copy::remove,
    failure,
    folder::TaskFolder,
    inspect::{Contents, inspect},
    place::Place,
};
use crate::Error;

/// A store that is put together in a folder beside its place. It gets there whole or not at all.
#[derive(Debug)]
pub struct Restoring {
    place: TaskFolder,
    path: PathBuf,
}

impl Restoring {
    /// Begins at `place`, where no store may be.
    ///
    /// # Errors
    /// When there is one, another process has it open, or the disk refuses.
    pub fn begin(place: &Place) -> Result<Self, Error> {
        let folder = TaskFolder::lock_at(place.path())?;
        let refused = |error: io::Error| failure::refused(folder.path(), "restoring it", &error);
        match fs::read_dir(folder.path()).map(|mut entries| entries.next().is_none()) {
            Ok(true) => fs::remove_dir(folder.path()).map_err(refused)?,
            Ok(false) => {
                return Err(Error::Disk {
                    path: folder.path().to_owned(),
                    what:
                        "there is a store already, and nothing is overwritten: stop the node and move the folder away"
                            .into(),
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(error)),
        }
        let path = folder.path().with_extension("restore");
        // What a restore has left that was killed.
        remove(&path).map_err(refused)?;
        fs::create_dir(&path).map_err(refused)?;
        Ok(Self { place: folder, path })
    }

    /// Where the files belong.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what was put together.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn contents(&self) -> Result<Contents, Error> {
        inspect(&self.path, false)
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(self) -> Result<(), Error> {
        fs::rename(&self.path, self.place.path())
            .map_err(|error| failure::refused(self.place.path(), "restoring it", &error))
    }
}

impl Drop for Restoring {
    fn drop(&mut self) {
        // It is not there when all went well.
        if let Err(error) = remove(&self.path) {
            tracing::warn!(folder = %self.path.display(), %error, "a half restored store could not be deleted");
        }
    }
}
