//! `palinode definitions migrate`.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use bytes::Bytes;
use palinode_core::{Saga, SagaId};
use palinode_definition::{Definition, MigrationPlan};
use palinode_log::kafka::CompactedTopic;
use palinode_server::Published;
use palinode_wire::{
    control::{self, MigrationRequested},
    own,
};

use super::{
    arguments,
    movable::{Path, Verdicts},
    place::Place,
    registered::Registered,
    states::States,
};
use crate::{Verdict, say};

/// Sagas that are named when they stay.
const NAMED_MAX: usize = 10;

/// How long nodes may take to move what they are asked to. Whatever is left is moved later, or when this is run again.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Wishes that are written together: they fit into what waits to be sent.
const SENT_AT_ONCE: usize = 10_000;

/// The pause between two looks at the journal.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub(super) fn migrate(arguments: &arguments::Migrate) -> anyhow::Result<Verdict> {
    let file = arguments.plan.display().to_string();
    let text = std::fs::read_to_string(&arguments.plan).with_context(|| format!("{file} cannot be read"))?;
    let plan = match MigrationPlan::read(&file, &text) {
        Ok(plan) => plan,
        Err(diagnostics) => {
            say(diagnostics)?;
            return Ok(Verdict::Found);
        }
    };
    let place = Place::open(&arguments.place)?;
    let published = place.published.read()?;
    let versions = versions(&published, &plan)?;
    let version = |number: u32| {
        let found = versions.get(&number);
        found.with_context(|| format!("version {number} of '{}' is not published", plan.definition))
    };
    let (from, to) = (version(plan.from)?, version(plan.to)?);
    let registered = Registered::new(&place)?;
    let unfit = plan.check(&from.plan, to, &|record| registered.text(record));
    registered.answered()?;
    for diagnostic in &unfit {
        say(diagnostic)?;
    }
    if !unfit.is_empty() {
        return Ok(Verdict::Found);
    }
    let (_, schemas) = place.journal_schemas()?;
    let path = Path {
        plan: &plan,
        from,
        to,
        registered: &registered,
        schemas: &schemas,
    };
    let states = states(&place, &plan, &versions)?;
    let verdicts = if arguments.undo {
        path.back(&states)
    } else {
        path.there(&states)
    };
    registered.answered()?;
    tell(arguments, &plan, &verdicts)?;
    if !arguments.dry_run && !verdicts.movable.is_empty() {
        send(arguments, &place, &plan, &verdicts)?;
        if !answered(arguments, &place, &plan, &versions, &verdicts)? {
            return Ok(Verdict::Found);
        }
    }
    Ok(if verdicts.staying.is_empty() {
        Verdict::Done
    } else {
        Verdict::Found
    })
}

/// All versions of the definition that can be read here.
fn versions(published: &Published, plan: &MigrationPlan) -> anyhow::Result<BTreeMap<u32, Definition>> {
    let of = published.values().filter(|record| record.definition == plan.definition);
    let mut versions = BTreeMap::new();
    for record in of {
        if record.version == plan.to && record.retired_at.is_some() {
            anyhow::bail!("version {} of '{}' is retired", plan.to, plan.definition);
        }
        let file = format!("{}@{}", record.definition, record.version);
        match Definition::read(&file, &record.text) {
            Ok(definition) => drop(versions.insert(record.version, definition)),
            Err(diagnostics) if [plan.from, plan.to].contains(&record.version) => return Err(diagnostics.into()),
            // When it has sagas, their states cannot be told, and nothing is moved.
            Err(_) => {}
        }
    }
    Ok(versions)
}

fn states(place: &Place, plan: &MigrationPlan, versions: &BTreeMap<u32, Definition>) -> anyhow::Result<States> {
    let states = States::read(place, plan.definition.as_str(), versions)?;
    anyhow::ensure!(
        states.unreadable == 0,
        "{} of {} records of the journal cannot be read, so that nothing is moved; a newer version wrote them",
        states.unreadable,
        states.records
    );
    Ok(states)
}

fn tell(arguments: &arguments::Migrate, plan: &MigrationPlan, verdicts: &Verdicts) -> anyhow::Result<()> {
    let (version, what) = if arguments.undo {
        (plan.to, "return to")
    } else {
        (plan.from, "move to")
    };
    let other = if arguments.undo { plan.from } else { plan.to };
    let (movable, staying) = (verdicts.movable.len(), verdicts.staying.len());
    say(format_args!(
        "{} open sagas of '{}' follow version {version}: {movable} can {what} version {other}, {staying} stay",
        movable + staying,
        plan.definition
    ))?;
    name(&verdicts.staying)
}

/// Names the first of those that stay, and why.
fn name(staying: &[(SagaId, String)]) -> anyhow::Result<()> {
    for (id, why) in staying.iter().take(NAMED_MAX) {
        say(format_args!("  {}: {why}", id.key))?;
    }
    if staying.len() > NAMED_MAX {
        say(format_args!("  … and {} more", staying.len() - NAMED_MAX))?;
    }
    Ok(())
}

/// Asks the nodes. What is written twice is refused the second time by the saga.
fn send(
    arguments: &arguments::Migrate,
    place: &Place,
    plan: &MigrationPlan,
    verdicts: &Verdicts,
) -> anyhow::Result<()> {
    let schema = place.kept_schema(own::MIGRATION_REQUESTED)?;
    let text = MigrationRequested::plan(&plan.migration())?;
    let mut records = Vec::with_capacity(verdicts.movable.len());
    for id in verdicts.movable.keys() {
        let request = MigrationRequested {
            definition: id.definition.clone(),
            saga: id.key.clone(),
            from_version: plan.from,
            to_version: plan.to,
            plan: (!arguments.undo).then(|| text.clone()),
            by: arguments.by.clone(),
        };
        let key = Bytes::copy_from_slice(id.key.as_str().as_bytes());
        records.push((key, request.encode(schema)?.into()));
    }
    let topic = place.topic(control::TOPIC);
    let control = CompactedTopic::new(place.settings.clone(), topic.as_str());
    for some in records.chunks(SENT_AT_ONCE) {
        control
            .write(some)
            .with_context(|| format!("the wishes were not all written to '{topic}'; run it again"))?;
    }
    Ok(())
}

/// Waits for what became of each saga; false when some stay, or have not answered.
fn answered(
    arguments: &arguments::Migrate,
    place: &Place,
    plan: &MigrationPlan,
    versions: &BTreeMap<u32, Definition>,
    verdicts: &Verdicts,
) -> anyhow::Result<bool> {
    let wanted = if arguments.undo { plan.from } else { plan.to };
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    loop {
        thread::sleep(LOOK_AGAIN);
        let states = states(place, plan, versions)?;
        let (mut moved, mut open, mut staying) = (0, 0, Vec::new());
        for (id, since) in &verdicts.movable {
            match states.saga(id) {
                Some(Saga::Open(state)) if state.version == wanted => moved += 1,
                Some(Saga::Open(_)) => match states.refusal(id, *since) {
                    Some(why) => staying.push((id.clone(), why.to_owned())),
                    None => open += 1,
                },
                Some(Saga::Closed(closed)) if closed.version == wanted => moved += 1,
                _ => staying.push((id.clone(), "it ended before".into())),
            }
        }
        if open > 0 && Instant::now() < deadline {
            continue;
        }
        let what = if arguments.undo { "returned" } else { "moved" };
        say(format_args!(
            "{moved} {what}, {} did not any more, {open} have not answered yet{}",
            staying.len(),
            if open > 0 { ": run it again" } else { "" }
        ))?;
        name(&staying)?;
        return Ok(open == 0 && staying.is_empty());
    }
}
