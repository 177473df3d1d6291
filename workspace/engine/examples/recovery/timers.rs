//! How late timers fire that come due all at once, and how long an order takes meanwhile.

use std::time::{Duration, Instant};

use super::{
    orders::one_by_one,
    world::{Done, Keep, World, circumstances, resident_mib, standings},
};

/// How long a step waits for its reply: longer than all orders take to be placed.
const TIMEOUT: Duration = Duration::from_secs(4 * 3_600);
/// How long before the first due time the clock stands when it was moved.
const BEFORE: Duration = Duration::from_secs(2);
/// How often the oldest timer is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Each saga has two timers; those come due as fast as the orders came.
pub(crate) fn measure(timers: u64) -> Done<()> {
    let sagas = timers / 2;
    let world = World::new("4h")?;
    let folder = tempfile::tempdir()?;
    let node = world.node(folder.path(), 100_000)?;
    let first = world.clock.now();
    world.place(&node, 0, sagas, Keep::Nothing)?;
    let last = world.clock.now();
    let due = last.since(first);
    let ahead = TIMEOUT
        .saturating_sub(world.clock.now().since(first))
        .saturating_sub(BEFORE);
    world.clock.advance(ahead);
    let until = last.plus(TIMEOUT);

    let began = Instant::now();
    let (lags, took) = std::thread::scope(|scope| -> Done<_> {
        let orders = scope.spawn(|| {
            let goes_on = || world.clock.now() < until;
            one_by_one(&world, &node, sagas, goes_on).map_err(|error| error.to_string())
        });
        let mut lags = Vec::new();
        loop {
            let standings = standings(&node)?;
            let now = world.clock.now();
            // What was due before the clock was moved is no timer.
            let due = standings.iter().filter_map(|standing| standing.next_due);
            let oldest = due.filter(|due| *due >= first.plus(TIMEOUT)).min();
            let late = oldest.map(|due| now.since(due)).unwrap_or_default();
            lags.push(late);
            if now > until && oldest.is_none_or(|oldest| oldest > until) {
                break;
            }
            world.forget(Keep::Inputs);
            std::thread::sleep(LOOK);
        }
        Ok((lags, orders.join().map_err(|_| "the orders panicked")??))
    })?;
    let mut sorted = lags;
    sorted.sort_unstable();
    let p99 = sorted[(sorted.len() * 99 / 100).min(sorted.len() - 1)];
    println!(
        "  {} timers came due within {:.1} s and had fired after {:.1} s",
        2 * sagas,
        due.as_secs_f64(),
        began.elapsed().saturating_sub(BEFORE).as_secs_f64()
    );
    println!(
        "  the oldest one was late by: p99 {:.2} s, most {:.2} s, of {} looks; meanwhile {took}; {} MiB in memory ({})",
        p99.as_secs_f64(),
        sorted[sorted.len() - 1].as_secs_f64(),
        sorted.len(),
        resident_mib(),
        circumstances()?
    );
    node.stop();
    Ok(())
}
