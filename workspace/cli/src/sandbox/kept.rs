//! Where a sandbox keeps its state: in a folder that another start goes on with, or in one that goes with it.
//!
//! A snapshot has the same layout, without the orchestrator's store, which is made again from the journal:
//!
//! ```text
//! broker/          the broker's log: topics, groups, transactions, and the registry's topic
//! orchestrator/    the orchestrator's store
//! sandbox.json     the time, and where the stubs stand
//! answers          the answers that the stubs gave
//! scenario.jsonl   what came from outside
//! ```

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, bail, ensure};
use palinode_sandbox::broker::{Begins, Settings};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{forcing::Forcing, stub::StubsState, time::Time};

/// The layout of the folder; another one is not read.
const FORMAT: u32 = 1;

const BROKER: &str = "broker";
const ORCHESTRATOR: &str = "orchestrator";
const STATE: &str = "sandbox.json";
const ANSWERS: &str = "answers";
const SCENARIO: &str = "scenario.jsonl";
/// Everything that a snapshot holds. The state comes last: a folder without it is none.
const PARTS: [&str; 4] = [BROKER, ANSWERS, SCENARIO, STATE];
/// Where the parts of a snapshot wait until they take the place of what is there.
const NEXT: &str = "next";

/// The folder of a sandbox.
pub(super) struct Kept {
    folder: PathBuf,
    /// When what the broker writes is forced to the disk.
    forcing: Forcing,
    /// The folder goes with the sandbox.
    temporary: Option<TempDir>,
}

/// What is written down beside the logs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    format: u32,
    /// How many partitions all topics have.
    pub(super) partitions: i32,
    /// The time.
    pub(super) time: Time,
    /// The file of rules that the stubs began with.
    pub(super) rules_file: Option<String>,
    /// The stubs.
    pub(super) stubs: StubsState,
}

impl State {
    /// What is to be written down.
    pub(super) fn new(partitions: i32, time: Time, rules_file: Option<String>, stubs: StubsState) -> Self {
        Self {
            format: FORMAT,
            partitions,
            time,
            rules_file,
            stubs,
        }
    }

    /// What stands in a folder; none when nothing was written down there.
    ///
    /// # Errors
    /// Another version of this program wrote it.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(STATE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("{} could not be read", path.display())),
        };
        let state: Self =
            serde_json::from_str(&text).with_context(|| format!("{} is not a sandbox's state", path.display()))?;
        ensure!(
            state.format == FORMAT,
            "{} was written by another version of this program: use that one, or another folder",
            path.display()
        );
        Ok(Some(state))
    }

    /// Writes it into a folder, as a whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let (path, next) = (folder.join(STATE), folder.join("sandbox.next"));
        fs::write(&next, serde_json::to_vec_pretty(self)?)
            .and_then(|()| fs::rename(&next, &path))
            .with_context(|| format!("{} could not be written", path.display()))
    }
}

impl Kept {
    /// The state in `folder`, which is made if it is missing; or one that goes with the sandbox.
    pub(super) fn new(folder: Option<&Path>, forcing: Forcing) -> anyhow::Result<Self> {
        if let Some(folder) = folder {
            fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
            return Ok(Self {
                folder: folder.to_owned(),
                forcing,
                temporary: None,
            });
        }
        let temporary = tempfile::Builder::new().prefix("palinode-sandbox-").tempdir()?;
        Ok(Self {
            folder: temporary.path().to_owned(),
            forcing,
            temporary: Some(temporary),
        })
    }

    /// Whether another start goes on with it.
    pub(super) fn stays(&self) -> bool {
        self.temporary.is_none()
    }

    /// What is written down beside the logs.
    pub(super) fn state(&self) -> anyhow::Result<Option<State>> {
        State::read(&self.folder)
    }

    /// Writes down what another start needs.
    pub(super) fn keep(&self, state: &State) -> anyhow::Result<()> {
        if self.stays() {
            state.write(&self.folder)
        } else {
            Ok(())
        }
    }

    /// The orchestrator's folder.
    pub(super) fn store(&self) -> PathBuf {
        self.folder.join(ORCHESTRATOR)
    }

    /// The answers of the stubs.
    pub(super) fn answers(&self) -> PathBuf {
        self.folder.join(ANSWERS)
    }

    /// What came from outside.
    pub(super) fn scenario(&self) -> PathBuf {
        self.folder.join(SCENARIO)
    }

    /// The broker over what is there. `copied`: as a copy, whose clients may know the one that it was copied from.
    pub(super) fn broker(&self, time: Begins, copied: bool) -> anyhow::Result<Settings> {
        let folder = self.folder.join(BROKER);
        let settings = if self.stays() {
            Settings::kept_in(&folder, self.forcing.0)?
        } else if folder.exists() {
            let settings = Settings::read_from(&folder)?;
            fs::remove_dir_all(&folder)?;
            settings
        } else {
            Settings::default()
        };
        Ok(Settings {
            time,
            ids_from: copied.then(now_ms),
            ..settings
        })
    }

    /// Takes a snapshot as the state, in the place of what is there.
    pub(super) fn take(&self, snapshot: &Path) -> anyhow::Result<()> {
        let next = self.folder.join(NEXT);
        remove(&next)?;
        copy(snapshot, &next).with_context(|| format!("{} could not be copied", snapshot.display()))?;
        for part in PARTS.into_iter().rev().chain([ORCHESTRATOR]) {
            remove(&self.folder.join(part))?;
        }
        for part in PARTS {
            if next.join(part).exists() {
                fs::rename(next.join(part), self.folder.join(part))?;
            }
        }
        remove(&next)
    }
}

/// Where the parts of a snapshot are written.
pub(super) struct SnapshotFolder(PathBuf);

impl SnapshotFolder {
    /// A new folder: what is there is not written over.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let is_empty = fs::read_dir(path).map_or(true, |mut entries| entries.next().is_none());
        ensure!(
            is_empty,
            "there is something in {} already: name another folder",
            path.display()
        );
        fs::create_dir_all(path).with_context(|| format!("{} could not be made", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// Where the broker's part goes.
    pub(super) fn broker(&self) -> PathBuf {
        self.0.join(BROKER)
    }

    /// Where the answers go.
    pub(super) fn answers(&self) -> PathBuf {
        self.0.join(ANSWERS)
    }

    /// Where what came from outside goes.
    pub(super) fn scenario(&self) -> PathBuf {
        self.0.join(SCENARIO)
    }

    /// Ends the snapshot: from here on it is one.
    pub(super) fn finish(self, state: &State) -> anyhow::Result<()> {
        state.write(&self.0)
    }
}

/// Looks whether a folder is a snapshot that a sandbox with so many partitions can take.
pub(super) fn check_snapshot(folder: &Path, partitions: i32) -> anyhow::Result<()> {
    let Some(state) = State::read(folder)? else {
        bail!(
            "{} is no snapshot: 'palinode sandbox snapshot' writes one",
            folder.display()
        );
    };
    ensure!(
        state.time.stands(),
        "{} is the data of a sandbox and no snapshot: name it with --data",
        folder.display()
    );
    ensure!(
        state.partitions == partitions,
        "the topics of {} have {} partitions, and here they have {partitions}: start with --partitions {}",
        folder.display(),
        state.partitions,
        state.partitions
    );
    Ok(())
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

fn remove(path: &Path) -> anyhow::Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} could not be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
