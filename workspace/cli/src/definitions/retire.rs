//! `palinode definitions retire`.

use palinode_server::{Error, Published};
use palinode_wire::definition::DefinitionRecord;

use super::{
    arguments,
    list::newest,
    open_sagas::OpenSagas,
    place::{Place, now},
};
use crate::{Verdict, say};

/// Open sagas that are named when they keep their version from being retired.
const NAMED_MAX: usize = 10;

pub(super) fn retire(arguments: &arguments::Retire) -> anyhow::Result<Verdict> {
    let (name, version) = (arguments.definition.as_str(), arguments.version);
    let place = Place::open(&arguments.place)?;
    let published = place.published.read()?;
    match standing(&published, name, version) {
        Ok(_) => {}
        Err(why) => {
            say(why)?;
            return Ok(Verdict::Found);
        }
    }
    let found = OpenSagas::read(&place)?;
    anyhow::ensure!(
        found.unreadable == 0,
        "{} of {} records of the journal cannot be read, so that open sagas may be missed; a newer version wrote them",
        found.unreadable,
        found.records
    );
    say(format_args!(
        "read the journal: {} records, {} open sagas in all",
        found.records,
        found.versions.len()
    ))?;
    let open: Vec<_> = found.of(name, version).collect();
    if !open.is_empty() {
        let keys: Vec<_> = open.iter().take(NAMED_MAX).map(|id| id.key.as_str()).collect();
        let more = if open.len() > keys.len() { ", …" } else { "" };
        say(format_args!(
            "{} open sagas follow version {version} of '{name}', so that it is not retired: {}{more}",
            open.len(),
            keys.join(", ")
        ))?;
        return Ok(Verdict::Found);
    }
    let (at, by) = (now(), arguments.by.as_str());
    let retired = place.published.update(place.definition_schema()?, |published| {
        let record = standing(published, name, version).map_err(|reason| Error::Published { reason })?;
        Ok(vec![DefinitionRecord {
            retired_at: Some(at),
            retired_by: Some(by.into()),
            ..record.clone()
        }])
    })?;
    let next = newest(&retired).get(name).copied().unwrap_or_default();
    say(format_args!(
        "version {version} of '{name}' is retired: no saga of it is open, and new ones follow version {next} within seconds. \
         A saga that starts before a node has noticed ends on version {version}"
    ))?;
    Ok(Verdict::Done)
}

/// The record of a version that can be retired; a sentence for people when there is none.
fn standing<'a>(published: &'a Published, name: &str, version: u32) -> Result<&'a DefinitionRecord, String> {
    let record = published
        .get(&(name.into(), version))
        .ok_or_else(|| format!("version {version} of '{name}' is not published"))?;
    if record.retired_at.is_some() {
        return Err(format!("version {version} of '{name}' is retired already"));
    }
    let mut others = published
        .values()
        .filter(|other| other.definition.as_str() == name && other.version != version && other.retired_at.is_none());
    match others.next() {
        Some(_) => Ok(record),
        None => Err(format!(
            "version {version} is the only one of '{name}' that new sagas can follow; publish another one first"
        )),
    }
}
