//! A run: rounds, and what is judged between and after them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use palinode_sandbox::shop::Component;

use crate::{
    arguments::Arguments,
    audit::{self, Audit},
    books, disks,
    orders::{APPS, Apps, now},
    plan::{self, Round, Shape},
    storm,
    summary::{Summary, seconds},
    topics,
    world::{Kind, World},
};

/// All orders have to end in this time once everything is well: longer than the pauses between attempts at a service
/// that was away.
const ENDED_AT_MOST: Duration = Duration::from_secs(180);

/// What is known between the parts of a run.
#[derive(Default)]
struct Known {
    /// How orders ended that have ended.
    ended: BTreeMap<String, String>,
    /// Which carriers were asked for.
    shipped: usize,
    /// When each round began, and what it was.
    rounds: Vec<(i64, String)>,
    last: Audit,
}

/// Plays a run on each kind of brokers that is wanted; gives whether nothing was wrong.
pub(crate) fn all(wanted: &Arguments) -> anyhow::Result<bool> {
    if !wanted.plan {
        disks::enter_namespace();
    }
    let mut all_is_well = true;
    for kind in &wanted.kinds {
        all_is_well &= run(wanted, *kind)?;
    }
    Ok(all_is_well)
}

fn run(wanted: &Arguments, kind: Kind) -> anyhow::Result<bool> {
    let shape = Shape {
        nodes: wanted.nodes,
        brokers: match kind {
            Kind::Embedded => 1,
            Kind::Kafka(count) => count,
        },
        has_links: kind != Kind::Embedded,
        has_disks: false,
        tempo: wanted.tempo,
    };
    plan::check(&shape);
    if wanted.plan {
        (wanted.from..wanted.from + wanted.rounds)
            .for_each(|number| tell(number, &Round::of(wanted.seed, number, &shape)));
        return Ok(true);
    }
    let began = Instant::now();
    let mut world = World::start(kind, wanted.nodes)?;
    let shape = Shape {
        has_disks: world.disks.can_be_filled(),
        ..shape
    };
    println!("everything is up after {:.1} s", began.elapsed().as_secs_f64());
    let mut summary = Summary {
        brokers: match kind {
            Kind::Embedded => "the embedded broker".into(),
            Kind::Kafka(1) => "1 of Kafka".into(),
            Kind::Kafka(count) => format!("{count} of Kafka"),
        },
        seed: wanted.seed,
        not_possible: not_possible(&shape),
        ..Summary::default()
    };
    let apps = Apps::new(world.shop.url(Component::Order));
    let mut known = Known::default();
    let end = wanted.from + wanted.rounds;
    let mut from = wanted.from;
    while from < end && summary.violations.is_empty() {
        let part = from..end.min(from + wanted.audit_every);
        from = part.end;
        let outcome = play(&mut world, wanted, &shape, part, &apps, &mut known, &mut summary)
            .and_then(|()| judge(&mut world, &apps, &mut known, &mut summary));
        if let Err(error) = outcome {
            summary.violations.push(format!("{error:#}"));
        }
    }
    if let Err(error) = measure(&world, &apps, &known, &mut summary) {
        summary
            .violations
            .push(format!("the journal could not be read: {error:#}"));
    }
    summary.took = began.elapsed();
    println!("{summary}");
    if let Some(page) = &wanted.write {
        summary.write(page)?;
    }
    if summary.violations.is_empty() {
        return Ok(true);
    }
    // Nobody writes to the topics any more while they are read.
    for component in world.shop.components() {
        world.shop.kill9(component)?;
    }
    let folder = world.folder().to_owned();
    if let Err(error) = audit::keep(&known.last, &folder).and_then(|()| topics::dump(&world, &folder.join("topics"))) {
        println!("not everything is kept: {error:#}");
    }
    std::fs::write(folder.join("summary.txt"), summary.to_string())?;
    println!("logs, data and topics are in {}", world.keep()?.display());
    Ok(false)
}

/// Plays rounds while orders are placed.
fn play(
    world: &mut World,
    wanted: &Arguments,
    shape: &Shape,
    rounds: std::ops::Range<u64>,
    apps: &Apps,
    known: &mut Known,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let ended = AtomicBool::new(false);
    let (writer, first) = (Arc::clone(&world.writer), rounds.start);
    thread::scope(|scope| {
        let placing: Vec<_> = (0..APPS)
            .map(|_| scope.spawn(|| apps.place_until(&ended, wanted.rate)))
            .collect();
        let writing = scope.spawn(|| writer.write_until(&ended));
        let mut played = Ok(());
        for number in rounds {
            let round = Round::of(wanted.seed, number, shape);
            tell(number, &round);
            known.rounds.push((now(), text(number, &round)));
            for fault in &round.faults {
                *summary.faults.entry(fault.what.kind()).or_default() += 1;
            }
            summary.rounds += 1;
            match storm::play(world, &round) {
                Ok(aside) => {
                    for name in aside.ended {
                        println!("  {name} ended by itself");
                        *summary.ended.entry(name).or_default() += 1;
                    }
                    for name in aside.late {
                        println!("  {name} did not end in order");
                        *summary.late.entry(name).or_default() += 1;
                    }
                }
                Err(error) => {
                    played = Err(error.context(format!("round {number}")));
                    break;
                }
            }
            if number == first {
                played = played.and(world.kill_observer().context("the observer"));
            }
        }
        ended.store(true, Ordering::Relaxed);
        for app in placing {
            let app = app.join().unwrap_or_else(|_| Err(anyhow::anyhow!("an app panicked")));
            played = played.and(app.context("an app"));
        }
        let written = writing
            .join()
            .unwrap_or_else(|_| Err(anyhow::anyhow!("the writer panicked")));
        played = played.and(written.context("the writer"));
        played
    })
}

/// Waits until everything has come to its end, and judges it.
fn judge(world: &mut World, apps: &Apps, known: &mut Known, summary: &mut Summary) -> anyhow::Result<()> {
    for component in world.shop.components() {
        world.shop.await_ready(component)?;
    }
    let orders = apps.placed();
    let began = Instant::now();
    let ended = books::await_ended(apps, &orders, &known.ended, ENDED_AT_MOST);
    known.ended = ended.by_status;
    if ended.problems.is_empty() {
        summary
            .violations
            .extend(books::judge(world, apps, &orders, &known.ended));
        let new = &orders[known.shipped..];
        summary
            .violations
            .extend(books::judge_shipped(world, apps, new, &known.ended));
        known.shipped = orders.len();
    }
    summary.violations.extend(ended.problems);
    let drained = began.elapsed();
    if !world.observer.is_running()? {
        summary.violations.push("the observer has ended by itself".into());
    }
    let audit = audit::audit(world)?;
    summary.violations.extend(audit.problems.iter().cloned());
    if audit.started != orders.len() as u64 {
        let problem = format!(
            "{} orders were taken, and {} sagas have started",
            orders.len(),
            audit.started
        );
        summary.violations.push(problem);
    }
    summary.started = audit.started;
    summary.completed = audit.completed;
    summary.compensated = audit.compensated;
    summary.suspended = audit.suspended;
    println!(
        "{} orders: {} completed, {} compensated; {} violations; drained in {:.1} s, judged in {:.1} s",
        orders.len(),
        audit.completed,
        audit.compensated,
        summary.violations.len(),
        drained.as_secs_f64(),
        (began.elapsed() - drained).as_secs_f64()
    );
    let [stand, refused, unknown] = world.writer.ended();
    println!(
        "  judged by {} lines of what clients were handed and told; of the writer's transactions {stand} stand, {refused} \
         were refused, {unknown} are not known",
        audit.observations
    );
    if audit.observations == 0 || stand == 0 || refused == 0 {
        summary.violations.push("nothing was written down".into());
    }
    known.last = audit;
    Ok(())
}

/// Looks for the longest gap.
fn measure(world: &World, apps: &Apps, known: &Known, summary: &mut Summary) -> anyhow::Result<()> {
    let waiting = topics::waiting(world, &apps.placed())?;
    summary.longest = waiting.longest();
    summary.suspended_for_a_while = waiting.suspended;
    let each = waiting.gaps.iter().map(|gap| format!("{:.1} s", seconds(gap.millis)));
    summary.gaps = each.collect::<Vec<_>>().join(", ");
    let during = known
        .rounds
        .iter()
        .rev()
        .find(|(began, _)| *began <= summary.longest.from);
    summary.longest_during = during.map(|(_, round)| round.clone()).unwrap_or_default();
    Ok(())
}

fn not_possible(shape: &Shape) -> Vec<&'static str> {
    let mut not = vec!["clock jumps (there is no way to give a process another clock)"];
    if !shape.has_disks {
        not.push("disk full (only root can mount a disk)");
    }
    if !shape.has_links {
        not.push("links (the embedded broker tells all of its clients one address)");
    }
    not
}

fn tell(number: u64, round: &Round) {
    println!("{}", text(number, round));
}

fn text(number: u64, round: &Round) -> String {
    let faults: Vec<String> = round.faults.iter().map(ToString::to_string).collect();
    match faults.is_empty() {
        true => format!("round {number}: nothing"),
        false => format!("round {number}: {}", faults.join("; ")),
    }
}
