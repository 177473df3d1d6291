//! What clients wrote down, from their files.

use std::{collections::BTreeMap, fs::File, io::BufReader, path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use palinode_audit::{Auditor, read_notes};

/// Hands the auditor what stands in `files`. Each is of another client, because the order of what a client did counts.
pub(super) fn tell(auditor: &mut Auditor, files: &[PathBuf]) -> anyhow::Result<()> {
    let mut clients: BTreeMap<Arc<str>, &PathBuf> = BTreeMap::new();
    for path in files {
        let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        let mut by = None;
        read_notes(BufReader::new(file), |observation| {
            auditor.observe(&observation);
            by.get_or_insert(observation.by);
        })
        .with_context(|| path.display().to_string())?;
        let Some(by) = by else { continue };
        if let Some(other) = clients.insert(Arc::clone(&by), path) {
            let (other, path) = (other.display(), path.display());
            bail!("{other} and {path} are both of '{by}': give each client a name of its own");
        }
    }
    Ok(())
}
