//! `palinode backup verify`.

use palinode_store::rocks::inspect;

use super::{arguments::Verify, manifest::Manifest, repository::TaskBackups, target};
use crate::{Verdict, say};

pub(super) fn verify(arguments: &Verify) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.from, false)?;
    let (mut looked_at, mut wrong) = (0, 0);
    for task in repository.tasks(&arguments.selection)? {
        let ids = if arguments.all {
            task.ids()?
        } else {
            task.chosen(arguments.backup.as_deref())?.into_iter().collect()
        };
        for id in ids {
            looked_at += 1;
            match one(&task, &id) {
                Ok(manifest) => say(format_args!("{}: whole", manifest.summary()))?,
                Err(error) => {
                    wrong += 1;
                    say(format_args!("{id} of {}: NOT WHOLE: {error:#}", task.title()))?;
                }
            }
        }
    }
    anyhow::ensure!(
        looked_at > 0,
        "there is no such backup at {}: 'palinode backup list' shows what is there",
        arguments.from
    );
    Ok(if wrong == 0 { Verdict::Done } else { Verdict::Found })
}

/// Fetches the backup `id`, opens it and reads it whole.
pub(super) fn one(task: &TaskBackups, id: &str) -> anyhow::Result<Manifest> {
    let manifest = task.manifest(id)?;
    manifest.check_format()?;
    let folder = tempfile::tempdir()?;
    for file in &manifest.files {
        task.fetch(file, folder.path())?;
    }
    manifest.check_contents(inspect(folder.path(), true)?)?;
    Ok(manifest)
}
