//! The files of backups.
//!
//! ```text
//! <application>/<member>/task-<p>/files/<sha256>       a file of a store, once, however many backups have it
//! <application>/<member>/task-<p>/backups/<id>.json    a backup: which files, and what they hold together
//! ```
//!
//! A manifest is written after all of its files, and deleted before any of them. So what a kill leaves is a file that no
//! backup has; the next backup of the task deletes it.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    path::{Path, PathBuf},
    rc::Rc,
};

use anyhow::Context;
use palinode_store::rocks::Place;

use super::{
    arguments::Selection,
    checksum::{self, Summing},
    folder::DRAFT,
    manifest::{Manifest, StoredFile},
    shelf::Shelf,
};

/// What the name of a manifest ends with.
const MANIFEST: &str = ".json";

/// Where backups are kept.
#[derive(Clone)]
pub(super) struct Repository {
    shelf: Rc<dyn Shelf>,
}

/// The backups of one task.
#[derive(Clone)]
pub(super) struct TaskBackups {
    shelf: Rc<dyn Shelf>,
    name: String,
}

impl Repository {
    /// Backups on `shelf`.
    pub(super) fn new(shelf: impl Shelf + 'static) -> Self {
        Self { shelf: Rc::new(shelf) }
    }

    /// The backups of the task at `place`.
    pub(super) fn of(&self, place: &Place) -> TaskBackups {
        TaskBackups {
            shelf: Rc::clone(&self.shelf),
            name: name(place),
        }
    }

    /// The tasks that have backups, in order.
    pub(super) fn tasks(&self, selection: &Selection) -> anyhow::Result<Vec<TaskBackups>> {
        let mut places = Vec::new();
        for application in self.shelf.folders("")? {
            for member in self.shelf.folders(&application)? {
                for task in self.shelf.folders(&format!("{application}/{member}"))? {
                    let Some(task) = task.strip_prefix("task-").and_then(|task| task.parse().ok()) else {
                        continue;
                    };
                    places.push(Place {
                        data: PathBuf::new(),
                        application: application.clone(),
                        member: member.clone(),
                        task,
                    });
                }
            }
        }
        places.retain(|place| selection.means(place));
        places.sort();
        Ok(places.iter().map(|place| self.of(place)).collect())
    }
}

/// The name of the folder for the backups of the task at `place`.
pub(super) fn name(place: &Place) -> String {
    format!("{}/{}/task-{}", place.application, place.member, place.task)
}

impl TaskBackups {
    fn files(&self) -> String {
        format!("{}/files", self.name)
    }

    fn file(&self, sha256: &str) -> String {
        format!("{}/{sha256}", self.files())
    }

    fn backups(&self) -> String {
        format!("{}/backups", self.name)
    }

    /// The name of the manifest of the backup `id`.
    pub(super) fn manifest_file(&self, id: &str) -> String {
        format!("{}/{id}{MANIFEST}", self.backups())
    }

    /// Whose backups they are, for people.
    pub(super) fn title(&self) -> &str {
        &self.name
    }

    /// The files that are there by their checksums, and how long they are.
    pub(super) fn stored(&self) -> anyhow::Result<HashMap<String, u64>> {
        let files = self.shelf.files(&self.files())?;
        Ok(files.into_iter().map(|file| (file.name, file.bytes)).collect())
    }

    /// Keeps the file at `path`, which is `file`. A part of it at a time is in memory.
    pub(super) fn send(&self, file: &StoredFile, path: &Path) -> anyhow::Result<()> {
        let content = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut content = Summing::new(content).expect(file.bytes, &file.sha256);
        self.shelf.put(&self.file(&file.sha256), &mut content)
    }

    /// Writes a file of a backup into `folder`, when it is what it should be.
    pub(super) fn fetch(&self, file: &StoredFile, folder: &Path) -> anyhow::Result<()> {
        let (from, to) = (self.file(&file.sha256), folder.join(&file.name));
        let created = File::create(&to).with_context(|| format!("{} cannot be written", to.display()))?;
        let mut content = Summing::new(created);
        self.shelf
            .get(&from, &mut content)
            .with_context(|| format!("its file {} cannot be had", file.name))?;
        anyhow::ensure!(
            content.sum() == (file.bytes, file.sha256.clone()),
            "its file {}: {from} is not what was written. Delete it: the next backup sends it again if the store still has it",
            file.name
        );
        Ok(())
    }

    /// What names the backups, the oldest first.
    pub(super) fn ids(&self) -> anyhow::Result<Vec<String>> {
        let files = self.shelf.files(&self.backups())?;
        let mut ids: Vec<String> = files
            .iter()
            .filter_map(|file| file.name.strip_suffix(MANIFEST).map(str::to_owned))
            .collect();
        ids.sort();
        Ok(ids)
    }

    /// What names the backup to take: the one that is named if it is there, else the newest.
    pub(super) fn chosen(&self, named: Option<&str>) -> anyhow::Result<Option<String>> {
        let mut ids = self.ids()?;
        ids.retain(|id| named.is_none_or(|named| id == named));
        Ok(ids.pop())
    }

    /// The backup `id`.
    pub(super) fn manifest(&self, id: &str) -> anyhow::Result<Manifest> {
        let file = self.manifest_file(id);
        let mut bytes = Vec::new();
        self.shelf.get(&file, &mut bytes)?;
        let manifest = Manifest::read(&bytes).with_context(|| format!("{file} cannot be used"))?;
        anyhow::ensure!(
            manifest.id == id && name(&manifest.place()) == self.name,
            "{file} is out of its place: it says that it is {}",
            manifest.title()
        );
        Ok(manifest)
    }

    /// Keeps a manifest, whose files are there.
    pub(super) fn finish(&self, manifest: &Manifest) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(manifest)?;
        self.shelf.put(&self.manifest_file(&manifest.id), &mut &*text)
    }

    /// Deletes all but the last `keep` backups, and the files that no backup has. Gives how many backups went.
    pub(super) fn prune(&self, keep: usize) -> anyhow::Result<usize> {
        let mut kept = self.ids()?;
        let old: Vec<String> = kept.drain(..kept.len().saturating_sub(keep)).collect();
        let mut used = HashSet::new();
        for id in &kept {
            // When one cannot be read, nothing is deleted: its files are not known.
            used.extend(self.manifest(id)?.files.into_iter().map(|file| file.sha256));
        }
        for id in &old {
            self.shelf.delete(&self.manifest_file(id))?;
        }
        for file in self.shelf.files(&self.backups())? {
            if file.name.ends_with(DRAFT) {
                self.shelf.delete(&format!("{}/{}", self.backups(), file.name))?;
            }
        }
        for unused in self.stored()?.into_keys().filter(|file| !used.contains(file)) {
            self.shelf.delete(&self.file(&unused))?;
        }
        Ok(old.len())
    }
}

/// The file at `path` as backups name it; none when its name is none of RocksDB's.
pub(super) fn described(path: &Path) -> anyhow::Result<Option<StoredFile>> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
        return Ok(None);
    };
    let (bytes, sha256) = checksum::of_file(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Some(StoredFile { name, bytes, sha256 }))
}
