//! Sagas a second, and the processor time of each, with all starts preloaded.
//!
//! The orchestrator has taken everything over and is idle. Its clock is held (SIGSTOP) while the starts are written, so
//! that all of them wait when it goes on; the time runs from there to the last outcome that a reader of committed
//! records sees. Neither the start of the process nor the writing of the starts is in it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::{
    arguments::Arguments,
    client::Writer,
    figures::{Bar, Figures, short},
    ground::Stage,
    orders::Orders,
    processor,
};

/// Sagas a second.
const RATE: Bar = Bar::AtLeast(3_000.0);
/// Milliseconds of processor time of the orchestrator a saga.
const PROCESSOR: Bar = Bar::AtMost(0.2);
/// Sagas before the first run: caches fill, and the broker's code is compiled.
const WARM_UP: u32 = 2_000;
const WARM_UP_NAME: &str = "w";
/// Starts wait this long for company while they are written.
const LINGER: Duration = Duration::from_millis(5);
/// The orchestrator's clock may be held no longer: its group and its connections have time-outs of 5 s and more.
const HELD_AT_MOST: Duration = Duration::from_secs(4);

/// Sagas whose figures do not count.
pub(super) fn warm_up(stage: &mut Stage<'_>, arguments: &Arguments) -> anyhow::Result<()> {
    run(stage, WARM_UP.min(arguments.starts), |number| {
        order(WARM_UP_NAME, number)
    })
    .map(drop)
}

/// Sagas a second that it can do, from one run.
pub(super) fn capacity(stage: &mut Stage<'_>, arguments: &Arguments, name: &str) -> anyhow::Result<f64> {
    let run = run(stage, arguments.starts, |number| order(name, number))?;
    Ok(f64::from(arguments.starts) / run.took.as_secs_f64())
}

/// The first order of the warm-up.
pub(super) fn first_of_warm_up() -> String {
    order(WARM_UP_NAME, 0)
}

/// Measures all runs.
pub(super) fn measure(stage: &mut Stage<'_>, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    for number in 1..=arguments.runs() {
        let name = format!("t{number}");
        let run = run(stage, arguments.starts, |number| order(&name, number))?;
        let each = |time: Duration| time.as_secs_f64() * 1_000.0 / f64::from(arguments.starts);
        let rate = f64::from(arguments.starts) / run.took.as_secs_f64();
        println!(
            "throughput {number}: {} sagas/s, orchestrator {} ms a saga, {} inputs a transaction",
            short(rate),
            short(each(run.orchestrator)),
            short(run.inputs / run.transactions)
        );
        figures.add("throughput", "sagas/s", Some(RATE), rate);
        figures.add(
            "orchestrator's processor time a saga",
            "ms",
            Some(PROCESSOR),
            each(run.orchestrator),
        );
        figures.add("broker's processor time a saga", "ms", None, each(run.broker));
        figures.add(
            "participants' processor time a saga",
            "ms",
            None,
            each(run.participants),
        );
        figures.add(
            "transactions a second",
            "",
            None,
            run.transactions / run.took.as_secs_f64(),
        );
        figures.add("inputs a transaction", "", None, run.inputs / run.transactions);
    }
    Ok(())
}

/// What one run took.
pub(super) struct Run {
    /// From when the orchestrator went on to the last outcome.
    pub(super) took: Duration,
    /// Processor time.
    pub(super) orchestrator: Duration,
    broker: Duration,
    participants: Duration,
    transactions: f64,
    inputs: f64,
}

/// Starts so many sagas at once, whose orders are named by their numbers.
pub(super) fn run(stage: &mut Stage<'_>, starts: u32, order: impl Fn(u32) -> String) -> anyhow::Result<Run> {
    let orders = Orders::new(&stage.ground.schemas, stage.topic("orders.events"))?;
    let writer = Writer::new(stage.ground.cluster.bootstrap(), LINGER)?;
    let (orchestrator, broker) = (stage.orchestrator()?, stage.ground.broker());
    let counters = |stage: &Stage<'_>| {
        anyhow::Ok((
            stage.counter("palinode_transactions_total")?,
            stage.counter("palinode_inputs_total")?,
        ))
    };
    let before = counters(stage)?;

    stage.pause()?;
    let held = Instant::now();
    for number in 0..starts {
        orders.place(&writer, &order(number))?;
    }
    writer.flush()?;
    let held = held.elapsed();
    ensure!(
        held < HELD_AT_MOST,
        "writing {starts} starts took {held:?}: the machine is too busy to measure anything"
    );

    let used = || {
        anyhow::Ok([
            processor::used(orchestrator)?,
            processor::used(broker)?,
            processor::used(std::process::id())?,
        ])
    };
    let used_before = used()?;
    let begun = Instant::now();
    stage.resume()?;
    let mut seen = Vec::with_capacity(starts as usize);
    for _ in 0..starts {
        let outcome = stage.outcomes.next();
        seen.push(
            outcome.with_context(|| format!("{} of {starts} sagas have ended; see {}", seen.len(), stage.log()))?,
        );
    }
    let took = seen.last().map_or(Duration::ZERO, |last| last.at - begun);
    let used_after = used()?;
    let after = counters(stage)?;
    stage.outcomes.check(&seen, starts as usize)?;
    Ok(Run {
        took,
        orchestrator: used_after[0] - used_before[0],
        broker: used_after[1] - used_before[1],
        participants: used_after[2] - used_before[2],
        transactions: after.0 - before.0,
        inputs: after.1 - before.1,
    })
}

fn order(name: &str, number: u32) -> String {
    format!("{name}-{number:08}")
}
