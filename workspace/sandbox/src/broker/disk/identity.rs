//! Whose data a folder holds: clients must find the same cluster again, and no id may be given twice.

use std::{fs, path::Path};

use palinode_broker::StorageError;
use serde_json::{Value, json};

use super::failure::{failed, sync_folder};

/// The layout of the folder. Another one is not read.
const FORMAT: u64 = 1;
const FILE: &str = "identity.json";

/// Who a broker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Identity {
    /// The cluster's id.
    pub(in super::super) cluster_id: String,
    /// What ids of topics and members are derived from.
    pub(in super::super) seed: u64,
}

impl Identity {
    /// The identity that a folder keeps; a new one for a folder without.
    ///
    /// # Errors
    /// The file cannot be read or written, or is none of this version.
    pub(super) fn of(folder: &Path) -> Result<Self, StorageError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Self::new().written(folder);
        }
        let text = fs::read_to_string(&path).map_err(failed("read", &path))?;
        let value: Value = serde_json::from_str(&text).map_err(failed("understand", &path))?;
        let known = value["format"] == json!(FORMAT);
        match (known, value["cluster_id"].as_str(), value["seed"].as_u64()) {
            (true, Some(cluster_id), Some(seed)) => Ok(Self {
                cluster_id: cluster_id.to_owned(),
                seed,
            }),
            _ => Err(StorageError(format!(
                "{} is not of format {FORMAT}: another version of this program wrote it; use that one, or another folder",
                path.display()
            ))),
        }
    }

    /// Writes this identity into a folder that has none.
    ///
    /// # Errors
    /// The folder has one, or the disk failed.
    pub(super) fn write(&self, folder: &Path) -> Result<(), StorageError> {
        if folder.join(FILE).exists() {
            let what = format!("{} holds the data of a broker already", folder.display());
            return Err(StorageError(what));
        }
        self.clone().written(folder).map(|_| ())
    }

    fn new() -> Self {
        let identity = uuid::Uuid::new_v4();
        Self {
            cluster_id: identity.simple().to_string(),
            seed: identity.as_u64_pair().0,
        }
    }

    /// Written beside and then put in place, so that it is there as a whole or not at all.
    fn written(self, folder: &Path) -> Result<Self, StorageError> {
        let (path, new) = (folder.join(FILE), folder.join("identity.new"));
        let text = json!({"format": FORMAT, "cluster_id": self.cluster_id, "seed": self.seed}).to_string();
        fs::write(&new, text)
            .and_then(|()| fs::File::open(&new)?.sync_all())
            .and_then(|()| fs::rename(&new, &path))
            .and_then(|()| sync_folder(folder))
            .map_err(failed("write", &path))?;
        Ok(self)
    }
}
