//! What a backup consists of: a JSON file.

use std::path::Path;

use anyhow::Context;
use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use palinode_store::{
    FORMAT,
    rocks::{Contents, Owner, Place},
};
use serde::{Deserialize, Serialize};

/// The layout of manifests and of the files around them.
const LAYOUT: u32 = 1;

/// How an id is written: the time of the backup, in UTC.
const ID: &str = "%Y%m%dT%H%M%S.%3fZ";

/// Characters of a SHA-256 in hexadecimal.
const SHA256_CHARACTERS: usize = 64;

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
    /// The manifest of a backup that is taken now, after the backup `last`.
    pub(super) fn now(place: &Place, contents: Contents, files: Vec<StoredFile>, last: Option<&str>) -> Self {
        Self {
            layout: LAYOUT,
            id: id_after(last, Timestamp::now()),
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
            let is_sum =
                file.sha256.len() == SHA256_CHARACTERS && file.sha256.bytes().all(|one| one.is_ascii_hexdigit());
            anyhow::ensure!(is_sum, "'{}' is no SHA-256", file.sha256);
        }
        let named = Place::new(Path::new(""), &manifest.store.application, "", 0).application;
        anyhow::ensure!(
            named == manifest.application,
            "it says that it is of the application {named} and of {}",
            manifest.application
        );
        Ok(manifest)
    }

    /// Where the store was, but for the data folder.
    pub(super) fn place(&self) -> Place {
        Place {
            data: "".into(),
            application: self.application.clone(),
            member: self.member.clone(),
            task: self.store.task,
        }
    }

    /// Fails when another version of the store has written it.
    pub(super) fn check_format(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.store.format == FORMAT,
            "another version of palinode has made this backup: its store has the format {}, and this version reads {FORMAT}. \
             Take that version, or start the node without it: it makes the store again from the journal",
            self.store.format
        );
        Ok(())
    }

    /// Fails when the stores that are below `data` are of another cluster or number of partitions: the node that works with
    /// them would refuse this one.
    pub(super) fn check_neighbours(&self, data: &Path) -> anyhow::Result<()> {
        let places = if data.exists() { Place::all(data)? } else { Vec::new() };
        let of_it = places.iter().filter(|place| place.application == self.application);
        // A neighbour that cannot be read is for its node to find.
        for (place, owner) in of_it.filter_map(|place| Some((place, Owner::of(place).ok()?))) {
            let Held {
                cluster, partitions, ..
            } = &self.store;
            anyhow::ensure!(
                owner.cluster == *cluster && owner.partitions == *partitions,
                "the backup is of cluster {cluster} with {partitions} partitions, and {} is of {} with {}: its node would \
                 refuse it. Take another --data folder or another backup",
                place.path().display(),
                owner.cluster,
                owner.partitions
            );
        }
        Ok(())
    }

    /// Fails when the store that was put together from the files holds something else than the manifest says.
    pub(super) fn check_contents(&self, contents: Contents) -> anyhow::Result<()> {
        let held = Held::from(contents);
        anyhow::ensure!(held == self.store, "it holds {held:?} and should hold {:?}", self.store);
        Ok(())
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

    /// For people: which backup of what, and what is in it.
    pub(super) fn summary(&self) -> String {
        let journal = self
            .store
            .journal_offset
            .map_or("nothing of the journal".into(), |offset| {
                format!("the journal up to offset {offset}")
            });
        format!(
            "{}: {journal}, {} open sagas, {} files of {} bytes",
            self.title(),
            self.store.open_sagas,
            self.files.len(),
            self.bytes()
        )
    }
}

/// The id of a backup at `now`, after the backup `last`, also when the clock was set back: the newest one has the greatest
/// id.
fn id_after(last: Option<&str>, now: Timestamp) -> String {
    let last = last.and_then(|last| {
        let time = DateTime::strptime(ID, last).ok()?.to_zoned(TimeZone::UTC).ok()?;
        time.timestamp().checked_add(1.millisecond()).ok()
    });
    last.map_or(now, |last| last.max(now)).strftime(ID).to_string()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_time_and_comes_after_the_last_one() {
        let now: Timestamp = "2026-11-23T22:15:07.042Z".parse().unwrap();
        assert_eq!(id_after(None, now), "20261123T221507.042Z");
        assert_eq!(id_after(Some("20251123T221507.042Z"), now), "20261123T221507.042Z");
        assert_eq!(id_after(Some("20261123T221507.042Z"), now), "20261123T221507.043Z");
        assert_eq!(id_after(Some("20271231T235959.999Z"), now), "20280101T000000.000Z");
        assert_eq!(id_after(Some("somebody's own name"), now), "20261123T221507.042Z");
    }
}
