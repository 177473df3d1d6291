//! Where a sandbox keeps its state: nowhere, or in a folder that another start goes on with.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use palinode_sandbox::broker::{Settings, Sync};
use tempfile::TempDir;

/// How often what was written is forced to the disk: a test that a power cut takes a second from is run again.
const SYNC: Duration = Duration::from_secs(1);
/// Holds by how many milliseconds time was moved.
const CLOCK: &str = "clock";

/// The state of a sandbox.
pub(super) enum Kept {
    /// It is gone with the sandbox; the orchestrator's store needs a folder all the same.
    Nowhere(TempDir),
    /// It stays in this folder.
    In(PathBuf),
}

impl Kept {
    /// The state in `folder`, which is made if it is missing.
    pub(super) fn new(folder: Option<&Path>) -> anyhow::Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self::Nowhere(
                tempfile::Builder::new().prefix("palinode-sandbox-").tempdir()?,
            ));
        };
        fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
        Ok(Self::In(folder.to_owned()))
    }

    /// The orchestrator's folder.
    pub(super) fn store(&self) -> PathBuf {
        match self {
            Self::Nowhere(folder) => folder.path().to_owned(),
            Self::In(folder) => folder.join("orchestrator"),
        }
    }

    /// The broker over what was kept.
    pub(super) fn broker(&self) -> anyhow::Result<Settings> {
        match self {
            Self::Nowhere(_) => Ok(Settings::default()),
            Self::In(folder) => Ok(Settings::kept_in(&folder.join("broker"), Sync::Every(SYNC))?),
        }
    }

    /// How far time was moved.
    pub(super) fn moved(&self) -> anyhow::Result<Duration> {
        let Some(file) = self.clock().filter(|file| file.exists()) else {
            return Ok(Duration::ZERO);
        };
        let text = fs::read_to_string(&file)?;
        let millis = text.trim().parse();
        Ok(Duration::from_millis(millis.with_context(|| {
            format!("{} does not hold a number of milliseconds", file.display())
        })?))
    }

    /// Keeps how far time was moved.
    pub(super) fn keep_moved(&self, moved: Duration) -> anyhow::Result<()> {
        if let Some(file) = self.clock() {
            let next = file.with_extension("next");
            fs::write(&next, moved.as_millis().to_string())?;
            fs::rename(next, file)?;
        }
        Ok(())
    }

    fn clock(&self) -> Option<PathBuf> {
        match self {
            Self::Nowhere(_) => None,
            Self::In(folder) => Some(folder.join(CLOCK)),
        }
    }
}
