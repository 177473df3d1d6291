//! `palinode backup restore`.

use std::path::Path;

use palinode_store::rocks::{Place, Restoring};

use super::{arguments::Restore, manifest::Manifest, repository::TaskBackups, target};
use crate::{Verdict, say};

pub(super) fn restore(arguments: &Restore) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.from, false)?;
    let (mut restored, mut failed) = (0, 0);
    for task in repository.tasks(&arguments.selection)? {
        let Some(id) = task.chosen(arguments.backup.as_deref())? else {
            continue;
        };
        match one(&task, &id, &arguments.data, arguments.into_member.as_deref()) {
            Ok((manifest, place)) => {
                restored += 1;
                say(format_args!(
                    "{}; restored to {}",
                    manifest.summary(),
                    place.path().display()
                ))?;
            }
            // The other tasks' stores are worth it.
            Err(error) => {
                failed += 1;
                eprintln!("palinode: {id} of {}: {error:#}", task.title());
            }
        }
    }
    anyhow::ensure!(
        restored + failed > 0,
        "there is no such backup at {}: 'palinode backup list' shows what is there",
        arguments.from
    );
    anyhow::ensure!(
        failed == 0,
        "{failed} of {} tasks were not restored; the errors are above. A node makes their stores again from the journal",
        restored + failed
    );
    say("what the journal has beyond it is replayed when the node starts")?;
    Ok(Verdict::Done)
}

/// Puts the backup `id` in its place below `data`, whole or not at all. With `member` it is for another one than it was
/// taken from.
pub(super) fn one(
    task: &TaskBackups,
    id: &str,
    data: &Path,
    member: Option<&str>,
) -> anyhow::Result<(Manifest, Place)> {
    let manifest = task.manifest(id)?;
    manifest.check_format()?;
    manifest.check_neighbours(data)?;
    let mut place = Place {
        data: data.to_owned(),
        ..manifest.place()
    };
    if let Some(member) = member {
        place.member = Place::new(data, "", member, place.task).member;
    }
    let restoring = Restoring::begin(&place)?;
    for file in &manifest.files {
        task.fetch(file, restoring.path())?;
    }
    manifest.check_contents(restoring.contents()?)?;
    restoring.finish()?;
    Ok((manifest, place))
}
