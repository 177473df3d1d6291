//! How long an order takes while a checkpoint runs.

use std::time::{Duration, Instant};

use super::{
    orders::one_by_one,
    world::{Done, Keep, World, circumstances, open_sagas},
};

/// How long orders are placed beside no checkpoint.
const QUIET: Duration = Duration::from_secs(10);

pub(crate) fn measure(sagas: u64) -> Done<()> {
    let world = World::new("48h")?;
    let folder = tempfile::tempdir()?;
    let node = world.node(folder.path(), u64::MAX)?;
    world.place(&node, 0, sagas, Keep::State)?;
    let began = Instant::now();
    let took = one_by_one(&world, &node, sagas, || began.elapsed() < QUIET)?;
    println!("  beside no checkpoint, {took}");
    node.stop();
    drop(node);

    let next = sagas + 1_000_000;
    let node = world.node(folder.path(), 1)?;
    world.wait(|| open_sagas(&node).is_some(), "all tasks to run")?;
    let began = Instant::now();
    let took = one_by_one(&world, &node, next, || world.records("palinode.snapshots") < sagas)?;
    println!(
        "  beside a checkpoint of {sagas} sagas, {took}; it took {:.1} s ({})",
        began.elapsed().as_secs_f64(),
        circumstances()?
    );
    node.stop();
    Ok(())
}
