//! Playing a scenario: time is moved from one event to the next, never ahead of the work that it causes.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Context;
use palinode_core::{SchemaId, Timestamp};
use palinode_wire::frame;

use super::{Event, Outside, Scenario};
use crate::sandbox::{control::Sandbox, world::World};

/// What became of a scenario.
pub(in super::super) struct Played {
    pub(in super::super) events: usize,
    pub(in super::super) length: Duration,
    pub(in super::super) took: Duration,
}

/// Plays all of a scenario.
pub(in super::super) fn play(sandbox: &Sandbox, scenario: Scenario) -> anyhow::Result<Played> {
    let started = Instant::now();
    let (began, length, events) = (scenario.header.began()?, scenario.length(), scenario.entries.len());
    let mut schemas = BTreeMap::new();
    for entry in scenario.entries {
        pass_time(sandbox, began.plus(entry.at.0))?;
        happen(sandbox, entry.event, &mut schemas)?;
    }
    sandbox.with(World::settle)?;
    Ok(Played {
        events,
        length,
        took: started.elapsed(),
    })
}

/// Lets time pass up to here: in leaps from one thing that falls due to the next, each of which is carried out before.
fn pass_time(sandbox: &Sandbox, until: Timestamp) -> anyhow::Result<()> {
    let mut now = Timestamp::default();
    while now < until {
        // Others may ask in between.
        now = sandbox.with(|world| {
            let next = world.settle()?;
            let now = world.clock.now();
            if now < until {
                let next = next.map_or(until, |next| next.min(until));
                world.advance(next.since(now))?;
            }
            Ok(now)
        })?;
    }
    Ok(())
}

fn happen(sandbox: &Sandbox, event: Event, schemas: &mut BTreeMap<u32, SchemaId>) -> anyhow::Result<()> {
    match event {
        Event::Send(order) => sandbox.send(&order).map(|_| ()),
        Event::Clock(span) => sandbox.leap(span).map(|_| ()),
        Event::Stub(change) => sandbox.change(&change).map(|_| ()),
        Event::Schema(known) => sandbox.with(|world| {
            let id = world.register(&known.name, &known.text)?;
            schemas.insert(known.id, id);
            world.recorder.came(Event::Schema(known))
        }),
        Event::Record(outside) => {
            let value = value_of(&outside, schemas)?;
            sandbox.with(|world| {
                world.write(&outside, value.as_deref())?;
                world.recorder.came(Event::Record(outside))
            })
        }
        Event::End {} => Ok(()),
    }
}

/// The value of a record, in the schema's id of this registry.
fn value_of(outside: &Outside, schemas: &BTreeMap<u32, SchemaId>) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(value) = &outside.value else { return Ok(None) };
    let mut framed = Vec::new();
    if let Some(id) = outside.schema {
        let known = schemas.get(&id);
        let here = known.with_context(|| format!("no line before it holds the schema {id} of a record"))?;
        frame::write_header(&mut framed, *here);
    }
    framed.extend_from_slice(&value.0);
    Ok(Some(framed))
}
