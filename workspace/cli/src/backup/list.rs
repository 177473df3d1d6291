//! `palinode backup list`.

use super::{arguments::List, target};
use crate::{Verdict, say};

pub(super) fn list(arguments: &List) -> anyhow::Result<Verdict> {
    let repository = target::open(&arguments.from, false)?;
    let (mut manifests, mut unread) = (Vec::new(), false);
    for task in repository.tasks(&arguments.selection)? {
        for id in task.ids()? {
            match task.manifest(&id) {
                Ok(manifest) => manifests.push(manifest),
                Err(error) => {
                    unread = true;
                    eprintln!("palinode: {id} of {}: {error:#}", task.title());
                }
            }
        }
    }
    if arguments.json {
        say(serde_json::to_string_pretty(&manifests)?)?;
    } else {
        for manifest in &manifests {
            say(manifest.summary())?;
        }
        if manifests.is_empty() {
            say(format_args!("there are no backups of this kind at {}", arguments.from))?;
        }
    }
    Ok(if unread { Verdict::Found } else { Verdict::Done })
}
