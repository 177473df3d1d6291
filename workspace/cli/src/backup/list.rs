//! `palinode backup list`.

use super::{arguments::List, target};
use crate::{Verdict, say};

pub(super) async fn list(arguments: &List) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.from, false)?;
    let mut manifests = Vec::new();
    for task in repository.tasks(&arguments.selection).await? {
        manifests.extend(task.manifests().await?);
    }
    if arguments.json {
        say(serde_json::to_string_pretty(&manifests)?)?;
        return Ok(Verdict::Done);
    }
    for manifest in &manifests {
        let offset = manifest
            .store
            .journal_offset
            .map_or("-".into(), |offset| offset.to_string());
        say(format_args!(
            "{}: {} files, {} bytes, journal offset {offset}, {} sagas open",
            manifest.title(),
            manifest.files.len(),
            manifest.bytes(),
            manifest.store.open_sagas
        ))?;
    }
    if manifests.is_empty() {
        say("there are no backups")?;
    }
    Ok(Verdict::Done)
}
