//! Whose state a folder holds: a small JSON file beside RocksDB's files.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use super::failure;
use crate::{Error, FORMAT};

/// The name of the file.
pub(super) const FILE: &str = "identity.json";

/// Whose state it is, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    /// The format of keys and values.
    pub(super) format: u8,
    /// The id of the Kafka cluster.
    pub(super) cluster: String,
    /// The name of the application.
    pub(super) application: String,
    /// The number of partitions of the application.
    pub(super) partitions: i32,
    /// The task.
    pub(super) task: i32,
    /// The id of the journal that the state reflects; none until its opening is reflected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) journal: Option<String>,
}

impl Identity {
    /// The identity that a folder of ours has.
    pub(super) fn new(cluster: &str, application: &str, partitions: i32, task: i32) -> Self {
        Self {
            format: FORMAT,
            cluster: cluster.into(),
            application: application.into(),
            partitions,
            task,
            journal: None,
        }
    }

    /// Writes the file whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let refused = |error: io::Error| failure::refused(folder, "writing its identity", &error);
        let text = serde_json::to_vec_pretty(self).map_err(|error| refused(error.into()))?;
        let draft = folder.join(format!("{FILE}.draft"));
        fs::write(&draft, text).map_err(refused)?;
        fs::rename(&draft, folder.join(FILE)).map_err(refused)
    }

    /// Compares with the file in `folder` and gives what stands there. Whose state it is comes first: what is not ours is
    /// never called damaged, for damage is set aside and rebuilt. The journal is not compared: whether it is the one that
    /// the state reflects can only be told by reading it.
    pub(super) fn check(&self, folder: &Path) -> Result<Self, Error> {
        let bytes = match fs::read(folder.join(FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(failure::damaged(folder, format!("it has no file {FILE}")));
            }
            Err(error) => return Err(failure::refused(folder, "reading its identity", &error)),
        };
        let found: Self = serde_json::from_slice(&bytes)
            .map_err(|error| failure::damaged(folder, format!("{FILE} cannot be read: {error}")))?;
        if let Some(what) = self.difference(&found) {
            return Err(Error::Foreign {
                path: folder.to_owned(),
                what,
            });
        }
        if found.format != self.format {
            let what = format!(
                "it has the format {} and this version reads {}",
                found.format, self.format
            );
            return Err(failure::damaged(folder, what));
        }
        Ok(found)
    }

    fn difference(&self, found: &Self) -> Option<String> {
        let names = [
            ("the cluster", found.cluster.clone(), self.cluster.clone()),
            ("the application", found.application.clone(), self.application.clone()),
            (
                "the number of partitions",
                found.partitions.to_string(),
                self.partitions.to_string(),
            ),
            ("the task", found.task.to_string(), self.task.to_string()),
        ];
        let differing = names.into_iter().filter(|(_, found, ours)| found != ours);
        let sentences: Vec<_> = differing
            .map(|(name, found, ours)| format!("{name} there is {found}, ours is {ours}"))
            .collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}
