//! `palinode definitions diff`.

use anyhow::Context;
use serde_json::Value as Json;

use super::{arguments, difference::differences, place::Place};
use crate::{Verdict, say};

pub(super) fn diff(arguments: &arguments::Diff) -> anyhow::Result<Verdict> {
    let before = text(&arguments.before, &arguments.place)?;
    let after = text(&arguments.after, &arguments.place)?;
    let parse = |name: &str, text: &str| -> anyhow::Result<Json> {
        serde_saphyr::from_str(text).with_context(|| format!("{name} is no YAML"))
    };
    let found = differences(&parse(&arguments.before, &before)?, &parse(&arguments.after, &after)?);
    for difference in &found {
        say(difference)?;
    }
    if !found.is_empty() {
        return Ok(Verdict::Found);
    }
    say(if before == after {
        "they are the same, to the byte"
    } else {
        "they mean the same: only comments or the layout differ"
    })?;
    Ok(Verdict::Done)
}

/// The text of a file, or of a published version.
fn text(name: &str, place: &arguments::Place) -> anyhow::Result<String> {
    if let Some((definition, version)) = name.rsplit_once('@')
        && let Ok(version) = version.parse::<u32>()
    {
        let published = Place::open(place)?.published.read()?;
        let record = published.get(&(definition.into(), version));
        let record = record.with_context(|| format!("version {version} of '{definition}' is not published"))?;
        return Ok(record.text.to_string());
    }
    std::fs::read_to_string(name).with_context(|| format!("{name} cannot be read; a published version is NAME@VERSION"))
}
