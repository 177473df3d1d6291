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
    path::Path as File,
    sync::Arc,
};

use anyhow::Context;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path};
use palinode_store::rocks::Place;
use sha2::{Digest, Sha256};

use super::{
    arguments::Selection,
    manifest::{Manifest, StoredFile},
};

/// Where backups are kept.
pub(super) struct Repository {
    store: Arc<dyn ObjectStore>,
    root: Path,
}

/// The backups of one task.
#[derive(Clone)]
pub(super) struct TaskBackups {
    store: Arc<dyn ObjectStore>,
    root: Path,
}

impl Repository {
    /// Backups in `store`, below `root`.
    pub(super) fn new(store: Arc<dyn ObjectStore>, root: Path) -> Self {
        Self { store, root }
    }

    /// The backups of the task at `place`.
    pub(super) fn of(&self, place: &Place) -> TaskBackups {
        let member = self
            .root
            .clone()
            .join(place.application.as_str())
            .join(place.member.as_str());
        self.at(member.join(format!("task-{}", place.task)))
    }

    fn at(&self, root: Path) -> TaskBackups {
        TaskBackups {
            store: Arc::clone(&self.store),
            root,
        }
    }

    /// The tasks that have backups, in order.
    pub(super) async fn tasks(&self, selection: &Selection) -> anyhow::Result<Vec<TaskBackups>> {
        // A member's folder is named as the place of one of its tasks says.
        let named = Place::new(
            File::new(""),
            selection.application.as_deref().unwrap_or_default(),
            selection.member.as_deref().unwrap_or_default(),
            0,
        );
        let is_meant = |wanted: Option<()>, name: &str, path: &Path| {
            let part = Path::from_iter([name]);
            wanted.is_none() || path.filename() == part.filename()
        };
        let mut tasks = Vec::new();
        for application in self.folders(&self.root).await? {
            let wanted = selection.application.as_ref().map(|_| ());
            if !is_meant(wanted, &named.application, &application) {
                continue;
            }
            for member in self.folders(&application).await? {
                let wanted = selection.member.as_ref().map(|_| ());
                if !is_meant(wanted, &named.member, &member) {
                    continue;
                }
                let mut numbered = Vec::new();
                for task in self.folders(&member).await? {
                    let number = task
                        .filename()
                        .and_then(|name| name.strip_prefix("task-")?.parse::<i32>().ok());
                    numbered.extend(number.map(|number| (number, task)));
                }
                numbered.retain(|(number, _)| selection.tasks.is_empty() || selection.tasks.contains(number));
                numbered.sort();
                tasks.extend(numbered.into_iter().map(|(_, path)| self.at(path)));
            }
        }
        Ok(tasks)
    }

    async fn folders(&self, path: &Path) -> anyhow::Result<Vec<Path>> {
        let mut folders = self.store.list_with_delimiter(Some(path)).await?.common_prefixes;
        folders.sort();
        Ok(folders)
    }
}

impl TaskBackups {
    fn files(&self) -> Path {
        self.root.clone().join("files")
    }

    fn backups(&self) -> Path {
        self.root.clone().join("backups")
    }

    /// Where it is, for people.
    pub(super) fn title(&self) -> &str {
        self.root.as_ref()
    }

    /// The files that are there by their checksums, and how long they are.
    pub(super) async fn stored(&self) -> anyhow::Result<HashMap<String, u64>> {
        let objects = self.store.list_with_delimiter(Some(&self.files())).await?.objects;
        let named = |path: &Path| path.filename().unwrap_or_default().to_owned();
        Ok(objects
            .iter()
            .map(|object| (named(&object.location), object.size))
            .collect())
    }

    /// Keeps a file.
    pub(super) async fn put(&self, sha256: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let path = self.files().join(sha256);
        self.store.put(&path, PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Writes a file of a backup into `folder`, when it is what it should be.
    pub(super) async fn fetch(&self, file: &StoredFile, folder: &File) -> anyhow::Result<()> {
        let path = self.files().join(file.sha256.as_str());
        let lost = || format!("{}: {path}", file.name);
        let bytes = self
            .store
            .get(&path)
            .await
            .with_context(lost)?
            .bytes()
            .await
            .with_context(lost)?;
        anyhow::ensure!(
            bytes.len() as u64 == file.bytes && checksum(&bytes) == file.sha256,
            "{}: {path} is not what was written",
            file.name
        );
        let to = folder.join(&file.name);
        std::fs::write(&to, &bytes).with_context(|| format!("{} cannot be written", to.display()))
    }

    /// The manifests, the oldest first.
    pub(super) async fn manifests(&self) -> anyhow::Result<Vec<Manifest>> {
        let mut objects = self.store.list_with_delimiter(Some(&self.backups())).await?.objects;
        objects.retain(|object| object.location.extension() == Some("json"));
        objects.sort_by(|one, other| one.location.cmp(&other.location));
        let mut manifests = Vec::with_capacity(objects.len());
        for object in objects {
            let bytes = self.store.get(&object.location).await?.bytes().await?;
            let manifest = Manifest::read(&bytes).with_context(|| object.location.to_string())?;
            manifests.push(manifest);
        }
        Ok(manifests)
    }

    /// The newest backup, or the one that is named.
    pub(super) async fn one(&self, id: Option<&str>) -> anyhow::Result<Option<Manifest>> {
        let mut manifests = self.manifests().await?;
        manifests.retain(|manifest| id.is_none_or(|id| manifest.id == id));
        Ok(manifests.pop())
    }

    /// Keeps a manifest, whose files are there.
    pub(super) async fn finish(&self, manifest: &Manifest) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(manifest)?;
        self.store.put(&self.manifest(manifest), PutPayload::from(text)).await?;
        Ok(())
    }

    /// Deletes all but the last `keep` backups, and the files that no backup has. Gives how many backups went.
    pub(super) async fn prune(&self, keep: usize) -> anyhow::Result<usize> {
        // When a manifest cannot be read, nothing is deleted: its files are not known.
        let mut manifests = self.manifests().await?;
        let old = manifests.len().saturating_sub(keep);
        for manifest in manifests.drain(..old) {
            self.store.delete(&self.manifest(&manifest)).await?;
        }
        let used: HashSet<&str> = manifests
            .iter()
            .flat_map(|manifest| &manifest.files)
            .map(|file| file.sha256.as_str())
            .collect();
        for unused in self
            .stored()
            .await?
            .into_keys()
            .filter(|file| !used.contains(file.as_str()))
        {
            self.store.delete(&self.files().join(unused)).await?;
        }
        Ok(old)
    }

    fn manifest(&self, manifest: &Manifest) -> Path {
        self.backups().join(format!("{}.json", manifest.id))
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn checksum(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
