//! What a backup consists of: a JSON file.

use anyhow::Context;
use jiff::Timestamp;
use palinode_store::rocks::{Contents, Place};
use serde::{Deserialize, Serialize};

/// The layout of manifests and of the files around them.
const LAYOUT: u32 = 1;

/// One backup of one task's store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    /// The layout of this file.
    layout: u32,
    /// Names the backup; later ones have a greater id.
    pub(super) id: String,
    /// The member that the store was taken from, as its folder is named.
    pub(super) member: String,
    /// The application, as its folder is named.
    pub(super) application: String,
    /// What the store holds.
    pub(super) store: Held,
    /// Its files.
    pub(super) files: Vec<StoredFile>,
}

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Held {
    /// The id of the Kafka cluster.
    cluster: String,
    /// The name of the application.
    application: String,
    /// The number of partitions of the application.
    partitions: i32,
    /// The task.
    pub(super) task: i32,
    /// The format of keys and values.
    format: u8,
    /// The id of the journal.
    journal_id: Option<String>,
    /// The offset of the last journal record that is reflected.
    pub(super) journal_offset: Option<i64>,
    /// Its event id.
    journal_event: Option<String>,
    /// The last time that the task journaled, in milliseconds since 1970.
    clock: i64,
    /// How many sagas are open.
    pub(super) open_sagas: u64,
}

/// One file of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredFile {
    /// Its name in the store's folder.
    pub(super) name: String,
    /// How long it is.
    pub(super) bytes: u64,
    /// SHA-256 of what is in it, in hexadecimal: its name among the backup's files.
    pub(super) sha256: String,
}

impl Manifest {
    /// The manifest of a backup that is taken now.
    pub(super) fn now(place: &Place, contents: Contents, files: Vec<StoredFile>) -> Self {
        let now = Timestamp::now();
        Self {
            layout: LAYOUT,
            id: format!("{}.{:03}Z", now.strftime("%Y%m%dT%H%M%S"), now.subsec_millisecond()),
            member: place.member.clone(),
            application: place.application.clone(),
            store: contents.into(),
            files,
        }
    }

    /// Reads a manifest.
    pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let manifest: Self = serde_json::from_slice(bytes).context("it is no manifest of a backup")?;
        anyhow::ensure!(
            manifest.layout == LAYOUT,
            "it has the layout {}, and this version reads {LAYOUT}",
            manifest.layout
        );
        for file in &manifest.files {
            let is_plain = !file.name.is_empty() && !file.name.contains(['/', '\\']) && file.name != "..";
            anyhow::ensure!(is_plain && file.name != ".", "'{}' is no name of a file", file.name);
        }
        Ok(manifest)
    }

    /// How long all files are together.
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// For people: which backup of what.
    pub(super) fn title(&self) -> String {
        let Self {
            id,
            application,
            member,
            store,
            ..
        } = self;
        format!("{id} of {application}/{member}/task-{}", store.task)
    }
}

impl From<Contents> for Held {
    fn from(contents: Contents) -> Self {
        let (journal_offset, journal_event) = contents
            .journal
            .map(|journal| (journal.offset, journal.event_id.to_string()))
            .unzip();
        Self {
            cluster: contents.cluster,
            application: contents.application,
            partitions: contents.partitions,
            task: contents.task,
            format: contents.format,
            journal_id: contents.journal_id,
            journal_offset,
            journal_event,
            clock: contents.clock.0,
            open_sagas: contents.open_sagas,
        }
    }
}
