//! Orders at three times what it can do, for a minute: whether memory stays within bounds, and how soon waits are usual
//! again.

use std::time::{Duration, Instant};

use anyhow::ensure;

use super::{
    arguments::Arguments,
    figures::{Figures, median, short},
    ground::Stage,
    open_loop::OpenLoop,
    throughput,
};

/// The part of its capacity that is asked for before and afterwards.
const USUAL: f64 = 0.3;
const OVERLOAD: f64 = 3.0;
const LENGTH: Duration = Duration::from_secs(60);
const WINDOW: Duration = Duration::from_secs(2);
/// Windows before, from which the usual wait is taken.
const BEFORE: usize = 10;
/// Waits have recovered when half of the orders wait no longer than twice what is usual.
const RECOVERED: f64 = 2.0;
/// What was not recovered after so long is not going to.
const RECOVERS_AT_MOST: Duration = Duration::from_secs(1_200);

/// Measures once, whatever number of runs is asked for.
pub(super) fn measure(stage: &mut Stage<'_>, arguments: &Arguments, figures: &mut Figures) -> anyhow::Result<()> {
    let capacity = throughput::capacity(stage, arguments, "overload")?;
    let mut orders = OpenLoop::new(stage, "o")?;
    let mut before = Vec::new();
    for _ in 0..BEFORE {
        before.push(orders.window(capacity * USUAL, WINDOW)?);
    }
    let of = |of: fn(&super::open_loop::Window) -> f64| median(&before.iter().map(of).collect::<Vec<_>>());
    let (usual, memory) = (of(|window| window.p50), of(|window| window.memory_mib));
    println!(
        "overload: {} orders a second for {} s",
        short(capacity * OVERLOAD),
        LENGTH.as_secs()
    );

    let (begin, placed) = (Instant::now(), orders.placed());
    let (mut most_open, mut most_memory) = (0, memory);
    while begin.elapsed() < LENGTH {
        let window = orders.window(capacity * OVERLOAD, WINDOW)?;
        most_open = most_open.max(window.open);
        most_memory = most_memory.max(window.memory_mib);
    }
    let placed_rate = (orders.placed() - placed) as f64 / begin.elapsed().as_secs_f64();
    println!("  {most_open} orders are open, {} MiB", short(most_memory));

    let end = Instant::now();
    loop {
        let window = orders.window(capacity * USUAL, WINDOW)?;
        most_memory = most_memory.max(window.memory_mib);
        if window.rate > 0.0 && window.p50 <= usual * RECOVERED {
            break;
        }
        ensure!(
            end.elapsed() < RECOVERS_AT_MOST,
            "half of the orders still wait {} ms, {} s after the overload; see {}",
            short(window.p50),
            end.elapsed().as_secs(),
            stage.log()
        );
    }
    let recovered = end.elapsed();
    orders.drain()?;
    figures.add("overload: orders, all ended once", "", None, orders.placed() as f64);
    figures.add("overload: capacity", "sagas/s", None, capacity);
    figures.add("overload: orders placed", "a second", None, placed_rate);
    figures.add("overload: most orders open", "", None, most_open as f64);
    figures.add("overload: memory before", "MiB", None, memory);
    figures.add("overload: most memory", "MiB", None, most_memory);
    figures.add("overload: p50 before", "ms", None, usual);
    figures.add("overload: p50 as before after", "s", None, recovered.as_secs_f64());
    Ok(())
}
