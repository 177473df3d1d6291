//! `palinode backup create`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use palinode_store::rocks::{Place, StoreCopy, inspect};

use super::{
    arguments::{Create, Selection},
    manifest::{Manifest, StoredFile},
    repository::{Repository, TaskBackups, checksum},
    target,
};
use crate::{Verdict, say};

/// What a backup has brought.
#[derive(Debug)]
pub(super) struct Created {
    /// The backup.
    pub(super) manifest: Manifest,
    /// Bytes that were sent; the others were there.
    pub(super) sent: u64,
    /// Old backups that were deleted.
    pub(super) pruned: usize,
}

pub(super) async fn create(arguments: &Create) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.to, true)?;
    let places = places(&arguments.data, &arguments.selection)?;
    anyhow::ensure!(
        !places.is_empty(),
        "there is no such task in {}",
        arguments.data.display()
    );
    let mut failed = 0;
    for place in &places {
        match one(&repository, place, arguments.keep.get()).await {
            Ok(created) => tell(&created)?,
            // The other tasks' stores are worth it.
            Err(error) => {
                failed += 1;
                eprintln!("palinode: {}: {error:#}", place.path().display());
            }
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of {} tasks were not backed up", places.len());
    Ok(Verdict::Done)
}

/// The tasks' folders that are meant.
pub(super) fn places(data: &Path, selection: &Selection) -> anyhow::Result<Vec<Place>> {
    let mut places = Place::all(data)?;
    places.retain(|place| {
        let application = selection.application.as_deref().unwrap_or(&place.application);
        let member = selection.member.as_deref().unwrap_or(&place.member);
        let meant = Place::new(data, application, member, place.task);
        let is_named = |given: &Option<String>, found: &str, meant: &str| given.is_none() || found == meant;
        is_named(&selection.application, &place.application, &meant.application)
            && is_named(&selection.member, &place.member, &meant.member)
            && (selection.tasks.is_empty() || selection.tasks.contains(&place.task))
    });
    Ok(places)
}

/// Backs up the store at `place`.
pub(super) async fn one(repository: &Repository, place: &Place, keep: usize) -> anyhow::Result<Created> {
    let copy = StoreCopy::make(place)?;
    let contents = inspect(copy.path(), false)?;
    let backups = repository.of(place);
    let (files, sent) = send(&backups, copy.files()).await?;
    let manifest = Manifest::now(place, contents, files);
    backups.finish(&manifest).await?;
    let pruned = backups.prune(keep).await?;
    Ok(Created { manifest, sent, pruned })
}

/// Sends the files that are not there yet.
async fn send(backups: &TaskBackups, paths: &[PathBuf]) -> anyhow::Result<(Vec<StoredFile>, u64)> {
    let stored = backups.stored().await?;
    let (mut files, mut sent) = (Vec::new(), 0);
    for path in paths {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
            continue;
        };
        // One file at a time: RocksDB's have 64 MiB at the most, about.
        let content = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let (bytes, sha256) = (content.len() as u64, checksum(&content));
        if stored.get(&sha256) != Some(&bytes) {
            backups.put(&sha256, content).await?;
            sent += bytes;
        }
        files.push(StoredFile { name, bytes, sha256 });
    }
    Ok((files, sent))
}

fn tell(created: &Created) -> anyhow::Result<()> {
    let Created { manifest, sent, pruned } = created;
    say(format_args!(
        "{}: {} files, {} bytes, of which {sent} were sent; journal up to {}; {} sagas open{}",
        manifest.title(),
        manifest.files.len(),
        manifest.bytes(),
        manifest
            .store
            .journal_offset
            .map_or("nothing".into(), |offset| format!("offset {offset}")),
        manifest.store.open_sagas,
        if *pruned == 0 {
            String::new()
        } else {
            format!("; {pruned} old backups deleted")
        }
    ))
}
