//! `palinode definitions list`.

use std::collections::BTreeMap;

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use palinode_core::DefinitionName;
use palinode_server::Published;
use palinode_wire::{definition::DefinitionRecord, rfc3339};
use serde_json::json;

use super::{arguments, place::Place, publish::short};
use crate::{Verdict, say};

pub(super) fn list(arguments: &arguments::List) -> anyhow::Result<Verdict> {
    let published = Place::open(&arguments.place)?.published.read()?;
    let newest = newest(&published);
    let wanted = |record: &&DefinitionRecord| {
        let definition = arguments.definition.as_deref();
        definition.is_none_or(|definition| definition == record.definition.as_str())
    };
    let records: Vec<&DefinitionRecord> = published.values().filter(wanted).collect();
    if arguments.json {
        for record in records {
            say(json!({
                "definition": record.definition.as_str(),
                "version": record.version,
                "hash": record.hash,
                "owner": record.owner,
                "published_at": rfc3339(record.published_at),
                "published_by": record.published_by,
                "retired_at": record.retired_at.map(rfc3339),
                "retired_by": record.retired_by,
                "newest": newest.get(&record.definition) == Some(&record.version),
            }))?;
        }
        return Ok(Verdict::Done);
    }
    if records.is_empty() {
        say("nothing is published")?;
        return Ok(Verdict::Found);
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["definition", "version", "hash", "published", "by", "state"]);
    for record in records {
        let state = match record.retired_at {
            Some(at) => {
                let by = record.retired_by.as_deref().unwrap_or("somebody");
                format!("retired {} by {by}", rfc3339(at))
            }
            None if newest.get(&record.definition) == Some(&record.version) => "new sagas follow it".into(),
            None => "its sagas stay on it".into(),
        };
        table.add_row([
            record.definition.to_string(),
            record.version.to_string(),
            short(&record.hash).to_owned(),
            rfc3339(record.published_at).to_string(),
            record.published_by.to_string(),
            state,
        ]);
    }
    say(table)?;
    Ok(Verdict::Done)
}

/// For each definition the version that new sagas follow: the newest that is not retired.
pub(super) fn newest(published: &Published) -> BTreeMap<DefinitionName, u32> {
    let standing = published.values().filter(|record| record.retired_at.is_none());
    // Versions stand in ascending order, so that the last one counts.
    standing
        .map(|record| (record.definition.clone(), record.version))
        .collect()
}
