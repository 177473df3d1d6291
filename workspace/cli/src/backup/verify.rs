//! `palinode backup verify`.

use palinode_store::rocks::inspect;

use super::{
    arguments::Verify,
    manifest::{Held, Manifest},
    repository::TaskBackups,
    target,
};
use crate::{Verdict, say};

pub(super) async fn verify(arguments: &Verify) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.from, false)?;
    let (mut looked_at, mut wrong) = (0, 0);
    for task in repository.tasks(&arguments.selection).await? {
        let manifests = if arguments.all {
            task.manifests().await?
        } else {
            task.one(arguments.backup.as_deref()).await?.into_iter().collect()
        };
        for manifest in manifests {
            looked_at += 1;
            match one(&task, &manifest).await {
                Ok(()) => say(format_args!(
                    "{}: {} files are whole; journal offset {}, {} sagas open",
                    manifest.title(),
                    manifest.files.len(),
                    manifest
                        .store
                        .journal_offset
                        .map_or("-".into(), |offset| offset.to_string()),
                    manifest.store.open_sagas
                ))?,
                Err(error) => {
                    wrong += 1;
                    say(format_args!("{}: NOT WHOLE: {error:#}", manifest.title()))?;
                }
            }
        }
    }
    anyhow::ensure!(looked_at > 0, "there is no such backup");
    Ok(if wrong == 0 { Verdict::Done } else { Verdict::Found })
}

/// Fetches a backup, opens it and reads it whole.
pub(super) async fn one(task: &TaskBackups, manifest: &Manifest) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for file in &manifest.files {
        task.fetch(file, folder.path()).await?;
    }
    let held = Held::from(inspect(folder.path(), true)?);
    anyhow::ensure!(
        held == manifest.store,
        "it holds {held:?} and should hold {:?}",
        manifest.store
    );
    Ok(())
}
