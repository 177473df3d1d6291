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
};

/// One way to load the orchestrator.
struct Load {
    in_flight: u32,
    warm_up: u32,
    samples: u32,
    names: [&'static str; 2],
    bar: Bar,
}

const LOADS: [Load; 2] = [
    Load {
        in_flight: 1,
        warm_up: 30,
        samples: 200,
        names: ["p50 with 1 in flight", "p99 with 1 in flight"],
        bar: Bar::AtMost(50.0),
    },
    Load {
        in_flight: 64,
        warm_up: 640,
        samples: 4_000,
        names: ["p50 with 64 in flight", "p99 with 64 in flight"],
        bar: Bar::AtMost(150.0),
    },
];

/// Measures all runs.
pub(super) fn measure(stage: &mut Stage<'_>, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    for load in &LOADS {
        for number in 1..=arguments.runs {
            let waits = run(stage, load, &format!("l{}-{number}", load.in_flight))?;
            let (p50, p99) = (percentile(&waits, 0.5), percentile(&waits, 0.99));
            println!(
                "latency {number} with {} in flight: p50 {} ms, p99 {} ms",
                load.in_flight,
                short(p50),
                short(p99)
            );
            figures.add(load.names[0], "ms", Some(load.bar), p50);
            figures.add(load.names[1], "ms", None, p99);
        }
    }
    Ok(())
}

/// The waits in milliseconds, without those of the warm-up.
fn run(stage: &Stage<'_>, load: &Load, name: &str) -> anyhow::Result<Vec<f64>> {
    let orders = Orders::new(&stage.ground.schemas, stage.topic("orders.events"))?;
    let writer = Writer::new(&stage.ground.kafka.bootstrap(), Duration::ZERO)?;
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
