//! Throughput beside many open sagas, in proportion to that beside a few.
//!
//! Two orchestrators on one broker, each with topics of its own: one has few open sagas in its stores, the other many. They
//! take turns, and the one whose turn it is not has nothing to do. So what else goes on concerns both.

use std::time::{Duration, Instant};

use anyhow::ensure;

use super::{
    arguments::Arguments,
    figures::{Bar, Figures, short},
    filling,
    ground::{Ground, Stage},
    open_loop::mib_below,
    processor,
    throughput::{self, Run},
};

/// Open sagas that are a few.
const FEW: u64 = 10_000;
/// The part of the throughput beside few that is left beside many.
const RATIO: Bar = Bar::AtLeast(0.9);
/// Seconds from the start of the process to when all tasks run.
const START: Bar = Bar::AtMost(1.0);
/// A store that was filled is put in order by threads of its own. It is left alone until it rests: in these many looks in a
/// row it used no more than this part of a processor.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 3;
const RESTS: f64 = 0.25;
/// A store that is busy for longer is measured as it is.
const RESTS_AFTER: Duration = Duration::from_secs(180);

/// Measures all runs.
pub(super) fn measure(ground: &Ground, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let mut few = filled(ground, arguments, "few.", FEW)?;
    let mut many = filled(ground, arguments, "many.", arguments.open)?;
    let store = mib_below(&many.data())?;
    for _ in 0..arguments.runs() {
        many.stop()?;
        let start = many.start()?;
        figures.add(
            "open: start with the stores there",
            "s",
            Some(START),
            start.as_secs_f64(),
        );
    }
    rest(&mut few)?;
    rest(&mut many)?;
    for number in 1..=arguments.runs() {
        let few_run = run(&mut few, number, arguments.starts)?;
        let many_run = run(&mut many, number, arguments.starts)?;
        let rate = |run: &Run| f64::from(arguments.starts) / run.took.as_secs_f64();
        let ratio = rate(&many_run) / rate(&few_run);
        println!(
            "open {number}: {} sagas/s beside {FEW} open ones, {} beside {}: {} of it",
            short(rate(&few_run)),
            short(rate(&many_run)),
            arguments.open,
            short(ratio)
        );
        let each = |run: &Run| run.orchestrator.as_secs_f64() * 1_000.0 / f64::from(arguments.starts);
        figures.add(
            "open: throughput beside 10,000 open sagas",
            "sagas/s",
            None,
            rate(&few_run),
        );
        figures.add("open: throughput beside many", "sagas/s", None, rate(&many_run));
        figures.add("open: the second in parts of the first", "", Some(RATIO), ratio);
        figures.add("open: processor time a saga beside 10,000", "ms", None, each(&few_run));
        figures.add("open: processor time a saga beside many", "ms", None, each(&many_run));
    }
    figures.add("open: many", "sagas", None, arguments.open as f64);
    figures.add("open: stores of many on the disk", "MiB", None, store);
    let memory = |stage: &Stage<'_>| processor::resident_mib(stage.orchestrator()?);
    figures.add("open: memory beside 10,000 open sagas", "MiB", None, memory(&few)?);
    figures.add("open: memory beside many", "MiB", None, memory(&many)?);
    few.end()?;
    many.end()
}

/// An orchestrator whose stores have so many open sagas, after some that have ended.
fn filled<'a>(
    ground: &'a Ground,
    arguments: &Arguments,
    prefix: &'static str,
    sagas: u64,
) -> anyhow::Result<Stage<'a>> {
    let mut stage = ground.stage_at(prefix)?;
    throughput::warm_up(&mut stage, arguments)?;
    stage.stop()?;
    filling::fill(ground, &stage.data(), sagas)?;
    stage.start()?;
    let open = stage.counter("palinode_open_sagas")?;
    ensure!(
        open == sagas as f64,
        "{open} sagas are open where {sagas} were stored; see {}",
        stage.log()
    );
    Ok(stage)
}

/// Waits until nothing is left to do.
fn rest(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let (begun, process) = (Instant::now(), stage.orchestrator()?);
    let mut at_rest = 0;
    while at_rest < LOOKS && begun.elapsed() < RESTS_AFTER {
        let before = processor::used(process)?;
        std::thread::sleep(LOOK);
        let used = processor::used(process)? - before;
        at_rest = if used < LOOK.mul_f64(RESTS) { at_rest + 1 } else { 0 };
    }
    Ok(())
}

/// Orders whose ids begin anywhere among those of the open sagas.
fn run(stage: &mut Stage<'_>, number: u32, starts: u32) -> anyhow::Result<Run> {
    /// The golden ratio of 2^32: multiples of it are spread evenly.
    const SPREAD: u32 = 2_654_435_769;
    throughput::run(stage, starts, |order| {
        format!("{:08x}-o{number}-{order:08}", order.wrapping_mul(SPREAD))
    })
}
