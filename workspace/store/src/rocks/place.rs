//! Where the folders of tasks are: `<data>/<application>/<member>/task-<p>`.

use std::{
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

use super::failure;
use crate::Error;

/// What the name of a task's folder begins with.
const TASK: &str = "task-";

/// Where the folder of one task is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The folder for all data of a node.
    pub data: PathBuf,
    /// The application, as its folder is named.
    pub application: String,
    /// The member, as its folder is named.
    pub member: String,
    /// The task.
    pub task: i32,
}

impl Place {
    /// Where the folder of `task` is, of this member of this application.
    pub fn new(data: &Path, application: &str, member: &str, task: i32) -> Self {
        Self {
            data: data.to_owned(),
            application: folder_name(application),
            member: folder_name(member),
            task,
        }
    }

    /// The folder.
    pub fn path(&self) -> PathBuf {
        let member = self.data.join(&self.application).join(&self.member);
        member.join(format!("{TASK}{}", self.task))
    }

    /// The places of all tasks' folders below `data`, in order.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn all(data: &Path) -> Result<Vec<Self>, Error> {
        let refused = |error: io::Error| failure::refused(data, "looking for tasks", &error);
        let mut places = Vec::new();
        for application in folders(data).map_err(refused)? {
            for member in folders(&data.join(&application)).map_err(refused)? {
                for folder in folders(&data.join(&application).join(&member)).map_err(refused)? {
                    let Some(task) = folder.strip_prefix(TASK).and_then(|task| task.parse().ok()) else {
                        continue;
                    };
                    places.push(Self {
                        data: data.to_owned(),
                        application: application.clone(),
                        member: member.clone(),
                        task,
                    });
                }
            }
        }
        places.sort();
        Ok(places)
    }
}

/// The names of the folders in `parent`.
fn folders(parent: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str().filter(|_| entry.path().is_dir()) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// A folder's name for `name`: what is neither letter, digit, dash, dot nor underline is percent-encoded, and so is a
/// dot at the beginning. Two names never share a folder, and none leads out of its parent.
fn folder_name(name: &str) -> String {
    let mut folder = String::with_capacity(name.len());
    for byte in name.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-_".contains(&byte) || (byte == b'.' && !folder.is_empty());
        if plain {
            folder.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(folder, "%{byte:02X}");
        }
    }
    if folder.is_empty() { "%".into() } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_folders_that_stay_below_their_parent() {
        for (name, folder) in [
            ("shop-1.eu_west", "shop-1.eu_west"),
            ("", "%"),
            ("..", "%2E."),
            ("../etc", "%2E.%2Fetc"),
            ("a%2Fb", "a%252Fb"),
            ("Ä", "%C3%84"),
        ] {
            assert_eq!(folder_name(name), folder);
        }
    }
}
