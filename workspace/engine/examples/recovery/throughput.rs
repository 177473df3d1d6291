//! How fast orders and replies are taken with many open sagas, beside a few.

use std::time::{Duration, Instant};

use palinode_engine::Node;

use super::world::{Done, Keep, World, circumstances, processor_seconds, resident_mib, standings};

/// Open sagas that are a few.
const FEW: u64 = 10_000;
/// Orders of one round; as many sagas hear of their payment.
const ROUND: u64 = 2_000;
/// Rounds that are measured at each number of open sagas; the median counts.
const ROUNDS: usize = 5;
/// How often is looked whether a round is over.
const LOOK: Duration = Duration::from_millis(2);
/// How long the store is left alone before it is measured: what it still has to compact is not what is asked for.
const REST: Duration = Duration::from_secs(5);
/// Apart so far are the sagas that are paid one after the other: no cache helps.
const STRIDE: u64 = 7_919;

pub(crate) fn measure(sagas: u64) -> Done<()> {
    let world = World::new("48h")?;
    let folder = tempfile::tempdir()?;
    // Checkpoints as they are by default.
    let node = world.node(folder.path(), 100_000)?;
    let few = at(&world, &node, 0, FEW)?;
    let many = at(&world, &node, FEW + ROUND * ROUNDS as u64, sagas)?;
    println!(
        "  {:.0} % of the throughput with few, {:.0} % by processor time ({})",
        many.0 / few.0 * 100.0,
        many.1 / few.1 * 100.0,
        circumstances()?
    );
    node.stop();
    Ok(())
}

/// Inputs a second, and a second of processor time, with so many open sagas, of which `open` are there.
fn at(world: &World, node: &Node, open: u64, sagas: u64) -> Done<(f64, f64)> {
    let began = Instant::now();
    world.place(node, open, sagas, Keep::Nothing)?;
    let placed = began.elapsed().as_secs_f64();
    std::thread::sleep(REST);
    let (mut rates, mut paid) = (Vec::new(), 0);
    let mut processor = 0.0;
    for round in 0..ROUNDS as u64 {
        let (began, before) = (Instant::now(), processor_seconds()?);
        for number in 0..ROUND {
            world.order(sagas + round * ROUND + number)?;
            paid = (paid + STRIDE) % sagas;
            world.pay(paid)?;
        }
        while !standings(node)?.iter().all(|standing| standing.is_at_rest) {
            std::thread::sleep(LOOK);
        }
        rates.push((2 * ROUND) as f64 / began.elapsed().as_secs_f64());
        processor += processor_seconds()? - before;
        world.forget(Keep::Nothing);
    }
    let by_processor = (2 * ROUND * ROUNDS as u64) as f64 / processor;
    rates.sort_by(f64::total_cmp);
    let median = rates[ROUNDS / 2];
    println!(
        "  {sagas} open: {median:.0} inputs/s, median of {rates:.0?}; {by_processor:.0} in a second of processor time; placed \
         in {placed:.1} s, {} MiB in memory",
        resident_mib()
    );
    Ok((median, by_processor))
}
