//! A round: faults begin and end at their times, then everything is well again.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use palinode_sandbox::shop::Component;

use crate::{
    disks,
    fault::{Fault, Target, What},
    plan::Round,
    world::World,
};

/// An orderly end takes less than a second; with a broker that is gone, some more. Then it is killed.
const END_AT_MOST: Duration = Duration::from_secs(25);
/// In a rolling restart the next is stopped so long after the one before: a start takes a second or two.
const ROLLS_ON_AFTER: Duration = Duration::from_secs(3);
/// How long nodes are waited for when they are.
const SETTLES_AT_MOST: Duration = Duration::from_secs(20);
/// How often what is waited for is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What happened in a round beside its plan.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    /// Processes that ended by themselves and were started again.
    pub(crate) ended: Vec<String>,
    /// Processes that did not end in order in time and were killed.
    pub(crate) late: Vec<String>,
}

/// Begin or end of something.
#[derive(Clone, Copy)]
enum Moment {
    Begin,
    End,
}

/// Whether an end has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Yes,
    NotYet,
}

/// Plays a round.
pub(crate) fn play(world: &mut World, round: &Round) -> anyhow::Result<Aside> {
    let mut aside = Aside::default();
    let mut moments: Vec<(Duration, Moment, Fault)> = Vec::new();
    for fault in round.faults.iter().flat_map(|fault| parts(world, fault)) {
        moments.push((fault.at, Moment::Begin, fault));
        moments.push((fault.at + fault.lasts, Moment::End, fault));
    }
    let began = Instant::now();
    loop {
        // The next one is the last.
        moments.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let Some((at, moment, fault)) = moments.pop() else {
            break;
        };
        thread::sleep(at.saturating_sub(began.elapsed()));
        let done = match moment {
            Moment::Begin => begin(world, fault.what).map(|()| Done::Yes),
            Moment::End => {
                let asked = fault.at + fault.lasts;
                let is_late = began.elapsed() > asked + END_AT_MOST;
                end(world, fault.what, is_late, &mut aside)
            }
        };
        if done.with_context(|| fault.to_string())? == Done::NotYet {
            moments.push((began.elapsed() + LOOK, moment, fault));
        }
    }
    // Most brokers have to be there before the next one is hit.
    for broker in 0..world.brokers.count() {
        revive(world, Target::Broker(broker), &mut aside)?;
        world.brokers.await_ready(broker)?;
    }
    revive(world, Target::Registry, &mut aside)?;
    if round.settles {
        settle(world, &mut aside)?;
    }
    let until = Instant::now() + round.quiet;
    loop {
        for component in world.shop.components() {
            revive(world, Target::Shop(component), &mut aside)?;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(aside);
        }
        thread::sleep(left.min(Duration::from_millis(200)));
    }
}

/// Waits until every node of the orchestrator is ready, or for a while.
fn settle(world: &mut World, aside: &mut Aside) -> anyhow::Result<()> {
    let deadline = Instant::now() + SETTLES_AT_MOST;
    for node in 0..world.settings().nodes {
        let component = Component::Orchestrator(node);
        let url = format!("{}/readyz", world.shop.url(component));
        while palinode_sandbox::http::get(&url).is_err() && Instant::now() < deadline {
            revive(world, Target::Shop(component), aside)?;
            thread::sleep(LOOK);
        }
    }
    Ok(())
}

/// A rolling restart is a stop of each node, one after the other; everything else is what it is.
fn parts(world: &World, fault: &Fault) -> Vec<Fault> {
    let stop = |node: u8| Fault {
        at: fault.at + ROLLS_ON_AFTER * u32::from(node),
        lasts: Duration::ZERO,
        what: What::Stop(Target::Shop(Component::Orchestrator(node))),
    };
    match fault.what {
        What::Rolling => (0..world.settings().nodes).map(stop).collect(),
        _ => vec![*fault],
    }
}

fn begin(world: &mut World, what: What) -> anyhow::Result<()> {
    match what {
        What::Kill(target) => kill9(world, target),
        What::KillAndWipe(node) => {
            let component = Component::Orchestrator(node);
            world.shop.kill9(component)?;
            disks::wipe(&world.shop.folder(component))
        }
        What::Pause(Target::Shop(component)) => Ok(world.shop.pause(component)?),
        What::Pause(Target::Broker(broker)) => world.brokers.pause(broker),
        What::Pause(Target::Registry) => Ok(world.registry.process().pause()?),
        What::Stop(target) => terminate(world, target),
        // It consists of stops.
        What::Rolling => Ok(()),
        What::Link(node, broker, trouble) => {
            if let Some(network) = &world.network {
                network.trouble(node, broker, trouble);
            }
            Ok(())
        }
        What::DiskFull(node) => {
            let component = Component::Orchestrator(node);
            disks::fill(&world.shop.folder(component))?;
            // What it has reserved on its disk would carry it for a while.
            world.shop.kill9(component)?;
            Ok(world.shop.launch(component)?)
        }
    }
}

fn end(world: &mut World, what: What, is_late: bool, aside: &mut Aside) -> anyhow::Result<Done> {
    match what {
        What::Kill(Target::Broker(broker)) | What::Stop(Target::Broker(broker)) if world.brokers.stays_away(broker) => {
            return Ok(Done::NotYet);
        }
        What::Kill(target) => launch(world, target)?,
        What::KillAndWipe(node) => launch(world, Target::Shop(Component::Orchestrator(node)))?,
        What::Pause(Target::Shop(component)) => world.shop.resume(component)?,
        What::Pause(Target::Broker(broker)) => world.brokers.resume(broker)?,
        What::Pause(Target::Registry) => world.registry.process().resume()?,
        What::Stop(target) => {
            if is_running(world, target)? {
                if !is_late {
                    return Ok(Done::NotYet);
                }
                aside.late.push(target.to_string());
                kill9(world, target)?;
                return Ok(Done::NotYet);
            }
            launch(world, target)?;
        }
        What::Rolling => {}
        What::Link(node, broker, _) => {
            if let Some(network) = &world.network {
                network.heal(node, broker);
            }
        }
        What::DiskFull(node) => disks::free(&world.shop.folder(Component::Orchestrator(node)))?,
    }
    Ok(Done::Yes)
}

/// Starts what has ended although nobody asked it to.
fn revive(world: &mut World, target: Target, aside: &mut Aside) -> anyhow::Result<()> {
    if is_running(world, target)? {
        return Ok(());
    }
    aside.ended.push(target.to_string());
    launch(world, target)
}

fn kill9(world: &mut World, target: Target) -> anyhow::Result<()> {
    match target {
        Target::Shop(component) => Ok(world.shop.kill9(component)?),
        Target::Broker(broker) => world.brokers.kill9(broker),
        Target::Registry => Ok(world.registry.process().kill9()?),
    }
}

fn terminate(world: &mut World, target: Target) -> anyhow::Result<()> {
    match target {
        Target::Shop(component) => Ok(world.shop.terminate(component)?),
        Target::Broker(broker) => world.brokers.terminate(broker),
        Target::Registry => Ok(world.registry.process().terminate()?),
    }
}

fn launch(world: &mut World, target: Target) -> anyhow::Result<()> {
    match target {
        Target::Shop(component) => Ok(world.shop.launch(component)?),
        Target::Broker(broker) => world.brokers.launch(broker),
        Target::Registry => world.registry.launch(),
    }
}

fn is_running(world: &mut World, target: Target) -> anyhow::Result<bool> {
    match target {
        Target::Shop(component) => Ok(world.shop.exit(component)?.is_none()),
        Target::Broker(broker) => world.brokers.is_running(broker),
        Target::Registry => Ok(world.registry.process().is_running()?),
    }
}
