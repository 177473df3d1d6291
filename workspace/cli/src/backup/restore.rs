//! `palinode backup restore`.

use std::path::Path;

use palinode_store::rocks::{Place, Restoring};

use super::{
    arguments::Restore,
    manifest::{Held, Manifest},
    repository::TaskBackups,
    target,
};
use crate::{Verdict, say};

pub(super) async fn restore(arguments: &Restore) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.from, false)?;
    let mut restored = 0;
    for task in repository.tasks(&arguments.selection).await? {
        let Some(manifest) = task.one(arguments.backup.as_deref()).await? else {
            say(format_args!("{} has no such backup", task.title()))?;
            continue;
        };
        let place = place(&arguments.data, &manifest, arguments.into_member.as_deref());
        one(&task, &manifest, &place).await?;
        restored += 1;
        say(format_args!("{} is in {}", manifest.title(), place.path().display()))?;
    }
    anyhow::ensure!(restored > 0, "there is no such backup");
    say("what the journal has beyond it is replayed when the node starts")?;
    Ok(Verdict::Done)
}

/// Where a backup belongs below `data`.
pub(super) fn place(data: &Path, manifest: &Manifest, member: Option<&str>) -> Place {
    let named = Place::new(data, "", member.unwrap_or_default(), manifest.store.task);
    Place {
        application: manifest.application.clone(),
        member: member.map_or_else(|| manifest.member.clone(), |_| named.member.clone()),
        ..named
    }
}

/// Puts a backup in its place, whole or not at all.
pub(super) async fn one(task: &TaskBackups, manifest: &Manifest, place: &Place) -> anyhow::Result<()> {
    let restoring = Restoring::begin(place)?;
    for file in &manifest.files {
        task.fetch(file, restoring.path()).await?;
    }
    let held = Held::from(restoring.contents()?);
    anyhow::ensure!(
        held == manifest.store,
        "it holds {held:?} and should hold {:?}",
        manifest.store
    );
    Ok(restoring.finish()?)
}
