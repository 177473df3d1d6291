//! From OrderPlaced to the outcome, closed loop: a new order is placed when one has ended.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{
    arguments::Arguments,
    client::Writer,
    figures::{Bar, Figures, percentile, short},
    ground::Stage,
    orders::Orders,
    processor,
};

/// One way to load the orchestrator.
struct Load {
    in_flight: u32,
    /// How long orders run before the first run: until then the broker's virtual machine still compiles what this load
    /// asks of it, and shares the processors with it.
    warm: Duration,
    /// The first orders of each run, which do not count.
    warm_up: u32,
    samples: u32,
    names: [&'static str; 2],
    /// Transactions a second, and the processors that the orchestrator, the broker and this process use meanwhile.
    efforts: [&'static str; 4],
    bar: Bar,
}

const LOADS: [Load; 2] = [
    Load {
        in_flight: 1,
        warm: Duration::from_secs(10),
        warm_up: 30,
        samples: 200,
        names: ["p50 with 1 in flight", "p99 with 1 in flight"],
        efforts: [
            "with 1 in flight: transactions a second",
            "with 1 in flight: processors in use, orchestrator",
            "with 1 in flight: processors in use, broker",
            "with 1 in flight: processors in use, participants",
        ],
        bar: Bar::AtMost(50.0),
    },
    Load {
        in_flight: 64,
        warm: Duration::from_secs(30),
        warm_up: 640,
        samples: 4_000,
        names: ["p50 with 64 in flight", "p99 with 64 in flight"],
        efforts: [
            "with 64 in flight: transactions a second",
            "with 64 in flight: processors in use, orchestrator",
            "with 64 in flight: processors in use, broker",
            "with 64 in flight: processors in use, participants",
        ],
        bar: Bar::AtMost(150.0),
    },
];

/// Measures all runs.
pub(super) fn measure(stage: &mut Stage<'_>, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    for load in &LOADS {
        warm(stage, load)?;
        for number in 1..=arguments.runs() {
            let before = Effort::so_far(stage)?;
            let begun = Instant::now();
            let waits = run(stage, load, &format!("l{}-{number}", load.in_flight))?;
            let effort = Effort::so_far(stage)?.since(&before, begun.elapsed());
            let (p50, p99) = (percentile(&waits, 0.5), percentile(&waits, 0.99));
            println!(
                "latency {number} with {} in flight: p50 {} ms, p99 {} ms",
                load.in_flight,
                short(p50),
                short(p99)
            );
            figures.add(load.names[0], "ms", Some(load.bar), p50);
            figures.add(load.names[1], "ms", None, p99);
            figures.add(load.efforts[0], "", None, effort.transactions);
            for (name, share) in load.efforts[1..].iter().zip(effort.processors) {
                figures.add(name, "", None, share);
            }
        }
    }
    Ok(())
}

/// What it takes, in all so far or a second.
struct Effort {
    transactions: f64,
    /// Seconds of processor time of the orchestrator, the broker, and the participants with whoever places orders.
    processors: [f64; 3],
}

impl Effort {
    fn so_far(stage: &Stage<'_>) -> anyhow::Result<Self> {
        let used = |process: u32| anyhow::Ok(processor::used(process)?.as_secs_f64());
        Ok(Self {
            transactions: stage.counter("palinode_transactions_total")?,
            processors: [
                used(stage.orchestrator()?)?,
                used(stage.ground.broker())?,
                used(std::process::id())?,
            ],
        })
    }

    fn since(&self, before: &Self, span: Duration) -> Self {
        let seconds = span.as_secs_f64();
        let each = |index: usize| (self.processors[index] - before.processors[index]) / seconds;
        Self {
            transactions: (self.transactions - before.transactions) / seconds,
            processors: [each(0), each(1), each(2)],
        }
    }
}

/// Orders whose waits do not count, for as long as the load asks for.
fn warm(stage: &Stage<'_>, load: &Load) -> anyhow::Result<()> {
    let begun = Instant::now();
    for number in 1.. {
        if begun.elapsed() >= load.warm {
            break;
        }
        run(stage, load, &format!("w{}-{number}", load.in_flight))?;
    }
    Ok(())
}

/// The waits in milliseconds, without those of the warm-up.
fn run(stage: &Stage<'_>, load: &Load, name: &str) -> anyhow::Result<Vec<f64>> {
    let orders = Orders::new(&stage.ground.schemas, stage.topic("orders.events"))?;
    let writer = Writer::new(stage.ground.cluster.bootstrap(), Duration::ZERO)?;
    let total = load.warm_up + load.samples;
    let (mut placed, mut waits) = (0, Vec::new());
    let mut open: HashMap<String, Instant> = HashMap::new();
    let mut seen = Vec::new();
    while seen.len() < total as usize {
        while placed < total && open.len() < load.in_flight as usize {
            let order = format!("{name}-{placed:08}");
            open.insert(order.clone(), Instant::now());
            orders.place(&writer, &order)?;
            placed += 1;
        }
        writer.look()?;
        let outcome = stage.outcomes.next().with_context(|| format!("see {}", stage.log()))?;
        let since = open
            .remove(&outcome.order)
            .with_context(|| format!("{} has ended twice", outcome.order))?;
        if seen.len() >= load.warm_up as usize {
            waits.push((outcome.at - since).as_secs_f64() * 1_000.0);
        }
        seen.push(outcome);
    }
    stage.outcomes.check(&seen, total as usize)?;
    Ok(waits)
}
