//! `palinode backup create`.

use std::path::Path;

use anyhow::Context;
use palinode_store::rocks::{Place, StoreCopy, inspect};

use super::{
    arguments::{Create, Selection},
    manifest::Manifest,
    repository::{Repository, described},
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

pub(super) fn create(arguments: &Create) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.to, true)?;
    let places = places(&arguments.data, &arguments.selection)?;
    anyhow::ensure!(
        !places.is_empty(),
        "there is no store of such a task below {}: give the folder that the node's configuration names as data_dir",
        arguments.data.display()
    );
    let mut failed = 0;
    for place in &places {
        match one(&repository, place, arguments.keep.get()) {
            Ok(created) => tell(&created)?,
            // The other tasks' stores are worth it.
            Err(error) => {
                failed += 1;
                eprintln!("palinode: {}: {error:#}", place.path().display());
            }
        }
    }
    anyhow::ensure!(
        failed == 0,
        "{failed} of {} tasks were not backed up as they should be; the errors are above",
        places.len()
    );
    Ok(Verdict::Done)
}

/// The tasks' folders that are meant.
pub(super) fn places(data: &Path, selection: &Selection) -> anyhow::Result<Vec<Place>> {
    let mut places = Place::all(data)?;
    places.retain(|place| selection.means(place));
    Ok(places)
}

/// Backs up the store at `place`: first the files that are not there yet, one after the other, then the manifest.
pub(super) fn one(repository: &Repository, place: &Place, keep: usize) -> anyhow::Result<Created> {
    let copy = StoreCopy::make(place)?;
    let mut contents = inspect(copy.path(), false)?;
    let tables = std::mem::take(&mut contents.tables);
    let backups = repository.of(place);
    let stored = backups.stored()?;
    let (mut files, mut sent) = (Vec::new(), 0);
    for path in copy.files() {
        let Some(file) = described(path)? else {
            continue;
        };
        // RocksDB may just be writing a table, or have one left over.
        if file.name.ends_with(".sst") && !tables.contains(&file.name) {
            continue;
        }
        if stored.get(&file.sha256) != Some(&file.bytes) {
            backups.send(&file, path)?;
            sent += file.bytes;
        }
        files.push(file);
    }
    let last = backups.chosen(None)?;
    let manifest = Manifest::now(place, contents, files, last.as_deref());
    backups.finish(&manifest)?;
    let pruned = backups
        .prune(keep)
        .with_context(|| format!("the backup {} is whole, but nothing old was deleted", manifest.id))?;
    Ok(Created { manifest, sent, pruned })
}

fn tell(created: &Created) -> anyhow::Result<()> {
    let Created { manifest, sent, pruned } = created;
    let deleted = match pruned {
        0 => String::new(),
        1 => "; 1 old backup was deleted".into(),
        more => format!("; {more} old backups were deleted"),
    };
    say(format_args!(
        "{}, of which {sent} bytes were sent{deleted}",
        manifest.summary()
    ))
}
