//! `palinode definitions publish`.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use anyhow::Context;
use palinode_core::{Plan, RecordName};
use palinode_definition::{Definition, check_schemas};
use palinode_engine::{Edition, Topics};
use palinode_log::kafka;
use palinode_server::{Error, Publication, files_below};
use palinode_wire::Schemas;

use super::{
    arguments,
    place::{Place, now},
    registered::Registered,
    together::misfits,
};
use crate::{Verdict, say};

pub(super) fn publish(arguments: &arguments::Publish) -> anyhow::Result<Verdict> {
    let place = Place::open(&arguments.place)?;
    let mut publications = Vec::new();
    let mut files = Vec::new();
    let mut wrong = false;
    for path in &arguments.files {
        for file in files_below(path, "yaml")? {
            match checked(&place, &file)? {
                Some((plan, text)) => {
                    files.push(file.display().to_string());
                    publications.push(Publication {
                        plan,
                        text,
                        by: arguments.by.as_str().into(),
                        at: now(),
                    });
                }
                None => wrong = true,
            }
        }
    }
    if wrong {
        say("nothing was published")?;
        return Ok(Verdict::Found);
    }
    anyhow::ensure!(!publications.is_empty(), "there is no *.yaml file to publish");
    let before = place.published.read()?;
    for publication in &publications {
        if let Err(error) = publication.is_new(&before) {
            return refused(&error);
        }
    }
    let misfits = misfits(&before, files.iter().zip(&publications));
    if !misfits.is_empty() {
        misfits.iter().try_for_each(say)?;
        say("nothing was published")?;
        return Ok(Verdict::Found);
    }
    let done = if arguments.dry_run {
        "would be published"
    } else {
        "published"
    };
    if !arguments.dry_run {
        match place.published.publish(place.definition_schema()?, &publications) {
            Err(error @ Error::PublishedOtherwise { .. }) => return refused(&error),
            other => other?,
        };
    }
    for publication in &publications {
        let plan = &publication.plan;
        let title = format!("{} version {} (hash {})", plan.name, plan.version, short(&plan.hash));
        if publication.is_new(&before)? {
            say(format_args!(
                "{title}: {done}. New sagas follow the newest version within seconds; those under way stay on theirs"
            ))?;
        } else {
            say(format_args!("{title}: is published already, with this text"))?;
        }
    }
    Ok(Verdict::Done)
}

fn refused(error: &Error) -> anyhow::Result<Verdict> {
    say(error)?;
    say("nothing was published")?;
    Ok(Verdict::Found)
}

/// The first characters of a hash, enough for people.
pub(super) fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// The plan and text of a file; none when it has errors, which are printed.
fn checked(place: &Place, file: &Path) -> anyhow::Result<Option<(Arc<Plan>, String)>> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let definition = match Definition::read_bytes(&file.display().to_string(), &bytes) {
        Ok(definition) => definition,
        Err(diagnostics) => {
            say(&diagnostics)?;
            return Ok(None);
        }
    };
    let text = String::from_utf8(bytes)?;
    let registered = Registered::new(place)?;
    let unfit = check_schemas(&definition, &|record| registered.text(record));
    registered.answered()?;
    for diagnostic in &unfit {
        say(diagnostic)?;
    }
    if !unfit.is_empty() || incompatible(&definition, &registered)? {
        return Ok(None);
    }
    let schemas = registered.into_schemas()?;
    let plan = Arc::new(definition.plan);
    let count = schemas.ids().len();
    match runnable(place, &plan, &schemas)? {
        Some(reason) => {
            say(format_args!("{}: {reason}", file.display()))?;
            Ok(None)
        }
        None => {
            say(format_args!(
                "{}: {} version {}, {} steps: right, checked against {count} registered schemas and the cluster's topics",
                file.display(),
                plan.name,
                plan.version,
                plan.steps.len()
            ))?;
            Ok(Some((plan, text)))
        }
    }
}

/// Whether the definition cannot be run with records that an older registered schema wrote, of a subject that it reads. It
/// says so: a participant that is not of the newest version would suspend its sagas.
fn incompatible(definition: &Definition, registered: &Registered) -> anyhow::Result<bool> {
    let mut found = false;
    let read: BTreeSet<&RecordName> = definition.plan.awaited().map(|(record, _)| record).collect();
    for record in read {
        for (version, older) in registered.older(record)? {
            let with_older = |other: &RecordName| match other == record {
                true => Some(older.clone()),
                false => registered.text(other),
            };
            let unfit = check_schemas(definition, &with_older);
            registered.answered()?;
            for diagnostic in &unfit {
                say(diagnostic)?;
            }
            if !unfit.is_empty() {
                found = true;
                say(format_args!(
                    "'{record}' is read, and version {version} of that subject does not fit. When nobody writes it any more, \
                     delete that version in the registry"
                ))?;
            }
        }
    }
    Ok(found)
}

/// Why no node could run the plan.
fn runnable(place: &Place, plan: &Arc<Plan>, schemas: &Schemas) -> anyhow::Result<Option<String>> {
    let editions = vec![Edition::from(Arc::clone(plan))];
    let definitions =
        palinode_engine::Definitions::new(editions, Topics::new(&place.topic_prefix), |record, fields| {
            schemas.encoder(record, fields).map_err(|error| error.to_string())
        })?;
    if let Some(reason) = definitions.unready(&plan.name, plan.version) {
        return Ok(Some(reason.to_owned()));
    }
    for topic in definitions
        .input_topics()
        .into_iter()
        .chain(definitions.output_topics())
    {
        match kafka::partition_count(&place.settings, &topic) {
            Ok(_) => {}
            Err(error) if error.is_missing_topic() => return Ok(Some(error.to_string())),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}
