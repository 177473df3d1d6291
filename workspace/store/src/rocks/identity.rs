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
    /// CRC-32C of the rest: a flipped bit in a name is damage, and not another owner.
    #[serde(default)]
    pub(super) checksum: u32,
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
            checksum: 0,
        }
    }

    /// Writes the file whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let refused = |error: io::Error| failure::refused(folder, "writing its identity", &error);
        let sealed = self.sealed().map_err(|error| refused(error.into()))?;
        let text = serde_json::to_vec_pretty(&sealed).map_err(|error| refused(error.into()))?;
        let draft = folder.join(format!("{FILE}.draft"));
        fs::write(&draft, text).map_err(refused)?;
        fs::rename(&draft, folder.join(FILE)).map_err(refused)
    }

    /// The same with its checksum.
    fn sealed(&self) -> serde_json::Result<Self> {
        let plain = Self {
            checksum: 0,
            ..self.clone()
        };
        let checksum = crc32c::crc32c(&serde_json::to_vec(&plain)?);
        Ok(Self { checksum, ..plain })
    }

    /// Compares with the file in `folder` and gives what stands there. The state of another application or task was put
    /// there by a copy or a move; ours can be made again beside it. Another cluster or number of partitions is a mistake in
    /// the configuration, for this folder is ours: it is never called damaged, for damage is set aside and rebuilt. The
    /// journal is not compared: whether it is the one that the state reflects can only be told by reading it.
    pub(super) fn check(&self, folder: &Path) -> Result<Self, Error> {
        let found = Self::read(folder)?;
        if let Some(what) = differences([
            ("the application", &found.application, &self.application),
            ("the task", &found.task.to_string(), &self.task.to_string()),
        ]) {
            return Err(failure::damaged(folder, format!("it is of another task: {what}")));
        }
        if let Some(what) = differences([
            ("the cluster", &found.cluster, &self.cluster),
            (
                "the number of partitions",
                &found.partitions.to_string(),
                &self.partitions.to_string(),
            ),
        ]) {
            return Err(Error::Foreign {
                path: folder.to_owned(),
                what,
            });
        }
        found.check_format(folder)?;
        Ok(found)
    }

    /// Fails when the state is written in another format than ours.
    pub(super) fn check_format(&self, folder: &Path) -> Result<(), Error> {
        if self.format == FORMAT {
            return Ok(());
        }
        let what = format!("it has the format {} and this version reads {}", self.format, FORMAT);
        Err(failure::damaged(folder, what))
    }

    /// Reads the file in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let bytes = match fs::read(folder.join(FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(failure::damaged(folder, format!("it has no file {FILE}")));
            }
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                return Err(failure::damaged(folder, format!("{FILE} is a folder")));
            }
            Err(error) => return Err(failure::refused(folder, "reading its identity", &error)),
        };
        let unread = |error| failure::damaged(folder, format!("{FILE} cannot be read: {error}"));
        let found: Self = serde_json::from_slice(&bytes).map_err(unread)?;
        // Another format may have another checksum.
        if found.format == FORMAT && found != found.sealed().map_err(unread)? {
            return Err(failure::damaged(folder, format!("{FILE} has a wrong checksum")));
        }
        Ok(found)
    }
}

/// What is there and what should be, where they differ.
fn differences(names: [(&str, &String, &String); 2]) -> Option<String> {
    let differing = names.into_iter().filter(|(_, found, ours)| found != ours);
    let sentences: Vec<_> = differing
        .map(|(name, found, ours)| format!("{name} there is {found}, ours is {ours}"))
        .collect();
    (!sentences.is_empty()).then(|| sentences.join("; "))
}
